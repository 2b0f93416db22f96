// SPDX-License-Identifier: GPL-3.0-or-later
// Precision = TP / (TP + FP), 0 where nothing is predicted. scikit-learn: precision_score.
#include "metrics/label_counts.h"
#include "metrics/metric_files.h"

namespace lathe::metrics {

std::unique_ptr<Metric> makePrecisionMicro(const MetricOptions&) { return makeMicroMetric(&LabelCounts::precision); }

std::unique_ptr<Metric> makePrecisionMacro(const MetricOptions&) { return makeMacroMetric(&LabelCounts::precision); }

}  // namespace lathe::metrics
