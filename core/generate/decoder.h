// SPDX-License-Identifier: GPL-3.0-or-later
/// The model one token at a time: a cache and the logits of every row's last token. Private to this folder.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/model.h"
#include "tensor/kv_cache.h"
#include "tensor/torch.h"

namespace lathe::generate {

/// Row of a contiguous f32 matrix on the CPU.
inline std::span<const float> rowOf(const torch::Tensor& matrix, std::int64_t row) {
    return {matrix.const_data_ptr<float>() + row * matrix.size(1), static_cast<std::size_t>(matrix.size(1))};
}

class Decoder {
public:
    /// Room for `rows` sequences of `maxLength` tokens, allocated once.
    /// tapLayer: stream() then has what enters that layer; -1: none.
    Decoder(models::Model& model, std::int64_t rows, std::int64_t maxLength, int tapLayer = -1);

    /// Starts anew with the prompts. Returns [P, V] f32 on the CPU: the scores of the token after each.
    torch::Tensor prefill(const std::vector<std::vector<std::int32_t>>& prompts);
    /// Row i goes on from what row parents[i] was, with tokens[i]. Returns [rows, V] f32 on the CPU.
    torch::Tensor advance(std::span<const std::int64_t> parents, std::span<const std::int32_t> tokens);
    /// Final states that the last scores came from, [rows, D].
    const torch::Tensor& hidden() const { return hidden_; }
    /// Of all tokens that were read last, [tokens, D].
    const torch::Tensor& stream() const { return tap_.stream; }

private:
    torch::Tensor lastLogits(const tensor::PackedBatch& batch);

    models::Model& model_;
    tensor::KvCache cache_;
    models::StreamTap tap_;
    torch::Tensor hidden_;
};

}  // namespace lathe::generate
