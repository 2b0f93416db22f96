// SPDX-License-Identifier: GPL-3.0-or-later
/// What a family file says about its model: sizes, kinds of blocks, and the Hugging Face name of every weight.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tensor/mlp.h"
#include "tensor/norm.h"
#include "tensor/rope.h"

namespace lathe::models {

enum class HeadKind { None, LanguageModel, Classification };
/// How a classification head reads a sequence. FirstTokenTanhPooler: BERT. FirstTokenRelu: DistilBERT.
/// FirstTokenTanhDense: RoBERTa. LastToken: GPT-2, Llama and Qwen2 (`score`, no bias).
enum class ClassifierKind { FirstTokenTanhPooler, FirstTokenRelu, FirstTokenTanhDense, LastToken };
enum class NormPlacement { BeforeBlock, AfterBlock };

/// The part a weight plays; a family's table gives each the name Hugging Face has for it. Biases follow their weights
/// as NAME.bias.
enum class Role {
    WordEmbedding,
    PositionEmbedding,
    TypeEmbedding,
    EmbeddingNorm,
    AttentionNorm,
    QueryKeyValue,
    Query,
    Key,
    Value,
    AttentionOutput,
    MlpNorm,
    MlpGate,
    MlpUp,
    MlpDown,
    FinalNorm,
    Pooler,
    LanguageModelHead,
    ClassifierDense,
    ClassifierOutput
};

/// One module: `name` without .weight; "{}" stands for the layer's number.
struct NamedRole {
    Role role;
    std::string name;
    bool hasBias = false;
};

/// Sizes and switches that the blocks need. Families check every value while they read it.
struct Architecture {
    std::string modelType;  ///< Hugging Face's model_type
    std::int64_t vocabularySize = 0;
    std::int64_t width = 0;           ///< D
    std::int64_t numLayers = 0;       ///< L
    std::int64_t numHeads = 0;        ///< H
    std::int64_t numKvHeads = 0;      ///< H unless grouped-query
    std::int64_t headWidth = 0;       ///< K
    std::int64_t innerWidth = 0;      ///< of the MLP
    std::int64_t maxPositions = 0;    ///< longest sequence in tokens that the model was made for
    std::int64_t positionOffset = 0;  ///< added to positions before the embedding (RoBERTa: pad id + 1)
    std::int64_t numTokenTypes = 0;   ///< 0: no type embedding
    bool isCausal = false;
    bool isGated = false;       ///< MLP is down(act(gate) * up)
    bool isTransposed = false;  ///< files hold linear weights as [in, out] (GPT-2's Conv1D)
    bool isTied = false;        ///< the language-model head is the word embedding
    bool hasPooler = false;     ///< base encoder ends with BERT's pooler
    NormPlacement normPlacement = NormPlacement::BeforeBlock;
    tensor::NormKind normKind = tensor::NormKind::Layer;
    double normEpsilon = 1e-5;
    tensor::Activation activation = tensor::Activation::Gelu;
    tensor::RopeSettings rope;  ///< theta 0: none
    double embeddingDropout = 0;
    double attentionDropout = 0;
    double attentionOutputDropout = 0;  ///< after the attention's output projection
    double mlpDropout = 0;              ///< after the MLP
    double classifierDropout = 0;
    double initializerRange = 0.02;
    bool scalesResidualInit = false;  ///< GPT-2: output projections start at range / sqrt(2 L)
    std::int64_t padId = -1;          ///< row of the word embedding that starts at zero and gets no gradient; -1: none
    bool scalesAttention = true;      ///< by 1 / sqrt(K)
    bool scalesAttentionByLayer = false;  ///< and by 1 / (layer + 1)

    HeadKind head = HeadKind::None;
    ClassifierKind classifier = ClassifierKind::LastToken;
    std::int64_t numLabels = 0;

    std::string basePrefix;                 ///< "transformer." etc.; base-only files may lack it
    std::vector<NamedRole> embeddingRoles;  ///< in Hugging Face's parameter order
    std::vector<NamedRole> layerRoles;
    std::vector<NamedRole> finalRoles;  ///< after the last layer, still in the base model
    std::vector<NamedRole> languageModelRoles;
    std::vector<NamedRole> classifierRoles;
    std::vector<std::string> loraAutoTargets;  ///< PEFT's default for this model_type
    std::vector<std::string> ignoredEndings;   ///< of names that older files hold and nobody needs
    std::vector<std::string> otherHeads;       ///< beginnings of names that belong to heads not built here

    bool hasDropout() const { return embeddingDropout > 0 || attentionDropout > 0 || attentionOutputDropout > 0 || mlpDropout > 0; }
    std::int64_t queryWidth() const { return numHeads * headWidth; }
    std::int64_t keyValueWidth() const { return numKvHeads * headWidth; }
    std::int64_t joinedAttentionWidth() const { return queryWidth() + 2 * keyValueWidth(); }
};

}  // namespace lathe::models
