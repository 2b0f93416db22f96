// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/dropout.h"

#include <bit>
#include <cmath>
#include <mutex>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include "tensor/clones.h"

namespace lathe::tensor {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kBlock = 1 << 16;  ///< elements with a key of their own; the thread count does not matter

/// SplitMix64's finaliser: a key for each block.
std::uint32_t keyOf(std::uint64_t seed, std::int64_t block) {
    std::uint64_t z = seed + 0x9e3779b97f4a7c15ULL * (static_cast<std::uint64_t>(block) + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
}

/// A 32-bit mixing function (two multiplications, three shifts; bias below 0.2 %), so that sixteen are drawn at once.
__attribute__((always_inline)) inline std::uint32_t mixed(std::uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7feb352dU;
    x = (x ^ (x >> 15)) * 0x846ca68bU;
    return x ^ (x >> 16);
}

LATHE_CLONES
void dropF32(float* __restrict out, const float* __restrict in, std::int64_t n, std::uint32_t key, std::uint32_t limit, float scale) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = mixed(static_cast<std::uint32_t>(i) ^ key) >= limit ? in[i] * scale : 0.0F;
}

LATHE_CLONES
void dropBf16(std::uint16_t* __restrict out, const std::uint16_t* __restrict in, std::int64_t n, std::uint32_t key, std::uint32_t limit, float scale) {
    for (std::int64_t i = 0; i < n; ++i) {
        const auto scaled = std::bit_cast<std::uint32_t>(std::bit_cast<float>(static_cast<std::uint32_t>(in[i]) << 16) * scale);
        const auto rounded = static_cast<std::uint16_t>((scaled + 0x7fffU + ((scaled >> 16) & 1U)) >> 16);
        out[i] = mixed(static_cast<std::uint32_t>(i) ^ key) >= limit ? rounded : std::uint16_t{0};
    }
}

/// x with the elements that (seed, place) chooses; the same for a gradient.
torch::Tensor dropped(const torch::Tensor& x, double rate, std::uint64_t seed) {
    const torch::Tensor in = x.contiguous();
    torch::Tensor out = torch::empty_like(in);
    const auto limit = static_cast<std::uint32_t>(std::min(rate * 4294967296.0, 4294967295.0));
    const auto scale = static_cast<float>(1.0 / (1.0 - rate));
    const std::int64_t n = in.numel();
    at::parallel_for(0, (n + kBlock - 1) / kBlock, 1, [&](std::int64_t firstBlock, std::int64_t lastBlock) {
        for (std::int64_t block = firstBlock; block < lastBlock; ++block) {
            const std::int64_t first = block * kBlock;
            const std::int64_t count = std::min(kBlock, n - first);
            const std::uint32_t key = keyOf(seed, block);
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

torch::Tensor dropout(const torch::Tensor& x, double rate, const DropoutContext& context) {
    if (!context.isOn() || rate <= 0) {
        return x;
    }
    if (isForUs(x) && rate < 1) {
        auto* generator = at::check_generator<at::CPUGeneratorImpl>(context.generator);
        std::uint64_t seed = 0;
        {
            const std::lock_guard lock(generator->mutex_);
            seed = generator->random64();
        }
        return SeededDropout::apply(x, rate, std::bit_cast<std::int64_t>(seed));
    }
    torch::Tensor mask;
    {
        const torch::NoGradGuard noGrad;
        mask = torch::empty_like(x).bernoulli_(1.0 - rate, context.generator).mul_(1.0 / (1.0 - rate));
    }
    return x * mask;
}

}  // namespace lathe::tensor
