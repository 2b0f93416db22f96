// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/rope.h"

#include <cmath>
#include <numbers>

#include <ATen/Parallel.h>

#include "tensor/kernels.h"

namespace lathe::tensor {

namespace {

/// Llama 3.1's stretch: long wavelengths are divided by factor, short ones kept, those between blended.
torch::Tensor stretchLlama3(const torch::Tensor& frequencies, const RopeSettings& settings) {
    const double longest = static_cast<double>(settings.originalMaxPositions) / settings.lowFrequencyFactor;
    const double shortest = static_cast<double>(settings.originalMaxPositions) / settings.highFrequencyFactor;
    const torch::Tensor wavelengths = 2 * std::numbers::pi / frequencies;
    const torch::Tensor slowed = frequencies / settings.factor;
    const torch::Tensor smooth =
        (static_cast<double>(settings.originalMaxPositions) / wavelengths - settings.lowFrequencyFactor) /
        (settings.highFrequencyFactor - settings.lowFrequencyFactor);
    const torch::Tensor blended = (1 - smooth) * slowed + smooth * frequencies;
    return torch::where(wavelengths > longest, slowed, torch::where(wavelengths < shortest, frequencies, blended));
}

}  // namespace

RopeTable makeRopeTable(const RopeSettings& settings, std::int64_t headWidth, std::int64_t maxPositions) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor exponents = torch::arange(0, headWidth, 2, torch::kFloat32) / static_cast<double>(headWidth);
    torch::Tensor frequencies = 1.0 / torch::pow(torch::Scalar(settings.theta), exponents);
    if (settings.scaling == RopeScaling::Linear) {
        frequencies = frequencies / settings.factor;
    } else if (settings.scaling == RopeScaling::Llama3) {
        frequencies = stretchLlama3(frequencies, settings);
    }
    const torch::Tensor angles = torch::arange(maxPositions, torch::kFloat32).unsqueeze(1) * frequencies.unsqueeze(0);
    return {angles.cos(), angles.sin()};
}

void rotateInPlace(torch::Tensor x, std::int64_t heads, std::int64_t headWidth, const torch::Tensor& positions,
                   const RopeTable& table, RopeDirection direction) {
    const torch::NoGradGuard noGrad;
    const std::int64_t half = headWidth / 2;
    const float sign = direction == RopeDirection::Forward ? 1.0f : -1.0f;
    if (kernels::isPlain(x)) {
        const auto* position = positions.const_data_ptr<std::int64_t>();
        const auto* cos = table.cos.const_data_ptr<float>();
        const auto* sin = table.sin.const_data_ptr<float>();
        const auto type = kernels::numberOf(x);
        at::parallel_for(0, x.size(0), 16, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t r = first; r < last; ++r) {
                const std::int64_t at = position[r] * half;
                kernels::rotateRow(kernels::mutableRowOf(x, r), type, heads, half, cos + at, sin + at, sign);
            }
        });
        return;
    }
    torch::Tensor view = x.narrow(1, 0, heads * headWidth).view({x.size(0), heads, 2, half});
    const torch::Tensor cos = table.cos.index_select(0, positions).unsqueeze(1);
    const torch::Tensor sin = table.sin.index_select(0, positions).unsqueeze(1) * sign;
    const torch::Tensor low = view.select(2, 0).to(torch::kFloat32);
    const torch::Tensor high = view.select(2, 1).to(torch::kFloat32);
    const torch::Tensor turned = torch::stack({low * cos - high * sin, high * cos + low * sin}, 2);
    view.copy_(turned);
}

}  // namespace lathe::tensor
