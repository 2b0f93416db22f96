// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>
#include <lathe/error.h>
#include <lathe/preference.h>

#include "preference/verdict.h"

namespace lathe {
namespace {

constexpr std::array<std::pair<LabelKind, std::string_view>, 10> kNames{{{LabelKind::A, "a"},
                                                                         {LabelKind::B, "b"},
                                                                         {LabelKind::Tie, "tie"},
                                                                         {LabelKind::BothBad, "both_bad"},
                                                                         {LabelKind::Skip, "skip"},
                                                                         {LabelKind::Rating, "rating"},
                                                                         {LabelKind::Undo, "undo"},
                                                                         {LabelKind::Flag, "flag"},
                                                                         {LabelKind::Unflag, "unflag"},
                                                                         {LabelKind::Note, "note"}}};

using Place = std::tuple<std::string, std::int64_t, Showing>;  // rater, item, showing

Place placeOf(const LabelEvent& event) { return {event.rater, event.item, event.showing}; }

Judgement judgementOf(const LabelEvent& event) {
    return {.event = event.id, .item = event.item, .showing = event.showing, .kind = event.kind, .rater = event.rater, .isSwapped = event.isSwapped,
            .ratingA = event.ratingA, .ratingB = event.ratingB, .dwellMs = event.dwellMs, .time = event.time};
}

/// Events that an undo of the same rater names, with the undo's own place in the order.
std::unordered_map<std::int64_t, std::size_t> undoneEvents(std::span<const LabelEvent> events) {
    std::unordered_map<std::int64_t, const LabelEvent*> byId;
    std::unordered_map<std::int64_t, std::size_t> undone;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const LabelEvent& event = events[i];
        byId.emplace(event.id, &event);
        if (event.kind != LabelKind::Undo) continue;
        const auto target = byId.find(event.undoes);
        if (target == byId.end() || target->second->rater != event.rater || !isJudgement(target->second->kind)) continue;
        undone.emplace(event.undoes, i);
    }
    return undone;
}

void foldRemarks(const LabelEvent& event, FoldedLabels& folded) {
    const std::pair<std::string, std::int64_t> key{event.rater, event.item};
    if (event.kind == LabelKind::Flag) folded.flags[key] = true;
    if (event.kind == LabelKind::Unflag) folded.flags.erase(key);
    if (event.kind != LabelKind::Note) return;
    if (event.note.empty()) folded.notes.erase(key);
    else folded.notes[key] = event.note;
}

}  // namespace

std::string_view labelKindName(LabelKind kind) {
    for (const auto& [value, name] : kNames)
        if (value == kind) return name;
    return "skip";
}

LabelKind labelKindOf(std::string_view name) {
    for (const auto& [value, known] : kNames)
        if (known == name) return value;
    std::vector<std::string_view> names;
    for (const auto& entry : kNames) names.push_back(entry.second);
    throw Error(ErrorCode::InvalidInput, fmt::format("\"{}\" is not a label. Labels are {}. Use one of these.", name, fmt::join(names, ", ")));
}

bool isJudgement(LabelKind kind) { return kind <= LabelKind::Rating; }

LabelKind preference::verdictOf(const Judgement& judgement) {
    if (judgement.kind != LabelKind::Rating) return judgement.kind;
    if (judgement.ratingA == judgement.ratingB) return LabelKind::Tie;
    return judgement.ratingA > judgement.ratingB ? LabelKind::A : LabelKind::B;
}

FoldedLabels foldLabels(std::span<const LabelEvent> events) {
    const auto undone = undoneEvents(events);
    FoldedLabels folded;
    std::map<Place, const LabelEvent*> living;
    std::map<Place, std::pair<std::size_t, const LabelEvent*>> taken;  // the last undo on a place
    for (const LabelEvent& event : events) {
        foldRemarks(event, folded);
        if (!isJudgement(event.kind)) continue;
        const auto undo = undone.find(event.id);
        if (undo == undone.end()) {
            living[placeOf(event)] = &event;
            std::int64_t& newest = folded.undoable[event.rater];
            newest = std::max(newest, event.id);
        } else if (auto& last = taken[placeOf(event)]; last.second == nullptr || last.first < undo->second) {
            last = {undo->second, &event};
        }
    }
    for (const auto& [place, event] : living) folded.judgements.push_back(judgementOf(*event));
    std::sort(folded.judgements.begin(), folded.judgements.end(), [](const Judgement& a, const Judgement& b) { return a.event < b.event; });
    std::vector<std::pair<std::size_t, const LabelEvent*>> open;
    for (const auto& [place, undo] : taken)
        if (!living.contains(place)) open.push_back(undo);
    std::sort(open.begin(), open.end());
    for (const auto& [order, event] : open) folded.undone.push_back(judgementOf(*event));
    return folded;
}

LabelProgress labelProgress(std::span<const PreferenceItem> items, const FoldedLabels& labels, const std::string& rater, std::string_view todayUtc) {
    LabelProgress progress;
    progress.items = static_cast<std::int64_t>(items.size());
    std::set<std::int64_t> known;
    for (const PreferenceItem& item : items) known.insert(item.id);
    for (const Judgement& judgement : labels.judgements) {
        if (judgement.rater != rater || !known.contains(judgement.item)) continue;
        if (judgement.time.starts_with(todayUtc)) ++progress.today;
        if (judgement.showing == Showing::Repeat) continue;
        ++progress.judged;
        if (judgement.kind == LabelKind::Skip) ++progress.skipped;
    }
    for (const auto& [key, isSet] : labels.flags)
        if (key.first == rater && known.contains(key.second)) ++progress.flagged;
    return progress;
}

}  // namespace lathe
