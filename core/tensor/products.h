// SPDX-License-Identifier: GPL-3.0-or-later
/// The three matrix products of a linear layer y = x W', by whichever way is the fastest for their sizes. Matrices are of one dtype. No autograd.
#pragma once
#include "tensor/torch.h"

namespace lathe::tensor {

/// x [M, K], weight [N, K], bias [N] or none -> y [M, N], rounded once.
torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias = {});
void productInto(torch::Tensor& y, const torch::Tensor& x, const torch::Tensor& weight);  ///< y contiguous

/// dy [M, N], weight [N, K] -> dx [M, K].
torch::Tensor inputGradient(const torch::Tensor& dy, const torch::Tensor& weight);
void inputGradientInto(torch::Tensor& dx, const torch::Tensor& dy, const torch::Tensor& weight);  ///< dx contiguous

enum class Into { Replace, Add };

/// dy [M, N], x [M, K] -> dW [N, K].
torch::Tensor weightGradient(const torch::Tensor& dy, const torch::Tensor& x);
void weightGradientInto(torch::Tensor& dWeight, const torch::Tensor& dy, const torch::Tensor& x, Into into);  ///< dWeight contiguous

}  // namespace lathe::tensor
