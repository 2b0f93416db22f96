// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/csv_rows.h"

#include <algorithm>

namespace lathe::data {
namespace {
/// Bytes that may be read in vain behind unclosed quotes before quotes count as text for the rest of the file.
constexpr std::size_t kWasteLimit = 256u << 20;
}  // namespace

std::vector<std::string> CsvRowReader::skipLines(std::int64_t count) {
    std::vector<std::string> skipped;
    for (std::int64_t i = 0; i < count; ++i) {
        std::size_t end = source_.window().find_first_of("\r\n");
        while ((end == std::string_view::npos || end + 1 >= source_.window().size()) && !source_.isAtEnd()) {
            source_.grow();
            end = source_.window().find_first_of("\r\n");
        }
        const std::string_view window = source_.window();
        if (window.empty()) break;
        const std::string_view text = window.substr(0, end);
        if (skipped.size() < 100) skipped.emplace_back(text.substr(0, 1'000));
        std::size_t bytes = text.size();
        if (bytes < window.size()) bytes += window.substr(bytes).starts_with("\r\n") ? 2 : 1;
        source_.advance(bytes);
        ++line_;
    }
    return skipped;
}

void CsvRowReader::parse(std::size_t literalQuoteAt) {
    while (!parser_.next(source_.window(), source_.isAtEnd(), record_, literalQuoteAt)) source_.grow();
}

bool CsvRowReader::next() {
    source_.advance(record_.bytes);
    line_ += recordLines_;
    record_.bytes = 0;
    recordLines_ = 0;
    isRecovered_ = false;
    if (source_.window().empty() && !source_.isAtEnd()) source_.grow();
    if (source_.window().empty()) return false;
    parse(ignoresQuotes_ ? 0 : SIZE_MAX);
    const bool isUnclosed = record_.fault == RecordFault::UnclosedQuote && record_.lines > kSwallowedLines;
    if (isUnclosed || record_.fault == RecordFault::HugeField) {
        wastedBytes_ += record_.bytes;
        ignoresQuotes_ = wastedBytes_ > kWasteLimit;
        parse(record_.quoteAt);
        isRecovered_ = true;
    } else if (record_.fault == RecordFault::StrayQuote && record_.lines > 1 && expectedFields > 0) {
        // "bla"bla,4 followed by lines with quotes: the line alone fits the table, so its quote is text and the next rows are rows.
        CsvRecord alone;
        CsvParser other(parser_.dialect());
        const std::size_t quoteAt = record_.quoteAt;
        if (other.next(source_.window(), source_.isAtEnd(), alone, quoteAt) && alone.lines == 1 && alone.fields.size() == expectedFields) {
            parse(quoteAt);
            isRecovered_ = true;
        }
    }
    recordLines_ = record_.lines;
    return true;
}

std::string_view CsvRowReader::text() const {
    std::string_view text = source_.window().substr(0, record_.bytes);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

}  // namespace lathe::data
