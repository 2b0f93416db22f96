// SPDX-License-Identifier: GPL-3.0-or-later
/// UTF-8 and the character classes of the reference tokenizers.
///
/// The reference is built from several libraries with tables of different Unicode versions; ids depend on which one
/// decides. Each class below says whose it is. Values come from ICU, limited by the age of the character or extended by
/// what newer versions added, and were compared with tokenizers 0.23.3 for every code point.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::text {

/// Bits of CharacterClasses::of().
enum CharacterBit : std::uint8_t {
    kLetter = 1,            ///< \p{L} of Oniguruma 6.9.10 (Unicode 16)
    kNumber = 2,            ///< \p{N} of Oniguruma (Unicode 16)
    kSpace = 4,             ///< White_Space
    kWord = 8,              ///< \w of Rust's regex: alphabetic, marks, decimal digits, connectors, joiners
    kBertPunctuation = 16,  ///< ASCII punctuation and \p{P} of Unicode 8
    kBertRemoved = 32,      ///< NUL, U+FFFD, control, format and private use of Unicode 8, without tab and line ends
    kNonspacingMark = 64,   ///< \p{Mn} of Unicode 8 (BERT's strip_accents)
    kCombiningMark = 128,   ///< \p{M} of Unicode 9 (the StripAccents normaliser)
};

/// The table of all code points. get() builds it once (about 20 ms) and is safe from any thread.
class CharacterClasses {
public:
    static const CharacterClasses& get();
    std::uint8_t of(char32_t c) const { return c < 0x110000 ? bits_[c] : std::uint8_t{0}; }
    bool is(char32_t c, std::uint8_t bits) const { return (of(c) & bits) != 0; }

private:
    CharacterClasses();
    std::vector<std::uint8_t> bits_;
};

/// \p{N} of Rust's standard library (Unicode 17): the Digits pre-tokenizer.
bool isRustNumeric(char32_t c);
/// CJK ideographs that BERT sets apart.
bool isBertChinese(char32_t c);

/// Decodes the character at text[position], which must be valid UTF-8, and moves position behind it.
inline char32_t nextCodePoint(std::string_view text, std::size_t& position) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(position);
    if (first < 0x80) {
        ++position;
        return first;
    }
    const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t c = first & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        c = (c << 6) | (byte(position + i) & 0x3Fu);
    }
    position += length;
    return c;
}

/// Character that ends right before text[position] (position > 0, valid UTF-8), and moves position to its start.
char32_t previousCodePoint(std::string_view text, std::size_t& position);
void appendUtf8(std::string& out, char32_t c);
std::string toUtf8(char32_t c);
std::vector<char32_t> toCodePoints(std::string_view text);
/// Length of the valid UTF-8 prefix of `text` in bytes (all of it if it is valid).
std::size_t validUtf8Prefix(std::string_view text);
/// Bytes of the maximal invalid part at text[position], as the Unicode standard (3.9, U+FFFD substitution) counts it.
std::size_t invalidPartLength(std::string_view text, std::size_t position);
/// `text` with U+FFFD for each maximal invalid part.
std::string validUtf8(std::string_view text);

/// Lower case of one character without context (Unicode 17): one or two characters are appended.
void appendLower(std::string& out, char32_t c);
std::string lowerCase(std::string_view text);
std::string upperCase(std::string_view text);

/// GPT-2's printable stand-in for a byte, and back (-1 if the character is not one of the 256).
char32_t byteToStandIn(std::uint8_t byte);
int standInToByte(char32_t c);

}  // namespace lathe::text
