// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/adamw.h"

#include <cmath>
#include <cstring>

#include <gtest/gtest.h>
#include <lathe/error.h>
#include <torch/optim.h>

namespace lathe::tensor {
namespace {

torch::Tensor drawn(at::IntArrayRef shape, std::uint64_t seed) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    return at::randn(shape, generator, torch::kFloat32);
}

TEST(AdamW, EqualsTorchsOptimiserOverManySteps) {
    const auto start = drawn({129, 301}, 1);
    const auto biasStart = drawn({301}, 2);
    auto weight = start.clone().set_requires_grad(true);
    auto bias = biasStart.clone().set_requires_grad(true);
    auto peerWeight = start.clone().set_requires_grad(true);
    auto peerBias = biasStart.clone().set_requires_grad(true);
    AdamW ours({{"w", weight, 0.05}, {"b", bias, 0.0}}, {0.8, 0.95, 1e-7});
    torch::optim::AdamWOptions decayed(1e-3);
    decayed.betas({0.8, 0.95}).eps(1e-7).weight_decay(0.05);
    torch::optim::AdamWOptions plain(1e-3);
    plain.betas({0.8, 0.95}).eps(1e-7).weight_decay(0.0);
    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.emplace_back(std::vector<torch::Tensor>{peerWeight}, std::make_unique<torch::optim::AdamWOptions>(decayed));
    groups.emplace_back(std::vector<torch::Tensor>{peerBias}, std::make_unique<torch::optim::AdamWOptions>(plain));
    torch::optim::AdamW peer(std::move(groups), torch::optim::AdamWOptions(1e-3));
    for (std::uint64_t step = 0; step < 12; ++step) {
        const double rate = 1e-3 * (1.0 + static_cast<double>(step));
        weight.mutable_grad() = drawn({129, 301}, 100 + step);
        bias.mutable_grad() = drawn({301}, 200 + step);
        peerWeight.mutable_grad() = weight.grad().clone() * 0.25;
        peerBias.mutable_grad() = bias.grad().clone() * 0.25;
        for (auto& group : peer.param_groups()) static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
        ours.step(rate, 0.25);
        peer.step();
    }
    EXPECT_LT((weight - peerWeight).abs().max().item<double>(), 2e-6);
    EXPECT_LT((bias - peerBias).abs().max().item<double>(), 2e-6);
}

TEST(AdamW, SplitMasterGivesEveryF32ValueBackExactly) {
    // Ties, negative zero, subnormals and neighbours of rounding borders, beside ordinary numbers.
    std::vector<float> values = {0.0F, -0.0F, 1.0F, 1.00390625F, 1.01171875F, -1.00390625F, 1e-40F, -1e-42F, 3.0e38F, 1.17549435e-38F};
    const auto random = drawn({100'000}, 3);
    values.insert(values.end(), random.data_ptr<float>(), random.data_ptr<float>() + random.numel());
    for (std::uint32_t low : {0x0U, 0x1U, 0x7fffU, 0x8000U, 0x8001U, 0xffffU}) {
        for (std::uint32_t high : {0x3f80U, 0x3f81U, 0xbf80U, 0x0080U}) {
            const std::uint32_t bits = (high << 16) | low;
            float value = 0;
            std::memcpy(&value, &bits, sizeof value);
            values.push_back(value);
        }
    }
    const auto master = torch::tensor(values);
    auto leaf = master.to(torch::kBFloat16).set_requires_grad(true);
    AdamW optimiser({{"w", leaf, 0.0}}, {});
    optimiser.setMaster(0, master);
    const auto back = optimiser.master(0);
    EXPECT_EQ(std::memcmp(back.data_ptr(), master.data_ptr(), master.nbytes()), 0);
    // The leaf is a nearest bf16 value: no bf16 number is closer than half a step.
    const auto distance = (leaf.detach().to(torch::kFloat64) - master.to(torch::kFloat64)).abs();
    const auto roundedDistance = (master.to(torch::kBFloat16).to(torch::kFloat64) - master.to(torch::kFloat64)).abs();
    EXPECT_TRUE((distance <= roundedDistance).all().item<bool>());
}

TEST(AdamW, Bf16LeavesFollowTheF32RunOnTheSameGradients) {
    const auto start = drawn({64, 130}, 5) * 0.02;
    auto wide = start.clone().set_requires_grad(true);
    auto half = start.to(torch::kBFloat16).set_requires_grad(true);
    AdamW f32({{"w", wide, 0.01}}, {});
    AdamW bf16({{"w", half, 0.01}}, {});
    bf16.setMaster(0, start);
    for (std::uint64_t step = 0; step < 20; ++step) {
        const auto gradient = drawn({64, 130}, 300 + step).to(torch::kBFloat16);
        half.mutable_grad() = gradient.clone();
        wide.mutable_grad() = gradient.to(torch::kFloat32);
        f32.step(1e-4, 0.5);
        bf16.step(1e-4, 0.5);
    }
    EXPECT_TRUE(torch::equal(bf16.master(0), wide.detach()));
}

TEST(AdamW, GradientNormIsThatOfAllGradientsTogether) {
    auto a = torch::zeros({100'003}).set_requires_grad(true);
    auto b = torch::zeros({77, 5}).to(torch::kBFloat16).set_requires_grad(true);
    auto untouched = torch::zeros({9}).set_requires_grad(true);
    AdamW optimiser({{"a", a, 0}, {"b", b, 0}, {"c", untouched, 0}}, {});
    EXPECT_EQ(optimiser.gradientNorm(), 0.0);
    a.mutable_grad() = drawn({100'003}, 7);
    b.mutable_grad() = drawn({77, 5}, 8).to(torch::kBFloat16);
    const double expected = std::sqrt(a.grad().to(torch::kFloat64).square().sum().item<double>() + b.grad().to(torch::kFloat64).square().sum().item<double>());
    EXPECT_NEAR(optimiser.gradientNorm(), expected, 1e-6 * expected);
    a.mutable_grad()[5] = std::numeric_limits<float>::infinity();
    EXPECT_FALSE(std::isfinite(optimiser.gradientNorm()));
    optimiser.clearGradients();
    EXPECT_FALSE(a.grad().defined());
}

TEST(AdamW, RestoredStateContinuesToTheSameBits) {
    for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
        const auto start = drawn({33, 65}, 9);
        auto unbroken = start.to(dtype, false, true).set_requires_grad(true);
        AdamW first({{"w", unbroken, 0.1}}, {});
        first.setMaster(0, start);
        const auto stepWith = [&](AdamW& optimiser, torch::Tensor leaf, std::uint64_t step) {
            leaf.mutable_grad() = drawn({33, 65}, 400 + step).to(dtype);
            optimiser.step(1e-2);
        };
        for (std::uint64_t step = 0; step < 3; ++step) stepWith(first, unbroken, step);
        auto again = torch::zeros({33, 65}, dtype).set_requires_grad(true);
        AdamW second({{"w", again, 0.1}}, {});
        auto state = first.state(0);
        second.restore(0, {state.master.clone(), state.mean.clone(), state.square.clone()});
        second.setSteps(first.steps());
        for (std::uint64_t step = 3; step < 6; ++step) {
            stepWith(first, unbroken, step);
            stepWith(second, again, step);
        }
        EXPECT_TRUE(torch::equal(first.master(0), second.master(0)));
        EXPECT_TRUE(torch::equal(unbroken.detach(), again.detach()));
    }
}

TEST(AdamW, RefusesWhatItCannotOptimise) {
    auto integers = torch::zeros({4}, torch::kInt64);
    EXPECT_THROW(AdamW({{"ids", integers, 0}}, {}), Error);
    auto strided = torch::zeros({4, 6}).t();
    EXPECT_THROW(AdamW({{"t", strided, 0}}, {}), Error);
    auto leaf = torch::zeros({4}).set_requires_grad(true);
    AdamW optimiser({{"w", leaf, 0}}, {});
    EXPECT_THROW(optimiser.setMaster(0, torch::zeros({5})), Error);
}

}  // namespace
}  // namespace lathe::tensor
