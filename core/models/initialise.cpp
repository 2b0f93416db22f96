// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/initialise.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/random.h"

namespace lathe::models {

namespace {

/// FNV-1a: a stream number that belongs to the name.
std::uint64_t streamOf(std::string_view name) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    }
    return hash;
}

/// Each block of values has its own stretch of the stream, so threads do not change the result.
void drawNormal(torch::Tensor& values, double deviation, std::uint64_t seed, std::uint64_t stream) {
    constexpr std::int64_t kBlock = 4096;
    auto* out = values.data_ptr<float>();
    const std::int64_t count = values.numel();
    at::parallel_for(0, (count + kBlock - 1) / kBlock, 4, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t block = first; block < last; ++block) {
            base::RandomStream random(seed, stream, static_cast<std::uint64_t>(block) * 4 * kBlock);
            for (std::int64_t i = block * kBlock; i < std::min(count, (block + 1) * kBlock); ++i) {
                out[i] = static_cast<float>(random.normal() * deviation);
            }
        }
    });
}

}  // namespace

void initialiseParameter(Parameter& parameter, const ParameterInfo& info, const Architecture& a, std::uint64_t seed) {
    const torch::NoGradGuard noGrad;
    torch::Tensor value = parameter.value;
    if (info.kind == ParameterKind::Norm || info.kind == ParameterKind::Bias) {
        value.fill_(info.kind == ParameterKind::Norm && !info.isBias ? 1.0 : 0.0);
        return;
    }
    double deviation = a.initializerRange;
    if (a.scalesResidualInit && (info.role == Role::AttentionOutput || info.role == Role::MlpDown)) {
        deviation /= std::sqrt(2.0 * static_cast<double>(a.numLayers));
    }
    drawNormal(value, deviation, seed, streamOf(info.name));
    if (info.role == Role::WordEmbedding && a.padId >= 0) {
        value[a.padId].zero_();
    }
}

}  // namespace lathe::models
