// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/lm_loss.h"

#include <gtest/gtest.h>
#include <lathe/error.h>
#include <torch/nn/functional.h>

namespace lathe::tensor {
namespace {

namespace F = torch::nn::functional;

struct Case {
    torch::Tensor hidden, weight, rows, targets;
};

Case makeCase(std::int64_t positions, std::int64_t width, std::int64_t vocabulary, torch::ScalarType dtype, std::int64_t seed) {
    torch::manual_seed(seed);
    Case c;
    c.hidden = torch::randn({positions, width}).to(dtype);
    c.weight = (torch::randn({vocabulary, width}) * 0.5).to(dtype);
    c.rows = torch::randperm(positions).narrow(0, 0, positions * 2 / 3);
    c.targets = torch::randint(0, vocabulary, {c.rows.size(0)}, torch::kInt64);
    return c;
}

struct Plain {
    double sum;
    torch::Tensor hiddenGradient, weightGradient;
};

Plain plainCrossEntropy(const Case& c, double scale, double smoothing) {
    auto hidden = c.hidden.to(torch::kFloat64).set_requires_grad(true);
    auto weight = c.weight.to(torch::kFloat64).set_requires_grad(true);
    const auto logits = torch::mm(hidden.index_select(0, c.rows), weight.t());
    const auto loss = F::cross_entropy(logits, c.targets, F::CrossEntropyFuncOptions().reduction(torch::kSum).label_smoothing(smoothing));
    (loss * scale).backward();
    return {loss.item<double>(), hidden.grad(), weight.grad()};
}

double largestError(const torch::Tensor& ours, const torch::Tensor& expected) {
    return (ours.to(torch::kFloat64) - expected).abs().max().item<double>() / expected.abs().max().item<double>();
}

void compare(const Case& c, const LmLossOptions& options, double tolerance) {
    const auto expected = plainCrossEntropy(c, options.gradientScale, options.labelSmoothing);
    auto hidden = c.hidden.clone().set_requires_grad(true);
    auto weight = c.weight.clone().set_requires_grad(true);
    const auto result = lmLoss(hidden, c.rows, c.targets, weight, options);
    EXPECT_EQ(result.count, c.rows.size(0));
    EXPECT_NEAR(result.sum / expected.sum, 1.0, tolerance);
    EXPECT_NEAR(result.loss.item<double>(), expected.sum * options.gradientScale, tolerance * std::abs(expected.sum * options.gradientScale) + 1e-7);
    result.loss.backward();
    EXPECT_LT(largestError(hidden.grad(), expected.hiddenGradient), tolerance);
    EXPECT_LT(largestError(weight.grad(), expected.weightGradient), tolerance);
}

TEST(LmLoss, EqualsPlainCrossEntropyInF32) {
    compare(makeCase(37, 24, 1'003, torch::kFloat32, 1), {}, 1e-5);
    compare(makeCase(8, 16, 5, torch::kFloat32, 2), {.gradientScale = 0.125}, 1e-5);
    compare(makeCase(64, 48, 50'257, torch::kFloat32, 3), {.gradientScale = 1.0 / 40}, 1e-5);
}

TEST(LmLoss, ChunksChangeNothing) {
    const auto c = makeCase(50, 32, 700, torch::kFloat32, 4);
    compare(c, {.gradientScale = 0.03, .chunkBytes = 700 * 4 * 7}, 1e-5);
    compare(c, {.gradientScale = 0.03, .chunkBytes = 1}, 1e-5);
}

TEST(LmLoss, SmoothsLabelsAsCrossEntropyDoes) { compare(makeCase(30, 20, 301, torch::kFloat32, 5), {.labelSmoothing = 0.1}, 1e-5); }

TEST(LmLoss, Bf16StaysWithinItsOwnRounding) { compare(makeCase(60, 64, 2'000, torch::kBFloat16, 6), {.gradientScale = 0.02}, 2e-2); }

TEST(LmLoss, ScalesWithTheUpstreamGradient) {
    const auto c = makeCase(12, 8, 40, torch::kFloat32, 7);
    const auto expected = plainCrossEntropy(c, 3.0, 0);
    auto hidden = c.hidden.clone().set_requires_grad(true);
    auto weight = c.weight.clone().set_requires_grad(true);
    (lmLoss(hidden, c.rows, c.targets, weight).loss * 3.0).backward();
    EXPECT_LT(largestError(hidden.grad(), expected.hiddenGradient), 1e-5);
    EXPECT_LT(largestError(weight.grad(), expected.weightGradient), 1e-5);
}

TEST(LmLoss, TwoCallsAccumulateLikeOne) {
    const auto c = makeCase(30, 16, 90, torch::kFloat32, 8);
    const auto expected = plainCrossEntropy(c, 1.0, 0);
    auto hidden = c.hidden.clone().set_requires_grad(true);
    auto weight = c.weight.clone().set_requires_grad(true);
    for (const auto& [first, count] : {std::pair{0, 9}, std::pair{9, 11}}) {
        lmLoss(hidden, c.rows.narrow(0, first, count), c.targets.narrow(0, first, count), weight).loss.backward();
    }
    EXPECT_LT(largestError(weight.grad(), expected.weightGradient), 1e-5);
    EXPECT_LT(largestError(hidden.grad(), expected.hiddenGradient), 1e-5);
}

TEST(LmLoss, CountsRightPredictionsAndTakesTheFirstOfEquals) {
    const auto weight = torch::tensor({{1.0F, 0.0F}, {1.0F, 0.0F}, {0.0F, 1.0F}});
    const auto hidden = torch::tensor({{2.0F, 0.0F}, {2.0F, 0.0F}, {0.0F, 2.0F}});
    const auto rows = torch::arange(3, torch::kInt64);
    const auto result = lmLoss(hidden, rows, torch::tensor({0, 1, 2}, torch::kInt64), weight);
    EXPECT_EQ(result.correct, 2);
}

TEST(LmLoss, HugeLogitsStayFiniteAndNanIsSeen) {
    const auto weight = torch::tensor({{300.0F}, {-300.0F}});
    const auto rows = torch::zeros({1}, torch::kInt64);
    const auto result = lmLoss(torch::full({1, 1}, 100.0F), rows, torch::ones({1}, torch::kInt64), weight);
    EXPECT_NEAR(result.sum, 60'000.0, 1e-2);
    const auto broken = lmLoss(torch::full({1, 1}, std::numeric_limits<float>::quiet_NaN()), rows, torch::ones({1}, torch::kInt64), weight);
    EXPECT_FALSE(std::isfinite(broken.sum));
}

TEST(LmLoss, WithoutRowsIsZeroAndIdsOutsideAreRefused) {
    const auto c = makeCase(6, 4, 10, torch::kFloat32, 9);
    const auto nothing = torch::empty({0}, torch::kInt64);
    EXPECT_EQ(lmLoss(c.hidden, nothing, nothing, c.weight).sum, 0.0);
    EXPECT_THROW(lmLoss(c.hidden, torch::zeros({1}, torch::kInt64), torch::full({1}, 10, torch::kInt64), c.weight), Error);
}

TEST(LmLoss, LogProbabilitiesAreThoseOfTheSoftmax) {
    const auto c = makeCase(20, 12, 333, torch::kFloat32, 10);
    const auto logits = torch::mm(c.hidden.index_select(0, c.rows), c.weight.t());
    for (const double temperature : {1.0, 0.7}) {
        const auto expected = torch::log_softmax(logits / temperature, 1).gather(1, c.targets.unsqueeze(1)).squeeze(1);
        const auto ours = lmLogProbabilities(c.hidden, c.rows, c.targets, c.weight, temperature, 333 * 4 * 3);
        EXPECT_LT((ours - expected).abs().max().item<double>(), 1e-5);
    }
}

}  // namespace
}  // namespace lathe::tensor
