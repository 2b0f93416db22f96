// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include <arrow/array/builder_binary.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <lathe/data.h>
#include <lathe/error.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include "base/files.h"
#include "data/arrow_support.h"
#include "data/column_type.h"
#include "data/json_scan.h"
#include "data/table_impl.h"

namespace lathe {
namespace data {
namespace {

struct Selection {
    std::vector<int> columns;
    std::int64_t rows = 0;
    const std::vector<std::int64_t>* chosen = nullptr;

    std::int64_t row(std::int64_t i) const { return chosen != nullptr ? (*chosen)[static_cast<std::size_t>(i)] : i; }
};

Selection selectionOf(const Table& table, const ExportOptions& options) {
    Selection selection{options.columns, table.rowCount(), nullptr};
    if (options.rows) {
        selection.chosen = &*options.rows;
        selection.rows = static_cast<std::int64_t>(options.rows->size());
        for (const std::int64_t row : *options.rows) {
            if (row < 0 || row >= table.rowCount())
                throw Error(ErrorCode::InvalidInput, fmt::format("Row {} is not in the table, which has {}. Choose rows that exist.", row, table.rowCount()));
        }
    }
    if (selection.columns.empty()) {
        for (int i = 0; i < table.columnCount(); ++i) selection.columns.push_back(i);
    }
    for (const int column : selection.columns) {
        if (column < 0 || column >= table.columnCount())
            throw Error(ErrorCode::InvalidInput, fmt::format("Column {} is not in the table, which has {}. Choose columns that exist.", column, table.columnCount()));
    }
    return selection;
}

/// Text lines that go out in large pieces, with progress and stop.
class LineOutput {
public:
    LineOutput(const std::filesystem::path& file, const ProgressSink& progress, std::stop_token stop) : writer_(file), progress_(progress), stop_(std::move(stop)) {}

    std::string buffer;

    void lineDone(std::int64_t done, std::int64_t total) {
        if (buffer.size() < (256u << 10)) return;
        writer_.write(buffer);
        buffer.clear();
        throwIfStopped(stop_);
        if (progress_) progress_({"Writing rows", static_cast<double>(done), static_cast<double>(total)});
    }

    void commit() {
        writer_.write(buffer);
        throwIfStopped(stop_);
        writer_.commit();
    }

private:
    base::AtomicFileWriter writer_;
    const ProgressSink& progress_;
    std::stop_token stop_;
};

/// A spreadsheet runs what begins with these as a formula (OWASP ASVS 1.2.10 and its full-width forms); numbers are exempt.
bool isFormulaLike(std::string_view cell) {
    if (cell.empty()) return false;
    static constexpr std::string_view kStarts{"=+-@\t\r\n\0", 8};
    static constexpr std::array<std::string_view, 4> kWide{"＝", "＋", "－", "＠"};
    const bool isMarked = kStarts.find(cell.front()) != std::string_view::npos ||
                          std::any_of(kWide.begin(), kWide.end(), [&](std::string_view start) { return cell.starts_with(start); });
    return isMarked && !isNumberText(cell);
}

class CsvFormat {
public:
    CsvFormat(const ExportOptions& options, std::size_t columns) : delimiter_(options.delimiter), isSafe_(options.csvMode == CsvMode::SpreadsheetSafe), columns_(columns) {}

    void append(std::string& line, std::string_view cell, std::size_t position) const {
        const bool needsApostrophe = isSafe_ && isFormulaLike(cell);
        if (!needsApostrophe && !needsQuotes(cell, position)) {
            line += cell;
            return;
        }
        line += '"';
        if (needsApostrophe) line += '\'';
        for (const char c : cell) {
            if (c == '"') line += '"';
            line += c;
        }
        line += '"';
    }

private:
    /// Also where a reader that guesses could take the cell for something else: other delimiters, a comment, a blank line.
    bool needsQuotes(std::string_view cell, std::size_t position) const {
        if (columns_ == 1 && (cell.empty() || cell.find(' ') != std::string_view::npos)) return true;
        if (position == 0 && cell.starts_with('#')) return true;
        return std::any_of(cell.begin(), cell.end(), [&](char c) {
            return c == delimiter_ || c == '"' || c == '\n' || c == '\r' || c == ',' || c == ';' || c == '\t' || c == '|' || c == '\'' || c == '^' || c == '~' ||
                   static_cast<unsigned char>(c) < 0x20;
        });
    }

    char delimiter_;
    bool isSafe_;
    std::size_t columns_;
};

std::shared_ptr<arrow::RecordBatch> batchOf(const Table& table, const Selection& selection, const std::shared_ptr<arrow::Schema>& schema, std::int64_t begin,
                                            std::int64_t end, const std::filesystem::path& file) {
    arrow::ArrayVector arrays;
    for (const int column : selection.columns) {
        arrow::LargeStringBuilder builder;
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t row = selection.row(i);
            checkArrow(table.isNull(row, column) ? builder.AppendNull() : builder.Append(table.cell(row, column)), "write", file);
        }
        arrays.push_back(valueOf(builder.Finish(), "write", file));
    }
    return arrow::RecordBatch::Make(schema, end - begin, std::move(arrays));
}

void writeParquet(const Table& table, const std::filesystem::path& file, const Selection& selection, AtomicOutputStream& output, const ProgressSink& progress,
                  const std::stop_token& stop) {
    arrow::FieldVector fields;
    for (const int column : selection.columns) fields.push_back(arrow::field(table.columnNames()[static_cast<std::size_t>(column)], arrow::large_utf8()));
    const auto schema = arrow::schema(fields);
    // Without Arrow's own schema the columns are plain strings to every reader.
    const auto properties = parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->build();
    const std::shared_ptr<arrow::io::OutputStream> sink(&output, [](arrow::io::OutputStream*) {});
    auto writer = valueOf(parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), sink, properties), "write", file);
    // Groups stay small where cells are large.
    constexpr std::int64_t kRows = 8'192;
    for (std::int64_t begin = 0; begin < selection.rows; begin += kRows) {
        throwIfStopped(stop);
        if (progress) progress({"Writing rows", static_cast<double>(begin), static_cast<double>(selection.rows)});
        const auto batch = batchOf(table, selection, schema, begin, std::min(begin + kRows, selection.rows), file);
        checkArrow(writer->WriteRecordBatch(*batch), "write", file);
    }
    checkArrow(writer->Close(), "write", file);
}

}  // namespace
}  // namespace data

void exportCsv(const Table& table, const std::filesystem::path& file, const ExportOptions& options, const ProgressSink& progress, std::stop_token stop) {
    const data::Selection selection = data::selectionOf(table, options);
    data::LineOutput output(file, progress, stop);
    const data::CsvFormat format(options, selection.columns.size());
    // Spreadsheets take a file without the mark for the system's old code page.
    if (options.csvMode == CsvMode::SpreadsheetSafe) output.buffer += "\xEF\xBB\xBF";
    for (std::int64_t i = -1; i < selection.rows; ++i) {
        for (std::size_t k = 0; k < selection.columns.size(); ++k) {
            if (k > 0) output.buffer += options.delimiter;
            const int column = selection.columns[k];
            format.append(output.buffer, i < 0 ? std::string_view(table.columnNames()[static_cast<std::size_t>(column)]) : table.cell(selection.row(i), column), k);
        }
        output.buffer += '\n';
        output.lineDone(i + 1, selection.rows);
    }
    output.commit();
}

void exportJsonl(const Table& table, const std::filesystem::path& file, const ExportOptions& options, const ProgressSink& progress, std::stop_token stop) {
    const data::Selection selection = data::selectionOf(table, options);
    data::LineOutput output(file, progress, stop);
    std::vector<std::string> keys;
    for (const int column : selection.columns) {
        std::string& key = keys.emplace_back(keys.empty() ? "{" : ", ");
        data::appendJsonText(key, table.columnNames()[static_cast<std::size_t>(column)]);
        key += ": ";
    }
    for (std::int64_t i = 0; i < selection.rows; ++i) {
        const std::int64_t row = selection.row(i);
        for (std::size_t k = 0; k < selection.columns.size(); ++k) {
            const int column = selection.columns[k];
            output.buffer += keys[k];
            const std::string_view cell = table.cell(row, column);
            data::JsonProblem problem;
            std::size_t used = 0;
            if (table.isNull(row, column)) output.buffer += "null";
            else if (table.isJsonColumn(column) && data::skipJsonValue(cell, used, problem) == data::JsonScan::Ok && used == cell.size() &&
                     cell.find('\n') == std::string_view::npos) output.buffer += cell;
            else data::appendJsonText(output.buffer, cell);
        }
        output.buffer += "}\n";
        output.lineDone(i + 1, selection.rows);
    }
    output.commit();
}

void exportParquet(const Table& table, const std::filesystem::path& file, const ExportOptions& options, const ProgressSink& progress, std::stop_token stop) {
    const data::Selection selection = data::selectionOf(table, options);
    data::AtomicOutputStream output(file);
    try {
        data::writeParquet(table, file, selection, output, progress, stop);
    } catch (const parquet::ParquetException& error) {
        output.rethrow();
        throw Error(ErrorCode::Io, fmt::format("Could not write {}. {}. Check the disk and try again.", file.string(), error.what()), {file.string()});
    } catch (const Error&) {
        output.rethrow();
        throw;
    }
    throwIfStopped(stop);
    output.commit();
}

void exportTable(const Table& table, const std::filesystem::path& file, const ExportOptions& options, const ProgressSink& progress, std::stop_token stop) {
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (extension == ".csv") return exportCsv(table, file, options, progress, stop);
    if (extension == ".tsv") {
        ExportOptions tabbed = options;
        tabbed.delimiter = '\t';
        return exportCsv(table, file, tabbed, progress, stop);
    }
    if (extension == ".jsonl" || extension == ".ndjson") return exportJsonl(table, file, options, progress, stop);
    if (extension == ".parquet") return exportParquet(table, file, options, progress, stop);
    if (extension == ".arrow") {
        const data::Selection selection = data::selectionOf(table, options);
        std::vector<std::int64_t> rows;
        for (std::int64_t i = 0; i < selection.rows; ++i) rows.push_back(selection.row(i));
        takeRows(table, rows, file, progress, stop);
        return;
    }
    throw Error(ErrorCode::InvalidInput, fmt::format("Could not export to {}. The ending \"{}\" is not known. Use .csv, .tsv, .jsonl or .parquet.", file.string(), extension),
                {file.string()});
}

}  // namespace lathe
