// SPDX-License-Identifier: GPL-3.0-or-later
// From first start to a formula: three clicks to a running training, watch it, stop, continue, try it. A tiny random model of the
// shared goldens keeps it short; what is checked is the way, not the quality of what it learnt.
#include "journey.h"

#include <QAbstractButton>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTabWidget>

#include "widgets/latex_view.h"
#include "widgets/metric_plot.h"
#include "widgets/param_form.h"
#include "widgets/text_table.h"

using lathe::RunState;
using lathe::tests::Journey;

class TrainJourney : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (lathe::tests::tinyModelFolder().isEmpty()) QSKIP("../shared/goldens is not there");
    }

    void trainsWatchesStopsContinuesAndConverts() {
        Journey journey;
        journey.show(QStringLiteral("train"));
        QVERIFY(journey.click(QStringLiteral("train.empty.action")));
        auto* form = waitForForm(journey);
        QVERIFY(form != nullptr);
        form->setValue(QStringLiteral("model"), lathe::tests::tinyModelFolder());
        form->setValue(QStringLiteral("dataset.max_length"), qlonglong{64});
        form->setValue(QStringLiteral("training.num_train_epochs"), 200.0);
        form->setValue(QStringLiteral("training.save_strategy"), QStringLiteral("no"));
        form->setValue(QStringLiteral("training.eval_strategy"), QStringLiteral("no"));
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("train.previewNote")).contains(QStringLiteral("trained")), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("train.forecast.parameters")).contains(QStringLiteral("100")), 20'000);
        QVERIFY(journey.click(QStringLiteral("train.start")));

        // Watching: the run's panel came up, its curve grows, and the window never stands still.
        QTRY_COMPARE_WITH_TIMEOUT(journey.window().currentPanel(), QStringLiteral("runs"), 20'000);
        const auto lossPoints = [&] {
            auto* plot = journey.find<lathe::widgets::MetricPlot>(QStringLiteral("runs.chart.loss"));
            return plot == nullptr || plot->seriesIds().isEmpty() ? qsizetype(0) : plot->points(plot->seriesIds().first()).size();
        };
        QTRY_VERIFY_WITH_TIMEOUT(lossPoints() > 5, 60'000);
        static_cast<void>(journey.longestGapMilliseconds());
        QTest::qWait(2'000);
        const qint64 gap = journey.longestGapMilliseconds();
        QVERIFY2(gap <= 100, qPrintable(QStringLiteral("the window stood still for %1 ms").arg(gap)));

        QVERIFY(journey.click(QStringLiteral("runs.stop")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.services().runs().activeId().isEmpty(), 30'000);
        const auto stopped = onlyRun(journey);
        QVERIFY(stopped.state == RunState::Stopped);
        QVERIFY(stopped.step > 0 && stopped.step < stopped.totalSteps);

        // After a restart everything is found again, and the run can be continued.
        journey.restart();
        journey.show(QStringLiteral("runs"));
        QVERIFY(journey.click(QStringLiteral("runs.continue")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.services().runs().activeProgress().step > stopped.step, 60'000);
        QVERIFY(journey.click(QStringLiteral("runs.stop")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.services().runs().activeId().isEmpty(), 30'000);
        QVERIFY(onlyRun(journey).step > stopped.step);
    }

    void aFinishedRunConvertsEnglish() {
        Journey journey;
        journey.show(QStringLiteral("train"));
        QVERIFY(journey.click(QStringLiteral("train.empty.action")));
        auto* form = waitForForm(journey);
        QVERIFY(form != nullptr);
        form->setValue(QStringLiteral("model"), lathe::tests::tinyModelFolder());
        form->setValue(QStringLiteral("dataset.max_length"), qlonglong{64});
        form->setValue(QStringLiteral("training.max_steps"), qlonglong{6});
        QVERIFY(journey.click(QStringLiteral("train.start")));
        QTRY_VERIFY_WITH_TIMEOUT(!journey.services().runs().list().empty() && onlyRun(journey).state == RunState::Finished, 90'000);

        QVERIFY(journey.click(QStringLiteral("runs.try")));
        QTRY_COMPARE(journey.window().currentPanel(), QStringLiteral("latex"));
        auto* english = journey.find<QPlainTextEdit>(QStringLiteral("latex.english"));
        QTest::keyClicks(english, QStringLiteral("x squared"));
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("latex.note")).contains(QStringLiteral("tokens/s")) ||
                                     journey.textOf(QStringLiteral("latex.note")).contains(QStringLiteral("answered")), 30'000);
        // Whatever the random model wrote, a person can put it right, and the picture follows.
        journey.find<QPlainTextEdit>(QStringLiteral("latex.source"))->setPlainText(QStringLiteral("\\frac{a}{b}"));
        auto* formula = journey.find<lathe::widgets::LatexView>(QStringLiteral("latex.formula"));
        QTRY_VERIFY_WITH_TIMEOUT(!formula->isRendering() && formula->error().isEmpty() && !formula->picture().isNull(), 10'000);
        const auto rows = journey.services().datasets().list().front().rows;
        QVERIFY(journey.click(QStringLiteral("latex.correct")));
        QTRY_COMPARE_WITH_TIMEOUT(journey.services().datasets().list().front().rows, rows + 1, 10'000);
    }

    void aMissingColumnBlocksTheStart() {
        Journey journey;
        journey.show(QStringLiteral("train"));
        QVERIFY(journey.click(QStringLiteral("train.empty.action")));
        auto* form = waitForForm(journey);
        QVERIFY(form != nullptr);
        form->setValue(QStringLiteral("model"), lathe::tests::tinyModelFolder());
        form->setValue(QStringLiteral("dataset.template"), QStringLiteral("{English} is {Latin}"));
        QTRY_VERIFY_WITH_TIMEOUT(!journey.find<QAbstractButton>(QStringLiteral("train.start"))->isEnabled(), 20'000);
        QTest::qWait(500);
        QVERIFY(!journey.find<QAbstractButton>(QStringLiteral("train.start"))->isEnabled());
    }

private:
    static lathe::widgets::ParamForm* waitForForm(Journey& journey) {
        if (!QTest::qWaitFor([&] { return !journey.services().datasets().list().empty(); }, 20'000)) return nullptr;
        if (!QTest::qWaitFor([&] { return journey.find<QWidget>(QStringLiteral("train.start")) != nullptr && journey.find<QWidget>(QStringLiteral("train.start"))->isVisible(); }, 20'000))
            return nullptr;
        return journey.window().findChild<lathe::widgets::ParamForm*>();
    }
    static lathe::RunInfo onlyRun(Journey& journey) {
        return journey.services().session().runs().front();
    }
};

QTEST_MAIN(TrainJourney)
#include "train_journey.moc"
