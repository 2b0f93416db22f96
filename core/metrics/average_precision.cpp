// SPDX-License-Identifier: GPL-3.0-or-later
// Average precision: precision at each distinct score times the step in recall, without interpolation. macro: mean over
// the labels that have positives. scikit-learn: average_precision_score.
#include <cmath>

#include "metrics/metric_files.h"
#include "metrics/rank_metric.h"

namespace lathe::metrics {

std::unique_ptr<Metric> makeAveragePrecisionMicro(const MetricOptions& options) {
    return std::make_unique<RankMetric>(options,
                                        [](const ScoreStore& store) { return averagePrecision(rankAll(store)); });
}

std::unique_ptr<Metric> makeAveragePrecisionMacro(const MetricOptions& options) {
    return std::make_unique<RankMetric>(options, [](const ScoreStore& store) {
        double sum = 0;
        double defined = 0;
        for (std::size_t label = 0; label < store.labels(); ++label) {
            const double value = averagePrecision(rankLabel(store, label));
            if (!std::isnan(value)) {
                sum += value;
                defined += 1;
            }
        }
        return defined == 0 ? kUndefinedValue : sum / defined;
    });
}

}  // namespace lathe::metrics
