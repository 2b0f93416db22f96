// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspace/workspace.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>
#include <lathe/error.h>

#include "workspace/database.h"

namespace lathe::workspace {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::int64_t kSchemaVersion = 2;
constexpr off_t kBallastBytes = 16 << 20;

constexpr const char* kSchema = R"(
CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE models(name TEXT PRIMARY KEY, path TEXT NOT NULL, created TEXT NOT NULL, is_removed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE dataset_versions(
    dataset TEXT NOT NULL, version INTEGER NOT NULL, rows INTEGER NOT NULL, columns TEXT NOT NULL, file TEXT NOT NULL,
    source TEXT NOT NULL, how_made TEXT NOT NULL, fingerprint TEXT NOT NULL, created TEXT NOT NULL,
    is_undone INTEGER NOT NULL DEFAULT 0, is_removed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(dataset, version));
CREATE INDEX dataset_versions_fingerprint ON dataset_versions(fingerprint);
CREATE TABLE runs(
    id TEXT PRIMARY KEY, name TEXT NOT NULL, task TEXT NOT NULL, model TEXT NOT NULL, dataset TEXT NOT NULL,
    dataset_fingerprint TEXT NOT NULL, spec TEXT NOT NULL, output TEXT NOT NULL, state TEXT NOT NULL, sentence TEXT NOT NULL,
    created TEXT NOT NULL, seconds REAL NOT NULL, step INTEGER NOT NULL, total_steps INTEGER NOT NULL,
    best_metric_name TEXT NOT NULL, best_metric REAL, is_removed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE metric_names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE metric_points(
    seq INTEGER PRIMARY KEY, run TEXT NOT NULL, split TEXT NOT NULL, step INTEGER NOT NULL, epoch REAL NOT NULL,
    seconds REAL NOT NULL, tokens INTEGER NOT NULL, nonfinite INTEGER NOT NULL, vals BLOB NOT NULL);
CREATE INDEX metric_points_run ON metric_points(run, step);
CREATE TABLE run_events(seq INTEGER PRIMARY KEY, run TEXT NOT NULL, step INTEGER NOT NULL, kind TEXT NOT NULL, sentence TEXT NOT NULL);
CREATE INDEX run_events_run ON run_events(run);
CREATE TABLE run_samples(
    seq INTEGER PRIMARY KEY, run TEXT NOT NULL, step INTEGER NOT NULL, epoch REAL NOT NULL, prompt TEXT NOT NULL,
    expected TEXT NOT NULL, text TEXT NOT NULL, reward REAL);
CREATE INDEX run_samples_run ON run_samples(run);
CREATE TABLE log_lines(seq INTEGER PRIMARY KEY, run TEXT NOT NULL, time TEXT NOT NULL, level INTEGER NOT NULL, sentence TEXT NOT NULL);
CREATE INDEX log_lines_run ON log_lines(run);
CREATE TABLE label_sets(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, mode INTEGER NOT NULL, seed INTEGER NOT NULL, item_order INTEGER NOT NULL, repeat_share REAL NOT NULL,
    repeat_gap INTEGER NOT NULL, guidelines TEXT NOT NULL, created TEXT NOT NULL, is_removed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE label_items(
    id INTEGER PRIMARY KEY AUTOINCREMENT, label_set INTEGER NOT NULL REFERENCES label_sets(id), prompt TEXT NOT NULL, answer_a TEXT NOT NULL,
    answer_b TEXT NOT NULL, origin_a TEXT NOT NULL, origin_b TEXT NOT NULL, margin REAL NOT NULL, reward_a REAL, reward_b REAL);
CREATE INDEX label_items_set ON label_items(label_set);
CREATE TABLE label_events(
    id INTEGER PRIMARY KEY AUTOINCREMENT, label_set INTEGER NOT NULL REFERENCES label_sets(id), item INTEGER NOT NULL, showing INTEGER NOT NULL,
    kind TEXT NOT NULL, rater TEXT NOT NULL, is_swapped INTEGER NOT NULL, rating_a INTEGER NOT NULL, rating_b INTEGER NOT NULL, note TEXT NOT NULL,
    undoes INTEGER NOT NULL, dwell_ms REAL NOT NULL, is_by_keyboard INTEGER NOT NULL, time TEXT NOT NULL);
CREATE INDEX label_events_set ON label_events(label_set);
CREATE TRIGGER label_events_stay BEFORE UPDATE ON label_events BEGIN SELECT RAISE(ABORT, 'labels are only ever appended'); END;
CREATE TRIGGER label_events_last BEFORE DELETE ON label_events BEGIN SELECT RAISE(ABORT, 'labels are only ever appended'); END;
CREATE TABLE embeddings(model TEXT NOT NULL, key TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY(model, key)) WITHOUT ROWID;
)";

/// From the format before to the one at that place, counting from 2.
constexpr const char* kMigrations[] = {"ALTER TABLE run_samples ADD COLUMN reward REAL;"};

}  // namespace

std::string utcNow() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

Workspace::Workspace(fs::path folder) : folder_(std::move(folder)) {
    openFolder();
    try {
        openDatabase();
    } catch (...) {
        // Without this the lock would stay with this process, and the next try would find the folder taken by itself.
        database_.reset();
        if (lockDescriptor_ >= 0) ::close(lockDescriptor_);
        throw;
    }
}

void Workspace::openDatabase() {
    const OpenMode mode = lockDescriptor_ >= 0 ? OpenMode::ReadWrite : OpenMode::ReadOnly;
    database_ = std::make_unique<Database>(folder_ / "lathe.sqlite", mode, folder_ / "ballast");
    if (mode == OpenMode::ReadOnly) {
        Statement version(*database_, "PRAGMA user_version");  // reads the file, so that one that is no database is told now
        version.step();
        if (version.integer(0) != kSchemaVersion)
            throw Error(ErrorCode::Unsupported, fmt::format("The workspace {} has format {} and this Lathe works with {}. It cannot be changed while it cannot be written. "
                                                            "Close the other program that has it open, or check the folder's permissions.", folder_.string(), version.integer(0), kSchemaVersion), {folder_.string()});
        return;
    }
    createSchema();
    markInterruptedRuns();
    makeBallast();
    writer_ = std::jthread([this](std::stop_token stop) { writeQueue(std::move(stop)); });
}

Workspace::~Workspace() {
    if (writer_.joinable()) {
        writer_.request_stop();
        writer_.join();
    }
    database_.reset();
    if (lockDescriptor_ >= 0) ::close(lockDescriptor_);
}

void Workspace::openFolder() {
    std::error_code code;
    for (const char* part : {"datasets", "runs"}) {
        fs::create_directories(folder_ / part, code);
        if (code && !fs::exists(folder_ / "lathe.sqlite"))
            throw Error(ErrorCode::Io, fmt::format("The workspace folder {} cannot be used. {}. Choose a folder that can be written.", folder_.string(), code.message()), {folder_.string()});
    }
    lockDescriptor_ = ::open((folder_ / "lathe.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lockDescriptor_ < 0) {
        notice_ = fmt::format("The workspace {} cannot be written. {}. Everything can be looked at here, but nothing changed. Check the folder's permissions.",
                              folder_.string(), std::strerror(errno));
        return;
    }
    if (::flock(lockDescriptor_, LOCK_EX | LOCK_NB) == 0) return;
    notice_ = fmt::format("The workspace {} is open in another Lathe. Everything can be looked at here, but nothing changed. Close the other one to work here.", folder_.string());
    ::close(lockDescriptor_);
    lockDescriptor_ = -1;
}

void Workspace::createSchema() {
    const auto held = database_->lock();
    Statement check(*database_, "PRAGMA quick_check(1)");
    if (check.step() && check.text(0) != "ok")
        throw Error(ErrorCode::CorruptFile, fmt::format("The workspace file in {} is damaged ({}). Nothing was changed in it. Move lathe.sqlite away to start a new one; "
                                                        "datasets and runs lie in folders beside it and stay.", folder_.string(), check.text(0)), {folder_.string()});
    Statement version(*database_, "PRAGMA user_version");
    version.step();
    const std::int64_t found = version.integer(0);
    if (found > kSchemaVersion)
        throw Error(ErrorCode::Unsupported, fmt::format("The workspace {} was written by a newer Lathe (format {}; this one knows {}). Use that version.", folder_.string(), found, kSchemaVersion), {folder_.string()});
    if (found == kSchemaVersion) return;
    database_->transaction([&] {
        if (found == 0) database_->execute(kSchema);
        for (std::int64_t step = found; step > 0 && step < kSchemaVersion; ++step) database_->execute(kMigrations[step - 1]);
        database_->execute(fmt::format("PRAGMA user_version={}", kSchemaVersion).c_str());
    });
}

void Workspace::markInterruptedRuns() {
    // The folder's lock is ours, so no other process is running any of them.
    database_->transaction([&] {
        Statement(*database_, "UPDATE runs SET state='interrupted', sentence='Its program ended while it was working. It can be continued from its newest checkpoint.' "
                              "WHERE state IN ('preparing','running','paused','stopping')").run();
    });
}

void Workspace::makeBallast() const {
    const fs::path file = folder_ / "ballast";
    if (fs::exists(file)) return;
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return;
    const bool isMade = ::posix_fallocate(descriptor, 0, kBallastBytes) == 0;
    ::close(descriptor);
    if (!isMade) ::unlink(file.c_str());  // the disk is full already
}

bool Workspace::isReadOnly() const { return database_->isReadOnly(); }

std::string Workspace::setting(const std::string& key) const {
    const auto held = database_->lock();
    Statement query(*database_, "SELECT value FROM settings WHERE key=?");
    query.bind(key);
    return query.step() ? query.text(0) : std::string();
}

void Workspace::setSetting(const std::string& key, const std::string& value) {
    database_->transaction([&] { Statement(*database_, "INSERT OR REPLACE INTO settings(key, value) VALUES(?, ?)").bind(key).bind(value).run(); });
}

std::vector<AddedModel> Workspace::addedModels() const {
    const auto held = database_->lock();
    std::vector<AddedModel> models;
    Statement query(*database_, "SELECT name, path FROM models WHERE is_removed=0 ORDER BY name");
    while (query.step()) models.push_back({query.text(0), query.text(1)});
    return models;
}

void Workspace::addModel(const AddedModel& model) {
    database_->transaction([&] {
        Statement query(*database_, "SELECT path FROM models WHERE name=? AND is_removed=0");
        query.bind(model.name);
        if (query.step() && query.text(0) != model.path.string())
            throw Error(ErrorCode::InvalidInput, fmt::format("The name {} is taken. The model in {} has it. Choose another name.", model.name, query.text(0)));
        Statement(*database_, "INSERT OR REPLACE INTO models(name, path, created) VALUES(?, ?, ?)").bind(model.name).bind(model.path.string()).bind(utcNow()).run();
    });
}

void Workspace::removeModel(const std::string& name) {
    database_->transaction([&] { Statement(*database_, "UPDATE models SET is_removed=1 WHERE name=?").bind(name).run(); });
}

void Workspace::restoreModel(const std::string& name) {
    database_->transaction([&] { Statement(*database_, "UPDATE models SET is_removed=0 WHERE name=?").bind(name).run(); });
}

void Workspace::enqueue(const std::string& run, Queued item) {
    const std::lock_guard lock(queueMutex_);
    queue_.emplace_back(run, std::move(item));
}

void Workspace::writeQueue(std::stop_token stop) {
    while (true) {
        {
            std::unique_lock lock(queueMutex_);
            queueChanged_.wait_for(lock, stop, 500ms, [] { return false; });
        }
        try {
            flush();
        } catch (const Error&) {
            // Kept in the queue: the next round, or whoever reads, tries again and hears the error.
        }
        if (stop.stop_requested()) return;
    }
}

void Workspace::flush() const {
    if (isReadOnly()) return;
    const std::lock_guard writing(writeMutex_);
    std::vector<std::pair<std::string, Queued>> items;
    {
        const std::lock_guard lock(queueMutex_);
        items.swap(queue_);
    }
    if (items.empty()) return;
    try {
        write(items);
    } catch (...) {
        const std::lock_guard lock(queueMutex_);
        queue_.insert(queue_.begin(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
        throw;
    }
}

}  // namespace lathe::workspace
