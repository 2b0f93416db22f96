// SPDX-License-Identifier: GPL-3.0-or-later
/// How well this processor multiplies bf16 matrices. To have the instructions is not enough: with AMX it is some four times as fast as f32, with the
/// vector instructions alone it may be half as fast.
#pragma once
#include "tensor/torch.h"

namespace lathe::tensor {

/// Speed of bf16 products over that of f32 ones; 0 without instructions for them. Measured at the first call, in some 20 ms.
double bf16Speedup();

/// Whether bf16 products are worth their rounding: clearly faster than f32 ones, so that noise decides nothing.
bool isBf16Faster();

/// x in the type to multiply it in: f32 for a bf16 tensor on a processor that is slow at it, else as it is. Differentiable.
torch::Tensor inFastType(const torch::Tensor& x);

}  // namespace lathe::tensor
