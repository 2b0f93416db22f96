// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>

#include "tensor/torch.h"

namespace lathe::tensor {

/// Where dropout draws from; without a generator there is none.
struct DropoutContext {
    std::optional<at::Generator> generator;
    bool isOn() const { return generator.has_value(); }
};

/// 64 random bits of the CPU generator, for a node that draws its numbers itself. The context must be on.
std::uint64_t drawSeed(const DropoutContext& context);

/// x with each element zeroed with probability `rate` and the others scaled by 1 / (1 - rate); x itself when off or
/// rate is 0.
torch::Tensor dropout(const torch::Tensor& x, double rate, const DropoutContext& context);

}  // namespace lathe::tensor
