// SPDX-License-Identifier: GPL-3.0-or-later
// Recall = TP / (TP + FN), 0 where nothing is true. scikit-learn: recall_score.
#include "metrics/label_counts.h"
#include "metrics/metric_files.h"

namespace lathe::metrics {

std::unique_ptr<Metric> makeRecallMicro(const MetricOptions&) { return makeMicroMetric(&LabelCounts::recall); }

std::unique_ptr<Metric> makeRecallMacro(const MetricOptions&) { return makeMacroMetric(&LabelCounts::recall); }

}  // namespace lathe::metrics
