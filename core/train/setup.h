// SPDX-License-Identifier: GPL-3.0-or-later
/// From RunInputs to a task, a model and what trains it. Shared by the run, the forecast and evaluation.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "models/loader.h"
#include "tasks/task.h"
#include "tensor/adamw.h"
#include "train/freezing.h"
#include "train/placement.h"
#include "train/runner.h"
#include "train/trainer.h"

namespace lathe::train {

/// Tokenizer of an HF folder, a .gguf file or an adapter folder (then its base's if it has none of its own).
text::Tokenizer loadTokenizerOf(const std::filesystem::path& model);

/// The task of a spec over its table, not prepared yet.
std::unique_ptr<tasks::Task> makeTaskOf(const RunInputs& inputs);

/// Steps, epochs and their sizes.
struct Plan {
    std::int64_t rowsPerStep = 1;
    std::int64_t stepsPerEpoch = 1;
    std::int64_t totalSteps = 1;
};
Plan planOf(const TrainingSpec& training, std::int64_t trainRows);
/// The same; ppo.total_episodes takes the place of the epochs where it is set.
Plan planOf(const RunSpec& spec, std::int64_t trainRows);

/// Order of the training examples in one epoch; a pure function of seed and epoch.
std::vector<std::int64_t> epochOrder(const tasks::Task& task, const TrainingSpec& training, std::int64_t epoch);

/// A loaded model, ready to train: precision set, frozen as the spec says, optimiser with exact f32 masters.
struct TrainingModel {
    models::LoadedModel loaded;
    FreezingPlan freezing;
    std::unique_ptr<tensor::AdamW> optimizer;
    std::unique_ptr<ModelRunner> runner;
    std::int32_t padId = 0;

    models::Model& model() { return *loaded.model; }
    const models::Model& model() const { return *loaded.model; }
};

/// Loads `from` (the spec's model or a checkpoint of the run). Throws as models::loadModel does.
TrainingModel loadForTraining(const RunInputs& inputs, const tasks::Task& task, const std::filesystem::path& from, const Placement& placement);

/// Loads a model for measuring only.
TrainingModel loadForEvaluation(const RunInputs& inputs, const tasks::Task& task, const Placement& placement);

/// Gives the runner a cache for the frozen layers where the spec asks for one and there are any.
void addPrefixCache(TrainingModel& target, const tasks::Task& task, const RunInputs& inputs);

/// f32 values for saving: masters of trained parameters.
models::ParameterSource masterSource(const TrainingModel& target);

/// Measures examples in batches; calls `between` before each batch (it may throw to stop).
std::map<std::string, double> measure(tasks::Task& task, ModelRunner& runner, const std::vector<std::int64_t>& examples, std::int64_t batchSize,
                                      const std::function<void(std::int64_t done)>& between, std::map<std::string, std::string>* files = nullptr);

/// Runs `work`; turns torch's and the library's exceptions into lathe::Error.
void translateErrors(const std::function<void()>& work);

}  // namespace lathe::train
