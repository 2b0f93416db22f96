// SPDX-License-Identifier: GPL-3.0-or-later
/// Where and in which numbers a run computes.
#pragma once
#include <string>

#include <lathe/run_spec.h>

#include "tensor/torch.h"

namespace lathe::train {

struct Placement {
    torch::Device device = torch::kCPU;
    torch::ScalarType dtype = torch::kFloat32;
    std::string precision = "f32";  ///< f32, bf16 or fp16
    std::string sentence;           ///< why, for the log
};

/// Resolves "auto", on the processor by what it multiplies faster. Throws Unsupported for a device that is not there and for fp16 without CUDA.
Placement choosePlacement(const TrainingSpec& training);

}  // namespace lathe::train
