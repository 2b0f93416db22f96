// SPDX-License-Identifier: GPL-3.0-or-later
/// PEFT's LoRA adapter folder: adapter_config.json and adapter_model.safetensors (peft 0.21).
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/formats/safetensors.h"
#include "models/formats/tensor_source.h"

namespace lathe::formats {

/// The fields of PEFT's LoraConfig that change what the adapter computes, under their own meaning.
struct LoraFileConfig {
    std::string baseModelName;  ///< base_model_name_or_path
    std::string taskType;       ///< "CAUSAL_LM", "SEQ_CLS" or empty
    std::int64_t r = 8;
    double alpha = 8;  ///< lora_alpha; the factor is alpha / r, or alpha / sqrt(r) with useRslora
    double dropout = 0;
    bool useRslora = false;
    bool fanInFanOut = false;                ///< true for GPT-2's Conv1D
    std::vector<std::string> targetModules;  ///< suffixes, such as "q_proj"
    std::string targetModulesPattern;        ///< set instead of the list where PEFT stored one regular expression
    std::vector<std::string> modulesToSave;  ///< trained in full and stored beside the adapter, such as "score"
    std::map<std::string, std::int64_t> rankPattern;  ///< exceptions from r by module name
    std::map<std::string, double> alphaPattern;
};

struct AdapterFiles {
    LoraFileConfig config;
    /// Names as PEFT stores them: "base_model.model.<module>.lora_A.weight" ([r, in]), "...lora_B.weight" ([out, r]).
    std::shared_ptr<const TensorSource> tensors;
};

/// True if the folder has an adapter_config.json.
bool isAdapterFolder(const std::filesystem::path& folder);

/// Throws NotFound, CorruptFile, Unsupported (another adapter kind, DoRA, a bias mode other than "none", pickle
/// weights).
AdapterFiles readAdapter(const std::filesystem::path& folder);

/// Writes both files atomically. `tensors` carry PEFT's names. Throws Io, InvalidInput.
void writeAdapter(const std::filesystem::path& folder, const LoraFileConfig& config,
                  const std::vector<TensorToWrite>& tensors);

}  // namespace lathe::formats
