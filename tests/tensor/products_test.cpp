// SPDX-License-Identifier: GPL-3.0-or-later
/// The products of a linear layer against the same in f64, whichever way this processor takes, and the ways for few rows and for slow bf16 on every one.
#include <gtest/gtest.h>

#include <ATen/Parallel.h>

#include "tensor/bf16_speed.h"
#include "tensor/few_rows.h"
#include "tensor/kernels.h"
#include "tensor/products.h"
#include "tensor/widened.h"

namespace lathe::tensor {
namespace {

/// Largest difference as a share of the largest value.
double error(const torch::Tensor& found, const torch::Tensor& expected) {
    return ((found.to(torch::kFloat64) - expected).abs().max() / expected.abs().max()).item<double>();
}

torch::Tensor wide(const torch::Tensor& x) { return x.to(torch::kFloat64); }

struct Shape {
    std::int64_t rows;
    std::int64_t outputs;
    std::int64_t inputs;
};

/// Tiles' edges in each direction, one row, the largest number of rows and more, and more inputs than are summed at once.
const Shape kShapes[] = {{1, 1, 1},    {1, 7, 5},     {2, 3, 8},    {3, 64, 32},   {4, 6, 16},    {5, 65, 33},   {7, 130, 100},
                         {39, 96, 40}, {40, 192, 576}, {41, 67, 31}, {64, 385, 129}, {160, 48, 50}, {161, 48, 50}, {300, 20, 600}, {6, 10, 1'700}};

struct Given {
    explicit Given(const Shape& shape) {
        torch::manual_seed(shape.rows + 1'000 * shape.outputs + 1'000'000 * shape.inputs);
        x = torch::randn({shape.rows, shape.inputs});
        dy = torch::randn({shape.rows, shape.outputs});
        weight = torch::randn({shape.outputs, shape.inputs});
    }
    torch::Tensor x, dy, weight;
};

std::string nameOf(const Shape& shape) { return std::to_string(shape.rows) + " x " + std::to_string(shape.outputs) + " x " + std::to_string(shape.inputs); }

TEST(Products, EqualThoseInF64) {
    for (const Shape& shape : kShapes) {
        const Given given(shape);
        const torch::Tensor bias = torch::randn({shape.outputs});
        EXPECT_LT(error(product(given.x, given.weight, bias), wide(given.x).mm(wide(given.weight).t()) + wide(bias)), 2e-6) << nameOf(shape);
        EXPECT_LT(error(product(given.x, given.weight), wide(given.x).mm(wide(given.weight).t())), 2e-6) << nameOf(shape);
        EXPECT_LT(error(inputGradient(given.dy, given.weight), wide(given.dy).mm(wide(given.weight))), 2e-6) << nameOf(shape);
        EXPECT_LT(error(weightGradient(given.dy, given.x), wide(given.dy).t().mm(wide(given.x))), 2e-6) << nameOf(shape);
        torch::Tensor sum = torch::ones_like(given.weight);
        weightGradientInto(sum, given.dy, given.x, Into::Add);
        EXPECT_LT(error(sum, wide(given.dy).t().mm(wide(given.x)) + 1), 2e-6) << nameOf(shape);
    }
}

TEST(FewRows, EqualThoseInF64) {
    for (const Shape& shape : kShapes) {
        const Given given(shape);
        const torch::Tensor y = torch::full_like(given.dy, NAN);
        fewRowsProduct(y, given.x, given.weight);
        EXPECT_LT(error(y, wide(given.x).mm(wide(given.weight).t())), 2e-6) << nameOf(shape);
        const torch::Tensor dx = torch::full_like(given.x, NAN);
        fewRowsInputGradient(dx, given.dy, given.weight);
        EXPECT_LT(error(dx, wide(given.dy).mm(wide(given.weight))), 2e-6) << nameOf(shape);
        const torch::Tensor expected = wide(given.dy).t().mm(wide(given.x));
        const torch::Tensor dWeight = torch::full_like(given.weight, NAN);
        fewRowsWeightGradient(dWeight, given.dy, given.x, Into::Replace);
        EXPECT_LT(error(dWeight, expected), 2e-6) << nameOf(shape);
        fewRowsWeightGradient(dWeight, given.dy, given.x, Into::Add);
        EXPECT_LT(error(dWeight, 2 * expected), 2e-6) << nameOf(shape);
    }
}

TEST(Widened, RoundOnlyTheResult) {
    constexpr double kHalfUlp = 1.0 / 256 + 1e-6;  // of bf16, as a share of the largest value
    constexpr Shape kSeveralBlocks{3, 1'000, 2'400}, kBlocksOfOneOutput{2, 3, 1'100'000};
    std::vector<Shape> shapes(std::begin(kShapes), std::end(kShapes));
    shapes.push_back(kSeveralBlocks);
    shapes.push_back(kBlocksOfOneOutput);
    for (const Shape& shape : shapes) {
        Given given(shape);
        for (torch::Tensor* x : {&given.x, &given.dy, &given.weight}) *x = x->to(torch::kBFloat16);
        const torch::Tensor bias = torch::randn({shape.outputs}).to(torch::kBFloat16);
        torch::Tensor y = torch::full_like(given.dy, NAN);
        widenedProduct(y, given.x, given.weight, bias);
        EXPECT_LT(error(y, wide(given.x).mm(wide(given.weight).t()) + wide(bias)), kHalfUlp) << nameOf(shape);
        widenedProduct(y, given.x, given.weight, {});
        EXPECT_LT(error(y, wide(given.x).mm(wide(given.weight).t())), kHalfUlp) << nameOf(shape);
        torch::Tensor dx = torch::full_like(given.x, NAN);
        widenedInputGradient(dx, given.dy, given.weight);
        EXPECT_LT(error(dx, wide(given.dy).mm(wide(given.weight))), kHalfUlp) << nameOf(shape);
        const torch::Tensor expected = wide(given.dy).t().mm(wide(given.x));
        torch::Tensor dWeight = torch::full_like(given.weight, NAN);
        widenedWeightGradient(dWeight, given.dy, given.x, Into::Replace);
        EXPECT_LT(error(dWeight, expected), kHalfUlp) << nameOf(shape);
        dWeight.fill_(1);
        widenedWeightGradient(dWeight, given.dy, given.x, Into::Add);
        EXPECT_LT(error(dWeight, expected + 1), kHalfUlp) << nameOf(shape);
    }
}

TEST(Bf16Speed, IsMeasuredOnceAndNothingWithoutInstructions) {
    const double speedup = bf16Speedup();
    EXPECT_EQ(speedup > 0, kernels::multipliesBf16());
    EXPECT_EQ(bf16Speedup(), speedup);
    EXPECT_LT(speedup, 40.0);
}

TEST(FewRows, TakeColumnsOfWiderMatricesAndTransposedOnes) {
    const Given given({39, 100, 60});
    const torch::Tensor part = given.dy.narrow(1, 30, 40);
    const torch::Tensor dWeight = torch::empty({40, 60});
    fewRowsWeightGradient(dWeight, part, given.x, Into::Replace);
    EXPECT_LT(error(dWeight, wide(part).t().mm(wide(given.x))), 2e-6);
    const torch::Tensor y = torch::empty({39, 100});
    fewRowsProduct(y, given.x.t().contiguous().t(), given.weight.t().contiguous().t());
    EXPECT_LT(error(y, wide(given.x).mm(wide(given.weight).t())), 2e-6);
    const torch::Tensor dx = torch::empty({39, 60});
    fewRowsInputGradient(dx, part, given.weight.narrow(0, 30, 40));
    EXPECT_LT(error(dx, wide(part).mm(wide(given.weight.narrow(0, 30, 40)))), 2e-6);
}

TEST(FewRows, GiveTheSameBitsOnAnyNumberOfThreads) {
    const Given given({39, 200, 300});
    const auto all = [&] {
        std::vector<torch::Tensor> found{torch::empty_like(given.dy), torch::empty_like(given.x), torch::empty_like(given.weight)};
        fewRowsProduct(found[0], given.x, given.weight);
        fewRowsInputGradient(found[1], given.dy, given.weight);
        fewRowsWeightGradient(found[2], given.dy, given.x, Into::Replace);
        return found;
    };
    const int threads = at::get_num_threads();
    std::vector<std::vector<torch::Tensor>> found;
    for (const int count : {1, 2, 3}) {
        at::set_num_threads(count);
        found.push_back(all());
    }
    at::set_num_threads(threads);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_TRUE(torch::equal(found[0][i], found[1][i])) << i;
        EXPECT_TRUE(torch::equal(found[0][i], found[2][i])) << i;
    }
}

}  // namespace
}  // namespace lathe::tensor
