// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/added_vocabulary.h"

#include <algorithm>

#include "text/unicode.h"

namespace lathe::text {

AddedTokenMatcher::AddedTokenMatcher(std::vector<AddedToken> tokens, const std::vector<std::string>& contents)
    : tokens_(std::move(tokens)), nodes_(1), firstByte_(256, 0) {
    for (std::size_t t = 0; t < tokens_.size(); ++t) {
        if (contents[t].empty()) {
            continue;
        }
        std::uint32_t node = 0;
        for (const char c : contents[t]) {
            const auto byte = static_cast<unsigned char>(c);
            std::uint32_t child = childOf(node, byte);
            if (child == 0) {
                child = static_cast<std::uint32_t>(nodes_.size());
                auto& children = nodes_[node].children;
                children.insert(std::lower_bound(children.begin(), children.end(),
                                                 std::pair<unsigned char, std::uint32_t>(byte, 0)),
                                {byte, child});
                if (node == 0) {
                    firstByte_[byte] = child;
                }
                nodes_.emplace_back();
            }
            node = child;
        }
        if (nodes_[node].token < 0) {
            nodes_[node].token = static_cast<std::int32_t>(t);
        }
    }
}

std::uint32_t AddedTokenMatcher::childOf(std::uint32_t node, unsigned char byte) const {
    const auto& children = nodes_[node].children;
    const auto found =
        std::lower_bound(children.begin(), children.end(), std::pair<unsigned char, std::uint32_t>(byte, 0));
    return found != children.end() && found->first == byte ? found->second : 0;
}

std::pair<std::int32_t, std::size_t> AddedTokenMatcher::longestAt(std::string_view text, std::size_t position) const {
    std::pair<std::int32_t, std::size_t> best{-1, 0};
    std::uint32_t node = firstByte_[static_cast<unsigned char>(text[position])];
    for (std::size_t i = position + 1; node != 0; ++i) {
        if (nodes_[node].token >= 0) {
            best = {nodes_[node].token, i - position};
        }
        node = i < text.size() ? childOf(node, static_cast<unsigned char>(text[i])) : 0;
    }
    return best;
}

namespace {

bool isWordBefore(std::string_view text, std::size_t position) {
    return position > 0 && CharacterClasses::get().is(previousCodePoint(text, position), kWord);
}

bool isWordAt(std::string_view text, std::size_t position) {
    return position < text.size() && CharacterClasses::get().is(nextCodePoint(text, position), kWord);
}

std::size_t withoutSpaceBefore(std::string_view text, std::size_t position, std::size_t limit) {
    while (position > limit) {
        std::size_t previous = position;
        if (!CharacterClasses::get().is(previousCodePoint(text, previous), kSpace)) {
            break;
        }
        position = previous;
    }
    return position;
}

std::size_t behindSpace(std::string_view text, std::size_t position) {
    while (position < text.size()) {
        std::size_t next = position;
        if (!CharacterClasses::get().is(nextCodePoint(text, next), kSpace)) {
            break;
        }
        position = next;
    }
    return position;
}

}  // namespace

std::vector<AddedStretch> AddedTokenMatcher::split(std::string_view text) const {
    std::vector<AddedStretch> out;
    std::size_t done = 0;
    for (std::size_t i = 0; i < text.size() && !empty();) {
        const auto [index, length] = longestAt(text, i);
        if (index < 0) {
            ++i;
            continue;
        }
        const AddedToken& token = tokens_[static_cast<std::size_t>(index)];
        std::size_t begin = i;
        std::size_t end = i + length;
        i = end;
        if (token.isSingleWord && (isWordBefore(text, begin) || isWordAt(text, end))) {
            continue;
        }
        begin = std::max(begin, done);  // an earlier token may have taken the white space that this one begins with
        if (token.stripsLeft) {
            begin = withoutSpaceBefore(text, begin, done);
        }
        if (token.stripsRight) {
            end = behindSpace(text, end);
        }
        if (done < begin) {
            out.push_back({done, begin, -1});
        }
        out.push_back({begin, end, token.id});
        done = end;
    }
    if (done < text.size()) {
        out.push_back({done, text.size(), -1});
    }
    return out;
}

}  // namespace lathe::text
