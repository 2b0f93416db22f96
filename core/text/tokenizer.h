// SPDX-License-Identifier: GPL-3.0-or-later
/// Text to token ids and back, exactly as Hugging Face's `tokenizers` 0.23 does it for the same definition.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::text {

/// Whether the post-processor's tokens ([CLS], <s>, ...) are put around the text.
enum class AddSpecialTokens { No, Yes };
/// Whether decode() leaves special tokens out.
enum class SkipSpecialTokens { No, Yes };

/// Half-open range of bytes in the text that was given.
struct ByteRange {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool operator==(const ByteRange&) const = default;
};

/// Result of encodeWithOffsets() and encodePair(); all vectors have one entry a token.
struct Encoding {
    std::vector<std::int32_t> ids;
    std::vector<std::int32_t> typeIds;  ///< 0 for the first text, 1 for the second, as BERT's token_type_ids
    std::vector<ByteRange>
        offsets;  ///< bytes of the text that the token comes from; empty range for added special tokens
    std::vector<std::uint8_t> isSpecial;  ///< 1 where the post-processor added the token
};

/// Ids with a role; absent where the tokenizer has none.
struct SpecialTokenIds {
    std::optional<std::int32_t> bos, eos, pad, unk, cls, sep, mask;
};

/// One entry of the added vocabulary (tokens that are found in the text before anything else happens to it).
struct AddedToken {
    std::int32_t id = 0;
    std::string content;
    bool isSingleWord = false;  ///< only where no word character touches it
    bool stripsLeft = false;    ///< takes the white space before it along
    bool stripsRight = false;
    bool isNormalized = false;  ///< searched in the normalised text instead of the original
    bool isSpecial = false;     ///< left out by SkipSpecialTokens::Yes
};

/// An immutable tokenizer. Copies share one definition; every member is const and may be called from any thread at
/// once. Text is UTF-8; invalid bytes count as U+FFFD (one for each maximal invalid part) and NUL bytes are ordinary
/// characters.
class Tokenizer {
public:
    class Definition;
    /// Used by the loaders below.
    explicit Tokenizer(std::shared_ptr<const Definition> definition);

    /// Ids of one text. Never throws on any text of at most 2 GiB, except Unsupported when a tokenizer's own regular
    /// expression runs over its two-second limit.
    std::vector<std::int32_t> encode(std::string_view text,
                                     AddSpecialTokens addSpecialTokens = AddSpecialTokens::Yes) const;
    /// Like encode(), with offsets, type ids and the special mask.
    Encoding encodeWithOffsets(std::string_view text, AddSpecialTokens addSpecialTokens = AddSpecialTokens::Yes) const;
    /// Two texts as one sequence. Offsets of tokens with type id 1 count in `second`.
    Encoding encodePair(std::string_view first, std::string_view second,
                        AddSpecialTokens addSpecialTokens = AddSpecialTokens::Yes) const;

    /// Text of ids, through the tokenizer's decoder. Ids outside the vocabulary are left out.
    std::string decode(const std::vector<std::int32_t>& ids, SkipSpecialTokens skip = SkipSpecialTokens::Yes) const;
    /// The vocabulary's spelling of one token ("Ġthe", "##ing"); empty if there is no such id.
    std::string tokenText(std::int32_t id) const;
    /// Id of a vocabulary or added token by its spelling.
    std::optional<std::int32_t> tokenId(std::string_view tokenText) const;
    /// True for tokens that SkipSpecialTokens::Yes leaves out.
    bool isSpecial(std::int32_t id) const;

    /// Number of ids, added tokens included (largest id + 1).
    std::int32_t vocabularySize() const;
    const SpecialTokenIds& specialIds() const;
    const std::vector<AddedToken>& addedTokens() const;
    /// How many post-processor tokens one text gets ([CLS] and [SEP] make 2).
    std::int32_t specialTokensPerText() const;
    /// tokenizer_config.json's model_max_length; absent if unlimited.
    std::optional<std::int64_t> modelMaxLength() const;
    /// Jinja chat template; empty if the model has none. See chat_template.h.
    const std::string& chatTemplate() const;
    /// "bpe", "wordpiece", "unigram" or "sentencepiece".
    const std::string& kind() const;
    /// SHA-256 (hexadecimal) over everything that decides ids and decoded text; equal definitions have equal hashes.
    const std::string& hash() const;

    /// Writes tokenizer.json, tokenizer_config.json, special_tokens_map.json and, with a chat template,
    /// chat_template.jinja (also inside tokenizer_config.json) that transformers loads with the same ids. A
    /// sentencepiece tokenizer also keeps its tokenizer.model. Throws Io.
    void save(const std::filesystem::path& folder) const;

private:
    std::shared_ptr<const Definition> definition_;
};

/// Reads the tokenizer of a model folder: tokenizer.json, else vocab.json + merges.txt, vocab.txt, or a sentencepiece
/// *.model; with tokenizer_config.json, special_tokens_map.json, added_tokens.json and chat_template.jinja where
/// present. Truncation and padding settings in tokenizer.json are not applied: callers decide lengths. Throws NotFound,
/// CorruptFile or Unsupported (naming the part that is unknown).
Tokenizer loadTokenizer(const std::filesystem::path& folder);

/// The same from the text of a tokenizer.json alone; `what` names it in errors.
Tokenizer tokenizerFromJson(std::string_view tokenizerJson, const std::string& what = "tokenizer.json");

/// What a GGUF file says about its vocabulary (keys tokenizer.ggml.*).
struct GgufVocabulary {
    std::string model;  ///< tokenizer.ggml.model: "gpt2", "llama", "bert"
    std::string pre;    ///< tokenizer.ggml.pre: "smollm", "llama-bpe", "qwen2", ...; may be empty
    std::vector<std::string> tokens;
    std::vector<std::int32_t>
        tokenTypes;             ///< 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte; may be empty
    std::vector<float> scores;  ///< may be empty
    std::vector<std::string> merges;  ///< "left right"; may be empty
    std::optional<std::int64_t> bosId, eosId, unkId, padId, sepId, clsId, maskId;
    std::optional<bool> addBos, addEos, addSpacePrefix;
    std::string chatTemplate;  ///< tokenizer.chat_template
    std::string architecture;  ///< general.architecture
};

/// The tokenizer that transformers 5.24 converts from the same metadata. Throws CorruptFile or Unsupported.
Tokenizer tokenizerFromGguf(const GgufVocabulary& vocabulary);

}  // namespace lathe::text
