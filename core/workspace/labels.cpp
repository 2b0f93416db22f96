// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

#include "workspace/database.h"
#include "workspace/workspace.h"

namespace lathe::workspace {
namespace {

constexpr std::string_view kSetFields =
    "name, mode, seed, item_order, repeat_share, repeat_gap, guidelines, created, "
    "(SELECT COUNT(*) FROM label_items WHERE label_set=s.id), (SELECT COUNT(*) FROM label_events WHERE label_set=s.id)";
constexpr std::string_view kItemFields = "id, prompt, answer_a, answer_b, origin_a, origin_b, margin, reward_a, reward_b";
constexpr std::string_view kEventFields =
    "id, item, showing, kind, rater, is_swapped, rating_a, rating_b, note, undoes, dwell_ms, is_by_keyboard, time";
constexpr const char* kImportRater = "import";

LabelSet readSet(const Statement& row) {
    return {.name = row.text(0), .mode = row.integer(1) == 1 ? LabelMode::Ratings : LabelMode::Pairs,
            .queue = {.seed = static_cast<std::uint64_t>(row.integer(2)), .order = row.integer(3) == 1 ? LabelOrder::Uncertain : LabelOrder::Random,
                      .repeatShare = row.number(4), .repeatGap = row.integer(5)},
            .guidelines = row.text(6), .created = row.text(7), .items = row.integer(8), .events = row.integer(9)};
}

LabelEvent readEvent(const Statement& row) {
    return {.id = row.integer(0), .item = row.integer(1), .showing = row.integer(2) == 1 ? Showing::Repeat : Showing::First, .kind = labelKindOf(row.text(3)),
            .rater = row.text(4), .isSwapped = row.integer(5) != 0, .ratingA = static_cast<int>(row.integer(6)), .ratingB = static_cast<int>(row.integer(7)),
            .note = row.text(8), .undoes = row.integer(9), .dwellMs = row.number(10), .isByKeyboard = row.integer(11) != 0, .time = row.text(12)};
}

void checkSettings(const LabelSet& set) {
    if (set.name.find_first_not_of(" \t") == std::string::npos) throw Error(ErrorCode::InvalidInput, "The set of pairs has no name. Give it one.");
    if (!(set.queue.repeatShare >= 0 && set.queue.repeatShare <= 0.5))
        throw Error(ErrorCode::InvalidInput, fmt::format("The share of repeats is {}. It must be between 0 and 0.5. 0.08 is usual.", set.queue.repeatShare));
    if (set.queue.repeatGap < 1) throw Error(ErrorCode::InvalidInput, fmt::format("The distance of repeats is {}. It must be 1 or more. 20 is usual.", set.queue.repeatGap));
}

void checkEvent(const LabelEvent& event) {
    if (event.rater.find_first_not_of(" \t") == std::string::npos)
        throw Error(ErrorCode::InvalidInput, "The label has no rater. Labels of several people are compared by name. Enter a name first.");
    const auto isRating = [](int value) { return value >= 1 && value <= 10; };
    if (event.kind == LabelKind::Rating && (!isRating(event.ratingA) || !isRating(event.ratingB)))
        throw Error(ErrorCode::InvalidInput, fmt::format("The ratings {} and {} cannot be kept. They go from 1 to 10. Rate both answers.", event.ratingA, event.ratingB));
    if (!std::isfinite(event.dwellMs) || event.dwellMs < 0) throw Error(ErrorCode::InvalidInput, "The time of the label is not a number of milliseconds. It must be 0 or more.");
}

}  // namespace

std::vector<LabelSet> Workspace::labelSets() const {
    const auto held = database_->lock();
    Statement query(*database_, fmt::format("SELECT {} FROM label_sets s WHERE is_removed=0 ORDER BY name", kSetFields));
    std::vector<LabelSet> sets;
    while (query.step()) sets.push_back(readSet(query));
    return sets;
}

std::int64_t Workspace::labelSetId(const std::string& name) const {
    Statement query(*database_, "SELECT id FROM label_sets WHERE name=? AND is_removed=0");
    query.bind(name);
    if (query.step()) return query.integer(0);
    std::vector<std::string> names;
    for (const LabelSet& set : labelSets()) names.push_back(set.name);
    throw Error(ErrorCode::NotFound, fmt::format("There is no set of pairs {} in this workspace. It has {}. Import pairs, or choose one of these.", name,
                                                 names.empty() ? std::string("none yet") : fmt::format("{}", fmt::join(names, ", "))));
}

LabelSet Workspace::labelSet(const std::string& name) const {
    const auto held = database_->lock();
    const std::int64_t id = labelSetId(name);
    Statement query(*database_, fmt::format("SELECT {} FROM label_sets s WHERE id=?", kSetFields));
    query.bind(id).step();
    return readSet(query);
}

LabelSet Workspace::saveLabelSet(const LabelSet& set) {
    checkSettings(set);
    database_->transaction([&] {
        Statement known(*database_, "SELECT id, EXISTS(SELECT 1 FROM label_events WHERE label_set=label_sets.id AND dwell_ms>0) FROM label_sets WHERE name=? AND is_removed=0");
        known.bind(set.name);
        const std::int64_t mode = set.mode == LabelMode::Ratings ? 1 : 0;
        const std::int64_t order = set.queue.order == LabelOrder::Uncertain ? 1 : 0;
        if (!known.step()) {
            Statement(*database_, "INSERT INTO label_sets(name, mode, seed, item_order, repeat_share, repeat_gap, guidelines, created) VALUES(?,?,?,?,?,?,?,?)")
                .bind(set.name).bind(mode).bind(static_cast<std::int64_t>(set.queue.seed)).bind(order).bind(set.queue.repeatShare).bind(set.queue.repeatGap)
                .bind(set.guidelines).bind(utcNow()).run();
            return;
        }
        const std::int64_t id = known.integer(0);
        Statement(*database_, "UPDATE label_sets SET mode=?, item_order=?, guidelines=? WHERE id=?").bind(mode).bind(order).bind(set.guidelines).bind(id).run();
        // Sides and repeats follow from these: changing them halfway would show one pair from both sides unasked.
        if (known.integer(1) == 0)
            Statement(*database_, "UPDATE label_sets SET seed=?, repeat_share=?, repeat_gap=? WHERE id=?")
                .bind(static_cast<std::int64_t>(set.queue.seed)).bind(set.queue.repeatShare).bind(set.queue.repeatGap).bind(id).run();
    });
    return labelSet(set.name);
}

void Workspace::removeLabelSet(const std::string& name) {
    database_->transaction([&] { Statement(*database_, "UPDATE label_sets SET is_removed=1 WHERE id=?").bind(labelSetId(name)).run(); });
}

void Workspace::restoreLabelSet(const std::string& name) {
    database_->transaction([&] {
        Statement taken(*database_, "SELECT 1 FROM label_sets WHERE name=? AND is_removed=0");
        taken.bind(name);
        if (taken.step()) throw Error(ErrorCode::InvalidInput, fmt::format("The set {} cannot come back. Another one has its name now. Remove that one first.", name));
        Statement(*database_, "UPDATE label_sets SET is_removed=0 WHERE id=(SELECT MAX(id) FROM label_sets WHERE name=?)").bind(name).run();
    });
}

std::vector<PreferenceItem> Workspace::preferenceItems(const std::string& set) const {
    const auto held = database_->lock();
    const std::int64_t id = labelSetId(set);
    Statement query(*database_, fmt::format("SELECT {} FROM label_items WHERE label_set=? ORDER BY id", kItemFields));
    query.bind(id);
    std::vector<PreferenceItem> items;
    while (query.step())
        items.push_back({.id = query.integer(0), .prompt = query.text(1), .answerA = query.text(2), .answerB = query.text(3), .originA = query.text(4), .originB = query.text(5),
                         .rewardA = query.optionalNumber(7), .rewardB = query.optionalNumber(8), .margin = query.number(6)});
    return items;
}

std::vector<std::int64_t> Workspace::addPreferenceItems(const std::string& set, std::span<const ImportedItem> items) {
    std::vector<std::int64_t> ids;
    database_->transaction([&] {
        ids.clear();
        const std::int64_t setId = labelSetId(set);
        Statement insert(*database_, "INSERT INTO label_items(label_set, prompt, answer_a, answer_b, origin_a, origin_b, margin) VALUES(?,?,?,?,?,?,?)");
        for (const ImportedItem& imported : items) {
            const PreferenceItem& item = imported.item;
            insert.bind(setId).bind(item.prompt).bind(item.answerA).bind(item.answerB).bind(item.originA).bind(item.originB).bind(item.margin).run();
            ids.push_back(database_->lastRowId());
            for (LabelEvent label : imported.labels) {
                label.item = ids.back();
                if (label.rater.empty()) label.rater = kImportRater;
                appendEvent(setId, std::move(label));
            }
        }
    });
    return ids;
}

std::vector<LabelEvent> Workspace::labelEvents(const std::string& set) const {
    const auto held = database_->lock();
    const std::int64_t id = labelSetId(set);
    Statement query(*database_, fmt::format("SELECT {} FROM label_events WHERE label_set=? ORDER BY id", kEventFields));
    query.bind(id);
    std::vector<LabelEvent> events;
    while (query.step()) events.push_back(readEvent(query));
    return events;
}

LabelEvent Workspace::appendEvent(std::int64_t set, LabelEvent event) {
    checkEvent(event);
    if (event.kind == LabelKind::Undo) {
        Statement target(*database_, "SELECT item, showing, kind, rater FROM label_events WHERE id=? AND label_set=?");
        target.bind(event.undoes).bind(set);
        if (!target.step() || target.text(3) != event.rater || !isJudgement(labelKindOf(target.text(2))))
            throw Error(ErrorCode::InvalidInput, fmt::format("Label {} cannot be undone. It is not a judgement of {}. Undo one of your own.", event.undoes, event.rater));
        event.item = target.integer(0);
        event.showing = target.integer(1) == 1 ? Showing::Repeat : Showing::First;
    } else {
        Statement item(*database_, "SELECT 1 FROM label_items WHERE id=? AND label_set=?");
        item.bind(event.item).bind(set);
        if (!item.step()) throw Error(ErrorCode::InvalidInput, fmt::format("Pair {} cannot be labelled. It is not in this set. Open the set again.", event.item));
    }
    event.time = utcNow();
    Statement(*database_, "INSERT INTO label_events(label_set, item, showing, kind, rater, is_swapped, rating_a, rating_b, note, undoes, dwell_ms, is_by_keyboard, time) "
                          "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)")
        .bind(set).bind(event.item).bind(std::int64_t{event.showing == Showing::Repeat ? 1 : 0}).bind(labelKindName(event.kind)).bind(event.rater)
        .bind(std::int64_t{event.isSwapped ? 1 : 0}).bind(std::int64_t{event.ratingA}).bind(std::int64_t{event.ratingB}).bind(event.note).bind(event.undoes)
        .bind(event.dwellMs).bind(std::int64_t{event.isByKeyboard ? 1 : 0}).bind(event.time).run();
    event.id = database_->lastRowId();
    return event;
}

LabelEvent Workspace::addLabelEvent(const std::string& set, LabelEvent event) {
    LabelEvent added;
    database_->transaction([&] { added = appendEvent(labelSetId(set), event); });
    return added;
}

void Workspace::setRewards(const std::string& set, std::span<const PreferenceItem> items) {
    database_->transaction([&] {
        const std::int64_t setId = labelSetId(set);
        Statement update(*database_, "UPDATE label_items SET reward_a=?, reward_b=? WHERE id=? AND label_set=?");
        for (const PreferenceItem& item : items) update.bind(item.rewardA).bind(item.rewardB).bind(item.id).bind(setId).run();
    });
}

}  // namespace lathe::workspace
