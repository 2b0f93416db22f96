// SPDX-License-Identifier: GPL-3.0-or-later
/// What a Tokenizer consists of. Internal to core/text.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/json.h"
#include "text/added_vocabulary.h"
#include "text/decoder.h"
#include "text/normalizers.h"
#include "text/post_processor.h"
#include "text/pre_tokenizers.h"
#include "text/sentencepiece_model.h"
#include "text/subword_model.h"
#include "text/tokenizer.h"

namespace lathe::text {

/// What stands beside tokenizer.json in a folder.
struct TokenizerSettings {
    std::optional<std::string> bos, eos, pad, unk, cls, sep, mask;  ///< texts
    std::vector<AddedToken> addedTokens;                            ///< added_tokens_decoder, added_tokens.json
    std::vector<std::string> additionalSpecialTokens;
    std::optional<std::int64_t> modelMaxLength;
    std::string chatTemplate;
    bool cleansUpSpaces = false;  ///< clean_up_tokenization_spaces
    bool isGiven = false;         ///< a configuration existed; without one roles are guessed from usual names
    std::string originalConfig;   ///< text of tokenizer_config.json, kept for save(); may be empty
};

class Tokenizer::Definition {
public:
    /// From the parsed and the written form of tokenizer.json. `sentencepiece`, if given, encodes instead of the model.
    Definition(const base::Json& json, std::string jsonText, TokenizerSettings settings,
               std::shared_ptr<const SentencePieceModel> sentencepiece = nullptr);

    std::vector<std::int32_t> encode(std::string_view text, AddSpecialTokens addSpecialTokens) const;
    Encoding encodeTracked(std::string_view first, const std::string_view* second,
                           AddSpecialTokens addSpecialTokens) const;
    std::string decode(const std::vector<std::int32_t>& ids, SkipSpecialTokens skip) const;
    const std::string& tokenText(std::int32_t id) const;
    std::optional<std::int32_t> tokenId(std::string_view text) const;
    bool isSpecial(std::int32_t id) const { return special_.contains(id); }

    const TokenizerSettings& settings() const { return settings_; }
    const std::string& jsonText() const { return jsonText_; }
    const PostProcessor& postProcessor() const { return postProcessor_; }
    const SubwordModel& model() const { return *model_; }
    const SentencePieceModel* sentencepiece() const { return sentencepiece_.get(); }

    std::int32_t vocabularySize = 0;
    SpecialTokenIds specialIds;
    std::vector<AddedToken> addedTokens;
    std::string kind;
    std::string hash;

private:
    /// Ids (and origins, when tracked) on their way.
    struct Sink {
        std::vector<std::int32_t> ids;
        std::vector<ByteRange> offsets;
        TrackOrigins tracking = TrackOrigins::No;
        std::vector<ModelToken> tokens;  ///< of one piece, reused
    };
    class ScratchLease;

    void readAddedTokens(const base::Json& json);
    void addToken(const AddedToken& token);
    void buildMatchers();
    void findSpecialIds();
    void guessSpecialIds();
    void computeHash(const base::Json& json);
    void encodeText(std::string_view text, Sink& sink) const;
    void encodeSegment(AlignedText segment, bool isAtTextStart, Scratch& scratch, Sink& sink) const;
    void encodeNormalised(AlignedText text, bool isAtTextStart, Scratch& scratch, Sink& sink) const;
    void encodeWithSentencePiece(const AlignedText& text, Sink& sink) const;
    void trimOffsets(Encoding& encoding) const;

    std::string jsonText_;
    TokenizerSettings settings_;
    std::unique_ptr<const Normalizer> normalizer_;
    PreTokenizerBundle preTokenizer_;
    std::unique_ptr<const SubwordModel> model_;
    PostProcessor postProcessor_;
    std::unique_ptr<const Decoder> decoder_;
    std::shared_ptr<const SentencePieceModel> sentencepiece_;
    AddedTokenMatcher rawMatcher_;
    AddedTokenMatcher normalizedMatcher_;
    std::unordered_map<std::int32_t, std::string> addedText_;
    std::unordered_map<std::string, std::int32_t> addedId_;
    std::unordered_set<std::int32_t> special_;

    mutable std::mutex scratchMutex_;
    mutable std::vector<std::unique_ptr<Scratch>> scratch_;
};

}  // namespace lathe::text
