// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/families/llama_like.h"

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::models {

namespace {

void checkHeads(const Architecture& a) {
    if (a.numHeads % a.numKvHeads != 0) {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("config.json: num_attention_heads {} is not a multiple of num_key_value_heads {}. "
                                "Take the file from the model's source again.",
                                a.numHeads, a.numKvHeads));
    }
    if (a.headWidth % 2 != 0) {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("config.json: heads are {} wide. Rotary positions need an even width. Take the file "
                                "from the model's source again.",
                                a.headWidth));
    }
}

}  // namespace

Architecture readLlamaLike(const ConfigReader& config) {
    Architecture a;
    a.vocabularySize = config.integer("vocab_size", 1, kMaxVocabulary, 32000);
    a.width = config.integer("hidden_size", 1, kMaxWidth, 4096);
    a.numLayers = config.integer("num_hidden_layers", 1, kMaxLayers, 32);
    a.numHeads = config.integer("num_attention_heads", 1, kMaxHeads, 32);
    a.numKvHeads = config.integer("num_key_value_heads", 1, kMaxHeads, a.numHeads);
    a.headWidth = config.integer("head_dim", 2, kMaxWidth, defaultHeadWidth(a));
    a.innerWidth = config.integer("intermediate_size", 1, kMaxInnerWidth, 11008);
    a.maxPositions = config.integer("max_position_embeddings", 1, kMaxPositions, 2048);
    a.normKind = tensor::NormKind::Rms;
    a.normEpsilon = config.number("rms_norm_eps", 0.0, 1.0, 1e-6);
    a.activation = config.activation("hidden_act", "silu");
    a.rope = config.rope(10000.0);
    a.isCausal = true;
    a.isGated = true;
    a.isTied = config.flag("tie_word_embeddings", false);
    a.attentionDropout = config.rate("attention_dropout", 0.0);
    a.initializerRange = config.number("initializer_range", 0.0, 10.0, 0.02);
    a.padId = config.integer("pad_token_id", -1, a.vocabularySize - 1, -1);
    a.classifier = ClassifierKind::LastToken;
    checkHeads(a);

    a.basePrefix = "model.";
    a.embeddingRoles = {{Role::WordEmbedding, "embed_tokens"}};
    a.finalRoles = {{Role::FinalNorm, "norm"}};
    a.languageModelRoles = {{Role::LanguageModelHead, "lm_head"}};
    a.classifierRoles = {{Role::ClassifierOutput, "score"}};
    a.loraAutoTargets = {"q_proj", "v_proj"};
    a.ignoredEndings = {".rotary_emb.inv_freq"};
    a.otherHeads = {"lm_head.", "score.", "classifier.", "qa_outputs."};
    return a;
}

void setLlamaLikeBiases(Architecture& a, const LlamaLikeBiases& biases) {
    a.layerRoles = {{Role::Query, "layers.{}.self_attn.q_proj", biases.queryKeyValue},
                    {Role::Key, "layers.{}.self_attn.k_proj", biases.queryKeyValue},
                    {Role::Value, "layers.{}.self_attn.v_proj", biases.queryKeyValue},
                    {Role::AttentionOutput, "layers.{}.self_attn.o_proj", biases.attentionOutput},
                    {Role::MlpGate, "layers.{}.mlp.gate_proj", biases.mlp},
                    {Role::MlpUp, "layers.{}.mlp.up_proj", biases.mlp},
                    {Role::MlpDown, "layers.{}.mlp.down_proj", biases.mlp},
                    {Role::AttentionNorm, "layers.{}.input_layernorm"},
                    {Role::MlpNorm, "layers.{}.post_attention_layernorm"}};
}

}  // namespace lathe::models
