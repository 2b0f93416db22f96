// SPDX-License-Identifier: GPL-3.0-or-later
/// Llama and what is shaped like it: SmolLM2, TinyLlama, Llama 3.x (Touvron et al. 2023; transformers 5.23,
/// models/llama).
#include "models/families/llama_like.h"

namespace lathe::models {

namespace {

Architecture read(const ConfigReader& config) {
    Architecture a = readLlamaLike(config);
    a.modelType = "llama";
    const bool hasAttentionBias = config.flag("attention_bias", false);
    setLlamaLikeBiases(a, {hasAttentionBias, hasAttentionBias, config.flag("mlp_bias", false)});
    return a;
}

}  // namespace

const Family kLlama{"llama", "LlamaModel", "LlamaForCausalLM", "LlamaForSequenceClassification", read};

}  // namespace lathe::models
