// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/tiny_run.h"

#include <unistd.h>

#include <atomic>

#include <fmt/format.h>

#include "base/files.h"
#include "base/json.h"
#include "models/loader.h"

namespace lathe::train {
namespace {

namespace fs = std::filesystem;

std::string utf8(std::uint32_t code) {
    if (code < 0x80) return {static_cast<char>(code)};
    return {static_cast<char>(0xc0U | (code >> 6)), static_cast<char>(0x80U | (code & 0x3fU))};
}

/// Byte-level BPE without merges: 256 bytes and an end-of-text token.
std::string byteTokenizer() {
    base::OrderedJson vocabulary;
    std::uint32_t extra = 256;
    std::int64_t id = 0;
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        const bool isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
        vocabulary[utf8(isPrintable ? byte : extra++)] = id++;
    }
    vocabulary["<|endoftext|>"] = id;
    base::OrderedJson root;
    root["version"] = "1.0";
    root["truncation"] = nullptr;
    root["padding"] = nullptr;
    root["added_tokens"] = {{{"id", id}, {"content", "<|endoftext|>"}, {"single_word", false}, {"lstrip", false}, {"rstrip", false}, {"normalized", false}, {"special", true}}};
    root["normalizer"] = nullptr;
    root["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
    root["post_processor"] = nullptr;
    root["decoder"] = {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}};
    root["model"] = {{"type", "BPE"}, {"dropout", nullptr}, {"unk_token", nullptr}, {"continuing_subword_prefix", nullptr}, {"end_of_word_suffix", nullptr}, {"fuse_unk", false},
                     {"byte_fallback", false}, {"ignore_merges", false}, {"vocab", vocabulary}, {"merges", base::OrderedJson::array()}};
    return root.dump();
}

std::string gpt2Config(double dropout) {
    const base::OrderedJson config = {{"architectures", {"GPT2LMHeadModel"}}, {"model_type", "gpt2"}, {"vocab_size", 257}, {"n_positions", 64}, {"n_embd", 32}, {"n_layer", 3},
                                      {"n_head", 2}, {"n_inner", nullptr}, {"activation_function", "gelu_new"}, {"layer_norm_epsilon", 1e-5}, {"initializer_range", 0.05},
                                      {"attn_pdrop", dropout}, {"embd_pdrop", dropout}, {"resid_pdrop", dropout}, {"bos_token_id", 256}, {"eos_token_id", 256},
                                      {"tie_word_embeddings", true}};
    return config.dump();
}

std::string llamaConfig() {
    const base::OrderedJson config = {{"architectures", {"LlamaForCausalLM"}}, {"model_type", "llama"}, {"vocab_size", 257}, {"max_position_embeddings", 64}, {"hidden_size", 32},
                                      {"intermediate_size", 64}, {"num_hidden_layers", 3}, {"num_attention_heads", 4}, {"num_key_value_heads", 2}, {"hidden_act", "silu"},
                                      {"rms_norm_eps", 1e-5}, {"initializer_range", 0.05}, {"rope_theta", 10000.0}, {"attention_bias", false}, {"mlp_bias", false},
                                      {"bos_token_id", 256}, {"eos_token_id", 256}, {"tie_word_embeddings", true}};
    return config.dump();
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    static std::atomic<int> counter{0};
    path_ = fs::temp_directory_path() / fmt::format("lathe-train-test-{}-{}", ::getpid(), counter++);
    fs::remove_all(path_);
    fs::create_directories(path_);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void writeTinyModel(const fs::path& folder, double dropout, const std::string& family) {
    fs::create_directories(folder);
    models::LoadOptions options;
    options.seed = 5;
    const auto loaded = models::createModel(family == "llama" ? llamaConfig() : gpt2Config(dropout), options);
    models::saveModel(*loaded.model, folder);
    base::writeFileAtomically(folder / "tokenizer.json", byteTokenizer());
    base::writeFileAtomically(folder / "tokenizer_config.json", R"({"eos_token": "<|endoftext|>", "bos_token": "<|endoftext|>", "tokenizer_class": "GPT2Tokenizer"})");
}

TablePtr tinyTable(std::int64_t rows) {
    std::vector<std::string> questions, answers, groups;
    for (std::int64_t i = 0; i < rows; ++i) {
        questions.push_back(fmt::format("{}+{}", i, (i * 7) % 11));
        answers.push_back(fmt::format("{}", i + (i * 7) % 11));
        groups.push_back(fmt::format("g{}", i % 5));
    }
    return Table::fromColumns({"Question", "Answer", "Group"}, {questions, answers, groups});
}

RunSpec tinySpec() {
    RunSpec spec = defaultRunSpec("causal-lm");
    spec.name = "tiny";
    spec.model = "tiny";
    spec.dataset.file = "tiny.csv";
    spec.dataset.textTemplate = "Q: {Question}\nA: {Answer}";
    spec.dataset.target = "Answer";
    spec.dataset.maxLength = 48;
    spec.training.numTrainEpochs = 2;
    spec.training.perDeviceTrainBatchSize = 4;
    spec.training.learningRate = 1e-3;
    spec.training.precision = "f32";
    spec.training.device = "cpu";
    spec.training.numThreads = 2;
    spec.causalLm.numSampleGenerations = 0;
    return spec;
}

void RecordingObserver::stateChanged(RunState state, const std::string& sentence) {
    states.emplace_back(state, sentence);
    if (onState) onState(state);
}

void RecordingObserver::measured(const MetricPoint& point) {
    points.push_back(point);
    if (onMeasured) onMeasured(point);
}

std::vector<double> RecordingObserver::losses() const {
    std::vector<double> result;
    for (const auto& point : points) {
        if (point.split == "train") result.push_back(point.values.at("loss"));
    }
    return result;
}

std::int64_t RecordingObserver::count(const std::string& eventKind) const {
    std::int64_t number = 0;
    for (const auto& event : events) number += event.kind == eventKind ? 1 : 0;
    return number;
}

std::string weightsHash(const fs::path& folder) {
    const auto full = folder / "model.safetensors";
    return base::sha256File(fs::exists(full) ? full : folder / "adapter_model.safetensors");
}

}  // namespace lathe::train
