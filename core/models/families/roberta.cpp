// SPDX-License-Identifier: GPL-3.0-or-later
/// RoBERTa (Liu et al. 2019; transformers 5.23, models/roberta): positions start after the padding id.
#include <fmt/format.h>
#include <lathe/error.h>

#include "models/families/bert_like.h"

namespace lathe::models {

namespace {

Architecture read(const ConfigReader& config) {
    Architecture a = readBertLike(config);
    a.modelType = "roberta";
    a.padId = config.integer("pad_token_id", 0, a.vocabularySize - 1, 1);
    a.positionOffset = a.padId + 1;
    const std::int64_t rows = config.integer("max_position_embeddings", 1, kMaxPositions, 512);
    if (rows <= a.positionOffset) {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("config.json: max_position_embeddings {} leaves no room after pad_token_id {}. Take "
                                "the file from the model's source again.",
                                rows, a.padId));
    }
    a.maxPositions = rows - a.positionOffset;
    a.classifier = ClassifierKind::FirstTokenTanhDense;
    a.basePrefix = "roberta.";
    a.embeddingRoles = {{Role::WordEmbedding, "embeddings.word_embeddings"},
                        {Role::TypeEmbedding, "embeddings.token_type_embeddings"},
                        {Role::EmbeddingNorm, "embeddings.LayerNorm", true},
                        {Role::PositionEmbedding, "embeddings.position_embeddings"}};
    a.finalRoles = {{Role::Pooler, "pooler.dense", true}};
    a.classifierRoles = {{Role::ClassifierDense, "classifier.dense", true},
                         {Role::ClassifierOutput, "classifier.out_proj", true}};
    return a;
}

}  // namespace

const Family kRoberta{"roberta", "RobertaModel", "", "RobertaForSequenceClassification", read};

}  // namespace lathe::models
