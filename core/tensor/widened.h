// SPDX-License-Identifier: GPL-3.0-or-later
/// The three products of a linear layer in bf16 by f32 products of its parts, for processors that are slow at bf16: as exact as bf16's own products, whose
/// sums are f32 too. Private to core/tensor.
#pragma once
#include "tensor/products.h"

namespace lathe::tensor {

/// True where these functions are the faster ones.
bool areWidened(const torch::Tensor& rows);

/// y [M, N] = x [M, K] W' + bias, W [N, K], bias [N] or undefined, into `y`.
void widenedProduct(torch::Tensor& y, const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);
/// dx [M, K] = dy [M, N] W, into `dx`.
void widenedInputGradient(torch::Tensor& dx, const torch::Tensor& dy, const torch::Tensor& weight);
/// dW [N, K] = dy' x, or added to what is there.
void widenedWeightGradient(torch::Tensor& dWeight, const torch::Tensor& dy, const torch::Tensor& x, Into into);

}  // namespace lathe::tensor
