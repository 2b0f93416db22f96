// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <functional>

#include <gtest/gtest.h>
#include <lathe/ppo_health.h>

namespace lathe {
namespace {

using L = HealthLevel;
using F = HealthFinding;

/// Values between 0 and 1 that look like noise.
double noise(int i) { return std::fmod(std::abs(std::sin(i * 12.9898) * 43758.5453), 1.0); }

/// A calm run: every curve where it should be.
MetricPoint calmPoint(int i) {
    MetricPoint point;
    point.step = i + 1;
    point.split = "train";
    point.values = {{"reward", 0.5 + 0.02 * noise(i)}, {"kl", 1 + 0.2 * noise(i + 7)}, {"entropy", 0.8 + 0.05 * noise(i + 3)}, {"policy/clipfrac_avg", 0.08},
                    {"loss/value_avg", 0.1 + 0.01 * noise(i)}, {"length", 20 + noise(i + 5)}, {"eos_share", 0.95 + 0.05 * noise(i)}};
    return point;
}

class PpoHealth : public ::testing::Test {
protected:
    PpoHealth() { spec_.stopToken = "eos"; }

    std::vector<MetricPoint> run(int updates, const std::function<void(int, std::map<std::string, double>&)>& change = {}) const {
        std::vector<MetricPoint> points;
        for (int i = 0; i < updates; ++i) {
            points.push_back(calmPoint(i));
            if (change) change(i, points.back().values);
        }
        return points;
    }
    HealthSign sign(const std::vector<MetricPoint>& points, const std::string& metric) const {
        for (const HealthSign& each : ppoHealth(points, spec_))
            if (each.metric == metric) return each;
        ADD_FAILURE() << "no sign for " << metric;
        return {};
    }
    void expect(const std::vector<MetricPoint>& points, const std::string& metric, L level, F finding) const {
        const HealthSign found = sign(points, metric);
        EXPECT_EQ(found.level, level) << metric;
        EXPECT_EQ(found.finding, finding) << metric << " " << int(found.finding);
    }

    PpoSpec spec_;
};

TEST_F(PpoHealth, ACalmRunIsGreenEverywhere) {
    const auto signs = ppoHealth(run(30), spec_);
    ASSERT_EQ(signs.size(), 7U);
    for (const HealthSign& each : signs) EXPECT_EQ(each.level, L::Good) << each.metric;
    EXPECT_EQ(signs[0].finding, F::RewardSteady);
    EXPECT_EQ(signs[5].finding, F::LengthSteady);
}

TEST_F(PpoHealth, TooFewUpdatesSayNothing) {
    EXPECT_TRUE(ppoHealth(run(kHealthMinimumUpdates - 1), spec_).empty());
    EXPECT_FALSE(ppoHealth(run(kHealthMinimumUpdates), spec_).empty());
    EXPECT_TRUE(ppoHealth({}, spec_).empty());
}

TEST_F(PpoHealth, PointsOfValidationAndSkippedStepsDoNotCount) {
    auto points = run(20);
    for (int i = 0; i < 20; ++i) {
        MetricPoint other = calmPoint(i);
        other.values["kl"] = 1000;
        other.split = "validation";
        points.push_back(other);
        other.split = "train";
        other.isFinite = false;
        points.push_back(other);
    }
    expect(points, "kl", L::Good, F::KlLow);
}

TEST_F(PpoHealth, KlIsAmberAboveItsTargetAndRedWhenItRunsAway) {
    expect(run(30, [](int, auto& v) { v["kl"] = 8; }), "kl", L::Warning, F::KlHigh);
    expect(run(30, [](int i, auto& v) { v["kl"] = 0.35 * i; }), "kl", L::Bad, F::KlRunsAway);
    expect(run(30, [](int, auto& v) { v["kl"] = 13; }), "kl", L::Bad, F::KlRunsAway);
    expect(run(30, [](int, auto& v) { v["kl"] = -2; }), "kl", L::Warning, F::KlNegative);
    spec_.klStop = 0.5;
    expect(run(30), "kl", L::Bad, F::KlRunsAway);
}

TEST_F(PpoHealth, EntropyFallsThenCollapses) {
    expect(run(30, [](int i, auto& v) { v["entropy"] = i < 10 ? 1.0 : 0.3; }), "entropy", L::Warning, F::EntropyFalls);
    expect(run(30, [](int i, auto& v) { v["entropy"] = std::exp(-0.2 * i); }), "entropy", L::Bad, F::EntropyCollapsed);
    expect(run(30, [](int i, auto& v) { v["entropy"] = 0.5 + 0.1 * i; }), "entropy", L::Warning, F::EntropyGrows);
}

TEST_F(PpoHealth, AClipThatIsHitOftenIsToldOf) {
    expect(run(10, [](int, auto& v) { v["policy/clipfrac_avg"] = 0.3; }), "policy/clipfrac_avg", L::Warning, F::ClipHigh);
    expect(run(10, [](int, auto& v) { v["policy/clipfrac_avg"] = 0.5; }), "policy/clipfrac_avg", L::Bad, F::ClipExtreme);
}

TEST_F(PpoHealth, RewardThatComesFromLengthIsRed) {
    const auto paid = run(40, [](int i, auto& v) { v["length"] = 20 + i; v["reward"] = 0.5 + 0.01 * i; });
    expect(paid, "length", L::Bad, F::LengthPaysUp);
    expect(paid, "reward", L::Good, F::RewardRises);
    expect(run(40, [](int i, auto& v) { v["length"] = 60 - i; v["reward"] = 0.5 + 0.01 * i; }), "length", L::Bad, F::LengthPaysDown);
    expect(run(40, [](int i, auto& v) { v["length"] = 20 + i; }), "length", L::Warning, F::LengthDrifts);
    expect(run(40, [](int i, auto& v) { v["reward"] = 0.5 + 0.01 * i; }), "length", L::Good, F::LengthSteady);
}

TEST_F(PpoHealth, RewardFallsValueDivergesAndEndsAreLost) {
    expect(run(30, [](int i, auto& v) { v["reward"] = 1 - 0.02 * i; }), "reward", L::Warning, F::RewardFalls);
    expect(run(30, [](int i, auto& v) { v["loss/value_avg"] = 0.1 + 0.05 * i; }), "loss/value_avg", L::Warning, F::ValueDiverges);
    expect(run(30, [](int i, auto& v) { v["eos_share"] = 1 - 0.03 * i; }), "eos_share", L::Bad, F::EndsLost);
    expect(run(30, [](int, auto& v) { v["eos_share"] = 0.2; }), "eos_share", L::Warning, F::EndsRare);
    spec_.stopToken.reset();
    for (const HealthSign& each : ppoHealth(run(30), spec_)) EXPECT_NE(each.metric, "eos_share") << "nothing ends by itself without a stop token";
}

TEST_F(PpoHealth, GrpoHasNoValueSign) {
    for (const HealthSign& each : ppoHealth(run(30, [](int, auto& v) { v.erase("loss/value_avg"); }), spec_)) EXPECT_NE(each.metric, "loss/value_avg");
}

}  // namespace
}  // namespace lathe
