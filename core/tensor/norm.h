// SPDX-License-Identifier: GPL-3.0-or-later
/// LayerNorm (Ba et al. 2016) and RMSNorm (Zhang and Sennrich 2019, eq. 4), fused with the residual sum before them.
#pragma once
#include <utility>

#include "tensor/torch.h"

namespace lathe::tensor {

enum class NormKind { Layer, Rms };

/// weight [D], bias [D] (undefined for RMSNorm), both f32 whatever the compute dtype.
struct Norm {
    NormKind kind = NormKind::Layer;
    double epsilon = 1e-5;
    torch::Tensor weight;
    torch::Tensor bias;
};

/// sum = stream + branch (branch may be undefined), normed = norm(sum).
struct NormResult {
    torch::Tensor sum;     ///< [N, D] in the stream's dtype
    torch::Tensor normed;  ///< [N, D] in outputType
};

/// Differentiable in stream, branch, weight and bias. stream [N, D] f32 or bf16, branch [N, D] of any float dtype.
/// Statistics are taken in f32. With outputType f32 and plain f32 input this equals torch's layer_norm and
/// transformers' RMSNorm.
NormResult addNorm(const torch::Tensor& stream, const torch::Tensor& branch, const Norm& norm,
                   torch::ScalarType outputType);

}  // namespace lathe::tensor
