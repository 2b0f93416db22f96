// SPDX-License-Identifier: GPL-3.0-or-later
/// Checkpoint folders: OUTPUT/checkpoints/checkpoint-STEP with safetensors and JSON only, manifest.json last.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <lathe/training.h>

#include "models/model.h"
#include "tensor/adamw.h"
#include "text/tokenizer.h"
#include "train/schedule.h"

namespace lathe::train {

/// Everything a run knows beside tensors; at an optimiser-step boundary. Order and dropout follow from (seed, step), so
/// there is no generator state to keep.
struct TrainerState {
    std::int64_t step = 0;
    std::int64_t tokens = 0;
    double seconds = 0;
    std::int64_t metricsBytes = 0;      ///< length of metrics.jsonl at this point
    bool isEvaluated = false;           ///< the evaluation due at this step is done
    std::optional<double> bestMetric;
    std::int64_t bestStep = -1;
    std::int64_t evaluationsWithoutGain = 0;
    PlateauRule plateau;
    std::int64_t skippedSteps = 0;
    std::int64_t skippedInARow = 0;
    double lossScale = 65536;           ///< fp16 only
    std::int64_t optimizerSteps = 0;
    std::map<std::string, double> validation;
    std::string taskState;
    // What must be the same when the run goes on.
    std::string specJson;
    std::string datasetFingerprint;
    std::string tokenizerHash;
    std::string model;
    std::string precision;
    std::string device;
    std::int64_t threads = 0;
    std::string version;
};

/// What is written: called with the temporary folder.
struct CheckpointContent {
    TrainerState state;
    double epoch = 0;
    const tensor::AdamW* optimizer = nullptr;
    std::function<void(const std::filesystem::path&)> saveModel;  ///< weights, config, tokenizer
};

/// A checkpoint whose files are written but not yet safe; its folder has a temporary name.
struct PendingCheckpoint {
    std::filesystem::path temporary;
    std::filesystem::path place;     ///< what it will be called
    std::string manifestHead;        ///< JSON: sequence, step, epoch, metric
};

/// Writes the files without waiting for the disk: when this returns, training may go on. Throws Io (nothing is left behind
/// then), also when less than `neededBytes` are free.
PendingCheckpoint beginCheckpoint(const std::filesystem::path& output, const CheckpointContent& content, std::uint64_t neededBytes);

/// fsync, SHA-256 sums, manifest, rename, fsync of the parent: checkpoint-STEP appears whole or not at all. May run on any
/// thread. Throws Io (nothing is left behind then).
void completeCheckpoint(const PendingCheckpoint& pending);

/// A folder with a manifest, oldest first by the manifest's sequence number. Sizes of files are checked, sums are not.
struct CheckpointFile {
    std::filesystem::path path;
    std::int64_t sequence = 0;
    std::int64_t step = 0;
    double epoch = 0;
    std::optional<double> metric;
    std::uint64_t bytes = 0;
};
std::vector<CheckpointFile> findCheckpoints(const std::filesystem::path& output);

/// For the session: newest first, with the best marked.
std::vector<CheckpointInfo> listCheckpoints(const std::filesystem::path& output);

/// Why a checkpoint must not be used ("model.safetensors does not match its sum"), or nothing. Reads every byte.
std::optional<std::string> findDamage(const std::filesystem::path& checkpoint);

/// Newest checkpoint that is whole; calls `skipped` with a sentence for each damaged one before it.
std::optional<std::filesystem::path> newestValidCheckpoint(const std::filesystem::path& output, const std::function<void(const std::string&)>& skipped);

TrainerState readTrainerState(const std::filesystem::path& checkpoint);

/// Means, squares and count of steps into an optimiser with the same parameters. Throws CorruptFile, InvalidInput.
void restoreOptimizer(const std::filesystem::path& checkpoint, tensor::AdamW& optimizer, std::int64_t steps);

/// Removes the oldest (by sequence) beyond `limit`; never the newest valid one and never the best. Removes leftovers of
/// interrupted saves too.
void pruneCheckpoints(const std::filesystem::path& output, std::optional<std::int64_t> limit, std::int64_t bestStep);

/// Makes OUTPUT/best from a checkpoint's model files (hard links where the disk has them), replacing an older best.
void publishBest(const std::filesystem::path& checkpoint, const std::filesystem::path& output);
/// Makes OUTPUT/best by calling `saveModel` with a temporary folder.
void publishBest(const std::function<void(const std::filesystem::path&)>& saveModel, const std::filesystem::path& output);

}  // namespace lathe::train
