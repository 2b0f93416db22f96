// SPDX-License-Identifier: GPL-3.0-or-later
/// LoRA settings as PEFT 0.21 spells them (tuners/lora/config.py). W' = W + scaling * B A (Hu et al. 2021, eq. 3).
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lathe::models {

struct LoraSettings {
    std::int64_t r = 8;
    double alpha = 8;
    double dropout = 0;
    bool usesRsLora = false;  ///< scaling alpha / sqrt(r) instead of alpha / r
    /// {"auto"} PEFT's default of the family, {"all-linear"} every linear of the blocks, or module name endings.
    std::vector<std::string> targetModules = {"auto"};
    std::vector<std::int64_t> layersToTransform;      ///< empty: all
    std::map<std::string, std::int64_t> rankPattern;  ///< module name ending -> r
    std::map<std::string, double> alphaPattern;       ///< module name ending -> alpha
};

}  // namespace lathe::models
