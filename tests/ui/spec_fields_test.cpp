// SPDX-License-Identifier: GPL-3.0-or-later
// A spec that is put into the form and read back is the same spec: what a recipe says is what the window trains.
#include "panels/train/spec_fields.h"

#include <lathe/run_spec.h>

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "widgets/param_form.h"

class SpecFieldsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theFormGivesBackWhatItWasGiven_data() {
        QTest::addColumn<QString>("json");
        for (const std::string& task : lathe::runTasks()) QTest::newRow(task.c_str()) << QString::fromStdString(lathe::toJson(lathe::defaultRunSpec(task)));
        const QDir folder(QStringLiteral(LATHE_SOURCE_DIR "/resources/recipes"));
        for (const QString& name : folder.entryList({QStringLiteral("*.json")})) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QJsonObject recipe = QJsonDocument::fromJson(file.readAll()).object();
            if (recipe.contains(QLatin1String("task"))) add(name, recipe);
            int number = 0;
            for (const QJsonValue& step : recipe.value(QLatin1String("steps")).toArray()) add(name + QString::number(++number), step.toObject());
        }
    }

    void theFormGivesBackWhatItWasGiven() {
        QFETCH(QString, json);
        lathe::RunSpec spec = lathe::parseRunSpec(json.toStdString(), "test");
        const QString task = QString::fromStdString(spec.task);
        lathe::widgets::ParamForm form(QStringLiteral("train"));
        form.setFields(lathe::panels::specFields(task));
        for (const char* id : {"model", "dataset.name"}) {
            const QString value = QString::fromStdString(id == std::string_view("model") ? spec.model : spec.dataset.name.value_or(""));
            form.setChoices(QString::fromLatin1(id), {{value, value, {}}});
        }
        form.setValues(lathe::panels::valuesOf(spec));
        const lathe::RunSpec read = lathe::panels::specFrom(task, form.values());
        // The form leaves these out: files come in through Data, and the workspace chooses the folder.
        spec.dataset.file = read.dataset.file;
        spec.output = read.output;
        QCOMPARE(QString::fromStdString(lathe::toJson(read)), QString::fromStdString(lathe::toJson(spec)));
    }

private:
    static void add(const QString& name, const QJsonObject& json) {
        QTest::newRow(qPrintable(name)) << QString::fromUtf8(QJsonDocument(json).toJson());
    }
};

QTEST_MAIN(SpecFieldsTest)
#include "spec_fields_test.moc"
