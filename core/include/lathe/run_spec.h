// SPDX-License-Identifier: GPL-3.0-or-later
/// Everything that says what a run does. The window writes it, the command line reads it, the run keeps it in run.json.
///
/// Names and defaults are those of transformers' TrainingArguments, peft's LoraConfig and trl's configs. One table
/// (run_spec_table.cpp in core/train) ties each field to its ParamSpec; the JSON reader, the JSON writer, `--set` and
/// the form all go through that table.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lathe/param_spec.h>

namespace lathe {

/// How rows are divided. Shares of all rows; what is left is trained on.
struct SplitSpec {
    double validation = 0.2;
    double test = 0.0;
    std::int64_t seed = 42;
    std::optional<std::string> groupBy;  ///< column whose equal values stay on one side
    std::optional<std::string> column;   ///< column in which each row names its own part; the shares are then passed over
};

/// Which rows, and how a row becomes text. Fields that a task does not use are ignored by it and not written.
struct DatasetSpec {
    std::optional<std::string> file;          ///< path of a table file; or
    std::optional<std::string> name;          ///< a dataset of the workspace
    std::optional<std::string> textTemplate;  ///< causal-lm, JSON key "template": text with {Column} fields
    std::optional<std::string> target;        ///< causal-lm: column that is the answer
    std::string trainOn = "all";              ///< causal-lm: "all" or "target" (the prompt is masked)
    std::optional<std::string> text;          ///< multi-label: template of the text to classify
    std::optional<std::string> labels;        ///< multi-label: column of labels
    std::string labelSeparator = ", ";        ///< multi-label
    std::int64_t minLabelCount = 1;           ///< multi-label: rarer labels are left out
    std::optional<std::string> prompt;        ///< reward, dpo, ppo: column (ppo also takes a template)
    std::optional<std::string> chosen;        ///< reward, dpo: column
    std::optional<std::string> rejected;      ///< reward, dpo: column
    std::optional<std::string> margin;        ///< reward: column, may be absent
    std::optional<std::string> ratings;       ///< reward, dpo: ratings of the workspace instead of columns
    std::int64_t maxLength = 128;             ///< tokens; longer rows are cut at the end
    std::optional<double> dedupThreshold;     ///< causal-lm, multi-label: training rows more similar than this to a kept one are left out; unset = none
    std::string dedupModel = "all-minilm-l6-v2";  ///< encoder that says how similar rows are
    SplitSpec split;
};

struct LoraSpec {
    std::int64_t r = 8;
    double alpha = 8.0;    ///< scaling is alpha / r (rsLoRA: alpha / sqrt(r))
    double dropout = 0.0;
    std::vector<std::string> targetModules = {"auto"};  ///< "auto" (by family), "all-linear", or module name endings
    bool useRslora = false;
};

/// What is learnt. mode: "all", "last_layers" (the last N blocks and the head), "lora", "pattern".
struct TrainableSpec {
    std::string mode = "all";
    std::int64_t lastLayers = 3;
    bool trainEmbeddings = false;     ///< last_layers: also the embeddings (then nothing below is free)
    std::vector<std::string> freeze;  ///< pattern: globs on parameter names, in order; "!glob" makes trainable again
    LoraSpec lora;
};

/// Settings of a schedule's shape; unset ones take transformers' defaults.
struct ScheduleSpec {
    std::optional<double> numCycles;
    double power = 1.0;
    double lrEnd = 1e-7;
    std::optional<double> minLrRate;
    std::optional<std::int64_t> numDecaySteps;
    std::optional<std::int64_t> timescale;
};

struct TrainingSpec {
    double numTrainEpochs = 3.0;
    std::int64_t maxSteps = -1;  ///< > 0 overrides the epochs
    std::int64_t perDeviceTrainBatchSize = 8;
    std::int64_t perDeviceEvalBatchSize = 8;
    std::int64_t gradientAccumulationSteps = 1;
    double learningRate = 5e-5;
    std::string lrSchedulerType = "linear";
    double warmupSteps = 0;  ///< steps, or a share of all steps when in (0, 1)
    ScheduleSpec schedule;   ///< JSON key "lr_scheduler_kwargs"
    double weightDecay = 0.0;
    double adamBeta1 = 0.9;
    double adamBeta2 = 0.999;
    double adamEpsilon = 1e-8;
    double maxGradNorm = 1.0;  ///< 0 = no clipping
    double labelSmoothingFactor = 0.0;
    bool disableDropout = false;       ///< no dropout anywhere, whatever the model's config says
    std::string precision = "auto";    ///< auto, f32, bf16, fp16 (CUDA only)
    std::string padding = "packed";    ///< packed, dynamic, max_length
    std::string trainSamplingStrategy = "random";  ///< random, sequential, group_by_length
    std::string evalStrategy = "epoch";            ///< no, steps, epoch
    std::optional<std::int64_t> evalSteps;         ///< unset = logging_steps
    bool evalOnStart = false;
    std::string saveStrategy = "epoch";            ///< no, steps, epoch, best
    std::int64_t saveSteps = 500;
    std::optional<std::int64_t> saveTotalLimit = 3;
    std::int64_t loggingSteps = 1;
    bool loadBestModelAtEnd = true;
    std::string metricForBestModel = "loss";
    std::optional<bool> greaterIsBetter;           ///< unset = by the metric
    std::optional<std::int64_t> earlyStoppingPatience;
    double earlyStoppingThreshold = 0.0;
    bool gradientCheckpointing = false;
    bool cacheFrozenPrefix = true;                 ///< keep the frozen layers' output over epochs
    std::int64_t cacheBudgetMib = 1024;            ///< RAM for it; beyond, a memory-mapped file in the output folder
    std::int64_t seed = 42;
    std::string device = "auto";                   ///< auto, cpu, cuda, cuda:N
    std::optional<std::int64_t> numThreads;        ///< unset = all cores
};

struct CausalLmSpec {
    std::int64_t numSampleGenerations = 3;   ///< validation rows shown before training and after each epoch
    std::int64_t sampleMaxNewTokens = 48;
};

struct MultiLabelSpec {
    std::string problemType = "multi_label_classification";  ///< or single_label_classification (softmax)
    std::string posWeight = "none";                          ///< none, balanced (negatives / positives), sqrt
    double posWeightCap = 20.0;
    double threshold = 0.5;                                  ///< at which labels count as predicted
};

struct RewardSpec {
    std::optional<double> centerRewardsCoefficient;
    bool disableDropout = true;
    std::int64_t ratingMinimumGap = 1;  ///< from ratings: pairs whose ratings differ less are not used
};

struct DpoSpec {
    double beta = 0.1;
    std::string lossType = "sigmoid";  ///< sigmoid, hinge, ipo
    double labelSmoothing = 0.0;
    std::optional<double> rpoAlpha;    ///< weight of the chosen answer's mean negative log-likelihood a token, added to the loss; unset = none
    bool precomputeRefLogProbs = true;
    bool disableDropout = true;
    std::int64_t ratingMinimumGap = 1;
};

struct PpoSpec {
    std::string algorithm = "ppo";  ///< ppo, grpo
    std::int64_t numPpoEpochs = 4;
    std::int64_t numMiniBatches = 1;
    std::optional<std::int64_t> totalEpisodes;
    std::int64_t responseLength = 53;
    double temperature = 0.7;
    double klCoef = 0.05;
    std::string klEstimator = "k1";    ///< k1, k3
    std::string klController = "fixed";  ///< fixed, adaptive
    double klTarget = 6.0;
    std::int64_t klHorizon = 10000;
    double cliprange = 0.2;
    double vfCoef = 0.1;
    double cliprangeValue = 0.2;
    double gamma = 1.0;
    double lam = 0.95;
    bool whitenRewards = false;
    std::optional<double> missingEosPenalty;
    std::optional<std::string> stopToken;         ///< "eos" or unset
    std::int64_t numSampleGenerations = 10;
    std::int64_t localRolloutForwardBatchSize = 64;
    std::optional<std::string> rewardModel;
    double rewardModelWeight = 1.0;
    std::vector<std::string> rewardRules;         ///< such as "latex_parses", "equals_answer*2", "length:64"
    std::optional<std::string> answer;            ///< column that rules compare with
    std::int64_t numGenerations = 8;              ///< grpo: answers a prompt
    bool scaleRewards = true;                     ///< grpo: divide by the group's standard deviation
    std::optional<double> klStop;                 ///< pause when the mean KL of an update exceeds this
};

/// A run's whole description (version 1).
struct RunSpec {
    std::string name = "run";
    std::string task = "causal-lm";
    std::string model = "smollm2-135m-instruct";  ///< starter name, HF folder, .gguf file or a run's folder
    DatasetSpec dataset;
    TrainableSpec trainable;
    TrainingSpec training;
    CausalLmSpec causalLm;
    MultiLabelSpec multiLabel;
    RewardSpec reward;
    DpoSpec dpo;
    PpoSpec ppo;
    std::string output = "runs/run";
    std::optional<std::string> grid;  ///< name of the grid that this run is a cell of (lathe/grid.h)
};

/// Tasks in the order people learn them: causal-lm, multi-label, reward, dpo, ppo.
const std::vector<std::string>& runTasks();

/// The settings of a task in the order of the form, with that task's defaults. Throws InvalidInput for an unknown task.
std::vector<ParamSpec> paramSpecs(std::string_view task);

/// A spec with a task's defaults and no dataset. Throws InvalidInput for an unknown task.
RunSpec defaultRunSpec(std::string_view task);

/// Reads a RunSpec; keys that are not there keep the task's defaults. `where` names the text in errors ("spec.json").
/// Throws InvalidInput naming the key, the value and what is allowed (with the nearest key for an unknown one).
RunSpec parseRunSpec(std::string_view json, const std::string& where);

/// Two-space indented JSON, keys in the order of the table, only what the spec's task uses; ends with a newline.
/// parseRunSpec(toJson(s)) gives s back.
std::string toJson(const RunSpec& spec);

/// Sets one value from text as `--set` gives it: JSON (1e-4, true, null, ["a"]) or, for text settings, the bare text.
/// Throws InvalidInput as parseRunSpec does.
void setParam(RunSpec& spec, std::string_view id, std::string_view text);

/// Sets one typed value. Throws InvalidInput as parseRunSpec does.
void setParamValue(RunSpec& spec, std::string_view id, const ParamValue& value);

/// The value of a setting. Throws InvalidInput for an unknown id.
ParamValue getParam(const RunSpec& spec, std::string_view id);

/// Checks that hold only over several settings (a file or a name is given, shares below 1, a template where the task
/// needs one). Throws InvalidInput with the first that fails.
void validateRunSpec(const RunSpec& spec);

}  // namespace lathe
