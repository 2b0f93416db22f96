// SPDX-License-Identifier: GPL-3.0-or-later
/// Opens a model wherever it lies: a Hugging Face folder, a .safetensors in one, a .gguf file or a folder with one
/// .gguf.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "models/formats/tensor_source.h"
#include "text/tokenizer.h"

namespace lathe::formats {

enum class Container { HuggingFaceFolder, Gguf };

/// What a model consists of before any of it becomes a torch tensor.
struct ModelFiles {
    Container container = Container::HuggingFaceFolder;
    std::filesystem::path folder;  ///< holds tokenizer.json and the like (for a .gguf: the folder it lies in)
    std::filesystem::path file;    ///< the .gguf file; empty for a folder
    base::Json config;             ///< config.json, or the same made of GGUF metadata (model_type, hidden_size, ...)
    base::Json generationConfig;   ///< generation_config.json or null
    std::shared_ptr<const TensorSource> tensors;     ///< Hugging Face names and row order, also for GGUF
    std::optional<text::GgufVocabulary> vocabulary;  ///< GGUF only
    std::uint64_t weightBytes = 0;                   ///< size of the weight files on disk
};

/// Throws NotFound (no such path, no weights in it), CorruptFile (damaged, an HTML page, a Git LFS pointer),
/// Unsupported (pickle: "convert to safetensors first"; unknown GGUF architecture or tensor type), Io.
ModelFiles openModelFiles(const std::filesystem::path& path);

/// True if the path looks like something openModelFiles takes (cheap: no header is read).
bool isModelPath(const std::filesystem::path& path);

}  // namespace lathe::formats
