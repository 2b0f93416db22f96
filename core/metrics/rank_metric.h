// SPDX-License-Identifier: GPL-3.0-or-later
/// Base of metrics that need all scores. Internal to core/metrics.
#pragma once
#include <memory>

#include "metrics/label_counts.h"
#include "metrics/score_store.h"

namespace lathe::metrics {

/// Keeps scores of its own, or reads shared ones that their owner fills.
class RankMetric final : public Metric {
public:
    using Value = double (*)(const ScoreStore& store);
    RankMetric(const MetricOptions& options, Value compute)
        : isShared_(options.sharedScores != nullptr),
          store_(isShared_ ? options.sharedScores : std::make_shared<ScoreStore>()),
          compute_(compute) {}

    void update(const Observation& observation) override {
        if (!isShared_) {
            store_->append(observation.labels);
        }
    }
    void merge(const Metric& other) override {
        const auto& same = sameKind<RankMetric>(other);
        if (!isShared_) {
            store_->append(*same.store_);
        }
    }
    double value() const override { return store_->rows() == 0 ? kUndefinedValue : compute_(*store_); }

private:
    bool isShared_;
    std::shared_ptr<ScoreStore> store_;
    Value compute_;
};

}  // namespace lathe::metrics
