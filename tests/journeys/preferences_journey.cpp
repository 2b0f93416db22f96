// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody judges the sample pairs by keys alone, takes one back, flags, rates, closes and goes on, and leads on to Train.
#include "journey.h"

#include <QPlainTextEdit>
#include <QProgressBar>

#include "panels/preferences/label_canvas.h"

using lathe::tests::Journey;

class PreferencesJourney : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void labelsTwentyPairsByKeysUndoesAndGoesOn() {
        Journey journey;
        journey.show(QStringLiteral("preferences"));
        QVERIFY(journey.click(QStringLiteral("preferences.empty.sample")));
        auto* canvas = journey.find(QStringLiteral("preferences.canvas"));
        auto* progress = journey.find<QProgressBar>(QStringLiteral("preferences.progress"));
        QTRY_VERIFY_WITH_TIMEOUT(canvas->isVisible() && progress->maximum() > 100, 20'000);
        QVERIFY(!canvas->testAttribute(Qt::WA_InputMethodEnabled));
        canvas->setFocus();

        QElapsedTimer clock;
        clock.start();
        const Qt::Key keys[] = {Qt::Key_Left, Qt::Key_2, Qt::Key_3, Qt::Key_4, Qt::Key_Space};
        for (int i = 0; i < 20; ++i) press(journey, keys[i % 5], progress, i + 1);
        // 20 labels a minute must be comfortable: the window itself may take a fraction of that.
        QVERIFY2(clock.elapsed() < 40'000, qPrintable(QString::number(clock.elapsed())));

        auto* prompt = journey.find<QPlainTextEdit>(QStringLiteral("preferences.prompt"));
        const QString after = prompt->toPlainText();
        QTest::keyClick(canvas, Qt::Key_Backspace);
        QTRY_COMPARE_WITH_TIMEOUT(progress->value(), 19, 10'000);
        QVERIFY(prompt->toPlainText() != after);
        press(journey, Qt::Key_Left, progress, 20);
        QTRY_COMPARE_WITH_TIMEOUT(prompt->toPlainText(), after, 10'000);

        QTest::keyClick(canvas, Qt::Key_F);
        QTRY_VERIFY_WITH_TIMEOUT(flagsOf(journey) == 1, 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("preferences.quality.left")).contains(u'%'), 20'000);

        const auto events = journey.services().session().labelEvents("sample").size();
        journey.restart();
        journey.show(QStringLiteral("preferences"));
        progress = journey.find<QProgressBar>(QStringLiteral("preferences.progress"));
        QTRY_COMPARE_WITH_TIMEOUT(progress->value(), 20, 20'000);
        QCOMPARE(journey.services().session().labelEvents("sample").size(), events);
    }

    void twoQuickPressesJudgeOnePairOnly() {
        Journey journey;
        journey.show(QStringLiteral("preferences"));
        QVERIFY(journey.click(QStringLiteral("preferences.empty.sample")));
        auto* progress = journey.find<QProgressBar>(QStringLiteral("preferences.progress"));
        QTRY_VERIFY_WITH_TIMEOUT(progress->maximum() > 100, 20'000);
        auto* canvas = journey.find(QStringLiteral("preferences.canvas"));
        QTest::qWait(500);
        QTest::keyClick(canvas, Qt::Key_1);
        QTest::keyClick(canvas, Qt::Key_1);
        QTRY_COMPARE_WITH_TIMEOUT(progress->value(), 1, 10'000);
        QTest::keyClick(canvas, Qt::Key_1);  // within 400 ms of the new pair
        QTest::qWait(300);
        QCOMPARE(progress->value(), 1);
    }

    void ratesBothAnswersByDigitsAndLeadsOnToTrain() {
        Journey journey;
        journey.show(QStringLiteral("preferences"));
        QVERIFY(journey.click(QStringLiteral("preferences.empty.sample")));
        auto* progress = journey.find<QProgressBar>(QStringLiteral("preferences.progress"));
        QTRY_VERIFY_WITH_TIMEOUT(progress->maximum() > 100, 20'000);
        QVERIFY(journey.choose(QStringLiteral("preferences.labelMode"), QStringLiteral("Rate each from 1 to 10")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("preferences.mode")).contains(QStringLiteral("left answer")), 10'000);
        auto* canvas = journey.find(QStringLiteral("preferences.canvas"));
        QTest::qWait(500);
        QTest::keyClick(canvas, Qt::Key_9);
        QTRY_VERIFY(journey.textOf(QStringLiteral("preferences.mode")).contains(QStringLiteral("right answer")));
        QTest::keyClick(canvas, Qt::Key_Backspace);  // the digit, not a label
        QTRY_VERIFY(journey.textOf(QStringLiteral("preferences.mode")).contains(QStringLiteral("left answer")));
        QTest::keyClick(canvas, Qt::Key_8);
        QTest::keyClick(canvas, Qt::Key_0);
        QTRY_COMPARE_WITH_TIMEOUT(progress->value(), 1, 10'000);
        QVERIFY(journey.click(QStringLiteral("preferences.trainReward")));
        auto* task = journey.find<QComboBox>(QStringLiteral("train.task"));
        if (task != nullptr) QTRY_VERIFY_WITH_TIMEOUT(task->isVisible(), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(journey.services().datasets().find(QStringLiteral("sample-pairs")) != nullptr, 20'000);
    }

private:
    /// One key, at the pace of a person who waits for the next pair.
    static void press(Journey& journey, Qt::Key key, QProgressBar* progress, int expected) {
        auto* canvas = static_cast<lathe::panels::LabelCanvas*>(journey.find(QStringLiteral("preferences.canvas")));
        QTest::qWait(int(lathe::panels::LabelCanvas::kLock.count()) + 30);
        QTest::keyClick(canvas, key);
        QTRY_COMPARE_WITH_TIMEOUT(progress->value(), expected, 10'000);
    }

    static int flagsOf(Journey& journey) {
        int flags = 0;
        for (const auto& event : journey.services().session().labelEvents("sample")) flags += event.kind == lathe::LabelKind::Flag ? 1 : 0;
        return flags;
    }
};

QTEST_MAIN(PreferencesJourney)
#include "preferences_journey.moc"
