// SPDX-License-Identifier: GPL-3.0-or-later
// The weights are taken some outputs at a time, so that their f32 copy stays small and near.
#include "tensor/widened.h"

#include <algorithm>

#include "tensor/bf16_speed.h"
#include "tensor/kernels.h"

namespace lathe::tensor {

namespace {

constexpr std::int64_t kBlockBytes = 4 << 20;

/// For fewer rows the copies cost more than slow bf16 instructions do.
constexpr std::int64_t kFewestRows = 192;

/// f32 memory for matrices of one size or smaller.
class Scratch {
public:
    Scratch(std::int64_t rows, std::int64_t columns) : memory_(torch::empty({rows * columns}, torch::kFloat32)) {}
    torch::Tensor matrix(std::int64_t rows, std::int64_t columns) const { return memory_.narrow(0, 0, rows * columns).view({rows, columns}); }
    /// An f32 copy.
    torch::Tensor of(const torch::Tensor& x) const { return matrix(x.size(0), x.size(1)).copy_(x); }

private:
    torch::Tensor memory_;
};

std::int64_t outputsAtATime(std::int64_t outputs, std::int64_t inputs) {
    return std::clamp<std::int64_t>(kBlockBytes / 4 / std::max<std::int64_t>(1, inputs), 1, std::max<std::int64_t>(1, outputs));
}

/// Calls body(first, count) for pieces of the outputs.
template <typename Body>
void forOutputs(std::int64_t outputs, std::int64_t step, const Body& body) {
    for (std::int64_t first = 0; first < outputs; first += step) body(first, std::min(step, outputs - first));
}

}  // namespace

bool areWidened(const torch::Tensor& rows) {
    if (!rows.is_cpu() || rows.scalar_type() != torch::kBFloat16) return false;
    return !kernels::multipliesBf16() || (rows.size(0) >= kFewestRows && !isBf16Faster());
}

void widenedProduct(torch::Tensor& y, const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
    const torch::Tensor in = x.to(torch::kFloat32);
    const std::int64_t step = outputsAtATime(weight.size(0), weight.size(1));
    const Scratch weights(step, weight.size(1)), results(x.size(0), step);
    forOutputs(weight.size(0), step, [&](std::int64_t first, std::int64_t count) {
        torch::Tensor part = results.matrix(x.size(0), count);
        productInto(part, in, weights.of(weight.narrow(0, first, count)));
        if (bias.defined()) part.add_(bias.narrow(0, first, count));
        y.narrow(1, first, count).copy_(part);
    });
}

void widenedInputGradient(torch::Tensor& dx, const torch::Tensor& dy, const torch::Tensor& weight) {
    const std::int64_t step = outputsAtATime(weight.size(0), weight.size(1));
    const Scratch weights(step, weight.size(1)), gradients(dy.size(0), step);
    torch::Tensor sum = torch::zeros(dx.sizes(), torch::kFloat32);
    forOutputs(weight.size(0), step, [&](std::int64_t first, std::int64_t count) {
        sum.addmm_(gradients.of(dy.narrow(1, first, count)), weights.of(weight.narrow(0, first, count)));
    });
    dx.copy_(sum);
}

void widenedWeightGradient(torch::Tensor& dWeight, const torch::Tensor& dy, const torch::Tensor& x, Into into) {
    const torch::Tensor in = x.to(torch::kFloat32);
    const std::int64_t step = outputsAtATime(dWeight.size(0), dWeight.size(1));
    const Scratch gradients(dy.size(0), step), results(step, dWeight.size(1));
    forOutputs(dWeight.size(0), step, [&](std::int64_t first, std::int64_t count) {
        torch::Tensor part = results.matrix(count, dWeight.size(1));
        weightGradientInto(part, gradients.of(dy.narrow(1, first, count)), in, Into::Replace);
        torch::Tensor place = dWeight.narrow(0, first, count);
        if (into == Into::Add) place.add_(part);
        else place.copy_(part);
    });
}

}  // namespace lathe::tensor
