// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspace/database.h"

#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>
#include <sqlite3.h>

namespace lathe::workspace {

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
    const int code = sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &statement_, nullptr);
    if (code != SQLITE_OK) database.fail(code);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(std::int64_t value) {
    sqlite3_bind_int64(statement_, next_++, value);
    return *this;
}

Statement& Statement::bind(double value) {
    sqlite3_bind_double(statement_, next_++, value);
    return *this;
}

Statement& Statement::bind(std::string_view value) {
    sqlite3_bind_text64(statement_, next_++, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bindBlob(std::string_view bytes) {
    sqlite3_bind_blob64(statement_, next_++, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bind(const std::optional<double>& value) {
    if (value && std::isfinite(*value)) return bind(*value);
    sqlite3_bind_null(statement_, next_++);
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    database_.fail(code);
}

void Statement::run() {
    while (step()) {}
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    next_ = 1;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::number(int column) const { return sqlite3_column_double(statement_, column); }

std::optional<double> Statement::optionalNumber(int column) const {
    if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
    return number(column);
}

std::string Statement::text(int column) const { return std::string(blob(column)); }

std::string_view Statement::blob(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

Database::Database(const std::filesystem::path& file, OpenMode mode, std::filesystem::path ballast)
    : file_(file), ballast_(std::move(ballast)), mode_(mode) {
    const int flags = mode == OpenMode::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int code = sqlite3_open_v2(file.c_str(), &handle_, flags | SQLITE_OPEN_FULLMUTEX, nullptr);
    try {
        if (code != SQLITE_OK) fail(code);
        sqlite3_extended_result_codes(handle_, 1);
        sqlite3_busy_timeout(handle_, 5000);
        // The file may come from somebody else: no schema tricks, no half-checked cells.
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        execute("PRAGMA trusted_schema=OFF");
        execute("PRAGMA cell_size_check=ON");
        if (mode == OpenMode::ReadWrite) {
            execute("PRAGMA journal_mode=WAL");
            execute("PRAGMA synchronous=FULL");
        }
        execute("PRAGMA foreign_keys=ON");
    } catch (...) {
        sqlite3_close(handle_);
        throw;
    }
}

Database::~Database() { sqlite3_close(handle_); }

void Database::execute(const char* sql) {
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
}

void Database::transaction(const std::function<void()>& work) {
    const auto held = lock();
    if (isReadOnly())
        throw Error(ErrorCode::InvalidInput, "This workspace cannot be changed now. Another Lathe has it open. Close that one, or open another workspace.");
    if (isInTransaction_) return work();
    for (bool isRetry = false;; isRetry = true) {
        try {
            execute("BEGIN IMMEDIATE");
            isInTransaction_ = true;
            work();
            execute("COMMIT");
            isInTransaction_ = false;
            return;
        } catch (const Error&) {
            isInTransaction_ = false;
            const int code = sqlite3_extended_errcode(handle_) & 0xff;
            if (sqlite3_get_autocommit(handle_) == 0) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
            // On a full disk even deleting needs room in the log; the ballast is that room.
            std::error_code ignored;
            if (isRetry || code != SQLITE_FULL || !std::filesystem::remove(ballast_, ignored)) throw;
        }
    }
}

std::int64_t Database::lastRowId() const { return sqlite3_last_insert_rowid(handle_); }

void Database::fail(int code) const {
    const std::string reason = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    const std::string where = file_.string();
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            throw Error(ErrorCode::CorruptFile, fmt::format("The workspace file {} is damaged ({}). Nothing was changed in it. Move it away to start a new one; "
                                                            "datasets and runs lie in folders beside it and stay.", where, reason), {where});
        case SQLITE_FULL:
            throw Error(ErrorCode::Io, fmt::format("The workspace {} could not be written. The disk is full. Free some space and try again; what was saved before "
                                                   "is untouched.", where), {where});
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw Error(ErrorCode::Io, fmt::format("The workspace {} is in use. Another program holds it for longer than 5 seconds. Close it and try again.", where), {where});
        default:
            throw Error(ErrorCode::Io, fmt::format("The workspace {} could not be used: {}. Check the folder's permissions and free space.", where, reason), {where});
    }
}

}  // namespace lathe::workspace
