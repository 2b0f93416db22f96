// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/csv_sniff.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_set>

#include <fmt/format.h>

#include "data/column_type.h"
#include "data/utf8.h"

namespace lathe::data {
namespace {

constexpr std::size_t kMaxRows = 1'000;
/// A delimiter that scores less than this makes a file of one column.
constexpr double kLeastScore = 0.08;

struct SampleRow {
    std::vector<std::string> fields;
    std::int64_t line = 0;
    RecordFault fault = RecordFault::None;
    std::int64_t quotedFields = 0;
};

std::vector<SampleRow> readRows(std::string_view sample, bool isWhole, const CsvDialect& dialect, std::size_t limit) {
    std::vector<SampleRow> rows;
    CsvParser parser(dialect);
    CsvRecord record;
    std::int64_t line = 1;
    while (!sample.empty() && rows.size() < limit && parser.next(sample, isWhole, record)) {
        if (record.fault == RecordFault::UnclosedQuote && record.lines > 8) parser.next(sample, isWhole, record, record.quoteAt);
        if (record.kind == RecordKind::Row) {
            SampleRow row{{record.fields.begin(), record.fields.end()}, line, record.fault, record.quotedFields};
            rows.push_back(std::move(row));
        }
        line += record.lines;
        sample.remove_prefix(record.bytes);
    }
    return rows;
}

std::size_t commonWidth(const std::vector<SampleRow>& rows) {
    std::map<std::size_t, std::size_t> counts;
    for (const SampleRow& row : rows) ++counts[row.fields.size()];
    std::size_t width = 1, most = 0;
    for (const auto& [fields, count] : counts) {
        // Where rows disagree the first one, a header as a rule, decides; else the wider one.
        const bool isFirst = !rows.empty() && rows.front().fields.size() == width;
        if (count > most || (count == most && !isFirst)) {
            most = count;
            width = fields;
        }
    }
    return width;
}

/// Share of cells that do not look cut wrongly: no other delimiter inside, no quote inside what is not quoted.
double cleanShare(const std::vector<SampleRow>& rows, const CsvDialect& dialect) {
    double clean = 0, all = 0;
    for (const SampleRow& row : rows) {
        for (const std::string& cell : row.fields) {
            all += 1;
            if (row.quotedFields > 0 && cell.size() > 60) {
                clean += 1;
                continue;
            }
            const bool hasOther = std::any_of(cell.begin(), cell.end(), [&](char c) {
                return (c == ';' || c == '|' || c == '\t') && c != dialect.delimiter;
            });
            const std::size_t comma = dialect.delimiter == ',' ? std::string::npos : cell.find(',');
            const bool hasTightComma = comma != std::string::npos && comma + 1 < cell.size() && cell[comma + 1] != ' ' && !isNumberText(cell);
            const bool hasQuote = dialect.quote != '\0' && row.quotedFields == 0 && cell.find(dialect.quote) != std::string::npos;
            clean += hasOther || hasQuote ? 0.0 : hasTightComma ? 0.6 : 1.0;
        }
    }
    return all == 0 ? 1 : clean / all;
}

/// Share of the cells behind a delimiter that begin with a space: sentences with commas look like this.
double proseShare(const std::vector<SampleRow>& rows) {
    std::size_t spaced = 0, all = 0;
    for (const SampleRow& row : rows) {
        for (std::size_t i = 1; i < row.fields.size(); ++i) {
            ++all;
            spaced += !row.fields[i].empty() && row.fields[i].front() == ' ';
        }
    }
    return all == 0 ? 0 : static_cast<double>(spaced) / static_cast<double>(all);
}

double scoreOf(const std::vector<SampleRow>& rows, const CsvDialect& dialect) {
    const std::size_t width = commonWidth(rows);
    if (rows.empty() || width < 2) return 0;
    double fitting = 0;
    std::size_t faulty = 0;
    for (const SampleRow& row : rows) {
        const std::size_t fields = row.fields.size();
        fitting += fields == width ? 1.0 : fields + 1 == width || fields == width + 1 ? 0.5 : 0.0;
        faulty += row.fault != RecordFault::None;
    }
    const double count = static_cast<double>(rows.size());
    const double fit = fitting / count;
    double score = fit * fit * (1 - 1 / static_cast<double>(width)) * (0.5 + 0.5 * cleanShare(rows, dialect));
    score *= 1 - 0.6 * static_cast<double>(faulty) / count;
    if (dialect.delimiter == ',' && proseShare(rows) > 0.8) score *= 0.3;
    const bool isRare = std::string_view(",\t;|").find(dialect.delimiter) == std::string_view::npos;
    if (isRare) score = rows.size() >= 3 && width >= 3 && fit > 0.97 ? score * 0.35 : score * (dialect.delimiter < 0x20 ? 0.9 : 0.0);
    return score;
}

std::vector<std::string_view> firstLines(std::string_view sample, std::size_t limit) {
    std::vector<std::string_view> lines;
    while (!sample.empty() && lines.size() < limit) {
        const std::size_t end = std::min(sample.find_first_of("\r\n"), sample.size());
        lines.push_back(sample.substr(0, end));
        sample.remove_prefix(end);
        if (!sample.empty()) sample.remove_prefix(sample.starts_with("\r\n") ? 2 : 1);
    }
    return lines;
}

struct Candidate {
    CsvDialect dialect;
    double score = -1;
};

/// Tries all delimiters, quotes and escapes that are not given.
Candidate bestDialect(std::string_view sample, bool isWhole, const ImportOptions& options, char likelyDelimiter, char comment) {
    std::vector<char> delimiters{',', '\t', ';', '|', ' ', '~', '^', '\x1F', '\x01'};
    if (options.delimiter) delimiters = {*options.delimiter};
    std::vector<char> quotes{'"'};
    if (options.quote) quotes = {*options.quote};
    else if (sample.find('\'') != std::string_view::npos) quotes.push_back('\'');
    std::vector<char> escapes{'\0'};
    if (options.escape) escapes = {*options.escape};
    else if (sample.find("\\\"") != std::string_view::npos || sample.find("\\'") != std::string_view::npos) escapes.push_back('\\');
    Candidate best;
    for (const char delimiter : delimiters) {
        if (!options.delimiter && sample.find(delimiter) == std::string_view::npos && delimiter != ',') continue;
        for (const char quote : quotes) {
            for (const char escape : escapes) {
                const CsvDialect dialect{delimiter, quote, escape, comment};
                const auto rows = readRows(sample, isWhole, dialect, kMaxRows);
                double score = scoreOf(rows, dialect);
                if (delimiter == likelyDelimiter) score = score * 1.3 + 0.1;
                const bool hasQuoted = std::any_of(rows.begin(), rows.end(), [](const SampleRow& row) { return row.quotedFields > 0; });
                // An apostrophe or backslash must earn its role: without it the rows fit worse.
                if (quote == '\'') score = hasQuoted ? score * 0.97 : 0;
                if (escape == '\\') score *= 0.97;
                if (score > best.score + 1e-9) best = {dialect, score};
            }
        }
    }
    if (!options.delimiter && best.score < kLeastScore) {
        best.dialect.delimiter = likelyDelimiter != '\0' ? likelyDelimiter : ',';
        const CsvDialect single{best.dialect.delimiter, options.quote.value_or('"'), options.escape.value_or('\0'), comment};
        // Text with stray commas: no delimiter fits, so a comma would cut it. A unit separator never occurs in it.
        best.dialect = single;
        const auto rows = readRows(sample, isWhole, single, kMaxRows);
        if (commonWidth(rows) == 1 && likelyDelimiter == '\0') {
            const bool cuts = std::any_of(rows.begin(), rows.end(), [](const SampleRow& row) { return row.fields.size() > 1; });
            const std::size_t wide = static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const SampleRow& row) { return row.fields.size() > 1; }));
            if (cuts && wide * 10 > rows.size()) best.dialect.delimiter = '\x1F';
        } else if (likelyDelimiter == '\0') {
            best.dialect.delimiter = '\x1F';
        }
    }
    return best;
}

/// '#' begins comments if some lines begin with it and these do not look like rows of the table.
char commentOf(std::string_view sample, bool isWhole, CsvDialect dialect) {
    dialect.comment = '\0';
    const auto rows = readRows(sample, isWhole, dialect, kMaxRows);
    std::vector<SampleRow> others;
    std::size_t marked = 0, unlike = 0;
    for (const SampleRow& row : rows) {
        if (row.fields.front().empty() || row.fields.front().front() != '#') others.push_back(row);
    }
    const std::size_t width = commonWidth(others);
    for (const SampleRow& row : rows) {
        if (row.fields.front().empty() || row.fields.front().front() != '#') continue;
        ++marked;
        unlike += row.fields.size() != width;
    }
    return marked > 0 && width >= 2 && !others.empty() && unlike * 2 >= marked ? '#' : '\0';
}

/// Lines above the first row that has the table's width: titles, blank lines, remarks.
std::int64_t preambleOf(const std::vector<SampleRow>& rows, std::size_t width) {
    if (width < 2) return 0;
    for (std::size_t i = 0; i < rows.size() && i < 50; ++i) {
        const auto& fields = rows[i].fields;
        const auto filled = static_cast<std::size_t>(std::count_if(fields.begin(), fields.end(), [](const std::string& f) { return !f.empty(); }));
        const bool isTitle = (fields.size() == 1 && width >= 3) || (filled <= 1 && width >= 4 && fields.size() != width);
        if (isTitle) continue;
        return i == 0 ? 0 : rows[i].line - 1;
    }
    return 0;
}

bool isNameLike(std::string_view cell) {
    if (cell.empty() || cell.size() > 48) return false;
    if (cell.find_first_of(".!?\n{}<>") != std::string_view::npos && cell.find(' ') != std::string_view::npos) return false;
    const auto words = std::count(cell.begin(), cell.end(), ' ') + 1;
    return words <= 5;
}

const std::set<std::string>& usualNames() {
    static const std::set<std::string> names{
        "id", "name", "text", "label", "labels", "title", "description", "category", "date", "year", "score", "key", "val", "value", "prompt", "chosen",
        "rejected", "input", "output", "question", "answer", "code", "kind", "sentence", "sentence1", "sentence2", "type", "genre", "genres", "plot",
        "synopsis", "summary", "content", "url", "author", "instruction", "response", "english", "latex", "index", "count", "price", "city", "country"};
    return names;
}

std::string lowered(std::string_view text) {
    std::string low(text);
    for (char& c : low) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return low;
}

/// Evidence of one column for (above 0) and against a header.
double headerVote(const std::string& name, const std::vector<SampleRow>& body, std::size_t column) {
    std::size_t filled = 0, numeric = 0, equal = 0;
    double length = 0;
    for (const SampleRow& row : body) {
        if (column >= row.fields.size() || row.fields[column].empty()) continue;
        ++filled;
        numeric += isValueText(row.fields[column]);
        equal += row.fields[column] == name;
        length += static_cast<double>(row.fields[column].size());
    }
    if (isValueText(name)) return numeric * 10 >= filled * 8 || filled == 0 ? -2.0 : -0.5;
    double vote = 0;
    if (name.empty()) return -0.3;
    if (filled > 0 && numeric * 10 >= filled * 8) vote += 2.0;
    if (equal > 0) vote -= 1.5;
    if (usualNames().contains(lowered(name))) vote += 1.5;
    if (!isNameLike(name)) vote -= 1.0;
    if (filled > 0 && length / static_cast<double>(filled) > 3.0 * static_cast<double>(name.size()) + 3) vote += 0.6;
    return vote;
}

bool looksLikeHeader(const std::vector<SampleRow>& rows, std::size_t width) {
    if (rows.empty()) return false;
    const std::vector<std::string>& first = rows.front().fields;
    const std::vector<SampleRow> body(rows.begin() + 1, rows.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(rows.size(), 201)));
    if (first.size() + 1 < width && first.size() == 1) return false;
    if (body.empty()) {
        return width > 1 && std::none_of(first.begin(), first.end(), [](const std::string& cell) { return cell.empty() || isValueText(cell) || !isNameLike(cell); });
    }
    double votes = width > 1 ? 0.5 : 0.0;   // tables have headers as a rule, lists of lines do not
    for (std::size_t i = 0; i < first.size(); ++i) votes += headerVote(first[i], body, i);
    const std::set<std::string> distinct(first.begin(), first.end());
    if (distinct.size() < first.size()) votes -= 0.5;
    return votes > 0;
}

std::string trimmedName(std::string_view name) {
    // Blanks, the byte order mark, no-break and zero-width spaces, control characters.
    static constexpr std::array<std::string_view, 5> kInvisible{"\xEF\xBB\xBF", "\xC2\xA0", "\xE2\x80\x8B", "\xE3\x80\x80", "\xE2\x80\x8E"};
    bool isTrimming = true;
    while (isTrimming && !name.empty()) {
        isTrimming = false;
        while (!name.empty() && static_cast<unsigned char>(name.front()) <= 0x20) { name.remove_prefix(1); isTrimming = true; }
        while (!name.empty() && static_cast<unsigned char>(name.back()) <= 0x20) { name.remove_suffix(1); isTrimming = true; }
        for (const std::string_view mark : kInvisible) {
            while (name.starts_with(mark)) { name.remove_prefix(mark.size()); isTrimming = true; }
            while (name.ends_with(mark)) { name.remove_suffix(mark.size()); isTrimming = true; }
        }
    }
    return name.size() > 1'024 ? cutUtf8(name, 1'021) : std::string(name);
}

}  // namespace

CsvShape sniffCsv(std::string_view sample, bool isWhole, const ImportOptions& options, char likelyDelimiter) {
    CsvShape shape;
    const auto lines = firstLines(sample, kMaxRows);
    std::int64_t skipped = options.preambleLines.value_or(0);
    std::string_view body = sample;
    for (std::int64_t i = 0; i < skipped && static_cast<std::size_t>(i) < lines.size(); ++i) {
        const std::size_t end = std::min(body.find_first_of("\r\n"), body.size());
        body.remove_prefix(end);
        if (!body.empty()) body.remove_prefix(body.starts_with("\r\n") ? 2 : 1);
    }
    const auto marked = static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [](std::string_view line) { return line.starts_with('#'); }));
    const char trial = options.comment.value_or(marked > 0 && marked < lines.size() ? '#' : '\0');
    shape.dialect = bestDialect(body, isWhole, options, likelyDelimiter, trial).dialect;
    shape.dialect.comment = options.comment ? *options.comment : trial != '\0' ? commentOf(body, isWhole, shape.dialect) : '\0';
    auto rows = readRows(body, isWhole, shape.dialect, kMaxRows);
    shape.columns = commonWidth(rows);
    shape.preambleLines = options.preambleLines ? *options.preambleLines : preambleOf(rows, shape.columns);
    if (!options.preambleLines && shape.preambleLines > 0) {
        std::erase_if(rows, [&](const SampleRow& row) { return row.line <= shape.preambleLines; });
        shape.notes.push_back(fmt::format("{} line{} above the table {} not part of it.", shape.preambleLines, shape.preambleLines == 1 ? "" : "s",
                                          shape.preambleLines == 1 ? "is" : "are"));
    }
    shape.hasHeader = options.header == HeaderChoice::Auto ? looksLikeHeader(rows, shape.columns) : options.header == HeaderChoice::Yes;
    if (rows.size() > 1) {
        const std::vector<SampleRow> data(rows.begin() + (shape.hasHeader ? 1 : 0), rows.end());
        shape.columns = commonWidth(data);
    }
    return shape;
}

std::vector<std::string> columnNamesOf(const std::vector<std::string>& header, std::size_t count, std::vector<std::string>& notes) {
    std::vector<std::string> names;
    std::unordered_set<std::string> given;
    for (const std::string& cell : header) given.insert(trimmedName(cell));
    std::unordered_set<std::string> used;
    const auto unused = [&](const std::string& stem, std::size_t number) {
        std::string name;
        do name = fmt::format("{}_{}", stem, number++);
        while (given.contains(name) || used.contains(name));
        return name;
    };
    for (std::size_t i = 0; i < count; ++i) {
        std::string name = i < header.size() ? trimmedName(header[i]) : std::string();
        if (name.empty()) {
            name = unused("column", i + 1);
            if (!header.empty()) notes.push_back(fmt::format("Column {} has no name; it is called \"{}\".", i + 1, name));
        } else if (used.contains(name)) {
            const std::string other = unused(name, 1);
            notes.push_back(fmt::format("Column {} is a second \"{}\"; it is called \"{}\".", i + 1, name, other));
            name = other;
        }
        used.insert(name);
        names.push_back(std::move(name));
    }
    if (notes.size() > 50) {
        const std::size_t more = notes.size() - 49;
        notes.resize(49);
        notes.push_back(fmt::format("{} more columns were named in the same way.", more));
    }
    return names;
}

}  // namespace lathe::data
