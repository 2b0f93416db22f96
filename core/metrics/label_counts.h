// SPDX-License-Identifier: GPL-3.0-or-later
/// Right and wrong decisions by label: what the metrics at a threshold are computed from.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include <lathe/error.h>

#include "metrics/metric.h"

namespace lathe::metrics {

inline constexpr double kUndefinedValue = std::numeric_limits<double>::quiet_NaN();

/// Counts of one label (or of all together).
struct LabelCounts {
    std::uint64_t truePositives = 0;
    std::uint64_t falsePositives = 0;
    std::uint64_t falseNegatives = 0;

    LabelCounts& operator+=(const LabelCounts& other) {
        truePositives += other.truePositives;
        falsePositives += other.falsePositives;
        falseNegatives += other.falseNegatives;
        return *this;
    }
    /// 0 where nothing is predicted (scikit-learn's zero_division).
    double precision() const { return ratio(truePositives, truePositives + falsePositives); }
    double recall() const { return ratio(truePositives, truePositives + falseNegatives); }
    double f1() const { return ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives); }
    double jaccard() const { return ratio(truePositives, truePositives + falsePositives + falseNegatives); }

    static double ratio(std::uint64_t part, std::uint64_t whole) {
        return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
    }
};

/// Counts of one row's decisions against its true labels.
inline LabelCounts countRow(std::span<const std::uint8_t> predicted, std::span<const std::uint8_t> targets) {
    LabelCounts counts;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
        counts.truePositives += predicted[i] & targets[i];
        counts.falsePositives += predicted[i] & (targets[i] ^ 1u);
        counts.falseNegatives += (predicted[i] ^ 1u) & targets[i];
    }
    return counts;
}

/// The metric to merge with, as the same class. Throws InvalidInput if it is another one.
template <typename Self>
const Self& sameKind(const Metric& other) {
    const auto* same = dynamic_cast<const Self*>(&other);
    if (same == nullptr) {
        throw Error(ErrorCode::InvalidInput, "Two different metrics cannot be merged. Merge each with its own kind.");
    }
    return *same;
}

/// Base of metrics that keep counts a label.
class PerLabelMetric : public Metric {
public:
    void update(const Observation& observation) override;
    void merge(const Metric& other) override;

protected:
    /// Called with a non-empty list.
    virtual double valueOf(const std::vector<LabelCounts>& counts) const = 0;
    double value() const override { return counts_.empty() ? kUndefinedValue : valueOf(counts_); }
    static LabelCounts total(const std::vector<LabelCounts>& counts);
    static double mean(const std::vector<LabelCounts>& counts, double (LabelCounts::*score)() const);

private:
    std::vector<LabelCounts> counts_;
};

/// Base of metrics that are a mean over rows.
class PerRowMetric : public Metric {
public:
    void update(const Observation& observation) override;
    void merge(const Metric& other) override;
    double value() const override { return rows_ == 0 ? kUndefinedValue : sum_ / static_cast<double>(rows_); }

protected:
    /// The row's value.
    virtual double valueOf(const LabelCounts& row, std::size_t labels) const = 0;

private:
    double sum_ = 0;
    std::uint64_t rows_ = 0;
};

/// A PerLabelMetric made of a function: micro (of the sums) or macro (mean over labels).
std::unique_ptr<Metric> makeMicroMetric(double (LabelCounts::*score)() const);
std::unique_ptr<Metric> makeMacroMetric(double (LabelCounts::*score)() const);
/// A PerRowMetric made of a function.
std::unique_ptr<Metric> makeSamplesMetric(double (*score)(const LabelCounts& row, std::size_t labels));

}  // namespace lathe::metrics
