// SPDX-License-Identifier: GPL-3.0-or-later
/// tokenizer.json -> the vocabulary keys of a GGUF file.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/limits.h"
#include "models/formats/gguf_model.h"

namespace lathe::formats {
namespace {

namespace fs = std::filesystem;
using base::Json;

constexpr std::int32_t kNormal = 1;
constexpr std::int32_t kUnknown = 2;
constexpr std::int32_t kControl = 3;
constexpr std::int32_t kUserDefined = 4;
constexpr std::int32_t kUnused = 5;
constexpr std::int32_t kByte = 6;

[[noreturn]] void throwCorrupt(const fs::path& file, const std::string& why) {
    throw Error(ErrorCode::CorruptFile,
                fmt::format("{} cannot be turned into a GGUF vocabulary. {}. Check the tokenizer.", file.string(), why),
                {file.string()});
}

Json readOptional(const fs::path& file) {
    std::error_code code;
    if (!fs::is_regular_file(file, code)) return Json::object();
    Json json = base::readJsonFile(file);
    return json.is_object() ? json : Json::object();
}

/// The pre-tokenizer and everything inside it, as one flat list.
void flatten(const Json& part, std::vector<const Json*>& out) {
    if (!part.is_object()) return;
    out.push_back(&part);
    for (const char* key : {"pretokenizers", "normalizers"})
        if (part.contains(key) && part.at(key).is_array())
            for (const Json& inner : part.at(key)) flatten(inner, out);
}

/// llama.cpp's name of the splitting rule. transformers ignores it for "gpt2" models except to choose a class.
std::string preName(const Json& tokenizer) {
    std::vector<const Json*> parts;
    if (tokenizer.contains("pre_tokenizer")) flatten(tokenizer.at("pre_tokenizer"), parts);
    std::string patterns;
    bool hasSingleDigits = false;
    for (const Json* part : parts) {
        const std::string type = part->value("type", std::string());
        if (type == "Digits") hasSingleDigits = part->value("individual_digits", false);
        if (type == "Split" && part->contains("pattern") && part->at("pattern").is_object())
            patterns += part->at("pattern").value("Regex", std::string());
    }
    if (patterns.find("\\p{N}{1,3}") != std::string::npos) return "llama-bpe";
    if (patterns.find("\\p{N}") != std::string::npos) return "qwen2";
    return hasSingleDigits ? "smollm" : "gpt-2";
}

void placeToken(text::GgufVocabulary& vocabulary, const fs::path& file, const Json& id, const std::string& token,
                std::int32_t type) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > 4'000'000)
        throwCorrupt(file, fmt::format("The token \"{}\" has no usable id", token.substr(0, 40)));
    const auto place = id.get<std::size_t>();
    if (place >= vocabulary.tokens.size()) {
        vocabulary.tokens.resize(place + 1);
        vocabulary.tokenTypes.resize(place + 1, 0);
    }
    vocabulary.tokens[place] = token;
    vocabulary.tokenTypes[place] = type;
}

bool isByteToken(const std::string& token) {
    return token.size() == 6 && token.starts_with("<0x") && token.ends_with('>');
}

void readTokens(const Json& tokenizer, const fs::path& file, text::GgufVocabulary& vocabulary) {
    const Json& model = tokenizer.at("model");
    const std::string unknown = model.contains("unk_token") && model.at("unk_token").is_string()
                                    ? model.at("unk_token").get<std::string>()
                                    : "";
    const bool hasBytes = vocabulary.model == "llama";
    for (const auto& [token, id] : model.at("vocab").items())
        placeToken(vocabulary, file, id, token,
                   hasBytes && isByteToken(token) ? kByte
                   : hasBytes && token == unknown ? kUnknown
                                                  : kNormal);
    if (tokenizer.contains("added_tokens") && tokenizer.at("added_tokens").is_array())
        for (const Json& added : tokenizer.at("added_tokens")) {
            if (!added.is_object() || !added.contains("id") || !added.contains("content") ||
                !added.at("content").is_string())
                throwCorrupt(file, "An added token is incomplete");
            const std::string token = added.at("content").get<std::string>();
            const bool isUnknown = hasBytes && token == unknown;
            placeToken(vocabulary, file, added.at("id"), token,
                       isUnknown                       ? kUnknown
                       : added.value("special", false) ? kControl
                                                       : kUserDefined);
        }
    for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i) {  // ids that nothing uses still need an entry
        if (vocabulary.tokenTypes[i] != 0) continue;
        vocabulary.tokens[i] = fmt::format("[PAD{}]", i);
        vocabulary.tokenTypes[i] = kUnused;
    }
}

/// Merges are "left right" or, in newer files, ["left", "right"].
void readMerges(const Json& model, const fs::path& file, text::GgufVocabulary& vocabulary) {
    if (!model.contains("merges") || !model.at("merges").is_array()) return;
    for (const Json& merge : model.at("merges")) {
        if (merge.is_string()) vocabulary.merges.push_back(merge.get<std::string>());
        else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
            vocabulary.merges.push_back(merge[0].get<std::string>() + " " + merge[1].get<std::string>());
        else throwCorrupt(file, "A merge is not a pair of texts");
    }
}

/// llama.cpp merges sentencepiece tokens by score; for a BPE model the score falls with the order of the merges.
void addScores(text::GgufVocabulary& vocabulary) {
    std::size_t merged = 0;
    for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i)
        vocabulary.scores.push_back(vocabulary.tokenTypes[i] == kNormal ? -static_cast<float>(merged++) : 0.0f);
}

std::optional<std::int64_t> idOf(const text::GgufVocabulary& vocabulary, const Json& settings, const Json& map,
                                 const char* key) {
    for (const Json* source : {&settings, &map}) {
        if (!source->contains(key)) continue;
        const Json& value = source->at(key);
        std::string token;
        if (value.is_string()) token = value.get<std::string>();
        else if (value.is_object() && value.contains("content") && value.at("content").is_string())
            token = value.at("content").get<std::string>();
        else continue;
        const auto place = std::find(vocabulary.tokens.begin(), vocabulary.tokens.end(), token);
        if (place != vocabulary.tokens.end()) return place - vocabulary.tokens.begin();
    }
    return std::nullopt;
}

std::optional<bool> booleanOf(const Json& settings, const char* key) {
    return settings.contains(key) && settings.at(key).is_boolean() ? std::optional(settings.at(key).get<bool>())
                                                                   : std::nullopt;
}

/// True if the post-processor puts a token before (or after) every text.
bool addsToken(const Json& tokenizer, bool atStart) {
    if (!tokenizer.contains("post_processor")) return false;
    std::vector<const Json*> parts{&tokenizer.at("post_processor")};
    if (parts[0]->is_object() && parts[0]->contains("processors") && parts[0]->at("processors").is_array())
        for (const Json& inner : parts[0]->at("processors")) parts.push_back(&inner);
    for (const Json* part : parts) {
        if (!part->is_object() || part->value("type", std::string()) != "TemplateProcessing" ||
            !part->contains("single") || !part->at("single").is_array() || part->at("single").empty())
            continue;
        const Json& edge = atStart ? part->at("single").front() : part->at("single").back();
        return edge.is_object() && edge.contains("SpecialToken");
    }
    return false;
}

std::string chatTemplate(const fs::path& folder, const Json& settings) {
    std::error_code code;
    if (fs::is_regular_file(folder / "chat_template.jinja", code))
        return base::readFile(folder / "chat_template.jinja", base::kMaxConfigBytes);
    return settings.contains("chat_template") && settings.at("chat_template").is_string()
               ? settings.at("chat_template").get<std::string>()
               : "";
}

text::GgufVocabulary readVocabulary(const fs::path& folder, const fs::path& file) {
    const Json tokenizer = base::readJsonFile(file, {base::kMaxTokenizerBytes, 64});
    if (!tokenizer.is_object() || !tokenizer.contains("model") || !tokenizer.at("model").is_object() ||
        !tokenizer.at("model").contains("vocab"))
        throwCorrupt(file, "It has no vocabulary");
    const Json& model = tokenizer.at("model");
    if (model.value("type", std::string("BPE")) != "BPE" || !model.at("vocab").is_object()) {
        throw Error(ErrorCode::Unsupported,
                    fmt::format("{} is a {} tokenizer. GGUF export knows byte-level and sentencepiece BPE. Export the "
                                "Hugging Face folder instead.",
                                file.string(), model.value("type", std::string("unknown"))),
                    {file.string()});
    }
    const Json settings = readOptional(folder / "tokenizer_config.json");
    const Json map = readOptional(folder / "special_tokens_map.json");
    text::GgufVocabulary vocabulary;
    vocabulary.model = model.value("byte_fallback", false) ? "llama" : "gpt2";
    vocabulary.pre = vocabulary.model == "llama" ? "default" : preName(tokenizer);
    readTokens(tokenizer, file, vocabulary);
    readMerges(model, file, vocabulary);
    if (vocabulary.model == "llama") addScores(vocabulary);
    vocabulary.bosId = idOf(vocabulary, settings, map, "bos_token");
    vocabulary.eosId = idOf(vocabulary, settings, map, "eos_token");
    vocabulary.unkId = idOf(vocabulary, settings, map, "unk_token");
    vocabulary.padId = idOf(vocabulary, settings, map, "pad_token");
    vocabulary.addBos = booleanOf(settings, "add_bos_token").value_or(addsToken(tokenizer, true));
    vocabulary.addEos = booleanOf(settings, "add_eos_token").value_or(addsToken(tokenizer, false));
    if (vocabulary.model == "gpt2") vocabulary.addSpacePrefix = booleanOf(settings, "add_prefix_space").value_or(false);
    vocabulary.chatTemplate = chatTemplate(folder, settings);
    return vocabulary;
}

}  // namespace

text::GgufVocabulary vocabularyOfFolder(const fs::path& folder) {
    const fs::path file = folder / "tokenizer.json";
    try {
        return readVocabulary(folder, file);
    } catch (const Json::exception& error) {
        throwCorrupt(file, fmt::format("A value has the wrong type ({})", error.what()));
    }
}

}  // namespace lathe::formats
