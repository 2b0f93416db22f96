// SPDX-License-Identifier: GPL-3.0-or-later
/// Streaming metrics: update, merge, value. One file each; names as scikit-learn's functions with their average.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/score_store.h"

namespace lathe::metrics {

/// What the scores of a batch are.
enum class ScoreKind { Logit, Probability };
/// How labels are predicted: each label by its threshold, or the one of the largest score (single-label tasks).
enum class Decision { Threshold, Largest };

/// Scores and true labels of some rows, row after row. Views only: they must outlive the call.
struct LabelBatch {
    std::span<const float> scores;          ///< rows * labels
    std::span<const std::uint8_t> targets;  ///< rows * labels, 0 or 1
    std::size_t labels = 0;
    ScoreKind scoreKind = ScoreKind::Logit;
    Decision decision = Decision::Threshold;
    /// Probabilities from which on a label counts as predicted: one for all labels, or one a label.
    std::span<const float> thresholds;

    std::size_t rows() const { return labels == 0 ? 0 : scores.size() / labels; }
};

/// What a metric may look at; parts that do not apply stay empty.
struct Observation {
    LabelBatch labels;
    double lossSum = 0;    ///< nats
    double lossCount = 0;  ///< units the loss is averaged over: rows, labels or supervised tokens
    double correct = 0;    ///< right answers of `answered` (tokens or rows)
    double answered = 0;
};

/// Makes a batch that fits its own sizes; throws InvalidInput otherwise. Every metric may rely on it.
void checkBatch(const LabelBatch& batch);
/// Predicted labels of one row, 0 or 1. out.size() = labels.
void decide(const LabelBatch& batch, std::size_t row, std::span<std::uint8_t> out);
/// The logit whose sigmoid is `probability`; -inf for 0 and +inf above 1.
float logitOf(float probability);

/// One running number. Not thread-safe; give each thread its own and merge.
class Metric {
public:
    virtual ~Metric() = default;
    /// Takes a batch in. Throws InvalidInput if the number of labels differs from the batches before.
    virtual void update(const Observation& observation) = 0;
    /// Takes in what another metric of the same kind has seen. Throws InvalidInput for another kind.
    virtual void merge(const Metric& other) = 0;
    /// The value over everything seen; NaN where it is undefined (nothing seen, no positive label, one class only).
    virtual double value() const = 0;
};

/// What a metric is made with.
struct MetricOptions {
    /// Scores that rank metrics (AUC, average precision) share. Null: each keeps its own copy. With a shared store the
    /// owner of the store appends each batch to it once, and rank metrics only read.
    std::shared_ptr<ScoreStore> sharedScores;
};

/// What a metric needs in an Observation.
enum class MetricInput { Labels, Loss, Answers };

struct MetricInfo {
    std::string_view name;   ///< as in metrics.jsonl
    std::string_view label;  ///< for people
    std::string_view help;   ///< one sentence
    MetricInput input;
    bool isHigherBetter;
    std::unique_ptr<Metric> (*make)(const MetricOptions& options);
};

/// All metrics, in the order in which they are shown.
std::span<const MetricInfo> registry();
/// Null if there is no metric of that name.
const MetricInfo* findMetric(std::string_view name);

}  // namespace lathe::metrics
