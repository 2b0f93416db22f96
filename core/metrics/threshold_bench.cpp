// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/threshold_bench.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::metrics {

namespace {

/// log(1 + exp(x)) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double logit(const ScoreStore& store, float score) {
    if (store.isLogits()) {
        return score;
    }
    const double p = std::clamp(static_cast<double>(score), 1e-7, 1.0 - 1e-7);
    return std::log(p / (1 - p));
}

double binaryLoss(const ScoreStore& store, std::size_t row) {
    double sum = 0;
    for (std::size_t label = 0; label < store.labels(); ++label) {
        const double z = logit(store, store.score(row, label));
        sum += store.target(row, label) ? softplus(-z) : softplus(z);
    }
    return sum / static_cast<double>(store.labels());
}

double softmaxLoss(const ScoreStore& store, std::size_t row) {
    const std::span<const float> scores = store.scores().subspan(row * store.labels(), store.labels());
    const double highest = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    double wanted = highest;
    for (std::size_t label = 0; label < store.labels(); ++label) {
        sum += std::exp(scores[label] - highest);
        if (store.target(row, label)) {
            wanted = scores[label];
        }
    }
    return std::log(sum) + highest - wanted;
}

}  // namespace

ThresholdBench::ThresholdBench(ScoreStore store, Decision decision) : store_(std::move(store)), decision_(decision) {
    const std::size_t rows = store_.rows();
    const std::size_t labels = store_.labels();
    if (rows > std::numeric_limits<std::uint32_t>::max()) {
        throw Error(ErrorCode::InvalidInput, fmt::format("{} rows are too many for the threshold bench. It holds up to 4,294,967,295. "
                                                         "Evaluate a smaller part.",
                                                         rows));
    }
    thresholds_.assign(labels, 0.5f);
    kept_.assign(labels, 0);
    predicted_.assign(rows * labels, 0);
    rows_.resize(rows);
    labels_.resize(labels);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t label = 0; label < labels; ++label) {
            if (store_.target(row, label)) {
                ++rows_[row].falseNegatives;
                ++labels_[label].falseNegatives;
            }
        }
    }
    if (decision_ == Decision::Largest) {
        std::vector<std::uint8_t> out(labels);
        const LabelBatch batch{store_.scores(), store_.targets(), labels, ScoreKind::Logit, Decision::Largest, {}};
        for (std::size_t row = 0; row < rows; ++row) {
            decide(batch, row, out);
            for (std::size_t label = 0; label < labels; ++label) {
                if (out[label] != 0) {
                    flip(row, label);
                }
            }
        }
        return;
    }
    order_.resize(labels);
    std::vector<std::pair<float, std::uint32_t>> column(rows);  // a label's scores lie far apart in the store
    for (std::size_t label = 0; label < labels; ++label) {
        for (std::size_t row = 0; row < rows; ++row) {
            column[row] = {store_.score(row, label), static_cast<std::uint32_t>(row)};
        }
        std::sort(column.begin(), column.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
        order_[label].reserve(rows);
        for (const auto& [score, row] : column) {
            order_[label].push_back(row);
        }
        setThreshold(label, 0.5f);
    }
}

void ThresholdBench::flip(std::size_t row, std::size_t label) {
    std::uint8_t& predicted = predicted_[row * store_.labels() + label];
    const bool isTrue = store_.target(row, label);
    const auto change = [&](LabelCounts& counts) {
        if (predicted == 0) {
            counts.truePositives += isTrue ? 1 : 0;
            counts.falseNegatives -= isTrue ? 1 : 0;
            counts.falsePositives += isTrue ? 0 : 1;
        } else {
            counts.truePositives -= isTrue ? 1 : 0;
            counts.falseNegatives += isTrue ? 1 : 0;
            counts.falsePositives -= isTrue ? 0 : 1;
        }
    };
    change(rows_[row]);
    change(labels_[label]);
    predicted ^= 1u;
}

void ThresholdBench::setThreshold(std::size_t label, float threshold) {
    if (label >= store_.labels()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("There is no label {}. The scores have {}. Choose one of them.", label, store_.labels()));
    }
    if (decision_ == Decision::Largest) {
        return;
    }
    thresholds_[label] = threshold;
    const float cut = store_.isLogits() ? logitOf(threshold) : threshold;
    const std::vector<std::uint32_t>& order = order_[label];
    const auto end = std::partition_point(order.begin(), order.end(),
                                          [&](std::uint32_t row) { return store_.score(row, label) >= cut; });
    const auto kept = static_cast<std::size_t>(end - order.begin());
    for (std::size_t i = std::min(kept, kept_[label]); i < std::max(kept, kept_[label]); ++i) {
        flip(order[i], label);
    }
    kept_[label] = kept;
}

void ThresholdBench::setThresholds(std::span<const float> thresholds) {
    if (thresholds.size() != 1 && thresholds.size() != store_.labels()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("{} thresholds are given for {} labels. Every label needs exactly one. Give one for all or one a label.",
                                thresholds.size(), store_.labels()));
    }
    for (std::size_t label = 0; label < store_.labels(); ++label) {
        setThreshold(label, thresholds[thresholds.size() == 1 ? 0 : label]);
    }
}

BenchValues ThresholdBench::values() const {
    BenchValues out;
    if (rows_.empty() || labels_.empty()) {
        return out;
    }
    LabelCounts all;
    for (const LabelCounts& label : labels_) {
        all += label;
        out.f1Macro += label.f1();
    }
    for (const LabelCounts& row : rows_) {
        out.jaccardSamples += row.jaccard();
        out.f1Samples += row.f1();
        out.subsetAccuracy += row.falsePositives + row.falseNegatives == 0 ? 1 : 0;
    }
    const auto rows = static_cast<double>(rows_.size());
    const auto labels = static_cast<double>(labels_.size());
    out.f1Macro /= labels;
    out.jaccardSamples /= rows;
    out.f1Samples /= rows;
    out.subsetAccuracy /= rows;
    out.f1Micro = all.f1();
    out.precisionMicro = all.precision();
    out.recallMicro = all.recall();
    out.hammingLoss = static_cast<double>(all.falsePositives + all.falseNegatives) / (rows * labels);
    out.labelsPerRow = static_cast<double>(all.truePositives + all.falsePositives) / rows;
    return out;
}

std::vector<WrongRow> mostWrong(const ThresholdBench& bench, std::size_t most) {
    const ScoreStore& store = bench.store();
    std::vector<WrongRow> wrong;
    for (std::size_t row = 0; row < store.rows(); ++row) {
        bool isWrong = false;
        for (std::size_t label = 0; label < store.labels() && !isWrong; ++label) {
            isWrong = bench.isPredicted(row, label) != store.target(row, label);
        }
        if (isWrong) {
            wrong.push_back({row, bench.decision() == Decision::Largest ? softmaxLoss(store, row) : binaryLoss(store, row), {}, {}, {}});
        }
    }
    std::stable_sort(wrong.begin(), wrong.end(), [](const WrongRow& a, const WrongRow& b) { return a.lossNats > b.lossNats; });
    wrong.resize(std::min(most, wrong.size()));
    for (WrongRow& one : wrong) {
        for (std::size_t label = 0; label < store.labels(); ++label) {
            const bool isTrue = store.target(one.row, label);
            const bool isPredicted = bench.isPredicted(one.row, label);
            if (isTrue || isPredicted) {
                (isTrue && isPredicted ? one.right : isTrue ? one.missed : one.extra).push_back(label);
            }
        }
    }
    return wrong;
}

}  // namespace lathe::metrics
