// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::train {
namespace {

struct Point {
    double step;
    double warmup;
    double total;
    const TrainingSpec* training;

    double warmupFactor() const { return step / std::max(1.0, warmup); }
    double progress() const { return (step - warmup) / std::max(1.0, total - warmup); }
    double cycles(double otherwise) const { return training->schedule.numCycles.value_or(otherwise); }
};

double wave(double progress, double cycles) { return 0.5 * (1.0 + std::cos(std::numbers::pi * cycles * 2.0 * progress)); }
double raised(double factor, double lowest) { return std::max(0.0, factor * (1.0 - lowest) + lowest); }

double linear(const Point& p) {
    if (p.step < p.warmup) return p.warmupFactor();
    return std::max(0.0, (p.total - p.step) / std::max(1.0, p.total - p.warmup));
}

double cosine(const Point& p) { return p.step < p.warmup ? p.warmupFactor() : std::max(0.0, wave(p.progress(), p.cycles(0.5))); }

double cosineWithRestarts(const Point& p) {
    if (p.step < p.warmup) return p.warmupFactor();
    if (p.progress() >= 1.0) return 0.0;
    return std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * std::fmod(p.cycles(1.0) * p.progress(), 1.0))));
}

double polynomial(const Point& p) {
    if (p.step < p.warmup) return p.warmupFactor();
    const double start = p.training->learningRate;
    const double end = p.training->schedule.lrEnd;
    if (!(start > end)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("training.lr_scheduler_kwargs.lr_end is {} and training.learning_rate {}. The polynomial schedule falls, so its end must be "
                                                         "lower. Lower lr_end.", end, start));
    }
    if (p.step > p.total) return end / start;
    const double left = 1.0 - (p.step - p.warmup) / (p.total - p.warmup);
    return ((start - end) * std::pow(left, p.training->schedule.power) + end) / start;
}

double constant(const Point&) { return 1.0; }
double constantWithWarmup(const Point& p) { return p.step < p.warmup ? p.warmupFactor() : 1.0; }

double inverseSquareRoot(const Point& p) {
    if (p.step < p.warmup) return p.warmupFactor();
    const double timescale = static_cast<double>(p.training->schedule.timescale.value_or(p.warmup > 0 ? static_cast<std::int64_t>(p.warmup) : 10'000));
    return 1.0 / std::sqrt((p.step + timescale - p.warmup) / timescale);
}

double cosineWithFloor(const Point& p) {
    if (p.step < p.warmup) return p.warmupFactor();
    return raised(wave(p.progress(), p.cycles(0.5)), p.training->schedule.minLrRate.value_or(0.0));
}

double cosineWarmupWithFloor(const Point& p) {
    if (p.step < p.warmup) return (p.step + 1.0) / std::max(1.0, p.warmup);
    const double progress = (p.step - p.warmup + 1.0) / std::max(1.0, p.total - p.warmup);
    return raised(wave(progress, p.cycles(0.5)), p.training->schedule.minLrRate.value_or(0.0));
}

double warmupStableDecay(const Point& p) {
    // transformers demands num_decay_steps; a tenth of the run is what its examples use.
    const double decay = static_cast<double>(p.training->schedule.numDecaySteps.value_or(static_cast<std::int64_t>(std::ceil(p.total * 0.1))));
    const double lowest = p.training->schedule.minLrRate.value_or(0.0);
    const double stableEnd = p.total - decay;
    if (p.step < p.warmup) return raised(p.warmupFactor(), lowest);
    if (p.step < stableEnd) return 1.0;
    if (p.step >= stableEnd + decay) return lowest;
    return raised(wave((p.step - std::max(stableEnd, p.warmup)) / std::max(1.0, decay), p.cycles(0.5)), lowest);
}

struct Entry {
    std::string_view name;
    double (*factor)(const Point&);
};

constexpr std::array kSchedules = {
    Entry{"linear", linear},
    Entry{"cosine", cosine},
    Entry{"cosine_with_restarts", cosineWithRestarts},
    Entry{"polynomial", polynomial},
    Entry{"constant", constant},
    Entry{"constant_with_warmup", constantWithWarmup},
    Entry{"inverse_sqrt", inverseSquareRoot},
    Entry{"cosine_with_min_lr", cosineWithFloor},
    Entry{"cosine_warmup_with_min_lr", cosineWarmupWithFloor},
    Entry{"warmup_stable_decay", warmupStableDecay},
    Entry{"reduce_lr_on_plateau", constant},
};

}  // namespace

std::int64_t warmupStepsOf(double warmup, std::int64_t totalSteps) {
    if (warmup >= 1) return static_cast<std::int64_t>(warmup);
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(totalSteps) * warmup));
}

double scheduleFactor(const TrainingSpec& training, std::int64_t step, std::int64_t totalSteps) {
    const Point point{static_cast<double>(step), static_cast<double>(warmupStepsOf(training.warmupSteps, totalSteps)), static_cast<double>(totalSteps), &training};
    for (const auto& entry : kSchedules) {
        if (entry.name == training.lrSchedulerType) return entry.factor(point);
    }
    throw Error(ErrorCode::InvalidInput, fmt::format("There is no schedule \"{}\". See training.lr_scheduler_type for the list. Choose one of it.", training.lrSchedulerType));
}

std::vector<double> scheduleCurve(const TrainingSpec& training, std::int64_t totalSteps, std::int64_t points) {
    std::vector<double> curve;
    const std::int64_t count = std::min(points, totalSteps);
    for (std::int64_t i = 0; i < count; ++i) {
        // Between two steps a straight line: whole steps only would draw stairs.
        const double place = count == 1 ? 0 : static_cast<double>(i * (totalSteps - 1)) / static_cast<double>(count - 1);
        const auto before = static_cast<std::int64_t>(place);
        const double now = scheduleFactor(training, before, totalSteps), next = scheduleFactor(training, std::min(before + 1, totalSteps - 1), totalSteps);
        curve.push_back(std::lerp(now, next, place - static_cast<double>(before)) * training.learningRate);
    }
    return curve;
}

void PlateauRule::observe(double value, bool isGreaterBetter) {
    constexpr double threshold = 1e-4;
    constexpr std::int64_t patience = 10;
    const bool isBetter = !hasBest || (isGreaterBetter ? value > best * (1.0 + threshold) : value < best * (1.0 - threshold));
    if (isBetter) {
        best = value;
        hasBest = true;
        badCount = 0;
    } else if (++badCount > patience) {
        factor *= 0.1;
        badCount = 0;
    }
}

}  // namespace lathe::train
