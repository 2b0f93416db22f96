// SPDX-License-Identifier: GPL-3.0-or-later
// Jaccard index a row, |true and predicted| / |true or predicted|, 0 where both are empty; the mean over rows.
// scikit-learn: jaccard_score(average="samples").
#include "metrics/label_counts.h"
#include "metrics/metric_files.h"

namespace lathe::metrics {

std::unique_ptr<Metric> makeJaccardSamples(const MetricOptions&) {
    return makeSamplesMetric([](const LabelCounts& row, std::size_t) { return row.jaccard(); });
}

}  // namespace lathe::metrics
