// SPDX-License-Identifier: GPL-3.0-or-later
// F1 = 2 TP / (2 TP + FP + FN), 0 where nothing is true or predicted. micro: of the sums; macro: mean over labels;
// samples: mean over rows. scikit-learn: f1_score.
#include "metrics/label_counts.h"
#include "metrics/metric_files.h"

namespace lathe::metrics {

std::unique_ptr<Metric> makeF1Micro(const MetricOptions&) { return makeMicroMetric(&LabelCounts::f1); }

std::unique_ptr<Metric> makeF1Macro(const MetricOptions&) { return makeMacroMetric(&LabelCounts::f1); }

std::unique_ptr<Metric> makeF1Samples(const MetricOptions&) {
    return makeSamplesMetric([](const LabelCounts& row, std::size_t) { return row.f1(); });
}

}  // namespace lathe::metrics
