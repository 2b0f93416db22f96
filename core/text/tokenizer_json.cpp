// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/tokenizer_json.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "text/unicode.h"

namespace lathe::text {

using Json = base::OrderedJson;

base::OrderedJson bpeModelJson(const std::vector<std::string>& tokens, const MergeList& merges) {
    Json vocab = Json::object();
    // ordered_json looks keys up one by one, so the object is filled through its own vector.
    auto& entries = vocab.get_ref<Json::object_t&>();
    entries.reserve(tokens.size());
    std::unordered_map<std::string_view, std::size_t> seen;
    seen.reserve(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (const auto [place, isNew] = seen.try_emplace(tokens[i], entries.size()); isNew) {
            static_cast<std::vector<Json::object_t::value_type>&>(entries).emplace_back(tokens[i], Json(i));
        } else {
            static_cast<std::vector<Json::object_t::value_type>&>(entries)[place->second].second = Json(i);
        }
    }
    Json list = Json::array();
    for (const auto& [left, right] : merges) {
        list.push_back(Json::array({left, right}));
    }
    Json model;
    model["type"] = "BPE";
    model["dropout"] = nullptr;
    model["unk_token"] = nullptr;
    model["continuing_subword_prefix"] = "";
    model["end_of_word_suffix"] = "";
    model["fuse_unk"] = false;
    model["byte_fallback"] = false;
    model["ignore_merges"] = false;
    model["vocab"] = std::move(vocab);
    model["merges"] = std::move(list);
    return model;
}

MergeList mergesFromScores(const std::vector<std::string>& tokens, const std::vector<float>& scores) {
    std::unordered_map<std::string_view, std::size_t> idOf;
    idOf.reserve(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        idOf[tokens[i]] = i;  // the last of equal tokens counts, as in a dict
    }
    struct Split {
        float score;
        std::size_t leftLength;  ///< characters
        std::size_t rightLength;
        std::size_t token;
        std::size_t cutBytes;
    };
    std::vector<Split> splits;
    std::vector<std::tuple<std::size_t, std::size_t, Split>> local;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
        const std::string_view token = tokens[t];
        if (idOf[token] != t || validUtf8Prefix(token) != token.size()) {
            continue;
        }
        const std::size_t characters = toCodePoints(token).size();
        local.clear();
        std::size_t length = 0;
        for (std::size_t cut = 0; cut < token.size();) {
            nextCodePoint(token, cut);
            ++length;
            const auto left = idOf.find(token.substr(0, cut));
            const auto right = cut < token.size() ? idOf.find(token.substr(cut)) : idOf.end();
            if (left != idOf.end() && right != idOf.end()) {
                local.emplace_back(left->second, right->second,
                                   Split{t < scores.size() ? scores[t] : 0.0f, length, characters - length, t, cut});
            }
        }
        std::stable_sort(local.begin(), local.end(), [](const auto& a, const auto& b) {
            return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
        });
        for (const auto& entry : local) {
            splits.push_back(std::get<2>(entry));
        }
    }
    std::stable_sort(splits.begin(), splits.end(), [](const Split& a, const Split& b) {
        return std::tie(a.score, a.leftLength, a.rightLength) > std::tie(b.score, b.leftLength, b.rightLength);
    });
    MergeList merges;
    merges.reserve(splits.size());
    for (const Split& split : splits) {
        merges.emplace_back(tokens[split.token].substr(0, split.cutBytes), tokens[split.token].substr(split.cutBytes));
    }
    return merges;
}

base::OrderedJson addedTokenJson(const AddedToken& token) {
    return {{"id", token.id},
            {"content", token.content},
            {"single_word", token.isSingleWord},
            {"lstrip", token.stripsLeft},
            {"rstrip", token.stripsRight},
            {"normalized", token.isNormalized},
            {"special", token.isSpecial}};
}

base::OrderedJson bosEosTemplate(const std::optional<std::pair<std::string, std::int32_t>>& bos,
                                 const std::optional<std::pair<std::string, std::int32_t>>& eos) {
    Json special = Json::object();
    const auto addSpecial = [&](Json& list, const std::optional<std::pair<std::string, std::int32_t>>& token,
                                int typeId) {
        if (token) {
            list.push_back({{"SpecialToken", {{"id", token->first}, {"type_id", typeId}}}});
            special[token->first] = {
                {"id", token->first}, {"ids", Json::array({token->second})}, {"tokens", Json::array({token->first})}};
        }
    };
    const auto addText = [&](Json& list, const char* name, int typeId) {
        addSpecial(list, bos, typeId);
        list.push_back({{"Sequence", {{"id", name}, {"type_id", typeId}}}});
        addSpecial(list, eos, typeId);
    };
    Json single = Json::array();
    addText(single, "A", 0);
    Json pair = Json::array();
    addText(pair, "A", 0);
    addText(pair, "B", 1);
    Json out;
    out["type"] = "TemplateProcessing";
    out["single"] = single;
    out["pair"] = pair;
    out["special_tokens"] = special;
    return out;
}

base::OrderedJson byteLevelPreTokenizer(bool addsPrefixSpace, bool usesRegex) {
    return {
        {"type", "ByteLevel"}, {"add_prefix_space", addsPrefixSpace}, {"trim_offsets", true}, {"use_regex", usesRegex}};
}

base::OrderedJson splitThenByteLevel(const std::string& regex) {
    Json split;
    split["type"] = "Split";
    split["pattern"] = {{"Regex", regex}};
    split["behavior"] = "Isolated";
    split["invert"] = false;
    return {{"type", "Sequence"}, {"pretokenizers", Json::array({split, byteLevelPreTokenizer(false, false)})}};
}

base::OrderedJson emptyTokenizerJson() {
    return {{"version", "1.0"},          {"truncation", nullptr},
            {"padding", nullptr},        {"added_tokens", Json::array()},
            {"normalizer", nullptr},     {"pre_tokenizer", nullptr},
            {"post_processor", nullptr}, {"decoder", nullptr},
            {"model", nullptr}};
}

base::OrderedJson wordPieceTokenizerJson(const std::vector<std::string>& tokens, const TokenizerSettings& settings,
                                         bool lowers, bool separatesChinese, const base::OrderedJson& stripsAccents) {
    Json out = emptyTokenizerJson();
    out["normalizer"] = {{"type", "BertNormalizer"},
                         {"clean_text", true},
                         {"handle_chinese_chars", separatesChinese},
                         {"strip_accents", stripsAccents},
                         {"lowercase", lowers}};
    out["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
    out["decoder"] = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
    Json vocab = bpeModelJson(tokens, {})["vocab"];
    const std::string unknown = settings.unk.value_or("[UNK]");
    const std::string cls = settings.cls.value_or("[CLS]");
    const std::string sep = settings.sep.value_or("[SEP]");
    std::optional<std::int32_t> clsId;
    std::optional<std::int32_t> sepId;
    const auto names = {unknown, cls, sep, settings.pad.value_or("[PAD]"), settings.mask.value_or("[MASK]")};
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto id = static_cast<std::int32_t>(i);
        if (std::find(names.begin(), names.end(), tokens[i]) != names.end()) {
            out["added_tokens"].push_back(addedTokenJson({id, tokens[i], false, false, false, false, true}));
        }
        clsId = tokens[i] == cls ? id : clsId;
        sepId = tokens[i] == sep ? id : sepId;
    }
    if (clsId && sepId) {
        out["post_processor"] = {
            {"type", "BertProcessing"}, {"sep", Json::array({sep, *sepId})}, {"cls", Json::array({cls, *clsId})}};
    }
    out["model"] = {{"type", "WordPiece"},
                    {"unk_token", unknown},
                    {"continuing_subword_prefix", "##"},
                    {"max_input_chars_per_word", 100}};
    out["model"]["vocab"] = std::move(vocab);
    return out;
}

Tokenizer tokenizerFromDefinition(const base::OrderedJson& json, TokenizerSettings settings,
                                  std::shared_ptr<const SentencePieceModel> sentencepiece) {
    std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    const base::Json parsed = base::Json::parse(text);
    return Tokenizer(std::make_shared<const Tokenizer::Definition>(parsed, std::move(text), std::move(settings),
                                                                   std::move(sentencepiece)));
}

}  // namespace lathe::text
