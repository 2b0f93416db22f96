// SPDX-License-Identifier: GPL-3.0-or-later
// Unigram language model (Kudo 2018): the segmentation of highest total score, by dynamic programming over a byte trie.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "text/json_access.h"
#include "text/subword_model.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

constexpr double kUnknownPenalty = 10.0;

/// Byte trie whose edges lie in one open-addressing table.
class ByteTrie {
public:
    void reserve(std::size_t bytes) {
        std::size_t slots = 1024;
        while (slots < bytes * 2) {
            slots *= 2;
        }
        edges_.assign(slots, Edge{kNone, 0});
    }
    void insert(std::string_view key, std::int32_t value) {
        std::uint32_t node = 0;
        for (const char c : key) {
            Edge& edge = edges_[slotOf(node, static_cast<unsigned char>(c))];
            if (edge.key == kNone) {
                edge = {keyOf(node, static_cast<unsigned char>(c)), static_cast<std::uint32_t>(values_.size())};
                values_.push_back(-1);
            }
            node = edge.child;
        }
        values_[node] = value;
    }
    /// Calls visit(length, value) for each key that begins `text`, shortest first.
    template <typename Visit>
    void forEachPrefix(std::string_view text, Visit&& visit) const {
        std::uint32_t node = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const Edge& edge = edges_[slotOf(node, static_cast<unsigned char>(text[i]))];
            if (edge.key == kNone) {
                return;
            }
            node = edge.child;
            if (values_[node] >= 0) {
                visit(i + 1, values_[node]);
            }
        }
    }

private:
    struct Edge {
        std::uint64_t key;
        std::uint32_t child;
    };
    static constexpr std::uint64_t kNone = ~std::uint64_t{0};
    static std::uint64_t keyOf(std::uint32_t node, unsigned char byte) {
        return (static_cast<std::uint64_t>(node) << 8) | byte;
    }
    std::size_t slotOf(std::uint32_t node, unsigned char byte) const {
        const std::uint64_t key = keyOf(node, byte);
        std::uint64_t h = key * 0x9E3779B97F4A7C15ull;
        std::size_t at = (h ^ (h >> 32)) & (edges_.size() - 1);
        while (edges_[at].key != kNone && edges_[at].key != key) {
            at = (at + 1) & (edges_.size() - 1);
        }
        return at;
    }
    std::vector<Edge> edges_;
    std::vector<std::int32_t> values_{-1};
};

class UnigramModel final : public SubwordModel {
public:
    explicit UnigramModel(const base::Json& json) : fallsBackToBytes_(boolOr(json, "byte_fallback", false)) {
        const base::Json& vocab = requiredArray(json, "vocab");
        if (vocab.empty() || vocab.size() > static_cast<std::size_t>(kMaxTokenId)) {
            throwCorrupt("the vocabulary of Unigram is empty or too large");
        }
        std::size_t bytes = 0;
        vocabulary_.reserve(vocab.size());
        for (std::size_t i = 0; i < vocab.size(); ++i) {
            const base::Json& entry = vocab[i];
            if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number()) {
                throwCorrupt(fmt::format("entry {} of the Unigram vocabulary is not [token, score]", i));
            }
            const std::string token = entry[0].get<std::string>();
            const double score = entry[1].get<double>();
            if (!std::isfinite(score)) {
                throwCorrupt(fmt::format("the score of Unigram token {} is not a number", i));
            }
            vocabulary_.add(token, static_cast<std::int32_t>(i));
            scores_.push_back(score);
            lowestScore_ = std::min(lowestScore_, score);
            bytes += token.size();
        }
        trie_.reserve(bytes);
        for (std::size_t i = 0; i < vocab.size(); ++i) {
            const auto& token = vocab[i][0].get_ref<const std::string&>();
            if (!token.empty()) {
                trie_.insert(token, static_cast<std::int32_t>(i));
            }
        }
        const std::int64_t unknown = integerOr(json, "unk_id", -1);
        if (unknown >= static_cast<std::int64_t>(vocab.size())) {
            throwCorrupt("unk_id of Unigram is not in the vocabulary");
        }
        unknownId_ = unknown >= 0 ? std::optional<std::int32_t>(static_cast<std::int32_t>(unknown)) : std::nullopt;
        for (unsigned b = 0; b < 256; ++b) {
            fallbackId_[b] = vocabulary_.idOf(fmt::format("<0x{:02X}>", b));
        }
    }

    const Vocabulary& vocabulary() const override { return vocabulary_; }
    const std::string& kind() const override {
        static const std::string name = "unigram";
        return name;
    }
    std::optional<std::int32_t> unknownId() const override { return unknownId_; }

    void tokenize(std::string_view piece, PieceKind, Scratch& scratch, std::vector<ModelToken>& out) const override {
        tokenizeThroughCache(piece, scratch, out, [&](std::vector<ModelToken>& tokens) { segment(piece, tokens); });
    }

private:
    struct Best {
        double score = 0;
        std::int32_t start = -1;
        std::int32_t id = -1;
    };

    void segment(std::string_view piece, std::vector<ModelToken>& out) const {
        std::vector<Best> best(piece.size() + 1);
        const double unknownScore = lowestScore_ - kUnknownPenalty;
        for (std::size_t begin = 0; begin < piece.size();) {
            const double here = best[begin].score;
            const auto offer = [&](std::size_t end, double score, std::int32_t id) {
                if (best[end].start < 0 || score > best[end].score) {
                    best[end] = {score, static_cast<std::int32_t>(begin), id};
                }
            };
            std::size_t next = begin;
            nextCodePoint(piece, next);
            bool hasSingle = false;
            trie_.forEachPrefix(piece.substr(begin), [&](std::size_t length, std::int32_t id) {
                offer(begin + length, scores_[static_cast<std::size_t>(id)] + here, id);
                hasSingle = hasSingle || begin + length == next;
            });
            if (!hasSingle) {
                offer(next, unknownScore + here, unknownId_.value_or(-1));
            }
            begin = next;
        }
        emit(piece, best, out);
    }

    /// Walks the best path back; neighbours that are unknown become one token.
    void emit(std::string_view piece, const std::vector<Best>& best, std::vector<ModelToken>& out) const {
        std::vector<ModelToken> path;
        bool wasUnknown = false;
        for (std::size_t end = piece.size(); end > 0;) {
            const Best& node = best[end];
            const auto begin = static_cast<std::uint32_t>(node.start);
            const bool isUnknown = node.id < 0 || (unknownId_ && node.id == *unknownId_);
            if (isUnknown && wasUnknown) {
                path.back().begin = begin;
            } else {
                path.push_back({node.id, begin, static_cast<std::uint32_t>(end)});
            }
            wasUnknown = isUnknown;
            end = begin;
        }
        for (auto token = path.rbegin(); token != path.rend(); ++token) {
            const std::string_view text = piece.substr(token->begin, token->end - token->begin);
            const std::int32_t id = vocabulary_.idOf(text);
            if (id >= 0) {
                out.push_back({id, token->begin, token->end});
            } else if (!emitBytes(text, *token, out) && unknownId_) {
                out.push_back({*unknownId_, token->begin, token->end});
            }
        }
    }

    bool emitBytes(std::string_view text, const ModelToken& token, std::vector<ModelToken>& out) const {
        const auto isMissing = [&](char c) { return fallbackId_[static_cast<unsigned char>(c)] < 0; };
        if (!fallsBackToBytes_ || std::any_of(text.begin(), text.end(), isMissing)) {
            return false;
        }
        for (const char c : text) {
            out.push_back({fallbackId_[static_cast<unsigned char>(c)], token.begin, token.end});
        }
        return true;
    }

    Vocabulary vocabulary_;
    std::vector<double> scores_;
    double lowestScore_ = std::numeric_limits<double>::max();
    ByteTrie trie_;
    bool fallsBackToBytes_;
    std::optional<std::int32_t> unknownId_;
    std::array<std::int32_t, 256> fallbackId_{};
};

}  // namespace

std::unique_ptr<const SubwordModel> makeUnigramModel(const base::Json& json) {
    return std::make_unique<UnigramModel>(json);
}

}  // namespace lathe::text
