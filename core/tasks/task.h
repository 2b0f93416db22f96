// SPDX-License-Identifier: GPL-3.0-or-later
/// What a model learns from a table: examples, a loss as (sum, count), an evaluation. One file a task, one line in registry.cpp.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <lathe/data.h>
#include <lathe/progress.h>
#include <lathe/run_spec.h>
#include <lathe/training.h>

#include "models/loader.h"
#include "models/model.h"
#include "tensor/packed_batch.h"
#include "tensor/torch.h"
#include "text/prompt_template.h"
#include "text/tokenizer.h"

namespace lathe::tasks {

/// Tokens of one text. isTrained[i] = 1: the prediction of token i counts (empty where a task has no token targets).
struct Sequence {
    std::vector<std::int32_t> ids;
    std::vector<std::uint8_t> isTrained;
};

/// A row of the table as a task sees it. causal-lm and multi-label have one sequence, reward and dpo two (chosen, rejected).
struct Example {
    std::int64_t row = 0;
    std::vector<Sequence> sequences;
    std::int64_t weight = 1;    ///< units that the loss is averaged over: supervised tokens, or 1 a row
    std::vector<float> target;  ///< multi-label: one value a label
    double margin = 0;          ///< reward
    std::int64_t tokens() const;
    std::int64_t longest() const;
};

/// Running means by name.
class Means {
public:
    void add(const std::string& name, double sum, double count);
    void merge(const Means& other);
    std::map<std::string, double> values() const;  ///< names with a count above 0
    bool isEmpty() const { return sums_.empty(); }

private:
    struct Sum {
        double sum = 0;
        double count = 0;
    };
    std::map<std::string, Sum> sums_;
};

/// Hidden states of some sequences in the run's layout.
struct Hidden {
    tensor::PackedBatch batch;
    torch::Tensor states;  ///< [N, D] compute dtype; [B, D] if pooled ones were asked for
};

/// Runs the model for a task. The trainer's implementation knows layout, precision, checkpointing and the frozen-prefix cache.
class Runner {
public:
    virtual ~Runner() = default;
    virtual models::Model& model() = 0;
    /// `keys` name the sequences for the cache, one each: sequences are counted through all examples in order (with one
    /// sequence an example the example's index). Empty: not cached (such as fresh rollouts).
    virtual Hidden forward(const std::vector<const Sequence*>& sequences, const std::vector<std::int64_t>& keys,
                           models::FinalRows rows = models::FinalRows::All) = 0;
    /// From here on the keys of forward() name these sequences instead, by position, and what the frozen layers give for them is kept, if any
    /// layers are frozen. They must stay where they are until the next call; with none of them nothing is kept and keys mean nothing.
    /// `streams`: what is known already, [tokens, D] a sequence as it enters layer keptLayers(); empty or undefined: it is computed.
    virtual void keepFrozen(std::vector<const Sequence*> sequences, const std::vector<torch::Tensor>& streams = {}) = 0;
    /// Frozen layers whose output keepFrozen() keeps; 0: it keeps nothing.
    virtual int keptLayers() const = 0;
    /// Options of the present pass, for heads with dropout.
    virtual const models::ForwardOptions& options() const = 0;
};

struct Loss {
    torch::Tensor value;  ///< scalar to call backward on: scale * sum
    double sum = 0;       ///< unscaled
    double count = 0;     ///< units
    Means extra;          ///< more numbers for the step's metric line
};

/// Measures examples batch by batch without keeping logits.
class Evaluation {
public:
    virtual ~Evaluation() = default;
    virtual void add(Runner& runner, std::span<const std::int64_t> examples) = 0;
    /// "loss" and the task's own metrics.
    virtual std::map<std::string, double> values() = 0;
    /// More to keep beside the numbers, as file name -> text (such as "labels.json"); written to the run's evaluation folder.
    virtual std::map<std::string, std::string> files() { return {}; }
};

struct SamplePrompt {
    std::int64_t row = 0;
    std::string prompt;
    std::string expected;
};

/// An answer to an example's prompt with its reward: written by the model, or the right one as the data has it.
struct ScoredAnswer {
    std::int64_t example = 0;
    std::string prompt;
    std::string text;
    double score = 0;
    bool isExpected = false;
    bool isEnded = true;  ///< not broken off at the length limit, where answers are to end by themselves
};

struct TaskInputs {
    RunSpec spec;
    TablePtr table;
    text::Tokenizer tokenizer;
    std::vector<std::int64_t> leftOut;  ///< ascending rows of the table that are not trained on, such as near-copies
};

/// One optimiser update: the examples whose gradients are summed for it.
using Update = std::vector<std::int64_t>;

class Task {
public:
    explicit Task(TaskInputs inputs) : inputs_(std::move(inputs)) {}
    virtual ~Task() = default;
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    /// Turns all rows into examples and splits them. Blocks; throws InvalidInput, Cancelled.
    virtual void prepare(const ProgressSink& progress, std::stop_token stop);
    /// Tokens of a row as prepare() would make them, for "What will be trained". Needs no prepare().
    virtual std::vector<TokenView> preview(std::int64_t row) const = 0;

    /// The head the model must have; asked after prepare(). Nothing: the language-model head of the files.
    virtual std::optional<models::HeadRequest> head() const { return std::nullopt; }
    /// Called once with the model's starting weights, before a checkpoint is put back (DPO: reference log-probabilities).
    virtual void begin(Runner&, std::stop_token) {}
    /// True if begin() must see the starting weights also when a run is continued.
    virtual bool needsStartingWeights() const { return false; }

    /// Splits the examples of one global step into updates; a task that learns from its own answers generates them here.
    virtual std::vector<Update> plan(Runner&, std::span<const std::int64_t> examples, std::int64_t /*step*/) {
        return {Update(examples.begin(), examples.end())};
    }
    /// Units of an example in a plan's update; sums to the divisor of the step.
    virtual double weight(std::int64_t example) const { return static_cast<double>(examples_.at(static_cast<std::size_t>(example)).weight); }
    virtual Loss loss(Runner& runner, std::span<const std::int64_t> examples, double scale) = 0;
    virtual std::unique_ptr<Evaluation> startEvaluation() = 0;

    /// Prompts that the model completes before training and after each epoch, from the validation rows.
    virtual std::vector<SamplePrompt> samplePrompts(std::int64_t /*count*/) const { return {}; }
    virtual std::int64_t sampleTokens() const { return 0; }
    /// Steps between two rounds of samples; 0: after each epoch.
    virtual std::int64_t sampleInterval(std::int64_t /*totalSteps*/) const { return 0; }

    /// The answers with the highest rewards of the step just taken, best first; the loop adds step and epoch.
    virtual std::vector<SampleOutput> bestAnswers() const { return {}; }

    /// One answer of the model to each of these examples, drawn anew for each `draw`, and for draw 0 the right answers too where the rewards know
    /// them. Tasks without rewards have none.
    virtual std::vector<ScoredAnswer> scoredAnswers(Runner&, std::span<const std::int64_t> /*examples*/, std::uint64_t /*draw*/, std::stop_token) { return {}; }

    /// Answers that were written and scored so far; 0 for tasks that write none.
    virtual std::int64_t episodes() const { return 0; }
    /// A sentence if the run should wait for a person after the step just taken. Asked once a step.
    virtual std::optional<std::string> pauseReason() { return std::nullopt; }
    /// Changes a setting while the run goes on. False if this task has none of that name that may change.
    virtual bool change(std::string_view /*id*/, double /*value*/) { return false; }

    /// State beside weights and optimiser (JSON text), such as an adaptive coefficient.
    virtual std::string state() const { return {}; }
    virtual void restore(const std::string& /*state*/) {}
    /// Adds files to a saved model folder.
    virtual void saveExtras(const std::filesystem::path& /*folder*/) const {}

    const RunSpec& spec() const { return inputs_.spec; }
    const Table& table() const { return *inputs_.table; }
    const text::Tokenizer& tokenizer() const { return inputs_.tokenizer; }
    const std::vector<Example>& examples() const { return examples_; }
    const std::vector<std::int64_t>& train() const { return train_; }            ///< indices of examples
    const std::vector<std::int64_t>& validation() const { return validation_; }
    const std::vector<std::int64_t>& test() const { return test_; }
    std::int64_t cutRows() const { return cutRows_; }          ///< rows longer than max_length
    std::int64_t skippedRows() const { return skippedRows_; }  ///< rows with nothing to learn
    std::int64_t leftOutRows() const { return leftOutRows_; }  ///< training rows that inputs.leftOut took away
    std::int64_t longestTokens() const { return longestTokens_; }

protected:
    /// The example of a row, or nothing if there is nothing to learn from it. `cut` is set if the row was too long.
    virtual std::optional<Example> makeExample(std::int64_t row, bool& cut) const = 0;
    /// Called between tokenising and splitting, such as to count labels.
    virtual void finishExamples() {}

    std::vector<Example> examples_;

private:
    void splitExamples();

    TaskInputs inputs_;
    std::vector<std::int64_t> train_, validation_, test_;
    std::int64_t cutRows_ = 0;
    std::int64_t skippedRows_ = 0;
    std::int64_t leftOutRows_ = 0;
    std::int64_t longestTokens_ = 0;
};

/// The task that inputs.spec names. Checks template and columns; throws InvalidInput, NotFound.
std::unique_ptr<Task> makeTask(TaskInputs inputs);

/// A lookup of columns for prompt templates.
/// True if a greater value of a validation metric is better.
bool isGreaterBetter(std::string_view metric);

/// How dataset.split divides the table's rows.
SplitOptions splitOptionsOf(const RunSpec& spec);

/// The text before the target column and what should follow, for the rows of a part ("train", "validation", "test" or "all") in
/// their order. White space before the answer is left out of the prompt: it belongs to the answer's first token. Rows without
/// a prompt are passed over. dataset.target unset: the template's last column. Throws InvalidInput and NotFound.
std::vector<SamplePrompt> answerPrompts(const RunSpec& spec, const Table& table, const std::string& split);

/// The same of one row; nothing if there is no prompt.
std::optional<SamplePrompt> answerPrompt(const text::PromptTemplate& words, const std::string& target, const Table& table, std::int64_t row);

std::optional<std::string> cellText(const Table& table, std::int64_t row, const std::string& column);

// One a file; registry.cpp lists them.
std::unique_ptr<Task> makeCausalLm(TaskInputs inputs);
std::unique_ptr<Task> makeMultiLabel(TaskInputs inputs);
std::unique_ptr<Task> makeReward(TaskInputs inputs);
std::unique_ptr<Task> makeDpo(TaskInputs inputs);
std::unique_ptr<Task> makePpo(TaskInputs inputs);

}  // namespace lathe::tasks
