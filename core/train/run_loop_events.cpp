// SPDX-License-Identifier: GPL-3.0-or-later
/// What happens around steps: evaluation, samples, saving, the end.
#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "tensor/cpu_allocator.h"
#include "train/run_loop.h"
#include "train/sampler.h"

namespace lathe::train {
namespace fs = std::filesystem;

namespace {

void keepEvaluation(const fs::path& folder, const std::map<std::string, std::string>& files) {
    for (const auto& [name, text] : files) {
        fs::create_directories(folder);
        base::writeFileAtomically(folder / name, text);
    }
}

}  // namespace

bool RunLoop::isDue(const std::string& strategy, std::int64_t every) const {
    if (strategy == "steps") return state_.step % every == 0;
    if (strategy == "epoch") return state_.step % plan_.stepsPerEpoch == 0 || state_.step == plan_.totalSteps;
    return false;
}

void RunLoop::afterStep() {
    const auto& training = spec_.training;
    improved_ = false;
    if (saving_ && saving_->isDone) {
        if (const auto trouble = collectSave()) {
            pauseWith(fmt::format("Paused: {}", *trouble));
            save("");
        }
    }
    if (isDue(training.evalStrategy, training.evalSteps.value_or(training.loggingSteps))) evaluate();
    state_.isEvaluated = true;
    for (SampleOutput answer : task_->bestAnswers()) {
        answer.step = state_.step;
        answer.epoch = epoch();
        tell(answer);
    }
    const std::int64_t sampleInterval = task_->sampleInterval(plan_.totalSteps);
    if (state_.step % (sampleInterval > 0 ? sampleInterval : plan_.stepsPerEpoch) == 0 || state_.step == plan_.totalSteps) sample();
    const bool savesBest = improved_ && training.saveStrategy != "no" && (training.loadBestModelAtEnd || training.saveStrategy == "best");
    if (isDue(training.saveStrategy, training.saveSteps) || savesBest) save("");
}

void RunLoop::evaluate() {
    if (task_->validation().empty()) return;
    progress("Evaluating");
    std::map<std::string, std::string> evaluationFiles;
    state_.validation = measure(*task_, *target_.runner, task_->validation(), spec_.training.perDeviceEvalBatchSize, [this](std::int64_t) { breathe(); }, &evaluationFiles);
    target_.runner->takeTokens();
    const fs::path folder = inputs_.output / "evaluation";
    keepEvaluation(folder, evaluationFiles);
    MetricPoint point;
    point.step = state_.step;
    point.epoch = epoch();
    point.split = "validation";
    point.seconds = secondsSoFar();
    point.tokens = state_.tokens;
    point.values = state_.validation;
    files_->addPoint(point);
    observer_.measured(point);
    const std::int64_t hits = target_.runner->cacheHits() - reportedHits_, misses = target_.runner->cacheMisses() - reportedMisses_;
    if (hits + misses > 0) log(LogLevel::Info, fmt::format("Frozen layers: {} of {} sequences came from the cache.", hits, hits + misses));
    reportedHits_ += hits;
    reportedMisses_ += misses;
    const auto& name = spec_.training.metricForBestModel;
    // transformers takes "eval_loss" and "loss" alike.
    const auto found = state_.validation.find(name.starts_with("eval_") ? name.substr(5) : name);
    if (found == state_.validation.end()) {
        std::string known;
        for (const auto& [metric, value] : state_.validation) known += (known.empty() ? "" : ", ") + metric;
        throw Error(ErrorCode::InvalidInput, fmt::format("training.metric_for_best_model is \"{}\", which this task does not measure. It measures {}. Choose one of them.", name, known));
    }
    noteMetric(found->second);
    // What belongs to the published model is kept apart from what the last evaluation said.
    if (improved_ && spec_.training.loadBestModelAtEnd && spec_.training.saveStrategy != "no") keepEvaluation(folder / "best", evaluationFiles);
}

void RunLoop::noteMetric(double value) {
    const auto& training = spec_.training;
    const bool isGreaterBetter = training.greaterIsBetter.value_or(tasks::isGreaterBetter(training.metricForBestModel));
    if (training.lrSchedulerType == "reduce_lr_on_plateau") state_.plateau.observe(value, isGreaterBetter);
    const bool isBetter = std::isfinite(value) && (!state_.bestMetric || (isGreaterBetter ? value > *state_.bestMetric : value < *state_.bestMetric));
    const bool isGain = isBetter && (!state_.bestMetric || std::abs(value - *state_.bestMetric) > training.earlyStoppingThreshold);
    state_.evaluationsWithoutGain = isGain ? 0 : state_.evaluationsWithoutGain + 1;
    if (isBetter) {
        state_.bestMetric = value;
        state_.bestStep = state_.step;
        improved_ = state_.step > 0;
        observer_.happened({state_.step, "best", fmt::format("Best {} so far: {:.4f}.", training.metricForBestModel, value)});
    }
    if (training.earlyStoppingPatience && state_.evaluationsWithoutGain >= *training.earlyStoppingPatience) {
        isStopping_ = true;
        const auto sentence = fmt::format("Stopped early at step {}: {} did not improve in {} evaluations.", state_.step, training.metricForBestModel, state_.evaluationsWithoutGain);
        observer_.happened({state_.step, "early_stop", sentence});
        log(LogLevel::Info, sentence);
    }
}

void RunLoop::sample() {
    const auto prompts = task_->samplePrompts(spec_.causalLm.numSampleGenerations);
    if (prompts.empty()) return;
    progress("Writing samples");
    const auto texts = completeGreedily(target_.model(), task_->tokenizer(), prompts, task_->sampleTokens(), [this] { breathe(); });
    for (std::size_t i = 0; i < prompts.size(); ++i) tell({state_.step, epoch(), prompts[i].prompt, prompts[i].expected, texts[i], {}});
}

void RunLoop::tell(const SampleOutput& sample) {
    files_->addSample(sample);
    observer_.sampled(sample);
}

std::uint64_t RunLoop::neededBytes() const {
    std::uint64_t last = lastCheckpointBytes_;
    if (last == 0) {
        const auto trained = static_cast<std::uint64_t>(target_.freezing.trainableCount);
        last = trained * 8 + (target_.model().hasLora() ? trained : static_cast<std::uint64_t>(target_.freezing.totalCount)) * 4;
    }
    return 2 * last + (std::uint64_t{64} << 20);
}

void RunLoop::saveModelInto(const fs::path& folder) {
    if (target_.model().hasLora()) {
        models::saveAdapter(target_.model(), folder, fs::absolute(inputs_.model).string(), masterSource(target_));
    } else {
        models::SaveOptions options;
        options.generationConfigJson = target_.loaded.generationConfigJson;
        models::saveModel(target_.model(), folder, options, masterSource(target_));
    }
    task_->tokenizer().save(folder);
    task_->saveExtras(folder);
}

void RunLoop::save(const std::string& reason) {
    progress("Saving");
    state_.seconds = secondsSoFar();
    state_.metricsBytes = files_->metricsBytes();
    state_.taskState = stateBeforeStep_ ? *stateBeforeStep_ : task_->state();
    CheckpointContent content;
    content.state = state_;
    content.epoch = epoch();
    content.optimizer = target_.optimizer.get();
    content.saveModel = [this](const fs::path& folder) { saveModelInto(folder); };
    const bool isLast = reason == "stop";
    while (true) {
        try {
            if (const auto trouble = collectSave()) log(LogLevel::Warning, *trouble);  // the present state is saved instead
            saving_ = std::make_unique<SaveJob>();
            saving_->pending = beginCheckpoint(inputs_.output, content, neededBytes());
            saving_->step = state_.step;
            const bool isBest = improved_ && spec_.training.loadBestModelAtEnd;
            saving_->thread = std::jthread([job = saving_.get(), isBest, output = inputs_.output, limit = spec_.training.saveTotalLimit, bestStep = state_.bestStep] {
                try {
                    completeCheckpoint(job->pending);
                    if (isBest) publishBest(job->pending.place, output);
                    pruneCheckpoints(output, limit, bestStep);
                } catch (...) {
                    job->error = std::current_exception();
                }
                job->isDone = true;
            });
            if (isLast) {
                if (const auto trouble = collectSave()) throw Error(ErrorCode::Io, *trouble);
            }
            break;
        } catch (const Error& error) {
            saving_.reset();
            const bool isDisk = error.code() == ErrorCode::Io || error.code() == ErrorCode::NotFound;
            if (!isDisk || isLast) throw;
            pauseWith(fmt::format("Paused: the checkpoint of step {} could not be saved. {}", state_.step, error.what()));
        }
    }
    lastSavedStep_ = state_.step;
}

std::optional<std::string> RunLoop::collectSave() {
    if (!saving_) return std::nullopt;
    const auto job = std::move(saving_);
    job->thread.join();
    if (job->error) {
        if (lastSavedStep_ == job->step) lastSavedStep_ = -1;
        try {
            std::rethrow_exception(job->error);
        } catch (const std::exception& error) {
            return fmt::format("The checkpoint of step {} could not be saved. {}", job->step, error.what());
        }
    }
    lastCheckpoint_ = job->pending.place;
    const auto found = findCheckpoints(inputs_.output);
    if (!found.empty()) lastCheckpointBytes_ = found.back().bytes;
    observer_.happened({job->step, "checkpoint", fmt::format("Saved {}.", lastCheckpoint_.filename().string())});
    return std::nullopt;
}

void RunLoop::publish() {
    const bool hasBest = spec_.training.loadBestModelAtEnd && state_.bestStep > 0 && fs::exists(inputs_.output / "best");
    if (hasBest) return;
    if (lastSavedStep_ == state_.step && !lastCheckpoint_.empty()) publishBest(lastCheckpoint_, inputs_.output);
    else publishBest([this](const fs::path& folder) { saveModelInto(folder); }, inputs_.output);
}

RunResult RunLoop::finish(RunState state) {
    if (const auto trouble = collectSave()) log(LogLevel::Error, *trouble);
    if (state == RunState::Finished && target_.optimizer) {
        progress("Saving");
        tensor::releaseCachedCpuMemory();  // the gradients' place is needed for conversion now
        publish();
    }
    RunResult result;
    result.state = state;
    result.steps = state_.step;
    result.epochs = epoch();
    result.seconds = secondsSoFar();
    if (state_.bestMetric) {
        result.bestMetric = *state_.bestMetric;
        result.bestMetricName = spec_.training.metricForBestModel;
    }
    if (fs::exists(inputs_.output / "best")) result.bestModel = inputs_.output / "best";
    result.lastCheckpoint = lastCheckpoint_;
    result.skippedSteps = state_.skippedSteps;
    result.validation = state_.validation;
    if (files_) files_->writeRunFile(spec_, provenance_, &result);
    const auto sentence = state == RunState::Finished ? fmt::format("Finished {} steps in {:.1f} s.", result.steps, result.seconds)
                                                      : fmt::format("Stopped at step {}. It can be continued there.", result.steps);
    log(LogLevel::Info, sentence);
    announce(state, sentence);
    return result;
}

}  // namespace lathe::train
