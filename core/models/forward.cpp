// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <lathe/error.h>

#include "models/model_impl.h"
#include "tensor/embedding.h"
#include "tensor/mlp.h"
#include "tensor/pooled_attention.h"

namespace lathe::models {

using tensor::DropoutContext;
using tensor::EmbeddingGradient;
using tensor::PackedBatch;

namespace {

/// First value outside [0, limit), or nothing. Only looked for on the CPU: elsewhere it would mean waiting for the
/// device.
std::optional<std::int64_t> firstOutside(const torch::Tensor& ids, std::int64_t limit) {
    if (!ids.device().is_cpu()) {
        return std::nullopt;
    }
    const auto* values = ids.const_data_ptr<std::int64_t>();
    const auto* end = values + ids.numel();
    const auto* found = std::find_if(values, end, [&](std::int64_t id) { return id < 0 || id >= limit; });
    return found == end ? std::nullopt : std::optional<std::int64_t>(*found);
}

void checkIds(const torch::Tensor& ids, std::int64_t limit, const char* what) {
    if (const auto id = firstOutside(ids, limit)) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("{} {} is outside the model's table of {}. The tokenizer is not the model's. Use the one that "
                                "belongs to this model.",
                                what, *id, limit));
    }
}

/// Those rows, or all where there are none named.
torch::Tensor chosen(const torch::Tensor& x, const std::vector<std::int64_t>& rows) {
    return rows.empty() ? x : x.index_select(0, torch::tensor(rows, torch::kInt64).to(x.device()));
}

torch::Tensor summed(const Streams& streams) { return streams.pending.defined() ? streams.sum + streams.pending : streams.sum; }

}  // namespace

torch::ScalarType Model::Impl::streamType() const {
    return architecture.normPlacement == NormPlacement::BeforeBlock ? torch::kFloat32 : computeType;
}

DropoutContext Model::Impl::dropoutFor(int layer, const ForwardOptions& options) const {
    if (!options.isTraining || layer < options.firstTrainableLayer) {
        return {};
    }
    return {options.generator};
}

tensor::AttentionShape Model::Impl::attentionShape(int layer) const {
    const Architecture& a = architecture;
    double scale = a.scalesAttention ? 1.0 / std::sqrt(static_cast<double>(a.headWidth)) : 1.0;
    if (a.scalesAttentionByLayer) {
        scale /= layer + 1;
    }
    return {a.numHeads, a.numKvHeads, a.headWidth, a.isCausal, scale, a.attentionDropout};
}

void Model::Impl::growRope(std::int64_t positions) {
    if (!architecture.rope.isUsed() || (rope.cos.defined() && rope.cos.size(0) >= positions)) {
        return;
    }
    std::int64_t rows = 256;
    while (rows < positions) {
        rows *= 2;
    }
    rope = tensor::makeRopeTable(architecture.rope, architecture.headWidth, rows);
    rope.cos = rope.cos.to(device);
    rope.sin = rope.sin.to(device);
}

torch::Tensor Model::Impl::positionsOf(const PackedBatch& batch, tensor::KvCache* cache) const {
    if (cache == nullptr) {
        return batch.positions;
    }
    torch::Tensor positions = torch::empty({batch.numRows()}, torch::kInt64);
    auto* out = positions.mutable_data_ptr<std::int64_t>();
    for (std::size_t b = 0; b < batch.lengths.size(); ++b) {
        std::int64_t next = cache->length(static_cast<std::int64_t>(b)) - batch.lengths[b];
        for (std::int64_t row = batch.offsets[b]; row < batch.offsets[b + 1]; ++row) {
            out[row] = next++;
        }
    }
    return positions.to(batch.ids.device());
}

void Model::Impl::checkBatch(const PackedBatch& batch, const ForwardOptions& options) const {
    const Architecture& a = architecture;
    checkIds(batch.ids, a.vocabularySize, "Token id");
    if (batch.tokenTypes.defined() && a.numTokenTypes > 0) {
        checkIds(batch.tokenTypes, a.numTokenTypes, "Token type");
    }
    if (options.isTraining && a.hasDropout() && !options.generator) {
        throw Error(ErrorCode::InvalidInput,
                    "A model with dropout was to be trained without a random generator. This is an error in the "
                    "caller: set ForwardOptions::generator.");
    }
    if (options.cache != nullptr && (!a.isCausal || batch.isPadded() || !batch.prefixes.empty())) {
        throw Error(ErrorCode::InvalidInput,
                    "A key-value cache serves packed batches of causal models only. Use a language model for "
                    "generation.");
    }
    if (options.cache != nullptr && options.finalRows == FinalRows::Pooled) {
        throw Error(ErrorCode::InvalidInput, "Pooled states were asked for while decoding. This is an error in the caller.");
    }
    if (!batch.prefixes.empty() && (!a.isCausal || (options.isTraining && a.hasDropout()))) {
        throw Error(ErrorCode::InvalidInput,
                    "Sequences of a batch share a beginning, which only causal models without dropout can. This is an error in the caller.");
    }
}

std::vector<std::int64_t> Model::Impl::pooledRowsOf(const PackedBatch& batch) const {
    std::vector<std::int64_t> rows(batch.offsets.begin(), batch.offsets.end() - 1);
    if (architecture.classifier != ClassifierKind::LastToken) return rows;
    for (std::size_t b = 0; b < rows.size(); ++b) rows[b] += batch.lengths[b] - 1;
    return rows;
}

const std::vector<std::int64_t>& Model::Impl::rowsAfterAttention(int layer, const Pass& pass) const {
    static const std::vector<std::int64_t> kAll;
    return layer + 1 == static_cast<int>(blocks.size()) ? pass.pooledRows : kAll;
}

torch::Tensor Model::Impl::embed(const PackedBatch& batch, const torch::Tensor& positions,
                                 const ForwardOptions& options) {
    const bool isTied = architecture.head == HeadKind::LanguageModel && architecture.isTied;
    torch::Tensor x = tensor::embeddingRows(wordEmbedding, batch.ids, architecture.padId,
                                            isTied ? EmbeddingGradient::Sparse : EmbeddingGradient::Dense);
    if (positionEmbedding.defined()) {
        const torch::Tensor rows =
            architecture.positionOffset == 0 ? positions : positions + architecture.positionOffset;
        if (firstOutside(rows, positionEmbedding.size(0))) {
            throw Error(
                ErrorCode::InvalidInput,
                fmt::format("A text of {} tokens is too long: this {} model has positions for {}. Shorten it or lower "
                            "max_length.",
                            positions.max().item<std::int64_t>() + 1, architecture.modelType,
                            architecture.maxPositions));
        }
        x = x + tensor::embeddingRows(positionEmbedding, rows, -1, EmbeddingGradient::Dense);
    }
    if (typeEmbedding.defined()) {
        const torch::Tensor types = batch.tokenTypes.defined() ? batch.tokenTypes : torch::zeros_like(batch.ids);
        x = x + tensor::embeddingRows(typeEmbedding, types, -1, EmbeddingGradient::Dense);
    }
    if (embeddingNorm.weight.defined()) {
        x = tensor::addNorm(x, {}, embeddingNorm, streamType()).normed;
    }
    return tensor::dropout(x, architecture.embeddingDropout, dropoutFor(-1, options));
}

torch::Tensor Model::Impl::attend(const torch::Tensor& normed, int layer, const Pass& pass,
                                  const DropoutContext& dropout) {
    Block& block = blocks[static_cast<std::size_t>(layer)];
    const torch::Tensor qkv = block.queryKeyValue.forward(normed, dropout);
    const auto shape = attentionShape(layer);
    const auto mix = [&] {
        if (pass.options.cache != nullptr) return tensor::cachedAttention(qkv, shape, pass.plan, *pass.options.cache, layer, pass.batch.offsets);
        const auto& rows = rowsAfterAttention(layer, pass);
        return rows.empty() ? tensor::packedAttention(qkv, shape, pass.plan, dropout) : tensor::pooledAttention(qkv, shape, pass.plan, rows, dropout);
    };
    const torch::Tensor mixed = mix();
    return tensor::dropout(block.attentionOutput.forward(mixed, dropout), architecture.attentionOutputDropout, dropout);
}

Streams Model::Impl::runBlock(const Streams& streams, int layer, const Pass& pass, const DropoutContext& dropout) {
    Block& block = blocks[static_cast<std::size_t>(layer)];
    const auto mlp = [&](const torch::Tensor& x) {
        const torch::Tensor inner = block.mlpInput.forward(x, dropout);
        const torch::Tensor active = architecture.isGated ? tensor::gatedActivation(inner, architecture.activation)
                                                          : tensor::activate(inner, architecture.activation);
        return tensor::dropout(block.mlpOutput.forward(active, dropout), architecture.mlpDropout, dropout);
    };
    if (architecture.normPlacement == NormPlacement::BeforeBlock) {
        const auto first = tensor::addNorm(streams.sum, streams.pending, block.attentionNorm, computeType);
        const auto second = tensor::addNorm(chosen(first.sum, rowsAfterAttention(layer, pass)), attend(first.normed, layer, pass, dropout), block.mlpNorm, computeType);
        return {second.sum, mlp(second.normed)};
    }
    const torch::Tensor x =
        tensor::addNorm(chosen(streams.sum, rowsAfterAttention(layer, pass)), attend(streams.sum, layer, pass, dropout), block.attentionNorm, computeType).normed;
    return {tensor::addNorm(x, mlp(x), block.mlpNorm, computeType).normed, {}};
}

Streams Model::Impl::runBlocks(Streams streams, int first, int last, const Pass& pass) {
    for (int layer = first; layer < last; ++layer) {
        const bool isRecomputed =
            pass.options.usesCheckpointing && torch::GradMode::is_enabled() && pass.options.cache == nullptr;
        streams = isRecomputed ? runCheckpointed(streams, layer, pass)
                               : runBlock(streams, layer, pass, dropoutFor(layer, pass.options));
    }
    return streams;
}

std::function<Streams(const Streams&, const DropoutContext&)> Model::Impl::bodyOf(int layer, const Pass& pass) {
    return [this, layer, copy = pass](const Streams& streams, const DropoutContext& dropout) {
        return runBlock(streams, layer, copy, dropout);
    };
}

torch::Tensor Model::Impl::runToEnd(Streams streams, int first, const Pass& pass) {
    const int last = static_cast<int>(blocks.size());
    if (first == last) streams = {chosen(summed(streams), pass.pooledRows), {}};
    streams = runBlocks(std::move(streams), first, last, pass);
    if (finalNorm.weight.defined()) {
        return tensor::addNorm(streams.sum, streams.pending, finalNorm, computeType).normed;
    }
    return streams.sum;
}

Model::Impl::Pass Model::Impl::begin(const PackedBatch& batch, const ForwardOptions& options) {
    checkBatch(batch, options);
    if (options.cache != nullptr) {
        options.cache->extend(batch.lengths);
    }
    const torch::Tensor positions = positionsOf(batch, options.cache);
    const tensor::RopeTable* table = nullptr;
    if (architecture.rope.isUsed()) {
        growRope(positions.max().item<std::int64_t>() + 1);
        table = &rope;
    }
    return {batch, options, tensor::makeAttentionPlan(batch, positions, table),
            options.finalRows == FinalRows::Pooled ? pooledRowsOf(batch) : std::vector<std::int64_t>()};
}

torch::Tensor Model::forward(const PackedBatch& batch, const ForwardOptions& options) {
    const Impl::Pass pass = impl_->begin(batch, options);
    Streams streams{impl_->embed(batch, pass.plan->positions, options), {}};
    int first = 0;
    if (options.tap != nullptr) {
        first = options.tap->layer;
        options.tap->stream = summed(impl_->runBlocks(std::move(streams), 0, first, pass));
        streams = {options.tap->stream, {}};
    }
    return impl_->runToEnd(std::move(streams), first, pass);
}

torch::Tensor Model::forwardUpTo(int last, const PackedBatch& batch, const ForwardOptions& options) {
    const Impl::Pass pass = impl_->begin(batch, options);
    return summed(impl_->runBlocks({impl_->embed(batch, pass.plan->positions, options), {}}, 0, last, pass));
}

torch::Tensor Model::forwardFrom(const torch::Tensor& stream, int first, const PackedBatch& batch,
                                 const ForwardOptions& options) {
    const Impl::Pass pass = impl_->begin(batch, options);
    return impl_->runToEnd({stream, {}}, first, pass);
}

torch::Tensor Model::languageModelLogits(const torch::Tensor& hidden) {
    if (!impl_->languageModelHead.isDefined()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("This {} model has no language-model head. Use a model for text generation.",
                                impl_->architecture.modelType));
    }
    return impl_->languageModelHead.forward(hidden, {}, torch::kFloat32);
}

torch::Tensor Model::languageModelHeadWeight() const {
    return impl_->languageModelHead.isDefined() ? impl_->languageModelHead.parts().front().weight : torch::Tensor();
}

torch::Tensor Model::classificationLogits(const torch::Tensor& pooled, const ForwardOptions& options) {
    const Architecture& a = impl_->architecture;
    if (a.head != HeadKind::Classification) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("This {} model has no classification head. Load it with one.", a.modelType));
    }
    const DropoutContext dropout = impl_->dropoutFor(numLayers(), options);
    if (a.classifier == ClassifierKind::LastToken) {
        return impl_->classifierOutput.forward(pooled, dropout, torch::kFloat32);
    }
    torch::Tensor x = pooled;
    switch (a.classifier) {
        case ClassifierKind::FirstTokenTanhPooler: x = torch::tanh(impl_->pooler.forward(x)); break;
        case ClassifierKind::FirstTokenRelu: x = torch::relu(impl_->classifierDense.forward(x)); break;
        case ClassifierKind::FirstTokenTanhDense:
            x = torch::tanh(impl_->classifierDense.forward(tensor::dropout(x, a.classifierDropout, dropout)));
            break;
        case ClassifierKind::LastToken: break;
    }
    return impl_->classifierOutput.forward(tensor::dropout(x, a.classifierDropout, dropout), dropout, torch::kFloat32);
}

torch::Tensor Model::classify(const PackedBatch& batch, ForwardOptions options) {
    options.finalRows = FinalRows::Pooled;
    return classificationLogits(forward(batch, options), options);
}

tensor::KvCache Model::makeKvCache(std::int64_t rows, std::int64_t maxLength) const {
    const Architecture& a = impl_->architecture;
    if (!a.isCausal) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("A {} model cannot generate text. Choose a language model.", a.modelType));
    }
    return tensor::KvCache(
        {a.numLayers, rows, maxLength, a.numKvHeads, a.headWidth, impl_->computeType, impl_->device});
}

}  // namespace lathe::models
