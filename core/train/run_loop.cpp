// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/run_loop.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <fmt/format.h>
#include <lathe/error.h>
#include <unistd.h>

#include "base/random.h"

namespace lathe::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kTimedSteps = 30;  ///< the rest of the run is estimated from their median
constexpr std::int64_t kNonFiniteLimit = 3;
constexpr std::uint64_t kDropoutStream = 0xd80b;

/// A seed of its own for each micro-batch, so that dropout needs no state in a checkpoint.
std::uint64_t dropoutSeed(std::int64_t seed, std::int64_t step, std::size_t update, std::int64_t microBatch) {
    const auto position = (static_cast<std::uint64_t>(step) << 20) + (static_cast<std::uint64_t>(update) << 10) + static_cast<std::uint64_t>(microBatch);
    return base::RandomStream(static_cast<std::uint64_t>(seed), kDropoutStream, position).next();
}

double residentMib() {
    std::ifstream file("/proc/self/statm");
    double total = 0, resident = 0;
    if (!(file >> total >> resident)) return 0;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

}  // namespace

RunLoop::RunLoop(const RunInputs& inputs, TrainObserver& observer, RunControl& control)
    : inputs_(inputs), spec_(inputs.spec), observer_(observer), control_(control), started_(Clock::now()) {}

RunResult RunLoop::run() {
    try {
        prepare();
        if (state_.step == 0) {
            sample();
            if (spec_.training.evalOnStart) evaluate();
        } else if (!state_.isEvaluated) {
            afterStep();  // the stop came between a step and its evaluation
        }
        const auto& patience = spec_.training.earlyStoppingPatience;
        isStopping_ = isStopping_ || (patience && state_.evaluationsWithoutGain >= *patience);
        announce(RunState::Running, "");
        while (state_.step < plan_.totalSteps && !isStopping_) {
            breathe();
            step();
            afterStep();
            if (const auto reason = task_->pauseReason()) pauseWith(*reason);
        }
    } catch (const StopAsked&) {
        return stopped();
    } catch (const Error& error) {
        // Work inside a task, such as writing answers, tells of a stop in this way.
        if (error.code() != ErrorCode::Cancelled || !control_.stopToken().stop_requested()) throw;
        return stopped();
    }
    return finish(RunState::Finished);
}

RunResult RunLoop::stopped() {
    announce(RunState::Stopping, "Stopping. The run is saved at its last step.");
    if (target_.optimizer) target_.optimizer->clearGradients();
    if (target_.optimizer && state_.step != lastSavedStep_ && state_.step > 0) {
        try {
            save("stop");
        } catch (const Error& error) {
            log(LogLevel::Error, error.what());
        }
    }
    return finish(RunState::Stopped);
}

double RunLoop::learningRate() const {
    return spec_.training.learningRate * scheduleFactor(spec_.training, state_.step, plan_.totalSteps) * state_.plateau.factor;
}

void RunLoop::step() {
    const auto begin = Clock::now();
    const std::int64_t epochNumber = state_.step / plan_.stepsPerEpoch;
    if (epochNumber != orderEpoch_) {
        order_ = epochOrder(*task_, spec_.training, epochNumber);
        orderEpoch_ = epochNumber;
    }
    const auto first = static_cast<std::size_t>((state_.step % plan_.stepsPerEpoch) * plan_.rowsPerStep);
    const std::span<const std::int64_t> rows = std::span(order_).subspan(first, std::min(static_cast<std::size_t>(plan_.rowsPerStep), order_.size() - first));
    target_.runner->setEvaluating();
    stateBeforeStep_ = task_->state();
    const auto updates = task_->plan(*target_.runner, rows, state_.step);
    const double rate = learningRate();
    UpdateResult total;
    for (std::size_t i = 0; i < updates.size(); ++i) {
        isCommitted_ = i > 0;
        const auto result = update(updates[i], i, rate);
        total.sum += result.sum;
        total.count += result.count;
        total.gradientNorm = std::max(total.gradientNorm, result.gradientNorm);
        total.isFinite = total.isFinite && result.isFinite;
        total.extra.merge(result.extra);
        total.tokens += result.tokens;
    }
    isCommitted_ = false;
    stateBeforeStep_.reset();
    ++state_.step;
    state_.tokens += total.tokens;
    state_.isEvaluated = false;
    state_.optimizerSteps = target_.optimizer->steps();
    recordStep(total, rate, std::chrono::duration<double>(Clock::now() - begin).count());
    if (!total.isFinite) afterNonFinite();
    else state_.skippedInARow = 0;
}

RunLoop::UpdateResult RunLoop::update(const tasks::Update& examples, std::size_t number, double rate) {
    UpdateResult result;
    double units = 0;
    for (const auto example : examples) units += task_->weight(example);
    const double lossScale = placement_.precision == "fp16" ? state_.lossScale : 1.0;
    const auto size = static_cast<std::size_t>(spec_.training.perDeviceTrainBatchSize);
    for (std::size_t first = 0; first < examples.size(); first += size) {
        breathe();
        const auto batch = std::span(examples).subspan(first, std::min(size, examples.size() - first));
        target_.runner->setTraining(dropoutSeed(spec_.training.seed, state_.step, number, static_cast<std::int64_t>(first / size)));
        auto loss = task_->loss(*target_.runner, batch, lossScale / std::max(1.0, units));
        result.sum += loss.sum;
        result.count += loss.count;
        result.extra.merge(loss.extra);
        result.tokens += target_.runner->takeTokens();
        if (loss.value.requires_grad()) loss.value.backward();
    }
    result.gradientNorm = target_.optimizer->gradientNorm() / lossScale;
    result.isFinite = std::isfinite(result.gradientNorm) && std::isfinite(result.sum);
    if (result.isFinite) {
        const double limit = spec_.training.maxGradNorm;
        // torch's clip_grad_norm_: limit / (norm + 1e-6), never above 1.
        const double clip = limit > 0 ? std::min(1.0, limit / (result.gradientNorm + 1e-6)) : 1.0;
        target_.optimizer->step(rate, clip / lossScale);
    } else if (lossScale > 1.0) {
        state_.lossScale = std::max(1.0, state_.lossScale / 2);
    }
    target_.optimizer->clearGradients();
    return result;
}

void RunLoop::recordStep(const UpdateResult& total, double rate, double seconds) {
    stepSeconds_.push_back(seconds);
    if (stepSeconds_.size() > kTimedSteps) stepSeconds_.pop_front();
    if (total.isFinite) {
        logged_.sum += total.sum;
        logged_.count += total.count;
        logged_.extra.merge(total.extra);
        loggedNorm_ = total.gradientNorm;
    }
    logged_.tokens += total.tokens;
    loggedSeconds_ += seconds;
    ++loggedSteps_;
    progress("Training");
    const bool isLogged = state_.step % spec_.training.loggingSteps == 0 || state_.step == plan_.totalSteps || !total.isFinite;
    if (!isLogged) return;
    MetricPoint point;
    point.step = state_.step;
    point.epoch = epoch();
    point.split = "train";
    point.seconds = secondsSoFar();
    point.tokens = state_.tokens;
    point.isFinite = total.isFinite;
    point.values = logged_.extra.values();
    const double nan = std::nan("");
    point.values["loss"] = !total.isFinite ? (total.count > 0 ? total.sum / total.count : nan) : logged_.count > 0 ? logged_.sum / logged_.count : nan;
    point.values["learning_rate"] = rate;
    if (const std::int64_t episodes = task_->episodes(); episodes > 0) {  // TRL's names
        point.values["lr"] = rate;
        point.values["episode"] = static_cast<double>(episodes);
        if (loggedSeconds_ > 0) point.values["eps"] = static_cast<double>(episodes - loggedEpisodes_) / loggedSeconds_;
        loggedEpisodes_ = episodes;
    }
    point.values["grad_norm"] = total.isFinite ? loggedNorm_ : total.gradientNorm;
    point.values["tokens_per_second"] = loggedSeconds_ > 0 ? static_cast<double>(logged_.tokens) / loggedSeconds_ : 0;
    point.values["memory_mib"] = residentMib();
    files_->addPoint(point);
    observer_.measured(point);
    logged_ = {};
    loggedSeconds_ = 0;
    loggedSteps_ = 0;
}

void RunLoop::afterNonFinite() {
    const bool isScaling = placement_.precision == "fp16" && state_.lossScale > 1.0;
    ++state_.skippedSteps;
    if (!isScaling) ++state_.skippedInARow;
    const auto sentence = fmt::format("Step {} gave a loss or gradient that is not a number. It was skipped; the weights are as before. {} skipped so far.", state_.step, state_.skippedSteps);
    observer_.happened({state_.step, "nonfinite", sentence});
    log(LogLevel::Warning, sentence);
    if (state_.skippedInARow < kNonFiniteLimit) return;
    state_.skippedInARow = 0;
    pauseWith(fmt::format("Paused: {} steps in a row gave no finite numbers. Training has diverged or the data is broken. Stop and lower training.learning_rate, or continue.", kNonFiniteLimit));
}

double RunLoop::secondsSoFar() const { return earlierSeconds_ + std::chrono::duration<double>(Clock::now() - started_).count() - pausedSeconds_; }

void RunLoop::progress(const std::string& stage) {
    StepProgress now;
    now.step = state_.step;
    now.totalSteps = plan_.totalSteps;
    now.epoch = epoch();
    now.stage = stage;
    if (stepSeconds_.size() >= std::min<std::size_t>(10, static_cast<std::size_t>(std::max<std::int64_t>(1, plan_.totalSteps / 4)))) {
        std::vector<double> sorted(stepSeconds_.begin(), stepSeconds_.end());
        std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
        now.secondsLeft = sorted[sorted.size() / 2] * static_cast<double>(plan_.totalSteps - state_.step);
    }
    if (loggedSeconds_ > 0) now.tokensPerSecond = static_cast<double>(logged_.tokens) / loggedSeconds_;
    observer_.progressed(now);
}

void RunLoop::breathe() {
    applyChanges();
    if (control_.stopToken().stop_requested() && !isCommitted_) throw StopAsked();
    if (control_.isPauseAsked() && !control_.stopToken().stop_requested()) waitWhilePaused("Paused.");
}

void RunLoop::waitWhilePaused(const std::string& sentence) {
    announce(RunState::Paused, sentence);
    const auto begin = Clock::now();
    const bool goesOn = control_.waitWhilePaused();
    pausedSeconds_ += std::chrono::duration<double>(Clock::now() - begin).count();
    if (!goesOn && !isCommitted_) throw StopAsked();
    applyChanges();
    if (goesOn) announce(RunState::Running, "");
}

void RunLoop::applyChanges() {
    if (!task_) return;
    for (const auto& [id, value] : control_.takeChanges()) {
        if (!task_->change(id, value)) {
            log(LogLevel::Warning, fmt::format("{} cannot become {} while the run goes on. The run keeps its setting. Stop it and start a new one to change that.", id, value));
            continue;
        }
        const auto sentence = fmt::format("{} is {} from here on.", id, value);
        observer_.happened({state_.step, "setting", sentence});
        log(LogLevel::Info, sentence);
    }
}

void RunLoop::pauseWith(const std::string& sentence) {
    log(LogLevel::Error, sentence);
    observer_.happened({state_.step, "pause", sentence});
    control_.pause();
    waitWhilePaused(sentence);
}

void RunLoop::log(LogLevel level, const std::string& sentence) {
    if (files_) files_->log(level, sentence);
    observer_.logged(level, sentence);
}

void RunLoop::announce(RunState state, const std::string& sentence) { observer_.stateChanged(state, sentence); }

}  // namespace lathe::train
