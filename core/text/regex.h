// SPDX-License-Identifier: GPL-3.0-or-later
/// Regular expressions of tokenizer files, run by PCRE2 under limits.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace lathe::text {

/// A pattern in Oniguruma's syntax, as tokenizer.json has it. Immutable; may be used from any thread.
class Regex {
public:
    /// Throws CorruptFile if the pattern does not compile.
    explicit Regex(const std::string& pattern);

    const std::string& pattern() const { return pattern_; }
    /// Calls visit(begin, end) for each match from left to right, never overlapping. Throws Unsupported if the search
    /// takes longer than two seconds or more steps than a pattern for text needs.
    void forEachMatch(std::string_view text, const std::function<void(std::size_t, std::size_t)>& visit) const;

private:
    struct Compiled;
    std::string pattern_;
    std::shared_ptr<const Compiled> compiled_;
};

/// Puts a literal into a pattern.
std::string escapeForRegex(std::string_view literal);

}  // namespace lathe::text
