// SPDX-License-Identifier: GPL-3.0-or-later
/// All metrics of one kind of input at once, over one stream of batches.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "metrics/metric.h"

namespace lathe::metrics {

/// Not thread-safe; give each thread its own and merge.
class MetricSet {
public:
    /// Every registered metric that needs one of `inputs`.
    explicit MetricSet(const std::vector<MetricInput>& inputs);
    /// Metrics by name. Throws InvalidInput naming an unknown one and the known ones.
    explicit MetricSet(const std::vector<std::string>& names);

    void update(const Observation& observation);
    void merge(const MetricSet& other);
    /// Name to value; metrics that are undefined are left out.
    std::map<std::string, double> values() const;
    /// The scores seen, for curves and thresholds. Empty if no label metric is in the set.
    const ScoreStore& scores() const { return *scores_; }
    std::shared_ptr<const ScoreStore> shareScores() const { return scores_; }

private:
    void add(const MetricInfo& info);

    struct Entry {
        const MetricInfo* info;
        std::unique_ptr<Metric> metric;
    };
    std::shared_ptr<ScoreStore> scores_ = std::make_shared<ScoreStore>();
    std::vector<Entry> entries_;
    bool hasLabels_ = false;
};

}  // namespace lathe::metrics
