// SPDX-License-Identifier: GPL-3.0-or-later
// Share of label decisions that are wrong. scikit-learn: hamming_loss.
#include "metrics/label_counts.h"
#include "metrics/metric_files.h"

namespace lathe::metrics {

std::unique_ptr<Metric> makeHammingLoss(const MetricOptions&) {
    return makeSamplesMetric([](const LabelCounts& row, std::size_t labels) {
        return LabelCounts::ratio(row.falsePositives + row.falseNegatives, labels);
    });
}

}  // namespace lathe::metrics
