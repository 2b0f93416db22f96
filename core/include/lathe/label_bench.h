// SPDX-License-Identifier: GPL-3.0-or-later
/// What a person looks at and moves after a run of the task multi-label.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lathe {

/// One row of the table a label.
struct LabelRow {
    std::string label;
    std::uint64_t support = 0;    ///< validation rows that have it
    std::uint64_t predicted = 0;  ///< validation rows it is predicted for
    double precision = 0;         ///< 0 where nothing is predicted
    double recall = 0;
    double f1 = 0;
    double rocAuc = 0;            ///< NaN where the rows all have it or all lack it
    double averagePrecision = 0;  ///< NaN without support
    float threshold = 0.5f;
};

struct CurvePoint {
    double x = 0;          ///< ROC: false positive rate; precision-recall: recall
    double y = 0;          ///< ROC: true positive rate; precision-recall: precision
    double threshold = 0;  ///< probability from which on labels are predicted; +inf where nothing is
};

/// How often true labels occur in one row.
struct LabelOverlap {
    std::vector<std::string> labels;    ///< the most frequent ones, most frequent first
    std::vector<std::uint64_t> counts;  ///< labels x labels; the diagonal is the label's own count
};

/// A validation row that was labelled wrongly.
struct WrongExample {
    std::int64_t row = 0;  ///< of the dataset the run was trained on
    std::string text;      ///< empty if that dataset is not there any more
    double loss = 0;       ///< nats
    std::vector<std::string> missed;  ///< true, not predicted
    std::vector<std::string> extra;   ///< predicted, not true
    std::vector<std::string> right;
};

/// The validation scores of a run's model with a threshold a label that can be moved. Not thread-safe: one thread at a time.
class LabelBench {
public:
    virtual ~LabelBench() = default;

    virtual const std::vector<std::string>& labels() const = 0;
    virtual std::int64_t rows() const = 0;
    virtual bool isSingle() const = 0;  ///< exactly one label a row: the likeliest counts and thresholds do nothing
    virtual bool canKeep() const = 0;   ///< the run has a finished model that thresholds can be kept with

    virtual const std::vector<float>& thresholds() const = 0;
    /// label: an index of labels(); npos: all. threshold in [0, 1]. Costs only what the move changes.
    static constexpr std::size_t kAll = static_cast<std::size_t>(-1);
    virtual void setThreshold(std::size_t label, float threshold) = 0;
    enum class Scope { OneForAll, OneALabel };
    /// Moves to the highest micro F1 (one for all) or the highest F1 of each label.
    virtual void setBest(Scope) = 0;
    /// Moves to what is kept with the model; 0.5 where nothing is.
    virtual void setKept() = 0;
    virtual bool isKept() const = 0;    ///< the present thresholds are those kept with the model
    /// Writes thresholds.json beside the model, which prediction reads. Throws InvalidInput if there is no finished model, or Io.
    virtual void keep() = 0;

    /// jaccard_samples, f1_micro, f1_macro, f1_samples, precision_micro, recall_micro, subset_accuracy, hamming_loss, labels_per_row.
    virtual std::map<std::string, double> values() const = 0;
    virtual std::vector<LabelRow> table() const = 0;
    /// label: kAll = all labels together. At most 400 points; empty if a class is missing.
    virtual std::vector<CurvePoint> rocCurve(std::size_t label) const = 0;
    virtual std::vector<CurvePoint> precisionRecallCurve(std::size_t label) const = 0;
    virtual LabelOverlap overlap(std::size_t most) const = 0;
    /// At the present thresholds, highest loss first.
    virtual std::vector<WrongExample> mostWrong(std::size_t most) const = 0;
};

}  // namespace lathe
