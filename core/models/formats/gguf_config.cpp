// SPDX-License-Identifier: GPL-3.0-or-later
/// GGUF metadata -> config.json's keys and the vocabulary.
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/limits.h"
#include "models/formats/gguf_model.h"
#include "models/formats/gguf_names.h"

namespace lathe::formats {
namespace {

using base::Json;

[[noreturn]] void throwCorrupt(const GgufHeader& header, const std::string& why) {
    throw Error(ErrorCode::CorruptFile,
                fmt::format("{} does not describe a usable model. {}. Download it again.", header.what, why),
                {header.what});
}

[[noreturn]] void throwUnsupported(const GgufHeader& header, const std::string& why) {
    throw Error(ErrorCode::Unsupported,
                fmt::format("{} cannot be used. {}. Choose a llama, qwen2, gpt2 or bert model.", header.what, why),
                {header.what});
}

/// Hyper-parameters under "<architecture>.": each has a range, because sizes are computed from it.
class Parameters {
public:
    Parameters(const GgufHeader& header, std::string_view architecture)
        : header_(header), prefix_(std::string(architecture) + ".") {}

    std::int64_t need(const char* key, std::int64_t maximum) const {
        const auto value = maybe(key, maximum);
        if (!value) throwCorrupt(header_, prefix_ + key + " is missing");
        return *value;
    }
    std::optional<std::int64_t> maybe(const char* key, std::int64_t maximum) const {
        const GgufValue* value = header_.find(prefix_ + key);
        if (value != nullptr && std::holds_alternative<std::vector<std::int64_t>>(*value))
            return uniform(key, std::get<std::vector<std::int64_t>>(*value), maximum);
        return header_.integer(prefix_ + key, 1, maximum);
    }
    double positive(const char* key, double fallback, double maximum) const {
        const double value = header_.number(prefix_ + key).value_or(fallback);
        if (!(value > 0) || value > maximum)
            throwCorrupt(header_,
                         fmt::format("{}{} is {}, allowed is above 0 and up to {}", prefix_, key, value, maximum));
        return value;
    }
    std::optional<std::string> text(const char* key) const { return header_.text(prefix_ + key); }
    std::string name(const char* key) const { return prefix_ + key; }

private:
    /// Some files give one value a layer; models here have the same everywhere.
    std::int64_t uniform(const char* key, const std::vector<std::int64_t>& values, std::int64_t maximum) const {
        for (const std::int64_t value : values)
            if (value != values.front()) throwUnsupported(header_, prefix_ + key + " differs between layers");
        if (values.empty() || values.front() < 1 || values.front() > maximum)
            throwCorrupt(header_, prefix_ + key + " is out of range");
        return values.front();
    }

    const GgufHeader& header_;
    std::string prefix_;
};

const GgufTensor* findTensor(const GgufHeader& header, std::string_view name) {
    for (const GgufTensor& tensor : header.tensors)
        if (tensor.info.name == name) return &tensor;
    return nullptr;
}

const Architecture& architectureOf(const GgufHeader& header) {
    const auto name = header.text("general.architecture");
    if (!name) throwCorrupt(header, "general.architecture is missing");
    const Architecture* architecture = architectureOfGguf(*name);
    if (architecture == nullptr)
        throwUnsupported(header,
                         fmt::format("Its architecture is \"{}\", which Lathe does not know", name->substr(0, 40)));
    return *architecture;
}

std::int64_t vocabularySize(const GgufHeader& header, const Parameters& parameters) {
    const GgufTensor* embedding = findTensor(header, "token_embd.weight");
    if (embedding == nullptr || embedding->info.shape.size() != 2)
        throwCorrupt(header, "The tensor token_embd.weight is missing or not a matrix");
    const std::int64_t rows = embedding->info.shape[0];
    if (rows > 4'000'000) throwCorrupt(header, fmt::format("The vocabulary has {} tokens, allowed are 4000000", rows));
    const auto stated = parameters.maybe("vocab_size", 4'000'000);
    if (stated && *stated != rows)
        throwCorrupt(header, fmt::format("{} is {}, but token_embd.weight has {} rows", parameters.name("vocab_size"),
                                         *stated, rows));
    return rows;
}

/// llama 3 stores one factor a rotary frequency. Its three constants are the same in every published model, so only
/// `factor` is looked for, and the result must reproduce the stored factors.
Json llama3Scaling(const std::vector<float>& stored, double theta) {
    double factor = 1;
    for (const float value : stored) factor = std::max(factor, static_cast<double>(value));
    constexpr double kLow = 1;
    constexpr double kHigh = 4;
    constexpr double kOriginal = 8192;
    const auto half = static_cast<double>(stored.size());
    for (std::size_t i = 0; i < stored.size(); ++i) {
        const double wavelength = 2 * M_PI * std::pow(theta, static_cast<double>(i) / half);
        double expected = 1;
        if (wavelength > kOriginal / kLow) expected = factor;
        else if (wavelength >= kOriginal / kHigh) {
            const double smooth = (kOriginal / wavelength - kLow) / (kHigh - kLow);
            expected = 1 / ((1 - smooth) / factor + smooth);
        }
        if (std::fabs(static_cast<double>(stored[i]) - expected) > 1e-3 * expected) return nullptr;
    }
    return {{"rope_type", "llama3"},
            {"factor", factor},
            {"low_freq_factor", kLow},
            {"high_freq_factor", kHigh},
            {"original_max_position_embeddings", static_cast<std::int64_t>(kOriginal)}};
}

void addRotary(const GgufHeader& header, const Parameters& parameters, Json& config) {
    config["rope_theta"] = parameters.positive("rope.freq_base", 10000.0, 1e12);
    const std::string type = parameters.text("rope.scaling.type").value_or("none");
    if (type == "linear")
        config["rope_scaling"] = {{"rope_type", "linear"},
                                  {"factor", parameters.positive("rope.scaling.factor", 1.0, 1e6)}};
    else if (type != "none")
        throwUnsupported(
            header, fmt::format("It scales rotary positions by \"{}\", which Lathe does not know", type.substr(0, 40)));
}

void addDecoder(const GgufHeader& header, const Parameters& parameters, Json& config) {
    const std::int64_t width = parameters.need("embedding_length", 1 << 20);
    const std::int64_t heads = parameters.need("attention.head_count", 1 << 14);
    const std::int64_t keyHeads = parameters.maybe("attention.head_count_kv", 1 << 14).value_or(heads);
    const auto keyLength = parameters.maybe("attention.key_length", 1 << 16);
    const auto rotary = parameters.maybe("rope.dimension_count", 1 << 16);
    if (heads % keyHeads != 0)
        throwCorrupt(header, fmt::format("{} attention heads cannot share {} key heads", heads, keyHeads));
    if (!keyLength && width % heads != 0)
        throwCorrupt(header, fmt::format("A width of {} cannot be split into {} heads", width, heads));
    const std::int64_t headWidth = keyLength.value_or(width / heads);
    if (rotary && *rotary != headWidth)
        throwUnsupported(header, fmt::format("It rotates {} of {} values in a head", *rotary, headWidth));
    if (headWidth % 2 != 0) throwCorrupt(header, fmt::format("A head has {} values, which is not even", headWidth));
    config["hidden_size"] = width;
    config["num_hidden_layers"] = parameters.need("block_count", 1024);
    config["intermediate_size"] = parameters.need("feed_forward_length", 1 << 24);
    config["max_position_embeddings"] = parameters.need("context_length", std::numeric_limits<std::int32_t>::max());
    config["num_attention_heads"] = heads;
    config["num_key_value_heads"] = keyHeads;
    config["head_dim"] = headWidth;
    config["rms_norm_eps"] = parameters.positive("attention.layer_norm_rms_epsilon", 1e-6, 1);
    config["hidden_act"] = "silu";
    addRotary(header, parameters, config);
    if (config["model_type"] != "llama") return;
    config["attention_bias"] = findTensor(header, "blk.0.attn_q.bias") != nullptr;
    config["mlp_bias"] = findTensor(header, "blk.0.ffn_gate.bias") != nullptr;
}

void addGpt2(const GgufHeader&, const Parameters& parameters, Json& config) {
    const std::int64_t context = parameters.need("context_length", 1 << 24);
    config["n_ctx"] = context;
    config["n_positions"] = context;
    config["n_embd"] = parameters.need("embedding_length", 1 << 20);
    config["n_layer"] = parameters.need("block_count", 1024);
    config["n_head"] = parameters.need("attention.head_count", 1 << 14);
    config["n_inner"] = parameters.need("feed_forward_length", 1 << 24);
    config["layer_norm_epsilon"] = parameters.positive("attention.layer_norm_epsilon", 1e-5, 1);
    config["activation_function"] = "gelu_new";
}

void addBert(const GgufHeader& header, const Parameters& parameters, Json& config) {
    const GgufTensor* types = findTensor(header, "token_types.weight");
    config["hidden_size"] = parameters.need("embedding_length", 1 << 20);
    config["num_hidden_layers"] = parameters.need("block_count", 1024);
    config["intermediate_size"] = parameters.need("feed_forward_length", 1 << 24);
    config["max_position_embeddings"] = parameters.need("context_length", 1 << 24);
    config["num_attention_heads"] = parameters.need("attention.head_count", 1 << 14);
    config["layer_norm_eps"] = parameters.positive("attention.layer_norm_epsilon", 1e-12, 1);
    config["hidden_act"] = "gelu";
    config["type_vocab_size"] = types != nullptr && types->info.shape.size() == 2 ? types->info.shape[0] : 0;
}

/// A token id of the metadata; llama.cpp writes -1 for "none".
std::optional<std::int64_t> tokenId(const GgufHeader& header, const char* key, std::int64_t vocabulary) {
    const auto value = header.integer(key, -1, std::numeric_limits<std::uint32_t>::max());
    if (!value || *value == -1 || *value == std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    if (*value >= vocabulary)
        throwCorrupt(header, fmt::format("{} is {}, but there are {} tokens", key, *value, vocabulary));
    return value;
}

void addTokenIds(const GgufHeader& header, std::int64_t vocabulary, Json& config) {
    constexpr std::pair<const char*, const char*> kKeys[] = {{"tokenizer.ggml.bos_token_id", "bos_token_id"},
                                                             {"tokenizer.ggml.eos_token_id", "eos_token_id"},
                                                             {"tokenizer.ggml.padding_token_id", "pad_token_id"}};
    for (const auto& [key, name] : kKeys) {
        const auto id = tokenId(header, key, vocabulary);
        config[name] = id ? Json(*id) : Json(nullptr);
    }
}

/// llama.cpp marks the start of a word with U+2581; WordPiece marks the continuation with "##".
std::string wordPiece(const std::string& token) {
    static constexpr std::string_view kSpace = "\xe2\x96\x81";
    if (token.starts_with(kSpace)) return token.substr(kSpace.size());
    if (token.starts_with('[') && token.ends_with(']')) return token;
    return "##" + token;
}

}  // namespace

Json ggufConfig(const GgufHeader& header) {
    const Architecture& architecture = architectureOf(header);
    const Parameters parameters(header, architecture.gguf);
    Json config = {{"model_type", architecture.modelType}, {"architectures", {architecture.className}}};
    config["vocab_size"] = vocabularySize(header, parameters);
    if (architecture.modelType == "gpt2") addGpt2(header, parameters, config);
    else if (architecture.modelType == "bert") addBert(header, parameters, config);
    else addDecoder(header, parameters, config);
    if (architecture.modelType != "bert")
        config["tie_word_embeddings"] = findTensor(header, "output.weight") == nullptr;
    addTokenIds(header, config["vocab_size"].get<std::int64_t>(), config);
    if (const auto name = header.text("general.name")) config["_name_or_path"] = *name;
    return config;
}

Json ggufRopeScaling(const GgufHeader& header, const std::vector<float>& ropeFactors, double theta) {
    Json scaling = llama3Scaling(ropeFactors, theta);
    if (scaling.is_null()) throwUnsupported(header, "Its rotary factors (rope_freqs.weight) are not those of llama 3");
    return scaling;
}

text::GgufVocabulary ggufVocabulary(const GgufHeader& header) {
    text::GgufVocabulary vocabulary;
    const auto* tokens = header.texts("tokenizer.ggml.tokens");
    const auto model = header.text("tokenizer.ggml.model");
    if (tokens == nullptr || !model)
        throwCorrupt(header, "Its vocabulary (tokenizer.ggml.tokens, tokenizer.ggml.model) is missing");
    for (const std::string& token : *tokens)
        if (token.size() > base::kMaxPieceBytes) throwCorrupt(header, "A token is longer than 64 KiB");
    const auto count = static_cast<std::int64_t>(tokens->size());
    vocabulary.model = *model;
    vocabulary.pre = header.text("tokenizer.ggml.pre").value_or("");
    vocabulary.tokens = *tokens;
    if (*model == "bert")
        for (std::string& token : vocabulary.tokens) token = wordPiece(token);
    if (const auto* types = header.integers("tokenizer.ggml.token_type")) {
        if (types->size() != tokens->size())
            throwCorrupt(header, fmt::format("There are {} tokens but {} token types", tokens->size(), types->size()));
        for (const std::int64_t type : *types) {
            if (type < 0 || type > 6)
                throwCorrupt(header, fmt::format("A token has the type {}, allowed is 0 to 6", type));
            vocabulary.tokenTypes.push_back(static_cast<std::int32_t>(type));
        }
    }
    if (const auto* scores = header.numbers("tokenizer.ggml.scores")) {
        if (scores->size() != tokens->size())
            throwCorrupt(header, fmt::format("There are {} tokens but {} scores", tokens->size(), scores->size()));
        for (const double score : *scores) vocabulary.scores.push_back(static_cast<float>(score));
    }
    if (const auto* merges = header.texts("tokenizer.ggml.merges")) vocabulary.merges = *merges;
    vocabulary.bosId = tokenId(header, "tokenizer.ggml.bos_token_id", count);
    vocabulary.eosId = tokenId(header, "tokenizer.ggml.eos_token_id", count);
    vocabulary.unkId = tokenId(header, "tokenizer.ggml.unknown_token_id", count);
    vocabulary.padId = tokenId(header, "tokenizer.ggml.padding_token_id", count);
    vocabulary.sepId = tokenId(header, "tokenizer.ggml.seperator_token_id", count);  // the specification spells it so
    vocabulary.clsId = tokenId(header, "tokenizer.ggml.cls_token_id", count);
    vocabulary.maskId = tokenId(header, "tokenizer.ggml.mask_token_id", count);
    vocabulary.addBos = header.boolean("tokenizer.ggml.add_bos_token");
    vocabulary.addEos = header.boolean("tokenizer.ggml.add_eos_token");
    vocabulary.addSpacePrefix = header.boolean("tokenizer.ggml.add_space_prefix");
    vocabulary.chatTemplate = header.text("tokenizer.chat_template").value_or("");
    vocabulary.architecture = header.text("general.architecture").value_or("");
    return vocabulary;
}

}  // namespace lathe::formats
