// SPDX-License-Identifier: GPL-3.0-or-later
// GGUF metadata to a tokenizer, in the way of transformers 5.24 (integrations/gguf/gguf_tokenizer_mapping.py): a table
// of known split patterns by tokenizer.ggml.pre, GPT-2's pattern for all others ("smollm" among them).
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "text/json_access.h"
#include "text/tokenizer_json.h"
#include "text/unicode.h"
#include "text/word_scanners.h"

namespace lathe::text {

namespace {

using Json = base::OrderedJson;

constexpr std::int32_t kControlToken = 3;
constexpr std::int32_t kUserDefinedToken = 4;
constexpr std::string_view kBlank = "\xE2\x96\x81";

constexpr std::string_view kTekkenRegex =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kGpt4oRegex =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen35Regex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// tokenizer.ggml.pre to its split pattern.
const std::map<std::string, std::string_view>& splitPatterns() {
    static const std::map<std::string, std::string_view> table = {
        {"llama3", kLlama3Regex},       {"llama-v3", kLlama3Regex},
        {"llama-bpe", kLlama3Regex},    {"falcon3", kLlama3Regex},
        {"falcon-h1", kLlama3Regex},    {"pixtral", kLlama3Regex},
        {"midm-2.0", kLlama3Regex},     {"lfm2", kLlama3Regex},
        {"jina-v5-nano", kLlama3Regex}, {"dbrx", kLlama3Regex},
        {"smaug-bpe", kLlama3Regex},    {"tekken", kTekkenRegex},
        {"qwen2", kQwen2Regex},         {"deepseek-r1-qwen", kQwen2Regex},
        {"kormo", kQwen2Regex},         {"f2llmv2", kQwen2Regex},
        {"megrez", kQwen2Regex},        {"qwen35", kQwen35Regex},
        {"gpt-4o", kGpt4oRegex},        {"llama4", kGpt4oRegex},
        {"kanana2", kGpt4oRegex},       {"talkie", kGpt4oRegex},
        {"minimax-m2", kGpt4oRegex},
    };
    return table;
}

bool isByteAlphabet(const std::string& token) {
    for (std::size_t i = 0; i < token.size();) {
        if (standInToByte(nextCodePoint(token, i)) < 0) {
            return false;
        }
    }
    return true;
}

std::string byteSpelling(const std::string& token) {
    std::string out;
    for (const char c : token) {
        appendUtf8(out, byteToStandIn(static_cast<std::uint8_t>(c)));
    }
    return out;
}

std::optional<std::string> textOfId(const GgufVocabulary& vocabulary, const std::optional<std::int64_t>& id,
                                    const char* role) {
    if (!id || *id < 0) {
        return std::nullopt;
    }
    if (static_cast<std::uint64_t>(*id) >= vocabulary.tokens.size()) {
        throwCorrupt(fmt::format("the GGUF file's {} token id {} is outside its vocabulary of {}", role, *id,
                                 vocabulary.tokens.size()));
    }
    return vocabulary.tokens[static_cast<std::size_t>(*id)];
}

TokenizerSettings settingsOf(const GgufVocabulary& vocabulary) {
    TokenizerSettings settings;
    settings.bos = textOfId(vocabulary, vocabulary.bosId, "bos");
    settings.eos = textOfId(vocabulary, vocabulary.eosId, "eos");
    settings.unk = textOfId(vocabulary, vocabulary.unkId, "unknown");
    settings.pad = textOfId(vocabulary, vocabulary.padId, "padding");
    settings.cls = textOfId(vocabulary, vocabulary.clsId, "cls");
    settings.sep = textOfId(vocabulary, vocabulary.sepId, "separator");
    settings.mask = textOfId(vocabulary, vocabulary.maskId, "mask");
    settings.chatTemplate = vocabulary.chatTemplate;
    settings.isGiven = true;
    return settings;
}

Json addedTokens(const GgufVocabulary& vocabulary, const std::vector<std::string>& tokens, bool isByteLevel) {
    Json out = Json::array();
    for (std::size_t i = 0; i < std::min(vocabulary.tokenTypes.size(), tokens.size()); ++i) {
        const std::int32_t type = vocabulary.tokenTypes[i];
        // A control token outside the byte alphabet is a mislabelled one in a byte-level vocabulary.
        const bool isControl = type == kControlToken && (!isByteLevel || isByteAlphabet(vocabulary.tokens[i]));
        const bool isUser = type == kUserDefinedToken && tokens[i] == vocabulary.tokens[i];
        if ((isControl || isUser) && !tokens[i].empty()) {
            out.push_back(
                addedTokenJson({static_cast<std::int32_t>(i), tokens[i], false, false, false, false, isControl}));
        }
    }
    return out;
}

std::optional<std::pair<std::string, std::int32_t>> tokenIf(bool isWanted, const std::optional<std::string>& content,
                                                            const std::optional<std::int64_t>& id) {
    if (!isWanted || !content || !id) {
        return std::nullopt;
    }
    return std::pair(*content, static_cast<std::int32_t>(*id));
}

MergeList mergesOf(const GgufVocabulary& vocabulary) {
    if (vocabulary.merges.empty()) {
        return mergesFromScores(vocabulary.tokens, vocabulary.scores);
    }
    MergeList merges;
    merges.reserve(vocabulary.merges.size());
    for (std::size_t i = 0; i < vocabulary.merges.size(); ++i) {
        const std::string& merge = vocabulary.merges[i];
        const std::size_t space = merge.find(' ');
        if (space == std::string::npos || merge.find(' ', space + 1) != std::string::npos) {
            throwCorrupt(fmt::format("merge {} of the GGUF file is not two tokens with a space between them", i + 1));
        }
        merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
    }
    return merges;
}

Json byteLevelJson(const GgufVocabulary& vocabulary) {
    std::vector<std::string> tokens;
    tokens.reserve(vocabulary.tokens.size());
    for (const std::string& token : vocabulary.tokens) {
        tokens.push_back(isByteAlphabet(token) ? token : byteSpelling(token));
    }
    Json out = emptyTokenizerJson();
    out["added_tokens"] = addedTokens(vocabulary, tokens, true);
    const auto pattern = splitPatterns().find(vocabulary.pre);
    out["pre_tokenizer"] = pattern == splitPatterns().end() ? byteLevelPreTokenizer(false, true)
                                                            : splitThenByteLevel(std::string(pattern->second));
    out["decoder"] = {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}};
    out["model"] = bpeModelJson(tokens, mergesOf(vocabulary));
    return out;
}

Json sentencePieceJson(const GgufVocabulary& vocabulary) {
    Json out = emptyTokenizerJson();
    out["added_tokens"] = addedTokens(vocabulary, vocabulary.tokens, false);
    const bool addsPrefix = vocabulary.addSpacePrefix.value_or(true);
    out["pre_tokenizer"] = {{"type", "Metaspace"},
                            {"replacement", kBlank},
                            {"prepend_scheme", addsPrefix ? "first" : "never"},
                            {"split", false}};
    Json decoders = Json::array();
    decoders.push_back({{"type", "Replace"}, {"pattern", {{"String", kBlank}}}, {"content", " "}});
    decoders.push_back({{"type", "ByteFallback"}});
    decoders.push_back({{"type", "Fuse"}});
    if (addsPrefix) {
        decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    }
    out["decoder"] = {{"type", "Sequence"}, {"decoders", decoders}};
    out["model"] = bpeModelJson(vocabulary.tokens, mergesOf(vocabulary));
    out["model"]["fuse_unk"] = true;
    out["model"]["byte_fallback"] = true;
    return out;
}

/// llama.cpp writes BERT's vocabulary with a blank before tokens that begin a word and without "##" before the others.
Json wordPieceJson(const GgufVocabulary& vocabulary, TokenizerSettings& settings) {
    std::vector<std::string> tokens;
    tokens.reserve(vocabulary.tokens.size());
    const bool usesBlanks =
        std::any_of(vocabulary.tokens.begin(), vocabulary.tokens.end(),
                    [](const std::string& token) { return token.size() > kBlank.size() && token.starts_with(kBlank); });
    for (const std::string& token : vocabulary.tokens) {
        const bool isBracketed = token.size() > 2 && token.front() == '[' && token.back() == ']';
        if (!usesBlanks || isBracketed) {
            tokens.push_back(token);
        } else if (token.starts_with(kBlank)) {
            tokens.push_back(token.substr(kBlank.size()));
        } else {
            tokens.push_back(std::string("##").append(token));
        }
    }
    // In these files "bos" and "eos" are [CLS] and [SEP].
    settings.cls = settings.cls ? settings.cls : settings.bos;
    settings.sep = settings.sep ? settings.sep : settings.eos;
    return wordPieceTokenizerJson(tokens, settings, true, true, nullptr);
}

}  // namespace

Tokenizer tokenizerFromGguf(const GgufVocabulary& vocabulary) {
    if (vocabulary.tokens.empty() || vocabulary.tokens.size() > static_cast<std::size_t>(kMaxTokenId)) {
        throwCorrupt("the GGUF file's vocabulary is empty or too large");
    }
    for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i) {
        if (validUtf8Prefix(vocabulary.tokens[i]) != vocabulary.tokens[i].size()) {
            throwCorrupt(fmt::format("token {} of the GGUF file's vocabulary is not valid UTF-8", i));
        }
    }
    TokenizerSettings settings = settingsOf(vocabulary);
    if (vocabulary.model == "bert") {
        Json json = wordPieceJson(vocabulary, settings);
        return tokenizerFromDefinition(json, std::move(settings));
    }
    Json json;
    if (vocabulary.model == "gpt2") {
        json = byteLevelJson(vocabulary);
    } else if (vocabulary.model == "llama") {
        json = sentencePieceJson(vocabulary);
    } else {
        throwUnsupported("GGUF tokenizer", vocabulary.model);
    }
    const bool addsBos = vocabulary.addBos.value_or(vocabulary.model == "llama");
    json["post_processor"] = bosEosTemplate(tokenIf(addsBos, settings.bos, vocabulary.bosId),
                                            tokenIf(vocabulary.addEos.value_or(false), settings.eos, vocabulary.eosId));
    return tokenizerFromDefinition(json, std::move(settings));
}

}  // namespace lathe::text
