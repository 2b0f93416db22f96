// SPDX-License-Identifier: GPL-3.0-or-later
/// Items and events for the tests of this folder.
#pragma once
#include <string>
#include <vector>

#include <lathe/preference.h>

namespace lathe::testing {

inline PreferenceItem makeItem(std::int64_t id, const std::string& prompt, const std::string& a, const std::string& b) {
    return {.id = id, .prompt = prompt, .answerA = a, .answerB = b, .originA = "x", .originB = "y"};
}

inline std::vector<PreferenceItem> makeItems(std::int64_t count) {
    std::vector<PreferenceItem> items;
    for (std::int64_t i = 1; i <= count; ++i) items.push_back(makeItem(i, "prompt " + std::to_string(i), "answer a " + std::to_string(i), "answer b " + std::to_string(i)));
    return items;
}

/// Appends events with rising ids.
class Log {
public:
    LabelEvent& add(std::int64_t item, LabelKind kind, const std::string& rater = "ann", Showing showing = Showing::First, bool isSwapped = false) {
        LabelEvent event;
        event.id = static_cast<std::int64_t>(events.size()) + 1;
        event.item = item;
        event.kind = kind;
        event.rater = rater;
        event.showing = showing;
        event.isSwapped = isSwapped;
        event.dwellMs = 2000;
        event.time = "2026-11-24T10:00:00Z";
        events.push_back(event);
        return events.back();
    }
    void rate(std::int64_t item, int a, int b, const std::string& rater = "ann") {
        LabelEvent& event = add(item, LabelKind::Rating, rater);
        event.ratingA = a;
        event.ratingB = b;
    }
    void undo(std::int64_t event, const std::string& rater = "ann") { add(0, LabelKind::Undo, rater).undoes = event; }
    FoldedLabels fold() const { return foldLabels(events); }

    std::vector<LabelEvent> events;
};

}  // namespace lathe::testing
