// SPDX-License-Identifier: GPL-3.0-or-later
/// A language model or encoder in a GGUF file, seen with Hugging Face's eyes: config keys, tensor names, row order.
#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "base/json.h"
#include "models/formats/gguf.h"
#include "models/formats/model_files.h"
#include "models/formats/safetensors.h"
#include "models/formats/tensor_source.h"
#include "text/tokenizer.h"

namespace lathe::formats {

/// config.json's keys from the metadata, as transformers' GGUF loading gives them. Throws Unsupported (architecture),
/// CorruptFile (a hyper-parameter missing or out of range, a tensor of the wrong shape).
base::Json ggufConfig(const GgufHeader& header);
/// rope_scaling of a llama 3 file from the factors of its tensor rope_freqs.weight. Throws Unsupported for other
/// factors.
base::Json ggufRopeScaling(const GgufHeader& header, const std::vector<float>& ropeFactors, double theta);
/// Vocabulary, merges, special tokens and chat template. Throws CorruptFile, Unsupported.
text::GgufVocabulary ggufVocabulary(const GgufHeader& header);
/// The tensors under Hugging Face names; llama's q and k rows are put back into Hugging Face's order, GPT-2's matrices
/// are transposed. A tensor that the architecture does not have throws Unsupported, because leaving it out would change
/// results.
std::shared_ptr<const TensorSource> openGgufTensors(const std::filesystem::path& file, const GgufHeader& header);
/// The whole file as openModelFiles() wants it.
ModelFiles openGgufModel(const std::filesystem::path& file);

/// A tensor of writeGguf(): Hugging Face name and shape.
struct GgufTensorToWrite {
    std::string name;
    std::vector<std::int64_t> shape;
    FloatReader read;
};

/// Vocabulary of a Hugging Face folder (tokenizer.json and tokenizer_config.json) as GGUF stores it. Throws Unsupported
/// for tokenizer kinds that GGUF has no model for, NotFound without tokenizer.json.
text::GgufVocabulary vocabularyOfFolder(const std::filesystem::path& folder);

/// Writes a model as GGUF version 3 so that llama.cpp, the gguf package and transformers read it. `config` is
/// config.json (llama, qwen2, gpt2); `tensors` have Hugging Face names and give f32 values; one-dimensional ones stay
/// f32, matrices become `type` (F32, F16, BF16, Q8_0; a row length that Q8_0 cannot hold falls back to F16). Throws
/// Unsupported (architecture), InvalidInput, Io.
void writeGguf(const std::filesystem::path& file, const base::Json& config, const text::GgufVocabulary& vocabulary,
               const std::vector<GgufTensorToWrite>& tensors, TensorType type);

}  // namespace lathe::formats
