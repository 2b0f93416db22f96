// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/metric.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::metrics {

void checkBatch(const LabelBatch& batch) {
    const bool fits = batch.labels > 0 ? batch.scores.size() % batch.labels == 0 : batch.scores.empty();
    if (!fits || batch.scores.size() != batch.targets.size()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("{} scores and {} true labels do not make rows of {} labels. Check the label column.",
                                batch.scores.size(), batch.targets.size(), batch.labels));
    }
    const bool hasThresholds = batch.decision == Decision::Largest || batch.labels == 0 ||
                               batch.thresholds.size() == 1 || batch.thresholds.size() == batch.labels;
    if (!hasThresholds) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("{} thresholds are given for {} labels. Give one for all or one a label.",
                                batch.thresholds.size(), batch.labels));
    }
}

float logitOf(float probability) {
    if (probability <= 0) {
        return -std::numeric_limits<float>::infinity();
    }
    if (probability >= 1) {
        return std::numeric_limits<float>::infinity();
    }
    const double p = probability;
    return static_cast<float>(std::log(p / (1 - p)));
}

void decide(const LabelBatch& batch, std::size_t row, std::span<std::uint8_t> out) {
    const std::span<const float> scores = batch.scores.subspan(row * batch.labels, batch.labels);
    if (batch.decision == Decision::Largest) {
        std::fill(out.begin(), out.end(), std::uint8_t{0});
        out[static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin())] = 1;
        return;
    }
    const bool isLogit = batch.scoreKind == ScoreKind::Logit;
    float threshold = isLogit ? logitOf(batch.thresholds[0]) : batch.thresholds[0];
    for (std::size_t label = 0; label < batch.labels; ++label) {
        if (batch.thresholds.size() > 1) {
            threshold = isLogit ? logitOf(batch.thresholds[label]) : batch.thresholds[label];
        }
        out[label] = scores[label] >= threshold ? 1 : 0;
    }
}

}  // namespace lathe::metrics
