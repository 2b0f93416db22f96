// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/parameter_layout.h"

#include <algorithm>
#include <array>

namespace lathe::models {

namespace {

bool isNorm(Role role) {
    return role == Role::EmbeddingNorm || role == Role::AttentionNorm || role == Role::MlpNorm ||
           role == Role::FinalNorm;
}

bool isEmbedding(Role role) {
    return role == Role::WordEmbedding || role == Role::PositionEmbedding || role == Role::TypeEmbedding;
}

bool isHead(Role role) {
    return role == Role::Pooler || role == Role::LanguageModelHead || role == Role::ClassifierDense ||
           role == Role::ClassifierOutput;
}

/// Linear weights as [out, in], embeddings as [rows, D].
std::vector<std::int64_t> weightShape(const Architecture& a, Role role) {
    switch (role) {
        case Role::WordEmbedding: return {a.vocabularySize, a.width};
        case Role::PositionEmbedding: return {a.maxPositions + a.positionOffset, a.width};
        case Role::TypeEmbedding: return {a.numTokenTypes, a.width};
        case Role::QueryKeyValue: return {a.joinedAttentionWidth(), a.width};
        case Role::Query: return {a.queryWidth(), a.width};
        case Role::Key:
        case Role::Value: return {a.keyValueWidth(), a.width};
        case Role::AttentionOutput: return {a.width, a.queryWidth()};
        case Role::MlpGate:
        case Role::MlpUp: return {a.innerWidth, a.width};
        case Role::MlpDown: return {a.width, a.innerWidth};
        case Role::Pooler:
        case Role::ClassifierDense: return {a.width, a.width};
        case Role::LanguageModelHead: return {a.vocabularySize, a.width};
        case Role::ClassifierOutput: return {a.numLabels, a.width};
        case Role::EmbeddingNorm:
        case Role::AttentionNorm:
        case Role::MlpNorm:
        case Role::FinalNorm: return {a.width};
    }
    return {};
}

void append(std::vector<ParameterInfo>& out, const Architecture& a, const NamedRole& named, const std::string& prefix,
            int layer) {
    ParameterInfo info;
    info.module = prefix + withLayer(named.name, layer);
    info.name = info.module + ".weight";
    info.role = named.role;
    info.layer = layer;
    info.shape = weightShape(a, named.role);
    info.isHead = isHead(named.role);
    info.kind = isNorm(named.role)        ? ParameterKind::Norm
                : isEmbedding(named.role) ? ParameterKind::Embedding
                                          : ParameterKind::Matrix;
    info.isTransposed = a.isTransposed && info.kind == ParameterKind::Matrix && !info.isHead;
    out.push_back(info);
    if (named.hasBias) {
        info.name = info.module + ".bias";
        info.isBias = true;
        info.shape = {info.shape.front()};
        info.kind = isNorm(named.role) ? ParameterKind::Norm : ParameterKind::Bias;
        info.isTransposed = false;
        out.push_back(info);
    }
}

}  // namespace

std::vector<std::int64_t> ParameterInfo::fileShape() const {
    return isTransposed ? std::vector<std::int64_t>{shape[1], shape[0]} : shape;
}

std::string withLayer(const std::string& pattern, int layer) {
    const std::size_t at = pattern.find("{}");
    return at == std::string::npos ? pattern : pattern.substr(0, at) + std::to_string(layer) + pattern.substr(at + 2);
}

std::vector<ParameterInfo> parameterLayout(const Architecture& a) {
    std::vector<ParameterInfo> out;
    const std::string prefix = a.head == HeadKind::None ? "" : a.basePrefix;
    for (const NamedRole& named : a.embeddingRoles) {
        append(out, a, named, prefix, -1);
    }
    const auto layers = static_cast<int>(a.numLayers);
    for (int layer = 0; layer < layers; ++layer) {
        for (const NamedRole& named : a.layerRoles) {
            append(out, a, named, prefix, layer);
        }
    }
    for (const NamedRole& named : a.finalRoles) {
        append(out, a, named, prefix, layers);
    }
    if (a.head == HeadKind::LanguageModel && !a.isTied) {
        for (const NamedRole& named : a.languageModelRoles) {
            append(out, a, named, "", layers);
        }
    }
    if (a.head == HeadKind::Classification) {
        for (const NamedRole& named : a.classifierRoles) {
            append(out, a, named, "", layers);
        }
    }
    return out;
}

}  // namespace lathe::models
