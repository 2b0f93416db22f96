// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <lathe/data.h>
#include <lathe/error.h>

#include "data/table_writer.h"

namespace lathe {
namespace {

std::vector<bool> jsonColumnsOf(const Table& table) {
    std::vector<bool> marks;
    for (int i = 0; i < table.columnCount(); ++i) marks.push_back(table.isJsonColumn(i));
    return marks;
}

void copyRow(const Table& table, std::int64_t row, data::TableWriter& writer) {
    for (int column = 0; column < table.columnCount(); ++column) {
        if (table.isNull(row, column)) writer.appendNull(column);
        else writer.append(column, table.cell(row, column));
    }
}

void step(const ProgressSink& progress, const std::stop_token& stop, std::int64_t done, std::int64_t total) {
    if (done % 1'024 != 0) return;
    throwIfStopped(stop);
    if (progress) progress({"Writing rows", static_cast<double>(done), static_cast<double>(total)});
}

}  // namespace

TablePtr takeRows(const Table& table, const std::vector<std::int64_t>& rows, const std::filesystem::path& outputIpcFile, const ProgressSink& progress,
                  std::stop_token stop) {
    data::TableWriter writer(table.columnNames(), outputIpcFile, jsonColumnsOf(table));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        step(progress, stop, static_cast<std::int64_t>(i), static_cast<std::int64_t>(rows.size()));
        copyRow(table, rows[i], writer);
        writer.endRow();
    }
    throwIfStopped(stop);
    writer.finish();
    return Table::open(outputIpcFile);
}

TablePtr addTemplateColumn(const TablePtr& table, const std::string& name, const TextTemplate& source, const std::filesystem::path& outputIpcFile,
                           const ProgressSink& progress, std::stop_token stop) {
    if (table->columnIndex(name))
        throw Error(ErrorCode::InvalidInput, fmt::format("There is a column \"{}\" already. Names must differ. Choose another name.", name));
    const FilledTemplate filled(table, source);
    std::vector<std::string> names = table->columnNames();
    names.push_back(name);
    data::TableWriter writer(std::move(names), outputIpcFile, jsonColumnsOf(*table));
    for (std::int64_t row = 0; row < table->rowCount(); ++row) {
        step(progress, stop, row, table->rowCount());
        copyRow(*table, row, writer);
        writer.append(table->columnCount(), filled.row(row));
        writer.endRow();
    }
    throwIfStopped(stop);
    writer.finish();
    return Table::open(outputIpcFile);
}

}  // namespace lathe
