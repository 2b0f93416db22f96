// SPDX-License-Identifier: GPL-3.0-or-later
/// ppo: a language model learns from scores of its own answers. Formulas and names as TRL's last PPO; "grpo" is the same loop with advantages
/// from the group of answers to one prompt instead of a value function. The value function is linear on the policy's hidden states.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <deque>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/json.h"
#include "base/random.h"
#include "generate/token_generator.h"
#include "generate/token_record.h"
#include "tasks/objectives.h"
#include "tasks/pairs.h"
#include "tasks/reward_rules.h"
#include "tasks/rollouts.h"
#include "tasks/task.h"
#include "tasks/token_logprob.h"

namespace lathe::tasks {
namespace {

constexpr std::uint64_t kMiniBatchStream = 0x9902;
constexpr double kValueLearningRate = 1e-3;
constexpr std::size_t kBestAnswers = 3;

/// Scores answers with a reward model, if there is one, and rules.
class Scorer {
public:
    explicit Scorer(const TaskInputs& inputs) : weight_(inputs.spec.ppo.rewardModelWeight) {
        for (const auto& rule : inputs.spec.ppo.rewardRules) rules_.push_back(parseRewardRule(rule));
        const auto& answer = inputs.spec.ppo.answer;
        if (answer) answer_ = inputs.table->requireColumn(*answer);
        const auto needs = std::find_if(rules_.begin(), rules_.end(), [](const RewardRule& rule) { return rule.needsExpected; });
        if (needs != rules_.end() && answer_ < 0)
            throw Error(ErrorCode::InvalidInput, fmt::format("The reward rule {} has nothing to compare with. ppo.answer is not set. Set it to the column of the right answers.", needs->name));
        folder_ = inputs.spec.ppo.rewardModel.value_or("");
    }

    void load() {
        if (folder_.empty() || model_) return;
        auto loaded = models::loadModel(folder_);
        if (loaded.model->architecture().head != models::HeadKind::Classification || loaded.labels.size() != 1)
            throw Error(ErrorCode::InvalidInput, fmt::format("{} gives no rewards. It is not a model with one score. Choose a model that was trained with the task reward.", folder_.string()));
        model_ = std::move(loaded.model);
        tokenizer_.emplace(text::loadTokenizer(folder_));
    }

    /// Without the penalty for a missing end.
    double score(const Table& table, std::int64_t row, const std::string& prompt, const Rollout& rollout) {
        double total = 0;
        const RuleInput input{rollout.text, answer_ >= 0 ? table.cell(row, answer_) : std::string_view(), rollout.answerTokens};
        for (const RewardRule& rule : rules_) total += rule.weight * rule.score(input);
        if (!model_) return total;
        const torch::NoGradGuard guard;
        bool isCut = false;
        const auto sequence = answerSequence(*tokenizer_, prompt, rollout.text, 0, Ending::None, isCut);
        if (sequence.ids.empty()) return total;
        const auto batch = tensor::makePackedBatch({sequence.ids});
        return total + weight_ * model_->classify(batch).item<double>();
    }

private:
    std::vector<RewardRule> rules_;
    int answer_ = -1;
    double weight_ = 1;
    std::filesystem::path folder_;
    std::unique_ptr<models::Model> model_;
    std::optional<text::Tokenizer> tokenizer_;
};

class Ppo : public Task {
public:
    explicit Ppo(TaskInputs inputs) : Task(inputs), prompt_(spec().dataset.prompt.value_or("prompt"), table()), scorer_(inputs), klCoef_(spec().ppo.klCoef), klStop_(spec().ppo.klStop) {
        if (spec().ppo.stopToken && *spec().ppo.stopToken != "eos")
            throw Error(ErrorCode::InvalidInput, fmt::format("ppo.stop_token is \"{}\". It can be \"eos\" or unset.", *spec().ppo.stopToken));
        if (spec().ppo.stopToken && !tokenizer().specialIds().eos)
            throw Error(ErrorCode::InvalidInput, "ppo.stop_token is \"eos\", but the tokenizer has no end-of-text token. Unset it, or choose another model.");
    }

    std::vector<TokenView> preview(std::int64_t row) const override {
        std::vector<TokenView> views;
        for (const auto id : promptIds(row)) views.push_back({id, tokenizer().decode({id}, text::SkipSpecialTokens::No), TokenRole::Prompt});
        return views;
    }

    bool needsStartingWeights() const override { return spec().trainable.mode != "lora"; }

    void begin(Runner& runner, std::stop_token stop) override {
        stop_ = std::move(stop);
        if (!runner.model().languageModelHeadWeight().defined())
            throw Error(ErrorCode::Unsupported, fmt::format("The model {} cannot write text. PPO needs a language model. Choose one, such as smollm2-135m-instruct.", spec().model));
        if (!runner.model().hasLora()) reference_ = ReferenceWeights(runner.model());
        if (!isGrpo()) value_ = ValueHead(runner.model().architecture().width, kValueLearningRate);
        scorer_.load();
        hasBegun_ = true;
    }

    std::vector<Update> plan(Runner& runner, std::span<const std::int64_t> examples, std::int64_t step) override {
        runner.keepFrozen({});  // of the answers that go now
        rollouts_ = write(runner, examples, static_cast<std::uint64_t>(step), copies(), Keep::States);
        std::vector<const Sequence*> sequences;
        std::vector<torch::Tensor> streams;
        for (Rollout& rollout : rollouts_) {
            sequences.push_back(&rollout.sequence);
            streams.push_back(std::exchange(rollout.stream, {}));
        }
        runner.keepFrozen(std::move(sequences), streams);
        streams.clear();
        episodes_ += static_cast<std::int64_t>(rollouts_.size());
        measureRollouts(runner);
        if (isGrpo()) compareGroups();
        else estimateAdvantages();
        report();
        watchKl();
        adaptKl();
        auto updates = miniBatches(step);
        expect(updates);
        return updates;
    }

    double weight(std::int64_t rollout) const override { return static_cast<double>(rollouts_.at(static_cast<std::size_t>(rollout)).answerTokens); }

    Loss loss(Runner& runner, std::span<const std::int64_t> chosen, double scale) override;
    std::unique_ptr<Evaluation> startEvaluation() override;

    std::vector<SamplePrompt> samplePrompts(std::int64_t count) const override {
        if (spec().ppo.numSampleGenerations == 0) return {};
        const auto& from = validation().empty() ? train() : validation();
        std::vector<SamplePrompt> prompts;
        for (std::size_t i = 0; i < std::min(from.size(), static_cast<std::size_t>(count)); ++i) {
            const std::int64_t row = examples()[static_cast<std::size_t>(from[i])].row;
            prompts.push_back({row, prompt_.text(table(), row), spec().ppo.answer ? cellText(table(), row, *spec().ppo.answer).value_or("") : std::string()});
        }
        return prompts;
    }
    std::int64_t sampleTokens() const override { return spec().ppo.responseLength; }
    std::int64_t sampleInterval(std::int64_t totalSteps) const override { return std::max<std::int64_t>(1, totalSteps / std::max<std::int64_t>(1, spec().ppo.numSampleGenerations)); }

    std::vector<SampleOutput> bestAnswers() const override;
    std::vector<ScoredAnswer> scoredAnswers(Runner& runner, std::span<const std::int64_t> examples, std::uint64_t draw, std::stop_token stop) override;

    std::int64_t episodes() const override { return episodes_; }
    std::optional<std::string> pauseReason() override { return std::exchange(pause_, std::nullopt); }
    bool change(std::string_view id, double value) override {
        if (id != "ppo.kl_coef" || !(value >= 0 && std::isfinite(value))) return false;
        klCoef_ = value;
        return true;
    }

    std::string state() const override {
        return base::Json{{"kl_coef", klCoef_}, {"value", value_.state()}, {"episodes", episodes_}, {"is_above_kl_stop", isAboveKlStop_}}.dump();
    }
    void restore(const std::string& state) override {
        if (state.empty()) return;
        const auto json = base::parseJson(state, "the PPO state");
        klCoef_ = json.at("kl_coef").get<double>();
        episodes_ = json.value("episodes", std::int64_t{0});
        isAboveKlStop_ = json.value("is_above_kl_stop", false);
        if (!isGrpo()) value_.restore(json.at("value").get<std::string>());
    }

    /// What the model computed while it wrote, for an update.
    enum class Keep { Nothing, States };
    /// Samples `copies` answers to each example as the settings say, and scores them.
    std::vector<Rollout> write(Runner& runner, std::span<const std::int64_t> examples, std::uint64_t draw, std::int64_t copies, Keep keep = Keep::Nothing);
    std::int64_t copies() const { return isGrpo() ? spec().ppo.numGenerations : 1; }

protected:
    std::optional<Example> makeExample(std::int64_t row, bool& cut) const override {
        auto ids = promptIds(row);
        if (ids.empty()) return std::nullopt;
        const auto most = static_cast<std::size_t>(spec().dataset.maxLength);
        if (ids.size() > most) {
            ids.resize(most);
            cut = true;
        }
        Example example;
        example.row = row;
        example.sequences = {{std::move(ids), {}}};
        return example;
    }

private:
    bool isGrpo() const { return spec().ppo.algorithm == "grpo"; }
    std::vector<std::int32_t> promptIds(std::int64_t row) const {
        const std::string text = prompt_.text(table(), row);
        return text.empty() ? std::vector<std::int32_t>() : tokenizer().encode(text);
    }

    /// Log-probabilities, entropies and hidden states of the answers' tokens, one after the other.
    struct Pass {
        Targets targets;
        TokenLogProbabilities tokens;
        torch::Tensor hidden;  ///< [n, D]
    };
    Pass passOver(Runner& runner, const std::vector<const Rollout*>& rollouts, WithEntropy entropy) const {
        std::vector<const Sequence*> sequences;
        for (const Rollout* rollout : rollouts) sequences.push_back(&rollout->sequence);
        std::vector<std::int64_t> keys;
        for (const Rollout* rollout : rollouts) keys.push_back(rollout - rollouts_.data());
        const auto hidden = runner.forward(sequences, keys);
        Pass pass;
        pass.targets = answerTargets(sequences, hidden.batch);
        pass.tokens = tokenLogProbabilities(hidden.states, pass.targets.rows, pass.targets.ids, runner.model().languageModelHeadWeight(), spec().ppo.temperature, entropy);
        pass.hidden = hidden.states.detach().index_select(0, pass.targets.rows);
        return pass;
    }

    void keepStates(Runner& runner, Rollout& rollout, const generate::TokenRecord& record) const;
    void measureRollouts(Runner& runner);
    void estimateAdvantages();
    void compareGroups();
    void report();
    double meanKl() const;
    void watchKl();
    void adaptKl();
    std::vector<Update> miniBatches(std::int64_t step) const;
    void expect(const std::vector<Update>& updates);
    void finishPart(Loss& loss, double ratio);

    PromptSource prompt_;
    Scorer scorer_;
    ReferenceWeights reference_;
    ValueHead value_;
    std::vector<Rollout> rollouts_;
    Means pending_;  ///< about the rollouts; goes out with the first loss
    std::deque<double> tokensLeft_;  ///< of each update that is still to come; the first is under way
    double tokensOfUpdate_ = 0;
    std::vector<double> ratios_;     ///< mean ratio of each part of this step
    double klCoef_ = 0.05;
    std::optional<double> klStop_;
    bool isAboveKlStop_ = false;     ///< and a person was asked: not again until it was below
    std::optional<std::string> pause_;
    std::int64_t episodes_ = 0;
    std::stop_token stop_;
    bool hasBegun_ = false;
};

/// In f32 the pass that wrote an answer and one over the whole answer give the same numbers; in bf16 they round differently, and then the log-probabilities
/// are computed again by the pass that the update makes, so that the ratio starts at one.
void Ppo::keepStates(Runner& runner, Rollout& rollout, const generate::TokenRecord& record) const {
    rollout.stream = record.stream;
    if (runner.model().computeDtype() != torch::kFloat32) return;
    const auto device = record.hidden.device();
    rollout.old = torch::tensor(record.logProbabilities, torch::kFloat32).to(device);
    rollout.entropy = torch::tensor(record.entropies, torch::kFloat32).mean().item<double>();
    if (!isGrpo()) rollout.values = value_.values(record.hidden);
}

std::vector<Rollout> Ppo::write(Runner& runner, std::span<const std::int64_t> examples, std::uint64_t draw, std::int64_t copies, Keep keep) {
    const torch::NoGradGuard guard;
    const PpoSpec& ppo = spec().ppo;
    generate::TokenRequest request;
    for (const auto example : examples)
        for (std::int64_t copy = 0; copy < copies; ++copy) request.prompts.push_back(this->examples()[static_cast<std::size_t>(example)].sequences.front().ids);
    request.options.maxNewTokens = ppo.responseLength;
    request.options.doSample = true;
    request.options.temperature = ppo.temperature;
    request.options.topK = 0;  // filters would break the ratio between rollout and update
    request.options.seed = base::RandomStream(static_cast<std::uint64_t>(spec().training.seed), kRolloutStream, draw).next();
    const auto eos = tokenizer().specialIds().eos;
    if (ppo.stopToken) request.options.eosIds = {*eos};
    request.maxRows = ppo.localRolloutForwardBatchSize;
    request.stop = stop_;
    if (keep == Keep::States) request.recording = {runner.keptLayers() > 0 ? runner.keptLayers() : -1, ppo.temperature};
    const auto result = generate::generateTokens(runner.model(), request);
    throwIfStopped(stop_);
    std::vector<Rollout> rollouts;
    for (std::size_t i = 0; i < request.prompts.size(); ++i) {
        const auto& answer = result.answers[i].front().ids;
        if (answer.empty()) continue;
        Rollout rollout;
        rollout.example = examples[i / static_cast<std::size_t>(copies)];
        rollout.sequence.ids = request.prompts[i];
        rollout.sequence.isTrained.assign(request.prompts[i].size(), 0);
        rollout.sequence.ids.insert(rollout.sequence.ids.end(), answer.begin(), answer.end());
        rollout.sequence.isTrained.resize(rollout.sequence.ids.size(), 1);
        rollout.answerTokens = static_cast<std::int64_t>(answer.size());
        rollout.hasEnd = eos && std::find(answer.begin(), answer.end(), *eos) != answer.end();
        rollout.text = tokenizer().decode(answer);
        if (keep == Keep::States) keepStates(runner, rollout, *result.answers[i].front().record);
        const std::int64_t row = this->examples()[static_cast<std::size_t>(rollout.example)].row;
        rollout.score = scorer_.score(table(), row, prompt_.text(table(), row), rollout);
        if (ppo.missingEosPenalty && !rollout.hasEnd) rollout.score -= *ppo.missingEosPenalty;
        rollouts.push_back(std::move(rollout));
    }
    return rollouts;
}

void Ppo::measureRollouts(Runner& runner) {
    const torch::NoGradGuard guard;
    const auto size = static_cast<std::size_t>(std::max<std::int64_t>(1, spec().training.perDeviceTrainBatchSize));
    const auto over = [&](const auto& keep, WithEntropy entropy) {
        for (std::size_t first = 0; first < rollouts_.size(); first += size) {
            throwIfStopped(stop_);
            std::vector<const Rollout*> some;
            for (std::size_t i = first; i < std::min(rollouts_.size(), first + size); ++i) some.push_back(&rollouts_[i]);
            const Pass pass = passOver(runner, some, entropy);
            std::int64_t at = 0;
            for (std::size_t i = 0; i < some.size(); ++i) {
                keep(rollouts_[first + i], pass, at, pass.targets.counts[i]);
                at += pass.targets.counts[i];
            }
        }
    };
    const bool isKnown = std::all_of(rollouts_.begin(), rollouts_.end(), [](const Rollout& rollout) { return rollout.old.defined(); });
    if (!isKnown) over([&](Rollout& rollout, const Pass& pass, std::int64_t at, std::int64_t count) {
        rollout.old = pass.tokens.values.narrow(0, at, count).clone();
        rollout.entropy = pass.tokens.entropy.narrow(0, at, count).mean().template item<double>();
        if (!isGrpo()) rollout.values = value_.values(pass.hidden.narrow(0, at, count));
    }, WithEntropy::Yes);
    const AsReference asReference(runner.model(), reference_);
    over([&](Rollout& rollout, const Pass& pass, std::int64_t at, std::int64_t count) {
        rollout.reference = pass.tokens.values.narrow(0, at, count).clone();
        rollout.kl = (rollout.old - rollout.reference).sum().template item<double>();
    }, WithEntropy::No);
}

void Ppo::estimateAdvantages() {
    const PpoSpec& ppo = spec().ppo;
    std::int64_t longest = 0;
    for (const Rollout& rollout : rollouts_) longest = std::max(longest, rollout.answerTokens);
    const auto count = static_cast<std::int64_t>(rollouts_.size());
    auto rewards = torch::zeros({count, longest}), values = torch::zeros({count, longest}), mask = torch::zeros({count, longest});
    for (std::int64_t i = 0; i < count; ++i) {
        const Rollout& rollout = rollouts_[static_cast<std::size_t>(i)];
        const std::int64_t n = rollout.answerTokens;
        auto reward = -klCoef_ * klEstimate(rollout.old, rollout.reference, ppo.klEstimator).to(torch::kCPU);
        reward[n - 1] += rollout.score;
        rewards[i].narrow(0, 0, n).copy_(reward);
        values[i].narrow(0, 0, n).copy_(rollout.values);
        mask[i].narrow(0, 0, n).fill_(1);
    }
    if (ppo.whitenRewards) rewards = whiten(rewards, mask, WhitenMean::Keep);
    const auto raw = generalisedAdvantages(rewards, values, mask, ppo.gamma, ppo.lam);
    const auto advantages = whiten(raw, mask, WhitenMean::Remove);
    for (std::int64_t i = 0; i < count; ++i) {
        Rollout& rollout = rollouts_[static_cast<std::size_t>(i)];
        const auto device = rollout.old.device();
        rollout.advantages = advantages[i].narrow(0, 0, rollout.answerTokens).to(device);
        rollout.returns = (raw[i] + values[i]).narrow(0, 0, rollout.answerTokens).to(device);
    }
}

void Ppo::compareGroups() {
    std::map<std::int64_t, std::vector<Rollout*>> groups;
    for (Rollout& rollout : rollouts_) groups[rollout.example].push_back(&rollout);
    for (auto& [example, group] : groups) {
        double mean = 0, squares = 0;
        for (const Rollout* rollout : group) mean += rollout->score / static_cast<double>(group.size());
        for (const Rollout* rollout : group) squares += (rollout->score - mean) * (rollout->score - mean);
        const double deviation = group.size() > 1 ? std::sqrt(squares / static_cast<double>(group.size() - 1)) : 0;
        for (Rollout* rollout : group) {
            double advantage = rollout->score - mean;
            if (spec().ppo.scaleRewards) advantage /= deviation + 1e-4;
            rollout->advantages = torch::full_like(rollout->old, advantage);
        }
    }
}

void Ppo::report() {
    pending_ = {};
    double ends = 0;
    for (const Rollout& rollout : rollouts_) {
        const auto price = klEstimate(rollout.old, rollout.reference, isGrpo() ? "k3" : spec().ppo.klEstimator).sum().item<double>();
        const double nonScore = -klCoef_ * price;
        const auto add = [&](const char* name, double value) { pending_.add(name, value, 1); };
        add("objective/kl", price);
        add("kl", rollout.kl);
        add("objective/entropy", -rollout.old.sum().item<double>());  // TRL's: what the drawn tokens say of it
        add("entropy", rollout.entropy);
        add("objective/non_score_reward", nonScore);
        add("objective/rlhf_reward", rollout.score + nonScore);
        add("objective/scores", rollout.score);
        add("reward", rollout.score);
        add("length", static_cast<double>(rollout.answerTokens));
        add("eos_share", rollout.hasEnd ? 1 : 0);
        add("kl_coef", klCoef_);
        ends += rollout.hasEnd ? 1 : 0;
    }
    if (!rollouts_.empty()) pending_.add("val/num_eos_tokens", ends, 1);
}

std::vector<SampleOutput> Ppo::bestAnswers() const {
    std::vector<const Rollout*> order;
    for (const Rollout& rollout : rollouts_) order.push_back(&rollout);
    const auto count = std::min(kBestAnswers, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(), [](const Rollout* a, const Rollout* b) { return a->score > b->score; });
    std::vector<SampleOutput> best;
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t row = examples()[static_cast<std::size_t>(order[i]->example)].row;
        const auto expected = spec().ppo.answer ? cellText(table(), row, *spec().ppo.answer) : std::nullopt;
        best.push_back({0, 0, prompt_.text(table(), row), expected.value_or(""), order[i]->text, order[i]->score});
    }
    return best;
}

std::vector<ScoredAnswer> Ppo::scoredAnswers(Runner& runner, std::span<const std::int64_t> examples, std::uint64_t draw, std::stop_token stop) {
    stop_ = std::move(stop);
    scorer_.load();
    std::vector<ScoredAnswer> answers;
    if (draw == 0 && spec().ppo.answer) {
        for (const auto example : examples) {
            const std::int64_t row = this->examples()[static_cast<std::size_t>(example)].row;
            const std::string prompt = prompt_.text(table(), row);
            Rollout right;
            right.text = cellText(table(), row, *spec().ppo.answer).value_or("");
            if (right.text.empty()) continue;
            // The model learns to write what follows its prompt.
            if (!std::isspace(static_cast<unsigned char>(prompt.back())) && !std::isspace(static_cast<unsigned char>(right.text.front()))) right.text = fmt::format(" {}", right.text);
            right.answerTokens = static_cast<std::int64_t>(tokenizer().encode(right.text).size());
            answers.push_back({example, prompt, right.text, scorer_.score(table(), row, prompt, right), true, true});
        }
    }
    for (Rollout& rollout : write(runner, examples, draw, 1)) {
        std::string prompt = prompt_.text(table(), this->examples()[static_cast<std::size_t>(rollout.example)].row);
        answers.push_back({rollout.example, std::move(prompt), std::move(rollout.text), rollout.score, false, rollout.hasEnd || !spec().ppo.stopToken});
    }
    return answers;
}

double Ppo::meanKl() const {
    double sum = 0;
    for (const Rollout& rollout : rollouts_) sum += rollout.kl;
    return rollouts_.empty() ? 0 : sum / static_cast<double>(rollouts_.size());
}

void Ppo::watchKl() {
    if (!klStop_) return;
    const double kl = meanKl();
    const bool isAbove = kl > *klStop_;
    if (isAbove && !isAboveKlStop_) {
        pause_ = fmt::format("Paused: the mean KL of the last answers is {:.3g}, above ppo.kl_stop ({}). The model has moved far from its reference. "
                             "Raise ppo.kl_coef and go on, or stop and use an earlier checkpoint.", kl, *klStop_);
    }
    isAboveKlStop_ = isAbove;
}

void Ppo::adaptKl() {
    if (spec().ppo.klController != "adaptive" || rollouts_.empty()) return;
    // Ziegler et al. 2019, section 2.2, with TRL's clip of 0.2.
    const double error = std::clamp(meanKl() / std::max(1e-6, spec().ppo.klTarget) - 1, -0.2, 0.2);
    klCoef_ *= 1 + error * static_cast<double>(rollouts_.size()) / static_cast<double>(spec().ppo.klHorizon);
}

std::vector<Update> Ppo::miniBatches(std::int64_t step) const {
    const PpoSpec& ppo = spec().ppo;
    const auto count = static_cast<std::int64_t>(rollouts_.size());
    const std::int64_t parts = std::clamp<std::int64_t>(ppo.numMiniBatches, 1, std::max<std::int64_t>(1, count));
    std::vector<Update> updates;
    for (std::int64_t epoch = 0; epoch < ppo.numPpoEpochs && count > 0; ++epoch) {
        const auto stream = kMiniBatchStream + (static_cast<std::uint64_t>(step) << 20) + (static_cast<std::uint64_t>(epoch) << 16);
        const auto order = base::permutation(count, static_cast<std::uint64_t>(spec().training.seed), stream);
        for (std::int64_t part = 0; part < parts; ++part) updates.emplace_back(order.begin() + count * part / parts, order.begin() + count * (part + 1) / parts);
    }
    return updates;
}

void Ppo::expect(const std::vector<Update>& updates) {
    ratios_.clear();
    tokensLeft_.clear();
    tokensOfUpdate_ = 0;
    for (const Update& update : updates) {
        double tokens = 0;
        for (const auto rollout : update) tokens += weight(rollout);
        tokensLeft_.push_back(tokens);
    }
}

/// Takes a part off the update under way; at its end the value function learns, at the end of the last one the spread of the ratios is known.
void Ppo::finishPart(Loss& loss, double ratio) {
    if (!torch::GradMode::is_enabled() || tokensLeft_.empty()) return;
    ratios_.push_back(ratio);
    tokensOfUpdate_ += loss.count;
    if (tokensOfUpdate_ + 0.5 < tokensLeft_.front()) return;
    if (!isGrpo()) value_.step(tokensOfUpdate_);
    tokensOfUpdate_ = 0;
    tokensLeft_.pop_front();
    if (!tokensLeft_.empty() || ratios_.size() < 2) return;
    double mean = 0, squares = 0;
    for (const double each : ratios_) mean += each / static_cast<double>(ratios_.size());
    for (const double each : ratios_) squares += (each - mean) * (each - mean);
    loss.extra.add("val/ratio_var", squares / static_cast<double>(ratios_.size() - 1), 1);
}

Loss Ppo::loss(Runner& runner, std::span<const std::int64_t> chosen, double scale) {
    const PpoSpec& ppo = spec().ppo;
    std::vector<std::int64_t> all;
    if (rollouts_.empty()) {
        // A forecast times a batch of rows without a plan: then writing the answers is part of the time.
        if (!hasBegun_) begin(runner, {});
        plan(runner, chosen, 0);
        for (std::size_t i = 0; i < rollouts_.size(); ++i) all.push_back(static_cast<std::int64_t>(i));
        chosen = all;
    }
    std::vector<const Rollout*> some;
    std::vector<torch::Tensor> old, advantages, reference, values, returns;
    for (const auto index : chosen) {
        const Rollout& rollout = rollouts_.at(static_cast<std::size_t>(index));
        some.push_back(&rollout);
        old.push_back(rollout.old);
        advantages.push_back(rollout.advantages);
        reference.push_back(rollout.reference);
        if (isGrpo()) continue;
        values.push_back(rollout.values);
        returns.push_back(rollout.returns);
    }
    const Pass pass = passOver(runner, some, WithEntropy::Yes);
    const auto mask = torch::ones_like(pass.tokens.entropy);
    const auto policy = ppoPolicyLoss(pass.tokens.values, torch::cat(old), torch::cat(advantages), mask, ppo.cliprange);
    auto sum = policy.sum;
    if (isGrpo() && klCoef_ > 0) sum = sum + klCoef_ * klEstimate(pass.tokens.values, torch::cat(reference), "k3").sum();
    Loss loss;
    loss.count = static_cast<double>(mask.numel());
    loss.value = sum * scale;
    loss.sum = sum.item<double>();
    loss.extra.merge(pending_);
    pending_ = {};
    loss.extra.add("policy/approxkl_avg", policy.approxKl, loss.count);
    loss.extra.add("policy/clipfrac_avg", policy.clipped, loss.count);
    loss.extra.add("policy/entropy_avg", pass.tokens.entropy.sum().item<double>(), loss.count);
    loss.extra.add("loss/policy_avg", policy.sum.item<double>(), loss.count);
    loss.extra.add("val/ratio", policy.ratio, loss.count);
    if (isGrpo()) {
        finishPart(loss, policy.ratio / loss.count);
        return loss;
    }
    const auto value = ppoValueLoss(value_.values(pass.hidden), torch::cat(values), torch::cat(returns), mask, ppo.cliprangeValue);
    loss.extra.add("loss/value_avg", value.sum.item<double>(), loss.count);
    loss.extra.add("val/clipfrac_avg", value.clipped, loss.count);
    loss.sum += ppo.vfCoef * value.sum.item<double>();
    if (torch::GradMode::is_enabled()) value_.accumulate(value.sum);
    finishPart(loss, policy.ratio / loss.count);
    return loss;
}

class PpoEvaluation : public Evaluation {
public:
    explicit PpoEvaluation(Ppo& task) : task_(task) {}
    void add(Runner& runner, std::span<const std::int64_t> examples) override {
        for (const Rollout& rollout : task_.write(runner, examples, (1ULL << 40) + batches_++, task_.copies())) {
            means_.add("reward", rollout.score, 1);
            means_.add("loss", -rollout.score, 1);
            means_.add("length", static_cast<double>(rollout.answerTokens), 1);
            means_.add("eos_share", rollout.hasEnd ? 1 : 0, 1);
        }
    }
    std::map<std::string, double> values() override { return means_.values(); }

private:
    Ppo& task_;
    Means means_;
    std::uint64_t batches_ = 0;
};

std::unique_ptr<Evaluation> Ppo::startEvaluation() { return std::make_unique<PpoEvaluation>(*this); }

}  // namespace

std::unique_ptr<Task> makePpo(TaskInputs inputs) { return std::make_unique<Ppo>(std::move(inputs)); }

}  // namespace lathe::tasks
