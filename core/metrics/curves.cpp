// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/curves.h"

#include <limits>

namespace lathe::metrics {

namespace {

std::vector<CurvePoint> thinned(std::vector<CurvePoint> points, std::size_t maxPoints) {
    if (maxPoints < 2 || points.size() <= maxPoints) {
        return points;
    }
    std::vector<CurvePoint> kept;
    kept.reserve(maxPoints);
    for (std::size_t i = 0; i < maxPoints; ++i) {
        kept.push_back(points[i * (points.size() - 1) / (maxPoints - 1)]);
    }
    return kept;
}

struct Totals {
    double positives = 0;
    double negatives = 0;
};

Totals totalsOf(const std::vector<RankedGroup>& groups) {
    Totals out;
    for (const RankedGroup& group : groups) {
        out.positives += static_cast<double>(group.positives);
        out.negatives += static_cast<double>(group.negatives);
    }
    return out;
}

std::vector<RankedGroup> groupsOf(const ScoreStore& store, std::optional<std::size_t> label) {
    return label ? rankLabel(store, *label) : rankAll(store);
}

constexpr double kNothing = std::numeric_limits<double>::infinity();

}  // namespace

std::vector<CurvePoint> rocCurve(const ScoreStore& store, std::optional<std::size_t> label, std::size_t maxPoints) {
    const std::vector<RankedGroup> groups = groupsOf(store, label);
    const Totals totals = totalsOf(groups);
    if (totals.positives == 0 || totals.negatives == 0) {
        return {};
    }
    std::vector<CurvePoint> points{{0, 0, kNothing}};
    double truePositives = 0;
    double falsePositives = 0;
    for (const RankedGroup& group : groups) {
        truePositives += static_cast<double>(group.positives);
        falsePositives += static_cast<double>(group.negatives);
        points.push_back(
            {falsePositives / totals.negatives, truePositives / totals.positives, store.probability(group.score)});
    }
    return thinned(std::move(points), maxPoints);
}

std::vector<CurvePoint> precisionRecallCurve(const ScoreStore& store, std::optional<std::size_t> label,
                                             std::size_t maxPoints) {
    const std::vector<RankedGroup> groups = groupsOf(store, label);
    const Totals totals = totalsOf(groups);
    if (totals.positives == 0) {
        return {};
    }
    std::vector<CurvePoint> points{{0, 1, kNothing}};
    double truePositives = 0;
    double predicted = 0;
    for (const RankedGroup& group : groups) {
        truePositives += static_cast<double>(group.positives);
        predicted += static_cast<double>(group.positives + group.negatives);
        points.push_back({truePositives / totals.positives, truePositives / predicted, store.probability(group.score)});
    }
    return thinned(std::move(points), maxPoints);
}

}  // namespace lathe::metrics
