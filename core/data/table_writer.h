// SPDX-License-Identifier: GPL-3.0-or-later
/// Builds a table cell by cell, into an Arrow IPC file or into memory, holding one batch at a time.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <lathe/table.h>

namespace lathe::data {

class TableWriter {
public:
    /// In memory. Throws InvalidInput for blank or equal names.
    explicit TableWriter(std::vector<std::string> names);
    /// Into a file that appears at finish(). jsonColumns: positions whose cells are bare JSON values.
    TableWriter(std::vector<std::string> names, const std::filesystem::path& file, const std::vector<bool>& jsonColumns = {});
    ~TableWriter();
    TableWriter(const TableWriter&) = delete;
    TableWriter& operator=(const TableWriter&) = delete;

    /// Adds the next cell of a column; valid UTF-8 is the caller's part.
    void append(int column, std::string_view text);
    void appendNull(int column);
    /// Ends a row: columns that got no cell since the last call get null. Writes a batch when enough has come together.
    void endRow();

    std::int64_t rowCount() const { return rows_; }

    /// Writes the rest, makes the file appear and returns its fingerprint. Throws Io.
    std::string finish();
    /// For a writer in memory.
    std::shared_ptr<const Table> finishInMemory();

private:
    struct Column;
    struct File;
    void flush();

    std::vector<std::string> names_;
    std::vector<Column> columns_;
    std::unique_ptr<File> file_;
    std::int64_t rows_ = 0;
    std::int64_t batchRows_ = 0;
};

}  // namespace lathe::data
