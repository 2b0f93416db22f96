// SPDX-License-Identifier: GPL-3.0-or-later
/// Remembers the tokens of short words: most words of a text are among a few thousand.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace lathe::text {

/// Direct-mapped: a new word takes the place of the one with the same slot. About 1 MB when used, nothing before.
class WordCache {
public:
    static constexpr std::size_t kMaxKeyBytes = 26;
    static constexpr std::size_t kMaxTokens = 7;

    /// A cache line: the word, its ids and where each token ends.
    struct Entry {
        std::array<std::int32_t, kMaxTokens> ids;
        std::array<char, kMaxKeyBytes> key;
        std::array<std::uint8_t, kMaxTokens> ends;
        std::uint8_t keyLength;
        std::uint8_t tokenCount;
    };

    /// The slot of a word of 1 to kMaxKeyBytes bytes; holds() tells whether the word is in it.
    Entry& slot(std::string_view word) {
        if (entries_.empty()) {
            entries_.resize(kSlots, Entry{});
        }
        return entries_[hash(word) & (kSlots - 1)];
    }
    static bool holds(const Entry& entry, std::string_view word) {
        return entry.keyLength == word.size() && std::memcmp(entry.key.data(), word.data(), word.size()) == 0;
    }

private:
    static constexpr std::size_t kSlots = 16384;

    static std::uint64_t hash(std::string_view word) {
        std::uint64_t h = word.size() * 0x9E3779B97F4A7C15ull;
        std::size_t i = 0;
        for (; i + 8 <= word.size(); i += 8) {
            std::uint64_t chunk = 0;
            std::memcpy(&chunk, word.data() + i, 8);
            h = (h ^ chunk) * 0xBF58476D1CE4E5B9ull;
            h ^= h >> 29;
        }
        std::uint64_t tail = 0;
        std::memcpy(&tail, word.data() + i, word.size() - i);
        h = (h ^ tail) * 0x94D049BB133111EBull;
        return h ^ (h >> 31);
    }

    std::vector<Entry> entries_;
};

}  // namespace lathe::text
