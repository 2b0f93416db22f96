// SPDX-License-Identifier: GPL-3.0-or-later
/// Builds GGUF files byte by byte, also broken ones.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::testing {

class GgufBytes {
public:
    std::string magic = "GGUF";
    std::uint32_t version = 3;
    std::uint64_t alignment = 32;  ///< of the data section that finish() makes

    template <typename Value>
    static std::string number(Value value) {
        std::string bytes(sizeof value, '\0');
        std::memcpy(bytes.data(), &value, sizeof value);
        return bytes;
    }
    static std::string text(std::string_view value) { return number<std::uint64_t>(value.size()) + std::string(value); }

    /// Adds a pair whose value is given as it lies in the file.
    void pair(std::string_view key, std::uint32_t type, const std::string& value) {
        pairs_ += text(key) + number(type) + value;
        ++pairCount;
    }
    void pairText(std::string_view key, std::string_view value) { pair(key, 8, text(value)); }
    void pairU32(std::string_view key, std::uint32_t value) { pair(key, 4, number(value)); }
    void pairF32(std::string_view key, float value) { pair(key, 6, number(value)); }
    void pairTexts(std::string_view key, const std::vector<std::string>& values) {
        std::string bytes = number<std::uint32_t>(8) + number<std::uint64_t>(values.size());
        for (const std::string& value : values) bytes += text(value);
        pair(key, 9, bytes);
    }
    /// Adds a row of the tensor table; `dimensions` innermost first, as the file has them.
    void tensor(std::string_view name, const std::vector<std::uint64_t>& dimensions, std::uint32_t type,
                std::uint64_t offset) {
        tensors_ += text(name) + number(static_cast<std::uint32_t>(dimensions.size()));
        for (const std::uint64_t size : dimensions) tensors_ += number(size);
        tensors_ += number(type) + number(offset);
        ++tensorCount;
    }
    /// Adds an f32 tensor with its data at the next free place.
    void tensorF32(std::string_view name, const std::vector<std::uint64_t>& dimensions,
                   const std::vector<float>& values) {
        data.resize((data.size() + alignment - 1) / alignment * alignment, '\0');
        tensor(name, dimensions, 0, data.size());
        data.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    }

    std::string finish() const {
        std::string bytes = magic + number(version) + number(tensorCount) + number(pairCount) + pairs_ + tensors_;
        if (!data.empty()) bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, '\0');
        return bytes + data;
    }

    std::uint64_t tensorCount = 0;
    std::uint64_t pairCount = 0;
    std::string data;

private:
    std::string pairs_;
    std::string tensors_;
};

/// A complete one-layer llama with f32 weights: width 8, 2 heads, 1 key head, 6 tokens.
inline GgufBytes tinyLlama() {
    GgufBytes file;
    file.pairText("general.architecture", "llama");
    file.pairU32("llama.block_count", 1);
    file.pairU32("llama.context_length", 32);
    file.pairU32("llama.embedding_length", 8);
    file.pairU32("llama.feed_forward_length", 16);
    file.pairU32("llama.attention.head_count", 2);
    file.pairU32("llama.attention.head_count_kv", 1);
    file.pairF32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    file.pairText("tokenizer.ggml.model", "gpt2");
    file.pairTexts("tokenizer.ggml.tokens", {"a", "b", "c", "ab", "</s>", "<s>"});
    file.pairTexts("tokenizer.ggml.merges", {"a b"});
    file.pairU32("tokenizer.ggml.eos_token_id", 4);
    const auto add = [&](std::string_view name, std::vector<std::uint64_t> dimensions) {
        std::uint64_t count = 1;
        for (const std::uint64_t size : dimensions) count *= size;
        std::vector<float> values(count);
        for (std::uint64_t i = 0; i < count; ++i) values[i] = static_cast<float>(i);
        file.tensorF32(name, dimensions, values);
    };
    add("token_embd.weight", {8, 6});
    add("output_norm.weight", {8});
    add("blk.0.attn_norm.weight", {8});
    add("blk.0.attn_q.weight", {8, 8});
    add("blk.0.attn_k.weight", {8, 4});
    add("blk.0.attn_v.weight", {8, 4});
    add("blk.0.attn_output.weight", {8, 8});
    add("blk.0.ffn_norm.weight", {8});
    add("blk.0.ffn_gate.weight", {8, 16});
    add("blk.0.ffn_up.weight", {8, 16});
    add("blk.0.ffn_down.weight", {16, 8});
    return file;
}

}  // namespace lathe::testing
