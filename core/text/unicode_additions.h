// SPDX-License-Identifier: GPL-3.0-or-later
/// What the reference's Unicode tables have and ICU 72 (Unicode 15) lacks, and a few category changes before Unicode 9.
#pragma once
#include <cstdint>

#include "text/unicode.h"

namespace lathe::text {

struct CharacterRange {
    char32_t first;
    char32_t last;
    std::uint8_t addedBits;
    std::uint8_t removedBits;
};

/// Corrections of CharacterClasses, by bit.
inline constexpr CharacterRange kClassCorrections[] = {
    {0x1C89, 0x1C8A, kLetter, 0},
    {0xA7CB, 0xA7CD, kLetter, 0},
    {0xA7DA, 0xA7DC, kLetter, 0},
    {0x105C0, 0x105F3, kLetter, 0},
    {0x10D4A, 0x10D65, kLetter, 0},
    {0x10D6F, 0x10D85, kLetter, 0},
    {0x10EC2, 0x10EC4, kLetter, 0},
    {0x11380, 0x11389, kLetter, 0},
    {0x1138B, 0x1138B, kLetter, 0},
    {0x1138E, 0x1138E, kLetter, 0},
    {0x11390, 0x113B5, kLetter, 0},
    {0x113B7, 0x113B7, kLetter, 0},
    {0x113D1, 0x113D1, kLetter, 0},
    {0x113D3, 0x113D3, kLetter, 0},
    {0x11BC0, 0x11BE0, kLetter, 0},
    {0x13460, 0x143FA, kLetter, 0},
    {0x16100, 0x1611D, kLetter, 0},
    {0x16D40, 0x16D6C, kLetter, 0},
    {0x18CFF, 0x18CFF, kLetter, 0},
    {0x1E5D0, 0x1E5ED, kLetter, 0},
    {0x1E5F0, 0x1E5F0, kLetter, 0},
    {0x2EBF0, 0x2EE5D, kLetter, 0},
    {0x10D40, 0x10D49, kNumber, 0},
    {0x116D0, 0x116E3, kNumber, 0},
    {0x11BF0, 0x11BF9, kNumber, 0},
    {0x16130, 0x16139, kNumber, 0},
    {0x16D70, 0x16D79, kNumber, 0},
    {0x1CCF0, 0x1CCF9, kNumber, 0},
    {0x1E5F1, 0x1E5FA, kNumber, 0},
    {0x897, 0x897, kWord, 0},
    {0x1C89, 0x1C8A, kWord, 0},
    {0xA7CB, 0xA7CD, kWord, 0},
    {0xA7DA, 0xA7DC, kWord, 0},
    {0x105C0, 0x105F3, kWord, 0},
    {0x10D40, 0x10D65, kWord, 0},
    {0x10D69, 0x10D6D, kWord, 0},
    {0x10D6F, 0x10D85, kWord, 0},
    {0x10EC2, 0x10EC4, kWord, 0},
    {0x10EFC, 0x10EFC, kWord, 0},
    {0x11380, 0x11389, kWord, 0},
    {0x1138B, 0x1138B, kWord, 0},
    {0x1138E, 0x1138E, kWord, 0},
    {0x11390, 0x113B5, kWord, 0},
    {0x113B7, 0x113C0, kWord, 0},
    {0x113C2, 0x113C2, kWord, 0},
    {0x113C5, 0x113C5, kWord, 0},
    {0x113C7, 0x113CA, kWord, 0},
    {0x113CC, 0x113D3, kWord, 0},
    {0x113E1, 0x113E2, kWord, 0},
    {0x116D0, 0x116E3, kWord, 0},
    {0x11BC0, 0x11BE0, kWord, 0},
    {0x11BF0, 0x11BF9, kWord, 0},
    {0x11F5A, 0x11F5A, kWord, 0},
    {0x13460, 0x143FA, kWord, 0},
    {0x16100, 0x16139, kWord, 0},
    {0x16D40, 0x16D6C, kWord, 0},
    {0x16D70, 0x16D79, kWord, 0},
    {0x18CFF, 0x18CFF, kWord, 0},
    {0x1CCF0, 0x1CCF9, kWord, 0},
    {0x1E5D0, 0x1E5FA, kWord, 0},
    {0x2EBF0, 0x2EE5D, kWord, 0},
    {0x166D, 0x166D, kBertPunctuation, 0},
    {0x111C9, 0x111C9, kBertPunctuation, 0},
    {0x1734, 0x1734, kNonspacingMark, 0},
    {0x1885, 0x1886, 0, kNonspacingMark},
    {0xA9BD, 0xA9BD, 0, kNonspacingMark},
    {0x111C9, 0x111C9, 0, kNonspacingMark},
    {0x1CF2, 0x1CF3, kCombiningMark, 0},
    {0x111C9, 0x111C9, 0, kCombiningMark},
};

/// \p{N} of Unicode 16 and 17.
inline constexpr CharacterRange kRustNumericAdditions[] = {
    {0x10D40, 0x10D49, 0, 0}, {0x116D0, 0x116E3, 0, 0}, {0x11BF0, 0x11BF9, 0, 0},
    {0x11DE0, 0x11DE9, 0, 0}, {0x16130, 0x16139, 0, 0}, {0x16D70, 0x16D79, 0, 0},
    {0x16FF4, 0x16FF6, 0, 0}, {0x1CCF0, 0x1CCF9, 0, 0}, {0x1E5F1, 0x1E5FA, 0, 0},
};

/// Lower-case pairs of Unicode 16 and 17: first, first + stride, ... last map to themselves plus distance.
struct LowerRange {
    char32_t first;
    char32_t last;
    char32_t stride;
    std::int32_t distance;
};

inline constexpr LowerRange kLowerAdditions[] = {
    {0x1C89, 0x1C89, 1, 1},    {0xA7CB, 0xA7CB, 1, -42343}, {0xA7CC, 0xA7CC, 1, 1}, {0xA7CE, 0xA7CE, 1, 1},
    {0xA7D2, 0xA7D2, 1, 1},    {0xA7D4, 0xA7D4, 1, 1},      {0xA7DA, 0xA7DA, 1, 1}, {0xA7DC, 0xA7DC, 1, -42561},
    {0x10D50, 0x10D65, 1, 32}, {0x16EA0, 0x16EB8, 1, 27},
};

}  // namespace lathe::text
