// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/word_scanners.h"

#include <string>

#include "text/unicode.h"

namespace lathe::text {

namespace {

/// A decoded character with its class and the position behind it.
struct Look {
    char32_t c = 0;
    std::uint8_t bits = 0;
    std::size_t next = 0;
};

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text), classes_(CharacterClasses::get()) {}

    bool atEnd(std::size_t position) const { return position >= text_.size(); }

    Look look(std::size_t position) const {
        Look out;
        out.next = position;
        out.c = nextCodePoint(text_, out.next);
        out.bits = static_cast<std::uint8_t>(classes_.of(out.c) & (kLetter | kNumber | kSpace));
        return out;
    }

    /// End of the longest run of characters whose class is exactly `bits` (0 = neither letter, number nor space).
    std::size_t runEnd(std::size_t position, std::uint8_t bits, int limit = -1) const {
        while (!atEnd(position) && limit != 0) {
            const Look next = look(position);
            if (next.bits != bits) {
                break;
            }
            position = next.next;
            limit -= limit > 0 ? 1 : 0;
        }
        return position;
    }

    /// White space from `begin`: with `breaksAtLines` to behind the last line end in the run, else \s+(?!\S)|\s+.
    std::size_t spaceEnd(std::size_t begin, bool breaksAtLines) const {
        std::size_t end = begin;
        std::size_t lastStart = begin;
        std::size_t lineEnd = begin;
        while (!atEnd(end)) {
            const Look next = look(end);
            if (next.bits != kSpace) {
                break;
            }
            lastStart = end;
            end = next.next;
            lineEnd = next.c == '\r' || next.c == '\n' ? end : lineEnd;
        }
        if (breaksAtLines && lineEnd > begin) {
            return lineEnd;
        }
        return atEnd(end) || lastStart == begin ? end : lastStart;
    }

    /// Length in bytes of a contraction ('s 't 're 've 'm 'll 'd) at an apostrophe, or 0.
    std::size_t contraction(std::size_t apostrophe, bool ignoresCase) const {
        const auto at = [&](std::size_t i) {
            const char c = apostrophe + i < text_.size() ? text_[apostrophe + i] : '\0';
            return ignoresCase && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        };
        const char first = at(1);
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return 2;
        }
        const char second = at(2);
        if ((second == 'e' && (first == 'r' || first == 'v')) || (first == 'l' && second == 'l')) {
            return 3;
        }
        // U+017F, the long s, folds to s.
        return ignoresCase && text_.substr(apostrophe + 1).starts_with("\xC5\xBF") ? 3 : 0;
    }

    std::string_view text() const { return text_; }

private:
    std::string_view text_;
    const CharacterClasses& classes_;
};

std::size_t gpt2WordEnd(const Scanner& scan, std::size_t begin) {
    const Look first = scan.look(begin);
    if (first.c == '\'') {
        if (const std::size_t length = scan.contraction(begin, false); length > 0) {
            return begin + length;
        }
    }
    if (first.c == ' ' && !scan.atEnd(first.next)) {
        const Look second = scan.look(first.next);
        if (second.bits != kSpace) {
            return scan.runEnd(second.next, second.bits);
        }
    }
    return first.bits == kSpace ? scan.spaceEnd(begin, false) : scan.runEnd(first.next, first.bits);
}

std::size_t symbolEnd(const Scanner& scan, std::size_t begin) {
    std::size_t end = scan.runEnd(begin, 0);
    while (!scan.atEnd(end) && (scan.text()[end] == '\r' || scan.text()[end] == '\n')) {
        ++end;
    }
    return end;
}

std::size_t llama3WordEnd(const Scanner& scan, std::size_t begin, int maxDigits) {
    const Look first = scan.look(begin);
    if (first.c == '\'') {
        if (const std::size_t length = scan.contraction(begin, true); length > 0) {
            return begin + length;
        }
    }
    if (first.bits == kLetter) {
        return scan.runEnd(first.next, kLetter);
    }
    if (first.bits == kNumber) {
        return scan.runEnd(begin, kNumber, maxDigits);
    }
    if (!scan.atEnd(first.next) && first.c != '\r' && first.c != '\n') {
        const Look second = scan.look(first.next);
        if (second.bits == kLetter) {
            return scan.runEnd(second.next, kLetter);
        }
        if (first.c == ' ' && second.bits == 0) {
            return symbolEnd(scan, first.next);
        }
    }
    return first.bits == kSpace ? scan.spaceEnd(begin, true) : symbolEnd(scan, begin);
}

}  // namespace

std::optional<WordPattern> knownWordPattern(std::string_view regex) {
    if (regex == kGpt2Regex) {
        return WordPattern{WordPattern::Family::Gpt2, 0};
    }
    if (regex == kLlama3Regex) {
        return WordPattern{WordPattern::Family::Llama3, 3};
    }
    if (regex == kQwen2Regex) {
        return WordPattern{WordPattern::Family::Llama3, 1};
    }
    return std::nullopt;
}

std::size_t wordEnd(const WordPattern& pattern, std::string_view text, std::size_t begin) {
    const Scanner scan(text);
    return pattern.family == WordPattern::Family::Gpt2 ? gpt2WordEnd(scan, begin)
                                                       : llama3WordEnd(scan, begin, pattern.maxDigits);
}

}  // namespace lathe::text
