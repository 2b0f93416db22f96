// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/run_spec_table.h"

#include <unordered_map>

namespace lathe::train {
namespace {

using Tasks = std::vector<std::string>;
const Tasks kAll{};
const Tasks kCausal{"causal-lm"};
const Tasks kLabels{"multi-label"};
const Tasks kTexts{"causal-lm", "multi-label"};
const Tasks kPairs{"reward", "dpo"};
const Tasks kPrompts{"reward", "dpo", "ppo"};
const Tasks kReward{"reward"};
const Tasks kDpo{"dpo"};
const Tasks kPpo{"ppo"};

/// Builds an entry in readable steps: Row("id", Type, group, label, help).range(…).choices(…) and so on.
struct Row : SpecEntry {
    Row(std::string id, ParamType type, std::string group, std::string label, std::string help, FieldPointer (*pointer)(RunSpec&)) {
        spec.id = std::move(id);
        spec.type = type;
        spec.group = std::move(group);
        spec.label = std::move(label);
        spec.help = std::move(help);
        field = pointer;
    }
    Row&& range(std::optional<double> low, std::optional<double> high = {}) && {
        spec.minimum = low;
        spec.maximum = high;
        return std::move(*this);
    }
    Row&& choices(std::vector<std::string> list) && {
        spec.choices = std::move(list);
        return std::move(*this);
    }
    Row&& tasks(const Tasks& list) && {
        spec.tasks = list;
        return std::move(*this);
    }
    Row&& unit(std::string text) && {
        spec.unit = std::move(text);
        return std::move(*this);
    }
    Row&& when(std::string condition) && {
        spec.shownWhen = std::move(condition);
        return std::move(*this);
    }
    Row&& advanced() && {
        spec.isAdvanced = true;
        return std::move(*this);
    }
};

constexpr auto kBool = ParamType::Bool;
constexpr auto kInteger = ParamType::Integer;
constexpr auto kNumber = ParamType::Number;
constexpr auto kText = ParamType::Text;
constexpr auto kList = ParamType::TextList;
constexpr auto kChoice = ParamType::Choice;

constexpr double kLargestSeed = 9'007'199'254'740'992.0;  // 2^53: exact in JSON readers that use doubles
constexpr double kLargestCount = 1'000'000'000.0;

// A field is named once; the lambda has no capture and so decays to the function pointer of SpecEntry.
#define LATHE_FIELD(path) [](RunSpec& s) -> FieldPointer { return &s.path; }

void addGeneral(std::vector<SpecEntry>& t) {
    const std::string group = "Task, model and data";
    t.push_back(Row("name", kText, group, "Name", "How the run is called in lists.", LATHE_FIELD(name)));
    t.push_back(Row("task", kChoice, group, "Task", "What the model learns.", LATHE_FIELD(task)).choices(runTasks()));
    t.push_back(Row("model", kText, group, "Model", "A known name, a Hugging Face folder, a .gguf file or a run's folder.", LATHE_FIELD(model)));
}

void addDataset(std::vector<SpecEntry>& t) {
    const std::string group = "Task, model and data";
    t.push_back(Row("dataset.file", kText, group, "File", "CSV, JSONL or Parquet file with the rows.", LATHE_FIELD(dataset.file)));
    t.push_back(Row("dataset.name", kText, group, "Dataset", "A dataset of the workspace, instead of a file.", LATHE_FIELD(dataset.name)));
    t.push_back(Row("dataset.template", kText, group, "Template", "Text of a row, with {Column} fields. The end-of-text token is added.",
                    LATHE_FIELD(dataset.textTemplate)).tasks(kCausal));
    t.push_back(Row("dataset.target", kText, group, "Answer column", "The column the model must produce.", LATHE_FIELD(dataset.target)).tasks(kCausal));
    t.push_back(Row("dataset.train_on", kChoice, group, "Train on", "Every token, or only the answer (the prompt is masked).",
                    LATHE_FIELD(dataset.trainOn)).choices({"all", "target"}).tasks(kCausal));
    t.push_back(Row("dataset.text", kText, group, "Text", "Template of the text to classify, with {Column} fields.", LATHE_FIELD(dataset.text)).tasks(kLabels));
    t.push_back(Row("dataset.labels", kText, group, "Label column", "Column that holds the labels of a row.", LATHE_FIELD(dataset.labels)).tasks(kLabels));
    t.push_back(Row("dataset.label_separator", kText, group, "Label separator", "Stands between two labels in a cell.",
                    LATHE_FIELD(dataset.labelSeparator)).tasks(kLabels));
    t.push_back(Row("dataset.min_label_count", kInteger, group, "Minimum label count", "Labels with fewer rows are left out.",
                    LATHE_FIELD(dataset.minLabelCount)).range(1, kLargestCount).unit("rows").tasks(kLabels));
    t.push_back(Row("dataset.prompt", kText, group, "Prompt", "Column of the prompt, or a template with {Column} fields.", LATHE_FIELD(dataset.prompt)).tasks(kPrompts));
    t.push_back(Row("dataset.chosen", kText, group, "Chosen", "Column of the better answer.", LATHE_FIELD(dataset.chosen)).tasks(kPairs));
    t.push_back(Row("dataset.rejected", kText, group, "Rejected", "Column of the other answer.", LATHE_FIELD(dataset.rejected)).tasks(kPairs));
    t.push_back(Row("dataset.margin", kText, group, "Margin", "Column of how much better the chosen answer is.", LATHE_FIELD(dataset.margin)).tasks(kReward).advanced());
    t.push_back(Row("dataset.ratings", kText, group, "Ratings", "Ratings of the workspace that are turned into pairs, instead of columns.",
                    LATHE_FIELD(dataset.ratings)).tasks(kPairs));
    t.push_back(Row("dataset.max_length", kInteger, group, "Maximum length", "Longer rows are cut. Memory and time grow with it.",
                    LATHE_FIELD(dataset.maxLength)).range(2, 1'000'000).unit("tokens"));
    t.push_back(Row("dataset.dedup_threshold", kNumber, group, "Dedup threshold",
                    "Training rows that are more similar than this to a kept one, or to a validation row, are left out. Empty: none.",
                    LATHE_FIELD(dataset.dedupThreshold)).range(0.5, 1).tasks(kTexts).advanced());
    t.push_back(Row("dataset.dedup_model", kText, group, "Dedup encoder", "The model that says how similar two rows are.",
                    LATHE_FIELD(dataset.dedupModel)).tasks(kTexts).advanced());
    t.push_back(Row("dataset.split.validation", kNumber, group, "Validation share", "Rows kept aside to measure with during training.",
                    LATHE_FIELD(dataset.split.validation)).range(0, 0.99));
    t.push_back(Row("dataset.split.test", kNumber, group, "Test share", "Rows kept aside until the end.", LATHE_FIELD(dataset.split.test)).range(0, 0.99));
    t.push_back(Row("dataset.split.seed", kInteger, group, "Split seed", "The same seed gives the same split.",
                    LATHE_FIELD(dataset.split.seed)).range(0, kLargestSeed).advanced());
    t.push_back(Row("dataset.split.group_by", kText, group, "Keep together", "Rows with equal values in this column stay on one side of the split.",
                    LATHE_FIELD(dataset.split.groupBy)).advanced());
    t.push_back(Row("dataset.split.column", kText, group, "Split column", "Column that says train, validation or test for each row; the shares are then passed over.",
                    LATHE_FIELD(dataset.split.column)).advanced());
}

void addTrainable(std::vector<SpecEntry>& t) {
    const std::string group = "What is trained";
    t.push_back(Row("trainable.mode", kChoice, group, "Trainable", "All weights, the last layers and the head, small LoRA matrices, or by name patterns.",
                    LATHE_FIELD(trainable.mode)).choices({"all", "last_layers", "lora", "pattern"}));
    t.push_back(Row("trainable.last_layers", kInteger, group, "Last layers", "How many blocks from the end are trained. Frozen ones cost no backward pass.",
                    LATHE_FIELD(trainable.lastLayers)).range(0, 10'000).when("trainable.mode=last_layers"));
    t.push_back(Row("trainable.train_embeddings", kBool, group, "Train embeddings", "Also trains the embeddings; then nothing below is free.",
                    LATHE_FIELD(trainable.trainEmbeddings)).when("trainable.mode=last_layers").advanced());
    t.push_back(Row("trainable.freeze", kList, group, "Freeze", "Name patterns (* and ?) in order; a leading ! makes trainable again.",
                    LATHE_FIELD(trainable.freeze)).when("trainable.mode=pattern"));
    t.push_back(Row("trainable.lora.r", kInteger, group, "Rank", "Width of the LoRA matrices.", LATHE_FIELD(trainable.lora.r)).range(1, 4096).when("trainable.mode=lora"));
    t.push_back(Row("trainable.lora.lora_alpha", kNumber, group, "Alpha", "The update is scaled by alpha / rank.",
                    LATHE_FIELD(trainable.lora.alpha)).range(0, 1e6).when("trainable.mode=lora"));
    t.push_back(Row("trainable.lora.lora_dropout", kNumber, group, "LoRA dropout", "Dropout on the input of the LoRA matrices.",
                    LATHE_FIELD(trainable.lora.dropout)).range(0, 0.99).when("trainable.mode=lora"));
    t.push_back(Row("trainable.lora.target_modules", kList, group, "Target modules", "\"auto\" (by family), \"all-linear\", or names of linear layers.",
                    LATHE_FIELD(trainable.lora.targetModules)).when("trainable.mode=lora"));
    t.push_back(Row("trainable.lora.use_rslora", kBool, group, "Rank-stabilised", "Scales by alpha / sqrt(rank) instead.",
                    LATHE_FIELD(trainable.lora.useRslora)).when("trainable.mode=lora").advanced());
}

void addBatching(std::vector<SpecEntry>& t) {
    const std::string group = "Batch and precision";
    t.push_back(Row("training.num_train_epochs", kNumber, group, "Epochs", "Passes over the training rows.", LATHE_FIELD(training.numTrainEpochs)).range(0, 1e6));
    t.push_back(Row("training.max_steps", kInteger, group, "Maximum steps", "Overrides the epochs when above 0.",
                    LATHE_FIELD(training.maxSteps)).range(-1, kLargestCount).unit("steps").advanced());
    t.push_back(Row("training.per_device_train_batch_size", kInteger, group, "Batch size", "Rows a forward pass.",
                    LATHE_FIELD(training.perDeviceTrainBatchSize)).range(1, 1'000'000).unit("rows"));
    t.push_back(Row("training.per_device_eval_batch_size", kInteger, group, "Evaluation batch size", "Rows a forward pass when measuring.",
                    LATHE_FIELD(training.perDeviceEvalBatchSize)).range(1, 1'000'000).unit("rows").advanced());
    t.push_back(Row("training.gradient_accumulation_steps", kInteger, group, "Accumulation", "Batches summed before an update. Equals a bigger batch in less memory.",
                    LATHE_FIELD(training.gradientAccumulationSteps)).range(1, 1'000'000));
}

void addOptimiser(std::vector<SpecEntry>& t) {
    const std::string group = "Optimiser and schedule";
    t.push_back(Row("training.learning_rate", kNumber, group, "Learning rate", "Size of an update. The first thing to change when training is unstable.",
                    LATHE_FIELD(training.learningRate)).range(0, 1e6));
    t.push_back(Row("training.lr_scheduler_type", kChoice, group, "Schedule", "How the learning rate changes over the run.",
                    LATHE_FIELD(training.lrSchedulerType)).choices({"linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup",
                    "inverse_sqrt", "cosine_with_min_lr", "cosine_warmup_with_min_lr", "warmup_stable_decay", "reduce_lr_on_plateau"}));
    t.push_back(Row("training.warmup_steps", kNumber, group, "Warm-up", "Steps over which the rate rises from 0; below 1: a share of all steps.",
                    LATHE_FIELD(training.warmupSteps)).range(0, kLargestCount));
    t.push_back(Row("training.lr_scheduler_kwargs.num_cycles", kNumber, group, "Cycles", "Waves or restarts of the cosine schedules.",
                    LATHE_FIELD(training.schedule.numCycles)).range(0, 1e6).advanced());
    t.push_back(Row("training.lr_scheduler_kwargs.power", kNumber, group, "Power", "Exponent of the polynomial schedule.",
                    LATHE_FIELD(training.schedule.power)).range(0, 100).advanced());
    t.push_back(Row("training.lr_scheduler_kwargs.lr_end", kNumber, group, "Final rate", "Where the polynomial schedule ends.",
                    LATHE_FIELD(training.schedule.lrEnd)).range(0, 1e6).advanced());
    t.push_back(Row("training.lr_scheduler_kwargs.min_lr_rate", kNumber, group, "Lowest share", "Share of the learning rate at which a schedule ends.",
                    LATHE_FIELD(training.schedule.minLrRate)).range(0, 1).advanced());
    t.push_back(Row("training.lr_scheduler_kwargs.num_decay_steps", kInteger, group, "Decay steps", "Length of the last part of warmup_stable_decay.",
                    LATHE_FIELD(training.schedule.numDecaySteps)).range(0, kLargestCount).unit("steps").advanced());
    t.push_back(Row("training.lr_scheduler_kwargs.timescale", kInteger, group, "Time scale", "Of the inverse_sqrt schedule; unset: the warm-up.",
                    LATHE_FIELD(training.schedule.timescale)).range(1, kLargestCount).unit("steps").advanced());
    t.push_back(Row("training.weight_decay", kNumber, group, "Weight decay", "Pulls weights to zero; never biases and norms.",
                    LATHE_FIELD(training.weightDecay)).range(0, 1e3));
    t.push_back(Row("training.adam_beta1", kNumber, group, "Beta 1", "Memory of AdamW's mean.", LATHE_FIELD(training.adamBeta1)).range(0, 0.999999).advanced());
    t.push_back(Row("training.adam_beta2", kNumber, group, "Beta 2", "Memory of AdamW's variance.", LATHE_FIELD(training.adamBeta2)).range(0, 0.999999999).advanced());
    t.push_back(Row("training.adam_epsilon", kNumber, group, "Epsilon", "Keeps AdamW's division finite.", LATHE_FIELD(training.adamEpsilon)).range(0, 1).advanced());
    t.push_back(Row("training.max_grad_norm", kNumber, group, "Gradient clipping", "Longer gradients are scaled down to this; 0 is off.",
                    LATHE_FIELD(training.maxGradNorm)).range(0, 1e9));
    t.push_back(Row("training.label_smoothing_factor", kNumber, group, "Label smoothing", "Share of the target spread over all answers.",
                    LATHE_FIELD(training.labelSmoothingFactor)).range(0, 0.99).advanced());
    t.push_back(Row("training.disable_dropout", kBool, group, "No dropout", "Trains without dropout, whatever the model's config says.",
                    LATHE_FIELD(training.disableDropout)).advanced());
}

void addLayout(std::vector<SpecEntry>& t) {
    const std::string group = "Batch and precision";
    t.push_back(Row("training.precision", kChoice, group, "Precision", "f32 is exact; bf16 halves the memory of weights and is faster where the processor has it; fp16 needs CUDA.",
                    LATHE_FIELD(training.precision)).choices({"auto", "f32", "bf16", "fp16"}));
    t.push_back(Row("training.padding", kChoice, group, "Padding", "packed computes real tokens only; dynamic pads to the longest row of a batch; max_length to the limit.",
                    LATHE_FIELD(training.padding)).choices({"packed", "dynamic", "max_length"}));
    t.push_back(Row("training.train_sampling_strategy", kChoice, group, "Order of rows", "Shuffled each epoch, as in the file, or rows of like length together.",
                    LATHE_FIELD(training.trainSamplingStrategy)).choices({"random", "sequential", "group_by_length"}));
}

void addEvaluation(std::vector<SpecEntry>& t) {
    const std::string group = "Evaluation and saving";
    t.push_back(Row("training.eval_strategy", kChoice, group, "Evaluate", "When the validation rows are measured.",
                    LATHE_FIELD(training.evalStrategy)).choices({"no", "steps", "epoch"}));
    t.push_back(Row("training.eval_steps", kInteger, group, "Evaluate every", "Unset: as often as logging.",
                    LATHE_FIELD(training.evalSteps)).range(1, kLargestCount).unit("steps").when("training.eval_strategy=steps"));
    t.push_back(Row("training.eval_on_start", kBool, group, "Evaluate first", "Measures once before the first step.", LATHE_FIELD(training.evalOnStart)).advanced());
    t.push_back(Row("training.save_strategy", kChoice, group, "Save", "When a checkpoint is written.",
                    LATHE_FIELD(training.saveStrategy)).choices({"no", "steps", "epoch", "best"}));
    t.push_back(Row("training.save_steps", kInteger, group, "Save every", "Steps between checkpoints.",
                    LATHE_FIELD(training.saveSteps)).range(1, kLargestCount).unit("steps").when("training.save_strategy=steps"));
    t.push_back(Row("training.save_total_limit", kInteger, group, "Keep at most", "Older checkpoints are removed; the newest and the best never.",
                    LATHE_FIELD(training.saveTotalLimit)).range(1, 1'000'000).unit("checkpoints"));
    t.push_back(Row("training.logging_steps", kInteger, group, "Log every", "Steps between two points of the training curves.",
                    LATHE_FIELD(training.loggingSteps)).range(1, kLargestCount).unit("steps").advanced());
    t.push_back(Row("training.load_best_model_at_end", kBool, group, "Keep the best", "The result is the best checkpoint, not the last.",
                    LATHE_FIELD(training.loadBestModelAtEnd)));
    t.push_back(Row("training.metric_for_best_model", kText, group, "Best by", "Validation metric that decides.", LATHE_FIELD(training.metricForBestModel)));
    t.push_back(Row("training.greater_is_better", kBool, group, "Greater is better", "Unset: known from the metric's name.",
                    LATHE_FIELD(training.greaterIsBetter)).advanced());
    t.push_back(Row("training.early_stopping_patience", kInteger, group, "Early stopping", "Ends the run after so many evaluations without improvement; unset is off.",
                    LATHE_FIELD(training.earlyStoppingPatience)).range(1, 1'000'000).unit("evaluations"));
    t.push_back(Row("training.early_stopping_threshold", kNumber, group, "Least improvement", "Smaller improvements do not count.",
                    LATHE_FIELD(training.earlyStoppingThreshold)).range(0, 1e9).advanced());
}

void addMore(std::vector<SpecEntry>& t) {
    const std::string group = "More";
    t.push_back(Row("training.gradient_checkpointing", kBool, group, "Gradient checkpointing", "Computes activations twice: much less memory, about a third more time.",
                    LATHE_FIELD(training.gradientCheckpointing)));
    t.push_back(Row("training.cache_frozen_prefix", kBool, group, "Cache frozen layers", "Keeps the output of frozen layers over epochs instead of computing it again.",
                    LATHE_FIELD(training.cacheFrozenPrefix)).advanced());
    t.push_back(Row("training.cache_budget_mib", kInteger, group, "Cache memory", "Memory for it; beyond, a mapped file in the run's folder is used.",
                    LATHE_FIELD(training.cacheBudgetMib)).range(0, 16'777'216).unit("MiB").advanced());
    t.push_back(Row("training.seed", kInteger, group, "Seed", "The same seed gives the same run.", LATHE_FIELD(training.seed)).range(0, kLargestSeed).advanced());
    t.push_back(Row("training.device", kText, group, "Device", "auto, cpu, cuda or cuda:N.", LATHE_FIELD(training.device)).advanced());
    t.push_back(Row("training.num_threads", kInteger, group, "Threads", "Unset: all cores.", LATHE_FIELD(training.numThreads)).range(1, 4096).advanced());
}

void addCausalAndLabels(std::vector<SpecEntry>& t) {
    t.push_back(Row("causal-lm.num_sample_generations", kInteger, "Evaluation and saving", "Sample outputs", "Validation rows that the model completes before training and after each epoch.",
                    LATHE_FIELD(causalLm.numSampleGenerations)).range(0, 1000).tasks(kCausal));
    t.push_back(Row("causal-lm.sample_max_new_tokens", kInteger, "Evaluation and saving", "Sample length", "Tokens a sample may have.",
                    LATHE_FIELD(causalLm.sampleMaxNewTokens)).range(1, 100'000).unit("tokens").tasks(kCausal).advanced());
    const std::string group = "Labels";
    t.push_back(Row("multi-label.problem_type", kChoice, group, "Kind", "Any number of labels a row, or exactly one.",
                    LATHE_FIELD(multiLabel.problemType)).choices({"multi_label_classification", "single_label_classification"}).tasks(kLabels));
    t.push_back(Row("multi-label.pos_weight", kChoice, group, "Positive weight", "Makes rare labels count more: negatives / positives, its square root, or not.",
                    LATHE_FIELD(multiLabel.posWeight)).choices({"none", "balanced", "sqrt"}).tasks(kLabels));
    t.push_back(Row("multi-label.pos_weight_cap", kNumber, group, "Weight cap", "Largest positive weight.", LATHE_FIELD(multiLabel.posWeightCap)).range(1, 1e6).tasks(kLabels).advanced());
    t.push_back(Row("multi-label.threshold", kNumber, group, "Threshold", "Probability above which a label is predicted.",
                    LATHE_FIELD(multiLabel.threshold)).range(0, 1).tasks(kLabels));
}

void addPreference(std::vector<SpecEntry>& t) {
    t.push_back(Row("reward.center_rewards_coefficient", kNumber, "Reward model", "Centring", "Pulls the mean reward to zero; 0.01 is usual.",
                    LATHE_FIELD(reward.centerRewardsCoefficient)).range(0, 1e3).tasks(kReward));
    t.push_back(Row("reward.disable_dropout", kBool, "Reward model", "No dropout", "Trains without dropout.", LATHE_FIELD(reward.disableDropout)).tasks(kReward).advanced());
    t.push_back(Row("reward.rating_minimum_gap", kInteger, "Reward model", "Minimum gap", "Ratings that differ less make no pair.",
                    LATHE_FIELD(reward.ratingMinimumGap)).range(1, 9).tasks(kReward));
    const std::string dpo = "DPO";
    t.push_back(Row("dpo.beta", kNumber, dpo, "Beta", "How close the model stays to the reference; larger is closer.", LATHE_FIELD(dpo.beta)).range(0, 1e3).tasks(kDpo));
    t.push_back(Row("dpo.loss_type", kChoice, dpo, "Loss", "Shape of the loss.", LATHE_FIELD(dpo.lossType)).choices({"sigmoid", "hinge", "ipo"}).tasks(kDpo));
    t.push_back(Row("dpo.label_smoothing", kNumber, dpo, "Label smoothing", "Share of labels that may be wrong.", LATHE_FIELD(dpo.labelSmoothing)).range(0, 0.5).tasks(kDpo));
    t.push_back(Row("dpo.rpo_alpha", kNumber, dpo, "Weight of the chosen answer", "Also trains on the chosen answers, with this weight; keeps them from becoming unlikely. Empty: none.",
                    LATHE_FIELD(dpo.rpoAlpha)).range(0, 1e3).tasks(kDpo));
    t.push_back(Row("dpo.precompute_ref_log_probs", kBool, dpo, "Reference once", "Computes the reference's log-probabilities once and keeps them.",
                    LATHE_FIELD(dpo.precomputeRefLogProbs)).tasks(kDpo).advanced());
    t.push_back(Row("dpo.disable_dropout", kBool, dpo, "No dropout", "Trains without dropout.", LATHE_FIELD(dpo.disableDropout)).tasks(kDpo).advanced());
    t.push_back(Row("dpo.rating_minimum_gap", kInteger, dpo, "Minimum gap", "Ratings that differ less make no pair.", LATHE_FIELD(dpo.ratingMinimumGap)).range(1, 9).tasks(kDpo));
}

void addPpo(std::vector<SpecEntry>& t) {
    const std::string group = "PPO";
    t.push_back(Row("ppo.algorithm", kChoice, group, "Algorithm", "ppo learns a value model; grpo compares answers within a group.",
                    LATHE_FIELD(ppo.algorithm)).choices({"ppo", "grpo"}).tasks(kPpo));
    t.push_back(Row("ppo.num_ppo_epochs", kInteger, group, "PPO epochs", "Passes over each batch of answers.", LATHE_FIELD(ppo.numPpoEpochs)).range(1, 1000).tasks(kPpo));
    t.push_back(Row("ppo.num_mini_batches", kInteger, group, "Mini-batches", "Parts of a batch of answers, one update each.", LATHE_FIELD(ppo.numMiniBatches)).range(1, 100'000).tasks(kPpo));
    t.push_back(Row("ppo.total_episodes", kInteger, group, "Episodes", "Answers in all; unset: epochs x rows.", LATHE_FIELD(ppo.totalEpisodes)).range(1, kLargestCount).tasks(kPpo));
    t.push_back(Row("ppo.response_length", kInteger, group, "Response length", "Tokens an answer may have.", LATHE_FIELD(ppo.responseLength)).range(1, 100'000).unit("tokens").tasks(kPpo));
    t.push_back(Row("ppo.temperature", kNumber, group, "Temperature", "Of sampling and of the update alike.", LATHE_FIELD(ppo.temperature)).range(0.01, 100).tasks(kPpo));
    t.push_back(Row("ppo.kl_coef", kNumber, group, "KL coefficient", "Price of moving away from the reference.", LATHE_FIELD(ppo.klCoef)).range(0, 1e3).tasks(kPpo));
    t.push_back(Row("ppo.kl_estimator", kChoice, group, "KL estimator", "k1 is unbiased, k3 has less variance.", LATHE_FIELD(ppo.klEstimator)).choices({"k1", "k3"}).tasks(kPpo));
    t.push_back(Row("ppo.kl_controller", kChoice, group, "KL control", "A fixed coefficient, or one that steers to a target.",
                    LATHE_FIELD(ppo.klController)).choices({"fixed", "adaptive"}).tasks(kPpo));
    t.push_back(Row("ppo.kl_target", kNumber, group, "KL target", "Of the adaptive coefficient.", LATHE_FIELD(ppo.klTarget)).range(0, 1e6).tasks(kPpo).when("ppo.kl_controller=adaptive"));
    t.push_back(Row("ppo.kl_horizon", kInteger, group, "KL horizon", "Answers over which the coefficient adapts.",
                    LATHE_FIELD(ppo.klHorizon)).range(1, kLargestCount).tasks(kPpo).when("ppo.kl_controller=adaptive"));
    t.push_back(Row("ppo.cliprange", kNumber, group, "Clip range", "Largest change of a token's probability ratio that counts.", LATHE_FIELD(ppo.cliprange)).range(0, 100).tasks(kPpo));
    t.push_back(Row("ppo.vf_coef", kNumber, group, "Value weight", "Weight of the value loss in the shown loss. The value function has an optimizer of its own, so it learns the same with any weight.", LATHE_FIELD(ppo.vfCoef)).range(0, 1e3).tasks(kPpo));
    t.push_back(Row("ppo.cliprange_value", kNumber, group, "Value clip range", "Largest change of a value that counts.", LATHE_FIELD(ppo.cliprangeValue)).range(0, 100).tasks(kPpo).advanced());
    t.push_back(Row("ppo.gamma", kNumber, group, "Gamma", "Discount of later rewards.", LATHE_FIELD(ppo.gamma)).range(0, 1).tasks(kPpo).advanced());
    t.push_back(Row("ppo.lam", kNumber, group, "Lambda", "Of generalised advantage estimation.", LATHE_FIELD(ppo.lam)).range(0, 1).tasks(kPpo).advanced());
    t.push_back(Row("ppo.whiten_rewards", kBool, group, "Whiten rewards", "Scales rewards of a batch to variance 1.", LATHE_FIELD(ppo.whitenRewards)).tasks(kPpo).advanced());
    t.push_back(Row("ppo.missing_eos_penalty", kNumber, group, "Missing end penalty", "Taken from the score of an answer that does not end; 1.0 is recommended.",
                    LATHE_FIELD(ppo.missingEosPenalty)).range(0, 1e6).tasks(kPpo));
    t.push_back(Row("ppo.stop_token", kText, group, "Stop token", "\"eos\" ends an answer there; unset: full length.", LATHE_FIELD(ppo.stopToken)).tasks(kPpo));
    t.push_back(Row("ppo.num_sample_generations", kInteger, group, "Sample outputs", "How often samples are shown during the run.", LATHE_FIELD(ppo.numSampleGenerations)).range(0, 100'000).tasks(kPpo));
    t.push_back(Row("ppo.local_rollout_forward_batch_size", kInteger, group, "Rollout batch", "Answers generated side by side.",
                    LATHE_FIELD(ppo.localRolloutForwardBatchSize)).range(1, 100'000).tasks(kPpo).advanced());
    t.push_back(Row("ppo.reward_model", kText, group, "Reward model", "A run's folder or model that scores answers.", LATHE_FIELD(ppo.rewardModel)).tasks(kPpo));
    t.push_back(Row("ppo.reward_model_weight", kNumber, group, "Its weight", "Of the reward model beside the rules.", LATHE_FIELD(ppo.rewardModelWeight)).range(-1e6, 1e6).tasks(kPpo));
    t.push_back(Row("ppo.reward_rules", kList, group, "Reward rules", "Rules that score answers, each with an optional *weight.", LATHE_FIELD(ppo.rewardRules)).tasks(kPpo));
    t.push_back(Row("ppo.answer", kText, group, "Answer column", "Column that rules compare with.", LATHE_FIELD(ppo.answer)).tasks(kPpo));
    t.push_back(Row("ppo.num_generations", kInteger, group, "Group size", "Answers a prompt.", LATHE_FIELD(ppo.numGenerations)).range(2, 100'000).tasks(kPpo).when("ppo.algorithm=grpo"));
    t.push_back(Row("ppo.scale_rewards", kBool, group, "Scale rewards", "Divides a group's advantages by its standard deviation.",
                    LATHE_FIELD(ppo.scaleRewards)).tasks(kPpo).when("ppo.algorithm=grpo").advanced());
    t.push_back(Row("ppo.kl_stop", kNumber, group, "Pause at KL", "Pauses the run when the mean KL of an update is above this; unset is off.", LATHE_FIELD(ppo.klStop)).range(0, 1e9).tasks(kPpo));
}

#undef LATHE_FIELD

struct Table {
    std::vector<SpecEntry> entries;
    std::unordered_map<std::string, std::size_t> index;

    Table() {
        addGeneral(entries);
        addDataset(entries);
        addTrainable(entries);
        addBatching(entries);
        addOptimiser(entries);
        addLayout(entries);
        addEvaluation(entries);
        addMore(entries);
        addCausalAndLabels(entries);
        addPreference(entries);
        addPpo(entries);
        entries.push_back(Row("output", kText, "Evaluation and saving", "Output folder", "Where the run is written.",
                              [](RunSpec& s) -> FieldPointer { return &s.output; }));
        entries.push_back(Row("grid", kText, "Evaluation and saving", "Grid", "The grid that this run is a cell of.",
                              [](RunSpec& s) -> FieldPointer { return &s.grid; }).advanced());
        RunSpec defaults;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto pointer = entries[i].field(defaults);
            entries[i].spec.isNullable = pointer.index() >= 5;  // the optional alternatives of FieldPointer
            entries[i].spec.defaultValue = readField(entries[i], defaults);
            index.emplace(entries[i].spec.id, i);
        }
    }
};

const Table& table() {
    static const Table instance;  // constant after construction
    return instance;
}

}  // namespace

std::span<const SpecEntry> specTable() { return table().entries; }

const SpecEntry* findEntry(std::string_view id) {
    const auto found = table().index.find(std::string(id));
    return found == table().index.end() ? nullptr : &table().entries[found->second];
}

bool appliesTo(const SpecEntry& entry, std::string_view task) {
    if (entry.spec.tasks.empty()) return true;
    for (const auto& name : entry.spec.tasks) {
        if (name == task) return true;
    }
    return false;
}

}  // namespace lathe::train
