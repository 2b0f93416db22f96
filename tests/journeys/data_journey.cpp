// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody brings a Korean CSV from a spreadsheet, looks at it, composes a column, filters, undoes and exports.
#include "journey.h"

#include <QAbstractButton>
#include <QAction>
#include <QFile>
#include <QFileDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>

#include "panels/data/import_dialog.h"
#include "widgets/text_table.h"

using lathe::tests::Journey;

class DataJourney : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void firstStartOffersTheSamples() {
        Journey journey;
        journey.show(QStringLiteral("data"));
        QVERIFY(journey.click(QStringLiteral("data.empty.sample")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.find<QListWidget>(QStringLiteral("data.datasets"))->count() == 2, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(journey.find<lathe::widgets::TextTable>(QStringLiteral("data.table"))->model()->rowCount() > 300, 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("data.profileFacts")).contains(QStringLiteral("distinct")), 10'000);
    }

    void importsCp949WithEmbeddedNewlines() {
        Journey journey;
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("책.csv"));
        // "제목,내용\r\n봄,\"첫째 줄\n둘째 줄\"\r\n여름,바다\r\n" in CP949
        writeFile(file, QByteArray::fromHex("c1a6b8f12cb3bbbfeb0d0ababa2c22c3b9c2b020c1d90ab5d1c2b020c1d9220d0abfa9b8a72cb9d9b4d90d0a"));
        journey.window().showPanel(QStringLiteral("data"), {{QStringLiteral("file"), file}});
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("data.importFound")).contains(QStringLiteral("header")), 10'000);
        QVERIFY2(journey.textOf(QStringLiteral("data.importFound")).contains(QStringLiteral("CP949, delimiter")), qPrintable(journey.textOf(QStringLiteral("data.importFound"))));
        journey.find<QLineEdit>(QStringLiteral("data.importName"))->setText(QStringLiteral("books"));
        QVERIFY(journey.click(QStringLiteral("data.importStart")));
        auto* table = journey.find<lathe::widgets::TextTable>(QStringLiteral("data.table"));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 2, 10'000);
        QTRY_VERIFY(journey.find<QPlainTextEdit>(QStringLiteral("data.row"))->toPlainText().contains(QStringLiteral("첫째 줄\n둘째 줄")));

        journey.restart();
        journey.show(QStringLiteral("data"));
        QTRY_COMPARE_WITH_TIMEOUT(journey.find<QListWidget>(QStringLiteral("data.datasets"))->count(), 1, 10'000);
    }

    void composesAColumnAndUndoesIt() {
        Journey journey;
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("shows.csv"));
        writeFile(file, "title,year,synopsis\nRed,1999,A cat flies.\nBlue,,A dog swims.\n");
        journey.window().showPanel(QStringLiteral("data"), {{QStringLiteral("file"), file}});
        QVERIFY(journey.click(QStringLiteral("data.importStart")));
        auto* table = journey.find<lathe::widgets::TextTable>(QStringLiteral("data.table"));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->columnCount(), 3, 10'000);
        QTRY_COMPARE(table->model()->rowCount(), 2);
        journey.window().findChild<QAction*>(QStringLiteral("data.addColumn"))->trigger();
        QTRY_VERIFY(journey.find<QPlainTextEdit>(QStringLiteral("data.columnTemplate")) != nullptr);
        journey.find<QPlainTextEdit>(QStringLiteral("data.columnTemplate"))->setPlainText(QStringLiteral("{title}. Made in {year}. {synopsis}"));
        QTRY_COMPARE(journey.find<QPlainTextEdit>(QStringLiteral("data.columnPreview"))->toPlainText(), QStringLiteral("Red. Made in 1999. A cat flies."));
        QVERIFY(journey.click(QStringLiteral("data.columnAdd")));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->columnCount(), 4, 10'000);
        QCOMPARE(table->model()->index(1, 3).data().toString(), QStringLiteral("Blue. A dog swims."));
        journey.window().findChild<QAction*>(QStringLiteral("data.undo"))->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->columnCount(), 3, 10'000);
    }

    void aBadFileSaysWhy() {
        Journey journey;
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("nothing.csv"));
        writeFile(file, {});
        journey.window().showPanel(QStringLiteral("data"), {{QStringLiteral("file"), file}});
        QTRY_VERIFY_WITH_TIMEOUT(!journey.textOf(QStringLiteral("data.importNote")).isEmpty(), 10'000);
        QVERIFY(!journey.find<QAbstractButton>(QStringLiteral("data.importStart"))->isEnabled());
        QVERIFY(journey.services().datasets().list().empty());
    }

private:
    static void writeFile(const QString& path, const QByteArray& bytes) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }
};

QTEST_MAIN(DataJourney)
#include "data_journey.moc"
