// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <lathe/error.h>

#include "workspace/database.h"
#include "workspace/workspace.h"

namespace lathe::workspace {
namespace {

constexpr char kSeparator = '\x1f';  // ASCII unit separator; stands in no column name that an import gives
constexpr std::string_view kFields = "dataset, version, rows, columns, file, source, how_made, fingerprint, created";

std::string join(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, std::string(1, kSeparator))); }

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty() || !parts.empty()) {
        const auto end = std::min(text.find(kSeparator), text.size());
        parts.emplace_back(text.substr(0, end));
        if (end == text.size()) break;
        text.remove_prefix(end + 1);
    }
    return parts;
}

DatasetVersion read(const Statement& row, const std::filesystem::path& folder) {
    return {.dataset = row.text(0), .version = row.integer(1), .rows = row.integer(2), .columns = split(row.blob(3)), .file = folder / row.text(4),
            .source = row.text(5), .howMade = row.text(6), .fingerprint = row.text(7), .created = row.text(8)};
}

}  // namespace

std::vector<DatasetVersion> Workspace::datasets() const {
    const auto held = database_->lock();
    Statement query(*database_, fmt::format("SELECT {} FROM dataset_versions v WHERE is_undone=0 AND is_removed=0 AND version=(SELECT MAX(version) FROM dataset_versions w "
                                            "WHERE w.dataset=v.dataset AND w.is_undone=0 AND w.is_removed=0) ORDER BY dataset", kFields));
    std::vector<DatasetVersion> found;
    while (query.step()) found.push_back(read(query, folder_));
    return found;
}

std::vector<DatasetVersion> Workspace::versions(const std::string& name) const {
    const auto held = database_->lock();
    Statement query(*database_, fmt::format("SELECT {} FROM dataset_versions WHERE dataset=? AND is_undone=0 AND is_removed=0 ORDER BY version", kFields));
    query.bind(name);
    std::vector<DatasetVersion> found;
    while (query.step()) found.push_back(read(query, folder_));
    if (!found.empty()) return found;
    std::vector<std::string> names;
    for (const DatasetVersion& dataset : datasets()) names.push_back(dataset.dataset);
    throw Error(ErrorCode::NotFound, fmt::format("There is no dataset {} in this workspace. It has {}. Import it, or choose one of these.", name,
                                                 names.empty() ? std::string("none yet") : fmt::format("{}", fmt::join(names, ", "))));
}

DatasetVersion Workspace::dataset(const std::string& name) const { return versions(name).back(); }

std::optional<DatasetVersion> Workspace::datasetByFingerprint(const std::string& fingerprint) const {
    const auto held = database_->lock();
    Statement query(*database_, fmt::format("SELECT {} FROM dataset_versions WHERE fingerprint=? ORDER BY is_removed, is_undone, version DESC LIMIT 1", kFields));
    query.bind(fingerprint);
    if (!query.step()) return std::nullopt;
    return read(query, folder_);
}

std::filesystem::path Workspace::newDatasetFile() const {
    for (int number = 1;; ++number) {
        const auto file = folder_ / "datasets" / fmt::format("table-{}.arrow", number);
        if (!std::filesystem::exists(file)) return file;
    }
}

DatasetVersion Workspace::addVersion(DatasetVersion version) {
    database_->transaction([&] {
        Statement newest(*database_, "SELECT COALESCE(MAX(version), 0) FROM dataset_versions WHERE dataset=?");
        newest.bind(version.dataset).step();
        version.version = newest.integer(0) + 1;
        version.created = utcNow();
        const std::string file = std::filesystem::relative(version.file, folder_).string();
        // A name that was removed starts afresh: its old versions must not come back as history of the new one.
        Statement(*database_, fmt::format("INSERT INTO dataset_versions({}) VALUES(?,?,?,?,?,?,?,?,?)", kFields))
            .bind(version.dataset).bind(version.version).bind(version.rows).bind(join(version.columns)).bind(file)
            .bind(version.source).bind(version.howMade).bind(version.fingerprint).bind(version.created).run();
    });
    return version;
}

void Workspace::undoVersion(const std::string& name) {
    database_->transaction([&] {
        const std::vector<DatasetVersion> all = versions(name);
        if (all.size() < 2)
            throw Error(ErrorCode::InvalidInput, fmt::format("Nothing can be undone on {}. This is its first version. Remove the dataset instead.", name));
        Statement(*database_, "UPDATE dataset_versions SET is_undone=1 WHERE dataset=? AND version=?").bind(name).bind(all.back().version).run();
    });
}

void Workspace::removeDataset(const std::string& name) {
    database_->transaction([&] {
        versions(name);
        Statement(*database_, "UPDATE dataset_versions SET is_removed=is_removed+1 WHERE dataset=?").bind(name).run();
    });
}

void Workspace::restoreDataset(const std::string& name) {
    database_->transaction([&] { Statement(*database_, "UPDATE dataset_versions SET is_removed=is_removed-1 WHERE dataset=? AND is_removed>0").bind(name).run(); });
}

}  // namespace lathe::workspace
