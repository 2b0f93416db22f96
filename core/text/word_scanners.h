// SPDX-License-Identifier: GPL-3.0-or-later
/// Hand-written scanners for the regular expressions that nearly all byte-level tokenizers use. Linear in the text.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace lathe::text {

/// Which of the known patterns a scanner stands for.
struct WordPattern {
    enum class Family {
        Gpt2,   ///< 's|'t|... | ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
        Llama3  ///< (?i:'s|...)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
    };
    Family family = Family::Gpt2;
    int maxDigits = 1;  ///< Llama3 family: n of \p{N}{1,n}; 1 for Qwen2's \p{N}
};

/// The pattern that a regular expression spells, if it is a known one.
std::optional<WordPattern> knownWordPattern(std::string_view regex);

/// End of the word that starts at text[begin]; always > begin. text is valid UTF-8 and ends where the piece ends.
std::size_t wordEnd(const WordPattern& pattern, std::string_view text, std::size_t begin);

inline constexpr std::string_view kGpt2Regex =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view kLlama3Regex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view kQwen2Regex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

}  // namespace lathe::text
