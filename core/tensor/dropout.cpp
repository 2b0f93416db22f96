// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/dropout.h"

#include <bit>
#include <cmath>
#include <mutex>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include "tensor/clones.h"
#include "tensor/fast_math.h"

namespace lathe::tensor {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kBlock = 1 << 16;  ///< elements with a key of their own; the thread count does not matter

LATHE_CLONES
void dropF32(float* __restrict out, const float* __restrict in, std::int64_t n, std::uint32_t key, std::uint32_t limit, float scale) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = kernels::randomBits(key, static_cast<std::uint32_t>(i)) >= limit ? in[i] * scale : 0.0F;
}

LATHE_CLONES
void dropBf16(std::uint16_t* __restrict out, const std::uint16_t* __restrict in, std::int64_t n, std::uint32_t key, std::uint32_t limit, float scale) {
    for (std::int64_t i = 0; i < n; ++i) {
        const auto scaled = std::bit_cast<std::uint32_t>(std::bit_cast<float>(static_cast<std::uint32_t>(in[i]) << 16) * scale);
        const auto rounded = static_cast<std::uint16_t>((scaled + 0x7fffU + ((scaled >> 16) & 1U)) >> 16);
        out[i] = kernels::randomBits(key, static_cast<std::uint32_t>(i)) >= limit ? rounded : std::uint16_t{0};
    }
}

/// x with the elements that (seed, place) chooses; the same for a gradient.
torch::Tensor dropped(const torch::Tensor& x, double rate, std::uint64_t seed) {
    const torch::Tensor in = x.contiguous();
    torch::Tensor out = torch::empty_like(in);
    const auto limit = kernels::randomLimit(rate);
    const auto scale = static_cast<float>(1.0 / (1.0 - rate));
    const std::int64_t n = in.numel();
    at::parallel_for(0, (n + kBlock - 1) / kBlock, 1, [&](std::int64_t firstBlock, std::int64_t lastBlock) {
        for (std::int64_t block = firstBlock; block < lastBlock; ++block) {
            const std::int64_t first = block * kBlock;
            const std::int64_t count = std::min(kBlock, n - first);
            const std::uint32_t key = kernels::randomKey(seed, block);
            if (in.scalar_type() == torch::kFloat32) {
                dropF32(out.data_ptr<float>() + first, in.const_data_ptr<float>() + first, count, key, limit, scale);
            } else {
                dropBf16(static_cast<std::uint16_t*>(out.data_ptr()) + first, static_cast<const std::uint16_t*>(in.const_data_ptr()) + first, count, key, limit,
                         scale);
            }
        }
    });
    return out;
}

/// Keeps a seed instead of a mask: the gradient draws the same numbers again.
struct SeededDropout : torch::autograd::Function<SeededDropout> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, double rate, std::int64_t seed) {
        context->saved_data["rate"] = rate;
        context->saved_data["seed"] = seed;
        return dropped(x, rate, std::bit_cast<std::uint64_t>(seed));
    }
    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto seed = std::bit_cast<std::uint64_t>(context->saved_data["seed"].toInt());
        return {dropped(grads[0], context->saved_data["rate"].toDouble(), seed), torch::Tensor(), torch::Tensor()};
    }
};

bool isForUs(const torch::Tensor& x) {
    return x.is_cpu() && (x.scalar_type() == torch::kFloat32 || x.scalar_type() == torch::kBFloat16);
}

}  // namespace

std::uint64_t drawSeed(const DropoutContext& context) {
    auto* generator = at::check_generator<at::CPUGeneratorImpl>(context.generator);
    const std::lock_guard lock(generator->mutex_);
    return generator->random64();
}

torch::Tensor dropout(const torch::Tensor& x, double rate, const DropoutContext& context) {
    if (!context.isOn() || rate <= 0) {
        return x;
    }
    if (isForUs(x) && rate < 1) {
        return SeededDropout::apply(x, rate, std::bit_cast<std::int64_t>(drawSeed(context)));
    }
    torch::Tensor mask;
    {
        const torch::NoGradGuard noGrad;
        mask = torch::empty_like(x).bernoulli_(1.0 - rate, context.generator).mul_(1.0 / (1.0 - rate));
    }
    return x * mask;
}

}  // namespace lathe::tensor
