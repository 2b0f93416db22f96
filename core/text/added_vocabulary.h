// SPDX-License-Identifier: GPL-3.0-or-later
/// Added tokens: found in the text before it is normalised (or right after), whatever the model would make of them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace lathe::text {

/// A stretch of text that is an added token (id >= 0) or lies between them (id = -1).
struct AddedStretch {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::int32_t id = -1;
};

/// Searches for a set of tokens, leftmost first and longest first. Immutable.
class AddedTokenMatcher {
public:
    /// `contents` are the texts to look for, one a token.
    AddedTokenMatcher(std::vector<AddedToken> tokens, const std::vector<std::string>& contents);
    AddedTokenMatcher() = default;

    bool empty() const { return tokens_.empty(); }
    /// Stretches that cover `text`, empty ones left out.
    std::vector<AddedStretch> split(std::string_view text) const;

private:
    struct Node {
        std::vector<std::pair<unsigned char, std::uint32_t>> children;  ///< sorted by byte
        std::int32_t token = -1;
    };
    /// Longest token at text[position]: index and length, or -1.
    std::pair<std::int32_t, std::size_t> longestAt(std::string_view text, std::size_t position) const;
    std::uint32_t childOf(std::uint32_t node, unsigned char byte) const;

    std::vector<AddedToken> tokens_;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> firstByte_;  ///< 256 children of the root, 0 = none
};

}  // namespace lathe::text
