// SPDX-License-Identifier: GPL-3.0-or-later
// Pairs, labels and ratings of other tools, and our own exports.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <tuple>

#include <fmt/format.h>
#include <lathe/error.h>
#include <lathe/preference.h>

#include "base/json.h"

namespace lathe {
namespace {

constexpr std::size_t kShownProblems = 100;
constexpr const char* kImportOrigin = "imported";

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

/// Positions of the columns that mean something; -1 = not there.
struct Columns {
    int prompt = -1, chosen = -1, rejected = -1, answerA = -1, answerB = -1, label = -1, ratingA = -1, ratingB = -1, answer = -1, rating = -1;
    int margin = -1, rater = -1, originA = -1, originB = -1, showing = -1, shownLeft = -1, dwell = -1, flag = -1, note = -1, item = -1;
};

Columns findColumns(const std::vector<std::string>& names) {
    const auto find = [&](std::initializer_list<std::string_view> wanted) {
        for (const std::string_view want : wanted)
            for (std::size_t i = 0; i < names.size(); ++i)
                if (lower(trimmed(names[i])) == want) return static_cast<int>(i);
        return -1;
    };
    Columns c;
    c.prompt = find({"prompt", "question", "instruction", "query"});
    c.chosen = find({"chosen", "chosen_response"});
    c.rejected = find({"rejected", "rejected_response"});
    c.answerA = find({"answer_a", "response_a", "completion_a", "output_a"});
    c.answerB = find({"answer_b", "response_b", "completion_b", "output_b"});
    c.label = find({"label", "winner", "preference", "choice"});
    c.ratingA = find({"rating_a", "score_a"});
    c.ratingB = find({"rating_b", "score_b"});
    c.answer = find({"answer", "response", "completion", "output"});
    c.rating = find({"rating", "score"});
    c.margin = find({"margin"});
    c.rater = find({"rater", "annotator", "annotator_id", "judge"});
    c.originA = find({"origin_a", "model_a"});
    c.originB = find({"origin_b", "model_b"});
    c.showing = find({"showing"});
    c.shownLeft = find({"shown_left"});
    c.dwell = find({"dwell_ms"});
    c.flag = find({"flagged"});
    c.note = find({"note"});
    c.item = find({"item"});
    return c;
}

/// Role and content of a chat; nothing if the cell is not one.
struct Message {
    std::string role;
    std::string content;
    bool operator==(const Message&) const = default;
};
using Messages = std::vector<Message>;

std::optional<Messages> messagesOf(const std::string& cell) {
    const std::string text = trimmed(cell);
    if (text.empty() || text.front() != '[') return std::nullopt;
    base::Json json;
    try {
        json = base::parseJson(text, "messages");
    } catch (const Error&) {
        return std::nullopt;  // an answer that merely begins with a bracket
    }
    if (!json.is_array() || json.empty()) return std::nullopt;
    Messages messages;
    for (const base::Json& entry : json) {
        if (!entry.is_object() || !entry.contains("role") || !entry.contains("content") || !entry["role"].is_string() || !entry["content"].is_string()) return std::nullopt;
        messages.push_back({entry["role"].get<std::string>(), entry["content"].get<std::string>()});
    }
    return messages;
}

/// One message is its content; a longer talk has the roles before it.
std::string textOf(std::span<const Message> messages) {
    if (messages.size() == 1) return messages.front().content;
    std::string text;
    for (const Message& message : messages) text += fmt::format("{}{}: {}", text.empty() ? "" : "\n\n", message.role, message.content);
    return text;
}

struct Texts {
    std::string prompt;
    std::string first;
    std::string second;
    bool isChat = false;
};

/// Prompt and two answers of cells that hold text or messages; the messages may begin with the prompt.
Texts textsOf(const std::string& promptCell, const std::string& firstCell, const std::string& secondCell) {
    Texts texts{promptCell, firstCell, secondCell};
    if (const auto prompt = messagesOf(promptCell)) {
        texts.prompt = textOf(*prompt);
        texts.isChat = true;
    }
    const auto first = messagesOf(firstCell);
    const auto second = messagesOf(secondCell);
    if (!first || !second) return texts;
    texts.isChat = true;
    std::size_t shared = 0;
    while (shared + 1 < first->size() && shared + 1 < second->size() && (*first)[shared] == (*second)[shared]) ++shared;
    if (shared > 0 && trimmed(texts.prompt).empty()) texts.prompt = textOf(std::span(*first).first(shared));
    texts.first = textOf(std::span(*first).subspan(shared));
    texts.second = textOf(std::span(*second).subspan(shared));
    return texts;
}

std::optional<double> numberOf(const std::string& text) {
    const std::string clean = trimmed(text);
    double value = 0;
    const auto [end, error] = std::from_chars(clean.data(), clean.data() + clean.size(), value);
    if (error != std::errc() || end != clean.data() + clean.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

/// A whole number from 1 to 10, or 0.
int ratingOf(const std::string& text) {
    const auto number = numberOf(text);
    return number && *number >= 1 && *number <= 10 && std::floor(*number) == *number ? static_cast<int>(*number) : 0;
}

std::optional<LabelKind> labelOf(const std::string& text) {
    const std::string clean = lower(trimmed(text));
    const std::pair<std::string_view, LabelKind> words[] = {
        {"a", LabelKind::A},     {"1", LabelKind::A},          {"model_a", LabelKind::A},      {"b", LabelKind::B},           {"2", LabelKind::B},
        {"model_b", LabelKind::B}, {"tie", LabelKind::Tie},    {"0", LabelKind::Tie},          {"equal", LabelKind::Tie},     {"both_bad", LabelKind::BothBad},
        {"tie (bothbad)", LabelKind::BothBad}, {"both bad", LabelKind::BothBad}, {"bothbad", LabelKind::BothBad}, {"skip", LabelKind::Skip}, {"rating", LabelKind::Rating}};
    for (const auto& [word, kind] : words)
        if (clean == word) return kind;
    return std::nullopt;
}

class Reader {
public:
    Reader(const std::vector<std::string>& names, const std::vector<std::vector<std::string>>& cells) : columns_(findColumns(names)), cells_(cells) {}

    PreferenceImport read(const std::vector<std::string>& names, const std::string& where) {
        if (columns_.chosen >= 0 && columns_.rejected >= 0) readChosen();
        else if (columns_.answerA >= 0 && columns_.answerB >= 0 && columns_.prompt >= 0) readPairs();
        else if (columns_.answer >= 0 && columns_.rating >= 0 && columns_.prompt >= 0) readRatings();
        else
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("{} cannot be read as preferences. Its columns are {}. Understood are prompt, chosen, rejected; prompt, answer_a, answer_b with label or "
                                    "rating_a and rating_b; and prompt, answer, rating. Rename the columns.", where, fmt::join(names, ", ")));
        return std::move(result_);
    }

private:
    const std::string& cell(std::size_t row, int column) const {
        static const std::string kNothing;
        if (column < 0 || static_cast<std::size_t>(column) >= cells_[row].size()) return kNothing;
        return cells_[row][static_cast<std::size_t>(column)];
    }

    void leaveOut(std::size_t row, const std::string& reason) {
        ++result_.leftOut;
        if (result_.problems.size() < kShownProblems) result_.problems.push_back(fmt::format("Row {}: {}.", row + 1, reason));
    }

    /// The reason why an item is no use, or empty.
    static std::string flawOf(const PreferenceItem& item) {
        if (trimmed(item.prompt).empty()) return "the prompt is blank";
        if (trimmed(item.answerA).empty() && trimmed(item.answerB).empty()) return "both answers are blank";
        if (item.answerA == item.answerB) return "both answers are the same";
        return {};
    }

    void readChosen() {
        bool hasChat = false;
        for (std::size_t row = 0; row < cells_.size(); ++row) {
            const Texts texts = textsOf(cell(row, columns_.prompt), cell(row, columns_.chosen), cell(row, columns_.rejected));
            ImportedItem imported;
            imported.item = {.prompt = texts.prompt, .answerA = texts.first, .answerB = texts.second, .originA = kImportOrigin, .originB = kImportOrigin};
            if (const std::string flaw = flawOf(imported.item); !flaw.empty()) {
                leaveOut(row, flaw);
                continue;
            }
            if (const std::string& margin = cell(row, columns_.margin); !trimmed(margin).empty()) {
                const auto value = numberOf(margin);
                if (!value) {
                    leaveOut(row, fmt::format("the margin \"{}\" is not a number", trimmed(margin)));
                    continue;
                }
                imported.item.margin = *value;
            }
            hasChat = hasChat || texts.isChat;
            LabelEvent label;
            label.kind = LabelKind::A;
            label.rater = trimmed(cell(row, columns_.rater));
            label.isByKeyboard = false;
            imported.labels.push_back(std::move(label));
            result_.items.push_back(std::move(imported));
        }
        result_.form = hasChat ? "chosen and rejected as messages" : "prompt, chosen, rejected";
    }

    /// Pairs with or without labels; several rows of one pair are several judgements of it.
    void readPairs() {
        std::map<std::tuple<std::string, std::string, std::string, std::string>, std::size_t> known;
        for (std::size_t row = 0; row < cells_.size(); ++row) {
            const Texts texts = textsOf(cell(row, columns_.prompt), cell(row, columns_.answerA), cell(row, columns_.answerB));
            PreferenceItem item{.prompt = texts.prompt, .answerA = texts.first, .answerB = texts.second, .originA = cell(row, columns_.originA), .originB = cell(row, columns_.originB)};
            if (const std::string flaw = flawOf(item); !flaw.empty()) {
                leaveOut(row, flaw);
                continue;
            }
            item.margin = numberOf(cell(row, columns_.margin)).value_or(0);
            std::vector<LabelEvent> labels;
            if (const std::string flaw = labelsOf(row, labels); !flaw.empty()) {
                leaveOut(row, flaw);
                continue;
            }
            const auto [entry, isNew] = known.emplace(std::tuple(cell(row, columns_.item), item.prompt, item.answerA, item.answerB), result_.items.size());
            if (isNew) result_.items.push_back({std::move(item), {}});
            auto& all = result_.items[entry->second].labels;
            for (LabelEvent& label : labels) all.push_back(std::move(label));
        }
        const auto hasLabel = [&](auto wanted) {
            return std::any_of(result_.items.begin(), result_.items.end(), [&](const ImportedItem& item) { return std::any_of(item.labels.begin(), item.labels.end(), wanted); });
        };
        const bool hasRatings = hasLabel([](const LabelEvent& label) { return label.kind == LabelKind::Rating; });
        const bool hasLabels = hasLabel([](const LabelEvent& label) { return isJudgement(label.kind); });
        result_.form = hasRatings ? "two answers with ratings" : hasLabels ? "two answers with labels" : "two answers without labels";
    }

    /// The judgement of a row with its flag and note. Returns the reason why it cannot be used, or empty.
    std::string labelsOf(std::size_t row, std::vector<LabelEvent>& labels) const {
        LabelEvent base;
        base.rater = trimmed(cell(row, columns_.rater));
        base.isByKeyboard = false;
        base.showing = cell(row, columns_.showing) == "repeat" ? Showing::Repeat : Showing::First;
        base.isSwapped = cell(row, columns_.shownLeft) == "b";
        base.dwellMs = std::max(0.0, numberOf(cell(row, columns_.dwell)).value_or(0));
        const std::string label = trimmed(cell(row, columns_.label));
        const std::string a = trimmed(cell(row, columns_.ratingA));
        const std::string b = trimmed(cell(row, columns_.ratingB));
        if (!a.empty() || !b.empty()) {
            LabelEvent event = base;
            event.kind = LabelKind::Rating;
            event.ratingA = ratingOf(a);
            event.ratingB = ratingOf(b);
            if (event.ratingA == 0 || event.ratingB == 0) return fmt::format("the ratings \"{}\" and \"{}\" are not whole numbers from 1 to 10", a, b);
            labels.push_back(std::move(event));
        } else if (!label.empty()) {
            const auto kind = labelOf(label);
            if (!kind || *kind == LabelKind::Rating) return fmt::format("the label \"{}\" is not a, b, tie, both_bad or skip", label);
            LabelEvent event = base;
            event.kind = *kind;
            labels.push_back(std::move(event));
        }
        if (cell(row, columns_.flag) == "true") {
            LabelEvent event = base;
            event.kind = LabelKind::Flag;
            labels.push_back(std::move(event));
        }
        if (const std::string& note = cell(row, columns_.note); !note.empty()) {
            LabelEvent event = base;
            event.kind = LabelKind::Note;
            event.note = note;
            labels.push_back(std::move(event));
        }
        return {};
    }

    /// One answer a row. All answers of a prompt become neighbours in pairs; pairsOf compares each with each.
    void readRatings() {
        struct Rated {
            std::string answer;
            int rating;
        };
        std::vector<std::tuple<std::string, std::string, std::size_t>> order;  // prompt, rater, first row
        std::map<std::pair<std::string, std::string>, std::vector<Rated>> groups;
        for (std::size_t row = 0; row < cells_.size(); ++row) {
            const auto prompt = messagesOf(cell(row, columns_.prompt));
            const auto answer = messagesOf(cell(row, columns_.answer));
            const std::string promptText = prompt ? textOf(*prompt) : cell(row, columns_.prompt);
            const int rating = ratingOf(cell(row, columns_.rating));
            if (rating == 0 || trimmed(promptText).empty()) {
                leaveOut(row, rating == 0 ? fmt::format("the rating \"{}\" is not a whole number from 1 to 10", trimmed(cell(row, columns_.rating))) : "the prompt is blank");
                continue;
            }
            const std::pair key(promptText, trimmed(cell(row, columns_.rater)));
            auto& group = groups[key];
            if (group.empty()) order.emplace_back(key.first, key.second, row);
            group.push_back({answer ? textOf(*answer) : cell(row, columns_.answer), rating});
        }
        for (const auto& [prompt, rater, row] : order) {
            const auto& group = groups[{prompt, rater}];
            if (group.size() < 2) leaveOut(row, "there is no second answer to this prompt to compare with");
            for (std::size_t i = 0; i + 1 < group.size(); i += 2) addRated(prompt, rater, group[i].answer, group[i].rating, group[i + 1].answer, group[i + 1].rating);
            if (group.size() > 2 && group.size() % 2 == 1) {
                const auto& a = group[group.size() - 2];
                const auto& b = group.back();
                addRated(prompt, rater, a.answer, a.rating, b.answer, b.rating);
            }
        }
        result_.form = "answers with ratings";
    }

    void addRated(const std::string& prompt, const std::string& rater, const std::string& a, int ratingA, const std::string& b, int ratingB) {
        ImportedItem imported;
        imported.item = {.prompt = prompt, .answerA = a, .answerB = b, .originA = kImportOrigin, .originB = kImportOrigin};
        LabelEvent event;
        event.kind = LabelKind::Rating;
        event.rater = rater;
        event.ratingA = ratingA;
        event.ratingB = ratingB;
        event.isByKeyboard = false;
        imported.labels.push_back(std::move(event));
        result_.items.push_back(std::move(imported));
    }

    Columns columns_;
    const std::vector<std::vector<std::string>>& cells_;
    PreferenceImport result_;
};

}  // namespace

PreferenceImport readPreferences(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& cells, const std::string& where) {
    return Reader(columns, cells).read(columns, where);
}

}  // namespace lathe
