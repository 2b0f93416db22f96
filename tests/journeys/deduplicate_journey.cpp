// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody finds what is double in a catalogue, drags the slider, overrules, applies and undoes. Needs the starter encoder.
#include "journey.h"

#include <QAction>
#include <QFile>
#include <QFileDialog>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSlider>
#include <QSpinBox>

#include "widgets/text_table.h"

using lathe::tests::Journey;

class DeduplicateJourney : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void dragsOverrulesAppliesAndUndoes() {
        Journey journey;
        journey.show(QStringLiteral("deduplicate"));
        QTRY_VERIFY_WITH_TIMEOUT(!journey.services().models().list().empty(), 20'000);
        const lathe::ModelInfo* encoder = journey.services().models().find(QStringLiteral("all-minilm-l6-v2"));
        if (encoder == nullptr || !encoder->isPresent) QSKIP("the starter encoder is not in the cache; run packaging/setup");
        QVERIFY(journey.click(QStringLiteral("deduplicate.empty.sample")));
        QVERIFY(journey.click(QStringLiteral("deduplicate.find")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("deduplicate.sentence")).startsWith(QStringLiteral("Keeps")), 120'000);

        auto* slider = journey.find<QSlider>(QStringLiteral("deduplicate.threshold"));
        const QString strict = journey.textOf(QStringLiteral("deduplicate.sentence"));
        static_cast<void>(journey.longestGapMilliseconds());
        for (int value = slider->maximum(); value >= slider->minimum(); value -= 5) {
            slider->setValue(value);
            QTest::qWait(1);
        }
        QVERIFY2(journey.longestGapMilliseconds() < 100, "the window stood still while the slider was dragged");
        QVERIFY(journey.textOf(QStringLiteral("deduplicate.sentence")) != strict);

        slider->setValue(850);
        const auto total = journey.services().datasets().list().front().rows;
        const int keptBefore = keptIn(journey.textOf(QStringLiteral("deduplicate.sentence")));
        QVERIFY(keptBefore < total);
        auto* pairs = journey.find<lathe::widgets::TextTable>(QStringLiteral("deduplicate.pairs"));
        QVERIFY(pairs->model()->rowCount() > 0);
        pairs->selectProviderRow(0);  // the most similar shown: above the threshold
        QVERIFY(journey.click(QStringLiteral("deduplicate.different")));
        QTRY_VERIFY(keptIn(journey.textOf(QStringLiteral("deduplicate.sentence"))) >= keptBefore);

        const int kept = keptIn(journey.textOf(QStringLiteral("deduplicate.sentence")));
        QVERIFY(journey.click(QStringLiteral("deduplicate.apply")));
        QTRY_COMPARE_WITH_TIMEOUT(int(journey.services().datasets().list().front().rows), kept, 20'000);
        QVERIFY(journey.services().datasets().list().front().version == 2);
        journey.services().datasets().undoVersion(QStringLiteral("anime_catalogue"));
        QTRY_COMPARE_WITH_TIMEOUT(journey.services().datasets().list().front().rows, total, 20'000);
    }

    void bringsAKoreanCatalogueAndExportsWhatIsLeft() {
        Journey journey;
        journey.show(QStringLiteral("data"));
        QTRY_VERIFY_WITH_TIMEOUT(!journey.services().models().list().empty(), 20'000);
        const lathe::ModelInfo* encoder = journey.services().models().find(QStringLiteral("all-minilm-l6-v2"));
        if (encoder == nullptr || !encoder->isPresent) QSKIP("the starter encoder is not in the cache; run packaging/setup");
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("catalogue.csv"));
        writeCatalogue(file);
        journey.window().showPanel(QStringLiteral("data"), {{QStringLiteral("file"), file}});
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("data.importFound")).contains(QStringLiteral("CP949")), 10'000);
        QVERIFY(journey.click(QStringLiteral("data.importStart")));
        auto* table = journey.find<lathe::widgets::TextTable>(QStringLiteral("data.table"));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 6, 10'000);
        QCOMPARE(table->model()->index(0, 0).data().toString(), QStringLiteral("등대를 지키는 소녀"));

        journey.window().findChild<QAction*>(QStringLiteral("data.addColumn"))->trigger();
        QTRY_VERIFY(journey.find<QPlainTextEdit>(QStringLiteral("data.columnTemplate")) != nullptr);
        journey.find<QPlainTextEdit>(QStringLiteral("data.columnTemplate"))->setPlainText(QStringLiteral("A show of {year}. {synopsis}"));
        QVERIFY(journey.click(QStringLiteral("data.columnAdd")));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->columnCount(), 4, 10'000);

        journey.show(QStringLiteral("deduplicate"));
        QTRY_COMPARE(journey.find<QPlainTextEdit>(QStringLiteral("deduplicate.text"))->toPlainText(), QStringLiteral("{generated_description}"));
        QVERIFY(journey.click(QStringLiteral("deduplicate.find")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("deduplicate.sentence")).startsWith(QStringLiteral("Keeps")), 60'000);
        auto* slider = journey.find<QSlider>(QStringLiteral("deduplicate.threshold"));
        for (int value = slider->maximum(); value >= 850; --value) slider->setValue(value);
        QTRY_COMPARE(keptIn(journey.textOf(QStringLiteral("deduplicate.sentence"))), 4);
        journey.find<lathe::widgets::TextTable>(QStringLiteral("deduplicate.pairs"))->selectProviderRow(0);
        QVERIFY(journey.click(QStringLiteral("deduplicate.different")));
        QTRY_COMPARE(keptIn(journey.textOf(QStringLiteral("deduplicate.sentence"))), 5);
        QVERIFY(journey.click(QStringLiteral("deduplicate.apply")));
        QTRY_COMPARE_WITH_TIMEOUT(journey.services().datasets().list().front().rows, 5, 20'000);
        journey.services().datasets().undoVersion(QStringLiteral("catalogue"));
        QTRY_COMPARE_WITH_TIMEOUT(journey.services().datasets().list().front().rows, 6, 20'000);

        journey.show(QStringLiteral("data"));
        QVERIFY(journey.click(QStringLiteral("data.export")));
        QTRY_VERIFY(journey.find<QFileDialog>(QStringLiteral("data.exportDialog")) != nullptr);
        auto* dialog = journey.find<QFileDialog>(QStringLiteral("data.exportDialog"));
        const QString out = folder.filePath(QStringLiteral("out.csv"));
        dialog->setDirectory(folder.path());
        auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
        QVERIFY(name != nullptr);
        name->setText(QStringLiteral("out.csv"));
        QTest::keyClick(name, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(out), 20'000);
        QFile written(out);
        QVERIFY(written.open(QIODevice::ReadOnly));
        const QByteArray text = written.readAll();
        QVERIFY(text.contains("title,year,synopsis,generated_description"));
        QVERIFY(text.contains("\"A girl keeps a lighthouse\n" "in a drowned city.\""));
        QVERIFY(text.contains("A show of 2003. A girl keeps a lighthouse\n" "in a drowned city."));
    }

private:
    /// Six shows in CP949, two of them told twice; synopses have line breaks.
    static void writeCatalogue(const QString& path) {
        // 등대를 지키는 소녀, 달나라 식당의 두 요리사, 유령이 사는 체스 동아리
        const QByteArray spring = QByteArray::fromHex("b5eeb4ebb8a620c1f6c5b0b4c220bcd2b3e0"), winter = QByteArray::fromHex("b4deb3aab6f320bdc4b4e7c0c720b5ce20bfe4b8aebbe7"), sea = QByteArray::fromHex("c0afb7c9c0cc20bbe7b4c220c3bcbdba20b5bfbec6b8ae");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("title,year,synopsis\r\n");
        file.write(spring + ",2003,\"A girl keeps a lighthouse\n" "in a drowned city.\"\r\n");
        file.write(winter + ",2011,\"Two rival cooks open a restaurant\non the moon.\"\r\n");
        file.write(spring + " 2,2003,\"A girl keeps a lighthouse\n" "in the drowned city.\"\r\n");
        file.write(sea + ",1998,\"A chess club is haunted by its first champion.\"\r\n");
        file.write(winter + " 2,2011,\"Two rival cooks open one restaurant\non the moon.\"\r\n");
        file.write(sea + " 2,2020,\"Postal robots cross a desert to deliver one letter.\"\r\n");
    }

    static int keptIn(const QString& sentence) {
        QString number = sentence.section(QLatin1Char(' '), 1, 1);
        return number.remove(QLatin1Char(',')).toInt();
    }
};

QTEST_MAIN(DeduplicateJourney)
#include "deduplicate_journey.moc"
