// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/prompt_template.h"

#include <algorithm>

#include <fmt/format.h>
#include <lathe/error.h>

#include "text/python_text.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

[[noreturn]] void failAt(std::size_t position, const std::string& why) {
    throw Error(ErrorCode::InvalidInput, fmt::format("The template is not understood. At character {} {}. Write "
                                                     "{{Column}} for a column, and {{{{ or }}}} for a brace.",
                                                     position + 1, why));
}

bool isSentenceMark(char32_t c) {
    return c == '.' || c == '!' || c == '?' || c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0x2026;
}

/// Cuts a literal behind each line end, and behind each sentence mark with the white space after it.
std::vector<std::string> sentences(const std::string& text) {
    std::vector<std::string> out;
    std::size_t begin = 0;
    std::size_t i = 0;
    while (i < text.size()) {
        const char32_t c = nextCodePoint(text, i);
        bool ends = c == '\n';
        if (isSentenceMark(c)) {
            std::size_t next = i;
            while (i < text.size() && python::isSpace(nextCodePoint(text, next))) {
                ends = true;
                i = next;
            }
            ends = ends || i == text.size() || c > 0x7F;
        }
        if (ends) {
            out.push_back(text.substr(begin, i - begin));
            begin = i;
        }
    }
    if (begin < text.size()) {
        out.push_back(text.substr(begin));
    }
    return out;
}

bool endsSentence(const std::string& literal) {
    const std::string trimmed = python::strip(literal, python::Side::Right);
    if (trimmed.size() < literal.size() && literal.find('\n', trimmed.size()) != std::string::npos) {
        return true;
    }
    std::size_t last = trimmed.size();
    return !trimmed.empty() && isSentenceMark(previousCodePoint(trimmed, last));
}

}  // namespace

PromptTemplate::PromptTemplate(std::string_view source) : source_(validUtf8(source)) {
    std::string literal;
    const auto flush = [&] {
        for (std::string& sentence : sentences(literal)) {
            parts_.push_back({false, std::move(sentence)});
        }
        literal.clear();
    };
    for (std::size_t i = 0; i < source_.size(); ++i) {
        const char c = source_[i];
        const bool isDoubled = i + 1 < source_.size() && source_[i + 1] == c;
        if (c != '{' && c != '}') {
            literal += c;
        } else if (isDoubled) {
            literal += c;
            ++i;
        } else if (c == '}') {
            failAt(i, "a } closes nothing");
        } else {
            const std::size_t close = source_.find_first_of("{}", i + 1);
            if (close == std::string::npos || source_[close] == '{') {
                failAt(i, "a { is not closed");
            }
            const std::string name = source_.substr(i + 1, close - i - 1);
            if (python::strip(name, python::Side::Both).empty()) {
                failAt(i, "a field has no name");
            }
            flush();
            parts_.push_back({true, name});
            if (std::find(fields_.begin(), fields_.end(), name) == fields_.end()) {
                fields_.push_back(name);
            }
            i = close;
        }
    }
    flush();
    std::size_t sentence = 0;
    for (std::size_t p = 0; p < parts_.size(); ++p) {
        sentenceOfPart_.push_back(sentence);
        sentence += !parts_[p].isField && endsSentence(parts_[p].text) ? 1 : 0;
    }
}

void PromptTemplate::checkColumns(const std::vector<std::string>& columns) const {
    for (const std::string& field : fields_) {
        if (std::find(columns.begin(), columns.end(), field) != columns.end()) {
            continue;
        }
        std::string available;
        for (std::size_t i = 0; i < std::min<std::size_t>(columns.size(), 30); ++i) {
            available += (i > 0 ? ", " : "") + columns[i];
        }
        available += columns.size() > 30 ? ", ..." : "";
        throw Error(
            ErrorCode::InvalidInput,
            fmt::format("The template uses the column '{}', which the table does not have. Its columns are: {}. "
                        "Change the template or choose another table.",
                        field, available));
    }
}

namespace {

/// The value to put in, or nullopt for a blank one.
std::optional<std::string> valueOf(const RowLookup& row, const std::string& column) {
    std::optional<std::string> value = row(column);
    if (!value) {
        return std::nullopt;
    }
    std::string text = validUtf8(*value);
    return python::strip(text, python::Side::Both).empty() ? std::nullopt : std::optional(std::move(text));
}

}  // namespace

RenderedPrompt PromptTemplate::render(const RowLookup& row, const Blanks& blanks) const {
    if (blanks.rule == BlankRule::SkipSentence) {
        return renderSkippingSentences(row);
    }
    RenderedPrompt out;
    for (const Part& part : parts_) {
        const std::size_t begin = out.text.size();
        if (!part.isField) {
            out.text += part.text;
            continue;
        }
        if (blanks.rule == BlankRule::Keep) {
            out.text += validUtf8(row(part.text).value_or(std::string()));
        } else {
            out.text += valueOf(row, part.text).value_or(blanks.placeholder);
        }
        out.fields.push_back({part.text, {begin, out.text.size()}});
    }
    return out;
}

RenderedPrompt PromptTemplate::renderSkippingSentences(const RowLookup& row) const {
    RenderedPrompt out;
    for (std::size_t begin = 0; begin < parts_.size();) {
        std::size_t end = begin;
        std::vector<std::optional<std::string>> values;
        bool hasBlank = false;
        for (; end < parts_.size() && sentenceOfPart_[end] == sentenceOfPart_[begin]; ++end) {
            values.push_back(parts_[end].isField ? valueOf(row, parts_[end].text) : std::nullopt);
            hasBlank = hasBlank || (parts_[end].isField && !values.back());
        }
        for (std::size_t p = begin; p < end && !hasBlank; ++p) {
            const std::size_t from = out.text.size();
            out.text += parts_[p].isField ? *values[p - begin] : parts_[p].text;
            if (parts_[p].isField) {
                out.fields.push_back({parts_[p].text, {from, out.text.size()}});
            }
        }
        begin = end;
    }
    // A sentence that is left out at the end leaves the white space before it behind.
    const std::size_t size = python::strip(out.text, python::Side::Right).size();
    const bool endsInValue = !out.fields.empty() && out.fields.back().bytes.end > size;
    if (!endsInValue && !parts_.empty() && python::strip(source_, python::Side::Right).size() == source_.size()) {
        out.text.resize(size);
    }
    return out;
}

}  // namespace lathe::text
