// SPDX-License-Identifier: GPL-3.0-or-later
/// UTF-8: checking at memory speed, mending, counting and walking.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lathe::data {

/// Length in bytes of the longest valid beginning (no overlong forms, surrogates or code points above U+10FFFF).
std::size_t validUtf8Prefix(std::string_view text);

inline bool isValidUtf8(std::string_view text) { return validUtf8Prefix(text) == text.size(); }

/// Length of the longest beginning without bytes above 0x7F.
std::size_t asciiPrefix(std::string_view text);

/// The text with U+FFFD for every stretch of bytes that is not UTF-8 (one for each maximal subpart, as Unicode 3.9 advises).
std::string mendUtf8(std::string_view text);

/// Number of code points of valid UTF-8.
std::int64_t codePointCount(std::string_view text);

/// Code point at `position` of valid UTF-8, moving position behind it.
char32_t nextCodePoint(std::string_view text, std::size_t& position);

/// Appends a code point; surrogates and values above U+10FFFF become U+FFFD.
void appendUtf8(std::string& text, char32_t codePoint);

/// At most `bytes` bytes, cut between code points, with … where something was cut.
std::string cutUtf8(std::string_view text, std::size_t bytes);

}  // namespace lathe::data
