// SPDX-License-Identifier: GPL-3.0-or-later
// From labels to a model that learns from them, with the keyboard alone and the real SmolLM2: twenty pairs judged, one taken back, one rated, the
// quality read, a reward model trained, five PPO updates, and a prompt answered by what came out.
#include "journey.h"

#include <QAbstractButton>
#include <QApplication>
#include <QProgressBar>
#include <QTextBrowser>

#include "panels/preferences/label_canvas.h"
#include "widgets/param_form.h"

using lathe::RunInfo;
using lathe::RunState;
using lathe::tests::Journey;

class SawyerJourney : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        Journey journey;
        for (const lathe::ModelInfo& model : journey.services().session().models())
            if (model.name == "smollm2-135m-instruct" && model.isPresent) return;
        QSKIP("The starter model smollm2-135m-instruct is not there; packaging/setup brings it.");
    }

    void labelsTrainsARewardModelRunsPpoAndTriesIt() {
        Journey journey;
        key(journey, Qt::Key_5, Qt::ControlModifier);
        QTRY_COMPARE(journey.window().currentPanel(), QStringLiteral("preferences"));
        QVERIFY(journey.pressByKeys(QStringLiteral("preferences.empty.sample")));
        auto* progress = journey.find<QProgressBar>(QStringLiteral("preferences.progress"));
        QTRY_VERIFY_WITH_TIMEOUT(progress->maximum() > 100, 20'000);
        auto* canvas = journey.find(QStringLiteral("preferences.canvas"));
        QVERIFY(journey.focusByKeys(QStringLiteral("preferences.canvas")));
        for (int i = 0; i < 20; ++i) QVERIFY(label(canvas, progress, i % 2 == 0 ? Qt::Key_Left : Qt::Key_2, i + 1));
        QTest::keyClick(canvas, Qt::Key_Backspace);
        QTRY_COMPARE_WITH_TIMEOUT(progress->value(), 19, 10'000);
        QVERIFY(label(canvas, progress, Qt::Key_Right, 20));
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("preferences.quality.left")).contains(u'%'), 20'000);

        // One pair rated, then back to choosing.
        QVERIFY(journey.focusByKeys(QStringLiteral("preferences.labelMode")));
        key(journey, Qt::Key_Down);
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("preferences.mode")).contains(QStringLiteral("left answer")), 10'000);
        QVERIFY(journey.focusByKeys(QStringLiteral("preferences.canvas")));
        QTest::qWait(500);
        QTest::keyClick(canvas, Qt::Key_9);
        QTest::keyClick(canvas, Qt::Key_3);
        QTRY_COMPARE_WITH_TIMEOUT(progress->value(), 21, 10'000);
        QVERIFY(journey.focusByKeys(QStringLiteral("preferences.labelMode")));
        key(journey, Qt::Key_Up);
        QTRY_VERIFY(!journey.textOf(QStringLiteral("preferences.mode")).contains(QStringLiteral("left answer")));

        QVERIFY(journey.pressByKeys(QStringLiteral("preferences.trainReward")));
        QTRY_COMPARE_WITH_TIMEOUT(journey.window().currentPanel(), QStringLiteral("train"), 20'000);
        QVERIFY(startTraining(journey, {{"training.num_train_epochs", "1"}}));
        QTRY_VERIFY_WITH_TIMEOUT(newest(journey).task == "reward" && newest(journey).state == RunState::Finished && isIdle(journey), 240'000);
        QVERIFY(newest(journey).bestMetric.has_value());

        key(journey, Qt::Key_5, Qt::ControlModifier);
        QTRY_COMPARE(journey.window().currentPanel(), QStringLiteral("preferences"));
        QVERIFY(journey.pressByKeys(QStringLiteral("preferences.runPpo")));
        QTRY_COMPARE_WITH_TIMEOUT(journey.window().currentPanel(), QStringLiteral("train"), 20'000);
        auto* form = journey.window().findChild<lathe::widgets::ParamForm*>();
        QTRY_COMPARE_WITH_TIMEOUT(form->value(QStringLiteral("task")).toString(), QStringLiteral("ppo"), 20'000);
        QCOMPARE(form->value(QStringLiteral("ppo.reward_model")).toString(), QString::fromStdString(newest(journey).id));
        QVERIFY(startTraining(journey, {{"training.per_device_train_batch_size", "4"}, {"ppo.response_length", "12"}, {"training.max_steps", "5"}}));
        QTRY_VERIFY_WITH_TIMEOUT(newest(journey).task == "ppo" && newest(journey).state == RunState::Finished && isIdle(journey), 400'000);
        QCOMPARE(newest(journey).step, std::int64_t{5});
        int updates = 0, best = 0;
        for (const lathe::MetricPoint& point : journey.services().session().metrics(newest(journey).id)) updates += point.split == "train" && point.values.count("reward") > 0;
        for (const lathe::SampleOutput& sample : journey.services().session().samples(newest(journey).id)) best += sample.reward.has_value();
        QCOMPARE(updates, 5);
        QCOMPARE(best, 15);

        QVERIFY(journey.pressByKeys(QStringLiteral("runs.try")));
        QTRY_COMPARE_WITH_TIMEOUT(journey.window().currentPanel(), QStringLiteral("playground"), 20'000);
        QVERIFY(journey.focusByKeys(QStringLiteral("playground.prompt")));
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("Name a colour."));
        QVERIFY(journey.pressByKeys(QStringLiteral("playground.generate")));
        auto* answer = journey.find<QTextBrowser>(QStringLiteral("playground.pane1.text"));
        QVERIFY(answer != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(!answer->toPlainText().trimmed().isEmpty(), 60'000);
    }

private:
    static void key(Journey& journey, Qt::Key which, Qt::KeyboardModifiers modifiers = {}) {
        QWidget* focus = QApplication::focusWidget();
        QTest::keyClick(focus != nullptr ? focus : static_cast<QWidget*>(&journey.window()), which, modifiers);
    }
    /// One key, at the pace of a person who waits for the next pair.
    static bool label(QWidget* canvas, QProgressBar* progress, Qt::Key which, int expected) {
        QTest::qWait(int(lathe::panels::LabelCanvas::kLock.count()) + 30);
        QTest::keyClick(canvas, which);
        return QTest::qWaitFor([&] { return progress->value() == expected; }, 10'000);
    }
    /// Types values into fields of the form, opening what is folded away, and starts with the shortcut.
    static bool startTraining(Journey& journey, const std::vector<std::pair<const char*, const char*>>& values) {
        for (const auto& [id, value] : values) {
            const QString field = QStringLiteral("train.") + QLatin1String(id);
            auto* editor = journey.window().findChild<QWidget*>(field);
            if (editor == nullptr || (!editor->isVisible() && !journey.pressByKeys(QStringLiteral("train.more.Batch and precision"))) || !journey.focusByKeys(field)) {
                qWarning("%s cannot be typed into", id);
                return false;
            }
            key(journey, Qt::Key_A, Qt::ControlModifier);
            QTest::keyClicks(QApplication::focusWidget(), QLatin1String(value));
        }
        auto* start = journey.find<QAbstractButton>(QStringLiteral("train.start"));
        if (!QTest::qWaitFor([&] { return start->isEnabled() && journey.window().isSettled(); }, 60'000)) {
            qWarning("Start stays off: %s", qPrintable(start->toolTip()));
            return false;
        }
        key(journey, Qt::Key_Return, Qt::ControlModifier);
        const bool hasStarted = QTest::qWaitFor([&] { return journey.window().currentPanel() == QStringLiteral("runs"); }, 30'000);
        if (!hasStarted) qWarning("It did not start: %s", qPrintable(journey.textOf(QStringLiteral("train.error"))));
        return hasStarted;
    }
    static RunInfo newest(Journey& journey) {
        const auto runs = journey.services().session().runs();
        return runs.empty() ? RunInfo() : runs.front();
    }
    static bool isIdle(Journey& journey) { return journey.services().runs().activeId().isEmpty(); }
};

QTEST_MAIN(SawyerJourney)
#include "sawyer_journey.moc"
