// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>

#include "tensor/torch.h"

namespace lathe::tensor {

/// Sparse: the table's gradient holds only the rows that were read. For tied tables, whose head gives a dense gradient
/// anyway: the engine then adds a few rows to it instead of a second V x D tensor.
enum class EmbeddingGradient { Dense, Sparse };

/// Rows of table [V, D] (f32 or bf16) as f32: ids [N] int64 in [0, V) -> [N, D]. Differentiable; padId's row gets no
/// gradient (-1: none), as transformers' padding_idx. Repeated ids are summed in f32.
torch::Tensor embeddingRows(const torch::Tensor& table, const torch::Tensor& ids, std::int64_t padId,
                            EmbeddingGradient gradient);

/// Lets a leaf take sparse gradients: they arrive dense in .grad.
void acceptSparseGradients(const torch::Tensor& leaf);

}  // namespace lathe::tensor
