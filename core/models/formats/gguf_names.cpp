// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/formats/gguf_names.h"

#include <array>
#include <charconv>

namespace lathe::formats {
namespace {

// Names: gguf/constants.py (TENSOR_NAMES) and the state_dict() of the transformers classes.
constexpr std::array kDecoderWhole{
    NameRow{"token_embd", "model.embed_tokens"},
    NameRow{"output_norm", "model.norm"},
    NameRow{"output", "lm_head"},
};
constexpr std::array kLlamaLayer{
    NameRow{"attn_norm", "input_layernorm"},
    NameRow{"attn_q", "self_attn.q_proj", RowOrder::InterleavedQ},
    NameRow{"attn_k", "self_attn.k_proj", RowOrder::InterleavedK},
    NameRow{"attn_v", "self_attn.v_proj"},
    NameRow{"attn_output", "self_attn.o_proj"},
    NameRow{"ffn_norm", "post_attention_layernorm"},
    NameRow{"ffn_gate", "mlp.gate_proj"},
    NameRow{"ffn_up", "mlp.up_proj"},
    NameRow{"ffn_down", "mlp.down_proj"},
};
constexpr std::array kQwen2Layer{
    NameRow{"attn_norm", "input_layernorm"},    NameRow{"attn_q", "self_attn.q_proj"},
    NameRow{"attn_k", "self_attn.k_proj"},      NameRow{"attn_v", "self_attn.v_proj"},
    NameRow{"attn_output", "self_attn.o_proj"}, NameRow{"ffn_norm", "post_attention_layernorm"},
    NameRow{"ffn_gate", "mlp.gate_proj"},       NameRow{"ffn_up", "mlp.up_proj"},
    NameRow{"ffn_down", "mlp.down_proj"},
};
constexpr std::array kGpt2Whole{
    NameRow{"token_embd", "transformer.wte"},
    NameRow{"position_embd", "transformer.wpe"},
    NameRow{"output_norm", "transformer.ln_f"},
    NameRow{"output", "lm_head"},
};
constexpr std::array kGpt2Layer{
    NameRow{"attn_norm", "ln_1"},
    NameRow{"attn_qkv", "attn.c_attn", RowOrder::Transposed},
    NameRow{"attn_output", "attn.c_proj", RowOrder::Transposed},
    NameRow{"ffn_norm", "ln_2"},
    NameRow{"ffn_up", "mlp.c_fc", RowOrder::Transposed},
    NameRow{"ffn_down", "mlp.c_proj", RowOrder::Transposed},
};
constexpr std::array kBertWhole{
    NameRow{"token_embd", "embeddings.word_embeddings"},
    NameRow{"token_types", "embeddings.token_type_embeddings"},
    NameRow{"position_embd", "embeddings.position_embeddings"},
    NameRow{"token_embd_norm", "embeddings.LayerNorm"},
};
constexpr std::array kBertLayer{
    NameRow{"attn_q", "attention.self.query"},
    NameRow{"attn_k", "attention.self.key"},
    NameRow{"attn_v", "attention.self.value"},
    NameRow{"attn_output", "attention.output.dense"},
    NameRow{"attn_output_norm", "attention.output.LayerNorm"},
    NameRow{"ffn_up", "intermediate.dense"},
    NameRow{"ffn_down", "output.dense"},
    NameRow{"layer_output_norm", "output.LayerNorm"},
};

constexpr std::array kArchitectures{
    Architecture{"llama", "llama", "LlamaForCausalLM", "model.layers.", kDecoderWhole, kLlamaLayer},
    Architecture{"qwen2", "qwen2", "Qwen2ForCausalLM", "model.layers.", kDecoderWhole, kQwen2Layer},
    Architecture{"gpt2", "gpt2", "GPT2LMHeadModel", "transformer.h.", kGpt2Whole, kGpt2Layer},
    Architecture{"bert", "bert", "BertModel", "encoder.layer.", kBertWhole, kBertLayer},
};
constexpr std::string_view kGgufLayerPrefix = "blk.";

struct SplitName {
    std::int64_t layer = -1;
    std::string_view stem;
    std::string_view suffix;  ///< ".weight" or ".bias"
};

std::optional<SplitName> split(std::string_view name, std::string_view layerPrefix) {
    SplitName result;
    for (const std::string_view suffix : {std::string_view(".weight"), std::string_view(".bias")})
        if (name.ends_with(suffix)) result.suffix = suffix;
    if (result.suffix.empty()) return std::nullopt;
    result.stem = name.substr(0, name.size() - result.suffix.size());
    if (!result.stem.starts_with(layerPrefix)) return result;
    result.stem.remove_prefix(layerPrefix.size());
    const auto [end, code] = std::from_chars(result.stem.data(), result.stem.data() + result.stem.size(), result.layer);
    const auto digits = static_cast<std::size_t>(end - result.stem.data());
    if (code != std::errc() || result.layer < 0 || digits >= result.stem.size() || *end != '.') return std::nullopt;
    result.stem.remove_prefix(digits + 1);
    return result;
}

std::optional<MappedName> translate(const Architecture& architecture, std::string_view name, std::string_view from,
                                    std::string_view to, std::string_view NameRow::*source,
                                    std::string_view NameRow::*target) {
    const auto parts = split(name, from);
    if (!parts) return std::nullopt;
    for (const NameRow& row : parts->layer < 0 ? architecture.whole : architecture.layer) {
        if (row.*source != parts->stem) continue;
        MappedName result;
        result.layer = parts->layer;
        if (parts->layer >= 0) result.name.append(to).append(std::to_string(parts->layer)).append(".");
        result.name.append(row.*target).append(parts->suffix);
        const bool isBias = parts->suffix == ".bias";
        result.order = isBias && row.order == RowOrder::Transposed ? RowOrder::Same : row.order;
        return result;
    }
    return std::nullopt;
}

}  // namespace

const Architecture* architectureOfGguf(std::string_view name) {
    for (const Architecture& row : kArchitectures)
        if (row.gguf == name) return &row;
    return nullptr;
}

const Architecture* architectureOfModelType(std::string_view modelType) {
    for (const Architecture& row : kArchitectures)
        if (row.modelType == modelType) return &row;
    return nullptr;
}

std::optional<MappedName> toHuggingFace(const Architecture& architecture, std::string_view ggufName) {
    return translate(architecture, ggufName, kGgufLayerPrefix, architecture.layerPrefix, &NameRow::gguf,
                     &NameRow::huggingFace);
}

std::optional<MappedName> toGguf(const Architecture& architecture, std::string_view huggingFaceName) {
    return translate(architecture, huggingFaceName, architecture.layerPrefix, kGgufLayerPrefix, &NameRow::huggingFace,
                     &NameRow::gguf);
}

}  // namespace lathe::formats
