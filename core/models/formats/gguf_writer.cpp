// SPDX-License-Identifier: GPL-3.0-or-later
/// Writes a model as GGUF version 3, tensor by tensor.
#include <algorithm>
#include <cstring>
#include <set>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/limits.h"
#include "models/formats/gguf_model.h"
#include "models/formats/gguf_names.h"

namespace lathe::formats {
namespace {

using base::Json;

constexpr std::uint64_t kAlignment = 32;
constexpr std::uint64_t kChunkElements = 1u << 20;
// Type numbers of the GGUF specification.
constexpr std::uint32_t kUint32 = 4;
constexpr std::uint32_t kInt32 = 5;
constexpr std::uint32_t kFloat32 = 6;
constexpr std::uint32_t kBool = 7;
constexpr std::uint32_t kString = 8;
constexpr std::uint32_t kArray = 9;

struct OutputType {
    TensorType type;
    std::uint32_t tensorId;  ///< ggml_type
    std::uint32_t fileType;  ///< general.file_type (llama_ftype)
};
constexpr OutputType kOutputTypes[] = {
    {TensorType::F32, 0, 0}, {TensorType::F16, 1, 1}, {TensorType::Q8_0, 8, 7}, {TensorType::BF16, 30, 32}};

const OutputType& outputType(TensorType type) {
    for (const OutputType& row : kOutputTypes)
        if (row.type == type) return row;
    throw Error(
        ErrorCode::InvalidInput,
        fmt::format("GGUF files cannot be written as {}. Lathe has no encoder for it. Choose f32, f16, bf16 or q8_0.",
                    typeName(type)));
}

/// Builds the part of the file before the data.
class HeaderBuilder {
public:
    template <typename Value>
    void raw(Value value) {
        const auto* bytes = reinterpret_cast<const char*>(&value);
        bytes_.append(bytes, sizeof value);
    }
    void text(std::string_view value) {
        raw<std::uint64_t>(value.size());
        bytes_.append(value);
    }
    void key(std::string_view name, std::uint32_t type) {
        text(name);
        raw(type);
        ++pairs_;
    }
    void pair(std::string_view name, std::string_view value) {
        key(name, kString);
        text(value);
    }
    void pair(std::string_view name, std::uint32_t value) {
        key(name, kUint32);
        raw(value);
    }
    void pair(std::string_view name, float value) {
        key(name, kFloat32);
        raw(value);
    }
    void pairBool(std::string_view name, bool value) {
        key(name, kBool);
        raw<std::uint8_t>(value ? 1 : 0);
    }
    void pair(std::string_view name, const std::vector<std::string>& values) {
        list(name, kString, values.size());
        for (const std::string& value : values) text(value);
    }
    template <typename Value>
    void pairNumbers(std::string_view name, std::uint32_t type, const std::vector<Value>& values) {
        list(name, type, values.size());
        for (const Value value : values) raw(value);
    }
    std::uint64_t pairs() const { return pairs_; }
    const std::string& bytes() const { return bytes_; }

private:
    void list(std::string_view name, std::uint32_t type, std::size_t count) {
        key(name, kArray);
        raw(type);
        raw<std::uint64_t>(count);
    }

    std::string bytes_;
    std::uint64_t pairs_ = 0;
};

/// A tensor with its place in the file.
struct PlannedTensor {
    const GgufTensorToWrite* source = nullptr;
    std::string name;
    RowOrder order = RowOrder::Same;
    std::uint64_t heads = 1;
    std::vector<std::int64_t> shape;  ///< as stored, outermost first
    std::uint64_t elements = 0;
    OutputType type{};
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

std::uint64_t alignUp(std::uint64_t value) { return (value + kAlignment - 1) / kAlignment * kAlignment; }

/// Reads whole numbers and numbers of config.json under any of the names that Hugging Face uses.
class ConfigView {
public:
    explicit ConfigView(const Json& config) : config_(config) {}

    std::optional<double> maybe(std::initializer_list<const char*> names) const {
        for (const char* name : names)
            if (config_.contains(name) && config_.at(name).is_number()) return config_.at(name).get<double>();
        return std::nullopt;
    }
    std::uint32_t need(std::initializer_list<const char*> names) const {
        const auto value = maybe(names);
        if (!value || *value < 0 || *value > 4294967295.0)
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("The model's config has no usable \"{}\". GGUF needs it. Check config.json.",
                                    *names.begin()));
        return static_cast<std::uint32_t>(*value);
    }
    const Json& json() const { return config_; }

private:
    const Json& config_;
};

/// rope_theta lies in config.json itself or, since transformers 5, in rope_parameters.
double ropeTheta(const Json& config) {
    if (config.contains("rope_theta") && config.at("rope_theta").is_number())
        return config.at("rope_theta").get<double>();
    if (config.contains("rope_parameters") && config.at("rope_parameters").is_object() &&
        config.at("rope_parameters").contains("rope_theta"))
        return config.at("rope_parameters").at("rope_theta").get<double>();
    return 10000.0;
}

/// rope_scaling or rope_parameters where it changes the frequencies; nullptr otherwise.
const Json* ropeScaling(const Json& config) {
    for (const char* key : {"rope_scaling", "rope_parameters"}) {
        if (!config.contains(key) || !config.at(key).is_object()) continue;
        const Json& scaling = config.at(key);
        const std::string type = scaling.value("rope_type", scaling.value("type", std::string("default")));
        if (type != "default") return &scaling;
    }
    return nullptr;
}

void addRotary(HeaderBuilder& header, const std::string& prefix, const Json& config) {
    header.pair(prefix + "rope.freq_base", static_cast<float>(ropeTheta(config)));
    const Json* scaling = ropeScaling(config);
    if (scaling == nullptr) return;
    const std::string type = scaling->value("rope_type", scaling->value("type", std::string("default")));
    if (type != "linear")
        throw Error(ErrorCode::Unsupported, fmt::format("The model scales rotary positions by \"{}\". Lathe cannot "
                                                        "write that to GGUF. Export the Hugging Face folder instead.",
                                                        type));
    header.pair(prefix + "rope.scaling.type", std::string_view("linear"));
    header.pair(prefix + "rope.scaling.factor", scaling->value("factor", 1.0f));
}

void addDecoder(HeaderBuilder& header, const std::string& prefix, const ConfigView& config, bool isLlama) {
    const std::uint32_t width = config.need({"hidden_size"});
    const std::uint32_t heads = config.need({"num_attention_heads"});
    if (heads == 0)
        throw Error(ErrorCode::InvalidInput,
                    "The model's config has no attention heads. GGUF needs them. Check config.json.");
    const auto keyHeads = static_cast<std::uint32_t>(config.maybe({"num_key_value_heads"}).value_or(heads));
    const auto headWidth = static_cast<std::uint32_t>(config.maybe({"head_dim"}).value_or(width / heads));
    header.pair(prefix + "block_count", config.need({"num_hidden_layers"}));
    header.pair(prefix + "context_length", config.need({"max_position_embeddings"}));
    header.pair(prefix + "embedding_length", width);
    header.pair(prefix + "feed_forward_length", config.need({"intermediate_size"}));
    header.pair(prefix + "attention.head_count", heads);
    header.pair(prefix + "attention.head_count_kv", keyHeads);
    header.pair(prefix + "attention.layer_norm_rms_epsilon",
                static_cast<float>(config.maybe({"rms_norm_eps"}).value_or(1e-6)));
    if (headWidth * heads != width) {
        header.pair(prefix + "attention.key_length", headWidth);
        header.pair(prefix + "attention.value_length", headWidth);
    }
    if (isLlama) {
        header.pair(prefix + "vocab_size", config.need({"vocab_size"}));
        header.pair(prefix + "rope.dimension_count", headWidth);
    }
    addRotary(header, prefix, config.json());
}

void addGpt2(HeaderBuilder& header, const std::string& prefix, const ConfigView& config) {
    const std::uint32_t width = config.need({"n_embd", "hidden_size"});
    header.pair(prefix + "block_count", config.need({"n_layer", "num_hidden_layers"}));
    header.pair(prefix + "context_length", config.need({"n_positions", "n_ctx", "max_position_embeddings"}));
    header.pair(prefix + "embedding_length", width);
    header.pair(prefix + "feed_forward_length",
                static_cast<std::uint32_t>(config.maybe({"n_inner", "intermediate_size"}).value_or(4.0 * width)));
    header.pair(prefix + "attention.head_count", config.need({"n_head", "num_attention_heads"}));
    header.pair(prefix + "attention.layer_norm_epsilon",
                static_cast<float>(config.maybe({"layer_norm_epsilon", "layer_norm_eps"}).value_or(1e-5)));
}

void addModel(HeaderBuilder& header, const Architecture& architecture, const Json& json, const OutputType& type) {
    const ConfigView config(json);
    const std::string prefix = std::string(architecture.gguf) + ".";
    header.pair("general.architecture", architecture.gguf);
    header.pair("general.type", std::string_view("model"));
    if (json.contains("_name_or_path") && json.at("_name_or_path").is_string())
        header.pair("general.name", json.at("_name_or_path").get<std::string>());
    header.pair("general.file_type", type.fileType);
    if (architecture.gguf == "gpt2") addGpt2(header, prefix, config);
    else addDecoder(header, prefix, config, architecture.gguf == "llama");
    header.pair("general.quantization_version", std::uint32_t{2});
}

/// The tokenizer's id, else the config's; an id outside the vocabulary (GPT-2's default 50256 in a small model) is left
/// out.
void addId(HeaderBuilder& header, const char* key, const std::optional<std::int64_t>& id, const Json& config,
           const char* fallback, std::size_t rows) {
    auto value = id;
    if (!value && fallback != nullptr && config.contains(fallback) && config.at(fallback).is_number_integer())
        value = config.at(fallback).get<std::int64_t>();
    if (value && *value >= 0 && static_cast<std::uint64_t>(*value) < rows)
        header.pair(key, static_cast<std::uint32_t>(*value));
}

/// The token list must be as long as the embedding; llama.cpp's converter fills up in the same way.
void addVocabulary(HeaderBuilder& header, text::GgufVocabulary vocabulary, const Json& config, std::size_t rows) {
    if (vocabulary.tokens.size() > rows) {
        throw Error(ErrorCode::InvalidInput, fmt::format("The tokenizer has {} tokens but the model only {}. They do "
                                                         "not belong together. Use the model's own tokenizer.",
                                                         vocabulary.tokens.size(), rows));
    }
    vocabulary.tokenTypes.resize(vocabulary.tokens.size(), 1);
    const bool hasScores = !vocabulary.scores.empty();
    while (vocabulary.tokens.size() < rows) {
        vocabulary.tokens.push_back(fmt::format("[PAD{}]", vocabulary.tokens.size()));
        vocabulary.tokenTypes.push_back(5);
    }
    if (hasScores) vocabulary.scores.resize(rows, -10000.0f);
    header.pair("tokenizer.ggml.model", vocabulary.model);
    if (!vocabulary.pre.empty()) header.pair("tokenizer.ggml.pre", vocabulary.pre);
    header.pair("tokenizer.ggml.tokens", vocabulary.tokens);
    if (hasScores) header.pairNumbers("tokenizer.ggml.scores", kFloat32, vocabulary.scores);
    header.pairNumbers("tokenizer.ggml.token_type", kInt32, vocabulary.tokenTypes);
    if (!vocabulary.merges.empty()) header.pair("tokenizer.ggml.merges", vocabulary.merges);
    addId(header, "tokenizer.ggml.bos_token_id", vocabulary.bosId, config, "bos_token_id", rows);
    addId(header, "tokenizer.ggml.eos_token_id", vocabulary.eosId, config, "eos_token_id", rows);
    addId(header, "tokenizer.ggml.unknown_token_id", vocabulary.unkId, config, nullptr, rows);
    addId(header, "tokenizer.ggml.padding_token_id", vocabulary.padId, config, "pad_token_id", rows);
    addId(header, "tokenizer.ggml.seperator_token_id", vocabulary.sepId, config, nullptr, rows);
    addId(header, "tokenizer.ggml.cls_token_id", vocabulary.clsId, config, nullptr, rows);
    addId(header, "tokenizer.ggml.mask_token_id", vocabulary.maskId, config, nullptr, rows);
    if (vocabulary.addBos) header.pairBool("tokenizer.ggml.add_bos_token", *vocabulary.addBos);
    if (vocabulary.addEos) header.pairBool("tokenizer.ggml.add_eos_token", *vocabulary.addEos);
    if (vocabulary.addSpacePrefix) header.pairBool("tokenizer.ggml.add_space_prefix", *vocabulary.addSpacePrefix);
    if (!vocabulary.chatTemplate.empty()) header.pair("tokenizer.chat_template", vocabulary.chatTemplate);
}

/// Norms, biases and learned positions stay f32, as llama.cpp expects; Q8_0 needs rows of whole blocks.
OutputType typeFor(const PlannedTensor& tensor, TensorType wanted) {
    if (tensor.shape.size() < 2 || tensor.name == "position_embd.weight" || tensor.name == "token_types.weight")
        return outputType(TensorType::F32);
    if (tensor.shape.back() % blockSize(wanted).elements != 0) return outputType(TensorType::F16);
    return outputType(wanted);
}

PlannedTensor planTensor(const Architecture& architecture, const ConfigView& config, const GgufTensorToWrite& source,
                         TensorType wanted) {
    const auto mapped = toGguf(architecture, source.name);
    if (!mapped)
        throw Error(
            ErrorCode::Unsupported,
            fmt::format(
                "The tensor \"{}\" has no place in a GGUF file of a {} model. Export the Hugging Face folder instead.",
                source.name, architecture.gguf));
    PlannedTensor tensor;
    tensor.source = &source;
    tensor.name = mapped->name;
    tensor.order = mapped->order;
    tensor.shape = source.shape;
    tensor.elements = 1;
    for (const std::int64_t size : source.shape) {
        const auto product =
            size < 1 ? std::nullopt : base::checkedProduct(tensor.elements, static_cast<std::uint64_t>(size));
        if (!product)
            throw Error(
                ErrorCode::InvalidInput,
                fmt::format("The tensor \"{}\" has an impossible shape. It cannot be saved. Please report this.",
                            source.name));
        tensor.elements = *product;
    }
    if (tensor.order == RowOrder::Transposed && tensor.shape.size() == 2) std::swap(tensor.shape[0], tensor.shape[1]);
    if (tensor.order == RowOrder::InterleavedQ) tensor.heads = config.need({"num_attention_heads"});
    if (tensor.order == RowOrder::InterleavedK)
        tensor.heads = static_cast<std::uint64_t>(
            config.maybe({"num_key_value_heads"}).value_or(config.need({"num_attention_heads"})));
    const bool isInterleaved = tensor.order == RowOrder::InterleavedQ || tensor.order == RowOrder::InterleavedK;
    if (isInterleaved && (tensor.shape.empty() || tensor.heads == 0 ||
                          static_cast<std::uint64_t>(tensor.shape[0]) % (2 * tensor.heads) != 0))
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("The rows of \"{}\" cannot be split into {} heads. Check config.json.", source.name,
                                tensor.heads));
    tensor.type = typeFor(tensor, wanted);
    const BlockSize block = blockSize(tensor.type.type);
    tensor.bytes = tensor.elements / block.elements * block.bytes;
    return tensor;
}

void writeValues(base::AtomicFileWriter& writer, const PlannedTensor& tensor, std::span<const float> values) {
    const BlockSize block = blockSize(tensor.type.type);
    std::vector<std::byte> bytes(values.size() / block.elements * block.bytes);
    fromFloat(tensor.type.type, values, bytes);
    writer.write(bytes);
}

/// The opposite of what the reader does: Hugging Face's rows (j, i) of a head become (i, j).
void writeInterleaved(base::AtomicFileWriter& writer, const PlannedTensor& tensor) {
    const auto rows = static_cast<std::uint64_t>(tensor.shape[0]);
    const std::uint64_t width = tensor.elements / rows;
    const std::uint64_t headRows = rows / tensor.heads;
    std::vector<float> head(headRows * width);
    std::vector<float> stored(headRows * width);
    for (std::uint64_t h = 0; h < tensor.heads; ++h) {
        tensor.source->read(h * headRows * width, head);
        for (std::uint64_t row = 0; row < headRows; ++row) {
            const std::uint64_t target = (row % (headRows / 2)) * 2 + row / (headRows / 2);
            std::copy_n(head.begin() + static_cast<std::ptrdiff_t>(row * width), width,
                        stored.begin() + static_cast<std::ptrdiff_t>(target * width));
        }
        writeValues(writer, tensor, stored);
    }
}

void writeTransposed(base::AtomicFileWriter& writer, const PlannedTensor& tensor) {
    const auto rows = static_cast<std::uint64_t>(tensor.shape[0]);
    const auto columns = static_cast<std::uint64_t>(tensor.shape[1]);
    std::vector<float> source(tensor.elements);
    tensor.source->read(0, source);
    std::vector<float> stored(tensor.elements);
    for (std::uint64_t row = 0; row < rows; ++row)
        for (std::uint64_t column = 0; column < columns; ++column)
            stored[row * columns + column] = source[column * rows + row];
    writeValues(writer, tensor, stored);
}

void writeTensor(base::AtomicFileWriter& writer, const PlannedTensor& tensor) {
    if (tensor.order == RowOrder::Transposed && tensor.shape.size() == 2) writeTransposed(writer, tensor);
    else if (tensor.order == RowOrder::InterleavedQ || tensor.order == RowOrder::InterleavedK)
        writeInterleaved(writer, tensor);
    else {
        std::vector<float> values;
        for (std::uint64_t first = 0; first < tensor.elements; first += kChunkElements) {
            values.resize(std::min(kChunkElements, tensor.elements - first));
            tensor.source->read(first, values);
            writeValues(writer, tensor, values);
        }
    }
    writer.write(std::string(alignUp(tensor.bytes) - tensor.bytes, '\0'));
}

std::vector<PlannedTensor> planTensors(const Architecture& architecture, const Json& config,
                                       const std::vector<GgufTensorToWrite>& tensors, TensorType type) {
    const bool isTied = config.value("tie_word_embeddings", architecture.gguf == "gpt2");
    std::vector<PlannedTensor> plan;
    std::set<std::string> names;
    std::uint64_t offset = 0;
    for (const GgufTensorToWrite& source : tensors) {
        if (isTied && source.name == "lm_head.weight") continue;
        PlannedTensor tensor = planTensor(architecture, ConfigView(config), source, type);
        if (!names.insert(tensor.name).second)
            throw Error(
                ErrorCode::InvalidInput,
                fmt::format("Two tensors are called \"{}\". A file can hold one. Please report this.", source.name));
        tensor.offset = offset;
        offset += alignUp(tensor.bytes);
        plan.push_back(std::move(tensor));
    }
    return plan;
}

void writeFile(const std::filesystem::path& file, const Json& config, const text::GgufVocabulary& vocabulary,
               const std::vector<GgufTensorToWrite>& tensors, TensorType type) {
    const std::string modelType = config.value("model_type", std::string());
    const Architecture* architecture = architectureOfModelType(modelType);
    if (architecture == nullptr || architecture->gguf == "bert")
        throw Error(ErrorCode::Unsupported, fmt::format("A {} model cannot be written as GGUF. Only llama, qwen2 and "
                                                        "gpt2 can. Export the Hugging Face folder instead.",
                                                        modelType));
    const std::vector<PlannedTensor> plan = planTensors(*architecture, config, tensors, type);
    const auto embedding = std::find_if(plan.begin(), plan.end(),
                                        [](const PlannedTensor& tensor) { return tensor.name == "token_embd.weight"; });
    if (embedding == plan.end() || embedding->shape.size() != 2)
        throw Error(ErrorCode::InvalidInput, "The model has no token embedding. GGUF needs it. Check the model.");
    HeaderBuilder pairs;
    addModel(pairs, *architecture, config, outputType(type));
    addVocabulary(pairs, vocabulary, config, static_cast<std::size_t>(embedding->shape[0]));
    HeaderBuilder table;
    for (const PlannedTensor& tensor : plan) {
        table.text(tensor.name);
        table.raw(static_cast<std::uint32_t>(tensor.shape.size()));
        for (auto size = tensor.shape.rbegin(); size != tensor.shape.rend(); ++size)
            table.raw(static_cast<std::uint64_t>(*size));
        table.raw(tensor.type.tensorId);
        table.raw(tensor.offset);
    }
    HeaderBuilder start;
    start.raw(std::uint32_t{0x46554747});  // "GGUF"
    start.raw(std::uint32_t{3});
    start.raw<std::uint64_t>(plan.size());
    start.raw<std::uint64_t>(pairs.pairs());
    base::AtomicFileWriter writer(file);
    writer.write(start.bytes());
    writer.write(pairs.bytes());
    writer.write(table.bytes());
    const std::uint64_t length = start.bytes().size() + pairs.bytes().size() + table.bytes().size();
    writer.write(std::string(alignUp(length) - length, '\0'));
    for (const PlannedTensor& tensor : plan) writeTensor(writer, tensor);
    writer.commit();
}

}  // namespace

void writeGguf(const std::filesystem::path& file, const Json& config, const text::GgufVocabulary& vocabulary,
               const std::vector<GgufTensorToWrite>& tensors, TensorType type) {
    try {
        writeFile(file, config, vocabulary, tensors, type);
    } catch (const Json::exception& error) {
        throw Error(
            ErrorCode::InvalidInput,
            fmt::format("The model's config has a value of the wrong type ({}). GGUF needs it. Check config.json.",
                        error.what()));
    }
}

}  // namespace lathe::formats
