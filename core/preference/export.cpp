// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>
#include <lathe/preference.h>

#include "base/json.h"

namespace lathe {
namespace {

using base::OrderedJson;

void addLine(PreferenceExport& file, const OrderedJson& json) {
    // Text of unknown origin may hold broken UTF-8; U+FFFD stands for it rather than an error at the last step.
    file.text += json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
    file.text += '\n';
    ++file.lines;
}

OrderedJson valueOf(const std::string& text, const char* role, PreferenceForm form) {
    if (form == PreferenceForm::Text) return text;
    return OrderedJson::array({OrderedJson{{"role", role}, {"content", text}}});
}

void writePaired(const PairReport& report, PreferenceForm form, PreferenceExport& file) {
    bool hasMargin = false;
    for (const PreferencePair& pair : report.pairs) hasMargin = hasMargin || pair.margin != 0;
    for (const PreferencePair& pair : report.pairs) {
        OrderedJson json{{"prompt", valueOf(pair.prompt, "user", form)}, {"chosen", valueOf(pair.chosen, "assistant", form)}, {"rejected", valueOf(pair.rejected, "assistant", form)}};
        if (hasMargin) json["margin"] = pair.margin;
        addLine(file, json);
    }
    file.sentence = report.sentence();
}

void writeUnpaired(const PairReport& report, PreferenceForm form, PreferenceExport& file) {
    std::set<std::tuple<std::string, std::string, bool>> written;  // an answer that wins twice is one row
    const auto add = [&](const std::string& prompt, const std::string& completion, bool isGood) {
        if (!written.emplace(prompt, completion, isGood).second) return;
        addLine(file, {{"prompt", valueOf(prompt, "user", form)}, {"completion", valueOf(completion, "assistant", form)}, {"label", isGood}});
    };
    for (const PreferencePair& pair : report.pairs) {
        add(pair.prompt, pair.chosen, true);
        add(pair.prompt, pair.rejected, false);
    }
    for (const PreferenceItem& item : report.bothBadItems) {
        add(item.prompt, item.answerA, false);
        add(item.prompt, item.answerB, false);
    }
    PairReport rest = report;
    rest.bothBad = 0;
    file.sentence = fmt::format("{} answers, those of {} pairs that are both bad among them. {}", file.lines, report.bothBad, rest.sentence());
}

/// One row of the complete formats: an item, and a judgement of it if there is one.
OrderedJson rowOf(const PreferenceItem& item, const Judgement* judgement, const FoldedLabels& labels) {
    OrderedJson row{{"item", std::to_string(item.id)}, {"prompt", item.prompt}, {"answer_a", item.answerA}, {"answer_b", item.answerB}, {"origin_a", item.originA}, {"origin_b", item.originB},
                    {"label", nullptr}, {"rating_a", nullptr}, {"rating_b", nullptr}, {"rater", nullptr}, {"showing", nullptr}, {"shown_left", nullptr},
                    {"dwell_ms", nullptr}, {"time", nullptr}, {"flagged", nullptr}, {"note", nullptr}, {"margin", nullptr}};
    if (item.margin != 0) row["margin"] = item.margin;
    if (judgement == nullptr) return row;
    row["label"] = labelKindName(judgement->kind);
    if (judgement->kind == LabelKind::Rating) {
        row["rating_a"] = judgement->ratingA;
        row["rating_b"] = judgement->ratingB;
    }
    row["rater"] = judgement->rater;
    row["showing"] = judgement->showing == Showing::Repeat ? "repeat" : "first";
    row["shown_left"] = judgement->isSwapped ? "b" : "a";
    row["dwell_ms"] = judgement->dwellMs;
    row["time"] = judgement->time;
    const std::pair<std::string, std::int64_t> key{judgement->rater, item.id};
    row["flagged"] = labels.flags.contains(key);
    if (const auto note = labels.notes.find(key); note != labels.notes.end()) row["note"] = note->second;
    return row;
}

std::string csvField(const OrderedJson& value) {
    if (value.is_null()) return {};
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (text.find_first_of(",\"\r\n") == std::string::npos && (text.empty() || (text.front() != ' ' && text.back() != ' '))) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

void addCsvLine(PreferenceExport& file, const OrderedJson& row) {
    if (file.lines == 0) {
        std::vector<std::string> names;
        for (const auto& entry : row.items()) names.push_back(csvField(entry.key()));
        file.text += fmt::format("{}\r\n", fmt::join(names, ","));
    }
    std::vector<std::string> fields;
    for (const auto& value : row) fields.push_back(csvField(value));
    file.text += fmt::format("{}\r\n", fmt::join(fields, ","));
    ++file.lines;
}

void writeComplete(std::span<const PreferenceItem> items, const FoldedLabels& labels, const PreferenceExportOptions& options, PreferenceExport& file) {
    std::unordered_map<std::int64_t, std::vector<const Judgement*>> byItem;
    for (const Judgement& judgement : labels.judgements)
        if (options.pairs.rater.empty() || judgement.rater == options.pairs.rater) byItem[judgement.item].push_back(&judgement);
    std::int64_t judgements = 0;
    for (const PreferenceItem& item : items) {
        std::vector<const Judgement*> mine = byItem[item.id];
        judgements += static_cast<std::int64_t>(mine.size());
        if (mine.empty()) mine.push_back(nullptr);
        for (const Judgement* judgement : mine) {
            const OrderedJson row = rowOf(item, judgement, labels);
            if (options.format == PreferenceFormat::Csv) addCsvLine(file, row);
            else addLine(file, row);
        }
    }
    file.sentence = fmt::format("{} pairs with {} judgements.", items.size(), judgements);
}

}  // namespace

PreferenceExport writePreferences(std::span<const PreferenceItem> items, const FoldedLabels& labels, const PreferenceExportOptions& options) {
    PreferenceExport file;
    switch (options.format) {
        case PreferenceFormat::Trl: writePaired(pairsOf(items, labels, options.pairs), options.form, file); break;
        case PreferenceFormat::TrlUnpaired: writeUnpaired(pairsOf(items, labels, options.pairs), options.form, file); break;
        case PreferenceFormat::Jsonl:
        case PreferenceFormat::Csv: writeComplete(items, labels, options, file); break;
    }
    return file;
}

}  // namespace lathe
