// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lathe/error.h>

namespace lathe {

enum class RunState { Queued, Preparing, Running, Paused, Stopping, Stopped, Finished, Failed, Interrupted };

/// Lower-case name as run.json and the workspace keep it, such as "running".
std::string_view runStateName(RunState state);

/// One line of metrics.jsonl.
struct MetricPoint {
    std::int64_t step = 0;       ///< optimiser steps done
    double epoch = 0;            ///< passes over the training rows done
    std::string split;           ///< "train" or "validation"
    double seconds = 0;          ///< since the run started, pauses not counted
    std::int64_t tokens = 0;     ///< trained on so far, padding not counted
    std::map<std::string, double> values;  ///< "loss", "learning_rate", "grad_norm", "tokens_per_second", …
    bool isFinite = true;        ///< false: the step was skipped
};

/// A mark on the charts.
struct RunEvent {
    std::int64_t step = 0;
    std::string kind;      ///< "checkpoint", "best", "resume", "early_stop", "nonfinite", "pause", "setting"
    std::string sentence;  ///< for people
};

/// Something the model wrote while training, to see it learn. Step 0 is before training.
struct SampleOutput {
    std::int64_t step = 0;
    double epoch = 0;
    std::string prompt;
    std::string expected;
    std::string text;
    std::optional<double> reward;  ///< of an answer that was drawn to learn from; unset for samples of the fixed prompts
};

struct StepProgress {
    std::int64_t step = 0;
    std::int64_t totalSteps = 0;
    double epoch = 0;
    double secondsLeft = -1;  ///< -1 until enough steps were timed
    double tokensPerSecond = 0;
    std::string stage;        ///< "Loading the model", "Training", "Evaluating", "Saving"
};

enum class LogLevel { Info, Warning, Error };

/// Hears what a run does, on the run's thread. Calls must be cheap and must not throw.
class TrainObserver {
public:
    virtual ~TrainObserver() = default;
    virtual void stateChanged(RunState, const std::string& /*sentence*/) {}
    virtual void progressed(const StepProgress&) {}
    virtual void measured(const MetricPoint&) {}
    virtual void happened(const RunEvent&) {}
    virtual void sampled(const SampleOutput&) {}
    virtual void logged(LogLevel, const std::string& /*sentence*/) {}
};

/// What a run came to.
struct RunResult {
    RunState state = RunState::Finished;
    std::int64_t steps = 0;
    double epochs = 0;
    double seconds = 0;
    double bestMetric = 0;
    std::string bestMetricName;
    std::filesystem::path bestModel;        ///< empty if nothing was saved
    std::filesystem::path lastCheckpoint;   ///< empty if nothing was saved
    std::int64_t skippedSteps = 0;          ///< non-finite ones
    std::map<std::string, double> validation;  ///< the last evaluation
};

/// A checkpoint that passed its manifest.
struct CheckpointInfo {
    std::filesystem::path path;
    std::int64_t step = 0;
    double epoch = 0;
    std::optional<double> metric;
    std::uint64_t sizeBytes = 0;
    bool isBest = false;
};

enum class TokenRole { Prompt, Trained, Eos, Padding, Cut };

/// TokenView::id of what is no token: a label that a classifier learns for the row.
inline constexpr std::int32_t kLabelId = -1;

/// A token of a training example, for the view "What will be trained".
struct TokenView {
    std::int32_t id = 0;
    std::string text;
    TokenRole role = TokenRole::Trained;
};

enum class CheckLevel { Good, Warning, Blocking };

/// One sentence of the checks before start.
struct SpecCheck {
    CheckLevel level = CheckLevel::Good;
    std::string sentence;
    std::string param;  ///< id of the setting it is about, or empty
};

/// Padding of one layout over the real lengths of the training rows.
struct PaddingForecast {
    std::string padding;          ///< "packed", "dynamic", "max_length", "group_by_length"
    double wasteShare = 0;        ///< pad tokens / all tokens that are computed
    double secondsPerEpoch = -1;  ///< -1 until probed
    double work = 0;              ///< of an epoch, as Forecast::work
};

/// What a run will need. Bytes are estimates; seconds come from timing one batch.
struct Forecast {
    std::int64_t trainRows = 0;
    std::int64_t validationRows = 0;
    std::int64_t totalParameters = 0;
    std::int64_t trainableParameters = 0;
    std::int64_t stepsPerEpoch = 0;
    std::int64_t totalSteps = 0;
    std::int64_t longestTokens = 0;
    double cutShare = 0;  ///< rows longer than max_length
    std::uint64_t weightBytes = 0;
    std::uint64_t gradientBytes = 0;
    std::uint64_t optimizerBytes = 0;
    std::uint64_t activationBytes = 0;
    std::uint64_t checkpointBytes = 0;
    double secondsPerEpoch = -1;  ///< -1 when not probed
    double secondsPerLaterEpoch = -1;  ///< from the second epoch on, when frozen layers come from the cache; -1 without cache or probe
    double work = 0;       ///< multiply-adds of the first epoch with this layout and these trained layers: times of like runs are in this ratio
    double laterWork = 0;  ///< of a later epoch
    std::string precision;        ///< what `auto` comes to here
    std::string device;
    std::vector<PaddingForecast> paddings;
    std::vector<double> learningRates;  ///< over the run at evenly spaced steps, at most 200 of them
};

/// A batch at once against its parts summed. Equal up to the rounding of f32.
struct AccumulationProof {
    std::int64_t rows = 0;
    std::int64_t parts = 0;
    double lossWhole = 0;
    double lossParts = 0;
    double gradientNorm = 0;
    double largestDifference = 0;   ///< of one gradient entry
    double relativeDifference = 0;  ///< norm of the difference / norm
};

/// One batch in two precisions.
struct PrecisionCheck {
    std::int64_t rows = 0;
    double lossF32 = 0;
    double lossBf16 = 0;
    double relativeDifference = 0;  ///< of the gradients: norm of the difference / norm in f32
    double cosine = 1;              ///< between both gradients
    double secondsF32 = 0;          ///< forward and backward
    double secondsBf16 = 0;
    std::uint64_t weightBytesF32 = 0;
    std::uint64_t weightBytesBf16 = 0;
};

/// A row of the layer tree: a block, the embeddings or the head.
struct LayerInfo {
    std::string name;   ///< Hugging Face prefix, such as "model.layers.3"
    std::int64_t index = 0;  ///< -1 embeddings, 0…L-1 blocks, L final norm and head
    std::int64_t parameters = 0;
    bool isTrainable = true;
};

}  // namespace lathe
