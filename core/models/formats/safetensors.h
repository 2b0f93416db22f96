// SPDX-License-Identifier: GPL-3.0-or-later
/// Reader and writer of the safetensors format (specification: huggingface/safetensors, README "Format").
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/formats/tensor_source.h"

namespace lathe::formats {

/// One tensor of a header with its place in the data section.
struct SafetensorsEntry {
    TensorInfo info;
    std::uint64_t begin = 0;  ///< first byte, counted from the end of the header
};

struct SafetensorsHeader {
    std::vector<SafetensorsEntry> entries;        ///< in order of `begin`
    std::map<std::string, std::string> metadata;  ///< "__metadata__"
    std::uint64_t dataStart = 0;                  ///< offset of the data section in the file
};

/// Parses and checks the header. `head` holds at least 8 bytes and the whole header if the file has it; `fileBytes` is
/// the real file length. Throws CorruptFile (all rules of the format, duplicate keys) or Unsupported (an unknown
/// dtype).
SafetensorsHeader parseSafetensorsHeader(std::span<const std::byte> head, std::uint64_t fileBytes,
                                         const std::string& what);

/// One .safetensors file. Throws NotFound, Io, CorruptFile, Unsupported.
std::shared_ptr<const TensorSource> openSafetensors(const std::filesystem::path& file);
/// The "__metadata__" of a file.
std::map<std::string, std::string> readSafetensorsMetadata(const std::filesystem::path& file);
/// Several files behind an index (model.safetensors.index.json). Names that leave the folder are refused.
std::shared_ptr<const TensorSource> openShardedSafetensors(const std::filesystem::path& indexFile);

/// A tensor that is to be written. `fill` produces the encoded bytes of elements [first, first + count) where
/// count = out.size() / element size; it is called in order, chunk by chunk, so nothing is held twice.
struct TensorToWrite {
    std::string name;
    TensorType type = TensorType::F32;
    std::vector<std::int64_t> shape;
    std::function<void(std::uint64_t first, std::span<std::byte> out)> fill;
};

/// Gives f32 elements [first, first + out.size()).
using FloatReader = std::function<void(std::uint64_t first, std::span<float> out)>;

/// A tensor whose f32 values are converted to `type` (F32, F16, BF16) while they are written.
TensorToWrite floatTensor(std::string name, std::vector<std::int64_t> shape, TensorType type, FloatReader read);
/// A tensor whose bytes already lie in memory in that type; the memory must outlive the writing.
TensorToWrite rawTensor(std::string name, std::vector<std::int64_t> shape, TensorType type,
                        std::span<const std::byte> bytes);

/// Writes one file atomically; the tensors are laid out in the given order. Throws InvalidInput (a name twice), Io.
void writeSafetensors(const std::filesystem::path& file, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata = {{"format", "pt"}});

/// Writes model.safetensors, or shards of at most maxShardBytes with their index. Weight files of an earlier save that
/// are no longer part of the model are removed at the end. The folder is made if it is missing.
void writeModelWeights(const std::filesystem::path& folder, const std::vector<TensorToWrite>& tensors,
                       std::uint64_t maxShardBytes = 5'000'000'000);

/// A whole Hugging Face folder: weights as above, config.json, and generation_config.json unless that text is empty.
void writeModelFolder(const std::filesystem::path& folder, std::string_view configJson,
                      std::string_view generationConfigJson, const std::vector<TensorToWrite>& tensors,
                      std::uint64_t maxShardBytes = 5'000'000'000);

}  // namespace lathe::formats
