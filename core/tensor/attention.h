// SPDX-License-Identifier: GPL-3.0-or-later
/// Scaled dot-product attention over a packed batch: each slot sees itself only.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "tensor/dropout.h"
#include "tensor/kv_cache.h"
#include "tensor/packed_batch.h"
#include "tensor/rope.h"
#include "tensor/torch.h"

namespace lathe::tensor {

struct AttentionShape {
    std::int64_t heads = 1;
    std::int64_t kvHeads = 1;  ///< divides heads
    std::int64_t headWidth = 1;
    bool isCausal = false;
    double scale = 1;    ///< of the products, 1 / sqrt(K) usually
    double dropout = 0;  ///< of the probabilities

    std::int64_t columns() const { return (heads + 2 * kvHeads) * headWidth; }
};

/// Neighbouring slots of equal size, computed in one call; or one slot whose tokens also see a prefix that lies in an earlier slot.
struct AttentionRun {
    std::int64_t firstRow = 0;
    std::int64_t slots = 0;
    std::int64_t length = 0;
    /// Additive f32, else undefined: [slots, 1, 1, length] where slots are padded, [1, 1, length, prefixLength + length] where there is a prefix.
    torch::Tensor mask;
    std::int64_t prefixRow = 0;
    std::int64_t prefixLength = 0;  ///< 0: none

    std::int64_t keys() const { return prefixLength + length; }
};

/// What all layers of one forward pass share.
struct AttentionPlan {
    std::vector<AttentionRun> runs;
    torch::Tensor positions;          ///< [N]
    const RopeTable* rope = nullptr;  ///< must outlive the graph
};
std::shared_ptr<const AttentionPlan> makeAttentionPlan(const PackedBatch& batch, const torch::Tensor& positions,
                                                       const RopeTable* rope);

/// qkv [N, (H + 2 Hkv) K]: queries, keys, values side by side -> [N, H K]. Differentiable. Consumes qkv: RoPE is
/// applied in place, so nobody else may read it afterwards.
torch::Tensor packedAttention(const torch::Tensor& qkv, const AttentionShape& shape,
                              const std::shared_ptr<const AttentionPlan>& plan, const DropoutContext& dropout);

/// The same for new tokens of cached sequences, without autograd: writes keys and values into the cache (extended
/// before), then each token attends to all of its sequence up to itself. offsets: B + 1 row offsets of the new tokens.
torch::Tensor cachedAttention(torch::Tensor qkv, const AttentionShape& shape,
                              const std::shared_ptr<const AttentionPlan>& plan, KvCache& cache, std::int64_t layer,
                              const std::vector<std::int64_t>& offsets);

}  // namespace lathe::tensor
