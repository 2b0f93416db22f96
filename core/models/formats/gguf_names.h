// SPDX-License-Identifier: GPL-3.0-or-later
/// Tensor names of GGUF and Hugging Face side by side; private to this folder. One row a tensor kind and architecture.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lathe::formats {

/// What separates a stored GGUF tensor from Hugging Face's.
enum class RowOrder {
    Same,
    InterleavedQ,  ///< llama: rotary pairs lie side by side within each query head
    InterleavedK,  ///< the same for key heads
    Transposed     ///< GPT-2's Conv1D weights are [in, out] in Hugging Face
};

struct NameRow {
    std::string_view gguf;         ///< without ".weight" and without "blk.N."
    std::string_view huggingFace;  ///< without ".weight" and without the layer's prefix
    RowOrder order = RowOrder::Same;
};

/// How one GGUF architecture is called and named in Hugging Face.
struct Architecture {
    std::string_view gguf;           ///< general.architecture
    std::string_view modelType;      ///< config.json's model_type
    std::string_view className;      ///< config.json's architectures[0]
    std::string_view layerPrefix;    ///< "model.layers."
    std::span<const NameRow> whole;  ///< tensors outside the layers
    std::span<const NameRow> layer;  ///< tensors inside a layer
};

/// The row of an architecture by GGUF's or by Hugging Face's name; nullptr if it is unknown.
const Architecture* architectureOfGguf(std::string_view name);
const Architecture* architectureOfModelType(std::string_view modelType);

struct MappedName {
    std::string name;
    RowOrder order = RowOrder::Same;
    std::int64_t layer = -1;
};
/// Nothing if the architecture has no such tensor. Orders other than Same apply to weights, and for llama to biases
/// too.
std::optional<MappedName> toHuggingFace(const Architecture& architecture, std::string_view ggufName);
std::optional<MappedName> toGguf(const Architecture& architecture, std::string_view huggingFaceName);

}  // namespace lathe::formats
