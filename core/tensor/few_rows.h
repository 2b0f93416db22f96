// SPDX-License-Identifier: GPL-3.0-or-later
/// The three products of a linear layer for some dozens of rows, where a general matrix product spends much of its time on copying the weights into
/// an order of its own. Here the weights are read once, as they lie. Private to core/tensor.
#pragma once
#include "tensor/products.h"

namespace lathe::tensor {

/// True where these functions are the faster ones: few rows in f32 on a processor that MKL has no kernels of its own for.
bool areFewRows(const torch::Tensor& rows, const torch::Tensor& weight);

/// y [M, N] = x [M, K] W', W [N, K], into `y`, contiguous.
void fewRowsProduct(const torch::Tensor& y, const torch::Tensor& x, const torch::Tensor& weight);
/// dx [M, K] = dy [M, N] W, into `dx`, contiguous.
void fewRowsInputGradient(const torch::Tensor& dx, const torch::Tensor& dy, const torch::Tensor& weight);
/// dW [N, K] = dy' x, or added to what is there. contiguous.
void fewRowsWeightGradient(const torch::Tensor& dWeight, const torch::Tensor& dy, const torch::Tensor& x, Into into);

}  // namespace lathe::tensor
