// SPDX-License-Identifier: GPL-3.0-or-later
/// The "model" part of tokenizer.json: pieces of text to tokens of a vocabulary.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "text/vocabulary.h"
#include "text/word_cache.h"

namespace lathe::text {

/// A token and the bytes of the piece it covers.
struct ModelToken {
    std::int32_t id = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// Buffers that one encode() call uses at a time; models keep what they like in them.
struct Scratch {
    WordCache cache;
    struct Symbol {
        std::int32_t id;
        std::int32_t previous;
        std::int32_t next;
        std::uint32_t begin;
        std::uint32_t end;
    };
    struct Candidate {
        std::uint32_t rank;
        std::int32_t left;
        std::int32_t right;
        std::int32_t leftId;
        std::int32_t rightId;
        std::int32_t mergedId;
    };
    std::vector<Symbol> symbols;
    std::vector<Candidate> heap;
};

/// Whether pieces are raw bytes of a byte-level vocabulary or text.
enum class PieceKind { Text, RawBytes };

/// Immutable; may be used from any thread with a Scratch of its own.
class SubwordModel {
public:
    virtual ~SubwordModel() = default;
    /// Appends the tokens of one piece.
    virtual void tokenize(std::string_view piece, PieceKind kind, Scratch& scratch,
                          std::vector<ModelToken>& out) const = 0;
    virtual const Vocabulary& vocabulary() const = 0;
    /// "bpe", "wordpiece", "unigram"
    virtual const std::string& kind() const = 0;
    virtual std::optional<std::int32_t> unknownId() const = 0;
    /// Whether tokenize() understands PieceKind::RawBytes.
    virtual bool takesRawBytes() const { return false; }
};

/// Appends the tokens of a piece from the cache, or from compute(out), which are then remembered. Words whose tokens do
/// not lie end to end, or that are too long, are not remembered.
template <typename Compute>
void tokenizeThroughCache(std::string_view piece, Scratch& scratch, std::vector<ModelToken>& out, Compute&& compute) {
    if (piece.empty()) {
        return;
    }
    if (piece.size() > WordCache::kMaxKeyBytes) {
        compute(out);
        return;
    }
    WordCache::Entry& entry = scratch.cache.slot(piece);
    if (WordCache::holds(entry, piece)) {
        std::uint32_t begin = 0;
        for (std::size_t i = 0; i < entry.tokenCount; ++i) {
            out.push_back({entry.ids[i], begin, entry.ends[i]});
            begin = entry.ends[i];
        }
        return;
    }
    const std::size_t first = out.size();
    compute(out);
    const std::size_t count = out.size() - first;
    if (count == 0 || count > WordCache::kMaxTokens) {
        return;
    }
    std::uint32_t expected = 0;
    for (std::size_t i = first; i < out.size(); ++i) {
        if (out[i].begin != expected) {
            return;
        }
        expected = out[i].end;
    }
    std::memcpy(entry.key.data(), piece.data(), piece.size());
    entry.keyLength = static_cast<std::uint8_t>(piece.size());
    entry.tokenCount = static_cast<std::uint8_t>(count);
    for (std::size_t i = 0; i < count; ++i) {
        entry.ids[i] = out[first + i].id;
        entry.ends[i] = static_cast<std::uint8_t>(out[first + i].end);
    }
}

/// Throws CorruptFile or Unsupported.
std::unique_ptr<const SubwordModel> makeSubwordModel(const base::Json& json);
std::unique_ptr<const SubwordModel> makeBpeModel(const base::Json& json);
std::unique_ptr<const SubwordModel> makeWordPieceModel(const base::Json& json);
std::unique_ptr<const SubwordModel> makeUnigramModel(const base::Json& json);

}  // namespace lathe::text
