// SPDX-License-Identifier: GPL-3.0-or-later
// The normalisation table of sentencepiece models: a double-array trie (Darts-clone's layout) from byte sequences to
// offsets into a block of NUL-terminated replacements. Bounds are checked at each step because the file is not trusted.
#include <optional>

#include <lathe/error.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include "text/json_access.h"
#include "text/normalizers.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

class Precompiled final : public Normalizer {
public:
    explicit Precompiled(const std::string& charsmap) {
        const auto word = [&](std::size_t at) {
            std::uint32_t value = 0;
            for (std::size_t i = 0; i < 4; ++i) {
                value |= static_cast<std::uint32_t>(static_cast<unsigned char>(charsmap[at + i])) << (8 * i);
            }
            return value;
        };
        if (charsmap.empty()) {
            return;
        }
        if (charsmap.size() < 4 || word(0) > charsmap.size() - 4 || word(0) % 4 != 0) {
            throwCorrupt("the precompiled charsmap is cut off");
        }
        const std::size_t trieBytes = word(0);
        for (std::size_t i = 0; i < trieBytes; i += 4) {
            trie_.push_back(word(4 + i));
        }
        replacements_ = charsmap.substr(4 + trieBytes);
    }

    void apply(AlignedText& text) const override {
        if (trie_.empty()) {
            return;
        }
        TextRewriter out(text);
        forEachGrapheme(text.text,
                        [&](std::size_t begin, std::size_t end) { normaliseGrapheme(text.text, begin, end, out); });
        text = out.take();
    }

private:
    void normaliseGrapheme(std::string_view text, std::size_t begin, std::size_t end, TextRewriter& out) const {
        // The reference looks up a whole grapheme only if it is shorter than six bytes.
        if (end - begin < 6) {
            if (const auto replacement = lookUp(text.substr(begin, end - begin))) {
                out.replace(begin, end, *replacement);
                return;
            }
        }
        for (std::size_t i = begin; i < end;) {
            const std::size_t at = i;
            nextCodePoint(text, i);
            if (const auto replacement = lookUp(text.substr(at, i - at))) {
                out.replace(at, i, *replacement);
            } else {
                out.keep(at, i);
            }
        }
    }

    /// Replacement of the shortest prefix in the trie, as the reference takes it.
    std::optional<std::string_view> lookUp(std::string_view key) const {
        std::size_t node = 0;
        std::uint32_t unit = trie_[0];
        node ^= offsetOf(unit);
        for (const char c : key) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte == 0) {
                return std::nullopt;
            }
            node ^= byte;
            if (node >= trie_.size()) {
                return std::nullopt;
            }
            unit = trie_[node];
            if ((unit & 0x800000FFu) != byte) {
                return std::nullopt;
            }
            node ^= offsetOf(unit);
            if (((unit >> 8) & 1u) != 0) {
                return node < trie_.size() ? replacementAt(trie_[node] & 0x7FFFFFFFu) : std::nullopt;
            }
        }
        return std::nullopt;
    }

    static std::size_t offsetOf(std::uint32_t unit) {
        return static_cast<std::size_t>(unit >> 10) << ((unit & 0x200u) >> 6);
    }

    std::optional<std::string_view> replacementAt(std::size_t offset) const {
        if (offset >= replacements_.size()) {
            return std::nullopt;
        }
        const std::size_t end = replacements_.find('\0', offset);
        const std::string_view found =
            std::string_view(replacements_).substr(offset, end == std::string::npos ? end : end - offset);
        return validUtf8Prefix(found) == found.size() ? std::optional<std::string_view>(found) : std::nullopt;
    }

    template <typename Visit>
    static void forEachGrapheme(const std::string& text, Visit&& visit) {
        UErrorCode status = U_ZERO_ERROR;
        UText* view = utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &status);
        UBreakIterator* breaks = ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status);
        ubrk_setUText(breaks, view, &status);
        if (U_FAILURE(status)) {
            ubrk_close(breaks);
            utext_close(view);
            throw Error(ErrorCode::Internal, "ICU cannot find the characters of a text. Reinstall the libicu package.");
        }
        int32_t begin = ubrk_first(breaks);
        for (int32_t end = ubrk_next(breaks); end != UBRK_DONE; begin = end, end = ubrk_next(breaks)) {
            visit(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
        }
        ubrk_close(breaks);
        utext_close(view);
    }

    std::vector<std::uint32_t> trie_;
    std::string replacements_;
};

}  // namespace

std::unique_ptr<const Normalizer> makePrecompiledNormalizer(const std::string& charsmap) {
    return std::make_unique<Precompiled>(charsmap);
}

}  // namespace lathe::text
