// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/label_report.h"

#include <algorithm>
#include <numeric>

#include <lathe/error.h>

#include "metrics/label_counts.h"

namespace lathe::metrics {

std::vector<LabelReport> labelReports(const ScoreStore& store, std::span<const float> thresholds, Decision decision) {
    const LabelBatch batch{store.scores(),      store.targets(),
                           store.labels(),      store.isLogits() ? ScoreKind::Logit : ScoreKind::Probability,
                           decision,            thresholds};
    checkBatch(batch);
    std::vector<LabelCounts> counts(store.labels());
    std::vector<std::uint8_t> predicted(store.labels());
    for (std::size_t row = 0; row < store.rows(); ++row) {
        decide(batch, row, predicted);
        for (std::size_t label = 0; label < store.labels(); ++label) {
            const std::uint8_t target = store.target(row, label) ? 1 : 0;
            counts[label] += countRow({&predicted[label], 1}, {&target, 1});
        }
    }
    std::vector<LabelReport> reports;
    for (std::size_t label = 0; label < store.labels(); ++label) {
        const std::vector<RankedGroup> groups = rankLabel(store, label);
        const LabelCounts& c = counts[label];
        reports.push_back({label, c.truePositives + c.falseNegatives, c.truePositives + c.falsePositives, c.precision(),
                           c.recall(), c.f1(), areaUnderRoc(groups), averagePrecision(groups),
                           thresholds.empty() ? 0.5f : thresholds.size() == 1 ? thresholds[0] : thresholds[label]});
    }
    return reports;
}

CoOccurrence coOccurrence(const ScoreStore& store, std::size_t maxLabels) {
    std::vector<std::uint64_t> support(store.labels());
    for (std::size_t row = 0; row < store.rows(); ++row) {
        for (std::size_t label = 0; label < store.labels(); ++label) {
            support[label] += store.target(row, label) ? 1 : 0;
        }
    }
    CoOccurrence out;
    out.labels.resize(store.labels());
    std::iota(out.labels.begin(), out.labels.end(), std::size_t{0});
    std::stable_sort(out.labels.begin(), out.labels.end(),
                     [&](std::size_t a, std::size_t b) { return support[a] > support[b]; });
    out.labels.resize(std::min(maxLabels, out.labels.size()));
    const std::size_t size = out.labels.size();
    out.counts.assign(size * size, 0);
    std::vector<std::size_t> present;
    for (std::size_t row = 0; row < store.rows(); ++row) {
        present.clear();
        for (std::size_t i = 0; i < size; ++i) {
            if (store.target(row, out.labels[i])) {
                present.push_back(i);
            }
        }
        for (const std::size_t a : present) {
            for (const std::size_t b : present) {
                ++out.counts[a * size + b];
            }
        }
    }
    return out;
}

}  // namespace lathe::metrics
