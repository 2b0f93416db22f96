// SPDX-License-Identifier: GPL-3.0-or-later
/// The door of core/train: run a RunSpec, look at what it would do, measure a model with it.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <lathe/progress.h>
#include <lathe/run_spec.h>
#include <lathe/table.h>
#include <lathe/training.h>

namespace lathe::train {

/// Pause, continue and stop for a running train(). Any thread may call; the run looks at it at least once a micro-batch.
class RunControl {
public:
    void pause();
    void resume();
    void stop();  ///< also wakes a paused run
    /// Changes a setting of the run while it goes on or waits, such as "ppo.kl_coef". What cannot change is told in the run's log.
    void change(const std::string& id, double value);
    /// Called by the run: what was asked for since the last call.
    std::vector<std::pair<std::string, double>> takeChanges();
    bool isPauseAsked() const;
    std::stop_token stopToken() const { return stop_.get_token(); }
    /// Called by the run: blocks while paused. Returns false if a stop was asked for.
    bool waitWhilePaused();

private:
    std::stop_source stop_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool isPaused_ = false;                                ///< guarded by mutex_
    std::vector<std::pair<std::string, double>> changes_;  ///< guarded by mutex_
};

enum class Start { Fresh, Resume };

/// What a run needs beside its spec; names are already resolved to files by the caller.
struct RunInputs {
    RunSpec spec;
    std::shared_ptr<const Table> table;
    std::filesystem::path model;         ///< HF folder, .gguf file or adapter folder that spec.model stands for
    std::vector<std::int64_t> leftOut;   ///< ascending rows that are not trained on: what dataset.dedup_threshold takes away
    std::string datasetFingerprint;      ///< SHA-256 of the table's content; empty: computed from the cells
    std::filesystem::path output;        ///< folder of this run; made if missing
    std::filesystem::path rewardModel;   ///< ppo only
    Start start = Start::Fresh;
};

/// Runs the spec on the calling thread until it is finished, stopped or failed. Observer calls come on this thread.
/// Start::Fresh refuses an output folder that holds another run's checkpoints (InvalidInput); Start::Resume continues
/// the newest valid checkpoint bit for bit and refuses a changed spec or dataset, naming what changed.
/// Throws lathe::Error; torch's exceptions are turned into it. A stop is not an error: the result says Stopped.
RunResult train(const RunInputs& inputs, TrainObserver& observer, RunControl& control);

/// What is sensible or wrong about a spec before it starts, most serious first. Never throws for a bad spec.
std::vector<SpecCheck> check(const RunInputs& inputs, std::stop_token stop = {});

enum class Probe { No, Yes };

/// Counts, memory and padding from the real rows; with Probe::Yes also times one batch of the real model.
/// Throws lathe::Error for a spec that cannot run.
Forecast forecast(const RunInputs& inputs, Probe probe, std::stop_token stop = {});

/// Tokens of one table row as the run will see them. Throws InvalidInput for a row out of range.
std::vector<TokenView> previewRow(const RunInputs& inputs, std::int64_t row, std::stop_token stop = {});

/// A measurement of inputs.model on one part of inputs.table ("train", "validation", "test" or "all").
struct Evaluation {
    std::int64_t rows = 0;
    double seconds = 0;
    std::map<std::string, double> values;
};
Evaluation evaluate(const RunInputs& inputs, const std::string& split, const ProgressSink& progress = {}, std::stop_token stop = {});

}  // namespace lathe::train
