// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/model.h"

#include <algorithm>
#include <array>
#include <utility>

#include "models/model_impl.h"
#include "tensor/embedding.h"

namespace lathe::models {

namespace {

using tensor::Linear;
using tensor::Norm;

std::vector<Linear::PartSpec> partsFor(const std::vector<ParameterInfo>& layout, int layer,
                                       const std::vector<Role>& roles) {
    std::vector<Linear::PartSpec> parts;
    for (const Role role : roles) {
        for (const ParameterInfo& info : layout) {
            if (info.role == role && info.layer == layer && !info.isBias) {
                parts.push_back({info.module, info.shape[0]});
            }
        }
    }
    return parts;
}

bool hasBias(const std::vector<ParameterInfo>& layout, int layer, Role role) {
    return std::any_of(layout.begin(), layout.end(), [&](const ParameterInfo& info) {
        return info.role == role && info.layer == layer && info.isBias;
    });
}

/// An undefined Linear if the layout has none of the roles.
bool isBehindLastAttention(const ParameterInfo& info, std::int64_t numLayers) {
    constexpr std::array kBefore{Role::AttentionNorm, Role::QueryKeyValue, Role::Query, Role::Key, Role::Value};
    return info.layer == numLayers || (info.layer == numLayers - 1 && std::find(kBefore.begin(), kBefore.end(), info.role) == kBefore.end());
}

Linear makeLinear(const std::vector<ParameterInfo>& layout, int layer, const std::vector<Role>& roles,
                  std::int64_t inputs) {
    const auto parts = partsFor(layout, layer, roles);
    if (parts.empty()) {
        return {};
    }
    const bool isBiased =
        std::any_of(roles.begin(), roles.end(), [&](Role role) { return hasBias(layout, layer, role); });
    return Linear(parts, inputs, isBiased);
}

Norm makeNorm(const Architecture& a) {
    Norm norm;
    norm.kind = a.normKind;
    norm.epsilon = a.normEpsilon;
    norm.weight = torch::ones({a.width}, torch::kFloat32);
    if (a.normKind == tensor::NormKind::Layer) {
        norm.bias = torch::zeros({a.width}, torch::kFloat32);
    }
    return norm;
}

torch::Tensor moved(const torch::Tensor& leaf, torch::ScalarType dtype, const torch::Device& device) {
    return leaf.detach().to(device, dtype).set_requires_grad(leaf.requires_grad());
}

}  // namespace

Model::Impl::Impl(Architecture a) : architecture(std::move(a)), layout(parameterLayout(architecture)) {
    const torch::NoGradGuard noGrad;
    const Architecture& arch = architecture;
    const auto last = static_cast<int>(arch.numLayers);
    wordEmbedding = torch::zeros({arch.vocabularySize, arch.width});
    for (const ParameterInfo& info : layout) {
        if (info.role == Role::PositionEmbedding) {
            positionEmbedding = torch::zeros(info.shape);
        } else if (info.role == Role::TypeEmbedding) {
            typeEmbedding = torch::zeros(info.shape);
        } else if (info.role == Role::EmbeddingNorm) {
            embeddingNorm = makeNorm(arch);
        } else if (info.role == Role::FinalNorm) {
            finalNorm = makeNorm(arch);
        }
    }
    for (int layer = 0; layer < last; ++layer) {
        Block block;
        block.attentionNorm = makeNorm(arch);
        block.mlpNorm = makeNorm(arch);
        block.queryKeyValue =
            makeLinear(layout, layer, {Role::QueryKeyValue, Role::Query, Role::Key, Role::Value}, arch.width);
        block.attentionOutput = makeLinear(layout, layer, {Role::AttentionOutput}, arch.queryWidth());
        block.mlpInput = makeLinear(layout, layer, {Role::MlpGate, Role::MlpUp}, arch.width);
        block.mlpOutput = makeLinear(layout, layer, {Role::MlpDown}, arch.innerWidth);
        blocks.push_back(std::move(block));
    }
    pooler = makeLinear(layout, last, {Role::Pooler}, arch.width);
    classifierDense = makeLinear(layout, last, {Role::ClassifierDense}, arch.width);
    classifierOutput = makeLinear(layout, last, {Role::ClassifierOutput}, arch.width);
    languageModelHead = makeLinear(layout, last, {Role::LanguageModelHead}, arch.width);
    for (const ParameterInfo& info : layout) {
        parameters.push_back({info.name, {}, info.layer, info.kind, info.isTransposed, info.isHead, isBehindLastAttention(info, architecture.numLayers)});
    }
    for (const ParameterInfo& info : layout) {
        homeOf(info).set_requires_grad(true);
    }
    shareEmbedding();
    refreshParameters();
}

void Model::Impl::shareEmbedding() {
    if (architecture.head != HeadKind::LanguageModel || !architecture.isTied) {
        return;
    }
    languageModelHead = Linear::sharing("lm_head", wordEmbedding);
}

torch::Tensor& Model::Impl::homeOf(const ParameterInfo& info) {
    const auto partOf = [&](Linear& linear, std::size_t part) -> torch::Tensor& {
        tensor::LinearPart& found = linear.parts().at(part);
        return info.isBias ? found.bias : found.weight;
    };
    const auto normOf = [&](Norm& norm) -> torch::Tensor& { return info.isBias ? norm.bias : norm.weight; };
    const auto block = [&]() -> Block& { return blocks.at(static_cast<std::size_t>(info.layer)); };
    switch (info.role) {
        case Role::WordEmbedding: return wordEmbedding;
        case Role::PositionEmbedding: return positionEmbedding;
        case Role::TypeEmbedding: return typeEmbedding;
        case Role::EmbeddingNorm: return normOf(embeddingNorm);
        case Role::AttentionNorm: return normOf(block().attentionNorm);
        case Role::QueryKeyValue:
        case Role::Query: return partOf(block().queryKeyValue, 0);
        case Role::Key: return partOf(block().queryKeyValue, 1);
        case Role::Value: return partOf(block().queryKeyValue, 2);
        case Role::AttentionOutput: return partOf(block().attentionOutput, 0);
        case Role::MlpNorm: return normOf(block().mlpNorm);
        case Role::MlpGate: return partOf(block().mlpInput, 0);
        case Role::MlpUp: return partOf(block().mlpInput, architecture.isGated ? 1 : 0);
        case Role::MlpDown: return partOf(block().mlpOutput, 0);
        case Role::FinalNorm: return normOf(finalNorm);
        case Role::Pooler: return partOf(pooler, 0);
        case Role::LanguageModelHead: return partOf(languageModelHead, 0);
        case Role::ClassifierDense: return partOf(classifierDense, 0);
        case Role::ClassifierOutput: break;
    }
    return partOf(classifierOutput, 0);
}

void Model::Impl::refreshParameters() {
    for (std::size_t i = 0; i < layout.size(); ++i) {
        parameters[i].value = homeOf(layout[i]);
    }
    std::size_t next = 0;
    for (Linear* linear : blockLinears()) {
        for (tensor::LinearPart& part : linear->parts()) {
            if (part.lora) {
                adapterParameters.at(next++).value = part.lora->a;
                adapterParameters.at(next++).value = part.lora->b;
            }
        }
    }
}

std::vector<Linear*> Model::Impl::blockLinears() {
    std::vector<Linear*> linears;
    for (Block& block : blocks) {
        linears.insert(linears.end(),
                       {&block.queryKeyValue, &block.attentionOutput, &block.mlpInput, &block.mlpOutput});
    }
    return linears;
}

std::vector<Linear*> Model::Impl::allLinears() {
    std::vector<Linear*> linears = blockLinears();
    for (Linear* linear : {&pooler, &classifierDense, &classifierOutput}) {
        if (linear->isDefined()) {
            linears.push_back(linear);
        }
    }
    if (languageModelHead.isDefined() && !architecture.isTied) {
        linears.push_back(&languageModelHead);
    }
    return linears;
}

std::vector<Norm*> Model::Impl::norms() {
    std::vector<Norm*> found{&embeddingNorm, &finalNorm};
    for (Block& block : blocks) {
        found.push_back(&block.attentionNorm);
        found.push_back(&block.mlpNorm);
    }
    std::erase_if(found, [](const Norm* norm) { return !norm->weight.defined(); });
    return found;
}

void Model::Impl::convert(torch::ScalarType dtype, const torch::Device& to) {
    const torch::NoGradGuard noGrad;
    for (torch::Tensor* embedding : {&wordEmbedding, &positionEmbedding, &typeEmbedding}) {
        if (embedding->defined()) {
            *embedding = moved(*embedding, dtype, to);
        }
    }
    for (Linear* linear : allLinears()) {
        linear->convert(dtype, to);
    }
    for (Norm* norm : norms()) {
        norm->weight = moved(norm->weight, torch::kFloat32, to);
        if (norm->bias.defined()) {
            norm->bias = moved(norm->bias, torch::kFloat32, to);
        }
    }
    shareEmbedding();
    if (rope.cos.defined()) {
        rope.cos = rope.cos.to(to);
        rope.sin = rope.sin.to(to);
    }
    computeType = dtype;
    device = to;
    refreshParameters();
}

std::vector<std::int64_t> Parameter::fileShape() const {
    std::vector<std::int64_t> shape = value.sizes().vec();
    if (isTransposed) {
        std::swap(shape[0], shape[1]);
    }
    return shape;
}

Model::Model(Architecture architecture, std::string configJson)
    : impl_(std::make_unique<Impl>(std::move(architecture))) {
    impl_->configJson = std::move(configJson);
}

Model::~Model() = default;

const Architecture& Model::architecture() const { return impl_->architecture; }
const std::string& Model::configJson() const { return impl_->configJson; }
void Model::setConfigJson(std::string text) { impl_->configJson = std::move(text); }
int Model::numLayers() const { return static_cast<int>(impl_->architecture.numLayers); }
torch::Device Model::device() const { return impl_->device; }
torch::ScalarType Model::computeDtype() const { return impl_->computeType; }

std::int64_t Model::numParameters() const {
    std::int64_t count = 0;
    for (const Parameter& parameter : impl_->parameters) {
        count += parameter.value.numel();
    }
    return count;
}

std::vector<Parameter>& Model::parameters() { return impl_->parameters; }
const std::vector<Parameter>& Model::parameters() const { return impl_->parameters; }

Parameter* Model::findParameter(std::string_view name) {
    const auto found = std::find_if(impl_->parameters.begin(), impl_->parameters.end(),
                                    [&](const Parameter& parameter) { return parameter.name == name; });
    return found == impl_->parameters.end() ? nullptr : &*found;
}

void Model::setComputeDtype(torch::ScalarType dtype) { impl_->convert(dtype, impl_->device); }
void Model::moveTo(const torch::Device& device) { impl_->convert(impl_->computeType, device); }

void Model::visitLinears(const std::function<void(const std::vector<std::string>&, tensor::Linear&)>& visit) {
    for (Linear* linear : impl_->blockLinears()) {
        std::vector<std::string> names;
        for (const tensor::LinearPart& part : linear->parts()) {
            names.push_back(part.name);
        }
        visit(names, *linear);
    }
}

tensor::Linear* Model::languageModelHead() {
    return impl_->languageModelHead.isDefined() ? &impl_->languageModelHead : nullptr;
}

}  // namespace lathe::models
