// SPDX-License-Identifier: GPL-3.0-or-later
/// Rows of a CSV file with their line numbers; quotes that never close are taken as text, so they cannot swallow a file.
#pragma once
#include "data/csv_record.h"
#include "data/text_source.h"

namespace lathe::data {

/// A faulty quote within this many lines of the end keeps what follows as its cell, as other readers do.
inline constexpr std::int64_t kSwallowedLines = 8;

class CsvRowReader {
public:
    CsvRowReader(TextSource& source, const CsvDialect& dialect) : source_(source), parser_(dialect) {}

    /// Passes over whole lines and returns their text.
    std::vector<std::string> skipLines(std::int64_t count);

    /// Moves to the next record of any kind; false at the end of the file. record() is valid until the next call.
    bool next();

    const CsvRecord& record() const { return record_; }
    /// Line where the record begins, from 1.
    std::int64_t line() const { return line_; }
    /// The record as it stands in the file, without its line break.
    std::string_view text() const;
    /// Fields that a row should have, for telling a stray quote from a long cell; 0 = unknown.
    std::size_t expectedFields = 0;

    /// True where quotes were taken as text because they never close.
    bool isRecovered() const { return isRecovered_; }

private:
    void parse(std::size_t literalQuoteAt);

    TextSource& source_;
    CsvParser parser_;
    CsvRecord record_;
    std::int64_t line_ = 1;
    std::int64_t recordLines_ = 0;
    bool isRecovered_ = false;
    std::size_t wastedBytes_ = 0;   ///< read in vain behind quotes that never close
    bool ignoresQuotes_ = false;    ///< after too much of that
};

}  // namespace lathe::data
