// SPDX-License-Identifier: GPL-3.0-or-later
// The window in Korean and in English: catalogues are in the program, complete, and keep their placeholders.
#include "shell/language.h"
#include "widgets/format.h"

#include <QCoreApplication>
#include <QFile>
#include <QLocale>
#include <QSet>
#include <QTest>
#include <QXmlStreamReader>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

/// The placeholders of a text, sorted: %1 %2 %n.
QStringList placeholders(const QString& text) {
    QStringList found;
    for (qsizetype i = 0; i + 1 < text.size(); ++i) {
        if (text[i] == u'%' && (text[i + 1].isDigit() || text[i + 1] == u'n')) {
            found.append(text.mid(i, 2));
        }
    }
    found.sort();
    return found;
}

struct Message {
    QString source;
    QStringList translations;
    bool isUnfinished = false;
};

QList<Message> readCatalogue(const QString& name) {
    QFile file(QLatin1StringView(LATHE_SOURCE_DIR) + u"/resources/translations/"_qs + name);
    QList<Message> messages;
    if (!file.open(QIODevice::ReadOnly)) {
        return messages;
    }
    QXmlStreamReader xml(&file);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) {
            continue;
        }
        if (xml.name() == "message"_L1) {
            messages.append(Message());
        } else if (xml.name() == "source"_L1) {
            messages.last().source = xml.readElementText();
        } else if (xml.name() == "translation"_L1) {
            messages.last().isUnfinished = xml.attributes().hasAttribute("type"_L1);
            QString text;
            while (xml.readNext() != QXmlStreamReader::EndElement || xml.name() != "translation"_L1) {
                if (xml.isCharacters()) {
                    text += xml.text();
                } else if (xml.isStartElement() && xml.name() == "numerusform"_L1) {
                    messages.last().translations.append(xml.readElementText());
                }
            }
            if (messages.last().translations.isEmpty()) {
                messages.last().translations.append(text);
            }
        }
    }
    return messages;
}

} // namespace

class LanguageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theCataloguesAreComplete_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("least");
        QTest::newRow("Korean") << u"lathe_ko.ts"_qs << 400;
        QTest::newRow("Korean settings") << u"lathe_runspec_ko.ts"_qs << 100;
        QTest::newRow("English plurals") << u"lathe_en.ts"_qs << 5;
    }

    void theCataloguesAreComplete() {
        QFETCH(QString, name);
        QFETCH(int, least);
        const QList<Message> messages = readCatalogue(name);
        QVERIFY(messages.size() >= least);
        for (const Message& message : messages) {
            QVERIFY2(!message.isUnfinished, qPrintable(message.source));
            for (const QString& text : message.translations) {
                QVERIFY2(!text.isEmpty(), qPrintable(message.source));
                QCOMPARE(placeholders(text), placeholders(message.source));
            }
        }
    }

    void accessKeysStayInMenus() {
        for (const Message& message : readCatalogue(u"lathe_ko.ts"_qs)) {
            QCOMPARE(message.translations.first().count(u'&'), message.source.count(u'&'));
        }
    }

    void englishKnowsPlurals() {
        lathe::shell::installLanguage(u"en"_qs);
        QCOMPARE(lathe::widgets::etaText(60), u"About 1 minute left"_qs);
        QCOMPARE(lathe::widgets::etaText(190), u"About 3 minutes left"_qs);
    }

    void koreanIsUsedForWindowSettingsAndNumbers() {
        lathe::shell::installLanguage(u"ko"_qs);
        QCOMPARE(QLocale().language(), QLocale::Korean);
        QCOMPARE(lathe::widgets::etaText(190), u"약 3분 남음"_qs);
        QCOMPARE(QCoreApplication::translate("panels", "Data"), u"데이터"_qs);
        QCOMPARE(QCoreApplication::translate("RunSpec", "Learning rate"), u"학습률"_qs);
        QCOMPARE(QCoreApplication::translate("lathe::shell::MainWindow", "&File"), u"파일(&F)"_qs);
    }
};

QTEST_MAIN(LanguageTest)
#include "language_test.moc"
