// SPDX-License-Identifier: GPL-3.0-or-later
#include <lathe/ppo_health.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace lathe {
namespace {

using Curve = std::vector<double>;
using L = HealthLevel;
using F = HealthFinding;

constexpr std::size_t kWindow = 5;            ///< updates that "now" and "before" are means of
constexpr std::size_t kCorrelated = 40;       ///< newest updates that reward and length are compared over
constexpr double kNegativeKl = -0.5;          ///< nats an answer; k1 is noisy around 0 at first
constexpr double kClipHigh = 0.2;
constexpr double kClipExtreme = 0.4;

Curve curveOf(const std::vector<MetricPoint>& points, const std::string& name) {
    Curve curve;
    for (const MetricPoint& point : points) {
        if (point.split != "train" || !point.isFinite) continue;
        const auto found = point.values.find(name);
        if (found != point.values.end() && std::isfinite(found->second)) curve.push_back(found->second);
    }
    return curve;
}

double meanOf(const Curve& curve, std::size_t first, std::size_t count) {
    double sum = 0;
    for (std::size_t i = first; i < first + count; ++i) sum += curve[i];
    return sum / static_cast<double>(count);
}

std::size_t windowOf(const Curve& curve) { return std::min(kWindow, curve.size() / 2); }
double nowOf(const Curve& curve) { return meanOf(curve, curve.size() - windowOf(curve), windowOf(curve)); }
double beforeOf(const Curve& curve) { return meanOf(curve, 0, windowOf(curve)); }

/// Standard error of a window's mean, from the differences of neighbours, which a trend hardly moves.
double noiseOf(const Curve& curve) {
    double squares = 0;
    for (std::size_t i = 1; i < curve.size(); ++i) squares += (curve[i] - curve[i - 1]) * (curve[i] - curve[i - 1]);
    return std::sqrt(squares / (2.0 * static_cast<double>(curve.size() - 1)) / static_cast<double>(windowOf(curve)));
}

/// Moved by more than noise makes of nothing: the difference of two means, two standard errors.
bool isMoved(const Curve& curve) { return std::abs(nowOf(curve) - beforeOf(curve)) > 2.0 * std::sqrt(2.0) * noiseOf(curve); }

/// Pearson's, over the newest points of two curves.
double correlationOf(const Curve& a, const Curve& b) {
    const std::size_t count = std::min({a.size(), b.size(), kCorrelated});
    const std::size_t fromA = a.size() - count, fromB = b.size() - count;
    const double meanA = meanOf(a, fromA, count), meanB = meanOf(b, fromB, count);
    double both = 0, squareA = 0, squareB = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double x = a[fromA + i] - meanA, y = b[fromB + i] - meanB;
        both += x * y;
        squareA += x * x;
        squareB += y * y;
    }
    return squareA > 0 && squareB > 0 ? both / std::sqrt(squareA * squareB) : 0;
}

struct Verdict {
    L level;
    F finding;
    double limit = 0;
};

Verdict judgeReward(const Curve& reward) {
    if (!isMoved(reward)) return {L::Good, F::RewardSteady};
    return nowOf(reward) > beforeOf(reward) ? Verdict{L::Good, F::RewardRises} : Verdict{L::Warning, F::RewardFalls};
}

Verdict judgeKl(const Curve& kl, const PpoSpec& spec) {
    const double now = nowOf(kl), target = spec.klTarget;
    const double limit = spec.klStop.value_or(2 * target);
    if (now > limit) return {L::Bad, F::KlRunsAway, limit};
    if (now < kNegativeKl) return {L::Warning, F::KlNegative};
    if (now <= target) return {L::Good, F::KlLow, target};
    const std::size_t window = windowOf(kl);
    const bool isGrowing = kl.size() >= 3 * window && now > 1.5 * meanOf(kl, kl.size() - 3 * window, window);
    return isGrowing ? Verdict{L::Bad, F::KlRunsAway, target} : Verdict{L::Warning, F::KlHigh, target};
}

Verdict judgeEntropy(const Curve& entropy) {
    const double now = nowOf(entropy), before = beforeOf(entropy);
    if (before <= 0) return {L::Good, F::EntropySteady};
    if (now < 0.15 * before) return {L::Bad, F::EntropyCollapsed, 0.15 * before};
    if (now < 0.4 * before) return {L::Warning, F::EntropyFalls, 0.4 * before};
    if (now > 2.0 * before && isMoved(entropy)) return {L::Warning, F::EntropyGrows, 2.0 * before};
    return {L::Good, F::EntropySteady};
}

Verdict judgeClip(const Curve& clip) {
    const double now = nowOf(clip);
    if (now > kClipExtreme) return {L::Bad, F::ClipExtreme, kClipExtreme};
    if (now > kClipHigh) return {L::Warning, F::ClipHigh, kClipHigh};
    return {L::Good, F::ClipLow, kClipHigh};
}

Verdict judgeValue(const Curve& value) {
    const double now = nowOf(value), before = beforeOf(value);
    return now > 2 * before && isMoved(value) ? Verdict{L::Warning, F::ValueDiverges, 2 * before} : Verdict{L::Good, F::ValueLearns};
}

Verdict judgeLength(const Curve& length, const Curve& reward) {
    const double before = beforeOf(length);
    if (before <= 0 || !isMoved(length)) return {L::Good, F::LengthSteady};
    const double growth = nowOf(length) / before;
    if (growth > 1 / 1.3 && growth < 1.3) return {L::Good, F::LengthSteady};
    const bool isPaid = !reward.empty() && isMoved(reward) && nowOf(reward) > beforeOf(reward);
    const double correlation = reward.empty() ? 0 : correlationOf(length, reward);
    if (isPaid && growth >= 1.3 && correlation > 0.6) return {growth >= 1.5 ? L::Bad : L::Warning, F::LengthPaysUp};
    if (isPaid && growth <= 1 / 1.3 && correlation < -0.6) return {growth <= 0.5 ? L::Bad : L::Warning, F::LengthPaysDown};
    return {L::Warning, F::LengthDrifts};
}

Verdict judgeEnds(const Curve& ends) {
    const double now = nowOf(ends), before = beforeOf(ends);
    if (now < before - 0.2 && isMoved(ends)) return {now < 0.5 * before ? L::Bad : L::Warning, F::EndsLost};
    return now < 0.5 ? Verdict{L::Warning, F::EndsRare, 0.5} : Verdict{L::Good, F::EndsCome};
}

}  // namespace

std::vector<HealthSign> ppoHealth(const std::vector<MetricPoint>& points, const PpoSpec& spec) {
    std::vector<HealthSign> signs;
    const auto look = [&](const char* metric, const auto& judge) {
        const Curve curve = curveOf(points, metric);
        if (curve.size() < static_cast<std::size_t>(kHealthMinimumUpdates)) return;
        const Verdict verdict = judge(curve);
        signs.push_back({metric, verdict.level, verdict.finding, nowOf(curve), beforeOf(curve), verdict.limit});
    };
    const Curve reward = curveOf(points, "reward");
    look("reward", judgeReward);
    look("kl", [&](const Curve& kl) { return judgeKl(kl, spec); });
    look("entropy", judgeEntropy);
    look("policy/clipfrac_avg", judgeClip);
    look("loss/value_avg", judgeValue);
    look("length", [&](const Curve& length) { return judgeLength(length, reward.size() == length.size() ? reward : Curve()); });
    if (spec.stopToken) look("eos_share", judgeEnds);
    return signs;
}

}  // namespace lathe
