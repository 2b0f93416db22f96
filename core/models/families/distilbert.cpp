// SPDX-License-Identifier: GPL-3.0-or-later
/// DistilBERT (Sanh et al. 2019; transformers 5.23, models/distilbert).
#include "models/family.h"

namespace lathe::models {

namespace {

Architecture read(const ConfigReader& config) {
    Architecture a;
    a.modelType = "distilbert";
    a.vocabularySize = config.integer("vocab_size", 1, kMaxVocabulary, 30522);
    a.width = config.integer("dim", 1, kMaxWidth, 768);
    a.numLayers = config.integer("n_layers", 1, kMaxLayers, 6);
    a.numHeads = config.integer("n_heads", 1, kMaxHeads, 12);
    a.numKvHeads = a.numHeads;
    a.headWidth = defaultHeadWidth(a);
    a.innerWidth = config.integer("hidden_dim", 1, kMaxInnerWidth, 4 * 768);
    a.maxPositions = config.integer("max_position_embeddings", 1, kMaxPositions, 512);
    a.normPlacement = NormPlacement::AfterBlock;
    a.normEpsilon = 1e-12;
    a.activation = config.activation("activation", "gelu");
    a.embeddingDropout = config.rate("dropout", 0.1);
    a.attentionDropout = config.rate("attention_dropout", 0.1);
    a.mlpDropout = a.embeddingDropout;
    a.classifierDropout = config.rate("seq_classif_dropout", 0.2);
    a.initializerRange = config.number("initializer_range", 0.0, 10.0, 0.02);
    a.padId = config.integer("pad_token_id", -1, a.vocabularySize - 1, 0);
    a.classifier = ClassifierKind::FirstTokenRelu;

    a.basePrefix = "distilbert.";
    a.embeddingRoles = {{Role::WordEmbedding, "embeddings.word_embeddings"},
                        {Role::PositionEmbedding, "embeddings.position_embeddings"},
                        {Role::EmbeddingNorm, "embeddings.LayerNorm", true}};
    a.layerRoles = {{Role::Query, "transformer.layer.{}.attention.q_lin", true},
                    {Role::Key, "transformer.layer.{}.attention.k_lin", true},
                    {Role::Value, "transformer.layer.{}.attention.v_lin", true},
                    {Role::AttentionOutput, "transformer.layer.{}.attention.out_lin", true},
                    {Role::AttentionNorm, "transformer.layer.{}.sa_layer_norm", true},
                    {Role::MlpUp, "transformer.layer.{}.ffn.lin1", true},
                    {Role::MlpDown, "transformer.layer.{}.ffn.lin2", true},
                    {Role::MlpNorm, "transformer.layer.{}.output_layer_norm", true}};
    a.classifierRoles = {{Role::ClassifierDense, "pre_classifier", true}, {Role::ClassifierOutput, "classifier", true}};
    a.loraAutoTargets = {"q_lin", "v_lin"};
    a.ignoredEndings = {"embeddings.position_ids"};
    a.otherHeads = {"vocab_transform.", "vocab_layer_norm.", "vocab_projector.",
                    "qa_outputs.",      "pre_classifier.",   "classifier."};
    return a;
}

}  // namespace

const Family kDistilBert{"distilbert", "DistilBertModel", "", "DistilBertForSequenceClassification", read};

}  // namespace lathe::models
