// SPDX-License-Identifier: GPL-3.0-or-later
/// How a run begins: folders, task, model, and what a checkpoint brings back.
#include <algorithm>

#include <fmt/format.h>
#include <lathe/error.h>
#include <lathe/version.h>

#include "train/run_loop.h"
#include "train/run_spec_table.h"

namespace lathe::train {
namespace {

namespace fs = std::filesystem;

/// Settings that may differ when a run goes on: where it lies and what it is called; the rows are compared by content.
bool mayDiffer(const std::string& id) {
    constexpr std::array<std::string_view, 6> free = {"name", "output", "grid", "dataset.file", "dataset.name", "training.num_threads"};
    return std::find(free.begin(), free.end(), id) != free.end();
}

}  // namespace

void RunLoop::prepare() {
    announce(RunState::Preparing, "");
    progress("Reading the data");
    validateRunSpec(spec_);
    if (inputs_.start == Start::Fresh) refuseForeignFolder();
    if (spec_.training.numThreads) at::set_num_threads(static_cast<int>(*spec_.training.numThreads));
    placement_ = choosePlacement(spec_.training);
    task_ = makeTaskOf(inputs_);
    task_->prepare([this](const Progress&) { progress("Reading the data"); }, control_.stopToken());
    plan_ = planOf(spec_, static_cast<std::int64_t>(task_->train().size()));
    state_.specJson = toJson(spec_);
    state_.datasetFingerprint = inputs_.datasetFingerprint.empty() ? inputs_.table->fingerprint() : inputs_.datasetFingerprint;
    state_.tokenizerHash = task_->tokenizer().hash();
    state_.model = inputs_.model.string();
    state_.precision = placement_.precision;
    state_.device = placement_.device.str();
    state_.threads = at::get_num_threads();
    state_.version = std::string(kVersion);
    const auto checkpoint = inputs_.start == Start::Resume ? findResumePoint() : std::nullopt;
    files_ = std::make_unique<RunFiles>(inputs_.output, checkpoint ? state_.metricsBytes : -1);
    provenance_ = {state_.model, state_.datasetFingerprint, state_.tokenizerHash, state_.device, state_.precision, static_cast<int>(state_.threads), utcNow()};
    files_->writeRunFile(spec_, provenance_, nullptr);
    breathe();
    progress("Loading the model");
    loadFrom(checkpoint);
    describeStart(checkpoint);
}

void RunLoop::refuseForeignFolder() const {
    std::error_code error;
    const bool isUsed = !findCheckpoints(inputs_.output).empty() || fs::exists(inputs_.output / "best", error);
    if (isUsed) {
        throw Error(ErrorCode::InvalidInput, fmt::format("{} already holds a run. Starting again there would overwrite it. Continue it with --resume, choose another output folder, or remove it.",
                                                         inputs_.output.string()), {inputs_.output.string()});
    }
}

std::optional<fs::path> RunLoop::findResumePoint() {
    std::vector<std::string> skipped;
    const auto checkpoint = newestValidCheckpoint(inputs_.output, [&](const std::string& sentence) { skipped.push_back(sentence); });
    for (const auto& sentence : skipped) log(LogLevel::Warning, sentence);
    if (!checkpoint) {
        log(LogLevel::Warning, fmt::format("There is no whole checkpoint in {}. The run starts from the beginning.", inputs_.output.string()));
        return std::nullopt;
    }
    const auto saved = readTrainerState(*checkpoint);
    if (spec_.training.precision == "auto" && saved.precision != state_.precision) keepPrecision(saved.precision);
    checkSameRun(saved);
    const TrainerState now = state_;
    state_ = saved;
    state_.specJson = now.specJson;
    state_.model = now.model;
    earlierSeconds_ = saved.seconds;
    started_ = std::chrono::steady_clock::now();
    if (saved.threads != now.threads && !spec_.training.numThreads) {
        // Sums depend on how work is divided: the same number of threads gives the same bits.
        at::set_num_threads(static_cast<int>(saved.threads));
        log(LogLevel::Info, fmt::format("Using {} threads as before, so that the numbers stay the same.", saved.threads));
    }
    lastCheckpoint_ = *checkpoint;
    lastSavedStep_ = saved.step;
    return checkpoint;
}

void RunLoop::keepPrecision(const std::string& precision) {
    TrainingSpec before = spec_.training;
    before.precision = precision;
    placement_ = choosePlacement(before);
    log(LogLevel::Info, fmt::format("Precision {} as before, so that the run stays the same, though this machine is faster in {}.", precision, state_.precision));
    state_.precision = precision;
}

void RunLoop::checkSameRun(const TrainerState& saved) const {
    const RunSpec before = parseRunSpec(saved.specJson, "trainer_state.json");
    std::string changes;
    const auto add = [&](const std::string& text) { changes += (changes.empty() ? "" : ", ") + text; };
    for (const auto& entry : specTable()) {
        if (!appliesTo(entry, spec_.task) || mayDiffer(entry.spec.id)) continue;
        const auto was = readField(entry, before), is = readField(entry, spec_);
        if (was != is) add(fmt::format("{} (was {}, is {})", entry.spec.id, valueText(was), valueText(is)));
    }
    if (saved.datasetFingerprint != state_.datasetFingerprint) add("the rows of the dataset");
    if (saved.tokenizerHash != state_.tokenizerHash) add("the tokenizer");
    if (saved.precision != state_.precision) add(fmt::format("the precision (was {}, is {})", saved.precision, state_.precision));
    if (changes.empty()) return;
    throw Error(ErrorCode::InvalidInput, fmt::format("The run in {} cannot go on: {} changed. It would no longer be the same run. Put it back, or start a new run in another folder.",
                                                     inputs_.output.string(), changes), {inputs_.output.string()});
}

void RunLoop::loadFrom(const std::optional<fs::path>& checkpoint) {
    target_ = loadForTraining(inputs_, *task_, checkpoint && !task_->needsStartingWeights() ? *checkpoint : inputs_.model, placement_);
    addPrefixCache(target_, *task_, inputs_);
    target_.runner->setEvaluating();
    task_->begin(*target_.runner, control_.stopToken());
    if (!checkpoint) return;
    if (task_->needsStartingWeights()) {
        // The reference numbers came from the starting weights; now the trained ones take their place.
        auto saved = loadForTraining(inputs_, *task_, *checkpoint, placement_);
        for (std::size_t i = 0; i < saved.optimizer->parameters().size(); ++i) target_.optimizer->setMaster(i, saved.optimizer->master(i));
    }
    restoreOptimizer(*checkpoint, *target_.optimizer, state_.optimizerSteps);
    task_->restore(state_.taskState);
    loggedEpisodes_ = task_->episodes();
}

void RunLoop::describeStart(const std::optional<fs::path>& checkpoint) {
    log(LogLevel::Info, placement_.sentence);
    log(LogLevel::Info, fmt::format("{} rows train, {} validate. {} of {} parameters are trained, {} steps in all.", task_->train().size(), task_->validation().size(),
                                    target_.freezing.trainableCount, target_.freezing.totalCount, plan_.totalSteps));
    if (task_->cutRows() > 0) log(LogLevel::Warning, fmt::format("{} rows are longer than dataset.max_length and are cut.", task_->cutRows()));
    if (task_->leftOutRows() > 0)
        log(LogLevel::Info, fmt::format("{} training rows are near-copies above {} and are left out.", task_->leftOutRows(), inputs_.spec.dataset.dedupThreshold.value_or(1)));
    if (task_->skippedRows() > 0) log(LogLevel::Warning, fmt::format("{} rows have nothing to learn from and are left out.", task_->skippedRows()));
    if (!target_.loaded.initialised.empty() && !checkpoint) {
        log(LogLevel::Info, fmt::format("{} weights are new and start at random, such as {}.", target_.loaded.initialised.size(), target_.loaded.initialised.front()));
    }
    if (const auto* cache = target_.runner->cache()) {
        log(LogLevel::Info, fmt::format("The output of {} frozen layers is kept: {} MiB {}.", std::min(target_.freezing.firstTrainableLayer, target_.model().numLayers()),
                                        cache->bytes() >> 20, cache->isInFile() ? "in a mapped file" : "in memory"));
    }
    if (checkpoint) {
        const auto sentence = fmt::format("Continuing at step {} from {}.", state_.step, checkpoint->filename().string());
        observer_.happened({state_.step, "resume", sentence});
        log(LogLevel::Info, sentence);
    }
}

}  // namespace lathe::train
