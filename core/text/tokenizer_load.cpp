// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <sstream>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/limits.h"
#include "text/json_access.h"
#include "text/tokenizer_json.h"
#include "text/unicode.h"
#include "text/word_scanners.h"

namespace lathe::text {

namespace {

namespace fs = std::filesystem;

/// A token of tokenizer_config.json: "text" or {"content": "text", ...}; null and absent give nothing.
std::optional<std::string> tokenOf(const base::Json& config, const char* key) {
    if (!config.is_object() || !config.contains(key) || config[key].is_null()) {
        return std::nullopt;
    }
    const base::Json& value = config[key];
    return value.is_object() ? std::optional<std::string>(requiredText(value, "content")) : optionalText(config, key);
}

AddedToken addedTokenOf(const base::Json& entry, std::int32_t id) {
    AddedToken token;
    token.id = id;
    token.content = requiredText(entry, "content");
    token.isSingleWord = boolOr(entry, "single_word", false);
    token.stripsLeft = boolOr(entry, "lstrip", false);
    token.stripsRight = boolOr(entry, "rstrip", false);
    token.isSpecial = boolOr(entry, "special", false);
    token.isNormalized = boolOr(entry, "normalized", !token.isSpecial);
    return token;
}

std::int32_t idFromText(const std::string& digits) {
    std::int32_t id = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9' || id > kMaxTokenId / 10) {
            throwCorrupt(fmt::format("'{}' in added_tokens_decoder is not a token id", digits.substr(0, 40)));
        }
        id = id * 10 + (c - '0');
    }
    return id;
}

/// "chat_template" is a text or a list of named ones, of which "default" counts.
std::string chatTemplateOf(const base::Json& config) {
    if (!config.contains("chat_template") || config["chat_template"].is_null()) {
        return {};
    }
    const base::Json& value = config["chat_template"];
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_array()) {
        for (const base::Json& entry : value) {
            if (textOr(entry, "name", "") == "default") {
                return textOr(entry, "template", "");
            }
        }
    }
    return {};
}

void readRoles(const base::Json& config, TokenizerSettings& settings) {
    const std::pair<const char*, std::optional<std::string>*> roles[] = {
        {"bos_token", &settings.bos},  {"eos_token", &settings.eos}, {"pad_token", &settings.pad},
        {"unk_token", &settings.unk},  {"cls_token", &settings.cls}, {"sep_token", &settings.sep},
        {"mask_token", &settings.mask}};
    for (const auto& [key, place] : roles) {
        if (auto token = tokenOf(config, key)) {
            *place = std::move(token);
        }
    }
    for (const char* key : {"additional_special_tokens", "extra_special_tokens"}) {
        if (!config.contains(key) || !config[key].is_array()) {
            continue;
        }
        for (const base::Json& entry : config[key]) {
            settings.additionalSpecialTokens.push_back(entry.is_string() ? entry.get<std::string>()
                                                                         : requiredText(entry, "content"));
        }
    }
}

void readConfig(const base::Json& config, TokenizerSettings& settings) {
    readRoles(config, settings);
    if (config.contains("model_max_length") && config["model_max_length"].is_number()) {
        const double length = config["model_max_length"].get<double>();
        // transformers writes 1e30 for "no limit".
        if (length >= 1 && length < 1e15) {
            settings.modelMaxLength = static_cast<std::int64_t>(length);
        }
    }
    settings.chatTemplate = chatTemplateOf(config);
    settings.cleansUpSpaces = boolOr(config, "clean_up_tokenization_spaces", false);
    if (config.contains("added_tokens_decoder") && config["added_tokens_decoder"].is_object()) {
        const base::Json& added = config["added_tokens_decoder"];
        for (auto entry = added.begin(); entry != added.end(); ++entry) {
            settings.addedTokens.push_back(addedTokenOf(entry.value(), idFromText(entry.key())));
        }
    }
}

base::Json readIfThere(const fs::path& file, std::size_t maxBytes) {
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) {
        return {};
    }
    base::Json json = base::readJsonFile(file, {.maxBytes = maxBytes});
    if (!json.is_object()) {
        throw Error(ErrorCode::CorruptFile, fmt::format("{} is not a JSON object. Download it again.", file.string()),
                    {file.string()});
    }
    return json;
}

struct FolderConfig {
    TokenizerSettings settings;
    base::Json config = base::Json::object();
};

FolderConfig readFolderConfig(const fs::path& folder) {
    FolderConfig out;
    const base::Json map = readIfThere(folder / "special_tokens_map.json", base::kMaxConfigBytes);
    const base::Json config = readIfThere(folder / "tokenizer_config.json", base::kMaxConfigBytes);
    if (map.is_object()) {
        readRoles(map, out.settings);
    }
    if (config.is_object()) {
        out.config = config;
        readConfig(config, out.settings);
        out.settings.originalConfig = base::readFile(folder / "tokenizer_config.json", base::kMaxConfigBytes);
    }
    out.settings.isGiven = map.is_object() || config.is_object();
    const base::Json added = readIfThere(folder / "added_tokens.json", base::kMaxConfigBytes);
    if (added.is_object()) {
        for (auto entry = added.begin(); entry != added.end(); ++entry) {
            const std::int32_t id =
                checkedId(entry.value(), fmt::format("the added token '{}'", entry.key().substr(0, 60)));
            out.settings.addedTokens.push_back({id, entry.key(), false, false, false, true, false});
        }
    }
    std::error_code ignored;
    if (fs::is_regular_file(folder / "chat_template.jinja", ignored)) {
        out.settings.chatTemplate = base::readFile(folder / "chat_template.jinja", base::kMaxConfigBytes);
    }
    return out;
}

bool hasFlag(const base::Json& config, const char* key) { return config.contains(key) && config[key].is_boolean(); }

/// transformers replaces the post-processor where the configuration says whether BOS and EOS are added.
template <typename AnyJson>
void applyBosEosFlags(const base::Json& config, const TokenizerSettings& settings, AnyJson& json,
                      const std::function<std::optional<std::int32_t>(const std::string&)>& idOf, bool defaultBos,
                      bool defaultEos) {
    if (!hasFlag(config, "add_bos_token") && !hasFlag(config, "add_eos_token") && !defaultBos && !defaultEos) {
        return;
    }
    const auto token =
        [&](const char* flag, bool fallback,
            const std::optional<std::string>& content) -> std::optional<std::pair<std::string, std::int32_t>> {
        const auto id = content && boolOr(config, flag, fallback) ? idOf(*content) : std::nullopt;
        return id ? std::optional(std::pair(*content, *id)) : std::nullopt;
    };
    json["post_processor"] = bosEosTemplate(token("add_bos_token", defaultBos, settings.bos),
                                            token("add_eos_token", defaultEos, settings.eos));
}

std::optional<std::int32_t> idInJson(const base::Json& json, const std::string& content) {
    if (json.contains("added_tokens") && json["added_tokens"].is_array()) {
        for (const base::Json& entry : json["added_tokens"]) {
            if (entry.is_object() && textOr(entry, "content", "") == content && entry.contains("id")) {
                return checkedId(entry["id"], content);
            }
        }
    }
    const base::Json& vocab = json.contains("model") && json["model"].is_object() && json["model"].contains("vocab")
                                  ? json["model"]["vocab"]
                                  : base::Json();
    if (vocab.is_object() && vocab.contains(content)) {
        return checkedId(vocab[content], content);
    }
    return std::nullopt;
}

Tokenizer fromTokenizerJson(const fs::path& folder, FolderConfig config) {
    const fs::path file = folder / "tokenizer.json";
    std::string text = base::readFile(file, base::kMaxTokenizerBytes);
    base::Json json = base::parseJson(text, file.string(), {.maxBytes = base::kMaxTokenizerBytes});
    if (!json.is_object()) {
        throwCorrupt(fmt::format("{} is not a JSON object", file.string()));
    }
    const bool isChanged = hasFlag(config.config, "add_bos_token") || hasFlag(config.config, "add_eos_token");
    if (isChanged) {
        applyBosEosFlags(
            config.config, config.settings, json, [&](const std::string& content) { return idInJson(json, content); },
            false, false);
        // The copy that save() writes has the post-processor that is used.
        base::OrderedJson ordered = base::OrderedJson::parse(text);
        ordered["post_processor"] = base::OrderedJson::parse(json["post_processor"].dump());
        text = ordered.dump();
    }
    return Tokenizer(std::make_shared<const Tokenizer::Definition>(json, std::move(text), std::move(config.settings)));
}

std::vector<std::string> readLines(const fs::path& file) {
    const std::string text = validUtf8(base::readFile(file, base::kMaxTokenizerBytes));
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty() && line.back() == '\r') {
            line.pop_back();
        }
        if (line.size() > base::kMaxPieceBytes) {
            throw Error(ErrorCode::CorruptFile,
                        fmt::format("Line {} of {} is too long for a token. Download the file again.", lines.size() + 1,
                                    file.string()),
                        {file.string(), static_cast<std::int64_t>(lines.size() + 1)});
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

Tokenizer fromVocabTxt(const fs::path& file, FolderConfig config) {
    const std::vector<std::string> tokens = readLines(file);
    if (tokens.empty()) {
        throw Error(ErrorCode::CorruptFile, fmt::format("{} is empty. Download it again.", file.string()),
                    {file.string()});
    }
    const base::OrderedJson stripsAccents = hasFlag(config.config, "strip_accents")
                                                ? base::OrderedJson(boolOr(config.config, "strip_accents", false))
                                                : nullptr;
    const base::OrderedJson json =
        wordPieceTokenizerJson(tokens, config.settings, boolOr(config.config, "do_lower_case", true),
                               boolOr(config.config, "tokenize_chinese_chars", true), stripsAccents);
    return tokenizerFromDefinition(json, std::move(config.settings));
}

MergeList readMerges(const fs::path& file) {
    MergeList merges;
    std::int64_t number = 0;
    for (const std::string& line : readLines(file)) {
        ++number;
        if (line.empty() || line.starts_with("#version")) {
            continue;
        }
        const std::size_t space = line.find(' ');
        if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos) {
            throw Error(
                ErrorCode::CorruptFile,
                fmt::format("Line {} of {} is not two tokens with a space between them. Download the file again.",
                            number, file.string()),
                {file.string(), number});
        }
        merges.emplace_back(line.substr(0, space), line.substr(space + 1));
    }
    return merges;
}

/// vocab.json and merges.txt: GPT-2's set-up, or RoBERTa's and Qwen2's where tokenizer_class or the tokens say so.
Tokenizer fromVocabAndMerges(const fs::path& folder, FolderConfig config) {
    const base::Json vocab = base::readJsonFile(folder / "vocab.json", {.maxBytes = base::kMaxTokenizerBytes});
    const Vocabulary vocabulary(vocab);
    const std::string tokenizerClass = textOr(config.config, "tokenizer_class", "");
    const bool addsPrefixSpace = boolOr(config.config, "add_prefix_space", false);
    TokenizerSettings& settings = config.settings;
    base::OrderedJson json = emptyTokenizerJson();
    json["pre_tokenizer"] = byteLevelPreTokenizer(addsPrefixSpace, true);
    json["decoder"] = {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}};
    json["post_processor"] = {
        {"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", false}, {"use_regex", true}};
    const bool isRoberta = tokenizerClass.starts_with("Roberta") ||
                           (tokenizerClass.empty() && vocabulary.idOf("<mask>") >= 0 && vocabulary.idOf("</s>") >= 0);
    const auto fallback = [&](std::optional<std::string>& role, const char* name) {
        if (!role && vocabulary.idOf(name) >= 0) {
            role = name;
        }
    };
    if (isRoberta) {
        for (const auto& [role, name] : {std::pair(&settings.bos, "<s>"),
                                         {&settings.eos, "</s>"},
                                         {&settings.cls, "<s>"},
                                         {&settings.sep, "</s>"},
                                         {&settings.unk, "<unk>"},
                                         {&settings.pad, "<pad>"},
                                         {&settings.mask, "<mask>"}}) {
            fallback(*role, name);
        }
        const std::int32_t sep = settings.sep ? vocabulary.idOf(*settings.sep) : -1;
        const std::int32_t cls = settings.cls ? vocabulary.idOf(*settings.cls) : -1;
        if (sep >= 0 && cls >= 0) {
            json["post_processor"] = {{"type", "RobertaProcessing"},
                                      {"sep", base::OrderedJson::array({*settings.sep, sep})},
                                      {"cls", base::OrderedJson::array({*settings.cls, cls})},
                                      {"trim_offsets", true},
                                      {"add_prefix_space", addsPrefixSpace}};
        }
    } else if (tokenizerClass.starts_with("Qwen2")) {
        json["normalizer"] = {{"type", "NFC"}};
        json["pre_tokenizer"] = splitThenByteLevel(std::string(kQwen2Regex));
    } else {
        fallback(settings.bos, "<|endoftext|>");
        fallback(settings.eos, "<|endoftext|>");
        fallback(settings.unk, "<|endoftext|>");
    }
    settings.isGiven = true;
    base::OrderedJson model = bpeModelJson({}, readMerges(folder / "merges.txt"));
    model["vocab"] = base::OrderedJson::parse(vocab.dump());
    json["model"] = std::move(model);
    if (!isRoberta) {
        applyBosEosFlags(
            config.config, settings, json,
            [&](const std::string& content) -> std::optional<std::int32_t> {
                const std::int32_t id = vocabulary.idOf(content);
                return id < 0 ? std::nullopt : std::optional<std::int32_t>(id);
            },
            false, false);
    }
    return tokenizerFromDefinition(json, std::move(settings));
}

/// LLaMA's tokenizer begins texts with <s>, T5's ends them with </s>; the configuration may say otherwise.
Tokenizer fromSentencePiece(const fs::path& file, FolderConfig config) {
    const auto model =
        std::make_shared<const SentencePieceModel>(base::readFile(file, base::kMaxTokenizerBytes), file.string());
    base::OrderedJson json = base::OrderedJson::parse(tokenizerJsonOf(*model));
    TokenizerSettings& settings = config.settings;
    const auto pieces = model->pieces();
    const auto fallback = [&](std::optional<std::string>& role, std::int32_t id) {
        if (!role && id >= 0 && static_cast<std::size_t>(id) < pieces.size()) {
            role = pieces[static_cast<std::size_t>(id)].text;
        }
    };
    fallback(settings.bos, model->bosId());
    fallback(settings.eos, model->eosId());
    fallback(settings.unk, model->unkId());
    fallback(settings.pad, model->padId());
    settings.isGiven = true;
    const std::string tokenizerClass = textOr(config.config, "tokenizer_class", "");
    const auto idOf = [&](const std::string& content) -> std::optional<std::int32_t> {
        const auto found =
            std::find_if(pieces.begin(), pieces.end(), [&](const auto& piece) { return piece.text == content; });
        return found == pieces.end() ? std::nullopt : std::optional(static_cast<std::int32_t>(found - pieces.begin()));
    };
    applyBosEosFlags(config.config, settings, json, idOf, tokenizerClass.starts_with("Llama"),
                     tokenizerClass.starts_with("T5"));
    return tokenizerFromDefinition(json, std::move(settings), model);
}

std::optional<fs::path> findSentencePiece(const fs::path& folder) {
    std::error_code ignored;
    for (const char* name : {"tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "spm.model"}) {
        if (fs::is_regular_file(folder / name, ignored)) {
            return folder / name;
        }
    }
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        if (entry.path().extension() == ".model" && entry.is_regular_file(ignored)) {
            found.push_back(entry.path());
        }
    }
    return found.empty() ? std::nullopt : std::optional(*std::min_element(found.begin(), found.end()));
}

}  // namespace

Tokenizer loadTokenizer(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) {
        throw Error(ErrorCode::NotFound,
                    fmt::format("There is no folder {} to read a tokenizer from. Check the path.", folder.string()),
                    {folder.string()});
    }
    const auto has = [&](const char* name) { return fs::is_regular_file(folder / name, ignored); };
    try {
        FolderConfig config = readFolderConfig(folder);
        if (has("tokenizer.json")) {
            return fromTokenizerJson(folder, std::move(config));
        }
        if (has("vocab.json") && has("merges.txt")) {
            return fromVocabAndMerges(folder, std::move(config));
        }
        if (has("vocab.txt")) {
            return fromVocabTxt(folder / "vocab.txt", std::move(config));
        }
        if (const auto model = findSentencePiece(folder)) {
            return fromSentencePiece(*model, std::move(config));
        }
    } catch (const base::Json::exception& problem) {
        throw Error(
            ErrorCode::CorruptFile,
            fmt::format("The tokenizer in {} cannot be read: {}. Download it again.", folder.string(), problem.what()),
            {folder.string()});
    } catch (const Error& problem) {
        if (!problem.context().file.empty()) {
            throw;
        }
        throw Error(problem.code(), fmt::format("{} (Folder: {}.)", problem.what(), folder.string()),
                    {folder.string()});
    }
    throw Error(ErrorCode::NotFound,
                fmt::format("{} has no tokenizer. One of tokenizer.json, vocab.json with merges.txt, vocab.txt or a "
                            "sentencepiece .model file is "
                            "needed; copy it there.",
                            folder.string()),
                {folder.string()});
}

Tokenizer tokenizerFromJson(std::string_view tokenizerJson, const std::string& what) {
    try {
        const base::Json json = base::parseJson(tokenizerJson, what, {.maxBytes = base::kMaxTokenizerBytes});
        return Tokenizer(
            std::make_shared<const Tokenizer::Definition>(json, std::string(tokenizerJson), TokenizerSettings{}));
    } catch (const base::Json::exception& problem) {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("{} cannot be read: {}. Download it again.", what, problem.what()), {what});
    }
}

}  // namespace lathe::text
