// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <lathe/progress.h>

namespace lathe {

/// What is known about a model without loading its weights.
struct ModelInfo {
    std::string name;
    std::filesystem::path path;
    std::string format;        ///< "safetensors", "gguf" or "adapter"
    std::string family;        ///< "gpt2", "llama", …
    std::string head;          ///< "language-model", "classification", "reward" or "encoder"
    std::string dtype;         ///< as stored, such as "bf16" or "q4_1"
    std::string tokenizer;     ///< such as "byte-level BPE"
    std::string licence;       ///< empty if the files do not say
    std::string origin;        ///< "starter", "added", "run"
    std::string madeFrom;      ///< parent model, dataset and spec of a run, in words
    std::int64_t parameters = 0;
    std::int64_t contextLength = 0;
    std::int64_t vocabulary = 0;
    std::int64_t layers = 0;
    std::int64_t width = 0;
    std::uint64_t sizeBytes = 0;
    bool isPresent = true;     ///< false: known, but not on this disk
    std::vector<std::string> labels;
};

/// One finding of `verify`.
struct VerifyResult {
    bool isValid = false;
    std::string sentence;
    std::string weightsSha256;
};

enum class ModelExportFormat { HuggingFace, Adapter, Merged, Gguf };

struct ModelExportOptions {
    ModelExportFormat format = ModelExportFormat::HuggingFace;
    std::string dtype = "f32";  ///< "f32", "bf16", "f16"; GGUF also "q8_0"
    std::filesystem::path output;
};

}  // namespace lathe
