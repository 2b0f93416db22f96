// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/metric_set.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::metrics {

MetricSet::MetricSet(const std::vector<MetricInput>& inputs) {
    for (const MetricInfo& info : registry()) {
        if (std::find(inputs.begin(), inputs.end(), info.input) != inputs.end()) {
            add(info);
        }
    }
}

MetricSet::MetricSet(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        const MetricInfo* info = findMetric(name);
        if (info == nullptr) {
            std::string known;
            for (const MetricInfo& one : registry()) {
                known += (known.empty() ? "" : ", ") + std::string(one.name);
            }
            throw Error(ErrorCode::InvalidInput, fmt::format("There is no metric '{}'. Use one of: {}.", name, known));
        }
        add(*info);
    }
}

void MetricSet::add(const MetricInfo& info) {
    entries_.push_back({&info, info.make({scores_})});
    hasLabels_ = hasLabels_ || info.input == MetricInput::Labels;
}

void MetricSet::update(const Observation& observation) {
    if (hasLabels_) {
        scores_->append(observation.labels);
    }
    for (const Entry& entry : entries_) {
        entry.metric->update(observation);
    }
}

void MetricSet::merge(const MetricSet& other) {
    const bool isSame = std::equal(entries_.begin(), entries_.end(), other.entries_.begin(), other.entries_.end(),
                                   [](const Entry& a, const Entry& b) { return a.info == b.info; });
    if (!isSame) {
        throw Error(ErrorCode::InvalidInput,
                    "Two different sets of metrics cannot be merged. Make both with the same names.");
    }
    scores_->append(*other.scores_);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        entries_[i].metric->merge(*other.entries_[i].metric);
    }
}

std::map<std::string, double> MetricSet::values() const {
    std::map<std::string, double> out;
    for (const Entry& entry : entries_) {
        const double value = entry.metric->value();
        if (!std::isnan(value)) {
            out[std::string(entry.info->name)] = value;
        }
    }
    return out;
}

}  // namespace lathe::metrics
