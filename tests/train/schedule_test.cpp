// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/schedule.h"

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/json.h"

namespace lathe::train {
namespace {

TrainingSpec withSchedule(const std::string& type, double warmup, double rate = 1.0) {
    TrainingSpec training;
    training.lrSchedulerType = type;
    training.warmupSteps = warmup;
    training.learningRate = rate;
    return training;
}

TEST(Schedule, FactorsAreThoseOfTransformers) {
    const std::filesystem::path file = std::filesystem::path(LATHE_SHARED_DIR) / "goldens/metrics/schedules_warmup7_total40.json";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "The shared reference values are not here.";
    const auto golden = base::readJsonFile(file);
    ASSERT_FALSE(golden.empty());
    for (const auto& [name, factors] : golden.items()) {
        const auto training = withSchedule(name, 7);
        for (std::int64_t step = 0; step < static_cast<std::int64_t>(factors.size()); ++step) {
            EXPECT_NEAR(scheduleFactor(training, step, 40), factors[static_cast<std::size_t>(step)].get<double>(), 1e-12) << name << " at " << step;
        }
    }
}

TEST(Schedule, OtherShapesFollowTheirFormulas) {
    EXPECT_DOUBLE_EQ(scheduleFactor(withSchedule("constant", 9), 0, 40), 1.0);
    EXPECT_NEAR(scheduleFactor(withSchedule("inverse_sqrt", 4), 16, 40), 0.5, 1e-12);
    auto restarts = withSchedule("cosine_with_restarts", 0);
    restarts.schedule.numCycles = 2;
    EXPECT_NEAR(scheduleFactor(restarts, 20, 40), 1.0, 1e-12);
    EXPECT_NEAR(scheduleFactor(restarts, 10, 40), 0.5, 1e-12);
    EXPECT_DOUBLE_EQ(scheduleFactor(restarts, 40, 40), 0.0);
    auto stable = withSchedule("warmup_stable_decay", 5);
    stable.schedule.numDecaySteps = 10;
    stable.schedule.minLrRate = 0.1;
    EXPECT_DOUBLE_EQ(scheduleFactor(stable, 20, 40), 1.0);
    EXPECT_NEAR(scheduleFactor(stable, 35, 40), 0.55, 1e-12);
    auto floor = withSchedule("cosine_with_min_lr", 0);
    floor.schedule.minLrRate = 0.2;
    EXPECT_NEAR(scheduleFactor(floor, 40, 40), 0.2, 1e-12);
    EXPECT_DOUBLE_EQ(scheduleFactor(withSchedule("linear", 0), 60, 40), 0.0);
}

TEST(Schedule, WarmupIsStepsOrAShareRoundedUp) {
    EXPECT_EQ(warmupStepsOf(7, 40), 7);
    EXPECT_EQ(warmupStepsOf(0.1, 41), 5);
    EXPECT_EQ(warmupStepsOf(0, 41), 0);
}

TEST(Schedule, PolynomialThatWouldRiseIsRefused) { EXPECT_THROW(scheduleFactor(withSchedule("polynomial", 0, 1e-8), 1, 10), Error); }

TEST(Schedule, CurveHasAtMostTheAskedPoints) {
    const auto curve = scheduleCurve(withSchedule("linear", 10, 2e-4), 1'000, 200);
    ASSERT_EQ(curve.size(), 200U);
    EXPECT_DOUBLE_EQ(curve.front(), 0.0);
    EXPECT_LT(curve.back(), 1e-6);
    EXPECT_EQ(scheduleCurve(withSchedule("linear", 0), 3, 200).size(), 3U);
    const auto rising = scheduleCurve(withSchedule("linear", 360, 1.0), 360, 200);  // steps that do not divide evenly: still a straight line
    for (std::size_t i = 1; i < rising.size(); ++i) EXPECT_NEAR(rising[i] - rising[i - 1], rising.back() / 199, 1e-12) << i;
}

TEST(Schedule, PlateauLowersTheRateAfterElevenEvaluationsWithoutGain) {
    PlateauRule rule;
    rule.observe(1.0, false);
    for (int i = 0; i < 10; ++i) rule.observe(1.0, false);
    EXPECT_DOUBLE_EQ(rule.factor, 1.0);
    rule.observe(1.0, false);
    EXPECT_DOUBLE_EQ(rule.factor, 0.1);
    rule.observe(0.5, false);
    EXPECT_EQ(rule.badCount, 0);
}

}  // namespace
}  // namespace lathe::train
