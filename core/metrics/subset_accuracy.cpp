// SPDX-License-Identifier: GPL-3.0-or-later
// Share of rows whose labels are all right. scikit-learn: accuracy_score on label matrices.
#include "metrics/label_counts.h"
#include "metrics/metric_files.h"

namespace lathe::metrics {

std::unique_ptr<Metric> makeSubsetAccuracy(const MetricOptions&) {
    return makeSamplesMetric(
        [](const LabelCounts& row, std::size_t) { return row.falsePositives + row.falseNegatives == 0 ? 1.0 : 0.0; });
}

}  // namespace lathe::metrics
