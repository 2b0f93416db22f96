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

void copyRow(const Table& table, std::int64_t row, data::TableWriter& writer, int except = -1) {
    for (int column = 0; column < table.columnCount(); ++column) {
        if (column == except) continue;
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

TablePtr addSplitColumn(const Table& table, const Split& split, const std::string& name, const std::filesystem::path& outputIpcFile, const ProgressSink& progress,
                        std::stop_token stop) {
    std::vector<const char*> parts(static_cast<std::size_t>(table.rowCount()), nullptr);
    for (const std::int64_t row : split.train) parts.at(static_cast<std::size_t>(row)) = "train";
    for (const std::int64_t row : split.validation) parts.at(static_cast<std::size_t>(row)) = "validation";
    for (const std::int64_t row : split.test) parts.at(static_cast<std::size_t>(row)) = "test";
    std::vector<std::string> names = table.columnNames();
    std::vector<bool> isJson = jsonColumnsOf(table);
    const int place = table.columnIndex(name).value_or(table.columnCount());
    if (place == table.columnCount()) {
        names.push_back(name);
        isJson.push_back(false);
    }
    isJson[static_cast<std::size_t>(place)] = false;
    data::TableWriter writer(std::move(names), outputIpcFile, isJson);
    for (std::int64_t row = 0; row < table.rowCount(); ++row) {
        step(progress, stop, row, table.rowCount());
        copyRow(table, row, writer, place);
        if (const char* part = parts[static_cast<std::size_t>(row)]) writer.append(place, part);
        else writer.appendNull(place);
        writer.endRow();
    }
    throwIfStopped(stop);
    writer.finish();
    return Table::open(outputIpcFile);
}

}  // namespace lathe
