// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/limits.h"
#include "data/csv_rows.h"
#include "data/csv_sniff.h"
#include "data/importers.h"
#include "data/table_writer.h"
#include "data/utf8.h"

namespace lathe::data {
namespace {

/// What is fixed before the first row is read.
struct CsvPlan {
    EncodingGuess encoding;
    CsvShape shape;
    std::vector<std::string> header;   ///< raw cells; empty without a header
    std::vector<std::string> notes;
    std::size_t width = 0;
    bool isWholeSample = false;
};

char likelyDelimiterOf(const std::filesystem::path& file) {
    const std::string extension = file.extension().string();
    if (extension == ".tsv" || extension == ".tab" || extension == ".TSV") return '\t';
    if (extension == ".psv") return '|';
    return '\0';
}

/// First row that is neither blank nor a comment; false at the end.
bool nextRow(CsvRowReader& reader) {
    while (reader.next()) {
        if (reader.record().kind == RecordKind::Row) return true;
    }
    return false;
}

void checkDialect(const ImportOptions& options) {
    const auto isBad = [](const std::optional<char>& c) { return c && (*c == '\n' || *c == '\r' || static_cast<unsigned char>(*c) >= 0x80); };
    if (isBad(options.delimiter) || isBad(options.quote) || isBad(options.escape) || isBad(options.comment) || options.delimiter == '\0')
        throw Error(ErrorCode::InvalidInput, "Delimiter, quote, escape and comment must be ASCII characters and no line breaks. Choose others.");
    if (options.delimiter && (options.delimiter == options.quote || options.delimiter == options.comment))
        throw Error(ErrorCode::InvalidInput, "The delimiter is also the quote or the comment character. They must differ. Choose another delimiter.");
    if (options.preambleLines && *options.preambleLines < 0)
        throw Error(ErrorCode::InvalidInput, "The number of lines above the table is negative. It must be 0 or more. Correct it.");
}

CsvPlan planCsv(const ImportJob& job) {
    checkDialect(job.options);
    CsvPlan plan;
    plan.encoding = encodingFor(job.bytes, job.options, job.stop);
    plan.notes.push_back(plan.encoding.reason);
    TextSource source(job.bytes, plan.encoding.name, plan.encoding.markBytes);
    const std::string_view window = source.window();
    plan.isWholeSample = source.isAtEnd() && window.size() <= kPreviewBytes;
    plan.shape = sniffCsv(window.substr(0, kPreviewBytes), plan.isWholeSample, job.options, likelyDelimiterOf(job.file));
    plan.notes.insert(plan.notes.end(), plan.shape.notes.begin(), plan.shape.notes.end());
    plan.width = plan.shape.columns;
    CsvRowReader reader(source, plan.shape.dialect);
    reader.skipLines(plan.shape.preambleLines);
    if (plan.shape.hasHeader && nextRow(reader)) {
        for (const std::string_view cell : reader.record().fields) plan.header.push_back(mendUtf8(cell));
        plan.width = std::max(plan.width, plan.header.size());
    }
    if (plan.width > base::kMaxCsvColumns) {
        throw Error(ErrorCode::InvalidInput, fmt::format("{} seems to have {} columns. At most {} are read. Check the delimiter.", job.file.string(), plan.width,
                                                         base::kMaxCsvColumns), {job.file.string()});
    }
    return plan;
}

ImportDialect dialectOf(const CsvPlan& plan) {
    const CsvDialect& csv = plan.shape.dialect;
    return {FileFormat::Csv, plan.encoding.name, plan.encoding.markBytes > 0, csv.delimiter, csv.quote, csv.escape, plan.shape.hasHeader,
            plan.shape.preambleLines, csv.comment};
}

std::string countOf(std::size_t count, const char* what) { return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s"); }

/// Takes the rows of one pass over the file.
class RowSink {
public:
    /// expected: fields of an ordinary row; width: columns of the table, more where some row is longer.
    RowSink(ImportReport& report, RaggedPolicy ragged, std::size_t expected, std::size_t width, bool isClean)
        : report_(report), ragged_(ragged), expected_(expected), width_(width), isClean_(isClean) {}

    /// Null: rows are only judged.
    TableWriter* writer = nullptr;
    /// Previews: rows are kept here.
    std::vector<std::vector<std::string>>* preview = nullptr;
    /// Most fields a row had; more than the width means that another pass with more columns is needed.
    std::size_t widest = 0;
    std::int64_t nulRows = 0;

    void take(const CsvRowReader& reader) {
        const CsvRecord& record = reader.record();
        std::size_t fields = record.fields.size();
        // Extra cells that are all empty (a trailing delimiter) hold nothing.
        while (fields > expected_ && record.fields[fields - 1].empty()) --fields;
        if (const std::string reason = rejection(record, fields); !reason.empty()) {
            addProblem(report_, reader.line(), reason, reader.text(), false);
            return;
        }
        widest = std::max(widest, fields);
        if (const std::string reason = remark(reader, fields); !reason.empty()) addProblem(report_, reader.line(), reason, reader.text(), true);
        nulRows += record.hasNul;
        write(reader, std::min(fields, width_));
    }

private:
    std::string rejection(const CsvRecord& record, std::size_t fields) const {
        if (fields > base::kMaxCsvColumns) return fmt::format("{} cells; at most {} are read", fields, base::kMaxCsvColumns);
        for (std::size_t i = 0; i < fields; ++i) {
            if (record.fields[i].size() > base::kMaxCsvFieldBytes) return fmt::format("cell {} is larger than {} MiB", i + 1, base::kMaxCsvFieldBytes >> 20);
        }
        if (ragged_ == RaggedPolicy::LeaveOut && record.fields.size() != expected_)
            return fmt::format("{} where the table has {}", countOf(record.fields.size(), "cell"), countOf(expected_, "column"));
        return {};
    }

    std::string remark(const CsvRowReader& reader, std::size_t fields) const {
        const CsvRecord& record = reader.record();
        if (reader.isRecovered()) return "a quote that opens here is never closed; it was taken as text";
        if (record.fault == RecordFault::UnclosedQuote) return "a quote that opens here is not closed before the end of the file";
        const std::string table = countOf(expected_, "column");
        if (record.fields.size() < expected_) return fmt::format("{} where the table has {}; the rest is absent", countOf(record.fields.size(), "cell"), table);
        if (fields > expected_) return fmt::format("{} where the table has {}; columns were added", countOf(fields, "cell"), table);
        if (record.fields.size() > expected_) return fmt::format("{} behind the last column, all empty", countOf(record.fields.size() - expected_, "extra cell"));
        if (record.fault == RecordFault::StrayQuote) return "a quote inside a quoted cell is not doubled; it was taken as text";
        if (!isClean_ && std::any_of(record.fields.begin(), record.fields.end(), isUnreadable)) return "bytes that the encoding cannot read stand as \xEF\xBF\xBD";
        return {};
    }

    static bool isUnreadable(std::string_view cell) { return !isValidUtf8(cell) || cell.find("\xEF\xBF\xBD") != std::string_view::npos; }

    void write(const CsvRowReader& reader, std::size_t fields) {
        ++report_.rows;
        const auto& cells = reader.record().fields;
        if (preview != nullptr) {
            if (preview->size() >= kPreviewRows) return;
            std::vector<std::string>& row = preview->emplace_back();
            for (std::size_t i = 0; i < width_; ++i) row.push_back(i < cells.size() ? mendUtf8(cells[i]) : std::string());
            return;
        }
        if (writer == nullptr) return;
        for (std::size_t i = 0; i < fields; ++i) {
            if (isClean_ || isValidUtf8(cells[i])) writer->append(static_cast<int>(i), cells[i]);
            else writer->append(static_cast<int>(i), mendUtf8(cells[i]));
        }
        writer->endRow();
    }

    ImportReport& report_;
    RaggedPolicy ragged_;
    std::size_t expected_;
    std::size_t width_;
    bool isClean_;
};

/// Reads the rows behind preamble and header. limitBytes: previews stop there.
void readRows(const ImportJob& job, const CsvPlan& plan, ImportReport& report, RowSink& sink, std::size_t limitBytes) {
    TextSource source(job.bytes, plan.encoding.name, plan.encoding.markBytes);
    CsvRowReader reader(source, plan.shape.dialect);
    reader.expectedFields = plan.width;
    reader.skipLines(plan.shape.preambleLines);
    bool isHeaderDue = plan.shape.hasHeader;
    std::size_t sinceCheck = 0;
    std::size_t read = 0;
    while (read < limitBytes && reader.next()) {
        const CsvRecord& record = reader.record();
        sinceCheck += record.bytes;
        read += record.bytes;
        if (sinceCheck > (256u << 10)) {
            sinceCheck = 0;
            throwIfStopped(job.stop);
            if (job.progress) job.progress({"Reading rows", static_cast<double>(source.consumedBytes()), static_cast<double>(job.bytes.size())});
        }
        if (record.kind == RecordKind::Blank) ++report.blankLines;
        else if (record.kind == RecordKind::Comment) ++report.commentLines;
        else if (isHeaderDue) isHeaderDue = false;
        else sink.take(reader);
    }
}

void addClosingNotes(ImportReport& report, std::int64_t nulRows) {
    if (report.blankLines > 0) report.notes.push_back(fmt::format("{} blank line{} passed over.", report.blankLines, report.blankLines == 1 ? " was" : "s were"));
    if (report.commentLines > 0) report.notes.push_back(fmt::format("{} comment line{} passed over.", report.commentLines, report.commentLines == 1 ? " was" : "s were"));
    if (nulRows > 0) report.notes.push_back(fmt::format("{} row{} zero bytes; they were kept.", nulRows, nulRows == 1 ? " has" : "s have"));
}

}  // namespace

ImportPreview previewCsv(const ImportJob& job) {
    const CsvPlan plan = planCsv(job);
    ImportPreview preview;
    preview.dialect = dialectOf(plan);
    preview.notes = plan.notes;
    ImportReport report;
    for (std::size_t width = plan.width;;) {
        report = {};
        preview.rows.clear();
        RowSink sink(report, job.options.ragged, plan.width, width, plan.encoding.isCleanUtf8);
        sink.preview = &preview.rows;
        readRows(job, plan, report, sink, kPreviewBytes);
        if (sink.widest <= width) {
            preview.columnNames = columnNamesOf(plan.header, width, preview.notes);
            addClosingNotes(report, sink.nulRows);
            break;
        }
        width = sink.widest;
    }
    TextSource source(job.bytes, plan.encoding.name, plan.encoding.markBytes);
    for (const std::string& line : CsvRowReader(source, plan.shape.dialect).skipLines(plan.shape.preambleLines)) preview.preamble.push_back(mendUtf8(line));
    preview.problems = std::move(report.problems);
    preview.notes.insert(preview.notes.end(), report.notes.begin(), report.notes.end());
    preview.rowsLookedAt = report.rows + report.leftOutCount;
    preview.isWholeFile = plan.isWholeSample;
    return preview;
}

ImportReport importCsv(const ImportJob& job) {
    const CsvPlan plan = planCsv(job);
    for (std::size_t width = plan.width;;) {
        ImportReport report;
        report.dialect = dialectOf(plan);
        report.notes = plan.notes;
        report.columnNames = columnNamesOf(plan.header, width, report.notes);
        RowSink sink(report, job.options.ragged, plan.width, width, plan.encoding.isCleanUtf8);
        TableWriter writer(report.columnNames, job.output);
        sink.writer = &writer;
        readRows(job, plan, report, sink, SIZE_MAX);
        if (sink.widest > width) {
            width = sink.widest;
            continue;
        }
        addClosingNotes(report, sink.nulRows);
        throwIfStopped(job.stop);
        report.fingerprint = writer.finish();
        return report;
    }
}

}  // namespace lathe::data
