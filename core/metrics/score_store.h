// SPDX-License-Identifier: GPL-3.0-or-later
/// Scores and true labels of an evaluation, kept exactly for ranking metrics, curves and thresholds.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace lathe::metrics {

struct LabelBatch;

/// rows x labels scores (five bytes each). Scores are logits or probabilities, as they came; ranks are the same.
class ScoreStore {
public:
    /// Throws InvalidInput if the number of labels or the kind of scores differs from before, or a score is NaN.
    void append(const LabelBatch& batch);
    void append(const ScoreStore& other);

    std::size_t rows() const { return labels_ == 0 ? 0 : scores_.size() / labels_; }
    std::size_t labels() const { return labels_; }
    bool isLogits() const { return isLogits_; }
    float score(std::size_t row, std::size_t label) const { return scores_[row * labels_ + label]; }
    bool target(std::size_t row, std::size_t label) const { return targets_[row * labels_ + label] != 0; }
    /// Sigmoid of a logit, or the probability itself.
    double probability(float score) const;
    std::size_t support(std::size_t label) const;

    std::span<const float> scores() const { return scores_; }
    std::span<const std::uint8_t> targets() const { return targets_; }

private:
    std::size_t labels_ = 0;
    bool isLogits_ = true;
    std::vector<float> scores_;
    std::vector<std::uint8_t> targets_;
};

/// Positives and negatives at each distinct score, best score first: what ROC, precision-recall and F1 are made of.
struct RankedGroup {
    float score = 0;
    std::uint64_t positives = 0;
    std::uint64_t negatives = 0;
};
/// Groups of one label.
std::vector<RankedGroup> rankLabel(const ScoreStore& store, std::size_t label);
/// Groups of all labels together (micro average).
std::vector<RankedGroup> rankAll(const ScoreStore& store);

/// Area under the ROC curve with ties counted half; NaN if there is one class only.
double areaUnderRoc(std::span<const RankedGroup> groups);
/// Sum of precision times the step in recall, as scikit-learn's average_precision_score; NaN without positives.
double averagePrecision(std::span<const RankedGroup> groups);

}  // namespace lathe::metrics
