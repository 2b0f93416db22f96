// SPDX-License-Identifier: GPL-3.0-or-later
/// The folder in which a person's work lies: one SQLite file for datasets, models, runs, metric points, log lines, labels
/// and settings, and the files these rows speak of.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lathe::workspace {

using Id = std::int64_t;

/// One state of a dataset. Versions of a dataset form a line with a pointer to the current one; undo moves the pointer.
struct DatasetVersion {
    Id id = 0;
    Id datasetId = 0;
    int number = 1;               ///< 1 = as imported
    std::string fingerprint;      ///< of the Table
    std::filesystem::path file;   ///< absolute path of its IPC file
    std::int64_t rows = 0;
    int columns = 0;
    std::string action;           ///< "import", "column", "filter", "dedup", "split", "edit"
    std::string detailsJson;      ///< how it was made; for the history and for repeating it
    double createdAt = 0;         ///< seconds since 1970
};

struct Dataset {
    Id id = 0;
    std::string name;
    std::string source;           ///< the file it came from
    int currentVersion = 1;
    double createdAt = 0;
    std::optional<double> deletedAt;   ///< in the trash since
};

struct ModelRecord {
    Id id = 0;
    std::string name;             ///< unique
    std::filesystem::path path;   ///< folder or .gguf file
    std::string family;
    std::string origin;           ///< "starter", "folder", "run", "download"
    std::string parent;           ///< model it was made from; empty if none
    Id runId = 0;                 ///< run that made it; 0 if none
    std::string infoJson;         ///< whatever else is known
    double createdAt = 0;
    std::optional<double> deletedAt;
};

enum class RunState { Queued, Running, Paused, Finished, Stopped, Failed, Interrupted };
std::string_view runStateName(RunState state);

struct RunRecord {
    Id id = 0;
    std::string name;
    std::string task;
    std::string model;
    std::string specJson;
    RunState state = RunState::Queued;
    std::string message;                ///< why it failed or stopped
    std::filesystem::path output;       ///< the run's folder
    std::string datasetFingerprint;
    std::int64_t processId = 0;         ///< of the process that runs it; 0 = none
    std::int64_t processStart = 0;      ///< that process's start time, so that a reused number is told apart
    double createdAt = 0;
    double startedAt = 0;               ///< 0 = not yet
    double endedAt = 0;
    std::string summaryJson;            ///< best metric and the like
    std::optional<double> deletedAt;
};

/// One value of one metric. Values that are not finite keep a flag, since SQLite stores NaN as NULL.
struct MetricPoint {
    std::int64_t sequence = 0;   ///< rising within a run; the order of charts
    std::string split;           ///< "train" or "validation"
    std::int64_t step = 0;
    double epoch = 0;
    std::string name;
    double value = 0;
    double wallTime = 0;         ///< seconds since 1970
};

struct LogLine {
    std::int64_t sequence = 0;
    double wallTime = 0;
    std::string level;           ///< "info", "warning", "error"
    std::string text;
};

struct MetricQuery {
    Id run = 0;
    std::string split;                       ///< empty = all
    std::string name;                        ///< empty = all
    std::int64_t afterSequence = -1;         ///< only later ones
    std::int64_t limit = -1;                 ///< -1 = all
};

struct WorkspaceOptions {
    bool wantsReadOnly = false;              ///< look only, whoever has it open
    std::size_t ballastBytes = 16u << 20;    ///< kept on disk so that a full disk can be tidied up; 0 = none
};

/// One open workspace. Reads may be called from any thread at once and see everything written before through the same
/// object. Writes are done by one thread inside: those of metric points and log lines return at once and are on disk within
/// a second; all others return when they are committed. Throws Io (disk full, read-only), NotFound, InvalidInput, CorruptFile.
class Workspace {
public:
    /// Opens or makes a workspace. If another process has it open, this one is read-only and readOnlyReason() says so.
    /// Throws CorruptFile if the database fails its check, Unsupported if a newer program made it, Io.
    explicit Workspace(std::filesystem::path folder, WorkspaceOptions options = {});
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    const std::filesystem::path& folder() const;
    bool isReadOnly() const;
    /// A sentence for the window's banner; empty when writable.
    const std::string& readOnlyReason() const;
    /// $LATHE_WORKSPACE, else the XDG data folder's lathe/.
    static std::filesystem::path defaultFolder();

    /// Rows of events since opening; changes whenever something was committed. Cheap: for "did anything change?".
    std::uint64_t changeCount() const;

    // Datasets. Files live under folder()/datasets.
    /// A path for a new version's file, in an existing folder; nothing is recorded yet.
    std::filesystem::path newDatasetFile(const std::string& name) const;
    /// Records an imported table as version 1. A taken name gets " (2)" and so on; the returned dataset tells.
    Dataset addDataset(const std::string& name, const std::string& source, const DatasetVersion& version);
    /// Adds a version behind the current one and makes it current; versions that were undone go to the trash.
    DatasetVersion addVersion(Id dataset, const DatasetVersion& version);
    std::vector<Dataset> datasets() const;
    std::optional<Dataset> dataset(Id id) const;
    std::optional<Dataset> datasetNamed(const std::string& name) const;
    std::vector<DatasetVersion> versions(Id dataset) const;
    DatasetVersion currentVersion(Id dataset) const;
    std::optional<DatasetVersion> versionByFingerprint(const std::string& fingerprint) const;
    /// Moves the pointer by one; false if there is nothing to undo (redo).
    bool undoVersion(Id dataset);
    bool redoVersion(Id dataset);
    void renameDataset(Id dataset, const std::string& name);
    /// Into the trash and back. Files go only with emptyTrash.
    void deleteDataset(Id dataset);
    void restoreDataset(Id dataset);

    // Models.
    ModelRecord addModel(const ModelRecord& model);      ///< a taken name gets " (2)"
    std::vector<ModelRecord> models() const;
    std::optional<ModelRecord> modelNamed(const std::string& name) const;
    void updateModel(const ModelRecord& model);
    void deleteModel(Id model);
    void restoreModel(Id model);

    // Runs.
    /// Adds a run; with state Running this process is noted as its owner.
    RunRecord addRun(const RunRecord& run);
    void setRunState(Id run, RunState state, const std::string& message = {});
    void setRunSummary(Id run, const std::string& summaryJson);
    std::vector<RunRecord> runs() const;                 ///< newest first
    std::optional<RunRecord> run(Id id) const;
    std::optional<RunRecord> runByOutput(const std::filesystem::path& output) const;
    void renameRun(Id run, const std::string& name);
    void deleteRun(Id run);
    void restoreRun(Id run);
    /// Runs marked Running or Paused whose process is gone become Interrupted; returns them. Done at opening too.
    std::vector<RunRecord> markInterruptedRuns();

    // Metrics and logs: return at once.
    void addMetrics(Id run, std::span<const MetricPoint> points);
    void addLog(Id run, const LogLine& line);
    std::vector<MetricPoint> metrics(const MetricQuery& query) const;
    std::vector<LogLine> log(Id run, std::int64_t afterSequence = -1, std::int64_t limit = -1) const;
    std::vector<std::string> metricNames(Id run) const;
    /// Removes points after a step, for a run that goes on from a checkpoint.
    void dropMetricsAfter(Id run, std::int64_t step);
    /// Waits until all that was queued is on disk. Throws what the writer met.
    void flush();

    // Labels: any JSON a rating needs; committed with synchronous=FULL before the call returns.
    Id addLabel(const std::string& collection, const std::string& json);
    void updateLabel(Id label, const std::string& json);
    void deleteLabel(Id label);
    struct LabelRecord {
        Id id = 0;
        std::string collection;
        std::string json;
        double createdAt = 0;
    };
    std::vector<LabelRecord> labels(const std::string& collection) const;

    // Settings.
    std::optional<std::string> setting(const std::string& key) const;
    void setSetting(const std::string& key, const std::string& value);

    // Embeddings by (model, text) hash.
    /// Vectors for the keys that are known, at the same positions; empty vectors for the others.
    std::vector<std::vector<float>> embeddings(const std::string& model, std::span<const std::string> keys) const;
    void addEmbeddings(const std::string& model, std::span<const std::string> keys, std::span<const std::vector<float>> vectors);

    /// Deletes for good what has been in the trash for longer than `age`, files included. Returns bytes freed.
    std::uint64_t emptyTrash(std::chrono::seconds age = std::chrono::seconds(0));
    /// Gives the ballast's room back to a full disk, so that deleting can work.
    void releaseBallast();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lathe::workspace
