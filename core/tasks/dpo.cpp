// SPDX-License-Identifier: GPL-3.0-or-later
/// dpo: a language model learns from pairs directly (Rafailov et al. 2023). The reference's log-probabilities are computed once, from
/// the starting weights, or anew for every batch if dpo.precompute_ref_log_probs is false; with LoRA the reference is the model with its
/// adapter off.
#include "tasks/objectives.h"
#include "tasks/pairs.h"
#include "tasks/rollouts.h"
#include "tasks/task.h"
#include "tasks/token_logprob.h"

namespace lathe::tasks {
namespace {

class Dpo : public Task {
public:
    explicit Dpo(TaskInputs inputs)
        : Task(std::move(inputs)), pairs_(spec().dataset, table()), settings_{spec().dpo.beta, spec().dpo.lossType, spec().dpo.labelSmoothing} {}

    std::vector<TokenView> preview(std::int64_t row) const override {
        bool isCut = false;
        const auto [chosen, rejected] = sequencesOf(row, isCut);
        return viewPair(tokenizer(), chosen, rejected);
    }

    bool needsStartingWeights() const override { return spec().trainable.mode != "lora"; }

    void begin(Runner& runner, std::stop_token stop) override {
        const torch::NoGradGuard guard;
        const bool hasLora = runner.model().hasLora();
        // With dropout the reference is computed once all the same: a batch's pass would drop out of the reference too.
        if (!spec().dpo.precomputeRefLogProbs && spec().dpo.disableDropout) {
            startingWeights_ = hasLora ? ReferenceWeights() : ReferenceWeights(runner.model());
            return;
        }
        std::optional<models::AdapterOff> off;
        if (hasLora) off.emplace(runner.model());
        reference_.assign(2 * examples().size(), 0);
        const auto size = static_cast<std::size_t>(std::max<std::int64_t>(1, spec().training.perDeviceEvalBatchSize));
        std::vector<std::int64_t> batch;
        for (std::size_t first = 0; first < examples().size(); first += size) {
            throwIfStopped(stop);
            batch.clear();
            for (std::size_t i = first; i < std::min(examples().size(), first + size); ++i) batch.push_back(static_cast<std::int64_t>(i));
            const auto sums = logProbabilities(runner, batch).values.to(torch::kCPU, torch::kFloat64).contiguous();
            for (std::size_t i = 0; i < batch.size(); ++i) {
                reference_[2 * static_cast<std::size_t>(batch[i])] = sums.data_ptr<double>()[i];
                reference_[2 * static_cast<std::size_t>(batch[i]) + 1] = sums.data_ptr<double>()[batch.size() + i];
            }
        }
    }

    /// What one pass over some pairs gives.
    struct Measured {
        torch::Tensor losses;  ///< [B], differentiable
        Means means;
    };

    Measured measure(Runner& runner, std::span<const std::int64_t> chosenExamples) {
        const auto count = static_cast<std::int64_t>(chosenExamples.size());
        // Before the policy's pass: the weights must not change between a pass and its backward pass.
        const auto reference = referenceOf(runner, chosenExamples);
        const auto [sums, tokens] = logProbabilities(runner, chosenExamples);
        const auto ratios = sums - (reference.defined() ? reference.to(sums.device()) : sums.detach());
        const auto chosen = ratios.narrow(0, 0, count);
        const auto rejected = ratios.narrow(0, count, count);
        Measured measured;
        measured.losses = dpoLoss(chosen, rejected, settings_);
        const auto n = static_cast<double>(count);
        if (spec().dpo.rpoAlpha) {
            // Also learns to write the better answer, so that a larger margin cannot come from both answers becoming unlikely (Pang et al. 2024).
            auto nll = -sums.narrow(0, 0, count);
            if (settings_.lossType != "ipo") nll = nll / tokens.narrow(0, 0, count);
            measured.losses = measured.losses + *spec().dpo.rpoAlpha * nll;
            measured.means.add("nll_loss", nll.detach().sum().item<double>(), n);
        }
        const auto rewards = settings_.beta * ratios.detach();
        const auto margins = rewards.narrow(0, 0, count) - rewards.narrow(0, count, count);
        const double right = margins.gt(0).sum().item<double>();
        measured.means.add("rewards/chosen", rewards.narrow(0, 0, count).sum().item<double>(), n);
        measured.means.add("rewards/rejected", rewards.narrow(0, count, count).sum().item<double>(), n);
        measured.means.add("rewards/accuracies", right, n);
        measured.means.add("accuracy", right, n);
        measured.means.add("rewards/margins", margins.sum().item<double>(), n);
        measured.means.add("margin", margins.sum().item<double>(), n);
        measured.means.add("logps/chosen", sums.narrow(0, 0, count).sum().item<double>(), n);
        measured.means.add("logps/rejected", sums.narrow(0, count, count).sum().item<double>(), n);
        return measured;
    }

    Loss loss(Runner& runner, std::span<const std::int64_t> chosenExamples, double scale) override {
        auto measured = measure(runner, chosenExamples);
        const auto sum = measured.losses.sum();
        Loss loss;
        loss.value = sum * scale;
        loss.sum = sum.item<double>();
        loss.count = static_cast<double>(chosenExamples.size());
        loss.extra = std::move(measured.means);
        return loss;
    }

    std::unique_ptr<Evaluation> startEvaluation() override;

    std::vector<SamplePrompt> samplePrompts(std::int64_t count) const override {
        const auto& from = validation().empty() ? train() : validation();
        std::vector<SamplePrompt> prompts;
        for (const auto example : from) {
            if (static_cast<std::int64_t>(prompts.size()) >= count) break;
            const std::int64_t row = examples()[static_cast<std::size_t>(example)].row;
            PairText text = pairs_.text(table(), row);
            if (!text.prompt.empty()) prompts.push_back({row, std::move(text.prompt), std::move(text.chosen)});
        }
        return prompts;
    }
    std::int64_t sampleTokens() const override { return spec().causalLm.sampleMaxNewTokens; }

protected:
    std::optional<Example> makeExample(std::int64_t row, bool& cut) const override {
        auto [chosen, rejected] = sequencesOf(row, cut);
        const auto hasAnswer = [](const Sequence& sequence) { return sequence.ids.size() > 1 && sequence.isTrained.back() == 1; };
        if (!hasAnswer(chosen) || !hasAnswer(rejected) || chosen.ids == rejected.ids) return std::nullopt;
        Example example;
        example.row = row;
        example.sequences = {std::move(chosen), std::move(rejected)};
        return example;
    }

private:
    /// [2B] f32. Undefined before begin(), such as when a forecast times a batch: then the model itself is the reference.
    torch::Tensor referenceOf(Runner& runner, std::span<const std::int64_t> chosenExamples) {
        if (startingWeights_) {
            const torch::NoGradGuard guard;
            const AsReference asReference(runner.model(), *startingWeights_);
            return logProbabilities(runner, chosenExamples).values;
        }
        if (reference_.empty()) return {};
        std::vector<double> before;
        for (const std::size_t side : {0U, 1U})
            for (const auto example : chosenExamples) before.push_back(reference_[2 * static_cast<std::size_t>(example) + side]);
        return torch::tensor(before, torch::kFloat64).to(torch::kFloat32);
    }

    std::pair<Sequence, Sequence> sequencesOf(std::int64_t row, bool& isCut) const {
        const PairText text = pairs_.text(table(), row);
        const std::int64_t most = spec().dataset.maxLength;
        auto chosen = answerSequence(tokenizer(), text.prompt, text.chosen, most, Ending::Eos, isCut);
        auto rejected = answerSequence(tokenizer(), text.prompt, text.rejected, most, Ending::Eos, isCut);
        return {std::move(chosen), std::move(rejected)};
    }

    /// Of the chosen answers, then of the rejected ones.
    struct LogProbabilities {
        torch::Tensor values;  ///< [2B] summed over the answer's tokens, for ipo their mean
        torch::Tensor tokens;  ///< [2B] how many
    };
    LogProbabilities logProbabilities(Runner& runner, std::span<const std::int64_t> chosenExamples) {
        std::vector<const Sequence*> sequences;
        std::vector<std::int64_t> keys;
        for (const std::size_t side : {0U, 1U}) {
            for (const auto example : chosenExamples) {
                sequences.push_back(&examples()[static_cast<std::size_t>(example)].sequences[side]);
                keys.push_back(2 * example + static_cast<std::int64_t>(side));
            }
        }
        const auto hidden = runner.forward(sequences, keys);
        const auto targets = answerTargets(sequences, hidden.batch);
        const auto each = tokenLogProbabilities(hidden.states, targets.rows, targets.ids, runner.model().languageModelHeadWeight());
        auto sums = sumBySequence(each.values, targets);
        const auto tokens = torch::tensor(targets.counts, torch::kInt64).to(sums.device()).to(torch::kFloat32);
        if (settings_.lossType == "ipo") sums = sums / tokens;
        return {sums, tokens};
    }

    PairSource pairs_;
    DpoSettings settings_;
    std::vector<double> reference_;  ///< two an example; empty if it is computed for every batch
    std::optional<ReferenceWeights> startingWeights_;  ///< to compute it for every batch with
};

class DpoEvaluation : public Evaluation {
public:
    explicit DpoEvaluation(Dpo& task) : task_(task) {}
    void add(Runner& runner, std::span<const std::int64_t> chosenExamples) override {
        auto measured = task_.measure(runner, chosenExamples);
        measured.means.add("loss", measured.losses.sum().item<double>(), static_cast<double>(chosenExamples.size()));
        means_.merge(measured.means);
    }
    std::map<std::string, double> values() override { return means_.values(); }

private:
    Dpo& task_;
    Means means_;
};

std::unique_ptr<Evaluation> Dpo::startEvaluation() { return std::make_unique<DpoEvaluation>(*this); }

}  // namespace

std::unique_ptr<Task> makeDpo(TaskInputs inputs) { return std::make_unique<Dpo>(std::move(inputs)); }

}  // namespace lathe::tasks
