// SPDX-License-Identifier: GPL-3.0-or-later
/// From files to models and back.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/model.h"

namespace lathe::models {

/// A head to put on the model instead of the one the files have.
struct HeadRequest {
    HeadKind kind = HeadKind::Classification;
    std::vector<std::string> labels;  ///< one a class; reward model: one
    std::string problemType;          ///< "multi_label_classification", ... as Hugging Face; empty: none
};

struct LoadOptions {
    std::optional<HeadRequest> head;  ///< none: what config.json's architectures says
    std::uint64_t seed = 42;          ///< for weights the files lack (a new head), normal(0, initializer_range)
    torch::Device device = torch::kCPU;
};

struct LoadedModel {
    std::unique_ptr<Model> model;
    std::vector<std::string> initialised;  ///< names of parameters that were drawn, not read
    std::vector<std::string> unused;       ///< tensors of the files that this head does not need
    std::vector<std::string> labels;       ///< id2label in order; empty without a classification head
    std::string generationConfigJson;      ///< generation_config.json as it was; empty if there is none
};

/// Reads an HF folder (config.json + safetensors, an adapter beside adapter_config.json attached) or a .gguf file, in
/// f32. Throws NotFound, CorruptFile (missing, unexpected or wrongly shaped tensors, by name), Unsupported (model_type,
/// rope type).
LoadedModel loadModel(const std::filesystem::path& path, const LoadOptions& options = {});

/// A model with random weights as transformers would draw them (normal 0.02, zero biases, unit norms); reproducible by
/// seed. `configJson` is a config.json's text. Throws as loadModel does.
LoadedModel createModel(std::string_view configJson, const LoadOptions& options = {});

/// Family names that loadModel knows, sorted.
std::vector<std::string> knownModelTypes();

/// Adds a PEFT adapter folder to a model. Throws as loadModel does.
void loadAdapter(Model& model, const std::filesystem::path& folder);

struct SaveOptions {
    torch::ScalarType dtype = torch::kFloat32;  ///< kFloat32, kBFloat16 or kHalf
    std::uint64_t maxShardBytes = 5'000'000'000;
    std::string generationConfigJson;  ///< written beside the weights unless empty
};

/// Where a parameter's saved value comes from; used to save f32 master weights while the model computes in bf16.
using ParameterSource = std::function<torch::Tensor(const Parameter&)>;

/// config.json's text with the "dtype" of what is saved.
std::string configForSaving(const Model& model, torch::ScalarType dtype);

/// Writes config.json and model.safetensors that transformers loads. An attached adapter is not written; merge it first
/// if it is to be part of the weights. Throws Io, Unsupported (dtype).
void saveModel(const Model& model, const std::filesystem::path& folder, const SaveOptions& options = {},
               const ParameterSource& source = {});

/// Writes adapter_config.json and adapter_model.safetensors that peft loads; a classification head goes along
/// (modules_to_save).
void saveAdapter(Model& model, const std::filesystem::path& folder, std::string_view baseModelName,
                 const ParameterSource& source = {});

}  // namespace lathe::models
