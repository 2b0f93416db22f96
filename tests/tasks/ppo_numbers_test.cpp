// SPDX-License-Identifier: GPL-3.0-or-later
/// The numbers of one ppo step against plain loops in double precision, written here from the formulas alone.
#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "generate/token_generator.h"
#include "models/loader.h"
#include "tasks/rollouts.h"
#include "train/setup.h"
#include "train/tiny_run.h"

namespace lathe::tasks {
namespace {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

/// What the loops know of one answer.
struct Plain {
    std::vector<std::int32_t> prompt;
    std::vector<std::int32_t> answer;
    double score = 0;
    Row old, reference, now, entropy;
    Rows hidden;  ///< of the places that predict
    Row values, advantages, returns;
};

/// log p of the answer's tokens at a temperature, entropies and hidden states, one sequence alone.
void measure(models::Model& model, Plain& plain, double temperature, Row& logProbabilities, Row* entropy, Rows* hidden) {
    const torch::NoGradGuard guard;
    auto ids = plain.prompt;
    ids.insert(ids.end(), plain.answer.begin(), plain.answer.end());
    const auto states = model.forward(tensor::makePackedBatch({ids}));
    const auto logits = model.languageModelLogits(states).to(torch::kFloat64).contiguous();
    const auto rows = states.to(torch::kFloat64).contiguous();
    logProbabilities.clear();
    for (std::size_t t = 0; t < plain.answer.size(); ++t) {
        const auto place = static_cast<std::int64_t>(plain.prompt.size() + t) - 1;
        const double* row = logits.data_ptr<double>() + place * logits.size(1);
        double top = -1e300, sum = 0, weighted = 0;
        for (std::int64_t v = 0; v < logits.size(1); ++v) top = std::max(top, row[v] / (temperature + 1e-7));
        for (std::int64_t v = 0; v < logits.size(1); ++v) sum += std::exp(row[v] / (temperature + 1e-7) - top);
        const double total = top + std::log(sum);
        for (std::int64_t v = 0; v < logits.size(1); ++v) {
            const double logp = row[v] / (temperature + 1e-7) - total;
            weighted -= std::exp(logp) * logp;
        }
        logProbabilities.push_back(row[plain.answer[t]] / (temperature + 1e-7) - total);
        if (entropy != nullptr) entropy->push_back(weighted);
        if (hidden != nullptr) hidden->emplace_back(rows.data_ptr<double>() + place * rows.size(1), rows.data_ptr<double>() + (place + 1) * rows.size(1));
    }
}

double priceOf(double logp, double reference, const std::string& estimator) {
    const double r = reference - logp;
    return estimator == "k1" ? -r : std::exp(r) - 1 - r;
}

/// Schulman 2016 from behind; then mean 0 and variance 1 over all tokens.
void estimate(std::vector<Plain>& all, const PpoSpec& ppo) {
    double sum = 0, squares = 0, count = 0;
    for (Plain& one : all) {
        const std::size_t n = one.answer.size();
        one.advantages.assign(n, 0);
        one.returns.assign(n, 0);
        double next = 0, nextValue = 0;
        for (std::size_t t = n; t-- > 0;) {
            double reward = -ppo.klCoef * priceOf(one.old[t], one.reference[t], ppo.klEstimator);
            if (t + 1 == n) reward += one.score;
            next = reward + ppo.gamma * nextValue - one.values[t] + ppo.gamma * ppo.lam * next;
            nextValue = one.values[t];
            one.advantages[t] = next;
            one.returns[t] = next + one.values[t];
            sum += next;
            ++count;
        }
    }
    const double mean = sum / count;
    for (const Plain& one : all)
        for (const double a : one.advantages) squares += (a - mean) * (a - mean);
    for (Plain& one : all)
        for (double& a : one.advantages) a = (a - mean) / std::sqrt(squares / (count - 1) + 1e-8);
}

class PpoNumbers : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        train::writeTinyModel(folder_.path() / "model", 0.0);
        spec_ = defaultRunSpec("ppo");
        spec_.model = "tiny";
        spec_.dataset.file = "prompts.csv";
        spec_.dataset.prompt = "Q: {prompt}\nA: ";
        spec_.dataset.split.validation = 0;
        spec_.training.perDeviceTrainBatchSize = 64;
        spec_.training.precision = "f32";
        spec_.training.device = "cpu";
        spec_.training.numThreads = 2;
        spec_.ppo.responseLength = 9;
        spec_.ppo.temperature = 0.7;
        spec_.ppo.klCoef = 0.3;
        spec_.ppo.gamma = 0.98;
        spec_.ppo.lam = 0.9;
        spec_.ppo.stopToken = "eos";
        spec_.ppo.missingEosPenalty = 0.25;
        spec_.ppo.rewardRules = {"pattern:[a-z]*2", "length:4"};
        spec_.ppo.numPpoEpochs = 2;
        spec_.ppo.numGenerations = 3;
        std::vector<std::string> prompts;
        for (int i = 0; i < 6; ++i) prompts.push_back(fmt::format("say {}", i * 37));
        inputs_.table = Table::fromColumns({"prompt"}, {prompts});
        inputs_.model = folder_.path() / "model";
        inputs_.output = folder_.path() / "out";
    }

    void begin(const std::string& estimator, const std::string& algorithm) {
        spec_.ppo.klEstimator = estimator;
        spec_.ppo.algorithm = algorithm;
        inputs_.spec = spec_;
        task_ = train::makeTaskOf(inputs_);
        task_->prepare({}, {});
        target_ = train::loadForTraining(inputs_, *task_, inputs_.model, train::choosePlacement(spec_.training));
        target_.runner->setEvaluating();
        task_->begin(*target_.runner, {});
    }

    /// Moves the policy, so that neither KL nor ratio is trivial.
    void scaleWeights(double factor) {
        const torch::NoGradGuard guard;
        for (auto& parameter : target_.model().parameters()) parameter.value.mul_(factor);
    }

    /// The answers that plan() will write, drawn again with the seed the header promises.
    std::vector<Plain> answers(const std::vector<std::int64_t>& examples, std::int64_t copies, std::uint64_t step) {
        generate::TokenRequest request;
        for (const auto example : examples)
            for (std::int64_t copy = 0; copy < copies; ++copy) request.prompts.push_back(task_->examples()[static_cast<std::size_t>(example)].sequences.front().ids);
        const auto eos = *task_->tokenizer().specialIds().eos;
        request.options.maxNewTokens = spec_.ppo.responseLength;
        request.options.doSample = true;
        request.options.temperature = spec_.ppo.temperature;
        request.options.topK = 0;
        request.options.eosIds = {eos};
        request.options.seed = base::RandomStream(static_cast<std::uint64_t>(spec_.training.seed), kRolloutStream, step).next();
        const auto result = generate::generateTokens(target_.model(), request);
        auto base = models::loadModel(inputs_.model);
        std::vector<Plain> all;
        for (std::size_t i = 0; i < request.prompts.size(); ++i) {
            Plain one;
            one.prompt = request.prompts[i];
            one.answer = result.answers[i].front().ids;
            const bool hasEnd = std::find(one.answer.begin(), one.answer.end(), eos) != one.answer.end();
            const std::string text = task_->tokenizer().decode(one.answer);
            const bool hasLetter = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
            one.score = (hasLetter ? 2 : 0) + std::clamp(2 - static_cast<double>(one.answer.size()) / 4, 0.0, 1.0) - (hasEnd ? 0 : 0.25);
            measure(target_.model(), one, spec_.ppo.temperature, one.old, &one.entropy, nullptr);
            measure(*base.model, one, spec_.ppo.temperature, one.reference, nullptr, nullptr);
            one.values.assign(one.answer.size(), 0);
            all.push_back(std::move(one));
        }
        return all;
    }

    train::TemporaryFolder folder_;
    RunSpec spec_;
    train::RunInputs inputs_;
    std::unique_ptr<Task> task_;
    train::TrainingModel target_;
};

TEST_P(PpoNumbers, AStepOfPpoIsTheFormula) {
    begin(GetParam(), "ppo");
    scaleWeights(1.06);
    const std::vector<std::int64_t> examples = {0, 1, 2, 3, 4, 5};
    auto all = answers(examples, 1, 3);
    const auto updates = task_->plan(*target_.runner, examples, 3);
    ASSERT_EQ(updates.size(), 2U);
    estimate(all, spec_.ppo);
    double tokens = 0;
    for (const Plain& one : all) tokens += static_cast<double>(one.answer.size());
    scaleWeights(1.4);
    for (Plain& one : all) measure(target_.model(), one, spec_.ppo.temperature, one.now, nullptr, &one.hidden);

    double kl = 0, price = 0, scores = 0, policy = 0, clipped = 0, approx = 0, ratios = 0, value = 0, drawn = 0, entropy = 0;
    const std::size_t width = all.front().hidden.front().size();
    Row gradient(width + 1, 0);
    for (const Plain& one : all) {
        double mean = 0;
        for (std::size_t t = 0; t < one.answer.size(); ++t) {
            kl += one.old[t] - one.reference[t];
            drawn -= one.old[t];
            mean += one.entropy[t] / static_cast<double>(one.answer.size());
            price += priceOf(one.old[t], one.reference[t], spec_.ppo.klEstimator);
            const double difference = one.now[t] - one.old[t], ratio = std::exp(difference), a = one.advantages[t];
            const double held = std::clamp(ratio, 0.8, 1.2);
            policy += std::max(-a * ratio, -a * held);
            clipped += -a * held > -a * ratio ? 1 : 0;
            approx += 0.5 * difference * difference;
            ratios += ratio;
            value += 0.5 * one.returns[t] * one.returns[t];  // the value function starts at 0
            for (std::size_t d = 0; d < width; ++d) gradient[d] -= one.returns[t] * one.hidden[t][d] / std::sqrt(static_cast<double>(width)) / tokens;
            gradient[width] -= one.returns[t] / tokens;
        }
        entropy += mean;
        scores += one.score;
    }
    const double count = static_cast<double>(all.size());
    const auto first = task_->loss(*target_.runner, updates[0], 1 / tokens);
    auto seen = first.extra.values();
    EXPECT_GT(clipped, 0) << "the test should reach the clip";
    EXPECT_NEAR(first.count, tokens, 0);
    EXPECT_NEAR(seen.at("objective/scores"), scores / count, 1e-6);
    EXPECT_NEAR(seen.at("kl"), kl / count, 2e-5);
    EXPECT_NEAR(seen.at("objective/kl"), price / count, 2e-5);
    EXPECT_NEAR(seen.at("objective/entropy"), drawn / count, 2e-5 * 9);
    EXPECT_NEAR(seen.at("entropy"), entropy / count, 1e-5);
    EXPECT_NEAR(seen.at("objective/non_score_reward"), -0.3 * price / count, 1e-5);
    EXPECT_NEAR(seen.at("objective/rlhf_reward"), (scores - 0.3 * price) / count, 1e-5);
    EXPECT_NEAR(seen.at("loss/policy_avg"), policy / tokens, 1e-5);
    EXPECT_NEAR(seen.at("loss/value_avg"), value / tokens, 1e-5);
    EXPECT_NEAR(seen.at("policy/clipfrac_avg"), clipped / tokens, 1e-9);
    EXPECT_NEAR(seen.at("policy/approxkl_avg"), approx / tokens, 1e-5);
    EXPECT_NEAR(seen.at("val/ratio"), ratios / tokens, 1e-5);
    EXPECT_NEAR(first.value.item<double>(), policy / tokens, 1e-5);
    EXPECT_NEAR(first.sum / tokens, (policy + spec_.ppo.vfCoef * value) / tokens, 1e-5);

    // Adam's first step moves every weight of the value function by its rate, 1e-3, against the gradient; then its loss is clipped around the old value 0.
    const auto second = task_->loss(*target_.runner, updates[1], 1 / tokens);
    seen = second.extra.values();
    double moved = 0;
    for (const Plain& one : all) {
        for (std::size_t t = 0; t < one.answer.size(); ++t) {
            double v = -1e-3 * gradient[width] / (std::abs(gradient[width]) + 1e-8);
            for (std::size_t d = 0; d < width; ++d) v -= 1e-3 * gradient[d] / (std::abs(gradient[d]) + 1e-8) * one.hidden[t][d] / std::sqrt(static_cast<double>(width));
            const double held = std::clamp(v, -0.2, 0.2);
            moved += 0.5 * std::max((v - one.returns[t]) * (v - one.returns[t]), (held - one.returns[t]) * (held - one.returns[t]));
        }
    }
    EXPECT_NEAR(seen.at("loss/value_avg"), moved / tokens, 1e-5);
    EXPECT_LT(moved, value);
    EXPECT_NEAR(seen.at("val/ratio_var"), 0, 1e-9) << "the policy did not move between the two";
}

TEST_P(PpoNumbers, AStepOfGrpoIsTheFormula) {
    begin(GetParam(), "grpo");
    scaleWeights(1.06);
    const std::vector<std::int64_t> examples = {1, 3, 4};
    auto all = answers(examples, 3, 0);
    const auto updates = task_->plan(*target_.runner, examples, 0);
    scaleWeights(1.4);
    for (Plain& one : all) measure(target_.model(), one, spec_.ppo.temperature, one.now, nullptr, nullptr);
    double sum = 0, tokens = 0;
    for (std::size_t group = 0; group < all.size(); group += 3) {
        double mean = 0, squares = 0;
        for (std::size_t i = group; i < group + 3; ++i) mean += all[i].score / 3;
        for (std::size_t i = group; i < group + 3; ++i) squares += (all[i].score - mean) * (all[i].score - mean);
        for (std::size_t i = group; i < group + 3; ++i) {
            const double a = (all[i].score - mean) / (std::sqrt(squares / 2) + 1e-4);
            for (std::size_t t = 0; t < all[i].answer.size(); ++t) {
                const double ratio = std::exp(all[i].now[t] - all[i].old[t]);
                sum += std::max(-a * ratio, -a * std::clamp(ratio, 0.8, 1.2)) + 0.3 * priceOf(all[i].now[t], all[i].reference[t], "k3");
                ++tokens;
            }
        }
    }
    const auto loss = task_->loss(*target_.runner, updates[0], 1 / tokens);
    EXPECT_NEAR(loss.count, tokens, 0);
    EXPECT_NEAR(loss.value.item<double>(), sum / tokens, 1e-5);
    EXPECT_FALSE(loss.extra.values().contains("loss/value_avg"));
}

INSTANTIATE_TEST_SUITE_P(Estimators, PpoNumbers, ::testing::Values("k1", "k3"));

}  // namespace
}  // namespace lathe::tasks
