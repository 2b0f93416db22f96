// SPDX-License-Identifier: GPL-3.0-or-later
// WordPiece (Schuster and Nakajima 2012) as BERT uses it: the longest token first, from left to right.
#include <algorithm>

#include <fmt/format.h>

#include "text/json_access.h"
#include "text/subword_model.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

class WordPieceModel final : public SubwordModel {
public:
    explicit WordPieceModel(const base::Json& json)
        : vocabulary_(requiredObject(json, "vocab")), maxCharacters_(integerOr(json, "max_input_chars_per_word", 100)) {
        const std::string prefix = textOr(json, "continuing_subword_prefix", "##");
        const std::string unknown = textOr(json, "unk_token", "[UNK]");
        unknownId_ = vocabulary_.idOf(unknown);
        if (unknownId_ < 0) {
            throwCorrupt(fmt::format("the unknown token '{}' of WordPiece is not in the vocabulary", unknown));
        }
        continuing_.reserve(static_cast<std::size_t>(vocabulary_.size()));
        for (std::int32_t id = 0; id < vocabulary_.size(); ++id) {
            const std::string& token = vocabulary_.textOf(id);
            if (token.size() > prefix.size() && token.starts_with(prefix)) {
                continuing_.add(token.substr(prefix.size()), id);
            }
        }
    }

    const Vocabulary& vocabulary() const override { return vocabulary_; }
    const std::string& kind() const override {
        static const std::string name = "wordpiece";
        return name;
    }
    std::optional<std::int32_t> unknownId() const override { return unknownId_; }

    void tokenize(std::string_view piece, PieceKind, Scratch& scratch, std::vector<ModelToken>& out) const override {
        tokenizeThroughCache(piece, scratch, out,
                             [&](std::vector<ModelToken>& tokens) { tokenizeWord(piece, tokens); });
    }

private:
    void tokenizeWord(std::string_view word, std::vector<ModelToken>& out) const {
        const std::size_t first = out.size();
        const auto isStart = [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; };
        const auto size = static_cast<std::uint32_t>(word.size());
        if (std::count_if(word.begin(), word.end(), isStart) > maxCharacters_) {
            out.push_back({unknownId_, 0, size});
            return;
        }
        for (std::size_t begin = 0; begin < word.size();) {
            const Vocabulary& tokens = begin == 0 ? vocabulary_ : continuing_;
            std::size_t end = std::min(word.size(), begin + tokens.longestTokenBytes());
            std::int32_t id = -1;
            for (; end > begin; --end) {
                if (end < word.size() && !isStart(word[end])) {
                    continue;
                }
                id = tokens.idOf(word.substr(begin, end - begin));
                if (id >= 0) {
                    break;
                }
            }
            if (id < 0) {
                out.resize(first);
                out.push_back({unknownId_, 0, size});
                return;
            }
            out.push_back({id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
            begin = end;
        }
    }

    Vocabulary vocabulary_;
    Vocabulary continuing_;  ///< tokens with the prefix, without it
    std::int64_t maxCharacters_;
    std::int32_t unknownId_ = -1;
};

}  // namespace

std::unique_ptr<const SubwordModel> makeWordPieceModel(const base::Json& json) {
    return std::make_unique<WordPieceModel>(json);
}

std::unique_ptr<const SubwordModel> makeSubwordModel(const base::Json& json) {
    if (!json.is_object()) {
        throwCorrupt("it has no 'model'");
    }
    // Files of tokenizers before 0.9 have no type: a list of merges tells BPE, a list as vocabulary tells Unigram.
    std::string type = textOr(json, "type", "");
    if (type.empty()) {
        type = json.contains("merges")                              ? "BPE"
               : json.contains("vocab") && json["vocab"].is_array() ? "Unigram"
                                                                    : "WordPiece";
    }
    if (type == "BPE") {
        return makeBpeModel(json);
    }
    if (type == "WordPiece") {
        return makeWordPieceModel(json);
    }
    if (type == "Unigram") {
        return makeUnigramModel(json);
    }
    throwUnsupported("model", type);
}

}  // namespace lathe::text
