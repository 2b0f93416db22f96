// SPDX-License-Identifier: GPL-3.0-or-later
/// One CSV record at a time out of text, without copying what needs no unquoting.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::data {

/// '\0' = there is none.
struct CsvDialect {
    char delimiter = ',';
    char quote = '"';
    char escape = '\0';   ///< '\0': a quote inside quotes is doubled
    char comment = '\0';
};

enum class RecordKind { Row, Blank, Comment };

/// Why a record is not quite right; a record keeps the first reason it meets.
enum class RecordFault {
    None,
    StrayQuote,        ///< a quote inside a quoted cell is neither doubled nor followed by a delimiter
    UnclosedQuote,     ///< the text ended inside quotes
    HugeField          ///< a cell is larger than kMaxCsvFieldBytes
};

struct CsvRecord {
    RecordKind kind = RecordKind::Row;
    RecordFault fault = RecordFault::None;
    std::vector<std::string_view> fields;   ///< into the text or into the parser; valid until the next call
    std::int64_t quotedFields = 0;
    std::size_t bytes = 0;                  ///< of text, with the line break
    std::int64_t lines = 0;                 ///< lines of the file it takes
    std::size_t quoteAt = 0;                ///< where the quote of the fault opened
    bool hasNul = false;
};

/// Line breaks are LF, CRLF or CR. A cell is quoted if its first character is the quote; the quote closes where a delimiter,
/// a line break or the end follows (spaces between are dropped), and is text elsewhere, as Papa Parse has it.
class CsvParser {
public:
    explicit CsvParser(const CsvDialect& dialect) : dialect_(dialect) {}

    /// Reads the record at the beginning of text. False = text ends before the record does and more is to come (isEnd
    /// false). literalQuoteAt: quotes from this position on are text. Empty text gives no record: do not call.
    bool next(std::string_view text, bool isEnd, CsvRecord& record, std::size_t literalQuoteAt = SIZE_MAX);

    const CsvDialect& dialect() const { return dialect_; }

private:
    enum class Step { Delimiter, LineBreak, End, NeedMore };
    Step plainField(std::string_view text, bool isEnd, std::size_t& at, CsvRecord& record);
    Step quotedField(std::string_view text, bool isEnd, std::size_t& at, CsvRecord& record);
    Step separator(std::string_view text, bool isEnd, std::size_t& at, CsvRecord& record) const;
    bool commentLine(std::string_view text, bool isEnd, CsvRecord& record) const;

    struct Copied {
        std::size_t field;
        std::size_t begin;
        std::size_t size;
    };
    CsvDialect dialect_;
    std::string copies_;             ///< cells that had doubled quotes, end to end
    std::vector<Copied> copied_;
};

}  // namespace lathe::data
