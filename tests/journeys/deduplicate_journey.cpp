// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody finds what is double in a catalogue, drags the slider, overrules, applies and undoes. Needs the starter encoder.
#include "journey.h"

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

private:
    static int keptIn(const QString& sentence) {
        QString number = sentence.section(QLatin1Char(' '), 1, 1);
        return number.remove(QLatin1Char(',')).toInt();
    }
};

QTEST_MAIN(DeduplicateJourney)
#include "deduplicate_journey.moc"
