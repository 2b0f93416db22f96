// SPDX-License-Identifier: GPL-3.0-or-later
/// What a person reads about single labels: a table, and which labels occur together.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/metric.h"
#include "metrics/score_store.h"

namespace lathe::metrics {

/// One row of the per-label table.
struct LabelReport {
    std::size_t label = 0;
    std::uint64_t support = 0;    ///< rows that have the label
    std::uint64_t predicted = 0;  ///< rows it is predicted for
    double precision = 0;         ///< 0 where nothing is predicted
    double recall = 0;
    double f1 = 0;
    double rocAuc = 0;            ///< NaN where the label has one class only
    double averagePrecision = 0;  ///< NaN without support
    float threshold = 0.5f;
};
/// All labels in order. `thresholds`: one for all, or one a label; they count for nothing with Decision::Largest.
std::vector<LabelReport> labelReports(const ScoreStore& store, std::span<const float> thresholds, Decision decision = Decision::Threshold);

/// How often pairs of labels occur in one row.
struct CoOccurrence {
    std::vector<std::size_t> labels;    ///< the most frequent ones, most frequent first
    std::vector<std::uint64_t> counts;  ///< labels x labels, row after row; the diagonal is the label's support
};
/// Of the true labels of the `maxLabels` most frequent ones (a full matrix of 10,000 labels would not be readable).
CoOccurrence coOccurrence(const ScoreStore& store, std::size_t maxLabels = 60);

}  // namespace lathe::metrics
