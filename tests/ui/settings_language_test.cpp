// SPDX-License-Identifier: GPL-3.0-or-later
// Every label, help line, unit and section of core's settings has its Korean text.
#include "shell/language.h"

#include <lathe/run_spec.h>

#include <QCoreApplication>
#include <QTest>

using namespace Qt::StringLiterals;

class SettingsLanguageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everySettingIsTranslated_data() {
        QTest::addColumn<QString>("task");
        for (const char* task : {"causal-lm", "multi-label", "reward", "dpo", "ppo"}) {
            QTest::newRow(task) << QString::fromLatin1(task);
        }
    }

    void everySettingIsTranslated() {
        QFETCH(QString, task);
        lathe::shell::installLanguage(u"ko"_qs);
        // Names and units that are the same in both languages.
        const QStringList same = {u"DPO"_qs, u"PPO"_qs, u"MiB"_qs};
        for (const lathe::ParamSpec& spec : lathe::paramSpecs(task.toStdString())) {
            for (const std::string& text : {spec.label, spec.help, spec.unit, spec.group}) {
                const QString source = QString::fromStdString(text);
                if (!source.isEmpty() && !same.contains(source)) {
                    QVERIFY2(QCoreApplication::translate("RunSpec", text.c_str()) != source, text.c_str());
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(SettingsLanguageTest)
#include "settings_language_test.moc"
