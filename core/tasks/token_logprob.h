// SPDX-License-Identifier: GPL-3.0-or-later
/// Log-probability of each token of an answer with a gradient of its own, without keeping the logits.
#pragma once
#include <cstddef>

#include "tensor/torch.h"

namespace lathe::tasks {

struct TokenLogProbabilities {
    torch::Tensor values;   ///< [n] f32, differentiable in hidden and weight
    torch::Tensor entropy;  ///< [n] f32 in nats, without gradient; undefined unless asked for
};

enum class WithEntropy { No, Yes };

/// hidden [N, D] f32 or bf16; rows [n] int64, positions that predict; targets [n] int64; weight [V, D] of hidden's dtype. Logits are divided by
/// temperature + 1e-7 first, as TRL's PPO does, unless it is exactly 1. Logits exist for `chunkBytes` at a time; backward
/// computes them again if the weight is trained.
TokenLogProbabilities tokenLogProbabilities(const torch::Tensor& hidden, const torch::Tensor& rows, const torch::Tensor& targets, const torch::Tensor& weight,
                                            double temperature = 1.0, WithEntropy entropy = WithEntropy::No, std::size_t chunkBytes = 96u << 20);

}  // namespace lathe::tasks
