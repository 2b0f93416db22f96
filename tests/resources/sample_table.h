// SPDX-License-Identifier: GPL-3.0-or-later
/// A file of resources/ as a table, for the tests of samples and recipes.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>
#include <lathe/data.h>

namespace lathe::testing {

inline const std::filesystem::path kResources = std::filesystem::path(LATHE_SOURCE_DIR) / "resources";

/// Imports a table file into a temporary Arrow file; rows that do not fit are test failures.
inline TablePtr importResource(const std::filesystem::path& file) {
    const auto arrow = std::filesystem::temp_directory_path() / ("lathe-sample-" + std::to_string(::getpid()) + ".arrow");
    const ImportReport report = importFile(file, {}, arrow);
    EXPECT_EQ(report.problemCount, 0) << file;
    auto table = Table::open(arrow);
    std::filesystem::remove(arrow);  // the mapping keeps it readable
    return table;
}

/// All cells of a column.
inline std::vector<std::string> columnOf(const Table& table, std::string_view name) {
    const int column = table.requireColumn(name);
    std::vector<std::string> cells;
    for (std::int64_t row = 0; row < table.rowCount(); ++row) cells.emplace_back(table.cell(row, column));
    return cells;
}

}  // namespace lathe::testing
