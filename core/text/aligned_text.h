// SPDX-License-Identifier: GPL-3.0-or-later
/// Text that remembers which bytes of the original each of its bytes comes from.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace lathe::text {

/// Whether origins are kept; they cost eight bytes a byte and are needed for offsets only.
enum class TrackOrigins { No, Yes };

struct Origin {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// Valid UTF-8 text and, when tracked, for each byte the range of the original character it stands for.
struct AlignedText {
    std::string text;
    std::vector<Origin> origins;  ///< text.size() entries, or none when not tracked
    TrackOrigins tracking = TrackOrigins::No;

    /// The original text; invalid UTF-8 becomes U+FFFD.
    static AlignedText fromOriginal(std::string_view original, TrackOrigins tracking);
    AlignedText slice(std::size_t begin, std::size_t end) const;
    /// Original bytes behind [begin, end); an empty range for begin == end.
    ByteRange originalRange(std::size_t begin, std::size_t end) const;
};

/// Builds a changed copy of an AlignedText from left to right.
class TextRewriter {
public:
    explicit TextRewriter(const AlignedText& source);

    void keep(std::size_t begin, std::size_t end);
    /// New text in place of source[begin, end).
    void replace(std::size_t begin, std::size_t end, std::string_view text);
    /// New text with an origin of its own.
    void append(std::string_view text, Origin origin);
    void append(char32_t c, Origin origin);
    Origin originOf(std::size_t begin, std::size_t end) const;
    AlignedText take() { return std::move(result_); }
    std::size_t size() const { return result_.text.size(); }

private:
    const AlignedText& source_;
    AlignedText result_;
};

}  // namespace lathe::text
