// SPDX-License-Identifier: GPL-3.0-or-later
/// What the curves of a ppo run say: green, amber or red for each thing that can go wrong.
#pragma once
#include <string_view>
#include <vector>

#include <lathe/run_spec.h>
#include <lathe/training.h>

namespace lathe {

enum class HealthLevel { Good, Warning, Bad };

/// What was found; the window has a sentence for each.
enum class HealthFinding {
    RewardRises,
    RewardSteady,
    RewardFalls,
    KlLow,
    KlHigh,          ///< above the target
    KlRunsAway,      ///< above the limit, or above the target and still growing fast
    KlNegative,      ///< sampling and update do not see the same distribution
    EntropySteady,
    EntropyFalls,
    EntropyCollapsed,
    EntropyGrows,
    ClipLow,
    ClipHigh,
    ClipExtreme,
    ValueLearns,
    ValueDiverges,
    LengthSteady,
    LengthDrifts,    ///< much longer or shorter than at first
    LengthPaysUp,    ///< the reward rises together with the length
    LengthPaysDown,  ///< the reward rises as answers become shorter
    EndsCome,
    EndsRare,        ///< few answers end by themselves
    EndsLost,        ///< and more did at first
};

/// One light. `now` is the mean of the last updates, `before` of the first ones, `limit` what `now` is held to (0 where there is none).
struct HealthSign {
    std::string_view metric;  ///< "reward", "kl", "entropy", "policy/clipfrac_avg", "loss/value_avg", "length", "eos_share"
    HealthLevel level = HealthLevel::Good;
    HealthFinding finding = HealthFinding::RewardSteady;
    double now = 0;
    double before = 0;
    double limit = 0;
};

/// Updates that must be there before anything is said.
constexpr int kHealthMinimumUpdates = 6;

/// Signs in the order of the struct's comment, one a metric that the points have; empty with too few updates. `points` are a run's, in order of
/// steps; those of the validation rows are passed over. A pure function; any thread.
std::vector<HealthSign> ppoHealth(const std::vector<MetricPoint>& points, const PpoSpec& spec);

}  // namespace lathe
