// SPDX-License-Identifier: GPL-3.0-or-later
/// causal-lm: the next token of a text made from a row by a template; EOS is appended and trained.
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <lathe/error.h>

#include "tasks/task.h"
#include "tensor/lm_loss.h"
#include "text/prompt_template.h"

namespace lathe::tasks {
namespace {

/// Positions that predict a supervised token, and that token.
struct Targets {
    torch::Tensor rows;
    torch::Tensor ids;
};

Targets targetsOf(const std::vector<const Sequence*>& sequences, const tensor::PackedBatch& batch) {
    std::vector<std::int64_t> rows;
    std::vector<std::int64_t> ids;
    for (std::size_t b = 0; b < sequences.size(); ++b) {
        const auto& sequence = *sequences[b];
        for (std::size_t i = 1; i < sequence.ids.size(); ++i) {
            if (!sequence.isTrained[i]) continue;
            rows.push_back(batch.rowOf(b, static_cast<std::int64_t>(i) - 1));
            ids.push_back(sequence.ids[i]);
        }
    }
    return {torch::tensor(rows, torch::kInt64).to(batch.ids.device()), torch::tensor(ids, torch::kInt64).to(batch.ids.device())};
}

class CausalLm : public Task {
public:
    explicit CausalLm(TaskInputs inputs) : Task(std::move(inputs)), template_(spec().dataset.textTemplate.value_or("")) {
        template_.checkColumns(table().columnNames());
        const auto& fields = template_.fields();
        if (fields.empty()) {
            throw Error(ErrorCode::InvalidInput, "dataset.template has no {Column} field. Every row would give the same text. Name at least one column in it.");
        }
        target_ = spec().dataset.target.value_or("");
        const bool isInTemplate = std::find(fields.begin(), fields.end(), target_) != fields.end();
        if ((spec().dataset.trainOn == "target" || !target_.empty()) && !isInTemplate) {
            std::string used;
            for (const auto& field : fields) used += (used.empty() ? "" : ", ") + field;
            throw Error(ErrorCode::InvalidInput, fmt::format("dataset.target is \"{}\", which dataset.template does not use. The answer must be part of the text. "
                                                             "Put {{{}}} into the template or choose one of its columns: {}.", target_, target_, used));
        }
        if (!isInTemplate) target_ = fields.back();
        options_.maxLength = spec().dataset.maxLength;
        options_.trainOn = spec().dataset.trainOn == "target" ? text::TrainOn::Target : text::TrainOn::All;
        options_.target = target_;
    }

    std::vector<TokenView> preview(std::int64_t row) const override {
        const auto tokens = tokenise(row);
        std::vector<TokenView> views;
        for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
            const auto range = tokens.offsets[i];
            TokenView view{tokens.ids[i], range.end > range.begin ? tokens.text.substr(range.begin, range.end - range.begin) : tokenizer().tokenText(tokens.ids[i]),
                           TokenRole::Trained};
            switch (tokens.roles[i]) {
                case text::TokenRole::Prompt: view.role = TokenRole::Prompt; break;
                case text::TokenRole::Trained: view.role = TokenRole::Trained; break;
                case text::TokenRole::Eos: view.role = TokenRole::Eos; break;
                case text::TokenRole::Truncated: view.role = TokenRole::Cut; break;
            }
            views.push_back(std::move(view));
        }
        return views;
    }

    Loss loss(Runner& runner, std::span<const std::int64_t> examples, double scale) override {
        const auto result = measure(runner, examples, scale);
        Loss loss;
        loss.value = result.loss;
        loss.sum = result.sum;
        loss.count = static_cast<double>(result.count);
        loss.extra.add("accuracy", static_cast<double>(result.correct), static_cast<double>(result.count));
        return loss;
    }

    std::unique_ptr<Evaluation> startEvaluation() override;

    std::vector<SamplePrompt> samplePrompts(std::int64_t count) const override {
        const auto& from = validation().empty() ? train() : validation();
        std::vector<SamplePrompt> prompts;
        for (const auto example : from) {
            if (static_cast<std::int64_t>(prompts.size()) >= count) break;
            const std::int64_t row = examples()[static_cast<std::size_t>(example)].row;
            if (auto prompt = answerPrompt(template_, target_, table(), row)) prompts.push_back(std::move(*prompt));
        }
        return prompts;
    }
    std::int64_t sampleTokens() const override { return spec().causalLm.sampleMaxNewTokens; }

    tensor::LmLossResult measure(Runner& runner, std::span<const std::int64_t> chosen, double scale) {
        std::vector<const Sequence*> sequences;
        for (const auto example : chosen) sequences.push_back(&examples()[static_cast<std::size_t>(example)].sequences.front());
        const auto hidden = runner.forward(sequences, {chosen.begin(), chosen.end()});
        const auto targets = targetsOf(sequences, hidden.batch);
        const auto weight = runner.model().languageModelHeadWeight();
        if (!weight.defined()) {
            throw Error(ErrorCode::Unsupported, fmt::format("The model {} cannot write text. The task causal-lm needs a language model. Choose one, such as smollm2-135m-instruct.",
                                                            spec().model));
        }
        tensor::LmLossOptions options;
        options.gradientScale = scale;
        options.labelSmoothing = torch::GradMode::is_enabled() ? spec().training.labelSmoothingFactor : 0.0;
        return tensor::lmLoss(hidden.states, targets.rows, targets.ids, weight, options);
    }

protected:
    std::optional<Example> makeExample(std::int64_t row, bool& cut) const override {
        const auto tokens = tokenise(row);
        cut = tokens.isTruncated;
        Example example;
        example.row = row;
        Sequence sequence;
        sequence.ids.assign(tokens.ids.begin(), tokens.ids.begin() + static_cast<std::ptrdiff_t>(tokens.keptTokens));
        sequence.isTrained.resize(sequence.ids.size());
        example.weight = 0;
        for (std::size_t i = 0; i < sequence.ids.size(); ++i) {
            sequence.isTrained[i] = tokens.roles[i] == text::TokenRole::Trained || tokens.roles[i] == text::TokenRole::Eos ? 1 : 0;
            if (i > 0) example.weight += sequence.isTrained[i];
        }
        if (example.weight == 0) return std::nullopt;
        example.sequences.push_back(std::move(sequence));
        return example;
    }

private:
    text::TokenisedExample tokenise(std::int64_t row) const {
        const auto lookup = [this, row](const std::string& column) { return cellText(table(), row, column); };
        return text::tokeniseExample(template_, lookup, tokenizer(), options_);
    }

    text::PromptTemplate template_;
    text::ExampleOptions options_;
    std::string target_;
};

class CausalLmEvaluation : public Evaluation {
public:
    explicit CausalLmEvaluation(CausalLm& task) : task_(task) {}
    void add(Runner& runner, std::span<const std::int64_t> examples) override {
        const auto result = task_.measure(runner, examples, 1.0);
        sum_ += result.sum;
        count_ += static_cast<double>(result.count);
        correct_ += static_cast<double>(result.correct);
    }
    std::map<std::string, double> values() override {
        if (count_ == 0) return {};
        const double loss = sum_ / count_;
        return {{"loss", loss}, {"perplexity", std::exp(loss)}, {"accuracy", correct_ / count_}};
    }

private:
    CausalLm& task_;
    double sum_ = 0;
    double count_ = 0;
    double correct_ = 0;
};

std::unique_ptr<Evaluation> CausalLm::startEvaluation() { return std::make_unique<CausalLmEvaluation>(*this); }

}  // namespace

std::optional<SamplePrompt> answerPrompt(const text::PromptTemplate& words, const std::string& target, const Table& table, std::int64_t row) {
    const auto rendered = words.render([&](const std::string& column) { return cellText(table, row, column); });
    for (const auto& field : rendered.fields) {
        if (field.column != target) continue;
        std::string prompt = rendered.text.substr(0, field.bytes.begin);
        prompt.erase(prompt.find_last_not_of(" \t\r\n") + 1);
        if (prompt.empty()) return std::nullopt;
        return SamplePrompt{row, std::move(prompt), rendered.text.substr(field.bytes.begin)};
    }
    return std::nullopt;
}

std::vector<SamplePrompt> answerPrompts(const RunSpec& spec, const Table& table, const std::string& split) {
    const text::PromptTemplate words(spec.dataset.textTemplate.value_or(""));
    words.checkColumns(table.columnNames());
    if (words.fields().empty()) {
        throw Error(ErrorCode::InvalidInput, "dataset.template has no {Column} field. Every row would give the same text. Name at least one column in it.");
    }
    const std::string target = spec.dataset.target.value_or(words.fields().back());
    const Split parts = splitRows(table, splitOptionsOf(spec));
    std::vector<std::int64_t> rows = split == "train" ? parts.train : split == "test" ? parts.test : parts.validation;
    if (split == "all") {
        rows.resize(static_cast<std::size_t>(table.rowCount()));
        std::iota(rows.begin(), rows.end(), std::int64_t{0});
    }
    std::vector<SamplePrompt> prompts;
    for (const auto row : rows) {
        if (auto prompt = answerPrompt(words, target, table, row)) prompts.push_back(std::move(*prompt));
    }
    return prompts;
}

std::unique_ptr<Task> makeCausalLm(TaskInputs inputs) { return std::make_unique<CausalLm>(std::move(inputs)); }

}  // namespace lathe::tasks
