// SPDX-License-Identifier: GPL-3.0-or-later
// A model learns from rewards while somebody watches the lights and changes the price of KL. A tiny random model of the shared goldens keeps it short.
#include "journey.h"

#include <QDoubleSpinBox>
#include <QInputDialog>
#include <QPushButton>

#include "widgets/metric_plot.h"

using lathe::RunSpec;
using lathe::tests::Journey;

class RewardsJourney : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (lathe::tests::tinyModelFolder().isEmpty()) QSKIP("../shared/goldens is not there");
    }

    void watchesLightsAndChangesTheCoefficient() {
        Journey journey;
        journey.show(QStringLiteral("train"));
        QVERIFY(journey.click(QStringLiteral("train.empty.action")));
        QTRY_VERIFY_WITH_TIMEOUT(!journey.services().datasets().list().empty(), 20'000);
        journey.services().runs().start(ppoSpec(journey, 400));
        journey.show(QStringLiteral("runs"));
        for (const char* metric : {"reward", "kl", "entropy", "policy/clipfrac_avg", "loss/value_avg", "length", "eos_share"}) {
            const QString name = QStringLiteral("runs.chart.") + QLatin1String(metric);
            QTRY_VERIFY_WITH_TIMEOUT(pointsOf(journey, name) >= 6, 60'000);
            const QString light = QStringLiteral("runs.health.") + QLatin1String(metric);
            QTRY_VERIFY_WITH_TIMEOUT(!journey.textOf(light).isEmpty(), 10'000);
        }
        QVERIFY(journey.window().findChild<QWidget*>(QStringLiteral("runs.chart.objective/scores")) == nullptr);

        QVERIFY(journey.click(QStringLiteral("runs.klCoefficient")));
        QInputDialog* dialog = nullptr;
        QTRY_VERIFY_WITH_TIMEOUT((dialog = journey.window().findChild<QInputDialog*>(QStringLiteral("runs.coefficientDialog"))) != nullptr, 5'000);
        auto* field = dialog->findChild<QDoubleSpinBox*>();
        QVERIFY(field != nullptr);
        QCOMPARE(field->value(), 0.05);
        field->selectAll();
        QTest::keyClicks(field, QStringLiteral("0.5"));
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(lastOf(journey, QStringLiteral("runs.chart.kl_coef")) == 0.5, 30'000);
        const auto isMarked = [&] {
            for (const auto& event : journey.services().session().events(onlyRun(journey).id))
                if (event.kind == "setting") return true;
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isMarked(), 10'000);
        QVERIFY(journey.click(QStringLiteral("runs.stop")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.services().runs().activeId().isEmpty(), 30'000);
        QVERIFY(!journey.find(QStringLiteral("runs.klCoefficient"))->isVisible());
        QVERIFY(!journey.textOf(QStringLiteral("runs.health.kl")).isEmpty());
    }

    void makesPairsOfItsOwnAnswersAndStopsWhenAsked() {
        Journey journey;
        journey.show(QStringLiteral("train"));
        QVERIFY(journey.click(QStringLiteral("train.empty.action")));
        QTRY_VERIFY_WITH_TIMEOUT(!journey.services().datasets().list().empty(), 20'000);
        auto* button = journey.find<QPushButton>(QStringLiteral("train.pairs"));
        QVERIFY(button != nullptr && !button->isVisible());  // the recipe is not of the task ppo
        RunSpec spec = ppoSpec(journey, 1);
        spec.ppo.rewardRules = {"equals_answer"};
        spec.ppo.answer = "LaTeX";
        journey.window().showPanel(QStringLiteral("train"), {{QStringLiteral("spec"), QString::fromStdString(lathe::toJson(spec))}});
        QVERIFY(journey.click(QStringLiteral("train.pairs")));
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("train.error")).startsWith(QStringLiteral("Writing answers")), 60'000);
        QVERIFY(journey.click(QStringLiteral("train.pairs")));  // it says Stop now
        QTRY_COMPARE_WITH_TIMEOUT(journey.textOf(QStringLiteral("train.error")), QString(), 10'000);
        QVERIFY(journey.services().preferences().list().empty());
        QVERIFY(journey.click(QStringLiteral("train.pairs")));
        QTRY_COMPARE_WITH_TIMEOUT(journey.services().preferences().list().size(), std::size_t{1}, 120'000);
        const auto& set = journey.services().preferences().list().front();
        QVERIFY(set.items > 100);
        QCOMPARE(set.events, set.items);
        QTRY_VERIFY_WITH_TIMEOUT(journey.textOf(QStringLiteral("train.error")).contains(QStringLiteral("“rewarded”")), 10'000);
        QCOMPARE(std::int64_t(journey.services().session().preferencePairs(set.name, {}).pairs.size()), set.items);
    }

private:
    static RunSpec ppoSpec(Journey& journey, int steps) {
        RunSpec spec = lathe::defaultRunSpec("ppo");
        spec.name = "rewarded";
        spec.model = lathe::tests::tinyModelFolder().toStdString();
        spec.dataset.name = journey.services().datasets().list().front().name;
        spec.dataset.prompt = "English: {English}\nLaTeX:";
        spec.dataset.maxLength = 40;
        spec.training.maxSteps = steps;
        spec.training.learningRate = 1e-3;
        spec.training.saveStrategy = "no";
        spec.ppo.responseLength = 8;
        spec.ppo.stopToken = "eos";
        spec.ppo.rewardRules = {"length:4"};
        spec.ppo.numSampleGenerations = 0;
        return spec;
    }
    static qsizetype pointsOf(Journey& journey, const QString& name) {
        auto* plot = journey.find<lathe::widgets::MetricPlot>(name);
        return plot == nullptr || plot->seriesIds().isEmpty() ? 0 : plot->points(plot->seriesIds().first()).size();
    }
    static double lastOf(Journey& journey, const QString& name) {
        return pointsOf(journey, name) == 0 ? -1 : journey.find<lathe::widgets::MetricPlot>(name)->points(journey.find<lathe::widgets::MetricPlot>(name)->seriesIds().first()).last().value;
    }
    static lathe::RunInfo onlyRun(Journey& journey) { return journey.services().session().runs().front(); }
};

QTEST_MAIN(RewardsJourney)
#include "rewards_journey.moc"
