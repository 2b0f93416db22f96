// SPDX-License-Identifier: GPL-3.0-or-later
/// Python's string methods, which chat templates call.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::text::python {

enum class Side { Left, Right, Both };

/// str.isspace() of one character.
bool isSpace(char32_t c);
/// strip, lstrip, rstrip; `characters` empty means white space.
std::string strip(std::string_view text, Side side, std::string_view characters = {});
std::string title(std::string_view text);
std::string capitalize(std::string_view text);
/// replace(from, to, count); negative count = all. `maxBytes` bounds the result (InvalidInput above).
std::string replace(std::string_view text, std::string_view from, std::string_view to, std::int64_t count,
                    std::size_t maxBytes);
/// split() on white space; negative maxSplit = all.
std::vector<std::string> splitSpace(std::string_view text, std::int64_t maxSplit);
/// split(separator) and rsplit(separator); separator is not empty.
std::vector<std::string> split(std::string_view text, std::string_view separator, std::int64_t maxSplit);
std::vector<std::string> splitRight(std::string_view text, std::string_view separator, std::int64_t maxSplit);
std::vector<std::string> splitLines(std::string_view text);

}  // namespace lathe::text::python
