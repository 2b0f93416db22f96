// SPDX-License-Identifier: GPL-3.0-or-later
/// Attention of one token a sequence, for a last layer of which nobody reads the others.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "tensor/attention.h"

namespace lathe::tensor {

/// The rows of packedAttention's result that `rows` names, one a slot in the slots' order: qkv [N, (H + 2 Hkv) K] -> [B, H K]. Differentiable, on every
/// device. Consumes qkv: RoPE is applied in place.
torch::Tensor pooledAttention(const torch::Tensor& qkv, const AttentionShape& shape, const std::shared_ptr<const AttentionPlan>& plan,
                              const std::vector<std::int64_t>& rows, const DropoutContext& dropout);

}  // namespace lathe::tensor
