// SPDX-License-Identifier: GPL-3.0-or-later
/// GPT-2 (Radford et al. 2019; transformers 5.23, models/gpt2). Its Conv1D stores weights as [in, out].
#include <lathe/error.h>

#include "models/family.h"

namespace lathe::models {

namespace {

Architecture read(const ConfigReader& config) {
    Architecture a;
    a.modelType = "gpt2";
    a.vocabularySize = config.integer("vocab_size", 1, kMaxVocabulary, 50257);
    a.width = config.integer("n_embd", 1, kMaxWidth, 768);
    a.numLayers = config.integer("n_layer", 1, kMaxLayers, 12);
    a.numHeads = config.integer("n_head", 1, kMaxHeads, 12);
    a.numKvHeads = a.numHeads;
    a.headWidth = defaultHeadWidth(a);
    a.innerWidth = config.integer("n_inner", 1, kMaxInnerWidth, 4 * a.width);
    a.maxPositions = config.integer("n_positions", 1, kMaxPositions, 1024);
    a.normEpsilon = config.number("layer_norm_epsilon", 0.0, 1.0, 1e-5);
    a.activation = config.activation("activation_function", "gelu_new");
    if (config.flag("add_cross_attention", false)) {
        throw Error(ErrorCode::Unsupported,
                    "config.json: add_cross_attention is not built in. Use a plain GPT-2 model.");
    }
    a.isCausal = true;
    a.isTransposed = true;
    a.isTied = config.flag("tie_word_embeddings", true);
    a.embeddingDropout = config.rate("embd_pdrop", 0.1);
    a.attentionDropout = config.rate("attn_pdrop", 0.1);
    a.attentionOutputDropout = config.rate("resid_pdrop", 0.1);
    a.mlpDropout = a.attentionOutputDropout;
    a.initializerRange = config.number("initializer_range", 0.0, 10.0, 0.02);
    a.scalesResidualInit = true;
    a.scalesAttention = config.flag("scale_attn_weights", true);
    a.scalesAttentionByLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
    a.classifier = ClassifierKind::LastToken;

    a.basePrefix = "transformer.";
    a.embeddingRoles = {{Role::WordEmbedding, "wte"}, {Role::PositionEmbedding, "wpe"}};
    a.layerRoles = {{Role::AttentionNorm, "h.{}.ln_1", true},
                    {Role::QueryKeyValue, "h.{}.attn.c_attn", true},
                    {Role::AttentionOutput, "h.{}.attn.c_proj", true},
                    {Role::MlpNorm, "h.{}.ln_2", true},
                    {Role::MlpUp, "h.{}.mlp.c_fc", true},
                    {Role::MlpDown, "h.{}.mlp.c_proj", true}};
    a.finalRoles = {{Role::FinalNorm, "ln_f", true}};
    a.languageModelRoles = {{Role::LanguageModelHead, "lm_head"}};
    a.classifierRoles = {{Role::ClassifierOutput, "score"}};
    a.loraAutoTargets = {"c_attn"};
    a.ignoredEndings = {".attn.bias", ".attn.masked_bias"};
    a.otherHeads = {"lm_head.", "score.", "classifier.", "multiple_choice_head.", "qa_outputs."};
    return a;
}

}  // namespace

const Family kGpt2{"gpt2", "GPT2Model", "GPT2LMHeadModel", "GPT2ForSequenceClassification", read};

}  // namespace lathe::models
