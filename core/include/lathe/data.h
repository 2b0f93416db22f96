// SPDX-License-Identifier: GPL-3.0-or-later
/// Files in and out of tables: what the Data panel and `lathe-cli import`, `profile` do.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lathe/progress.h>
#include <lathe/table.h>

namespace lathe {

// ---- Import -------------------------------------------------------------------------------------------------------

enum class FileFormat { Auto, Csv, Jsonl, Parquet };
enum class HeaderChoice { Auto, Yes, No };
enum class RaggedPolicy {
    KeepPadded,  ///< short rows get absent cells, long rows get more columns; both are listed
    LeaveOut     ///< rows with another number of fields are not imported; they are listed
};

/// What a person may fix before import. Whatever is unset or Auto is found out from the file.
struct ImportOptions {
    FileFormat format = FileFormat::Auto;        ///< by extension and content
    std::string encoding;                        ///< such as "UTF-8", "CP949"; empty = find out
    std::optional<char> delimiter;               ///< ASCII
    std::optional<char> quote;                   ///< ASCII; '\0' = there are no quotes
    std::optional<char> escape;                  ///< '\0' = a quote inside quotes is doubled; '\\' = it is escaped
    HeaderChoice header = HeaderChoice::Auto;
    std::optional<std::int64_t> preambleLines;   ///< lines above the header that are not part of the table
    std::optional<char> comment;                 ///< lines that begin with it are left out; '\0' = none
    RaggedPolicy ragged = RaggedPolicy::KeepPadded;
};

/// The dialect that is used: found out or given.
struct ImportDialect {
    FileFormat format = FileFormat::Csv;
    std::string encoding = "UTF-8";
    bool hasByteOrderMark = false;
    char delimiter = ',';
    char quote = '"';
    char escape = '\0';
    bool hasHeader = true;
    std::int64_t preambleLines = 0;
    char comment = '\0';
};

/// A row or line that does not fit, or that was changed on the way in.
struct ProblemRow {
    std::int64_t line = 0;  ///< line of the file where the row begins, from 1
    std::string reason;     ///< one sentence
    std::string text;       ///< the row as it stands in the file, cut after 4 KiB
    bool isKept = true;     ///< false: not in the table
};

struct ImportPreview {
    ImportDialect dialect;
    std::vector<std::string> columnNames;
    std::vector<std::vector<std::string>> rows;  ///< the first 20
    std::vector<std::string> preamble;           ///< the lines above the table
    std::vector<ProblemRow> problems;            ///< among the rows looked at
    std::vector<std::string> notes;              ///< sentences: what was found, what was renamed
    std::int64_t rowsLookedAt = 0;
    bool isWholeFile = false;                    ///< the whole file was looked at
};

struct ImportReport {
    ImportDialect dialect;
    std::vector<std::string> columnNames;
    std::int64_t rows = 0;
    std::int64_t problemCount = 0;               ///< all of them
    std::int64_t leftOutCount = 0;               ///< of these not in the table
    std::vector<ProblemRow> problems;            ///< the first 10,000
    std::int64_t blankLines = 0;
    std::int64_t commentLines = 0;
    std::vector<std::string> notes;
    std::string fingerprint;
    double seconds = 0;
};

/// Reads the beginning of a file (up to 1 MiB). Throws NotFound, Io, InvalidInput (such as an empty file), Unsupported.
ImportPreview previewImport(const std::filesystem::path& file, const ImportOptions& options = {});

/// Reads a whole file into an Arrow IPC file, which appears whole or not at all. Blocks; may be called on any thread.
/// Throws as previewImport does, and Cancelled within 200 ms of a stop; then nothing is left behind.
ImportReport importFile(const std::filesystem::path& file, const ImportOptions& options, const std::filesystem::path& outputIpcFile,
                        const ProgressSink& progress = {}, std::stop_token stop = {});

/// Encodings to offer, in the order a list should show them.
std::vector<std::string> knownEncodings();

// ---- Export -------------------------------------------------------------------------------------------------------

enum class CsvMode {
    Exact,            ///< importing it again gives the same cells
    SpreadsheetSafe   ///< a cell that a spreadsheet would run as a formula gets a leading apostrophe
};

struct ExportOptions {
    CsvMode csvMode = CsvMode::Exact;
    char delimiter = ',';
    std::vector<int> columns;                          ///< in this order; empty = all
    std::optional<std::vector<std::int64_t>> rows;     ///< in this order; unset = all
};

/// Written atomically. Throw Io and Cancelled; nothing is left behind then.
void exportCsv(const Table& table, const std::filesystem::path& file, const ExportOptions& options = {}, const ProgressSink& progress = {},
               std::stop_token stop = {});
void exportJsonl(const Table& table, const std::filesystem::path& file, const ExportOptions& options = {}, const ProgressSink& progress = {},
                 std::stop_token stop = {});
void exportParquet(const Table& table, const std::filesystem::path& file, const ExportOptions& options = {}, const ProgressSink& progress = {},
                   std::stop_token stop = {});

/// By extension: .csv, .tsv, .jsonl, .ndjson, .parquet, .arrow. Throws InvalidInput on others.
void exportTable(const Table& table, const std::filesystem::path& file, const ExportOptions& options = {}, const ProgressSink& progress = {},
                 std::stop_token stop = {});

// ---- Changing: each writes a new IPC file and returns it opened ----------------------------------------------------

/// What a template does with a field whose cell is blank.
enum class BlankRule {
    LeaveEmpty,     ///< nothing stands where the field was
    Placeholder,    ///< the placeholder text
    SkipSentence    ///< the whole sentence (up to . ! ? or a line break) that holds the field is left out
};

struct TextTemplate {
    std::string text;                         ///< "{title}. A {type} of {year}." ; {{ and }} are braces
    BlankRule blankRule = BlankRule::LeaveEmpty;
    std::string placeholder;
};

/// A template checked against a table's columns once, then filled in row by row. Keeps the table alive.
class FilledTemplate {
public:
    /// Throws InvalidInput naming an unknown field or a brace that is never closed.
    FilledTemplate(TablePtr table, const TextTemplate& source);

    std::string row(std::int64_t row) const;
    /// Columns that are used, in order of first use.
    const std::vector<int>& columns() const { return columns_; }

private:
    struct Piece {
        std::string literal;
        int column = -1;   ///< -1: a literal
        int sentence = 0;
    };
    TablePtr table_;
    std::vector<Piece> pieces_;
    std::vector<int> columns_;
    BlankRule rule_;
    std::string placeholder_;
};

/// A new table with one more column at the end. Throws InvalidInput if the name is taken or the template is wrong.
TablePtr addTemplateColumn(const TablePtr& table, const std::string& name, const TextTemplate& source, const std::filesystem::path& outputIpcFile,
                           const ProgressSink& progress = {}, std::stop_token stop = {});

enum class FilterTest { Contains, NotContains, Equals, NotEquals, StartsWith, IsBlank, IsNotBlank, Less, Greater, LongerThan, ShorterThan, Matches };

/// One condition on one column. Less and Greater compare numbers, LongerThan and ShorterThan characters; Matches is a PCRE2 pattern.
struct FilterCondition {
    std::string column;
    FilterTest test = FilterTest::Contains;
    std::string value;
    bool isCaseSensitive = false;
};

/// Rows that meet all conditions, ascending. Throws NotFound (column) and InvalidInput (value, pattern).
std::vector<std::int64_t> filterRows(const Table& table, const std::vector<FilterCondition>& conditions, std::stop_token stop = {});

/// A new table of the chosen rows in the chosen order.
TablePtr takeRows(const Table& table, const std::vector<std::int64_t>& rows, const std::filesystem::path& outputIpcFile,
                  const ProgressSink& progress = {}, std::stop_token stop = {});

// ---- Profile ------------------------------------------------------------------------------------------------------

enum class ColumnType { Empty, Integer, Number, Boolean, Date, LabelSet, Category, Text, Json };
std::string_view columnTypeName(ColumnType type);

struct ValueCount {
    std::string value;
    std::int64_t count = 0;
};

struct LengthHistogram {
    std::vector<std::int64_t> counts;   ///< 40 equal bins over [0, maximum]
    std::int64_t binWidth = 1;
    std::int64_t minimum = 0;
    std::int64_t maximum = 0;
    double mean = 0;
    std::int64_t median = 0;
    std::int64_t percentile95 = 0;
};

/// Histogram of any lengths (characters, tokens).
LengthHistogram lengthHistogram(std::vector<std::int64_t> lengths);

struct LabelCoOccurrence {
    std::string first;
    std::string second;
    std::int64_t count = 0;
};

struct ColumnProfile {
    std::string name;
    ColumnType type = ColumnType::Empty;
    std::int64_t rows = 0;
    std::int64_t blanks = 0;
    std::int64_t distinct = 0;                       ///< among the cells that are not blank
    std::vector<ValueCount> mostFrequent;            ///< up to 20
    LengthHistogram characters;
    std::string labelSeparator;                      ///< for LabelSet: given or found out
    std::vector<ValueCount> labels;                  ///< for LabelSet: by falling count
    double labelsPerRow = 0;                         ///< mean over rows that are not blank
    std::vector<LabelCoOccurrence> coOccurrence;     ///< up to 200 pairs by falling count
    std::int64_t controlCharacterRows = 0;           ///< other than tab and line breaks
    std::int64_t htmlRows = 0;                       ///< a tag or an entity
    std::int64_t replacementCharacterRows = 0;       ///< U+FFFD: bytes that could not be read
    std::int64_t exactDuplicates = 0;                ///< rows whose cell stood in an earlier row, blanks aside
};

/// labelSeparator: empty = find out; "none" = not a label column.
ColumnProfile profileColumn(const Table& table, int column, const std::string& labelSeparator = {}, const ProgressSink& progress = {},
                            std::stop_token stop = {});

/// Rows whose every cell equals that of an earlier row.
std::int64_t duplicateRowCount(const Table& table, std::stop_token stop = {});

/// Parts of a label cell: split at the separator, trimmed, blanks and repeats dropped, order kept.
std::vector<std::string> splitLabels(std::string_view cell, std::string_view separator);

// ---- Split --------------------------------------------------------------------------------------------------------

struct SplitOptions {
    double validation = 0.2;         ///< share of rows, [0, 1)
    double test = 0.0;               ///< share of rows, [0, 1); together below 1
    std::uint64_t seed = 42;
    std::string groupBy;             ///< rows with one value of this column stay together; empty = none
    std::string stratifyBy;          ///< column whose labels are spread evenly; empty = none
    std::string labelSeparator;      ///< for stratifyBy: several labels a cell; empty = one
    std::string column;              ///< each row names its own part here and everything above is passed over; empty = none
};

/// Row numbers of the parts, each ascending.
struct Split {
    std::vector<std::int64_t> train;
    std::vector<std::int64_t> validation;
    std::vector<std::int64_t> test;
};

/// Depends on the options and the cells only, not on the machine. With stratifyBy: iterative stratification (Sechidis,
/// Tsoumakas and Vlahavas 2011), by groups where groupBy is set. With column: train, validation (or valid, val, dev, eval) and
/// test, in any case; rows with a blank are in no part. Throws InvalidInput and NotFound.
Split splitRows(const Table& table, const SplitOptions& options);

/// Moves rows given as clusters of similar rows so that none straddles: each goes whole to the part that holds most of it.
struct StraddlingCluster {
    std::vector<std::int64_t> rows;
    std::array<std::int64_t, 3> inPart{};  ///< rows in train, validation, test
};
std::vector<StraddlingCluster> straddlingClusters(const Split& split, const std::vector<std::vector<std::int64_t>>& clusters);
Split moveToOneSide(const Split& split, const std::vector<StraddlingCluster>& clusters);

/// The column that a split is written into and that the Train form takes up.
inline constexpr const char* kSplitColumn = "split";

/// A new table whose column `name` says train, validation or test for each row, as SplitOptions::column reads it; rows in no
/// part stay blank. A column of that name is replaced where it stands, else it comes last.
TablePtr addSplitColumn(const Table& table, const Split& split, const std::string& name, const std::filesystem::path& outputIpcFile,
                        const ProgressSink& progress = {}, std::stop_token stop = {});

}  // namespace lathe
