// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <lathe/data.h>
#include <lathe/error.h>

namespace lathe {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Length of the sentence at the beginning of a literal, with the blanks that follow it; the whole literal if none ends here.
std::size_t sentenceEnd(std::string_view literal, bool& isEnd) {
    isEnd = true;
    for (std::size_t i = 0; i < literal.size(); ++i) {
        if (literal[i] == '\n') return i + 1;
        const bool isMark = literal[i] == '.' || literal[i] == '!' || literal[i] == '?' || literal.substr(i, 3) == "。";
        if (!isMark) continue;
        std::size_t next = i + (literal[i] == '.' || literal[i] == '!' || literal[i] == '?' ? 1 : 3);
        if (next < literal.size() && literal[next] != ' ' && literal[next] != '\n' && literal.substr(i, 3) != "。") continue;
        while (next < literal.size() && literal[next] == ' ') ++next;
        return next;
    }
    isEnd = false;
    return literal.size();
}

}  // namespace

FilledTemplate::FilledTemplate(TablePtr table, const TextTemplate& source)
    : table_(std::move(table)), rule_(source.blankRule), placeholder_(source.placeholder) {
    int sentence = 0;
    std::string literal;
    const auto flush = [&] {
        std::string_view rest = literal;
        while (!rest.empty()) {
            bool isEnd = false;
            const std::size_t length = sentenceEnd(rest, isEnd);
            pieces_.push_back({std::string(rest.substr(0, length)), -1, sentence});
            rest.remove_prefix(length);
            sentence += isEnd;
        }
        literal.clear();
    };
    const std::string_view text = source.text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((text[i] == '{' || text[i] == '}') && i + 1 < text.size() && text[i + 1] == text[i]) {
            literal += text[i++];
        } else if (text[i] == '{') {
            const std::size_t close = text.find('}', i);
            if (close == std::string_view::npos)
                throw Error(ErrorCode::InvalidInput, fmt::format("A brace at character {} of the template is never closed. Fields are written {{Column}}. Close it, "
                                                                 "or write {{{{ for a brace.", i + 1));
            flush();
            const std::string_view name = text.substr(i + 1, close - i - 1);
            const int column = table_->columnIndex(name) ? *table_->columnIndex(name) : table_->requireColumn(trimmed(name));
            pieces_.push_back({{}, column, sentence});
            if (std::find(columns_.begin(), columns_.end(), column) == columns_.end()) columns_.push_back(column);
            i = close;
        } else {
            literal += text[i];
        }
    }
    flush();
}

std::string FilledTemplate::row(std::int64_t row) const {
    std::string text;
    std::size_t i = 0;
    while (i < pieces_.size()) {
        std::size_t end = i;
        bool hasBlank = false;
        while (end < pieces_.size() && pieces_[end].sentence == pieces_[i].sentence) {
            hasBlank |= pieces_[end].column >= 0 && table_->isBlank(row, pieces_[end].column);
            ++end;
        }
        const bool isSkipped = hasBlank && rule_ == BlankRule::SkipSentence;
        for (; i < end; ++i) {
            if (isSkipped) continue;
            if (pieces_[i].column < 0) text += pieces_[i].literal;
            else if (table_->isBlank(row, pieces_[i].column)) text += rule_ == BlankRule::Placeholder ? std::string_view(placeholder_) : std::string_view();
            else text += table_->cell(row, pieces_[i].column);
        }
    }
    if (rule_ == BlankRule::SkipSentence) {
        while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.pop_back();
    }
    return text;
}

}  // namespace lathe
