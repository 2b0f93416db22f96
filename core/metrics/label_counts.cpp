// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/label_counts.h"

namespace lathe::metrics {

void PerLabelMetric::update(const Observation& observation) {
    const LabelBatch& batch = observation.labels;
    checkBatch(batch);
    if (batch.rows() == 0) {
        return;
    }
    if (!counts_.empty() && counts_.size() != batch.labels) {
        throw Error(ErrorCode::InvalidInput,
                    "A batch has another number of labels than the ones before. Check the label column.");
    }
    counts_.resize(batch.labels);
    std::vector<std::uint8_t> predicted(batch.labels);
    for (std::size_t row = 0; row < batch.rows(); ++row) {
        decide(batch, row, predicted);
        const auto targets = batch.targets.subspan(row * batch.labels, batch.labels);
        for (std::size_t label = 0; label < batch.labels; ++label) {
            counts_[label] += countRow({&predicted[label], 1}, {&targets[label], 1});
        }
    }
}

void PerLabelMetric::merge(const Metric& other) {
    const auto& same = sameKind<PerLabelMetric>(other);
    if (same.counts_.empty()) {
        return;
    }
    if (!counts_.empty() && counts_.size() != same.counts_.size()) {
        throw Error(ErrorCode::InvalidInput,
                    "Metrics over different label sets cannot be merged. Merge each with its own kind.");
    }
    counts_.resize(same.counts_.size());
    for (std::size_t label = 0; label < counts_.size(); ++label) {
        counts_[label] += same.counts_[label];
    }
}

LabelCounts PerLabelMetric::total(const std::vector<LabelCounts>& counts) {
    LabelCounts sum;
    for (const LabelCounts& one : counts) {
        sum += one;
    }
    return sum;
}

double PerLabelMetric::mean(const std::vector<LabelCounts>& counts, double (LabelCounts::*score)() const) {
    double sum = 0;
    for (const LabelCounts& one : counts) {
        sum += (one.*score)();
    }
    return sum / static_cast<double>(counts.size());
}

void PerRowMetric::update(const Observation& observation) {
    const LabelBatch& batch = observation.labels;
    checkBatch(batch);
    std::vector<std::uint8_t> predicted(batch.labels);
    for (std::size_t row = 0; row < batch.rows(); ++row) {
        decide(batch, row, predicted);
        sum_ += valueOf(countRow(predicted, batch.targets.subspan(row * batch.labels, batch.labels)), batch.labels);
        ++rows_;
    }
}

void PerRowMetric::merge(const Metric& other) {
    const auto& same = sameKind<PerRowMetric>(other);
    sum_ += same.sum_;
    rows_ += same.rows_;
}

namespace {

using Score = double (LabelCounts::*)() const;

class Micro final : public PerLabelMetric {
public:
    explicit Micro(Score score) : score_(score) {}

private:
    double valueOf(const std::vector<LabelCounts>& counts) const override { return (total(counts).*score_)(); }
    Score score_;
};

class Macro final : public PerLabelMetric {
public:
    explicit Macro(Score score) : score_(score) {}

private:
    double valueOf(const std::vector<LabelCounts>& counts) const override { return mean(counts, score_); }
    Score score_;
};

class Samples final : public PerRowMetric {
public:
    explicit Samples(double (*score)(const LabelCounts&, std::size_t)) : score_(score) {}

private:
    double valueOf(const LabelCounts& row, std::size_t labels) const override { return score_(row, labels); }
    double (*score_)(const LabelCounts&, std::size_t);
};

}  // namespace

std::unique_ptr<Metric> makeMicroMetric(Score score) { return std::make_unique<Micro>(score); }
std::unique_ptr<Metric> makeMacroMetric(Score score) { return std::make_unique<Macro>(score); }
std::unique_ptr<Metric> makeSamplesMetric(double (*score)(const LabelCounts&, std::size_t)) {
    return std::make_unique<Samples>(score);
}

}  // namespace lathe::metrics
