// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/near_copies.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "session/similarity.h"
#include "tasks/task.h"
#include "text/prompt_template.h"

namespace lathe::session {
namespace {

/// What is compared. Of a prompt template only the cells: its fixed words would make all rows look alike.
TextTemplate comparedText(const RunSpec& spec) {
    TextTemplate compared;
    if (spec.task == "multi-label") {
        compared.text = spec.dataset.text.value_or("");
        return compared;
    }
    const text::PromptTemplate words(spec.dataset.textTemplate.value_or(""));
    for (const std::string& field : words.fields()) compared.text += fmt::format("{}{{{}}}", compared.text.empty() ? "" : "\n", field);
    return compared;
}

}  // namespace

std::vector<std::int64_t> NearCopies::find(const RunSpec& spec, const TablePtr& table, const std::string& fingerprint, const std::filesystem::path& encoder,
                                           workspace::Workspace* workspace, const ProgressSink& progress, const std::stop_token& stop) {
    if (!spec.dataset.dedupThreshold) return {};
    const TextTemplate compared = comparedText(spec);
    const auto& split = spec.dataset.split;
    const std::string key = fmt::format("{}\n{}\n{}\n{} {} {} {} {}", fingerprint, compared.text, encoder.string(), split.validation, split.test, split.seed,
                                        split.groupBy.value_or(""), split.column.value_or(""));
    std::shared_ptr<const Search> search;
    const auto look = [&] {
        const std::lock_guard lock(mutex_);
        if (key == key_) search = last_;
    };
    look();
    std::unique_lock<std::mutex> searching;
    if (!search) {
        searching = std::unique_lock(searching_);
        throwIfStopped(stop);
        look();
    }
    if (!search) {
        const Split parts = splitRows(*table, tasks::splitOptionsOf(spec));
        auto made = std::make_shared<Search>();
        for (const auto* part : {&parts.validation, &parts.test, &parts.train}) made->rows.insert(made->rows.end(), part->begin(), part->end());
        made->fixedRows = static_cast<std::int64_t>(parts.validation.size() + parts.test.size());
        made->index = indexRows(table, compared, made->rows, encoder, workspace, progress, stop);
        const std::lock_guard lock(mutex_);
        key_ = key;
        last_ = search = std::move(made);
    }
    DedupRules rules;
    rules.threshold = std::max(*spec.dataset.dedupThreshold, static_cast<double>(search->index->floor()));
    rules.fixedRows = search->fixedRows;
    std::vector<std::int64_t> leftOut;
    for (const RemovedRow& removed : search->index->answer(rules).removed) leftOut.push_back(search->rows[static_cast<std::size_t>(removed.row)]);
    std::sort(leftOut.begin(), leftOut.end());
    return leftOut;
}

}  // namespace lathe::session
