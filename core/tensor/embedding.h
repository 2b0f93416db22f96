// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>

#include "tensor/torch.h"

namespace lathe::tensor {

/// Sparse: backward adds the few rows that were read to the table's .grad itself, in place. For tied tables, whose head gives
/// a dense gradient anyway: there is no second V x D tensor. torch::autograd::grad does not see these rows.
enum class EmbeddingGradient { Dense, Sparse };

/// Rows of table [V, D] (f32 or bf16) as f32: ids [N] int64 in [0, V) -> [N, D]. Differentiable; padId's row gets no
/// gradient (-1: none), as transformers' padding_idx. Repeated ids are summed in f32.
torch::Tensor embeddingRows(const torch::Tensor& table, const torch::Tensor& ids, std::int64_t padId,
                            EmbeddingGradient gradient);

}  // namespace lathe::tensor
