// SPDX-License-Identifier: GPL-3.0-or-later
/// The GGUF container, versions 2 and 3 (specification: ggml, docs/gguf.md). Knows nothing of models; see gguf_model.h.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/formats/tensor_source.h"

namespace lathe::formats {

/// A metadata value. Integers of every width are widened; arrays keep one kind.
using GgufValue = std::variant<bool, std::int64_t, std::uint64_t, double, std::string, std::vector<bool>,
                               std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;

struct GgufTensor {
    TensorInfo info;           ///< the file's own name; shape outermost first (GGUF stores it reversed)
    std::uint64_t offset = 0;  ///< from the start of the file
};

/// Everything before the tensor data. Lookups return nullptr / nothing where a key is absent; a wrong type throws
/// CorruptFile.
struct GgufHeader {
    std::uint32_t version = 0;
    std::uint64_t alignment = 32;
    std::map<std::string, GgufValue, std::less<>> pairs;
    std::vector<GgufTensor> tensors;
    std::string what;  ///< the file, for messages

    const GgufValue* find(std::string_view key) const;
    std::optional<std::string> text(std::string_view key) const;
    std::optional<double> number(std::string_view key) const;
    std::optional<bool> boolean(std::string_view key) const;
    /// An integer within [minimum, maximum]; a value outside throws CorruptFile naming key, value and range.
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t minimum, std::int64_t maximum) const;
    const std::vector<std::string>* texts(std::string_view key) const;
    const std::vector<std::int64_t>* integers(std::string_view key) const;
    const std::vector<double>* numbers(std::string_view key) const;
};

/// Parses and checks a header. `head` are the first bytes of the file (all of it is fine), `fileBytes` its real length.
/// Throws CorruptFile or Unsupported (version, tensor type, big endian). Sets `*needed` and returns nothing if `head`
/// is a prefix that ends inside the header although the file goes on: call again with at least that many bytes.
std::optional<GgufHeader> parseGgufHeader(std::span<const std::byte> head, std::uint64_t fileBytes,
                                          const std::string& what, std::uint64_t* needed);

/// Reads a file's header. Throws NotFound, Io, CorruptFile, Unsupported.
GgufHeader readGgufHeader(const std::filesystem::path& file);

}  // namespace lathe::formats
