// SPDX-License-Identifier: GPL-3.0-or-later
/// Decisions that follow moving thresholds, over scores that stay.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/label_counts.h"
#include "metrics/metric.h"
#include "metrics/score_store.h"

namespace lathe::metrics {

/// What the thresholds of a bench come to; values as the metrics of these names give them on the same scores.
struct BenchValues {
    double jaccardSamples = 0;
    double f1Micro = 0;
    double f1Macro = 0;
    double f1Samples = 0;
    double precisionMicro = 0;
    double recallMicro = 0;
    double subsetAccuracy = 0;
    double hammingLoss = 0;
    double labelsPerRow = 0;  ///< predicted, on average
};

/// Scores with one threshold a label. A move costs the rows whose decision changes and not the whole table, so that sliders over
/// thousands of labels stay smooth. Not thread-safe. With Decision::Largest the decisions are fixed and moves are passed over.
class ThresholdBench {
public:
    /// Sorts every label's scores once. Keeps the store alive by copying it. Starts at 0.5 for every label.
    /// Throws InvalidInput above 2^32 rows.
    explicit ThresholdBench(ScoreStore store, Decision decision = Decision::Threshold);

    /// Probability in [0, 1] from which on the label is predicted. Throws InvalidInput for a label out of range.
    void setThreshold(std::size_t label, float threshold);
    /// One for all labels, or one a label; throws InvalidInput for another number.
    void setThresholds(std::span<const float> thresholds);

    const ScoreStore& store() const { return store_; }
    Decision decision() const { return decision_; }
    const std::vector<float>& thresholds() const { return thresholds_; }
    bool isPredicted(std::size_t row, std::size_t label) const { return predicted_[row * store_.labels() + label] != 0; }
    const LabelCounts& counts(std::size_t label) const { return labels_[label]; }
    BenchValues values() const;

private:
    void flip(std::size_t row, std::size_t label);

    ScoreStore store_;
    Decision decision_;
    std::vector<float> thresholds_;
    std::vector<std::vector<std::uint32_t>> order_;  ///< a label: rows by falling score
    std::vector<std::size_t> kept_;                  ///< a label: how many of them are predicted
    std::vector<std::uint8_t> predicted_;            ///< rows x labels
    std::vector<LabelCounts> rows_;
    std::vector<LabelCounts> labels_;
};

/// A row that the model got wrong, and how much so.
struct WrongRow {
    std::size_t row = 0;
    double lossNats = 0;               ///< binary cross entropy, mean over the labels; for Decision::Largest cross entropy
    std::vector<std::size_t> missed;   ///< true labels that are not predicted
    std::vector<std::size_t> extra;    ///< predicted labels that are not true
    std::vector<std::size_t> right;    ///< predicted and true
};
/// The rows with at least one wrong decision, highest loss first, at most `most`.
std::vector<WrongRow> mostWrong(const ThresholdBench& bench, std::size_t most);

}  // namespace lathe::metrics
