// SPDX-License-Identifier: GPL-3.0-or-later
#include <lathe/session.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lathe/error.h>

#include "models/loader.h"
#include "session/answers.h"
#include "session/device.h"
#include "session/similarity.h"
#include "session/generator.h"
#include "session/label_bench.h"
#include "session/layers.h"
#include "session/model_export.h"
#include "session/model_library.h"
#include "session/near_copies.h"
#include "session/predictor.h"
#include "session/preference.h"
#include "session/run_keeper.h"
#include "tensor/cpu_allocator.h"
#include "tensor/torch.h"
#include "train/checkpoints.h"
#include "train/proofs.h"
#include "train/reward_pairs.h"
#include "train/run_files.h"
#include "train/trainer.h"
#include "workspace/workspace.h"

namespace lathe {
namespace {

namespace fs = std::filesystem;
using session::ResolvedModel;

DatasetInfo infoOf(const workspace::DatasetVersion& version) {
    return {version.dataset, version.version, version.rows, version.columns, version.source, version.howMade, version.fingerprint, version.created};
}

RunInfo infoOf(const workspace::RunRecord& run) {
    return {.id = run.id, .name = run.name, .task = run.task, .model = run.model, .dataset = run.dataset, .datasetFingerprint = run.datasetFingerprint,
            .state = run.state, .sentence = run.sentence, .specJson = run.specJson, .output = run.output, .created = run.created, .seconds = run.seconds,
            .step = run.step, .totalSteps = run.totalSteps, .bestMetricName = run.bestMetricName, .bestMetric = run.bestMetric};
}

/// A file that lasts as long as this object; a table mapped from it stays readable afterwards.
struct ScratchFile {
    fs::path path;
    explicit ScratchFile(const fs::path& folder) {
        static std::atomic<int> counter{0};
        path = folder / fmt::format("lathe-{}-{}.arrow", ::getpid(), counter.fetch_add(1));
    }
    ~ScratchFile() {
        std::error_code ignored;
        fs::remove(path, ignored);
    }
};

TablePtr readTableFile(const fs::path& file, const std::stop_token& stop) {
    if (file.extension() == ".arrow") return Table::open(file);
    const ScratchFile scratch(fs::temp_directory_path());
    importFile(file, {}, scratch.path, {}, stop);
    return Table::open(scratch.path);
}

std::string datasetText(const DatasetSpec& dataset) {
    if (dataset.name) return *dataset.name;
    return dataset.file ? fs::path(*dataset.file).filename().string() : std::string();
}

/// The table with one more row at its end; columns that are not named stay blank.
TablePtr withRow(const Table& table, const std::vector<std::pair<std::string, std::string>>& cells, const fs::path& target) {
    std::vector<std::vector<std::string>> columns(static_cast<std::size_t>(table.columnCount()));
    for (int column = 0; column < table.columnCount(); ++column) {
        std::vector<std::string>& values = columns[static_cast<std::size_t>(column)];
        values.reserve(static_cast<std::size_t>(table.rowCount()) + 1);
        for (std::int64_t row = 0; row < table.rowCount(); ++row) values.emplace_back(table.cell(row, column));
        values.emplace_back();
    }
    for (const auto& [name, value] : cells) columns[static_cast<std::size_t>(table.requireColumn(name))].back() = value;
    exportTable(*Table::fromColumns(table.columnNames(), columns), target);
    return Table::open(target);
}

class LocalSession : public Session {
public:
    explicit LocalSession(const SessionOptions& options) {
        tensor::useCachingCpuAllocator();
        if (options.threads > 0) at::set_num_threads(options.threads);
        if (!options.workspace.empty()) workspace_ = std::make_unique<workspace::Workspace>(fs::absolute(options.workspace));
    }

    bool isReadOnly() const override { return workspace_ && workspace_->isReadOnly(); }
    std::string workspaceNotice() const override { return workspace_ ? workspace_->notice() : std::string(); }
    DeviceInfo device() const override { return session::describeDevice(); }
    std::uint64_t residentBytes() const override { return session::residentBytes(); }
    std::string setting(const std::string& key) const override { return workspace_ ? workspace_->setting(key) : std::string(); }
    void setSetting(const std::string& key, const std::string& value) override { remembered().setSetting(key, value); }

    // ---- Models
    std::vector<ModelInfo> models() const override { return session::listModels(workspace_.get()); }
    ModelInfo model(const std::string& name) const override {
        const ResolvedModel resolved = resolve(name);
        if (resolved.origin == "starter" && !fs::exists(resolved.path)) {
            ModelInfo missing;
            missing.name = resolved.name;
            missing.path = resolved.path;
            missing.origin = resolved.origin;
            missing.isPresent = false;
            return missing;
        }
        return session::describeModel(resolved);
    }
    ModelInfo addModel(const fs::path& path, const std::string& name) override {
        ResolvedModel resolved = session::resolveModel(path.string(), nullptr);
        const ModelInfo info = session::describeModel(resolved);
        const std::string known = name.empty() ? resolved.name : name;
        remembered().addModel({known, resolved.path});
        return session::describeModel({known, resolved.path, "added", resolved.run});
    }
    void removeModel(const std::string& name) override { remembered().removeModel(name); }
    void restoreModel(const std::string& name) override { remembered().restoreModel(name); }
    VerifyResult verifyModel(const std::string& name, const ProgressSink& progress, std::stop_token stop) const override {
        return session::verifyModel(resolve(name), progress, stop);
    }
    void exportModel(const std::string& name, const ModelExportOptions& options, const ProgressSink& progress, std::stop_token stop) const override {
        session::exportModel(resolve(name), options, progress, stop);
    }
    std::vector<LayerInfo> layers(const std::string& name) const override { return session::describeLayers(resolve(name)); }
    std::shared_ptr<TextGenerator> openGenerator(const std::string& name, const std::string& weights, std::stop_token stop) override {
        return session::openGenerator(resolve(name), weights, stop);
    }
    std::vector<TokenizeResult> tokenize(const std::string& name, const std::vector<std::string>& texts) const override {
        const ResolvedModel model = resolve(name);
        const text::Tokenizer tokenizer = tokenizerOf(model);
        // As Hugging Face's two doors do it: transformers, the only one that reads GGUF, shows special tokens; tokenizers, which reads tokenizer.json, leaves them out.
        const bool isGguf = model.path.extension() == ".gguf" || !(fs::exists(model.path / "tokenizer.json") || fs::exists(model.path / "vocab.txt") || fs::exists(model.path / "vocab.json"));
        const auto skip = isGguf ? text::SkipSpecialTokens::No : text::SkipSpecialTokens::Yes;
        std::vector<TokenizeResult> results;
        for (const std::string& text : texts) {
            std::vector<std::int32_t> ids = tokenizer.encode(text);
            std::string decoded = tokenizer.decode(ids, skip);
            results.push_back({std::move(ids), std::move(decoded)});
        }
        return results;
    }

    // ---- Datasets
    std::vector<DatasetInfo> datasets() const override {
        std::vector<DatasetInfo> infos;
        if (workspace_)
            for (const auto& version : workspace_->datasets()) infos.push_back(infoOf(version));
        return infos;
    }
    std::vector<DatasetInfo> datasetVersions(const std::string& name) const override {
        std::vector<DatasetInfo> infos;
        for (const auto& version : remembered().versions(name)) infos.push_back(infoOf(version));
        return infos;
    }
    ImportReport importDataset(const fs::path& file, const std::string& name, const ImportOptions& options, const ProgressSink& progress,
                               std::stop_token stop) override {
        if (name.empty()) throw Error(ErrorCode::InvalidInput, "The dataset has no name. Give it one.");
        const fs::path target = remembered().newDatasetFile();
        ImportReport report = importFile(file, options, target, progress, stop);
        keepVersion({.dataset = name, .version = 1, .rows = report.rows, .columns = report.columnNames, .file = target,
                     .source = fs::absolute(file).string(), .howMade = "import", .fingerprint = report.fingerprint, .created = {}});
        return report;
    }
    DatasetInfo addTemplateColumn(const std::string& name, const std::string& column, const TextTemplate& source, const ProgressSink& progress,
                                  std::stop_token stop) override {
        return change(name, "column " + column, [&](const TablePtr& table, const fs::path& target) { return lathe::addTemplateColumn(table, column, source, target, progress, stop); });
    }
    DatasetInfo filterDataset(const std::string& name, const std::vector<FilterCondition>& conditions, const ProgressSink& progress, std::stop_token stop) override {
        std::vector<std::string> columns;
        for (const FilterCondition& condition : conditions) columns.push_back(condition.column);
        return change(name, fmt::format("filter on {}", fmt::join(columns, ", ")), [&](const TablePtr& table, const fs::path& target) {
            return takeRows(*table, filterRows(*table, conditions, stop), target, progress, stop);
        });
    }
    DatasetInfo appendRow(const std::string& name, const std::vector<std::pair<std::string, std::string>>& cells, const std::string& howMade) override {
        return change(name, howMade, [&](const TablePtr& table, const fs::path& target) { return withRow(*table, cells, target); });
    }
    std::vector<DatasetInfo> splitDataset(const std::string& name, const Split& split, const std::string& howMade, const ProgressSink& progress,
                                          std::stop_token stop) override {
        const workspace::DatasetVersion before = remembered().dataset(name);
        const TablePtr table = Table::open(before.file);
        const std::pair<const char*, const std::vector<std::int64_t>&> parts[] = {{"train", split.train}, {"validation", split.validation}, {"test", split.test}};
        std::vector<DatasetInfo> made;
        for (const auto& [part, rows] : parts) {
            if (rows.empty()) continue;
            const fs::path target = remembered().newDatasetFile();
            const TablePtr taken = takeRows(*table, rows, target, progress, stop);
            const std::string partName = name + "-" + part;
            keepVersion({.dataset = partName, .version = 0, .rows = taken->rowCount(), .columns = taken->columnNames(), .file = target, .source = before.source,
                         .howMade = fmt::format("{} of {}", howMade, name), .fingerprint = taken->fingerprint(), .created = {}});
            made.push_back(infoOf(remembered().dataset(partName)));
        }
        return made;
    }
    DatasetInfo markSplit(const std::string& name, const Split& split, const std::string& howMade, const ProgressSink& progress, std::stop_token stop) override {
        return change(name, howMade, [&](const TablePtr& table, const fs::path& target) { return addSplitColumn(*table, split, kSplitColumn, target, progress, stop); });
    }
    DatasetInfo keepRows(const std::string& name, const std::vector<std::int64_t>& rows, const std::string& howMade, const ProgressSink& progress,
                         std::stop_token stop) override {
        return change(name, howMade, [&](const TablePtr& table, const fs::path& target) { return takeRows(*table, rows, target, progress, stop); });
    }
    EmbeddingMatrix embed(const SimilarQuery& query, const ProgressSink& progress, std::stop_token stop) override {
        return session::embedRows(openTable(query.table, stop), query, resolve(query.model).path, workspace_.get(), progress, stop);
    }
    std::shared_ptr<const SimilarRows> findSimilar(const SimilarQuery& query, const ProgressSink& progress, std::stop_token stop) override {
        return session::findSimilarRows(openTable(query.table, stop), query, resolve(query.model).path, workspace_.get(), progress, stop);
    }
    void undoDatasetVersion(const std::string& name) override { remembered().undoVersion(name); }
    void removeDataset(const std::string& name) override { remembered().removeDataset(name); }
    void restoreDataset(const std::string& name) override { remembered().restoreDataset(name); }
    TablePtr openTable(const std::string& nameOrFile, std::stop_token stop) const override {
        if (workspace_)
            for (const auto& version : workspace_->datasets())
                if (version.dataset == nameOrFile) return Table::open(version.file);
        return readTableFile(nameOrFile, stop);
    }

    // ---- Training
    std::vector<SpecCheck> check(const RunSpec& spec, std::stop_token stop) const override {
        try {
            return train::check(inputsOf(spec, stop), stop);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Cancelled) throw;
            return {{CheckLevel::Blocking, error.what(), {}}};
        }
    }
    Forecast forecast(const RunSpec& spec, Probe probe, std::stop_token stop) const override {
        return train::forecast(inputsOf(spec, stop), probe == Probe::Yes ? train::Probe::Yes : train::Probe::No, stop);
    }
    AccumulationProof proveAccumulation(const RunSpec& spec, std::int64_t rows, std::int64_t parts, std::stop_token stop) const override {
        return train::proveAccumulation(inputsOf(spec, stop), rows, parts, stop);
    }
    PrecisionCheck checkPrecision(const RunSpec& spec, std::stop_token stop) const override { return train::checkPrecision(inputsOf(spec, stop), stop); }
    std::vector<TokenView> previewRow(const RunSpec& spec, std::int64_t row, std::stop_token stop) const override {
        RunSpec shown = spec;
        shown.dataset.dedupThreshold.reset();  // a row looks the same whether it is left out or not
        return train::previewRow(inputsOf(shown, stop), row, stop);
    }
    std::shared_ptr<RunHandle> startRun(const RunSpec& asked, std::shared_ptr<TrainObserver> observer) override {
        train::RunInputs inputs = inputsOf(asked, {}, {}, observer.get());
        validateRunSpec(inputs.spec);
        workspace::RunRecord record = newRecord(inputs.spec, inputs.datasetFingerprint);
        inputs.spec.output = record.output.string();
        inputs.output = record.output;
        return session::launchRun(std::move(inputs), std::move(record), workspace_.get(), std::move(observer));
    }
    std::shared_ptr<RunHandle> continueRun(const RunSpec& asked, std::shared_ptr<TrainObserver> observer) override {
        std::optional<workspace::RunRecord> known;
        if (workspace_) known = workspace_->runByOutput(fs::absolute(asked.output));
        train::RunInputs inputs = inputsOf(asked, {}, known ? known->datasetFingerprint : std::string(), observer.get());
        inputs.output = fs::absolute(inputs.output);
        inputs.spec.output = inputs.output.string();
        inputs.start = train::Start::Resume;
        workspace::RunRecord record;
        if (known) record = *known;
        else record = newRecord(inputs.spec, inputs.datasetFingerprint);
        record.state = RunState::Preparing;
        return session::launchRun(std::move(inputs), std::move(record), workspace_.get(), std::move(observer));
    }
    std::vector<std::string> queueGrid(const RunSpec& base, const std::vector<GridAxis>& axes) override {
        std::set<std::string> taken;
        for (const workspace::RunRecord& run : remembered().runs())
            if (const auto name = gridNameOf(run)) taken.insert(*name);
        std::string name = base.name;
        for (int number = 2; taken.count(name) > 0; ++number) name = fmt::format("{}-{}", base.name, number);
        std::vector<std::string> ids;
        const std::vector<RunSpec> specs = gridSpecs(base, name, axes);
        const std::string fingerprint = tableOf(base.dataset, {}, {}).second;
        for (const RunSpec& spec : specs) {
            workspace::RunRecord record = newRecord(spec, fingerprint);
            record.state = RunState::Queued;
            workspace_->saveRun(record);
            ids.push_back(record.id);
        }
        return ids;
    }
    std::shared_ptr<RunHandle> startQueued(const std::string& id, std::shared_ptr<TrainObserver> observer) override {
        workspace::RunRecord record = remembered().run(id);
        if (record.state != RunState::Queued)
            throw Error(ErrorCode::InvalidInput, fmt::format("The run {} does not wait to be started. It is {}. Choose a waiting one.", id, runStateName(record.state)));
        try {
            train::RunInputs inputs = inputsOf(parseRunSpec(record.specJson, "the run's settings"), {}, record.datasetFingerprint, observer.get());
            inputs.output = record.output;
            if (!train::listCheckpoints(record.output).empty()) inputs.start = train::Start::Resume;
            record.state = RunState::Preparing;
            return session::launchRun(std::move(inputs), record, workspace_.get(), std::move(observer));
        } catch (const Error& error) {
            // It would fail again each time the queue comes to it.
            record.state = RunState::Failed;
            record.sentence = error.what();
            workspace_->saveRun(record);
            throw;
        }
    }
    GridTable grid(const std::string& id) const override {
        const auto name = gridNameOf(remembered().run(id));
        std::vector<GridRun> cells;
        if (!name) return {};
        for (const workspace::RunRecord& run : workspace_->runs()) {
            if (gridNameOf(run) != name) continue;
            cells.push_back({run.id, parseRunSpec(run.specJson, run.id), run.state, run.seconds, workspace_->points(run.id)});
        }
        std::sort(cells.begin(), cells.end(), [](const GridRun& a, const GridRun& b) { return a.id < b.id; });
        return gridTable(cells);
    }
    GridTable gridOfFolders(const std::vector<fs::path>& outputs) const override {
        std::vector<GridRun> cells;
        for (const fs::path& output : outputs) cells.push_back(train::readRun(output));
        return gridTable(cells);
    }
    EvaluationResult evaluate(const std::string& name, const RunSpec& spec, const std::string& split, const ProgressSink& progress,
                              std::stop_token stop) const override {
        train::RunInputs inputs = inputsOf(spec, stop);
        inputs.model = resolve(name).path;
        const train::Evaluation result = train::evaluate(inputs, split, progress, stop);
        return {result.rows, result.seconds, result.values};
    }

    AnswerCheck checkAnswers(const std::string& name, const RunSpec& spec, const std::string& split, const std::string& weights, const GenerationOptions& options,
                             const ProgressSink& progress, std::stop_token stop) override {
        const train::RunInputs inputs = inputsOf(spec, stop);
        return session::checkAnswers(*openGenerator(name, weights, stop), inputs.spec, *inputs.table, split, options, progress, stop);
    }

    // ---- Preferences
    std::vector<LabelSet> labelSets() const override { return workspace_ ? workspace_->labelSets() : std::vector<LabelSet>(); }
    LabelSet saveLabelSet(const LabelSet& set) override { return remembered().saveLabelSet(set); }
    void removeLabelSet(const std::string& name) override { remembered().removeLabelSet(name); }
    void restoreLabelSet(const std::string& name) override { remembered().restoreLabelSet(name); }
    std::vector<PreferenceItem> preferenceItems(const std::string& set) const override { return remembered().preferenceItems(set); }
    std::vector<std::int64_t> addPreferenceItems(const std::string& set, const std::vector<ImportedItem>& items) override { return remembered().addPreferenceItems(set, items); }
    std::vector<LabelEvent> labelEvents(const std::string& set) const override { return remembered().labelEvents(set); }
    PreferenceImportReport importPreferences(const std::string& nameOrFile, const std::string& set, std::stop_token stop) override {
        remembered();
        return session::importPreferences(*workspace_, *openTable(nameOrFile, stop), set, nameOrFile);
    }
    RewardPairReport makeRewardPairs(const RunSpec& spec, const std::string& set, const RewardPairOptions& options, const ProgressSink& progress, std::stop_token stop) override {
        const auto sets = remembered().labelSets();
        RewardPairReport report;
        const auto items = train::rewardPairs(inputsOf(spec, stop), options, report, progress, stop);
        if (std::none_of(sets.begin(), sets.end(), [&](const LabelSet& known) { return known.name == set; })) workspace_->saveLabelSet({.name = set});
        workspace_->addPreferenceItems(set, items);
        return report;
    }
    LabelState labelState(const std::string& set, const std::string& rater) const override { return session::labelState(remembered(), set, rater); }
    LabelState addLabel(const std::string& set, const LabelEvent& event) override {
        remembered().addLabelEvent(set, event);
        return session::labelState(*workspace_, set, event.rater);
    }
    LabelState undoLabel(const std::string& set, const std::string& rater) override { return session::undoLabel(remembered(), set, rater); }
    LabelQuality labelQuality(const std::string& set, const std::string& rater) const override {
        return lathe::labelQuality(remembered().preferenceItems(set), foldLabels(workspace_->labelEvents(set)), rater);
    }
    PairReport preferencePairs(const std::string& set, const PairOptions& options) const override {
        return pairsOf(remembered().preferenceItems(set), foldLabels(workspace_->labelEvents(set)), options);
    }
    PreferenceExport exportPreferences(const std::string& set, const PreferenceExportOptions& options, const fs::path& file) const override {
        return session::exportPreferences(remembered(), set, options, file);
    }
    DatasetInfo preferencesToDataset(const std::string& set, const std::string& dataset, const PairOptions& options) override {
        const TablePtr pairs = session::pairTable(preferencePairs(set, options), set);
        const fs::path target = remembered().newDatasetFile();
        exportTable(*pairs, target);
        keepVersion({.dataset = dataset, .version = 0, .rows = pairs->rowCount(), .columns = pairs->columnNames(), .file = target, .source = "pairs " + set,
                     .howMade = "labels of " + set, .fingerprint = pairs->fingerprint(), .created = {}});
        return infoOf(remembered().dataset(dataset));
    }
    std::int64_t scorePreferences(const std::string& set, const std::string& rewardModel, const ProgressSink& progress, std::stop_token stop) override {
        remembered();
        const auto scorer = openGenerator(rewardModel, "auto", stop);
        return session::scorePreferences(*workspace_, set, *scorer, progress, stop);
    }

    Predictions predict(const PredictQuery& query, const ProgressSink& progress, std::stop_token stop) const override {
        if (query.texts.empty()) return session::predictRows(openTable(query.table, stop), query, resolve(query.model), progress, stop);
        PredictQuery typed = query;
        typed.text.text = "{text}";
        return session::predictRows(Table::fromColumns({"text"}, {query.texts}), typed, resolve(query.model), progress, stop);
    }

    // ---- What is remembered of runs
    std::vector<RunInfo> runs() const override {
        std::vector<RunInfo> infos;
        if (workspace_)
            for (const auto& run : workspace_->runs()) infos.push_back(infoOf(run));
        return infos;
    }
    RunInfo run(const std::string& id) const override { return infoOf(remembered().run(id)); }
    std::vector<MetricPoint> metrics(const std::string& id) const override { return remembered().points(id); }
    std::vector<RunEvent> events(const std::string& id) const override { return remembered().events(id); }
    std::vector<SampleOutput> samples(const std::string& id) const override { return remembered().samples(id); }
    std::vector<LogLine> logLines(const std::string& id) const override {
        std::vector<LogLine> lines;
        for (const auto& log : remembered().logs(id)) lines.push_back({log.time, log.level, log.sentence});
        return lines;
    }
    std::vector<CheckpointInfo> checkpoints(const std::string& id) const override { return train::listCheckpoints(remembered().run(id).output); }
    std::shared_ptr<LabelBench> labelBench(const std::string& id, std::stop_token stop) const override {
        const workspace::RunRecord record = remembered().run(id);
        return session::openLabelBench(record.output, id, rowTextOf(record, stop));
    }
    void removeRun(const std::string& id) override { remembered().removeRun(id); }
    void restoreRun(const std::string& id) override { remembered().restoreRun(id); }

private:
    workspace::Workspace& remembered() const {
        if (!workspace_) throw Error(ErrorCode::InvalidInput, "This needs a workspace to remember it in. None was opened. Add --workspace DIR.");
        return *workspace_;
    }

    ResolvedModel resolve(const std::string& name) const {
        ResolvedModel model = session::resolveModel(name, workspace_.get());
        if (model.origin == "starter" && !fs::exists(model.path)) return model;  // the reader says what is missing
        return model;
    }

    text::Tokenizer tokenizerOf(const ResolvedModel& model) const {
        const std::lock_guard lock(tokenizerMutex_);
        const auto found = tokenizers_.find(model.path.string());
        if (found != tokenizers_.end()) return found->second;
        return tokenizers_.emplace(model.path.string(), session::loadModelTokenizer(model)).first->second;
    }

    /// The text that a run's model saw of a row; gives empty texts if its data is not there any more.
    session::RowText rowTextOf(const workspace::RunRecord& record, const std::stop_token& stop) const {
        try {
            const RunSpec spec = parseRunSpec(record.specJson, "the run's settings");
            const auto [table, fingerprint] = tableOf(spec.dataset, stop, record.datasetFingerprint);
            if (!record.datasetFingerprint.empty() && fingerprint != record.datasetFingerprint) return {};
            TextTemplate source;
            source.text = spec.dataset.text.value_or("");
            return [table = table, filled = std::make_shared<FilledTemplate>(table, source)](std::int64_t row) {
                return row < table->rowCount() ? filled->row(row) : std::string();
            };
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Cancelled) throw;
            return {};
        }
    }

    static std::optional<std::string> gridNameOf(const workspace::RunRecord& run) {
        try {
            return parseRunSpec(run.specJson, run.id).grid;
        } catch (const Error&) {
            return std::nullopt;  // written by another version
        }
    }

    /// A run that is about to begin, in its own folder of the workspace unless the spec says another.
    workspace::RunRecord newRecord(RunSpec spec, const std::string& fingerprint) const {
        workspace::RunRecord record;
        record.id = workspace_ ? workspace_->newRunId(spec.name) : spec.name;
        record.output = spec.output;
        if (workspace_ && record.output.is_relative()) record.output = workspace_->folder() / "runs" / record.id;
        record.output = fs::absolute(record.output);
        spec.output = record.output.string();
        record.name = spec.name;
        record.task = spec.task;
        record.model = spec.model;
        record.dataset = datasetText(spec.dataset);
        record.datasetFingerprint = fingerprint;
        record.specJson = toJson(spec);
        record.state = RunState::Preparing;
        record.created = workspace::utcNow();
        return record;
    }

    void keepVersion(workspace::DatasetVersion version) {
        try {
            remembered().addVersion(version);
        } catch (...) {
            std::error_code ignored;
            fs::remove(version.file, ignored);
            throw;
        }
    }

    template <class Make>
    DatasetInfo change(const std::string& name, const std::string& howMade, Make make) {
        const workspace::DatasetVersion before = remembered().dataset(name);
        const fs::path target = remembered().newDatasetFile();
        const TablePtr table = make(Table::open(before.file), target);
        keepVersion({.dataset = name, .version = 0, .rows = table->rowCount(), .columns = table->columnNames(), .file = target, .source = before.source,
                     .howMade = howMade, .fingerprint = table->fingerprint(), .created = {}});
        return infoOf(remembered().dataset(name));
    }

    /// fingerprint: of the version a run began with; empty = the newest.
    std::pair<TablePtr, std::string> tableOf(const DatasetSpec& dataset, const std::stop_token& stop, const std::string& fingerprint) const {
        if (dataset.name) {
            workspace::DatasetVersion version = remembered().dataset(*dataset.name);
            if (!fingerprint.empty())
                if (const auto used = workspace_->datasetByFingerprint(fingerprint)) version = *used;
            return {cachedTable(version.file), version.fingerprint};
        }
        if (dataset.ratings) {
            TablePtr table = session::pairTable(preferencePairs(*dataset.ratings, {}), *dataset.ratings);
            return {table, table->fingerprint()};
        }
        if (!dataset.file) throw Error(ErrorCode::InvalidInput, "No data was chosen. The spec has neither dataset.file nor dataset.name. Set one of them.");
        TablePtr table = cachedTable(*dataset.file, stop);
        return {table, table->fingerprint()};
    }

    /// The last table read, so that a form that asks again at every key press does not read its file again.
    TablePtr cachedTable(const fs::path& file, const std::stop_token& stop = {}) const {
        std::error_code missing;
        const auto changed = fs::last_write_time(file, missing);
        {
            const std::lock_guard lock(tableMutex_);
            if (!missing && table_ && tableFile_ == file && tableChanged_ == changed) return table_;
        }
        TablePtr table = readTableFile(file, stop);
        const std::lock_guard lock(tableMutex_);
        tableFile_ = file;
        tableChanged_ = changed;
        return table_ = std::move(table);
    }

    /// What may take long is told to `observer`, if there is one.
    train::RunInputs inputsOf(const RunSpec& spec, const std::stop_token& stop, const std::string& fingerprint = {}, TrainObserver* observer = nullptr) const {
        train::RunInputs inputs;
        inputs.spec = spec;
        std::tie(inputs.table, inputs.datasetFingerprint) = tableOf(spec.dataset, stop, fingerprint);
        inputs.model = resolve(spec.model).path;
        inputs.output = spec.output;
        if (spec.dataset.dedupThreshold) {
            validateRunSpec(spec);
            const ProgressSink progress = [observer](const Progress& now) {
                StepProgress told;
                told.stage = "Looking for near-copies";
                told.step = static_cast<std::int64_t>(now.done);
                told.totalSteps = static_cast<std::int64_t>(now.total);
                if (observer) observer->progressed(told);
            };
            inputs.leftOut = nearCopies_.find(spec, inputs.table, inputs.datasetFingerprint, resolve(spec.dataset.dedupModel).path, workspace_.get(), progress, stop);
        }
        if (spec.task == "ppo" && spec.ppo.rewardModel) inputs.rewardModel = resolve(*spec.ppo.rewardModel).path;
        return inputs;
    }

    std::unique_ptr<workspace::Workspace> workspace_;
    mutable std::mutex tokenizerMutex_;
    mutable std::map<std::string, text::Tokenizer> tokenizers_;
    mutable session::NearCopies nearCopies_;
    mutable std::mutex tableMutex_;
    mutable fs::path tableFile_;
    mutable fs::file_time_type tableChanged_;
    mutable TablePtr table_;
};

}  // namespace

std::unique_ptr<Session> Session::open(const SessionOptions& options) { return std::make_unique<LocalSession>(options); }

}  // namespace lathe
