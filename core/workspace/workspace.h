// SPDX-License-Identifier: GPL-3.0-or-later
/// The workspace folder: what is remembered between starts. See README.md in this folder.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <lathe/preference.h>
#include <lathe/training.h>

namespace lathe::workspace {

class Database;

/// A version of a dataset; `version` counts from 1, and the newest one that was not undone is current.
struct DatasetVersion {
    std::string dataset;
    std::int64_t version = 1;
    std::int64_t rows = 0;
    std::vector<std::string> columns;
    std::filesystem::path file;   ///< Arrow IPC, under datasets/
    std::string source;
    std::string howMade;
    std::string fingerprint;
    std::string created;          ///< UTC, ISO 8601
};

struct RunRecord {
    std::string id;
    std::string name;
    std::string task;
    std::string model;
    std::string dataset;
    std::string datasetFingerprint;
    std::string specJson;
    std::filesystem::path output;
    RunState state = RunState::Queued;
    std::string sentence;
    std::string created;
    double seconds = 0;
    std::int64_t step = 0;
    std::int64_t totalSteps = 0;
    std::string bestMetricName;
    std::optional<double> bestMetric;
};

struct LogRecord {
    std::string time;
    LogLevel level = LogLevel::Info;
    std::string sentence;
};

struct AddedModel {
    std::string name;
    std::filesystem::path path;
};

/// Now as UTC, such as "2026-11-24T22:05:09Z".
std::string utcNow();

/// Thread-safe. Calls that change something throw InvalidInput on a read-only workspace, Io when it cannot be written.
class Workspace {
public:
    /// Makes the folder if it is missing. If another process holds it, opens read-only and notice() says so.
    /// Runs that were going when their process ended become Interrupted. Throws Io, CorruptFile, Unsupported (a newer schema).
    explicit Workspace(std::filesystem::path folder);
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    const std::filesystem::path& folder() const { return folder_; }
    bool isReadOnly() const;
    const std::string& notice() const { return notice_; }

    std::string setting(const std::string& key) const;
    void setSetting(const std::string& key, const std::string& value);

    std::vector<AddedModel> addedModels() const;
    void addModel(const AddedModel& model);  ///< InvalidInput if the name is taken
    void removeModel(const std::string& name);
    void restoreModel(const std::string& name);

    // Datasets (datasets.cpp)
    std::vector<DatasetVersion> datasets() const;                         ///< current version of each, by name
    std::vector<DatasetVersion> versions(const std::string& name) const;  ///< oldest first; NotFound
    DatasetVersion dataset(const std::string& name) const;                ///< current version; NotFound with the names there are
    std::optional<DatasetVersion> datasetByFingerprint(const std::string& fingerprint) const;
    /// A file name under datasets/ that is not used yet.
    std::filesystem::path newDatasetFile() const;
    /// version.version is chosen here; a dataset of a new name begins with 1.
    DatasetVersion addVersion(DatasetVersion version);
    void undoVersion(const std::string& name);    ///< InvalidInput if there is only one
    void removeDataset(const std::string& name);  ///< hidden; files stay until the trash is emptied
    void restoreDataset(const std::string& name);

    // Runs (runs.cpp)
    std::vector<RunRecord> runs() const;  ///< newest first
    RunRecord run(const std::string& id) const;
    std::optional<RunRecord> runByOutput(const std::filesystem::path& output) const;
    /// An id that no run has, such as "english-to-latex-3".
    std::string newRunId(const std::string& name) const;
    void saveRun(const RunRecord& run);  ///< inserts or replaces
    void removeRun(const std::string& id);
    void restoreRun(const std::string& id);

    // Queued; written by the workspace's thread within half a second.
    void addPoint(const std::string& run, const MetricPoint& point);
    void addEvent(const std::string& run, const RunEvent& event);
    void addSample(const std::string& run, const SampleOutput& sample);
    void addLog(const std::string& run, LogLevel level, const std::string& sentence);
    void setProgress(const std::string& run, std::int64_t step, std::int64_t totalSteps, double seconds);
    /// Drops what lies after a step, when a run goes back to a checkpoint.
    void dropAfterStep(const std::string& run, std::int64_t step);
    /// Returns when everything queued is in the file. Throws what writing threw.
    void flush() const;

    std::vector<MetricPoint> points(const std::string& run) const;
    std::vector<RunEvent> events(const std::string& run) const;
    std::vector<SampleOutput> samples(const std::string& run) const;
    std::vector<LogRecord> logs(const std::string& run) const;

    // Vectors of texts by model (embeddings.cpp). At the positions of keys; empty where there is none.
    std::vector<std::vector<float>> embeddings(const std::string& model, std::span<const std::string> keys) const;
    void addEmbeddings(const std::string& model, std::span<const std::string> keys, std::span<const std::vector<float>> vectors);

    // Labels (labels.cpp). Each call that adds is one transaction, on disk when it returns.
    std::vector<LabelSet> labelSets() const;               ///< by name
    LabelSet labelSet(const std::string& name) const;      ///< NotFound with the names there are
    /// Makes a set, or changes the settings of the one of that name. The seed and the repeats of a set with events stay.
    LabelSet saveLabelSet(const LabelSet& set);
    void removeLabelSet(const std::string& name);          ///< hidden; nothing is deleted
    void restoreLabelSet(const std::string& name);
    std::vector<PreferenceItem> preferenceItems(const std::string& set) const;
    /// Items with the labels they brought. Returns the items' ids.
    std::vector<std::int64_t> addPreferenceItems(const std::string& set, std::span<const ImportedItem> items);
    std::vector<LabelEvent> labelEvents(const std::string& set) const;
    /// Appends; returns the event with its id and time. Throws InvalidInput for a rating outside 1 to 10, a blank rater, an
    /// item of another set, or an undo of something that is not this rater's judgement.
    LabelEvent addLabelEvent(const std::string& set, LabelEvent event);
    /// What a reward model thinks of the two answers, by item id.
    void setRewards(const std::string& set, std::span<const PreferenceItem> items);

private:
    struct Progress { std::int64_t step; std::int64_t totalSteps; double seconds; };
    using Queued = std::variant<MetricPoint, RunEvent, SampleOutput, LogRecord, Progress>;

    void openFolder();
    void openDatabase();
    void createSchema();
    void markInterruptedRuns();
    void makeBallast() const;
    void enqueue(const std::string& run, Queued item);
    void writeQueue(std::stop_token stop);
    void write(const std::vector<std::pair<std::string, Queued>>& items) const;
    std::int64_t nameId(const std::string& name) const;
    std::int64_t labelSetId(const std::string& name) const;
    LabelEvent appendEvent(std::int64_t set, LabelEvent event);

    std::filesystem::path folder_;
    std::string notice_;
    int lockDescriptor_ = -1;
    std::unique_ptr<Database> database_;

    mutable std::mutex queueMutex_;
    mutable std::mutex writeMutex_;  ///< one batch at a time, in order
    mutable std::condition_variable_any queueChanged_;
    mutable std::vector<std::pair<std::string, Queued>> queue_;  ///< guarded by queueMutex_
    mutable std::vector<std::pair<std::string, std::int64_t>> nameIds_;  ///< guarded by the database's lock
    std::jthread writer_;
};

}  // namespace lathe::workspace
