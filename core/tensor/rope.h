// SPDX-License-Identifier: GPL-3.0-or-later
/// Rotary position embedding (Su et al. 2021), in the half-split layout of transformers' Llama.
#pragma once
#include <cstdint>

#include "tensor/torch.h"

namespace lathe::tensor {

enum class RopeScaling { None, Linear, Llama3 };

struct RopeSettings {
    double theta = 0;  ///< base; 0: the model has no RoPE
    RopeScaling scaling = RopeScaling::None;
    double factor = 1;
    double lowFrequencyFactor = 1;             ///< llama3 only
    double highFrequencyFactor = 4;            ///< llama3 only
    std::int64_t originalMaxPositions = 8192;  ///< llama3 only

    bool isUsed() const { return theta > 0; }
};

/// cos and sin of every position, [maxPositions, K/2] f32 each.
struct RopeTable {
    torch::Tensor cos;
    torch::Tensor sin;
};

/// transformers 5.23, modeling_rope_utils.py: default, linear and llama3 frequencies.
RopeTable makeRopeTable(const RopeSettings& settings, std::int64_t headWidth, std::int64_t maxPositions);

/// Rotates the first `heads` heads (K columns each) of every row of x [N, columns] in place, no autograd.
/// positions [N] int64. direction -1 undoes it, which is also its derivative.
enum class RopeDirection { Forward, Backward };
void rotateInPlace(torch::Tensor x, std::int64_t heads, std::int64_t headWidth, const torch::Tensor& positions,
                   const RopeTable& table, RopeDirection direction);

}  // namespace lathe::tensor
