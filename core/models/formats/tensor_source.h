// SPDX-License-Identifier: GPL-3.0-or-later
/// Named tensors of a checkpoint, whatever file they lie in. No torch here: values go into memory that the caller owns.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::formats {

/// How the elements of a stored tensor are encoded. The Q types are GGUF's block formats.
enum class TensorType {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F8E4M3,
    F8E5M2,
    F16,
    BF16,
    F32,
    F64,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q4_K,
    Q5_K,
    Q6_K
};

/// Elements and bytes of one block; plain types have blocks of one element.
struct BlockSize {
    std::uint32_t elements;
    std::uint32_t bytes;
};
BlockSize blockSize(TensorType type);
/// "F32", "BF16", "Q4_1", ... as safetensors and GGUF spell them.
std::string_view typeName(TensorType type);
bool isQuantised(TensorType type);

struct TensorInfo {
    std::string name;  ///< Hugging Face name, such as "model.layers.0.self_attn.q_proj.weight"
    TensorType type = TensorType::F32;
    std::vector<std::int64_t> shape;  ///< outermost first, as torch shows it; empty = a scalar
    std::uint64_t bytes = 0;          ///< as stored
    std::uint64_t elements = 0;       ///< product of shape, checked

    bool isQuantised() const { return formats::isQuantised(type); }
};

/// Read-only tensors of a checkpoint. All const members may be called from several threads at once. Data is read with
/// positioned reads and never through a mapping, so that a file which shrinks meanwhile is an error, not a signal.
class TensorSource {
public:
    virtual ~TensorSource() = default;

    /// Every tensor, sorted by name.
    const std::vector<TensorInfo>& tensors() const { return tensors_; }
    /// The tensor of that name, or nullptr.
    const TensorInfo* find(std::string_view name) const;
    /// The tensor of that name. Throws CorruptFile (naming the file and the tensor) if there is none.
    const TensorInfo& info(std::string_view name) const;
    /// Name of the file or folder, for messages.
    virtual std::string description() const = 0;

    /// Elements [first, first + out.size()) as f32; quantised blocks are dequantised, integers converted. `first` may
    /// be any element. Uses several threads for big quantised tensors. Throws CorruptFile, Io, InvalidInput (range).
    virtual void readFloat(const TensorInfo& tensor, std::span<float> out, std::uint64_t first = 0) const = 0;
    /// The whole tensor as f32; out.size() must be its number of elements.
    void readFloat(std::string_view name, std::span<float> out) const;
    std::vector<float> readFloat(std::string_view name) const;
    /// The whole tensor's stored bytes (little endian, blocks as they are); out.size() must be info.bytes. For GGUF
    /// llama files whose rows are permuted, only readFloat gives Hugging Face's order: this throws InvalidInput for
    /// those.
    virtual void readRaw(const TensorInfo& tensor, std::span<std::byte> out) const = 0;

protected:
    /// Sorts; call once in the constructor.
    void setTensors(std::vector<TensorInfo> tensors);

private:
    std::vector<TensorInfo> tensors_;
};

/// Converts `count` elements to f32. `bytes` must hold whole blocks; the plain and the quantised types are all taken.
void toFloat(TensorType type, std::span<const std::byte> bytes, std::span<float> out);
/// Converts f32 to F32, F16 or BF16 (round to nearest even) or Q8_0; out has the encoded size. Throws InvalidInput for
/// others.
void fromFloat(TensorType type, std::span<const float> values, std::span<std::byte> out);

}  // namespace lathe::formats
