// SPDX-License-Identifier: GPL-3.0-or-later
// Byte-pair encoding (Sennrich et al. 2016) with the options of tokenizers' BPE model. Short words scan all pairs for
// the best merge; long ones keep the candidates in a heap, so a word of a million letters costs n log n.
#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "text/json_access.h"
#include "text/subword_model.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

struct Merge {
    std::uint32_t rank = std::numeric_limits<std::uint32_t>::max();
    std::int32_t id = -1;
};

/// Open-addressing map from a pair of ids to its merge.
class MergeTable {
public:
    void reserve(std::size_t merges) {
        std::size_t slots = 16;
        while (slots < merges * 2) {
            slots *= 2;
        }
        keys_.assign(slots, kEmpty);
        values_.resize(slots);
    }
    void set(std::int32_t left, std::int32_t right, Merge merge) {
        std::size_t at = slotOf(key(left, right));
        keys_[at] = key(left, right);
        values_[at] = merge;
    }
    Merge find(std::int32_t left, std::int32_t right) const {
        const std::size_t at = slotOf(key(left, right));
        return keys_[at] == kEmpty ? Merge{} : values_[at];
    }

private:
    static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};
    static std::uint64_t key(std::int32_t left, std::int32_t right) {
        return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32) | static_cast<std::uint32_t>(right);
    }
    std::size_t slotOf(std::uint64_t k) const {
        std::uint64_t h = k * 0x9E3779B97F4A7C15ull;
        std::size_t at = (h ^ (h >> 32)) & (keys_.size() - 1);
        while (keys_[at] != kEmpty && keys_[at] != k) {
            at = (at + 1) & (keys_.size() - 1);
        }
        return at;
    }
    std::vector<std::uint64_t> keys_;
    std::vector<Merge> values_;
};

/// Words up to this many symbols are merged by scanning; measured on English, where it beats the heap up to about 40.
constexpr std::size_t kScanSymbols = 32;

class BpeModel final : public SubwordModel {
public:
    explicit BpeModel(const base::Json& json)
        : vocabulary_(requiredObject(json, "vocab")),
          prefix_(textOr(json, "continuing_subword_prefix", "")),
          suffix_(textOr(json, "end_of_word_suffix", "")),
          fusesUnknown_(boolOr(json, "fuse_unk", false)),
          fallsBackToBytes_(boolOr(json, "byte_fallback", false)),
          ignoresMerges_(boolOr(json, "ignore_merges", false)) {
        if (const auto unknown = optionalText(json, "unk_token")) {
            const std::int32_t id = vocabulary_.idOf(*unknown);
            unknownId_ = id >= 0 ? std::optional<std::int32_t>(id) : std::nullopt;
        }
        readMerges(requiredArray(json, "merges"));
        fillByteTables();
    }

    const Vocabulary& vocabulary() const override { return vocabulary_; }
    const std::string& kind() const override {
        static const std::string name = "bpe";
        return name;
    }
    std::optional<std::int32_t> unknownId() const override { return unknownId_; }
    bool takesRawBytes() const override { return prefix_.empty() && suffix_.empty(); }

    void tokenize(std::string_view piece, PieceKind kind, Scratch& scratch,
                  std::vector<ModelToken>& out) const override {
        tokenizeThroughCache(piece, scratch, out,
                             [&](std::vector<ModelToken>& tokens) { tokenizeUncached(piece, kind, scratch, tokens); });
    }

private:
    void readMerges(const base::Json& merges) {
        merges_.reserve(merges.size());
        std::string joined;
        for (std::size_t i = 0; i < merges.size(); ++i) {
            std::string left;
            std::string right;
            if (merges[i].is_array() && merges[i].size() == 2 && merges[i][0].is_string() && merges[i][1].is_string()) {
                left = merges[i][0].get<std::string>();
                right = merges[i][1].get<std::string>();
            } else if (merges[i].is_string()) {
                const std::string pair = merges[i].get<std::string>();
                const std::size_t space = pair.find(' ');
                if (space == std::string::npos || pair.find(' ', space + 1) != std::string::npos) {
                    throwCorrupt(fmt::format("merge {} is not two tokens with a space between them", i + 1));
                }
                left = pair.substr(0, space);
                right = pair.substr(space + 1);
            } else {
                throwCorrupt(fmt::format("merge {} is not a pair of tokens", i + 1));
            }
            joined = left + (right.starts_with(prefix_) ? right.substr(prefix_.size()) : right);
            const Merge merge{static_cast<std::uint32_t>(i), vocabulary_.idOf(joined)};
            const std::int32_t leftId = vocabulary_.idOf(left);
            const std::int32_t rightId = vocabulary_.idOf(right);
            if (leftId < 0 || rightId < 0 || merge.id < 0) {
                throwCorrupt(fmt::format("merge {} ('{}' and '{}') makes or uses a token that is not in the vocabulary",
                                         i + 1, left, right));
            }
            merges_.set(leftId, rightId, merge);
        }
    }

    void fillByteTables() {
        for (unsigned b = 0; b < 256; ++b) {
            rawByteId_[b] = vocabulary_.idOf(toUtf8(byteToStandIn(static_cast<std::uint8_t>(b))));
            fallbackId_[b] = vocabulary_.idOf(fmt::format("<0x{:02X}>", b));
        }
    }

    void tokenizeUncached(std::string_view piece, PieceKind kind, Scratch& scratch,
                          std::vector<ModelToken>& out) const {
        if (ignoresMerges_) {
            const std::int32_t whole =
                vocabulary_.idOf(kind == PieceKind::RawBytes ? standIns(piece) : std::string(piece));
            if (whole >= 0) {
                out.push_back({whole, 0, static_cast<std::uint32_t>(piece.size())});
                return;
            }
        }
        std::vector<Scratch::Symbol>& symbols = scratch.symbols;
        symbols.clear();
        if (kind == PieceKind::RawBytes) {
            addByteSymbols(piece, symbols);
        } else {
            addTextSymbols(piece, symbols);
        }
        if (symbols.size() <= kScanSymbols) {
            mergeByScanning(symbols);
            for (const Scratch::Symbol& s : symbols) {
                out.push_back({s.id, s.begin, s.end});
            }
            return;
        }
        mergeByHeap(symbols, scratch.heap);
        for (std::int32_t i = 0; i >= 0; i = symbols[static_cast<std::size_t>(i)].next) {
            const Scratch::Symbol& s = symbols[static_cast<std::size_t>(i)];
            out.push_back({s.id, s.begin, s.end});
        }
    }

    static std::string standIns(std::string_view bytes) {
        std::string out;
        for (const char b : bytes) {
            appendUtf8(out, byteToStandIn(static_cast<std::uint8_t>(b)));
        }
        return out;
    }

    static void addSymbol(std::vector<Scratch::Symbol>& symbols, std::int32_t id, std::size_t begin, std::size_t end) {
        symbols.push_back({id, 0, 0, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
    }

    void addByteSymbols(std::string_view piece, std::vector<Scratch::Symbol>& symbols) const {
        for (std::size_t i = 0; i < piece.size(); ++i) {
            const std::int32_t id = rawByteId_[static_cast<unsigned char>(piece[i])];
            if (id >= 0) {
                addSymbol(symbols, id, i, i + 1);
            } else {
                addUnknown(symbols, i, i + 1);
            }
        }
    }

    void addTextSymbols(std::string_view piece, std::vector<Scratch::Symbol>& symbols) const {
        std::string spelled;
        for (std::size_t i = 0; i < piece.size();) {
            const std::size_t begin = i;
            nextCodePoint(piece, i);
            const std::string_view character = piece.substr(begin, i - begin);
            std::int32_t id = -1;
            if (prefix_.empty() && suffix_.empty()) {
                id = vocabulary_.idOf(character);
            } else {
                spelled.assign(begin > 0 ? prefix_ : "");
                spelled.append(character);
                spelled.append(i == piece.size() ? suffix_ : "");
                id = vocabulary_.idOf(spelled);
            }
            if (id >= 0) {
                addSymbol(symbols, id, begin, i);
            } else if (!addFallbackBytes(symbols, character, begin, i)) {
                addUnknown(symbols, begin, i);
            }
        }
    }

    bool addFallbackBytes(std::vector<Scratch::Symbol>& symbols, std::string_view character, std::size_t begin,
                          std::size_t end) const {
        const auto isMissing = [&](char c) { return fallbackId_[static_cast<unsigned char>(c)] < 0; };
        if (!fallsBackToBytes_ || std::any_of(character.begin(), character.end(), isMissing)) {
            return false;
        }
        for (std::size_t i = begin; i < end; ++i) {
            addSymbol(symbols, fallbackId_[static_cast<unsigned char>(character[i - begin])], i, i + 1);
        }
        return true;
    }

    /// A character that has no token: the unknown token, fused with the one before if asked; nothing without one.
    void addUnknown(std::vector<Scratch::Symbol>& symbols, std::size_t begin, std::size_t end) const {
        if (!unknownId_) {
            return;
        }
        if (fusesUnknown_ && !symbols.empty() && symbols.back().id == *unknownId_) {
            symbols.back().end = static_cast<std::uint32_t>(end);
            return;
        }
        addSymbol(symbols, *unknownId_, begin, end);
    }

    /// Repeats: merge the leftmost pair of lowest rank.
    void mergeByScanning(std::vector<Scratch::Symbol>& symbols) const {
        std::array<Merge, kScanSymbols> merges;
        std::size_t count = symbols.size();
        for (std::size_t i = 0; i + 1 < count; ++i) {
            merges[i] = merges_.find(symbols[i].id, symbols[i + 1].id);
        }
        while (count > 1) {
            std::size_t best = 0;
            for (std::size_t i = 1; i + 1 < count; ++i) {
                best = merges[i].rank < merges[best].rank ? i : best;
            }
            if (merges[best].id < 0) {
                break;
            }
            symbols[best].id = merges[best].id;
            symbols[best].end = symbols[best + 1].end;
            for (std::size_t i = best + 1; i + 1 < count; ++i) {
                symbols[i] = symbols[i + 1];
                merges[i] = merges[i + 1];
            }
            --count;
            if (best > 0) {
                merges[best - 1] = merges_.find(symbols[best - 1].id, symbols[best].id);
            }
            if (best + 1 < count) {
                merges[best] = merges_.find(symbols[best].id, symbols[best + 1].id);
            }
        }
        symbols.resize(count);
    }

    /// The same with a heap of candidates ordered by rank, then position; symbols form a linked list from index 0.
    void mergeByHeap(std::vector<Scratch::Symbol>& symbols, std::vector<Scratch::Candidate>& heap) const {
        const auto comesLater = [](const Scratch::Candidate& a, const Scratch::Candidate& b) {
            return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
        };
        heap.clear();
        const auto candidate = [&](std::int32_t left, std::int32_t right) -> std::optional<Scratch::Candidate> {
            if (left < 0 || right < 0) {
                return std::nullopt;
            }
            const std::int32_t leftId = symbols[static_cast<std::size_t>(left)].id;
            const std::int32_t rightId = symbols[static_cast<std::size_t>(right)].id;
            const Merge merge = merges_.find(leftId, rightId);
            return merge.id < 0
                       ? std::nullopt
                       : std::optional<Scratch::Candidate>({merge.rank, left, right, leftId, rightId, merge.id});
        };
        const auto count = static_cast<std::int32_t>(symbols.size());
        for (std::int32_t i = 0; i < count; ++i) {
            symbols[static_cast<std::size_t>(i)].previous = i - 1;
            symbols[static_cast<std::size_t>(i)].next = i + 1 < count ? i + 1 : -1;
            if (const auto pair = candidate(i, i + 1 < count ? i + 1 : -1)) {
                heap.push_back(*pair);
            }
        }
        std::make_heap(heap.begin(), heap.end(), comesLater);
        const auto push = [&](std::int32_t left, std::int32_t right) {
            if (const auto pair = candidate(left, right)) {
                heap.push_back(*pair);
                std::push_heap(heap.begin(), heap.end(), comesLater);
            }
        };
        while (!heap.empty()) {
            std::pop_heap(heap.begin(), heap.end(), comesLater);
            const Scratch::Candidate best = heap.back();
            heap.pop_back();
            Scratch::Symbol& left = symbols[static_cast<std::size_t>(best.left)];
            Scratch::Symbol& right = symbols[static_cast<std::size_t>(best.right)];
            if (left.id != best.leftId || right.id != best.rightId || left.next != best.right) {
                continue;  // one of the two was merged meanwhile
            }
            left.id = best.mergedId;
            left.end = right.end;
            left.next = right.next;
            right.id = -1;
            if (right.next >= 0) {
                symbols[static_cast<std::size_t>(right.next)].previous = best.left;
            }
            push(left.previous, best.left);
            push(best.left, left.next);
        }
    }

    Vocabulary vocabulary_;
    std::string prefix_;
    std::string suffix_;
    bool fusesUnknown_;
    bool fallsBackToBytes_;
    bool ignoresMerges_;
    std::optional<std::int32_t> unknownId_;
    MergeTable merges_;
    std::array<std::int32_t, 256> rawByteId_{};
    std::array<std::int32_t, 256> fallbackId_{};
};

}  // namespace

std::unique_ptr<const SubwordModel> makeBpeModel(const base::Json& json) { return std::make_unique<BpeModel>(json); }

}  // namespace lathe::text
