// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <lathe/data.h>
#include <lathe/dedup.h>
#include <lathe/generation.h>
#include <lathe/grid.h>
#include <lathe/label_bench.h>
#include <lathe/models.h>
#include <lathe/preference.h>
#include <lathe/progress.h>
#include <lathe/run_spec.h>
#include <lathe/table.h>
#include <lathe/training.h>

namespace lathe {

/// A dataset of the workspace: its newest version.
struct DatasetInfo {
    std::string name;
    std::int64_t version = 1;
    std::int64_t rows = 0;
    std::vector<std::string> columns;
    std::string source;       ///< file it came from
    std::string howMade;      ///< "import", "column description", "dedup 0.90", …
    std::string fingerprint;  ///< SHA-256 of the content
    std::string created;      ///< UTC, ISO 8601
};

/// A run as the workspace remembers it.
struct RunInfo {
    std::string id;
    std::string name;
    std::string task;
    std::string model;
    std::string dataset;
    std::string datasetFingerprint;
    RunState state = RunState::Queued;
    std::string sentence;  ///< why it is in this state
    std::string specJson;
    std::filesystem::path output;
    std::string created;   ///< UTC, ISO 8601
    double seconds = 0;
    std::int64_t step = 0;
    std::int64_t totalSteps = 0;
    std::string bestMetricName;
    std::optional<double> bestMetric;
};

struct LogLine {
    std::string time;  ///< UTC, ISO 8601
    LogLevel level = LogLevel::Info;
    std::string sentence;
};

struct TokenizeResult {
    std::vector<std::int32_t> ids;
    std::string decoded;
};

struct DeviceInfo {
    std::string name;       ///< "cpu" or "cuda:0"
    std::string sentence;   ///< such as "CPU, 2 cores, AVX-512 with bf16"
    std::uint64_t memoryBytes = 0;
};

/// Measured on a dataset by a trained model.
struct EvaluationResult {
    std::int64_t rows = 0;
    double seconds = 0;
    std::map<std::string, double> values;
};

/// What a language model wrote for rows whose answer is known.
struct AnswerCheck {
    struct Answer {
        std::int64_t row = 0;  ///< of the table, from 0
        std::string prompt;
        std::string expected;
        std::string produced;  ///< first line, without white space around it
        bool isExact = false;
    };
    std::vector<Answer> answers;
    std::int64_t exact = 0;
    double seconds = 0;
};

/// Which rows are compared, and by what.
struct SimilarQuery {
    std::string table;            ///< dataset of the workspace, or a file
    TextTemplate text;            ///< what is compared, such as "{synopsis}"
    std::string model = "all-minilm-l6-v2";
    std::string labels;           ///< column; empty = none
    std::string labelSeparator = ", ";
    float floor = 0.5f;           ///< pairs at or below are not kept
    std::int64_t exactRows = 100'000;   ///< as in DedupSearch
    std::string precision = "f32";   ///< "auto", "f32" or "bf16"; only f32 gives the rows that a full f32 matrix gives
};

/// Rows with everything that thresholds can be tried on.
struct SimilarRows {
    TablePtr table;
    std::vector<std::string> texts;
    std::vector<std::vector<std::string>> labels;
    std::shared_ptr<const SimilarityIndex> index;
    double embedSeconds = 0;
    double seconds = 0;           ///< in all
};

/// What a classifier says of rows.
struct Predictions {
    std::vector<std::string> labels;
    std::vector<std::vector<float>> probabilities;  ///< a row of the table: one value a label, in [0, 1]
    std::vector<float> thresholds;                  ///< one a label: from which on it counts as predicted
    bool isSingle = false;                          ///< exactly one label a row (softmax): the likeliest
    double seconds = 0;
};

/// Which rows are classified, and from which probability on.
struct PredictQuery {
    std::string model;
    std::string table;             ///< dataset of the workspace, or a file
    TextTemplate text;
    std::vector<std::string> texts;  ///< if not empty, these are classified as they stand instead of a table's rows
    std::int64_t maxLength = 256;  ///< tokens; longer texts are cut
    std::optional<double> threshold;  ///< unset: the best ones kept with the model, else 0.5
};

/// A run of this process. Thread-safe; the run itself has its own thread, owned by the session.
class RunHandle {
public:
    virtual ~RunHandle() = default;
    virtual const std::string& id() const = 0;
    virtual RunState state() const = 0;
    virtual void pause() = 0;            ///< waits after the current micro-batch
    virtual void resume() = 0;
    virtual void stop() = 0;             ///< saves, then ends
    virtual void change(const std::string& id, double value) = 0;  ///< a setting while it goes on or waits: "ppo.kl_coef"
    virtual RunResult wait() = 0;        ///< blocks; throws what the run threw
};

struct SessionOptions {
    /// Folder of the workspace; made if missing. Empty: nothing is remembered (the command line without --workspace).
    std::filesystem::path workspace;
    int threads = 0;  ///< of the compute library; 0 = all cores
};

/// The one door that the window and the command line go through. Thread-safe unless said otherwise. Calls that take a
/// stop_token may block for long; the others answer at once. Throws lathe::Error only.
class Session {
public:
    /// Throws Io if the folder cannot be used. A workspace that another process holds opens read-only.
    static std::unique_ptr<Session> open(const SessionOptions& options = {});
    virtual ~Session() = default;

    virtual bool isReadOnly() const = 0;
    virtual std::string workspaceNotice() const = 0;  ///< sentence for a banner, or empty
    virtual DeviceInfo device() const = 0;
    virtual std::uint64_t residentBytes() const = 0;  ///< memory of this process now
    virtual std::string setting(const std::string& key) const = 0;  ///< empty if not set
    virtual void setSetting(const std::string& key, const std::string& value) = 0;

    // Models: `nameOrPath` is a known name, a Hugging Face folder, a .gguf file, or a run's folder.
    virtual std::vector<ModelInfo> models() const = 0;
    virtual ModelInfo model(const std::string& nameOrPath) const = 0;
    virtual ModelInfo addModel(const std::filesystem::path& path, const std::string& name) = 0;
    virtual void removeModel(const std::string& name) = 0;   ///< forgets an added one; files stay
    virtual void restoreModel(const std::string& name) = 0;  ///< undoes removeModel
    virtual VerifyResult verifyModel(const std::string& nameOrPath, const ProgressSink&, std::stop_token) const = 0;
    virtual void exportModel(const std::string& nameOrPath, const ModelExportOptions&, const ProgressSink&, std::stop_token) const = 0;
    virtual std::vector<LayerInfo> layers(const std::string& nameOrPath) const = 0;
    /// weights: "auto", "f32", "bf16", "int8" or "int4".
    virtual std::shared_ptr<TextGenerator> openGenerator(const std::string& nameOrPath, const std::string& weights, std::stop_token) = 0;
    virtual std::vector<TokenizeResult> tokenize(const std::string& nameOrPath, const std::vector<std::string>& texts) const = 0;

    // Datasets of the workspace.
    virtual std::vector<DatasetInfo> datasets() const = 0;
    virtual std::vector<DatasetInfo> datasetVersions(const std::string& name) const = 0;
    virtual ImportReport importDataset(const std::filesystem::path& file, const std::string& name, const ImportOptions&, const ProgressSink&,
                                       std::stop_token) = 0;
    // Each of these three makes a new version, which the history shows and undoDatasetVersion takes back.
    virtual DatasetInfo addTemplateColumn(const std::string& name, const std::string& column, const TextTemplate&, const ProgressSink&, std::stop_token) = 0;
    virtual DatasetInfo filterDataset(const std::string& name, const std::vector<FilterCondition>&, const ProgressSink&, std::stop_token) = 0;
    /// cells: column name and value; columns that are not named stay blank.
    virtual DatasetInfo appendRow(const std::string& name, const std::vector<std::pair<std::string, std::string>>& cells, const std::string& howMade) = 0;
    /// Makes datasets NAME-train, NAME-validation and NAME-test (of the parts that have rows); NAME stays as it is.
    virtual std::vector<DatasetInfo> splitDataset(const std::string& name, const Split&, const std::string& howMade, const ProgressSink&, std::stop_token) = 0;
    virtual void undoDatasetVersion(const std::string& name) = 0;
    virtual void removeDataset(const std::string& name) = 0;   ///< to the trash
    virtual void restoreDataset(const std::string& name) = 0;  ///< undoes removeDataset
    /// A dataset's newest version by name, or any CSV, TSV, JSONL, Parquet file by path.
    virtual std::shared_ptr<const Table> openTable(const std::string& nameOrFile, std::stop_token) const = 0;

    // Deduplication. Vectors are kept in the workspace by model and text, so a second look is instant.
    virtual EmbeddingMatrix embed(const SimilarQuery&, const ProgressSink&, std::stop_token) = 0;
    virtual std::shared_ptr<const SimilarRows> findSimilar(const SimilarQuery&, const ProgressSink&, std::stop_token) = 0;
    /// A new version with these rows only, such as what deduplication keeps.
    virtual DatasetInfo keepRows(const std::string& name, const std::vector<std::int64_t>& rows, const std::string& howMade, const ProgressSink&,
                                 std::stop_token) = 0;

    // Training.
    virtual std::vector<SpecCheck> check(const RunSpec&, std::stop_token) const = 0;
    /// With `probe`, times one batch of the real model (seconds); without, counts only.
    enum class Probe { No, Yes };
    virtual Forecast forecast(const RunSpec&, Probe, std::stop_token) const = 0;
    virtual AccumulationProof proveAccumulation(const RunSpec&, std::int64_t rows, std::int64_t parts, std::stop_token) const = 0;
    virtual PrecisionCheck checkPrecision(const RunSpec&, std::stop_token) const = 0;
    virtual std::vector<TokenView> previewRow(const RunSpec&, std::int64_t row, std::stop_token) const = 0;
    virtual std::shared_ptr<RunHandle> startRun(const RunSpec&, std::shared_ptr<TrainObserver>) = 0;
    /// Continues the newest valid checkpoint in the spec's output folder; the spec must be the run's own.
    virtual std::shared_ptr<RunHandle> continueRun(const RunSpec&, std::shared_ptr<TrainObserver>) = 0;
    /// Keeps one waiting run (Queued) for each combination of the values, in order, under a grid name that no other grid of the workspace has.
    /// Starts none. Returns their ids. Throws InvalidInput as gridSpecs.
    virtual std::vector<std::string> queueGrid(const RunSpec& base, const std::vector<GridAxis>& axes) = 0;
    /// Starts a waiting run of the workspace.
    virtual std::shared_ptr<RunHandle> startQueued(const std::string& runId, std::shared_ptr<TrainObserver>) = 0;
    /// The grid that a run of the workspace belongs to; without rows if to none.
    virtual GridTable grid(const std::string& runId) const = 0;
    /// The same from the folders of finished runs.
    virtual GridTable gridOfFolders(const std::vector<std::filesystem::path>& outputs) const = 0;
    /// Lets a language model answer the prompts of a part and compares with dataset.target: exact match of the first line. The
    /// spec's task must be causal-lm. Blocks; throws InvalidInput, NotFound, Unsupported and Cancelled.
    virtual AnswerCheck checkAnswers(const std::string& nameOrPath, const RunSpec&, const std::string& split, const std::string& weights,
                                     const GenerationOptions&, const ProgressSink&, std::stop_token) = 0;
    virtual EvaluationResult evaluate(const std::string& nameOrPath, const RunSpec&, const std::string& split, const ProgressSink&,
                                      std::stop_token) const = 0;

    // Preferences. Labels are appended and on disk when the call returns.
    virtual std::vector<LabelSet> labelSets() const = 0;
    /// Makes a set, or changes the settings of the one of that name; its seed and repeats stay once somebody labelled.
    virtual LabelSet saveLabelSet(const LabelSet& set) = 0;
    virtual void removeLabelSet(const std::string& name) = 0;   ///< hidden, nothing is deleted
    virtual void restoreLabelSet(const std::string& name) = 0;  ///< undoes removeLabelSet
    virtual std::vector<PreferenceItem> preferenceItems(const std::string& set) const = 0;
    virtual std::vector<std::int64_t> addPreferenceItems(const std::string& set, const std::vector<ImportedItem>& items) = 0;
    virtual std::vector<LabelEvent> labelEvents(const std::string& set) const = 0;  ///< all that was ever said, oldest first
    /// From a dataset of the workspace or a file; makes the set if there is none of that name.
    virtual PreferenceImportReport importPreferences(const std::string& nameOrFile, const std::string& set, std::stop_token) = 0;
    /// Lets the model of a ppo RunSpec answer its training prompts and pairs the answers by the run's rewards, labelled by the rater "rewards"; makes
    /// the set if there is none of that name. Blocks; throws InvalidInput (such as no pair at all), NotFound, Cancelled (nothing is kept then).
    virtual RewardPairReport makeRewardPairs(const RunSpec&, const std::string& set, const RewardPairOptions&, const ProgressSink&, std::stop_token) = 0;
    /// What a rater sees now.
    virtual LabelState labelState(const std::string& set, const std::string& rater) const = 0;
    /// Keeps a label and returns what comes next. Throws InvalidInput as the workspace does.
    virtual LabelState addLabel(const std::string& set, const LabelEvent& event) = 0;
    /// Takes the rater's latest judgement back; that pair comes next. InvalidInput if there is none.
    virtual LabelState undoLabel(const std::string& set, const std::string& rater) = 0;
    virtual LabelQuality labelQuality(const std::string& set, const std::string& rater) const = 0;
    virtual PairReport preferencePairs(const std::string& set, const PairOptions&) const = 0;
    /// file: written whole or not at all; empty = the text is only returned.
    virtual PreferenceExport exportPreferences(const std::string& set, const PreferenceExportOptions&, const std::filesystem::path& file) const = 0;
    /// A dataset (or its new version) with the columns prompt, chosen, rejected and margin, to train on.
    virtual DatasetInfo preferencesToDataset(const std::string& set, const std::string& dataset, const PairOptions&) = 0;
    /// Lets a reward model score both answers of every pair, for the order by uncertainty. Returns the pairs scored.
    virtual std::int64_t scorePreferences(const std::string& set, const std::string& rewardModel, const ProgressSink&, std::stop_token) = 0;

    virtual Predictions predict(const PredictQuery&, const ProgressSink&, std::stop_token) const = 0;

    // What the workspace remembers of runs.
    virtual std::vector<RunInfo> runs() const = 0;
    virtual RunInfo run(const std::string& id) const = 0;
    virtual std::vector<MetricPoint> metrics(const std::string& runId) const = 0;
    virtual std::vector<RunEvent> events(const std::string& runId) const = 0;
    virtual std::vector<SampleOutput> samples(const std::string& runId) const = 0;
    virtual std::vector<LogLine> logLines(const std::string& runId) const = 0;
    virtual std::vector<CheckpointInfo> checkpoints(const std::string& runId) const = 0;
    /// Validation scores of a multi-label run, to move thresholds over. Throws NotFound if there are none.
    virtual std::shared_ptr<LabelBench> labelBench(const std::string& runId, std::stop_token) const = 0;
    virtual void removeRun(const std::string& id) = 0;   ///< to the trash
    virtual void restoreRun(const std::string& id) = 0;  ///< undoes removeRun

    // Datasets again.
    /// A new version with the split in a column named kSplitColumn, which training reads (dataset.split.column).
    virtual DatasetInfo markSplit(const std::string& name, const Split&, const std::string& howMade, const ProgressSink&, std::stop_token) = 0;
};

}  // namespace lathe
