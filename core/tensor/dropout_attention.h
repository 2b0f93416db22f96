// SPDX-License-Identifier: GPL-3.0-or-later
/// Attention with dropout of its probabilities on the CPU, as one node. Private to core/tensor.
#pragma once
#include "tensor/attention.h"

namespace lathe::tensor {

/// As packedAttention, for f32 and bf16 without prefixes; what is dropped follows from the seed, on any number of threads.
torch::Tensor dropoutAttention(const torch::Tensor& qkv, const AttentionShape& shape, const std::shared_ptr<const AttentionPlan>& plan, std::uint64_t seed);

}  // namespace lathe::tensor
