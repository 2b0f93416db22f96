// SPDX-License-Identifier: GPL-3.0-or-later
/// Each fused block against the same thing spelled out with ATen, values and gradients.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <lathe/error.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include "tensor/attention.h"
#include "tensor/dropout.h"
#include "tensor/embedding.h"
#include "tensor/linear.h"
#include "tensor/mlp.h"
#include "tensor/norm.h"
#include "tensor/packed_batch.h"
#include "tensor/rope.h"

namespace lathe::tensor {
namespace {

torch::Tensor leaf(const torch::Tensor& x) { return x.detach().clone().set_requires_grad(true); }

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

TEST(Dropout, DropsTheShareItSaysAndKeepsTheMean) {
    for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
        const DropoutContext context{at::make_generator<at::CPUGeneratorImpl>(7)};
        const torch::Tensor x = torch::ones({1'000, 1'000}, dtype);
        const torch::Tensor y = dropout(x, 0.1, context).to(torch::kFloat32);
        EXPECT_NEAR(y.eq(0).sum().item<double>() / 1e6, 0.1, 0.002);
        EXPECT_NEAR(y.max().item<double>(), 1.0 / 0.9, 0.005);
        // Neighbours, rows and blocks know nothing of each other: both dropped in one of a hundred cases.
        const torch::Tensor isOut = y.eq(0).flatten();
        for (const std::int64_t shift : {1, 2, 64, 1'000, 65'536}) {
            const auto n = isOut.numel() - shift;
            EXPECT_NEAR(isOut.narrow(0, 0, n).logical_and(isOut.narrow(0, shift, n)).sum().item<double>() / static_cast<double>(n), 0.01, 0.001) << shift;
        }
        EXPECT_FALSE(torch::equal(dropout(x, 0.1, context).to(torch::kFloat32), y));  // the next call draws others
    }
}

TEST(Dropout, TheGradientGoesWhereTheValueWentOnAnyNumberOfThreads) {
    torch::manual_seed(18);
    const torch::Tensor x = leaf(torch::rand({300, 700}) + 1);  // no zeros but dropped ones
    const int threads = at::get_num_threads();
    const torch::Tensor y = dropout(x, 0.25, {at::make_generator<at::CPUGeneratorImpl>(3)});
    y.sum().backward();
    EXPECT_EQ(difference(x.grad(), y.detach().ne(0).to(torch::kFloat32) / 0.75), 0.0);
    at::set_num_threads(1);
    EXPECT_TRUE(torch::equal(y, dropout(x, 0.25, {at::make_generator<at::CPUGeneratorImpl>(3)})));
    at::set_num_threads(threads);
    EXPECT_TRUE(torch::equal(x, dropout(x, 0.25, {})));
}

class NormTest : public ::testing::TestWithParam<std::tuple<NormKind, bool>> {};

TEST_P(NormTest, EqualsTheFormulaWithGradients) {
    torch::manual_seed(1);
    const auto [kind, hasBranch] = GetParam();
    Norm norm{kind, 1e-5, leaf(torch::randn({37})),
              kind == NormKind::Layer ? leaf(torch::randn({37})) : torch::Tensor()};
    const torch::Tensor x = leaf(torch::randn({19, 37}) * 3 + 1);
    const torch::Tensor branch = hasBranch ? leaf(torch::randn({19, 37})) : torch::Tensor();
    const torch::Tensor seed = torch::randn({19, 37});
    const torch::Tensor sumSeed = torch::randn({19, 37});

    const auto collect = [&](const torch::Tensor& sum, const torch::Tensor& normed) {
        for (const torch::Tensor& t : {x, branch, norm.weight, norm.bias}) {
            if (t.defined()) {
                t.mutable_grad() = torch::Tensor();
            }
        }
        ((normed * seed).sum() + (sum * sumSeed).sum()).backward();
        std::vector<torch::Tensor> grads;
        for (const torch::Tensor& t : {x, branch, norm.weight, norm.bias}) {
            if (t.defined()) {
                grads.push_back(t.grad().clone());
            }
        }
        return grads;
    };
    const NormResult fused = addNorm(x, branch, norm, torch::kFloat32);
    const auto found = collect(fused.sum, fused.normed);
    const torch::Tensor sum = hasBranch ? x + branch : x;
    const torch::Tensor normed = kind == NormKind::Layer
                                     ? at::layer_norm(sum, {37}, norm.weight, norm.bias, 1e-5)
                                     : sum * torch::rsqrt(sum.square().mean(-1, true) + 1e-5) * norm.weight;
    const auto expected = collect(sum, normed);
    EXPECT_LT(difference(fused.normed, normed), 1e-5);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_LT(difference(found[i], expected[i]), 5e-5) << i;
    }
}

TEST_P(NormTest, TakesEveryMixOfF32AndBf16) {
    torch::manual_seed(17);
    const auto [kind, hasBranch] = GetParam();
    const Norm norm{kind, 1e-5, torch::randn({64}), kind == NormKind::Layer ? torch::randn({64}) : torch::Tensor()};
    const torch::Tensor x = torch::randn({5, 64}).to(torch::kBFloat16);
    const torch::Tensor branch = hasBranch ? torch::randn({5, 64}).to(torch::kBFloat16) : torch::Tensor();
    const torch::Tensor expected =
        addNorm(x.to(torch::kFloat32), hasBranch ? branch.to(torch::kFloat32) : branch, norm, torch::kFloat32).normed;
    EXPECT_LT(difference(addNorm(x.to(torch::kFloat32), branch, norm, torch::kFloat32).normed, expected), 1e-6);
    const NormResult narrow = addNorm(x, branch, norm, torch::kBFloat16);
    EXPECT_EQ(narrow.normed.scalar_type(), torch::kBFloat16);
    EXPECT_EQ(narrow.sum.scalar_type(), torch::kBFloat16);
    EXPECT_LT(difference(narrow.normed, expected), 0.04);
}

INSTANTIATE_TEST_SUITE_P(Kinds, NormTest,
                         ::testing::Combine(::testing::Values(NormKind::Layer, NormKind::Rms), ::testing::Bool()));

TEST(Swiglu, EqualsSiluTimesUpWithGradients) {
    torch::manual_seed(2);
    const torch::Tensor x =
        leaf(torch::cat({torch::randn({7, 50}) * 4, torch::full({1, 50}, -200.0), torch::full({1, 50}, 200.0)}));
    const torch::Tensor fused = gatedActivation(x, Activation::Silu);
    fused.square().sum().backward();
    const torch::Tensor found = x.grad().clone();
    x.mutable_grad() = torch::Tensor();
    const auto halves = x.chunk(2, 1);
    const torch::Tensor expected = torch::silu(halves[0]) * halves[1];
    expected.square().sum().backward();
    EXPECT_LT(((fused - expected).abs() / (1 + expected.abs())).max().item<double>(), 1e-6);
    EXPECT_LT(((found - x.grad()).abs() / (1 + x.grad().abs())).max().item<double>(), 1e-5);
}

TEST(Activation, GeluEqualsItsFormulaInDoubleWithGradients) {
    const torch::Tensor points = torch::cat({torch::linspace(-14, 14, 28'001, torch::kFloat32), torch::tensor({-60.0F, -3e4F, 0.0F, 1e-20F, 60.0F, 3e4F})});
    for (const auto activation : {Activation::Gelu, Activation::GeluTanh}) {
        const auto exact = [&](const torch::Tensor& x) { return at::gelu(x, activation == Activation::Gelu ? "none" : "tanh"); };
        for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
            const torch::Tensor x = leaf(points.to(dtype));
            const torch::Tensor wide = leaf(x.to(torch::kFloat64));
            const torch::Tensor found = activate(x, activation);
            const torch::Tensor expected = exact(wide);
            const double precision = dtype == torch::kFloat32 ? 4e-7 : 0.004;
            EXPECT_LT(((found.to(torch::kFloat64) - expected).abs() / (1 + wide.abs())).max().item<double>(), precision);
            found.sum().backward();
            expected.sum().backward();
            EXPECT_LT(difference(x.grad(), wide.grad()), dtype == torch::kFloat32 ? 2e-6 : 0.006);
            const torch::NoGradGuard noGrad;
            EXPECT_TRUE(torch::equal(activate(x, activation), found)) << "with a graph and without";
        }
        EXPECT_TRUE(activate(torch::full({1}, NAN), activation).isnan().item<bool>());
    }
    const torch::Tensor tail = torch::linspace(-5, -1, 401);
    const torch::Tensor exact = at::gelu(tail.to(torch::kFloat64));
    EXPECT_LT(((activate(tail, Activation::Gelu) - exact) / exact).abs().max().item<double>(), 3e-6) << "relatively, where 1 + erf cancels";
}

TEST(Activation, NamesOfTransformers) {
    EXPECT_EQ(parseActivation("gelu_new"), Activation::GeluTanh);
    EXPECT_EQ(parseActivation("gelu"), Activation::Gelu);
    EXPECT_FALSE(parseActivation("tanhshrink").has_value());
}

TEST(Rope, KernelEqualsAtenAndBackwardUndoesIt) {
    torch::manual_seed(3);
    const RopeTable table = makeRopeTable({.theta = 10000.0}, 8, 64);
    const torch::Tensor positions = torch::tensor({0, 1, 5, 63}, torch::kInt64);
    const torch::Tensor x = torch::randn({4, 40});
    torch::Tensor kernel = x.clone();
    rotateInPlace(kernel, 3, 8, positions, table, RopeDirection::Forward);
    const torch::Tensor wide = torch::zeros({4, 80});
    torch::Tensor strided = wide.narrow(1, 0, 40);
    strided.copy_(x);
    rotateInPlace(strided, 3, 8, positions, table, RopeDirection::Forward);
    EXPECT_LT(difference(kernel, strided), 1e-6);
    EXPECT_TRUE(torch::equal(kernel.narrow(1, 24, 16), x.narrow(1, 24, 16))) << "columns behind the heads stay";
    EXPECT_TRUE(torch::equal(kernel[0], x[0])) << "position 0 is not turned";
    rotateInPlace(kernel, 3, 8, positions, table, RopeDirection::Backward);
    EXPECT_LT(difference(kernel, x), 1e-5);
}

/// factors: of each sequence's probabilities [heads, T, T].
torch::Tensor spelledOut(const torch::Tensor& qkv, const AttentionShape& s, const PackedBatch& batch, const std::vector<torch::Tensor>& factors = {}) {
    std::vector<torch::Tensor> outputs;
    for (std::size_t b = 0; b < batch.lengths.size(); ++b) {
        const std::int64_t length = batch.lengths[b];
        const std::int64_t slot = batch.offsets[b + 1] - batch.offsets[b];
        const torch::Tensor rows = qkv.narrow(0, batch.offsets[b], length);
        const auto heads = [&](std::int64_t first, std::int64_t count) {
            return rows.narrow(1, first * s.headWidth, count * s.headWidth)
                .view({length, count, s.headWidth})
                .transpose(0, 1);
        };
        const torch::Tensor query = heads(0, s.heads);
        const torch::Tensor key = heads(s.heads, s.kvHeads).repeat_interleave(s.heads / s.kvHeads, 0);
        const torch::Tensor value = heads(s.heads + s.kvHeads, s.kvHeads).repeat_interleave(s.heads / s.kvHeads, 0);
        torch::Tensor scores = torch::matmul(query, key.transpose(1, 2)) * s.scale;
        if (s.isCausal) {
            scores = scores.masked_fill(torch::ones({length, length}, torch::kBool).triu(1),
                                        -std::numeric_limits<float>::infinity());
        }
        const torch::Tensor probabilities = factors.empty() ? scores.softmax(-1) : scores.softmax(-1) * factors[b];
        const torch::Tensor out =
            torch::matmul(probabilities, value).transpose(0, 1).reshape({length, s.heads * s.headWidth});
        outputs.push_back(torch::constant_pad_nd(out, {0, 0, 0, slot - length}));
    }
    return torch::cat(outputs);
}

TEST(Attention, EqualsSoftmaxSpelledOutWithGradients) {
    torch::manual_seed(4);
    const std::vector<std::vector<std::int32_t>> rows{std::vector<std::int32_t>(9, 1), std::vector<std::int32_t>(9, 1),
                                                      std::vector<std::int32_t>(1, 1),
                                                      std::vector<std::int32_t>(70, 1)};
    for (const auto layout : {BatchLayout::Packed, BatchLayout::Dynamic}) {
        for (const bool isCausal : {false, true}) {
            for (const std::int64_t kvHeads : {6, 2}) {
                const AttentionShape shape{6, kvHeads, 16, isCausal, 0.3, 0.0};
                const PackedBatch batch = makePackedBatch(rows, {layout, 0, 0});
                const torch::Tensor start = leaf(torch::randn({batch.numRows(), shape.columns()}));
                const torch::Tensor seed = torch::zeros({batch.numRows(), 96})
                                               .index_copy(0, batch.realRows(), torch::randn({batch.numTokens(), 96}));
                const torch::Tensor found =
                    packedAttention(start * 1.0, shape, makeAttentionPlan(batch, batch.positions, nullptr), {});
                (found * seed).sum().backward();
                const torch::Tensor gradient = start.grad().clone();
                start.mutable_grad() = torch::Tensor();
                const torch::Tensor expected = spelledOut(start, shape, batch);
                (expected * seed).sum().backward();
                const torch::Tensor real = batch.realRows();
                EXPECT_LT(difference(found.index_select(0, real), expected.index_select(0, real)), 2e-5);
                EXPECT_LT(difference(gradient, start.grad()), 5e-5);
            }
        }
    }
}

/// What dropout makes of each sequence's probabilities, [heads, T, T] in f32: values that are rows of the identity let them through.
std::vector<torch::Tensor> droppedProbabilities(const torch::Tensor& qkv, const AttentionShape& s, const PackedBatch& batch, std::uint64_t seed) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor marked = qkv.detach().clone();
    marked.narrow(1, (s.heads + s.kvHeads) * s.headWidth, s.kvHeads * s.headWidth).zero_();
    for (std::size_t b = 0; b < batch.lengths.size(); ++b) {
        for (std::int64_t t = 0; t < batch.lengths[b]; ++t) {
            for (std::int64_t h = 0; h < s.kvHeads; ++h) marked[batch.offsets[b] + t][(s.heads + s.kvHeads + h) * s.headWidth + t] = 1;
        }
    }
    const torch::Tensor out = packedAttention(marked, s, makeAttentionPlan(batch, batch.positions, nullptr), {at::make_generator<at::CPUGeneratorImpl>(seed)});
    std::vector<torch::Tensor> result;
    for (std::size_t b = 0; b < batch.lengths.size(); ++b) {
        const std::int64_t length = batch.lengths[b];
        result.push_back(out.narrow(0, batch.offsets[b], length).view({length, s.heads, s.headWidth}).narrow(2, 0, length).transpose(0, 1).to(torch::kFloat32));
    }
    return result;
}

TEST(Attention, DropoutEqualsTheSameOneSpelledOutWithGradients) {
    torch::manual_seed(15);
    const std::vector<std::vector<std::int32_t>> rows{std::vector<std::int32_t>(9, 1), std::vector<std::int32_t>(9, 1), std::vector<std::int32_t>(1, 1),
                                                      std::vector<std::int32_t>(15, 1)};
    const double rate = 0.25;
    for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
        for (const auto layout : {BatchLayout::Packed, BatchLayout::Dynamic}) {
            for (const bool isCausal : {false, true}) {
                for (const std::int64_t kvHeads : {6, 2}) {
                    const AttentionShape shape{6, kvHeads, 16, isCausal, 0.3, rate};
                    const PackedBatch batch = makePackedBatch(rows, {layout, 0, 0});
                    const torch::Tensor start = torch::randn({batch.numRows(), shape.columns()}).to(dtype);
                    const auto dropped = droppedProbabilities(start, shape, batch, 5);
                    std::vector<torch::Tensor> factors;
                    for (const torch::Tensor& p : dropped) factors.push_back(p.ne(0).to(torch::kFloat32) / (1 - rate));
                    const torch::Tensor seed =
                        torch::zeros({batch.numRows(), 96}).index_copy(0, batch.realRows(), torch::randn({batch.numTokens(), 96}));
                    const torch::Tensor x = leaf(start), wide = leaf(start.to(torch::kFloat32));
                    const torch::Tensor found =
                        packedAttention(x * 1.0, shape, makeAttentionPlan(batch, batch.positions, nullptr), {at::make_generator<at::CPUGeneratorImpl>(5)});
                    (found * seed.to(dtype)).sum().backward();
                    const torch::Tensor expected = spelledOut(wide, shape, batch, factors);
                    (expected * seed).sum().backward();
                    const torch::Tensor real = batch.realRows();
                    const torch::Tensor error = found.index_select(0, real) - expected.index_select(0, real), gradientError = x.grad() - wide.grad();
                    if (dtype == torch::kFloat32) {
                        EXPECT_LT(error.abs().max().item<double>(), 2e-5);
                        EXPECT_LT(gradientError.abs().max().item<double>(), 5e-5);
                    } else {
                        EXPECT_LT(error.norm().item<double>(), 0.01 * expected.norm().item<double>());
                        EXPECT_LT(gradientError.norm().item<double>(), 0.015 * wide.grad().norm().item<double>());
                    }
                }
            }
        }
    }
}

TEST(Attention, DropoutDrawsItsShareAnewForEachHeadSequenceAndQueryOnAnyNumberOfThreads) {
    torch::manual_seed(16);
    const std::vector<std::vector<std::int32_t>> rows(40, std::vector<std::int32_t>(32, 1));
    const AttentionShape shape{4, 4, 32, false, 0.01, 0.2};
    const PackedBatch batch = makePackedBatch(rows, {BatchLayout::Packed, 0, 0});
    const torch::Tensor qkv = torch::randn({batch.numRows(), shape.columns()});
    const torch::Tensor dropped = torch::stack(droppedProbabilities(qkv, shape, batch, 9));  // [40, 4, 32, 32]
    const torch::Tensor isOut = dropped.eq(0).to(torch::kFloat32);
    EXPECT_NEAR(isOut.mean().item<double>(), 0.2, 0.005);
    for (const std::int64_t dimension : {0, 1, 2, 3}) {  // neighbours know nothing of each other: both out in one of 25 cases
        const std::int64_t n = isOut.size(dimension) - 1;
        EXPECT_NEAR((isOut.narrow(dimension, 0, n) * isOut.narrow(dimension, 1, n)).mean().item<double>(), 0.04, 0.003) << dimension;
    }
    EXPECT_NEAR(dropped.sum(-1).mean().item<double>(), 1, 0.01) << "the others are scaled up";
    EXPECT_GT(difference(torch::stack(droppedProbabilities(qkv, shape, batch, 10)).eq(0), isOut), 0.5) << "another seed";
    const int threads = at::get_num_threads();
    at::set_num_threads(1);
    EXPECT_TRUE(torch::equal(torch::stack(droppedProbabilities(qkv, shape, batch, 9)), dropped));
    at::set_num_threads(threads);
}

TEST(Attention, Bf16GradientsAreCloseToF32OnShortAndLongRuns) {
    torch::manual_seed(14);
    for (const int length : {24, 600}) {
        for (const bool isCausal : {false, true}) {
            for (const auto layout : {BatchLayout::Packed, BatchLayout::Dynamic}) {
                const std::vector<std::vector<std::int32_t>> rows{
                    std::vector<std::int32_t>(static_cast<std::size_t>(length), 1),
                    std::vector<std::int32_t>(static_cast<std::size_t>(length / 2), 1)};
                const AttentionShape shape{4, 2, 16, isCausal, 0.25, 0.0};
                const PackedBatch batch = makePackedBatch(rows, {layout, 0, 0});
                const torch::Tensor start = torch::randn({batch.numRows(), shape.columns()}) * 2;
                const torch::Tensor seed = torch::zeros({batch.numRows(), 64})
                                               .index_copy(0, batch.realRows(), torch::randn({batch.numTokens(), 64}));
                const auto gradientIn = [&](torch::ScalarType type) {
                    const torch::Tensor x = start.to(torch::kBFloat16).to(type).set_requires_grad(true);
                    const torch::Tensor out =
                        packedAttention(x * 1.0, shape, makeAttentionPlan(batch, batch.positions, nullptr), {});
                    (out * seed.to(type)).sum().backward();
                    return x.grad().to(torch::kFloat32);
                };
                const torch::Tensor wide = gradientIn(torch::kFloat32);
                const torch::Tensor narrow = gradientIn(torch::kBFloat16);
                EXPECT_LT((wide - narrow).norm().item<double>(), 0.015 * wide.norm().item<double>())
                    << length << isCausal;
            }
        }
    }
}

TEST(Linear, JoinedPartsHaveTheirOwnGradients) {
    torch::manual_seed(5);
    Linear linear({{"q", 8}, {"k", 4}, {"v", 4}}, 10, true);
    {
        const torch::NoGradGuard noGrad;
        for (LinearPart& part : linear.parts()) {
            part.weight.copy_(torch::randn_like(part.weight));
            part.bias.copy_(torch::randn_like(part.bias));
        }
    }
    for (LinearPart& part : linear.parts()) {
        part.weight.set_requires_grad(part.name != "k");
        part.bias.set_requires_grad(part.name != "v");
    }
    const torch::Tensor x = leaf(torch::randn({12, 10}));
    linear.forward(x).square().sum().backward();
    std::vector<torch::Tensor> columns;
    std::vector<torch::Tensor> copies;
    const torch::Tensor again = leaf(x);
    for (const LinearPart& part : linear.parts()) {
        copies.push_back(leaf(part.weight));
        copies.push_back(leaf(part.bias));
        columns.push_back(at::linear(again, copies[copies.size() - 2], copies.back()));
    }
    torch::cat(columns, 1).square().sum().backward();
    EXPECT_LT(difference(x.grad(), again.grad()), 1e-3);
    EXPECT_LT(difference(linear.parts()[0].weight.grad(), copies[0].grad()), 1e-3);
    EXPECT_LT(difference(linear.parts()[1].bias.grad(), copies[3].grad()), 1e-3);
    EXPECT_LT(difference(linear.parts()[2].weight.grad(), copies[4].grad()), 1e-3);
    EXPECT_FALSE(linear.parts()[1].weight.grad().defined());
    EXPECT_FALSE(linear.parts()[2].bias.grad().defined());
}

TEST(Linear, LeavesAreViewsOfOneStorageAlsoAfterConversion) {
    Linear linear({{"gate", 6}, {"up", 6}}, 4, false);
    linear.convert(torch::kBFloat16, torch::kCPU);
    const torch::NoGradGuard noGrad;
    linear.parts()[1].weight.fill_(2);
    EXPECT_EQ(linear.joinedWeight()[7][3].item<float>(), 2);
    EXPECT_EQ(linear.joinedWeight()[5][3].item<float>(), 0);
    EXPECT_EQ(linear.parts()[0].weight.scalar_type(), torch::kBFloat16);
}

TEST(Linear, FewRowsEqualTheMatrixProduct) {
    torch::manual_seed(6);
    for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
        for (const std::int64_t inputs : {1, 16, 37, 576}) {
            const torch::Tensor weight = torch::randn({53, inputs}).to(type);
            const torch::Tensor bias = torch::randn({53}).to(type);
            for (std::int64_t rows = 1; rows <= 9; ++rows) {
                const torch::Tensor x = torch::randn({rows, inputs}).to(type);
                const torch::Tensor found = linearInference(x, weight, bias, torch::kFloat32);
                const torch::Tensor expected =
                    at::linear(x.to(torch::kFloat32), weight.to(torch::kFloat32), bias.to(torch::kFloat32));
                const double tolerance = (type == torch::kFloat32 ? 1e-5
                                          : rows <= 8             ? 1e-4
                                                                  : 2e-2) *
                                         (1 + expected.abs().max().item<double>());
                EXPECT_LT(difference(found, expected), tolerance) << inputs << " inputs, " << rows << " rows";
            }
        }
    }
}

TEST(Embedding, RepeatedIdsAddUpAndThePaddingRowGetsNothing) {
    torch::manual_seed(7);
    const torch::Tensor ids = torch::tensor({4, 2, 4, 0, 4}, torch::kInt64);
    const torch::Tensor seed = torch::randn({5, 6});
    for (const auto kind : {EmbeddingGradient::Dense, EmbeddingGradient::Sparse}) {
        const torch::Tensor table = leaf(torch::randn({7, 6}));
        const torch::Tensor found = embeddingRows(table, ids, 2, kind);
        EXPECT_TRUE(torch::equal(found, table.detach().index_select(0, ids)));
        ((found * seed).sum() + table.sum()).backward();
        EXPECT_FALSE(table.grad().is_sparse());
        torch::Tensor expected = torch::ones({7, 6});
        expected[4] += seed[0] + seed[2] + seed[4];
        expected[0] += seed[3];
        EXPECT_LT(difference(table.grad(), expected), 1e-5);
    }
}

/// Hands out a gradient that was ready before, as the loss of a language model does.
struct ReadyGradient : torch::autograd::Function<ReadyGradient> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor&, torch::Tensor* gradient) {
        context->saved_data["gradient"] = std::exchange(*gradient, torch::Tensor());
        return torch::zeros({});
    }
    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, const torch::autograd::variable_list&) {
        const torch::Tensor gradient = context->saved_data["gradient"].toTensor();
        context->saved_data.clear();
        return {gradient, torch::Tensor()};
    }
};

TEST(Embedding, SparseGradientIsAddedWhereTheHeadsIs) {
    torch::manual_seed(8);
    const torch::Tensor table = leaf(torch::randn({7, 6}));
    torch::Tensor ofHead = torch::randn({7, 6});
    torch::Tensor expected = ofHead.clone();
    expected[1] += 2;
    expected[5] += 1;
    const void* const place = ofHead.const_data_ptr();
    const torch::Tensor found = embeddingRows(table, torch::tensor({1, 5, 1}, torch::kInt64), -1, EmbeddingGradient::Sparse).sum();
    (found + ReadyGradient::apply(table, &ofHead)).backward();
    EXPECT_LT(difference(table.grad(), expected), 1e-6);
    EXPECT_EQ(table.grad().const_data_ptr(), place);
    embeddingRows(table, torch::tensor({1}, torch::kInt64), -1, EmbeddingGradient::Sparse).sum().backward();
    expected[1] += 1;
    EXPECT_LT(difference(table.grad(), expected), 1e-6);
    EXPECT_EQ(table.grad().const_data_ptr(), place);
}

TEST(Embedding, SparseGradientAloneArrivesDense) {
    torch::manual_seed(9);
    const torch::Tensor table = leaf(torch::randn({7, 6}).to(torch::kBFloat16));
    embeddingRows(table, torch::tensor({1, 1}, torch::kInt64), -1, EmbeddingGradient::Sparse).sum().backward();
    ASSERT_FALSE(table.grad().is_sparse());
    EXPECT_EQ(table.grad()[1][0].item<float>(), 2);
    EXPECT_EQ(table.grad()[0][0].item<float>(), 0);
}

TEST(PackedBatch, LayoutsDifferOnlyInPadding) {
    const std::vector<std::vector<std::int32_t>> rows{{5, 6, 7}, {8}};
    const PackedBatch packed = makePackedBatch(rows);
    EXPECT_EQ(packed.offsets, (std::vector<std::int64_t>{0, 3, 4}));
    EXPECT_FALSE(packed.isPadded());
    const PackedBatch dynamic = makePackedBatch(rows, {BatchLayout::Dynamic, 0, 9});
    EXPECT_EQ(dynamic.numRows(), 6);
    EXPECT_EQ(dynamic.numTokens(), 4);
    EXPECT_TRUE(torch::equal(dynamic.ids, torch::tensor({5, 6, 7, 8, 9, 9}, torch::kInt64)));
    EXPECT_TRUE(torch::equal(dynamic.positions, torch::tensor({0, 1, 2, 0, 1, 2}, torch::kInt64)));
    EXPECT_TRUE(torch::equal(dynamic.lastTokenRows(), torch::tensor({2, 3}, torch::kInt64)));
    EXPECT_TRUE(torch::equal(dynamic.realRows(), torch::tensor({0, 1, 2, 3}, torch::kInt64)));
    EXPECT_EQ(makePackedBatch(rows, {BatchLayout::MaxLength, 4, 9}).numRows(), 8);
}

TEST(PackedBatch, SequencesThatBeginAlikeHaveTheBeginningOnce) {
    BatchOptions options;
    options.sharesPrefixes = true;
    const std::vector<std::vector<std::int32_t>> rows{{1, 2, 3, 4, 5, 6}, {1, 2, 3, 9}, {1, 2, 3, 4, 7, 8}, {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 7, 8, 9}};
    const PackedBatch batch = makePackedBatch(rows, options);
    EXPECT_EQ(batch.lengths, (std::vector<std::int64_t>{6, 4, 2, 1, 3})) << "three tokens are too few; a whole sequence keeps its last token; nothing is shared with a part";
    EXPECT_TRUE(torch::equal(batch.ids, torch::tensor({1, 2, 3, 4, 5, 6, 1, 2, 3, 9, 7, 8, 6, 7, 8, 9}, torch::kInt64)));
    EXPECT_TRUE(torch::equal(batch.positions, torch::tensor({0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 5, 4, 5, 6}, torch::kInt64)));
    EXPECT_EQ(batch.rowOf(2, 3), 3);
    EXPECT_EQ(batch.rowOf(2, 4), 10);
    EXPECT_EQ(batch.rowOf(4, 6), 15);
    EXPECT_TRUE(torch::equal(batch.lastTokenRows(), torch::tensor({5, 9, 11, 12, 15}, torch::kInt64)));
    options.layout = BatchLayout::Dynamic;
    EXPECT_EQ(makePackedBatch(rows, options).numRows(), 35) << "padded layouts keep their shape";
}

TEST(PackedBatch, RefusesWhatDoesNotFit) {
    EXPECT_THROW(makePackedBatch({}), Error);
    EXPECT_THROW(makePackedBatch({{1}, {}}), Error);
    EXPECT_THROW(makePackedBatch({{1, 2, 3}}, {BatchLayout::MaxLength, 2, 0}), Error);
    EXPECT_THROW(makePackedBatch({{1, 2}}, {}, {{0}}), Error);
}

TEST(KvCache, RefusesToGrowPastItsLength) {
    KvCache cache({1, 2, 4, 1, 8, torch::kFloat32, torch::kCPU});
    EXPECT_THROW(cache.begin(3), Error);
    cache.begin(1);
    const std::vector<std::int64_t> three{3};
    cache.extend(three);
    EXPECT_THROW(cache.extend(std::vector<std::int64_t>{2}), Error);
    cache.truncate(0, 1);
    EXPECT_EQ(cache.length(0), 1);
    EXPECT_NO_THROW(cache.extend(three));
    EXPECT_THROW(cache.reorder(std::vector<std::int64_t>{1}), Error);
    EXPECT_THROW(KvCache({0, 1, 1, 1, 1, torch::kFloat32, torch::kCPU}), Error);
}

TEST(KvCache, SequencesWithACommonPastNeverOverwriteEachOther) {
    KvCache cache({1, 3, 8, 1, 4, torch::kFloat32, torch::kCPU});
    cache.begin(2);
    cache.extend(std::vector<std::int64_t>{4, 2});
    cache.reorder(std::vector<std::int64_t>{0, 0, 1});
    cache.extend(std::vector<std::int64_t>{1, 1, 3});
    EXPECT_EQ(cache.slots(0)[3], cache.slots(1)[3]);
    for (std::int64_t t = 0; t < 5; ++t) {
        EXPECT_NE(cache.slots(2)[t], cache.slots(0)[t]) << t;
    }
    EXPECT_NE(cache.slots(0)[4], cache.slots(1)[4]);
}

}  // namespace
}  // namespace lathe::tensor
