// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/thresholds.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

#include "metrics/metric_set.h"

namespace lathe::metrics {

namespace {

const std::vector<std::string>& thresholdMetrics() {
    static const std::vector<std::string> names = {"jaccard_samples", "f1_micro",        "f1_macro",     "f1_samples",
                                                   "precision_micro", "precision_macro", "recall_micro", "recall_macro",
                                                   "subset_accuracy", "hamming_loss"};
    return names;
}

LabelBatch batchOf(const ScoreStore& store, std::span<const float> thresholds) {
    return {store.scores(),      store.targets(),
            store.labels(),      store.isLogits() ? ScoreKind::Logit : ScoreKind::Probability,
            Decision::Threshold, thresholds};
}

/// A probability strictly between two scores where floats allow it, and never above the upper one.
float between(const ScoreStore& store, float upper, float lower) {
    const double high = store.probability(upper);
    const double middle = (high + store.probability(lower)) / 2;
    return static_cast<float>(std::min(middle, high));
}

/// A threshold that keeps exactly the scores down to `score`: checked, because rounding to float may move it.
float lastKept(const ScoreStore& store, const std::vector<RankedGroup>& groups, std::size_t index) {
    const float score = groups[index].score;
    if (index + 1 == groups.size()) {
        return static_cast<float>(store.probability(score) / 2);
    }
    const float lower = groups[index + 1].score;
    const auto keeps = [&](float threshold, float s) {
        return s >= (store.isLogits() ? logitOf(threshold) : threshold);
    };
    float threshold = between(store, score, lower);
    if (!keeps(threshold, score) || keeps(threshold, lower)) {
        threshold = static_cast<float>(store.probability(score));
        while (!keeps(threshold, score) && threshold > 0) {
            threshold = std::nextafter(threshold, 0.0f);
        }
    }
    return threshold;
}

BestThreshold bestOf(const ScoreStore& store, const std::vector<RankedGroup>& groups, float fallback) {
    std::uint64_t positives = 0;
    for (const RankedGroup& group : groups) {
        positives += group.positives;
    }
    if (positives == 0) {
        return {fallback, 0, false};
    }
    BestThreshold best{fallback, -1, true};
    std::size_t bestIndex = 0;
    std::uint64_t truePositives = 0;
    std::uint64_t predicted = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        truePositives += groups[i].positives;
        predicted += groups[i].positives + groups[i].negatives;
        const double f1 = 2.0 * static_cast<double>(truePositives) / static_cast<double>(predicted + positives);
        if (f1 > best.value) {
            best.value = f1;
            bestIndex = i;
        }
    }
    best.threshold = lastKept(store, groups, bestIndex);
    return best;
}

}  // namespace

std::map<std::string, double> valuesAtThresholds(const ScoreStore& store, std::span<const float> thresholds) {
    std::map<std::string, double> out;
    Observation observation;
    observation.labels = batchOf(store, thresholds);
    for (const std::string& name : thresholdMetrics()) {
        const auto metric = findMetric(name)->make({});
        metric->update(observation);
        if (const double value = metric->value(); !std::isnan(value)) {
            out[name] = value;
        }
    }
    return out;
}

BestThreshold bestGlobalThreshold(const ScoreStore& store, float fallback) {
    return bestOf(store, rankAll(store), fallback);
}

std::vector<BestThreshold> bestLabelThresholds(const ScoreStore& store, float fallback) {
    std::vector<BestThreshold> out;
    for (std::size_t label = 0; label < store.labels(); ++label) {
        out.push_back(bestOf(store, rankLabel(store, label), fallback));
    }
    return out;
}

BestThreshold bestGlobalThresholdFor(const ScoreStore& store, const std::string& metric, std::size_t steps,
                                     float fallback) {
    const auto& names = thresholdMetrics();
    if (std::find(names.begin(), names.end(), metric) == names.end()) {
        throw Error(
            ErrorCode::InvalidInput,
            fmt::format("Thresholds do not change the metric '{}'. Use one such as jaccard_samples or f1_micro.",
                        metric));
    }
    const std::vector<RankedGroup> groups = rankAll(store);
    BestThreshold best{fallback, 0, false};
    const bool isHigherBetter = findMetric(metric)->isHigherBetter;
    Observation observation;
    for (std::size_t i = 0; i < std::min(steps, groups.size()); ++i) {
        const std::size_t index = groups.size() <= steps ? i : i * (groups.size() - 1) / (steps - 1);
        const float threshold = lastKept(store, groups, index);
        const auto measure = findMetric(metric)->make({});
        observation.labels = batchOf(store, {&threshold, 1});
        measure->update(observation);
        const double value = measure->value();
        if (!best.isDefined || (isHigherBetter ? value > best.value : value < best.value)) {
            best = {threshold, value, true};
        }
    }
    return best;
}

}  // namespace lathe::metrics
