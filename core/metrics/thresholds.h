// SPDX-License-Identifier: GPL-3.0-or-later
/// Thresholds for label decisions: what each gives, and the best ones.
#pragma once
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "metrics/score_store.h"

namespace lathe::metrics {

/// The metrics that depend on thresholds (jaccard_samples, f1_*, precision_*, recall_*, subset_accuracy, hamming_loss)
/// by name, at one threshold for all labels or one a label. One pass over the scores; fast enough for a moving slider.
std::map<std::string, double> valuesAtThresholds(const ScoreStore& store, std::span<const float> thresholds);

struct BestThreshold {
    float threshold = 0.5f;  ///< probability
    double value = 0;        ///< F1 there
    bool isDefined = false;  ///< false where no row has the label: the threshold is then `fallback`
};

/// The threshold with the highest micro F1 for all labels together, over every distinct score. It lies half-way between
/// the lowest score that is predicted and the next lower one.
BestThreshold bestGlobalThreshold(const ScoreStore& store, float fallback = 0.5f);
/// The same a label, by the label's own F1.
std::vector<BestThreshold> bestLabelThresholds(const ScoreStore& store, float fallback = 0.5f);
/// The threshold of a grid of `steps` score quantiles with the highest value of a metric of valuesAtThresholds(), such
/// as "jaccard_samples" or "f1_macro". Throws InvalidInput for another name.
BestThreshold bestGlobalThresholdFor(const ScoreStore& store, const std::string& metric, std::size_t steps = 200,
                                     float fallback = 0.5f);

}  // namespace lathe::metrics
