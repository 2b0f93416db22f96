// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/csv_record.h"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/limits.h"

namespace lathe::data {
namespace {

/// Position of the first of three bytes at or after `at`, or the size.
std::size_t findAny(std::string_view text, std::size_t at, char a, char b, char c) {
#if defined(__SSE2__)
    const __m128i first = _mm_set1_epi8(a), second = _mm_set1_epi8(b), third = _mm_set1_epi8(c);
    while (at + 16 <= text.size()) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
        const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, first), _mm_cmpeq_epi8(block, second)), _mm_cmpeq_epi8(block, third));
        if (const int mask = _mm_movemask_epi8(hit); mask != 0) return at + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
        at += 16;
    }
#endif
    while (at < text.size() && text[at] != a && text[at] != b && text[at] != c) ++at;
    return at;
}

std::int64_t lineBreaksIn(std::string_view text) {
    std::int64_t count = 0;
    std::size_t at = 0;
    while ((at = findAny(text, at, '\n', '\r', '\n')) < text.size()) {
        if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') ++at;
        ++at;
        ++count;
    }
    return count;
}

bool isLineBreak(char c) { return c == '\n' || c == '\r'; }

}  // namespace

CsvParser::Step CsvParser::separator(std::string_view text, bool isEnd, std::size_t& at, CsvRecord& record) const {
    if (at >= text.size()) return isEnd ? Step::End : Step::NeedMore;
    const char c = text[at];
    if (c == dialect_.delimiter) {
        ++at;
        return Step::Delimiter;
    }
    if (c == '\r') {
        if (at + 1 >= text.size() && !isEnd) return Step::NeedMore;
        at += at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
    } else {
        ++at;
    }
    ++record.lines;
    return Step::LineBreak;
}

CsvParser::Step CsvParser::plainField(std::string_view text, bool isEnd, std::size_t& at, CsvRecord& record) {
    const std::size_t begin = at;
    at = findAny(text, at, dialect_.delimiter, '\n', '\r');
    record.fields.push_back(text.substr(begin, at - begin));
    return separator(text, isEnd, at, record);
}

CsvParser::Step CsvParser::quotedField(std::string_view text, bool isEnd, std::size_t& at, CsvRecord& record) {
    const std::size_t opened = at;
    std::size_t begin = ++at;   // of the stretch that is not copied yet
    const std::size_t copyBegin = copies_.size();
    bool isCopied = false;
    const auto close = [&](std::size_t end) {
        const std::string_view rest = text.substr(begin, end - begin);
        ++record.quotedFields;
        record.fields.push_back(rest);
        if (isCopied) {
            copies_.append(rest);
            copied_.push_back({record.fields.size() - 1, copyBegin, copies_.size() - copyBegin});
        }
        record.lines += lineBreaksIn(text.substr(opened, end - opened));
    };
    const auto fault = [&](RecordFault kind) {
        if (record.fault == RecordFault::None || kind == RecordFault::UnclosedQuote || kind == RecordFault::HugeField) {
            record.fault = kind;
            record.quoteAt = opened;
        }
    };
    const char stop = dialect_.escape != '\0' ? dialect_.escape : dialect_.quote;
    const std::size_t limit = std::min(text.size(), opened + base::kMaxCsvFieldBytes + 2);
    while (true) {
        const std::size_t hit = findAny(text.substr(0, limit), at, dialect_.quote, stop, dialect_.quote);
        if (hit >= limit) {
            if (limit < text.size()) {
                fault(RecordFault::HugeField);
                close(limit);
                at = limit;
                return Step::End;
            }
            if (!isEnd) return Step::NeedMore;
            fault(RecordFault::UnclosedQuote);
            close(text.size());
            at = text.size();
            return Step::End;
        }
        if (hit + 1 >= text.size() && !isEnd) return Step::NeedMore;
        const bool hasNext = hit + 1 < text.size();
        if (text[hit] != dialect_.quote || (dialect_.escape == '\0' && hasNext && text[hit + 1] == dialect_.quote)) {
            // An escape keeps what follows it only where that is a quote or an escape; "\n" stays as it is written.
            if (hasNext && (text[hit + 1] == dialect_.quote || text[hit + 1] == text[hit])) {
                copies_.append(text.substr(begin, hit - begin));
                isCopied = true;
                begin = hit + 1;
                at = hit + 2;
            } else {
                at = hit + 1;
            }
            continue;
        }
        std::size_t after = hit + 1;
        while (after < text.size() && (text[after] == ' ' || text[after] == '\t') && text[after] != dialect_.delimiter) ++after;
        if (after >= text.size() && !isEnd) return Step::NeedMore;
        if (after >= text.size() || text[after] == dialect_.delimiter || isLineBreak(text[after])) {
            close(hit);
            at = after;
            return separator(text, isEnd, at, record);
        }
        fault(RecordFault::StrayQuote);
        at = hit + 1;
    }
}

bool CsvParser::commentLine(std::string_view text, bool isEnd, CsvRecord& record) const {
    std::size_t at = findAny(text, 0, '\n', '\r', '\n');
    record.kind = RecordKind::Comment;
    record.fields.push_back(text.substr(0, at));
    const Step step = separator(text, isEnd, at, record);
    record.bytes = at;
    return step != Step::NeedMore;
}

bool CsvParser::next(std::string_view text, bool isEnd, CsvRecord& record, std::size_t literalQuoteAt) {
    record.kind = RecordKind::Row;
    record.fault = RecordFault::None;
    record.fields.clear();
    record.quotedFields = 0;
    record.lines = 0;
    copies_.clear();
    copied_.clear();
    if (dialect_.comment != '\0' && text.front() == dialect_.comment) return commentLine(text, isEnd, record);
    std::size_t at = 0;
    Step step = Step::Delimiter;
    while (step == Step::Delimiter) {
        const bool isQuote = dialect_.quote != '\0' && at < text.size() && text[at] == dialect_.quote && at < literalQuoteAt;
        step = isQuote ? quotedField(text, isEnd, at, record) : plainField(text, isEnd, at, record);
    }
    if (step == Step::NeedMore) return false;
    if (step == Step::End && at > 0) ++record.lines;
    for (const Copied& copied : copied_) record.fields[copied.field] = std::string_view(copies_).substr(copied.begin, copied.size);
    record.bytes = at;
    if (record.fields.size() == 1 && record.fields.front().empty() && record.quotedFields == 0) record.kind = RecordKind::Blank;
    record.hasNul = std::memchr(text.data(), 0, at) != nullptr;
    return true;
}

}  // namespace lathe::data
