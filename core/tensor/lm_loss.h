// SPDX-License-Identifier: GPL-3.0-or-later
/// Language-model head and cross entropy in one, on supervised positions only: the B x T x V logits never exist.
#pragma once
#include <cstddef>
#include <cstdint>

#include "tensor/torch.h"

namespace lathe::tensor {

struct LmLossOptions {
    double labelSmoothing = 0;    ///< as transformers' label_smoothing_factor: (1 - e) nll + e * mean over V of -log p
    double gradientScale = 1;     ///< `loss` is gradientScale times the sum; 1 / tokens of the step gives the mean
    std::size_t chunkBytes = 32u << 20;  ///< logits that exist at a time
};

struct LmLossResult {
    torch::Tensor loss;         ///< scalar f32, differentiable in hidden and weight
    double sum = 0;             ///< of the losses in nats (smoothing included), not scaled
    std::int64_t count = 0;     ///< supervised positions
    std::int64_t correct = 0;   ///< of these, where the likeliest token is the target
};

/// hidden [N, D] f32 or bf16; rows [n] int64, the positions that predict; targets [n] int64 in [0, V); weight [V, D] of hidden's
/// dtype. Forward computes both gradients chunk by chunk while the logits are there; backward only hands them out.
/// Equal to cross_entropy(hidden[rows] weight', targets, reduction="sum") * gradientScale.
LmLossResult lmLoss(const torch::Tensor& hidden, const torch::Tensor& rows, const torch::Tensor& targets, const torch::Tensor& weight,
                    const LmLossOptions& options = {});

/// log p(target) of each row in f32, [n], without gradient; in chunks as above. `temperature` divides the logits.
torch::Tensor lmLogProbabilities(const torch::Tensor& hidden, const torch::Tensor& rows, const torch::Tensor& targets,
                                 const torch::Tensor& weight, double temperature = 1.0, std::size_t chunkBytes = 32u << 20);

}  // namespace lathe::tensor
