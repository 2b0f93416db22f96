// SPDX-License-Identifier: GPL-3.0-or-later
/// The parts of a Model; private to core/models.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/model.h"
#include "tensor/attention.h"
#include "tensor/linear.h"
#include "tensor/norm.h"

namespace lathe::models {

struct Block {
    tensor::Norm attentionNorm;
    tensor::Linear queryKeyValue;
    tensor::Linear attentionOutput;
    tensor::Norm mlpNorm;
    tensor::Linear mlpInput;  ///< up, or gate and up side by side
    tensor::Linear mlpOutput;
};

/// The residual stream between blocks. Pre-norm blocks leave their last branch unadded, so that the next norm adds it
/// on the way.
struct Streams {
    torch::Tensor sum;
    torch::Tensor pending;
};

struct Model::Impl {
    Architecture architecture;
    std::string configJson;
    torch::ScalarType computeType = torch::kFloat32;
    torch::Device device = torch::kCPU;

    torch::Tensor wordEmbedding;
    torch::Tensor positionEmbedding;
    torch::Tensor typeEmbedding;
    tensor::Norm embeddingNorm;
    std::vector<Block> blocks;
    tensor::Norm finalNorm;
    tensor::Linear pooler;
    tensor::Linear languageModelHead;
    tensor::Linear classifierDense;
    tensor::Linear classifierOutput;
    tensor::RopeTable rope;

    std::vector<ParameterInfo> layout;  ///< one a parameter, same order
    std::vector<Parameter> parameters;

    std::optional<LoraSettings> lora;
    std::vector<Parameter> adapterParameters;
    AdapterState adapterState = AdapterState::Enabled;
    std::vector<torch::Tensor>
        beforeMerge;  ///< copies of the merged parts' weights, in visit order; empty unless merged
    bool isMerged = false;

    explicit Impl(Architecture a);

    /// Where a parameter lives in the blocks.
    torch::Tensor& homeOf(const ParameterInfo& info);
    /// Puts the blocks' tensors into `parameters` again after they were replaced.
    void refreshParameters();
    /// Makes a tied head look at the word embedding as it is now.
    void shareEmbedding();
    void convert(torch::ScalarType dtype, const torch::Device& to);
    std::vector<tensor::Linear*> blockLinears();
    std::vector<tensor::Linear*> allLinears();
    std::vector<tensor::Norm*> norms();

    torch::ScalarType streamType() const;
    tensor::DropoutContext dropoutFor(int layer, const ForwardOptions& options) const;
    tensor::AttentionShape attentionShape(int layer) const;
    void growRope(std::int64_t positions);
    torch::Tensor positionsOf(const tensor::PackedBatch& batch, tensor::KvCache* cache) const;
    std::vector<std::int64_t> pooledRowsOf(const tensor::PackedBatch& batch) const;
    void checkBatch(const tensor::PackedBatch& batch, const ForwardOptions& options) const;

    torch::Tensor embed(const tensor::PackedBatch& batch, const torch::Tensor& positions,
                        const ForwardOptions& options);
    /// What all blocks of one forward pass share. Checkpointed blocks copy it; tensors are handles.
    struct Pass {
        tensor::PackedBatch batch;
        ForwardOptions options;
        std::shared_ptr<const tensor::AttentionPlan> plan;
        std::vector<std::int64_t> pooledRows;  ///< B values where they alone are asked for, else empty
    };
    /// Checks the batch, extends the cache, and plans attention.
    Pass begin(const tensor::PackedBatch& batch, const ForwardOptions& options);
    /// Of a layer's rows those that go on behind its attention; empty: all.
    const std::vector<std::int64_t>& rowsAfterAttention(int layer, const Pass& pass) const;
    Streams runBlocks(Streams streams, int first, int last, const Pass& pass);
    Streams runBlock(const Streams& streams, int layer, const Pass& pass, const tensor::DropoutContext& dropout);
    Streams runCheckpointed(const Streams& streams, int layer, const Pass& pass);
    /// One block as a function that owns all it needs, for computing it again later.
    std::function<Streams(const Streams&, const tensor::DropoutContext&)> bodyOf(int layer, const Pass& pass);
    torch::Tensor attend(const torch::Tensor& normed, int layer, const Pass& pass,
                         const tensor::DropoutContext& dropout);
    /// Layers [first, L) and the final norm.
    torch::Tensor runToEnd(Streams streams, int first, const Pass& pass);
};

}  // namespace lathe::models
