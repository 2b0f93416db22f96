// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody brings a Korean CSV from a spreadsheet, looks at it, composes a column, filters, undoes and exports.
#include "journey.h"

#include <QAbstractButton>
#include <QAction>
#include <QClipboard>
#include <QDoubleSpinBox>
#include <QFile>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QTreeWidget>

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

    void splitsIntoAColumnThatTrainingTakesUp() {
        Journey journey;
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("pairs.csv"));
        QByteArray rows = "English,LaTeX\n";
        for (int i = 0; i < 10; ++i) rows += "plus " + QByteArray::number(i) + ",x+" + QByteArray::number(i) + "\n";
        writeFile(file, rows);
        importFile(journey, file);
        auto* table = journey.find<lathe::widgets::TextTable>(QStringLiteral("data.table"));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 10, 10'000);
        journey.window().findChild<QAction*>(QStringLiteral("data.split"))->trigger();
        QTRY_COMPARE(journey.textOf(QStringLiteral("data.splitNote")), QStringLiteral("8 to train, 2 to validate, 0 to test"));
        QVERIFY(journey.click(QStringLiteral("data.splitApply")));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->columnCount(), 3, 10'000);
        QCOMPARE(sideCount(*table, 2, QStringLiteral("validation")), 2);
        QCOMPARE(sideCount(*table, 2, QStringLiteral("train")), 8);
        QVERIFY(journey.click(QStringLiteral("data.train")));
        QTRY_VERIFY(journey.textOf(QStringLiteral("train.splitNote")).contains(QStringLiteral("\"split\"")));
        QVERIFY(journey.click(QStringLiteral("train.copySpec")));
        QVERIFY2(QGuiApplication::clipboard()->text().contains(QStringLiteral("\"column\": \"split\"")), qPrintable(QGuiApplication::clipboard()->text()));
        journey.show(QStringLiteral("data"));
        journey.window().findChild<QAction*>(QStringLiteral("data.undo"))->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->columnCount(), 2, 10'000);
        QVERIFY(journey.click(QStringLiteral("data.train")));
        QVERIFY(journey.click(QStringLiteral("train.copySpec")));
        QVERIFY(!QGuiApplication::clipboard()->text().contains(QStringLiteral("\"column\": \"split\"")));
    }

    void aGroupThatLeaksIsShownAndMovedToOneSide() {
        Journey journey;
        journey.show(QStringLiteral("data"));
        QTRY_VERIFY_WITH_TIMEOUT(!journey.services().models().list().empty(), 20'000);
        const lathe::ModelInfo* encoder = journey.services().models().find(QStringLiteral("all-minilm-l6-v2"));
        if (encoder == nullptr || !encoder->isPresent) QSKIP("the starter encoder is not in the cache; run packaging/setup");
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("sentences.csv"));
        const QByteArrayList sentences{"A red fox sleeps under the old bridge", "The bakery opens at six in the morning", "Her telescope found a new comet", "Snow closed the mountain pass",
                                       "The orchestra tuned for an hour", "He repaired the radio with a spoon", "Ants carried the crumbs away", "The ferry crosses at noon"};
        QByteArray rows = "text\n";
        for (const char* end : {".", "!"})
            for (const QByteArray& sentence : sentences) rows += sentence + end + "\n";
        writeFile(file, rows);
        importFile(journey, file);
        auto* table = journey.find<lathe::widgets::TextTable>(QStringLiteral("data.table"));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 16, 10'000);
        journey.window().findChild<QAction*>(QStringLiteral("data.split"))->trigger();
        QTRY_VERIFY(journey.find<QDoubleSpinBox>(QStringLiteral("data.splitValidation")) != nullptr);
        journey.find<QDoubleSpinBox>(QStringLiteral("data.splitValidation"))->setValue(50);
        QVERIFY(journey.click(QStringLiteral("data.leakCheck")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("data.leakFound")).contains(QStringLiteral("more than one side")), 60'000);
        auto* groups = journey.find<QTreeWidget>(QStringLiteral("data.leakGroups"));
        const int leaking = groups->topLevelItemCount();
        QVERIFY(leaking > 0 && leaking <= 8);
        QCOMPARE(groups->topLevelItem(0)->childCount(), 2);
        QVERIFY(journey.textOf(QStringLiteral("data.splitNote")).startsWith(QStringLiteral("8 to train, 8 to validate")));
        QVERIFY(journey.click(QStringLiteral("data.leakMoveAll")));
        // One row each, so each group goes to the first of two equal sides.
        QTRY_COMPARE(journey.textOf(QStringLiteral("data.splitNote")), QStringLiteral("%1 to train, %2 to validate, 0 to test").arg(8 + leaking).arg(8 - leaking));
        QVERIFY(journey.click(QStringLiteral("data.splitApply")));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->columnCount(), 2, 10'000);
        for (int row = 0; row < 8; ++row) QCOMPARE(table->model()->index(row, 1).data().toString(), table->model()->index(row + 8, 1).data().toString());
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
    static void importFile(Journey& journey, const QString& file) {
        journey.window().showPanel(QStringLiteral("data"), {{QStringLiteral("file"), file}});
        QVERIFY(journey.click(QStringLiteral("data.importStart")));
    }
    static int sideCount(const lathe::widgets::TextTable& table, int column, const QString& side) {
        int count = 0;
        for (int row = 0; row < table.model()->rowCount(); ++row) count += table.model()->index(row, column).data().toString() == side;
        return count;
    }
    static void writeFile(const QString& path, const QByteArray& bytes) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }
};

QTEST_MAIN(DataJourney)
#include "data_journey.moc"
