// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/aligned_text.h"

#include <utility>

#include "text/unicode.h"

namespace lathe::text {

AlignedText AlignedText::fromOriginal(std::string_view original, TrackOrigins tracking) {
    AlignedText out;
    out.tracking = tracking;
    if (tracking == TrackOrigins::No) {
        out.text = validUtf8Prefix(original) == original.size() ? std::string(original) : validUtf8(original);
        return out;
    }
    out.text.reserve(original.size());
    out.origins.reserve(original.size());
    std::size_t position = 0;
    const auto append = [&](std::string_view bytes, std::size_t begin, std::size_t end) {
        out.text.append(bytes);
        out.origins.insert(out.origins.end(), bytes.size(),
                           {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
    };
    while (position < original.size()) {
        const std::size_t validEnd = position + validUtf8Prefix(original.substr(position));
        while (position < validEnd) {
            const std::size_t begin = position;
            nextCodePoint(original, position);
            append(original.substr(begin, position - begin), begin, position);
        }
        if (position < original.size()) {
            const std::size_t length = invalidPartLength(original, position);
            append("\xEF\xBF\xBD", position, position + length);
            position += length;
        }
    }
    return out;
}

AlignedText AlignedText::slice(std::size_t begin, std::size_t end) const {
    AlignedText out;
    out.tracking = tracking;
    out.text = text.substr(begin, end - begin);
    if (tracking == TrackOrigins::Yes) {
        out.origins.assign(origins.begin() + static_cast<std::ptrdiff_t>(begin),
                           origins.begin() + static_cast<std::ptrdiff_t>(end));
    }
    return out;
}

ByteRange AlignedText::originalRange(std::size_t begin, std::size_t end) const {
    if (tracking == TrackOrigins::No || begin >= end) {
        return {};
    }
    return {origins[begin].begin, origins[end - 1].end};
}

TextRewriter::TextRewriter(const AlignedText& source) : source_(source) {
    result_.tracking = source.tracking;
    result_.text.reserve(source.text.size() + 16);
}

void TextRewriter::keep(std::size_t begin, std::size_t end) {
    result_.text.append(source_.text, begin, end - begin);
    if (result_.tracking == TrackOrigins::Yes) {
        result_.origins.insert(result_.origins.end(), source_.origins.begin() + static_cast<std::ptrdiff_t>(begin),
                               source_.origins.begin() + static_cast<std::ptrdiff_t>(end));
    }
}

Origin TextRewriter::originOf(std::size_t begin, std::size_t end) const {
    if (source_.tracking == TrackOrigins::No || begin >= end) {
        return {};
    }
    return {source_.origins[begin].begin, source_.origins[end - 1].end};
}

void TextRewriter::replace(std::size_t begin, std::size_t end, std::string_view text) {
    append(text, originOf(begin, end));
}

void TextRewriter::append(std::string_view text, Origin origin) {
    result_.text.append(text);
    if (result_.tracking == TrackOrigins::Yes) {
        result_.origins.insert(result_.origins.end(), text.size(), origin);
    }
}

void TextRewriter::append(char32_t c, Origin origin) {
    if (c < 0x80 && result_.tracking == TrackOrigins::No) {
        result_.text.push_back(static_cast<char>(c));
        return;
    }
    const std::size_t before = result_.text.size();
    appendUtf8(result_.text, c);
    if (result_.tracking == TrackOrigins::Yes) {
        result_.origins.insert(result_.origins.end(), result_.text.size() - before, origin);
    }
}

}  // namespace lathe::text
