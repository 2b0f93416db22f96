// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/families/bert_like.h"

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::models {

Architecture readBertLike(const ConfigReader& config) {
    Architecture a;
    a.vocabularySize = config.integer("vocab_size", 1, kMaxVocabulary, 30522);
    a.width = config.integer("hidden_size", 1, kMaxWidth, 768);
    a.numLayers = config.integer("num_hidden_layers", 1, kMaxLayers, 12);
    a.numHeads = config.integer("num_attention_heads", 1, kMaxHeads, 12);
    a.numKvHeads = a.numHeads;
    a.headWidth = defaultHeadWidth(a);
    a.innerWidth = config.integer("intermediate_size", 1, kMaxInnerWidth, 3072);
    a.numTokenTypes = config.integer("type_vocab_size", 1, kMaxVocabulary, 2);
    a.normPlacement = NormPlacement::AfterBlock;
    a.normEpsilon = config.number("layer_norm_eps", 0.0, 1.0, 1e-12);
    a.activation = config.activation("hidden_act", "gelu");
    a.embeddingDropout = config.rate("hidden_dropout_prob", 0.1);
    a.attentionDropout = config.rate("attention_probs_dropout_prob", 0.1);
    a.attentionOutputDropout = a.embeddingDropout;
    a.mlpDropout = a.embeddingDropout;
    a.classifierDropout = config.rate("classifier_dropout", a.embeddingDropout);
    a.initializerRange = config.number("initializer_range", 0.0, 10.0, 0.02);
    a.padId = config.integer("pad_token_id", -1, a.vocabularySize - 1, 0);
    const std::string positions = config.text("position_embedding_type", "absolute");
    if (positions != "absolute" || config.flag("is_decoder", false)) {
        throw Error(ErrorCode::Unsupported,
                    fmt::format("config.json: position_embedding_type \"{}\" or is_decoder is not built in. Use an "
                                "encoder with absolute positions.",
                                positions));
    }
    a.layerRoles = {{Role::Query, "encoder.layer.{}.attention.self.query", true},
                    {Role::Key, "encoder.layer.{}.attention.self.key", true},
                    {Role::Value, "encoder.layer.{}.attention.self.value", true},
                    {Role::AttentionOutput, "encoder.layer.{}.attention.output.dense", true},
                    {Role::AttentionNorm, "encoder.layer.{}.attention.output.LayerNorm", true},
                    {Role::MlpUp, "encoder.layer.{}.intermediate.dense", true},
                    {Role::MlpDown, "encoder.layer.{}.output.dense", true},
                    {Role::MlpNorm, "encoder.layer.{}.output.LayerNorm", true}};
    a.loraAutoTargets = {"query", "value"};
    a.ignoredEndings = {"embeddings.position_ids", "embeddings.token_type_ids"};
    a.otherHeads = {"cls.", "lm_head.", "classifier.", "qa_outputs.", "pooler.", "bert.pooler.", "roberta.pooler."};
    return a;
}

}  // namespace lathe::models
