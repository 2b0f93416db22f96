// SPDX-License-Identifier: GPL-3.0-or-later
/// A transformer of any registered family, built from the blocks of core/tensor.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/architecture.h"
#include "models/lora.h"
#include "models/parameter_layout.h"
#include "tensor/kv_cache.h"
#include "tensor/linear.h"
#include "tensor/packed_batch.h"
#include "tensor/torch.h"

namespace lathe::models {

/// A leaf tensor under its Hugging Face name.
struct Parameter {
    std::string name;  ///< such as "model.layers.3.mlp.up_proj.weight"
    torch::Tensor
        value;      ///< leaf; linear weights always lie as [out, in]. Update it in place (copy_, add_), never reassign
    int layer = 0;  ///< -1 embedding, 0 .. L-1 blocks, L final norm and heads
    ParameterKind kind = ParameterKind::Matrix;
    bool isTransposed = false;  ///< files hold value.t() (GPT-2's Conv1D)
    bool isHead = false;        ///< of the language-model or classification head, pooler included
    bool isBehindLastAttention = false;  ///< meets the chosen rows alone in a pass for FinalRows::Pooled

    /// Shape as the file has it.
    std::vector<std::int64_t> fileShape() const;
    /// No weight decay on these, as Hugging Face's Trainer does.
    bool isBiasOrNorm() const { return kind == ParameterKind::Bias || kind == ParameterKind::Norm; }
};

/// Keeps the residual stream on its way through a forward pass, such as for forwardFrom().
struct StreamTap {
    int layer = 0;         ///< what enters this one
    torch::Tensor stream;  ///< [N, D], set by forward()
};

/// Which final states a forward pass gives. Pooled: those that a classification head reads, one a sequence in order; behind the keys and values the last
/// layer then computes these rows alone.
enum class FinalRows { All, Pooled };

struct ForwardOptions {
    bool isTraining = false;                 ///< dropout as configured; off otherwise
    std::optional<at::Generator> generator;  ///< where dropout draws from; needed if isTraining and a rate is above 0
    bool usesCheckpointing = false;          ///< blocks keep their input only and are computed again in backward
    int firstTrainableLayer = -1;      ///< dropout is off below it, as these are frozen; -1: the embeddings train, too
    tensor::KvCache* cache = nullptr;  ///< appends to it; the batch's slots are its sequences, positions follow from it
    StreamTap* tap = nullptr;          ///< forward() fills it
    FinalRows finalRows = FinalRows::All;
};

enum class AdapterState { Enabled, Disabled };

/// Weights plus the forward pass. Not copyable. One thread at a time.
class Model {
public:
    Model(Architecture architecture, std::string configJson);
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const Architecture& architecture() const;
    /// config.json as text, kept for saving; labels, problem_type and architectures are up to date in it.
    const std::string& configJson() const;
    void setConfigJson(std::string text);
    int numLayers() const;
    std::int64_t numParameters() const;  ///< tied weights once, adapters not counted
    torch::Device device() const;
    torch::ScalarType computeDtype() const;

    /// In Hugging Face's order, tied weights once. References stay valid; setComputeDtype and moveTo replace the values
    /// in them.
    std::vector<Parameter>& parameters();
    const std::vector<Parameter>& parameters() const;
    /// Null if there is none of that name.
    Parameter* findParameter(std::string_view name);

    /// f32: everything f32. bf16: matrices, embeddings and linear biases are bf16 leaves, norm weights stay f32, and
    /// the residual stream is f32; whoever trains keeps f32 copies and writes them back with copy_ after each step.
    void setComputeDtype(torch::ScalarType dtype);
    void moveTo(const torch::Device& device);

    /// Final hidden states, [N, D] in compute dtype, or [B, D] if options ask for pooled rows, after the final norm.
    /// Throws InvalidInput if an id, type or position is outside the tables.
    torch::Tensor forward(const tensor::PackedBatch& batch, const ForwardOptions& options = {});
    /// The same in two halves: residual stream after the embeddings and layers [0, last), [N, D] f32 (pre-norm models)
    /// or compute dtype; then layers [first, L) and the final norm. forwardFrom(forwardUpTo(b, k), k, b) equals
    /// forward(b).
    torch::Tensor forwardUpTo(int last, const tensor::PackedBatch& batch, const ForwardOptions& options = {});
    torch::Tensor forwardFrom(const torch::Tensor& stream, int first, const tensor::PackedBatch& batch,
                              const ForwardOptions& options = {});

    /// hidden [n, D] -> [n, V] f32. Throws InvalidInput if the model has no language-model head.
    torch::Tensor languageModelLogits(const torch::Tensor& hidden);
    /// [V, D]: the head's weight (the word embedding when tied), a leaf, for a loss that is fused with it.
    torch::Tensor languageModelHeadWeight() const;
    /// Pooled final states [B, D] -> [B, C] f32. Reward models have C = 1. Throws InvalidInput if the model has no classification head.
    torch::Tensor classificationLogits(const torch::Tensor& pooled, const ForwardOptions& options = {});
    /// A forward pass and the head: [B, C] f32.
    torch::Tensor classify(const tensor::PackedBatch& batch, ForwardOptions options = {});

    /// A cache of the right shape for this model, in its compute dtype.
    tensor::KvCache makeKvCache(std::int64_t rows, std::int64_t maxLength) const;

    /// Adds adapters. Base weights are left as they are: freeze them if you train adapters only. Throws InvalidInput if
    /// nothing matches or adapters are already there.
    void attachLora(const LoraSettings& settings, std::uint64_t seed);
    bool hasLora() const;
    /// Whether any dropout rate of the model or its adapters is above 0.
    bool hasDropout() const;
    const LoraSettings& loraSettings() const;
    /// PEFT's names, such as base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight.
    std::vector<Parameter>& adapterParameters();
    void setAdapterState(AdapterState state);
    AdapterState adapterState() const;
    /// Adds scaling * B A to the base weights, or restores them exactly as they were.
    void mergeLora();
    void unmergeLora();
    bool isLoraMerged() const;
    /// Merges for good: adapters are gone afterwards.
    void mergeAndDropLora();

    /// Every linear of the blocks under its module name (joined ones once a part), for quantised replacements.
    void visitLinears(const std::function<void(const std::vector<std::string>& names, tensor::Linear&)>& visit);
    tensor::Linear* languageModelHead();  ///< null without one; a view on the embedding when tied

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Switches adapters off while it lives (the reference model of DPO).
class AdapterOff {
public:
    explicit AdapterOff(Model& model) : model_(model), before_(model.adapterState()) {
        model_.setAdapterState(AdapterState::Disabled);
    }
    ~AdapterOff() { model_.setAdapterState(before_); }
    AdapterOff(const AdapterOff&) = delete;
    AdapterOff& operator=(const AdapterOff&) = delete;

private:
    Model& model_;
    AdapterState before_;
};

}  // namespace lathe::models
