// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lathe {

/// Rows and named text columns that never change. Cells are the text that was written in the file they came from
/// ("007" stays "007"), in UTF-8. Backed by an Arrow IPC file that is memory-mapped, so opening takes no time and a
/// million rows take no memory of their own. Every member may be called from any thread at once.
class Table {
public:
    struct Impl;  ///< Arrow lives behind it; for core/data only

    /// Maps an Arrow IPC file whose columns are (large) strings. Throws NotFound, Io, CorruptFile or Unsupported.
    static std::shared_ptr<const Table> open(const std::filesystem::path& file);

    /// A small table in memory: one vector of cells a column, all of one length. Names must differ and not be blank.
    /// Throws InvalidInput.
    static std::shared_ptr<const Table> fromColumns(std::vector<std::string> names, const std::vector<std::vector<std::string>>& columns);

    explicit Table(std::unique_ptr<const Impl> impl);
    ~Table();
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    std::int64_t rowCount() const;
    int columnCount() const;
    const std::vector<std::string>& columnNames() const;

    /// Position of a column by its exact name.
    std::optional<int> columnIndex(std::string_view name) const;

    /// Like columnIndex, but throws NotFound with a sentence that lists the columns there are.
    int requireColumn(std::string_view name) const;

    /// The text of a cell, in UTF-8; valid as long as the table lives. An absent cell (null) is empty.
    /// row in [0, rowCount), column in [0, columnCount); throws InvalidInput outside.
    std::string_view cell(std::int64_t row, int column) const;

    /// True where the source had no value at all: JSON null, a missing key, a row that was too short.
    bool isNull(std::int64_t row, int column) const;

    /// True for null, empty and white-space-only cells.
    bool isBlank(std::int64_t row, int column) const;

    /// True where the column came from JSON values that are not strings, so that JSONL export writes them bare.
    bool isJsonColumn(int column) const;

    /// SHA-256 (lower-case hex) of names, nulls and cells; equal content gives equal fingerprints whatever the file.
    const std::string& fingerprint() const;

    /// The file behind it; empty for a table in memory.
    const std::filesystem::path& file() const;

    /// For core/data only.
    const Impl& impl() const { return *impl_; }

private:
    std::unique_ptr<const Impl> impl_;
};

using TablePtr = std::shared_ptr<const Table>;

}  // namespace lathe
