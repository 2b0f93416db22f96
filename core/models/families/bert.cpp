// SPDX-License-Identifier: GPL-3.0-or-later
/// BERT (Devlin et al. 2019; transformers 5.23, models/bert), MiniLM among others.
#include "models/families/bert_like.h"

namespace lathe::models {

namespace {

Architecture read(const ConfigReader& config) {
    Architecture a = readBertLike(config);
    a.modelType = "bert";
    a.maxPositions = config.integer("max_position_embeddings", 1, kMaxPositions, 512);
    a.classifier = ClassifierKind::FirstTokenTanhPooler;
    a.basePrefix = "bert.";
    a.embeddingRoles = {{Role::WordEmbedding, "embeddings.word_embeddings"},
                        {Role::PositionEmbedding, "embeddings.position_embeddings"},
                        {Role::TypeEmbedding, "embeddings.token_type_embeddings"},
                        {Role::EmbeddingNorm, "embeddings.LayerNorm", true}};
    a.finalRoles = {{Role::Pooler, "pooler.dense", true}};
    a.classifierRoles = {{Role::ClassifierOutput, "classifier", true}};
    return a;
}

}  // namespace

const Family kBert{"bert", "BertModel", "", "BertForSequenceClassification", read};

}  // namespace lathe::models
