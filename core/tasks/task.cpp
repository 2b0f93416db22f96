// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/task.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>

#include <fmt/format.h>
#include <lathe/error.h>

#include "metrics/metric.h"

namespace lathe::tasks {

std::int64_t Example::tokens() const {
    std::int64_t total = 0;
    for (const auto& sequence : sequences) total += static_cast<std::int64_t>(sequence.ids.size());
    return total;
}

std::int64_t Example::longest() const {
    std::size_t most = 0;
    for (const auto& sequence : sequences) most = std::max(most, sequence.ids.size());
    return static_cast<std::int64_t>(most);
}

void Means::add(const std::string& name, double sum, double count) {
    auto& place = sums_[name];
    place.sum += sum;
    place.count += count;
}

void Means::merge(const Means& other) {
    for (const auto& [name, value] : other.sums_) add(name, value.sum, value.count);
}

std::map<std::string, double> Means::values() const {
    std::map<std::string, double> result;
    for (const auto& [name, value] : sums_) {
        if (value.count > 0) result[name] = value.sum / value.count;
    }
    return result;
}

std::optional<std::string> cellText(const Table& table, std::int64_t row, const std::string& column) {
    const int index = table.requireColumn(column);
    if (table.isNull(row, index)) return std::nullopt;
    return std::string(table.cell(row, index));
}

bool isGreaterBetter(std::string_view metric) {
    if (const metrics::MetricInfo* info = metrics::findMetric(metric)) return info->isHigherBetter;
    // transformers: greater is better unless the name ends in "loss"; perplexity and distances are smaller too.
    constexpr std::array<std::string_view, 5> smaller = {"loss", "perplexity", "kl", "entropy", "calibration_error"};
    return std::none_of(smaller.begin(), smaller.end(), [&](std::string_view ending) { return metric.ends_with(ending); });
}

void Task::prepare(const ProgressSink& progress, std::stop_token stop) {
    const std::int64_t rows = table().rowCount();
    examples_.clear();
    cutRows_ = skippedRows_ = longestTokens_ = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
        if (row % 64 == 0) throwIfStopped(stop);
        if (progress && row % 1024 == 0) progress({"Tokenising rows", static_cast<double>(row), static_cast<double>(rows)});
        bool isCut = false;
        auto example = makeExample(row, isCut);
        cutRows_ += isCut ? 1 : 0;
        if (!example) {
            ++skippedRows_;
            continue;
        }
        longestTokens_ = std::max(longestTokens_, example->longest());
        examples_.push_back(std::move(*example));
    }
    finishExamples();
    splitExamples();
    if (train_.empty()) {
        throw Error(ErrorCode::InvalidInput, fmt::format("None of the {} rows can be trained on. {} have nothing to learn from and the split keeps the others aside. "
                                                         "Check the template, the columns and dataset.split.", rows, skippedRows_));
    }
}

SplitOptions splitOptionsOf(const RunSpec& spec) {
    const auto& split = spec.dataset.split;
    SplitOptions options;
    options.validation = split.validation;
    options.test = split.test;
    options.seed = static_cast<std::uint64_t>(split.seed);
    options.groupBy = split.groupBy.value_or("");
    options.column = split.column.value_or("");
    return options;
}

void Task::splitExamples() {
    // The split is made of table rows, so that it does not change with the template or the length limit.
    const Split rows = splitRows(table(), splitOptionsOf(spec()));
    std::unordered_map<std::int64_t, std::int64_t> exampleOfRow;
    for (std::size_t i = 0; i < examples_.size(); ++i) exampleOfRow.emplace(examples_[i].row, static_cast<std::int64_t>(i));
    const auto collect = [&](const std::vector<std::int64_t>& from, std::vector<std::int64_t>& to) {
        to.clear();
        for (const auto row : from) {
            if (const auto found = exampleOfRow.find(row); found != exampleOfRow.end()) to.push_back(found->second);
        }
    };
    std::vector<std::int64_t> trainRows;
    std::set_difference(rows.train.begin(), rows.train.end(), inputs_.leftOut.begin(), inputs_.leftOut.end(), std::back_inserter(trainRows));
    leftOutRows_ = static_cast<std::int64_t>(rows.train.size() - trainRows.size());
    collect(trainRows, train_);
    collect(rows.validation, validation_);
    collect(rows.test, test_);
}

}  // namespace lathe::tasks
