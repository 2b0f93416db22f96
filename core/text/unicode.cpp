// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/unicode.h"

#include <array>
#include <string>

#include <unicode/uchar.h>
#include <unicode/ustring.h>

#include "text/unicode_additions.h"

namespace lathe::text {

namespace {

bool hasCategory(char32_t c, std::uint32_t mask) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & mask) != 0; }

/// Major Unicode version that added the character; 0 = not assigned in ICU's version.
int ageOf(char32_t c) {
    UVersionInfo version;
    u_charAge(static_cast<UChar32>(c), version);
    return version[0];
}

std::uint8_t classify(char32_t c) {
    const auto point = static_cast<UChar32>(c);
    const bool isAsciiPunctuation =
        (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
    const bool isLineOrTab = c == '\t' || c == '\n' || c == '\r';
    const std::uint32_t category = U_GET_GC_MASK(point);
    std::uint8_t bits = 0;
    const auto set = [&](std::uint8_t bit, bool on) { bits = static_cast<std::uint8_t>(bits | (on ? bit : 0)); };
    set(kLetter, (category & U_GC_L_MASK) != 0);
    set(kNumber, (category & U_GC_N_MASK) != 0);
    set(kSpace, u_isUWhiteSpace(point) != 0);
    set(kWord, (category & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0 ||
                   u_hasBinaryProperty(point, UCHAR_ALPHABETIC) != 0 ||
                   u_hasBinaryProperty(point, UCHAR_JOIN_CONTROL) != 0);
    set(kBertPunctuation, isAsciiPunctuation || ((category & U_GC_P_MASK) != 0 && ageOf(c) <= 8));
    set(kBertRemoved,
        c == 0 || c == 0xFFFD ||
            (!isLineOrTab && (category & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) != 0 && ageOf(c) <= 8));
    set(kNonspacingMark, (category & U_GC_MN_MASK) != 0 && ageOf(c) <= 8);
    set(kCombiningMark, (category & U_GC_M_MASK) != 0 && ageOf(c) <= 9);
    return bits;
}

}  // namespace

CharacterClasses::CharacterClasses() : bits_(0x110000, 0) {
    for (char32_t c = 0; c < 0x110000; ++c) {
        // Unassigned and private-use planes answer the same for every character; ICU's tables skip them quickly.
        bits_[c] = classify(c);
    }
    for (const CharacterRange& range : kClassCorrections) {
        for (char32_t c = range.first; c <= range.last; ++c) {
            bits_[c] = static_cast<std::uint8_t>((bits_[c] | range.addedBits) & ~range.removedBits);
        }
    }
}

const CharacterClasses& CharacterClasses::get() {
    static const CharacterClasses classes;
    return classes;
}

bool isRustNumeric(char32_t c) {
    if (c < 0x80) {
        return c >= '0' && c <= '9';
    }
    for (const CharacterRange& range : kRustNumericAdditions) {
        if (c >= range.first && c <= range.last) {
            return true;
        }
    }
    return hasCategory(c, U_GC_N_MASK);
}

bool isBertChinese(char32_t c) {
    const auto in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
    return in(0x4E00, 0x9FFF) || in(0x3400, 0x4DBF) || in(0x20000, 0x2A6DF) || in(0x2A700, 0x2B73F) ||
           in(0x2B740, 0x2B81F) || in(0x2B920, 0x2CEAF) || in(0xF900, 0xFAFF) || in(0x2F800, 0x2FA1F);
}

char32_t previousCodePoint(std::string_view text, std::size_t& position) {
    do {
        --position;
    } while (position > 0 && (static_cast<unsigned char>(text[position]) & 0xC0u) == 0x80u);
    std::size_t at = position;
    return nextCodePoint(text, at);
}

void appendUtf8(std::string& out, char32_t c) {
    const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

std::string toUtf8(char32_t c) {
    std::string out;
    appendUtf8(out, c);
    return out;
}

std::vector<char32_t> toCodePoints(std::string_view text) {
    std::vector<char32_t> out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        out.push_back(nextCodePoint(text, i));
    }
    return out;
}

namespace {

struct Utf8Step {
    std::size_t length;  ///< bytes of the character, or of the maximal invalid part
    bool isValid;
};

/// One step of table 3-7 of the Unicode standard (well-formed UTF-8 byte sequences).
Utf8Step utf8Step(std::string_view text, std::size_t position) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(position);
    if (first < 0x80) {
        return {1, true};
    }
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        low = first == 0xE0 ? 0xA0 : low;
        high = first == 0xED ? 0x9F : high;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        low = first == 0xF0 ? 0x90 : low;
        high = first == 0xF4 ? 0x8F : high;
    } else {
        return {1, false};
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (position + i >= text.size() || byte(position + i) < low || byte(position + i) > high) {
            return {i, false};
        }
        low = 0x80;
        high = 0xBF;
    }
    return {length, true};
}

}  // namespace

std::size_t validUtf8Prefix(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size()) {
        if (static_cast<unsigned char>(text[i]) < 0x80) {
            ++i;
            continue;
        }
        const Utf8Step step = utf8Step(text, i);
        if (!step.isValid) {
            break;
        }
        i += step.length;
    }
    return i;
}

std::size_t invalidPartLength(std::string_view text, std::size_t position) { return utf8Step(text, position).length; }

std::string validUtf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t good = validUtf8Prefix(text);
        out.append(text.substr(0, good));
        text.remove_prefix(good);
        if (!text.empty()) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(invalidPartLength(text, 0));
        }
    }
    return out;
}

namespace {

using CaseFunction = int32_t (*)(UChar*, int32_t, const UChar*, int32_t, const char*, UErrorCode*);

/// Full case mapping of one character in the root locale, without context.
void appendCase(std::string& out, char32_t c, CaseFunction mapping) {
    std::array<UChar, 2> source{};
    int32_t length = 0;
    U16_APPEND_UNSAFE(source.data(), length, static_cast<UChar32>(c));
    std::array<UChar, 8> mapped{};
    UErrorCode status = U_ZERO_ERROR;
    const int32_t size =
        mapping(mapped.data(), static_cast<int32_t>(mapped.size()), source.data(), length, "", &status);
    if (U_FAILURE(status)) {
        appendUtf8(out, c);
        return;
    }
    for (int32_t i = 0; i < size;) {
        UChar32 point = 0;
        U16_NEXT(mapped.data(), i, size, point);
        appendUtf8(out, static_cast<char32_t>(point));
    }
}

}  // namespace

void appendLower(std::string& out, char32_t c) {
    if (c < 0x80) {
        out.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
        return;
    }
    for (const LowerRange& range : kLowerAdditions) {
        if (c >= range.first && c <= range.last && (c - range.first) % range.stride == 0) {
            appendUtf8(out, static_cast<char32_t>(static_cast<std::int32_t>(c) + range.distance));
            return;
        }
    }
    const UChar32 simple = u_tolower(static_cast<UChar32>(c));
    if (simple != static_cast<UChar32>(c) && c != 0x130) {
        appendUtf8(out, static_cast<char32_t>(simple));
        return;
    }
    if (c == 0x130) {
        appendCase(out, c, u_strToLower);
        return;
    }
    appendUtf8(out, c);
}

std::string lowerCase(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        appendLower(out, nextCodePoint(text, i));
    }
    return out;
}

std::string upperCase(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        appendCase(out, nextCodePoint(text, i), u_strToUpper);
    }
    return out;
}

namespace {

struct ByteAlphabet {
    std::array<char32_t, 256> standIn{};
    std::array<std::int16_t, 512> byte{};
};

/// GPT-2's bytes_to_unicode: printable Latin-1 bytes stand for themselves, the other 68 for U+0100 onwards in order.
ByteAlphabet makeByteAlphabet() {
    ByteAlphabet alphabet;
    alphabet.byte.fill(-1);
    char32_t next = 0x100;
    for (unsigned b = 0; b < 256; ++b) {
        const bool isPrintable = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
        const char32_t c = isPrintable ? static_cast<char32_t>(b) : next++;
        alphabet.standIn[b] = c;
        alphabet.byte[c] = static_cast<std::int16_t>(b);
    }
    return alphabet;
}

const ByteAlphabet kAlphabet = makeByteAlphabet();

}  // namespace

char32_t byteToStandIn(std::uint8_t byte) { return kAlphabet.standIn[byte]; }

int standInToByte(char32_t c) { return c < kAlphabet.byte.size() ? kAlphabet.byte[c] : -1; }

}  // namespace lathe::text
