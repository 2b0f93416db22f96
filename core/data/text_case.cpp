// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/text_case.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include "data/utf8.h"

namespace lathe::data {
namespace {

std::string asciiLower(std::string_view text) {
    std::string low(text);
    for (char& c : low) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return low;
}

bool isAscii(std::string_view text) { return asciiPrefix(text) == text.size(); }

icu::UnicodeString unicode(std::string_view text) {
    return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

}  // namespace

std::string lowerCase(std::string_view utf8) {
    if (isAscii(utf8)) return asciiLower(utf8);
    std::string low;
    unicode(utf8).toLower(icu::Locale::getRoot()).toUTF8String(low);
    return low;
}

std::string foldCase(std::string_view utf8) {
    if (isAscii(utf8)) return asciiLower(utf8);
    std::string low;
    unicode(utf8).foldCase().toUTF8String(low);
    return low;
}

}  // namespace lathe::data
