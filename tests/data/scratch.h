// SPDX-License-Identifier: GPL-3.0-or-later
/// A folder that is gone after the test, and tables as plain rows.
#pragma once
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <lathe/data.h>
#include <unistd.h>

namespace lathe::testing {

class Scratch {
public:
    Scratch() {
        static std::atomic<int> counter{0};
        folder_ = std::filesystem::temp_directory_path() / ("lathe-test-" + std::to_string(::getpid()) + "-" + std::to_string(counter++));
        std::filesystem::create_directories(folder_);
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::filesystem::path& folder() const { return folder_; }
    std::filesystem::path path(const std::string& name) const { return folder_ / name; }

    std::filesystem::path write(const std::string& name, std::string_view bytes) const {
        std::ofstream(path(name), std::ios::binary) << bytes;
        return path(name);
    }

    std::size_t fileCount() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) count += entry.is_regular_file();
        return count;
    }

private:
    std::filesystem::path folder_;
};

using Rows = std::vector<std::vector<std::string>>;

/// All cells; with the names as the first row if asked for.
inline Rows rowsOf(const Table& table, bool withNames = false) {
    Rows rows;
    if (withNames) rows.push_back(table.columnNames());
    for (std::int64_t row = 0; row < table.rowCount(); ++row) {
        auto& cells = rows.emplace_back();
        for (int column = 0; column < table.columnCount(); ++column) cells.emplace_back(table.cell(row, column));
    }
    return rows;
}

inline std::string slurp(const std::filesystem::path& file) {
    std::ifstream input(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(input), {}};
}

}  // namespace lathe::testing
