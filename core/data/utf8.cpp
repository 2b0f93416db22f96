// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/utf8.h"

#include <cstring>

namespace lathe::data {
namespace {

bool isContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// Bytes of the well-formed sequence at p (Unicode table 3-7), or minus the length of the maximal ill-formed subpart.
int sequenceLength(const unsigned char* p, std::size_t left) {
    const unsigned char lead = p[0];
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return -1;
    const int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned char low = 0x80, high = 0xBF;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    if (left < 2 || p[1] < low || p[1] > high) return -1;
    for (int i = 2; i < length; ++i) {
        if (static_cast<std::size_t>(i) >= left || !isContinuation(p[i])) return -i;
    }
    return length;
}

}  // namespace

std::size_t asciiPrefix(std::string_view text) {
    std::size_t i = 0;
    while (i + 32 <= text.size()) {
        std::uint64_t words[4];
        std::memcpy(words, text.data() + i, sizeof words);
        if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080ULL) != 0) break;
        i += 32;
    }
    while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) ++i;
    return i;
}

std::size_t validUtf8Prefix(std::string_view text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t i = 0;
    while (i < text.size()) {
        if (bytes[i] < 0x80) {
            i += asciiPrefix(text.substr(i));
            continue;
        }
        const int length = sequenceLength(bytes + i, text.size() - i);
        if (length < 0) return i;
        i += static_cast<std::size_t>(length);
    }
    return i;
}

std::string mendUtf8(std::string_view text) {
    std::string mended;
    mended.reserve(text.size() + 8);
    while (!text.empty()) {
        const std::size_t good = validUtf8Prefix(text);
        mended.append(text.substr(0, good));
        text.remove_prefix(good);
        if (text.empty()) break;
        const int length = sequenceLength(reinterpret_cast<const unsigned char*>(text.data()), text.size());
        mended += "\xEF\xBF\xBD";
        text.remove_prefix(static_cast<std::size_t>(-length));
    }
    return mended;
}

std::int64_t codePointCount(std::string_view text) {
    std::int64_t count = 0;
    for (const char byte : text) count += !isContinuation(static_cast<unsigned char>(byte));
    return count;
}

char32_t nextCodePoint(std::string_view text, std::size_t& position) {
    const auto* p = reinterpret_cast<const unsigned char*>(text.data()) + position;
    const int length = sequenceLength(p, text.size() - position);
    if (length < 0) {
        position += static_cast<std::size_t>(-length);
        return 0xFFFD;
    }
    position += static_cast<std::size_t>(length);
    if (length == 1) return p[0];
    char32_t value = static_cast<char32_t>(p[0] & (0xFF >> (length + 1)));
    for (int i = 1; i < length; ++i) value = (value << 6) | static_cast<char32_t>(p[i] & 0x3F);
    return value;
}

void appendUtf8(std::string& text, char32_t codePoint) {
    if (codePoint > 0x10FFFF || (codePoint >= 0xD800 && codePoint <= 0xDFFF)) codePoint = 0xFFFD;
    const auto byte = [&](char32_t value) { text += static_cast<char>(value); };
    if (codePoint < 0x80) {
        byte(codePoint);
    } else if (codePoint < 0x800) {
        byte(0xC0 | (codePoint >> 6));
        byte(0x80 | (codePoint & 0x3F));
    } else if (codePoint < 0x10000) {
        byte(0xE0 | (codePoint >> 12));
        byte(0x80 | ((codePoint >> 6) & 0x3F));
        byte(0x80 | (codePoint & 0x3F));
    } else {
        byte(0xF0 | (codePoint >> 18));
        byte(0x80 | ((codePoint >> 12) & 0x3F));
        byte(0x80 | ((codePoint >> 6) & 0x3F));
        byte(0x80 | (codePoint & 0x3F));
    }
}

std::string cutUtf8(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return std::string(text);
    std::size_t end = bytes;
    while (end > 0 && isContinuation(static_cast<unsigned char>(text[end]))) --end;
    return std::string(text.substr(0, end)) + "…";
}

}  // namespace lathe::data
