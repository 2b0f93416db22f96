// SPDX-License-Identifier: GPL-3.0-or-later
#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <lathe/error.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>

#include "base/limits.h"
#include "data/arrow_support.h"
#include "data/arrow_text.h"
#include "data/csv_sniff.h"
#include "data/importers.h"
#include "data/table_writer.h"
#include "data/utf8.h"

namespace lathe::data {
namespace {

struct OpenParquet {
    std::unique_ptr<parquet::arrow::FileReader> reader;
    std::shared_ptr<arrow::RecordBatchReader> batches;
    std::int64_t rows = 0;
    std::vector<std::string> names;
    std::vector<std::string> notes;
};

OpenParquet openParquet(const ImportJob& job) {
    OpenParquet open;
    auto input = valueOf(arrow::io::MemoryMappedFile::Open(job.file.string(), arrow::io::FileMode::READ), "open", job.file);
    parquet::arrow::FileReaderBuilder builder;
    checkArrow(builder.Open(input), "open", job.file);
    parquet::ArrowReaderProperties properties;
    properties.set_batch_size(8'192);
    properties.set_use_threads(false);
    builder.properties(properties);
    checkArrow(builder.Build(&open.reader), "open", job.file);
    open.rows = open.reader->parquet_reader()->metadata()->num_rows();
    open.batches = valueOf(open.reader->GetRecordBatchReader(), "read", job.file);
    std::vector<std::string> names;
    for (const auto& field : open.batches->schema()->fields()) names.push_back(mendUtf8(field->name()));
    if (names.empty() || names.size() > base::kMaxCsvColumns) {
        throw Error(ErrorCode::InvalidInput, fmt::format("{} has {} columns. Between 1 and {} are read. Check that this is the right file.", job.file.string(),
                                                         names.size(), base::kMaxCsvColumns), {job.file.string()});
    }
    open.names = columnNamesOf(names, names.size(), open.notes);
    return open;
}

/// Rows one by one to take(batch, row) until it returns false.
template <class Take>
void readRows(const ImportJob& job, OpenParquet& open, Take take) {
    std::int64_t done = 0;
    while (true) {
        throwIfStopped(job.stop);
        if (job.progress) job.progress({"Reading rows", static_cast<double>(done), static_cast<double>(open.rows)});
        std::shared_ptr<arrow::RecordBatch> batch;
        checkArrow(open.batches->ReadNext(&batch), "read", job.file);
        if (!batch) return;
        for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
            if (!take(*batch, row)) return;
        }
        done += batch->num_rows();
    }
}

ImportDialect parquetDialect() {
    ImportDialect dialect;
    dialect.format = FileFormat::Parquet;
    return dialect;
}

template <class Work>
auto withoutParquetExceptions(const ImportJob& job, Work work) {
    try {
        return work();
    } catch (const parquet::ParquetException& error) {
        throw Error(ErrorCode::CorruptFile, fmt::format("Could not read {}. {}. The file is damaged or no Parquet file; bring in the original again.",
                                                        job.file.string(), error.what()), {job.file.string()});
    }
}

}  // namespace

ImportPreview previewParquet(const ImportJob& job) {
    return withoutParquetExceptions(job, [&] {
        OpenParquet open = openParquet(job);
        ImportPreview preview;
        preview.dialect = parquetDialect();
        preview.columnNames = open.names;
        preview.notes = open.notes;
        readRows(job, open, [&](const arrow::RecordBatch& batch, std::int64_t row) {
            auto& cells = preview.rows.emplace_back(open.names.size());
            for (int column = 0; column < batch.num_columns(); ++column) {
                if (batch.column(column)->IsValid(row)) appendArrowText(*batch.column(column), row, cells[static_cast<std::size_t>(column)]);
            }
            return preview.rows.size() < kPreviewRows;
        });
        preview.rowsLookedAt = static_cast<std::int64_t>(preview.rows.size());
        preview.isWholeFile = preview.rowsLookedAt == open.rows;
        return preview;
    });
}

ImportReport importParquet(const ImportJob& job) {
    return withoutParquetExceptions(job, [&] {
        OpenParquet open = openParquet(job);
        ImportReport report;
        report.dialect = parquetDialect();
        report.columnNames = open.names;
        report.notes = open.notes;
        std::vector<bool> isBare;
        for (const auto& field : open.batches->schema()->fields()) {
            isBare.push_back(isBareJsonType(*field->type()));
            if (!isBare.back() && field->type()->id() != arrow::Type::STRING && field->type()->id() != arrow::Type::LARGE_STRING)
                report.notes.push_back(fmt::format("\"{}\" is of the type {}; it became text.", field->name(), field->type()->ToString()));
        }
        TableWriter writer(open.names, job.output, isBare);
        std::string text;
        readRows(job, open, [&](const arrow::RecordBatch& batch, std::int64_t row) {
            for (int column = 0; column < batch.num_columns(); ++column) {
                if (batch.column(column)->IsNull(row)) {
                    writer.appendNull(column);
                    continue;
                }
                text.clear();
                appendArrowText(*batch.column(column), row, text);
                writer.append(column, text);
            }
            writer.endRow();
            return true;
        });
        report.rows = writer.rowCount();
        report.fingerprint = writer.finish();
        return report;
    });
}

}  // namespace lathe::data
