// SPDX-License-Identifier: GPL-3.0-or-later
// Mean loss, and perplexity = exp(mean loss). Sums and counts are kept, so batches of any size weigh right.
#include <cmath>

#include "metrics/label_counts.h"
#include "metrics/metric_files.h"

namespace lathe::metrics {

namespace {

class MeanLoss final : public Metric {
public:
    explicit MeanLoss(double (*shown)(double)) : shown_(shown) {}
    void update(const Observation& observation) override {
        sum_ += observation.lossSum;
        count_ += observation.lossCount;
    }
    void merge(const Metric& other) override {
        const auto& same = sameKind<MeanLoss>(other);
        sum_ += same.sum_;
        count_ += same.count_;
    }
    double value() const override { return count_ == 0 ? kUndefinedValue : shown_(sum_ / count_); }

private:
    double (*shown_)(double);
    double sum_ = 0;
    double count_ = 0;
};

}  // namespace

std::unique_ptr<Metric> makeLoss(const MetricOptions&) {
    return std::make_unique<MeanLoss>([](double mean) { return mean; });
}

std::unique_ptr<Metric> makePerplexity(const MetricOptions&) {
    return std::make_unique<MeanLoss>([](double mean) { return std::exp(mean); });
}

}  // namespace lathe::metrics
