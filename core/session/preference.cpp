// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/preference.h"

#include <algorithm>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"

namespace lathe::session {
namespace {

bool hasSet(const workspace::Workspace& workspace, const std::string& name) {
    const auto sets = workspace.labelSets();
    return std::any_of(sets.begin(), sets.end(), [&](const LabelSet& set) { return set.name == name; });
}

LabelTask taskOf(const PreferenceItem& item, const QueueEntry& entry, const FoldedLabels& labels, const std::string& rater) {
    LabelTask task{.item = item, .entry = entry, .isFlagged = labels.flags.contains({rater, item.id}), .note = {}};
    if (const auto note = labels.notes.find({rater, item.id}); note != labels.notes.end()) task.note = note->second;
    return task;
}

}  // namespace

LabelState labelState(const workspace::Workspace& workspace, const std::string& set, const std::string& rater) {
    const QueueOptions queue = workspace.labelSet(set).queue;
    const auto items = workspace.preferenceItems(set);
    const FoldedLabels labels = foldLabels(workspace.labelEvents(set));
    LabelState state;
    state.progress = labelProgress(items, labels, rater, workspace::utcNow().substr(0, 10));
    state.canUndo = labels.undoable.contains(rater);
    if (const auto entry = nextEntry(items, labels, rater, queue)) {
        const auto item = std::find_if(items.begin(), items.end(), [&](const PreferenceItem& candidate) { return candidate.id == entry->item; });
        state.task = taskOf(*item, *entry, labels, rater);
    }
    return state;
}

LabelState undoLabel(workspace::Workspace& workspace, const std::string& set, const std::string& rater) {
    const FoldedLabels labels = foldLabels(workspace.labelEvents(set));
    const auto newest = labels.undoable.find(rater);
    if (newest == labels.undoable.end()) throw Error(ErrorCode::InvalidInput, fmt::format("There is nothing to undo. {} has not labelled anything in {} yet. Label a pair first.", rater, set));
    LabelEvent undo;
    undo.kind = LabelKind::Undo;
    undo.rater = rater;
    undo.undoes = newest->second;
    workspace.addLabelEvent(set, undo);
    return labelState(workspace, set, rater);
}

PreferenceImportReport importPreferences(workspace::Workspace& workspace, const Table& table, const std::string& set, const std::string& where) {
    std::vector<std::vector<std::string>> cells;
    cells.reserve(static_cast<std::size_t>(table.rowCount()));
    for (std::int64_t row = 0; row < table.rowCount(); ++row) {
        auto& line = cells.emplace_back();
        for (int column = 0; column < table.columnCount(); ++column) line.emplace_back(table.cell(row, column));
    }
    const PreferenceImport read = readPreferences(table.columnNames(), cells, where);
    if (read.items.empty())
        throw Error(ErrorCode::InvalidInput, fmt::format("No pair could be read from {}. {} Look at its rows.", where, read.problems.empty() ? "It has no rows." : read.problems.front()), {where});
    if (!hasSet(workspace, set)) workspace.saveLabelSet({.name = set, .mode = read.form.find("ratings") == std::string::npos ? LabelMode::Pairs : LabelMode::Ratings});
    workspace.addPreferenceItems(set, read.items);
    PreferenceImportReport report{.items = static_cast<std::int64_t>(read.items.size()), .labels = 0, .leftOut = read.leftOut, .form = read.form, .problems = read.problems};
    for (const ImportedItem& item : read.items) report.labels += std::count_if(item.labels.begin(), item.labels.end(), [](const LabelEvent& event) { return isJudgement(event.kind); });
    return report;
}

PreferenceExport exportPreferences(const workspace::Workspace& workspace, const std::string& set, const PreferenceExportOptions& options, const std::filesystem::path& file) {
    PreferenceExport made = writePreferences(workspace.preferenceItems(set), foldLabels(workspace.labelEvents(set)), options);
    if (!file.empty()) base::writeFileAtomically(file, made.text);
    return made;
}

TablePtr pairTable(const PairReport& report, const std::string& set) {
    if (report.pairs.empty())
        throw Error(ErrorCode::InvalidInput, fmt::format("The set {} has no pair to train on yet: {} Label some pairs first.", set, report.sentence()));
    std::vector<std::vector<std::string>> columns(4);
    for (const PreferencePair& pair : report.pairs) {
        columns[0].push_back(pair.prompt);
        columns[1].push_back(pair.chosen);
        columns[2].push_back(pair.rejected);
        columns[3].push_back(fmt::format("{}", pair.margin));
    }
    return Table::fromColumns({"prompt", "chosen", "rejected", "margin"}, columns);
}

std::int64_t scorePreferences(workspace::Workspace& workspace, const std::string& set, TextGenerator& scorer, const ProgressSink& progress, std::stop_token stop) {
    constexpr std::size_t kKeptEvery = 100;
    auto items = workspace.preferenceItems(set);
    std::vector<PreferenceItem> scored;
    std::int64_t total = 0;
    const auto keep = [&] {
        workspace.setRewards(set, scored);
        total += static_cast<std::int64_t>(scored.size());
        scored.clear();
    };
    for (PreferenceItem& item : items) {
        if (stop.stop_requested()) break;
        if (progress) progress({"Scoring pairs", static_cast<double>(total) + static_cast<double>(scored.size()), static_cast<double>(items.size())});
        item.rewardA = scorer.score(item.prompt, item.answerA).reward;
        item.rewardB = scorer.score(item.prompt, item.answerB).reward;
        if (!item.rewardA || !item.rewardB)
            throw Error(ErrorCode::InvalidInput, fmt::format("{} gives no rewards. It is a language model. Choose a model that was trained with the task reward.", scorer.description()));
        scored.push_back(item);
        if (scored.size() == kKeptEvery) keep();
    }
    keep();
    throwIfStopped(stop);
    return total;
}

}  // namespace lathe::session
