// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/score_store.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <lathe/error.h>

#include "metrics/metric.h"

namespace lathe::metrics {

namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

void checkSame(bool isEmpty, std::size_t ownLabels, std::size_t labels, bool ownLogits, bool logits) {
    if (!isEmpty && (ownLabels != labels || ownLogits != logits)) {
        throw Error(ErrorCode::InvalidInput,
                    "Scores of different label sets cannot be put together. Evaluate each with its own metrics.");
    }
}

struct Scored {
    float score;
    std::uint8_t target;
};

std::vector<RankedGroup> rank(std::vector<Scored> items) {
    std::sort(items.begin(), items.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
    std::vector<RankedGroup> groups;
    for (const Scored& item : items) {
        if (groups.empty() || groups.back().score != item.score) {
            groups.push_back({item.score, 0, 0});
        }
        (item.target != 0 ? groups.back().positives : groups.back().negatives) += 1;
    }
    return groups;
}

std::pair<double, double> totals(std::span<const RankedGroup> groups) {
    std::uint64_t positives = 0;
    std::uint64_t negatives = 0;
    for (const RankedGroup& group : groups) {
        positives += group.positives;
        negatives += group.negatives;
    }
    return {static_cast<double>(positives), static_cast<double>(negatives)};
}

}  // namespace

void ScoreStore::append(const LabelBatch& batch) {
    checkBatch(batch);
    if (batch.rows() == 0) {
        return;
    }
    checkSame(scores_.empty(), labels_, batch.labels, isLogits_, batch.scoreKind == ScoreKind::Logit);
    if (std::any_of(batch.scores.begin(), batch.scores.end(), [](float score) { return std::isnan(score); })) {
        throw Error(ErrorCode::NonFinite,
                    "A score is not a number, so metrics cannot be computed. The model has diverged; go back to an "
                    "earlier checkpoint.");
    }
    labels_ = batch.labels;
    isLogits_ = batch.scoreKind == ScoreKind::Logit;
    scores_.insert(scores_.end(), batch.scores.begin(), batch.scores.end());
    targets_.insert(targets_.end(), batch.targets.begin(), batch.targets.end());
}

void ScoreStore::append(const ScoreStore& other) {
    if (other.scores_.empty()) {
        return;
    }
    checkSame(scores_.empty(), labels_, other.labels_, isLogits_, other.isLogits_);
    labels_ = other.labels_;
    isLogits_ = other.isLogits_;
    // A copy first: a store may be put to itself.
    const std::vector<float> scores = other.scores_;
    const std::vector<std::uint8_t> targets = other.targets_;
    scores_.insert(scores_.end(), scores.begin(), scores.end());
    targets_.insert(targets_.end(), targets.begin(), targets.end());
}

double ScoreStore::probability(float score) const {
    return isLogits_ ? 1.0 / (1.0 + std::exp(-static_cast<double>(score))) : static_cast<double>(score);
}

std::size_t ScoreStore::support(std::size_t label) const {
    std::size_t count = 0;
    for (std::size_t row = 0; row < rows(); ++row) {
        count += target(row, label) ? 1 : 0;
    }
    return count;
}

std::vector<RankedGroup> rankLabel(const ScoreStore& store, std::size_t label) {
    std::vector<Scored> items;
    items.reserve(store.rows());
    for (std::size_t row = 0; row < store.rows(); ++row) {
        items.push_back({store.score(row, label), static_cast<std::uint8_t>(store.target(row, label))});
    }
    return rank(std::move(items));
}

std::vector<RankedGroup> rankAll(const ScoreStore& store) {
    std::vector<Scored> items;
    items.reserve(store.scores().size());
    for (std::size_t i = 0; i < store.scores().size(); ++i) {
        items.push_back({store.scores()[i], store.targets()[i]});
    }
    return rank(std::move(items));
}

double areaUnderRoc(std::span<const RankedGroup> groups) {
    const auto [positives, negatives] = totals(groups);
    if (positives == 0 || negatives == 0) {
        return kUndefined;
    }
    double above = 0;  // positives with a higher score
    double pairs = 0;
    for (const RankedGroup& group : groups) {
        const auto here = static_cast<double>(group.positives);
        pairs += static_cast<double>(group.negatives) * (above + here / 2);
        above += here;
    }
    return pairs / positives / negatives;
}

double averagePrecision(std::span<const RankedGroup> groups) {
    const double positives = totals(groups).first;
    if (positives == 0) {
        return kUndefined;
    }
    double truePositives = 0;
    double predicted = 0;
    double area = 0;
    for (const RankedGroup& group : groups) {
        truePositives += static_cast<double>(group.positives);
        predicted += static_cast<double>(group.positives + group.negatives);
        area += static_cast<double>(group.positives) / positives * (truePositives / predicted);
    }
    return area;
}

}  // namespace lathe::metrics
