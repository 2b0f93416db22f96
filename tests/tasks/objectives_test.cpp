// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/json.h"
#include "tasks/objectives.h"
#include "tasks/token_logprob.h"

namespace lathe::tasks {
namespace {

torch::Tensor tensorOf(const base::Json& json) {
    if (json.front().is_array()) {
        std::vector<torch::Tensor> rows;
        for (const auto& row : json) rows.push_back(tensorOf(row));
        return torch::stack(rows);
    }
    return torch::tensor(json.get<std::vector<double>>(), torch::kFloat64);
}

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

class Goldens : public ::testing::Test {
protected:
    void SetUp() override {
        const std::filesystem::path file = std::filesystem::path(LATHE_SHARED_DIR) / "goldens/metrics/objectives.json";
        if (!std::filesystem::exists(file)) GTEST_SKIP() << "the shared reference values are not here: " << file;
        golden_ = base::readJsonFile(file);
    }
    base::Json golden_;
};

TEST_F(Goldens, Dpo) {
    const auto& g = golden_["dpo"];
    const auto loss = dpoLoss(tensorOf(g["policy_chosen_logp"]) - tensorOf(g["reference_chosen_logp"]), tensorOf(g["policy_rejected_logp"]) - tensorOf(g["reference_rejected_logp"]),
                              {g["beta"].get<double>(), "sigmoid", 0});
    EXPECT_TRUE(torch::allclose(loss, tensorOf(g["loss"]), 0, 1e-6)) << loss;
}

TEST_F(Goldens, RewardPairs) {
    const auto& g = golden_["reward_pairwise"];
    const auto chosen = tensorOf(g["chosen"]);
    const auto rejected = tensorOf(g["rejected"]);
    EXPECT_NEAR(rewardPairLoss(chosen, rejected, {}, 0).mean().item<double>(), g["loss"].get<double>(), 1e-6);
    EXPECT_NEAR(rewardPairLoss(chosen, rejected, tensorOf(g["margin"]), 0).mean().item<double>(), g["loss_with_margin"].get<double>(), 1e-6);
}

TEST_F(Goldens, AdvantagesAndPpo) {
    const auto& g = golden_["gae"];
    const auto rewards = tensorOf(g["rewards"]);
    const auto values = tensorOf(g["values"]);
    const auto mask = g.contains("mask") ? tensorOf(g["mask"]) : torch::ones_like(rewards);
    const auto advantages = generalisedAdvantages(rewards, values, mask, g["gamma"].get<double>(), g["lambda"].get<double>());
    EXPECT_TRUE(torch::allclose(advantages, tensorOf(g["advantages"]) * mask, 0, 1e-6)) << advantages - tensorOf(g["advantages"]);
    const auto& p = golden_["ppo"];
    const auto policy = ppoPolicyLoss(tensorOf(p["new_logp"]), tensorOf(p["old_logp"]), advantages, mask, p["clip"].get<double>());
    EXPECT_NEAR(policy.sum.item<double>() / mask.sum().item<double>(), p["policy_loss"].get<double>(), 1e-6);
    const auto value = ppoValueLoss(tensorOf(p["new_values"]), values, advantages + values, mask, p["value_clip"].get<double>());
    const double mean = value.sum.item<double>() / mask.sum().item<double>();
    const double expected = p["value_loss"].get<double>();
    // The golden may or may not hold PPO's factor one half; anything else is wrong.
    EXPECT_TRUE(std::abs(mean - expected) < 1e-6 || std::abs(2 * mean - expected) < 1e-6) << mean << " " << expected;
}

TEST(RewardLoss, EqualsTheFormulaWithMarginAndCentring) {
    torch::manual_seed(1);
    const auto chosen = torch::randn({50}, torch::kFloat64) * 3;
    const auto rejected = torch::randn({50}, torch::kFloat64) * 3;
    const auto margin = torch::rand({50}, torch::kFloat64);
    const auto loss = rewardPairLoss(chosen, rejected, margin, 0.01);
    for (std::int64_t i = 0; i < 50; ++i) {
        const double c = chosen[i].item<double>(), r = rejected[i].item<double>();
        EXPECT_NEAR(loss[i].item<double>(), softplus(-(c - r - margin[i].item<double>())) + 0.01 * (c + r) * (c + r), 1e-9);
    }
    EXPECT_TRUE(std::isfinite(rewardPairLoss(torch::tensor({-2000.0}), torch::tensor({2000.0}), {}, 0).item<double>()));
}

TEST(DpoLoss, EqualsTheFormulasOfAllKinds) {
    torch::manual_seed(2);
    const auto c = torch::randn({40}, torch::kFloat64) * 5;
    const auto r = torch::randn({40}, torch::kFloat64) * 5;
    const auto plain = dpoLoss(c, r, {0.3, "sigmoid", 0});
    const auto smooth = dpoLoss(c, r, {0.3, "sigmoid", 0.1});
    const auto hinge = dpoLoss(c, r, {0.3, "hinge", 0});
    const auto ipo = dpoLoss(c, r, {0.3, "ipo", 0});
    for (std::int64_t i = 0; i < 40; ++i) {
        const double d = c[i].item<double>() - r[i].item<double>();
        EXPECT_NEAR(plain[i].item<double>(), softplus(-0.3 * d), 1e-9);
        EXPECT_NEAR(smooth[i].item<double>(), 0.9 * softplus(-0.3 * d) + 0.1 * softplus(0.3 * d), 1e-9);
        EXPECT_NEAR(hinge[i].item<double>(), std::max(0.0, 1 - 0.3 * d), 1e-9);
        EXPECT_NEAR(ipo[i].item<double>(), (d - 1 / 0.6) * (d - 1 / 0.6), 1e-9);
    }
    EXPECT_THROW(dpoLoss(c, r, {0.3, "other", 0}), Error);
    EXPECT_THROW(dpoLoss(c, r, {0.0, "ipo", 0}), Error);
}

TEST(Advantages, IgnoreWhatLiesBehindTheAnswer) {
    torch::manual_seed(3);
    const auto rewards = torch::randn({2, 6}), values = torch::randn({2, 6});
    const auto mask = torch::tensor({1.f, 1.f, 1.f, 0.f, 0.f, 0.f, 1.f, 1.f, 1.f, 1.f, 1.f, 1.f}).view({2, 6});
    const auto whole = generalisedAdvantages(rewards, values, mask, 0.9, 0.8);
    const auto cut = generalisedAdvantages(rewards.narrow(1, 0, 3), values.narrow(1, 0, 3), torch::ones({2, 3}), 0.9, 0.8);
    EXPECT_TRUE(torch::allclose(whole[0].narrow(0, 0, 3), cut[0], 0, 1e-6));
    EXPECT_EQ(whole[0].narrow(0, 3, 3).abs().sum().item<float>(), 0);
}

TEST(Advantages, WithLambdaOneAreReturnsMinusValues) {
    torch::manual_seed(4);
    const auto rewards = torch::randn({1, 5}, torch::kFloat64), values = torch::randn({1, 5}, torch::kFloat64);
    const auto advantages = generalisedAdvantages(rewards, values, torch::ones({1, 5}, torch::kFloat64), 1.0, 1.0);
    double sum = 0;
    for (std::int64_t t = 4; t >= 0; --t) {
        sum += rewards[0][t].item<double>();
        EXPECT_NEAR(advantages[0][t].item<double>(), sum - values[0][t].item<double>(), 1e-9);
    }
}

TEST(Whiten, GivesUnitVarianceOverTheMaskOnly) {
    torch::manual_seed(5);
    const auto mask = torch::rand({8, 9}).gt(0.4).to(torch::kFloat64);
    const auto values = torch::randn({8, 9}, torch::kFloat64) * 7 + 3;
    const auto white = whiten(values, mask, WhitenMean::Remove);
    const auto kept = white.masked_select(mask.gt(0));
    EXPECT_NEAR(kept.mean().item<double>(), 0, 1e-9);
    EXPECT_NEAR(kept.var(true).item<double>(), 1, 1e-6);
    const auto shifted = whiten(values, mask, WhitenMean::Keep).masked_select(mask.gt(0));
    EXPECT_NEAR(shifted.mean().item<double>(), values.masked_select(mask.gt(0)).mean().item<double>(), 1e-9);
}

TEST(Kl, EstimatorsHaveTheSignsOfTrl) {
    const auto policy = torch::tensor({-1.0, -2.0}), reference = torch::tensor({-1.5, -1.0});
    EXPECT_TRUE(torch::allclose(klEstimate(policy, reference, "k1"), torch::tensor({0.5, -1.0})));
    EXPECT_TRUE(klEstimate(policy, reference, "k3").ge(0).all().item<bool>());
    EXPECT_NEAR(klEstimate(policy, reference, "k3")[0].item<double>(), std::exp(-0.5) - 1 + 0.5, 1e-6);
    EXPECT_THROW(klEstimate(policy, reference, "k2"), Error);
}

/// Log-softmax over all logits at once, by autograd.
torch::Tensor plainLogProbabilities(const torch::Tensor& hidden, const torch::Tensor& rows, const torch::Tensor& targets, const torch::Tensor& weight, double temperature) {
    const auto logits = torch::mm(hidden.index_select(0, rows), weight.t()) / (temperature == 1 ? 1.0 : temperature + 1e-7);
    return torch::log_softmax(logits, 1).gather(1, targets.unsqueeze(1)).squeeze(1);
}

TEST(TokenLogProbabilities, ValuesAndGradientsEqualAutogradInChunksWithATrainedAndAFrozenHead) {
    torch::manual_seed(6);
    for (const double temperature : {1.0, 0.7}) {
        for (const bool isTrained : {true, false}) {
            auto hidden = torch::randn({12, 8}).requires_grad_();
            auto weight = torch::randn({30, 8}).requires_grad_(isTrained);
            const auto rows = torch::tensor({0, 3, 4, 4, 11}, torch::kInt64);
            const auto targets = torch::tensor({7, 29, 0, 3, 3}, torch::kInt64);
            const auto upstream = torch::tensor({0.5f, -1.f, 2.f, 0.f, 3.f});
            const auto made = tokenLogProbabilities(hidden, rows, targets, weight, temperature, WithEntropy::Yes, 2 * 2 * 4 * 30);
            (made.values * upstream).sum().backward();
            const auto hiddenGradient = hidden.grad().clone(), weightGradient = isTrained ? weight.grad().clone() : torch::Tensor();
            hidden.mutable_grad().reset();
            weight.mutable_grad().reset();
            const auto plain = plainLogProbabilities(hidden, rows, targets, weight, temperature);
            (plain * upstream).sum().backward();
            EXPECT_TRUE(torch::allclose(made.values, plain, 0, 1e-5));
            EXPECT_TRUE(torch::allclose(hiddenGradient, hidden.grad(), 1e-5, 1e-5));
            if (isTrained) {
                EXPECT_TRUE(torch::allclose(weightGradient, weight.grad(), 1e-5, 1e-5));
            }
            const auto p = torch::log_softmax(torch::mm(hidden.index_select(0, rows), weight.t()) / (temperature == 1 ? 1.0 : temperature + 1e-7), 1).detach();
            EXPECT_TRUE(torch::allclose(made.entropy, -(p.exp() * p).sum(1), 0, 1e-4));
        }
    }
}

TEST(TokenLogProbabilities, NoRowsGiveZeroGradients) {
    auto hidden = torch::randn({3, 8}).requires_grad_();
    auto weight = torch::randn({30, 8}).requires_grad_();
    const auto none = torch::empty({0}, torch::kInt64);
    torch::full({30, 8}, 7.0F);  // what a gradient that is not set may find in memory
    tokenLogProbabilities(hidden, none, none, weight).values.sum().backward();
    EXPECT_TRUE(torch::equal(hidden.grad(), torch::zeros({3, 8})));
    EXPECT_TRUE(torch::equal(weight.grad(), torch::zeros({30, 8})));
}

TEST(TokenLogProbabilities, AnIdOutsideTheVocabularyIsRefused) {
    EXPECT_THROW(tokenLogProbabilities(torch::zeros({2, 3}), torch::tensor({0}, torch::kInt64), torch::tensor({5}, torch::kInt64), torch::zeros({5, 3})), Error);
}

}  // namespace
}  // namespace lathe::tasks
