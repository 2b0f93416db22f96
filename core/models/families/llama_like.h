// SPDX-License-Identifier: GPL-3.0-or-later
/// What Llama and Qwen2 have in common.
#pragma once
#include "models/family.h"

namespace lathe::models {

/// All but modelType and biases. Throws CorruptFile or Unsupported.
Architecture readLlamaLike(const ConfigReader& config);

struct LlamaLikeBiases {
    bool queryKeyValue = false;
    bool attentionOutput = false;
    bool mlp = false;
};
void setLlamaLikeBiases(Architecture& a, const LlamaLikeBiases& biases);

}  // namespace lathe::models
