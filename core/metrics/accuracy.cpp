// SPDX-License-Identifier: GPL-3.0-or-later
// Share of right answers: tokens for language models, rows where one label is chosen.
#include "metrics/label_counts.h"
#include "metrics/metric_files.h"

namespace lathe::metrics {

namespace {

class Accuracy final : public Metric {
public:
    void update(const Observation& observation) override {
        correct_ += observation.correct;
        answered_ += observation.answered;
    }
    void merge(const Metric& other) override {
        const auto& same = sameKind<Accuracy>(other);
        correct_ += same.correct_;
        answered_ += same.answered_;
    }
    double value() const override { return answered_ == 0 ? kUndefinedValue : correct_ / answered_; }

private:
    double correct_ = 0;
    double answered_ = 0;
};

}  // namespace

std::unique_ptr<Metric> makeAccuracy(const MetricOptions&) { return std::make_unique<Accuracy>(); }

}  // namespace lathe::metrics
