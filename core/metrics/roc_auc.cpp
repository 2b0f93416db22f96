// SPDX-License-Identifier: GPL-3.0-or-later
// Area under the ROC curve, exact, ties half. micro: all decisions as one label. macro: mean over the labels that have
// both classes; the others are left out and counted by roc_auc_defined_labels. scikit-learn: roc_auc_score.
#include <cmath>

#include "metrics/metric_files.h"
#include "metrics/rank_metric.h"

namespace lathe::metrics {

std::unique_ptr<Metric> makeRocAucMicro(const MetricOptions& options) {
    return std::make_unique<RankMetric>(options, [](const ScoreStore& store) { return areaUnderRoc(rankAll(store)); });
}

std::unique_ptr<Metric> makeRocAucMacro(const MetricOptions& options) {
    return std::make_unique<RankMetric>(options, [](const ScoreStore& store) {
        double sum = 0;
        double defined = 0;
        for (std::size_t label = 0; label < store.labels(); ++label) {
            const double area = areaUnderRoc(rankLabel(store, label));
            if (!std::isnan(area)) {
                sum += area;
                defined += 1;
            }
        }
        return defined == 0 ? kUndefinedValue : sum / defined;
    });
}

std::unique_ptr<Metric> makeRocAucDefinedLabels(const MetricOptions& options) {
    return std::make_unique<RankMetric>(options, [](const ScoreStore& store) {
        double defined = 0;
        for (std::size_t label = 0; label < store.labels(); ++label) {
            const std::size_t support = store.support(label);
            defined += support > 0 && support < store.rows() ? 1 : 0;
        }
        return defined;
    });
}

}  // namespace lathe::metrics
