// SPDX-License-Identifier: GPL-3.0-or-later
/// The process's only connection to the workspace's SQLite file, and prepared statements on it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace lathe::workspace {

enum class OpenMode { ReadWrite, ReadOnly };

class Database;

/// A prepared statement. Bind left to right, then step through the rows or run it once.
class Statement {
public:
    Statement(Database& database, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(std::int64_t value);
    Statement& bind(double value);  ///< NaN becomes NULL, as SQLite has it
    Statement& bind(std::string_view value);
    Statement& bindBlob(std::string_view bytes);
    Statement& bind(const std::optional<double>& value);

    /// Moves to the next row; false after the last. Throws Io or CorruptFile.
    bool step();
    /// Runs a statement that gives no rows, then makes it ready for new values.
    void run();

    std::int64_t integer(int column) const;
    double number(int column) const;
    std::optional<double> optionalNumber(int column) const;
    std::string text(int column) const;
    std::string_view blob(int column) const;  ///< valid until the next step

private:
    Database& database_;
    sqlite3_stmt* statement_ = nullptr;
    int next_ = 1;
};

/// Serialised by `mutex`: hold it (lock()) around statements. A full disk gives the ballast file back and tries once more.
class Database {
public:
    /// Throws Io, CorruptFile (the file is damaged: says so and leaves it alone).
    Database(const std::filesystem::path& file, OpenMode mode, std::filesystem::path ballast);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    std::unique_lock<std::recursive_mutex> lock() { return std::unique_lock(mutex_); }
    void execute(const char* sql);
    /// All of `work`, or nothing of it. Throws InvalidInput on a read-only workspace.
    void transaction(const std::function<void()>& work);
    std::int64_t lastRowId() const;
    bool isReadOnly() const { return mode_ == OpenMode::ReadOnly; }
    sqlite3* handle() const { return handle_; }
    /// Throws lathe::Error for an SQLite result code.
    [[noreturn]] void fail(int code) const;

private:
    std::filesystem::path file_;
    std::filesystem::path ballast_;
    OpenMode mode_;
    sqlite3* handle_ = nullptr;
    std::recursive_mutex mutex_;
    bool isInTransaction_ = false;  ///< guarded by mutex_
};

}  // namespace lathe::workspace
