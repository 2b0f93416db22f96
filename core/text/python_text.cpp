// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/python_text.h"

#include <algorithm>

#include <unicode/uchar.h>

#include "text/jinja_value.h"
#include "text/unicode.h"

namespace lathe::text::python {

bool isSpace(char32_t c) {
    return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

std::string strip(std::string_view text, Side side, std::string_view characters) {
    const std::vector<char32_t> set = toCodePoints(characters);
    const auto isStripped = [&](char32_t c) {
        return set.empty() ? isSpace(c) : std::find(set.begin(), set.end(), c) != set.end();
    };
    std::size_t begin = 0;
    std::size_t end = text.size();
    while (side != Side::Right && begin < end) {
        std::size_t next = begin;
        if (!isStripped(nextCodePoint(text, next))) {
            break;
        }
        begin = next;
    }
    while (side != Side::Left && end > begin) {
        std::size_t previous = end;
        if (!isStripped(previousCodePoint(text, previous))) {
            break;
        }
        end = previous;
    }
    return std::string(text.substr(begin, end - begin));
}

std::string title(std::string_view text) {
    std::string out;
    bool isInWord = false;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t begin = i;
        const char32_t c = nextCodePoint(text, i);
        const std::string_view character = text.substr(begin, i - begin);
        out += isInWord ? lowerCase(character) : upperCase(character);
        isInWord = u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_CASED) != 0;
    }
    return out;
}

std::string capitalize(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    std::size_t first = 0;
    nextCodePoint(text, first);
    return upperCase(text.substr(0, first)) + lowerCase(text.substr(first));
}

std::string replace(std::string_view text, std::string_view from, std::string_view to, std::int64_t count,
                    std::size_t maxBytes) {
    std::string out;
    std::size_t last = 0;
    const auto check = [&] {
        if (out.size() > maxBytes) {
            jinja::fail("it makes a text of more than 4 MiB");
        }
    };
    if (from.empty()) {
        // Python puts the new text before each character and at the end.
        while (count != 0) {
            out += to;
            check();
            --count;
            if (last >= text.size()) {
                break;
            }
            const std::size_t begin = last;
            nextCodePoint(text, last);
            out += text.substr(begin, last - begin);
        }
        return out.append(text.substr(last));
    }
    for (std::size_t at = text.find(from); at != std::string_view::npos && count != 0;
         at = text.find(from, last), --count) {
        out.append(text.substr(last, at - last)).append(to);
        check();
        last = at + from.size();
    }
    return out.append(text.substr(last));
}

std::vector<std::string> splitSpace(std::string_view text, std::int64_t maxSplit) {
    std::vector<std::string> out;
    std::size_t i = 0;
    while (i < text.size()) {
        std::size_t next = i;
        if (isSpace(nextCodePoint(text, next))) {
            i = next;
            continue;
        }
        if (maxSplit >= 0 && out.size() >= static_cast<std::size_t>(maxSplit)) {
            out.push_back(strip(text.substr(i), Side::Right));
            return out;
        }
        const std::size_t begin = i;
        while (i < text.size()) {
            next = i;
            if (isSpace(nextCodePoint(text, next))) {
                break;
            }
            i = next;
        }
        out.emplace_back(text.substr(begin, i - begin));
    }
    return out;
}

std::vector<std::string> split(std::string_view text, std::string_view separator, std::int64_t maxSplit) {
    std::vector<std::string> out;
    std::size_t last = 0;
    for (std::size_t at = text.find(separator);
         at != std::string_view::npos && (maxSplit < 0 || out.size() < static_cast<std::size_t>(maxSplit));
         at = text.find(separator, last)) {
        out.emplace_back(text.substr(last, at - last));
        last = at + separator.size();
    }
    out.emplace_back(text.substr(last));
    return out;
}

std::vector<std::string> splitRight(std::string_view text, std::string_view separator, std::int64_t maxSplit) {
    std::vector<std::string> out;
    while (maxSplit < 0 || out.size() < static_cast<std::size_t>(maxSplit)) {
        const std::size_t at = text.rfind(separator);
        if (at == std::string_view::npos) {
            break;
        }
        out.emplace_back(text.substr(at + separator.size()));
        text = text.substr(0, at);
    }
    out.emplace_back(text);
    std::reverse(out.begin(), out.end());
    return out;
}

std::vector<std::string> splitLines(std::string_view text) {
    std::vector<std::string> out;
    std::size_t last = 0;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t begin = i;
        const char32_t c = nextCodePoint(text, i);
        const bool isEnd =
            (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
        if (!isEnd) {
            continue;
        }
        out.emplace_back(text.substr(last, begin - last));
        i += c == 0x0D && i < text.size() && text[i] == '\n' ? 1 : 0;
        last = i;
    }
    if (last < text.size()) {
        out.emplace_back(text.substr(last));
    }
    return out;
}

}  // namespace lathe::text::python
