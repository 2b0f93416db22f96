// SPDX-License-Identifier: GPL-3.0-or-later
// The reference normalises with tables of Unicode 9, so characters that came later are left alone here too.
// Decomposition, ordering and composition are done on whole runs of marks with a stable sort: a million marks in
// adversarial order stay O(n log n), which ICU's own buffer does not promise.
#include <algorithm>
#include <array>

#include <lathe/error.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "text/normalizers.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

constexpr int kUnicodeVersion = 9;

bool isNewerThanReference(char32_t c) {
    UVersionInfo version;
    u_charAge(static_cast<UChar32>(c), version);
    return version[0] > kUnicodeVersion;
}

const UNormalizer2& icuNormalizer(bool isCompatibility) {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2* instance = isCompatibility ? unorm2_getNFKCInstance(&status) : unorm2_getNFCInstance(&status);
    if (U_FAILURE(status) || instance == nullptr) {
        throw Error(ErrorCode::Internal, "ICU's normalisation data is missing. Reinstall the libicu package.");
    }
    return *instance;
}

struct Mark {
    char32_t c;
    std::uint8_t combiningClass;
    Origin origin;
};

/// The pair's primary composite, or 0.
char32_t compose(char32_t first, char32_t second) {
    const UChar32 composed =
        unorm2_composePair(&icuNormalizer(false), static_cast<UChar32>(first), static_cast<UChar32>(second));
    return composed < 0 || isNewerThanReference(static_cast<char32_t>(composed)) ? 0 : static_cast<char32_t>(composed);
}

/// Canonical composition in place (Unicode 3.11, D117).
void composeAll(std::vector<Mark>& characters) {
    std::size_t kept = 0;
    std::size_t starter = 0;
    bool hasStarter = false;
    std::uint8_t lastClass = 0;
    for (std::size_t i = 0; i < characters.size(); ++i) {
        const Mark current = characters[i];
        const bool isAdjacent = hasStarter && kept == starter + 1;
        const bool isBlocked = !isAdjacent && lastClass >= current.combiningClass;
        const char32_t composed = hasStarter && !isBlocked ? compose(characters[starter].c, current.c) : 0;
        if (composed != 0) {
            characters[starter].c = composed;
            characters[starter].origin.end = std::max(characters[starter].origin.end, current.origin.end);
            continue;
        }
        if (current.combiningClass == 0) {
            starter = kept;
            hasStarter = true;
        }
        lastClass = current.combiningClass;
        characters[kept++] = current;
    }
    characters.resize(kept);
}

class UnicodeNormalizer final : public Normalizer {
public:
    UnicodeNormalizer(bool isCompatibility, bool composes) : isCompatibility_(isCompatibility), composes_(composes) {}

    void apply(AlignedText& text) const override {
        if (isUnchanged(text.text)) {
            return;
        }
        TextRewriter out(text);
        std::vector<Mark> characters;
        characters.reserve(text.text.size());
        std::size_t runBegin = 0;
        for (std::size_t i = 0; i < text.text.size();) {
            const std::size_t begin = i;
            const char32_t c = nextCodePoint(text.text, i);
            const Origin origin = out.originOf(begin, i);
            const std::u32string parts = c < 0xA0 ? std::u32string() : decomposition(c, isCompatibility_);
            if (parts.empty()) {
                characters.push_back({c, combiningClass(c), origin});
            }
            for (const char32_t part : parts) {
                characters.push_back({part, combiningClass(part), origin});
            }
        }
        const auto byClass = [](const Mark& a, const Mark& b) { return a.combiningClass < b.combiningClass; };
        for (std::size_t i = 0; i <= characters.size(); ++i) {
            if (i == characters.size() || characters[i].combiningClass == 0) {
                std::stable_sort(characters.begin() + static_cast<std::ptrdiff_t>(runBegin),
                                 characters.begin() + static_cast<std::ptrdiff_t>(i), byClass);
                runBegin = i + 1;
            }
        }
        if (composes_) {
            composeAll(characters);
        }
        for (const Mark& character : characters) {
            out.append(character.c, character.origin);
        }
        text = out.take();
    }

private:
    /// True if ICU's quick check says yes for every character, which is the common case.
    bool isUnchanged(const std::string& text) const {
        const UProperty property = isCompatibility_ ? (composes_ ? UCHAR_NFKC_QUICK_CHECK : UCHAR_NFKD_QUICK_CHECK)
                                                    : (composes_ ? UCHAR_NFC_QUICK_CHECK : UCHAR_NFD_QUICK_CHECK);
        std::uint8_t last = 0;
        for (std::size_t i = 0; i < text.size();) {
            if (static_cast<unsigned char>(text[i]) < 0x80) {
                ++i;
                last = 0;
                continue;
            }
            const char32_t c = nextCodePoint(text, i);
            if (u_getIntPropertyValue(static_cast<UChar32>(c), property) != UNORM_YES) {
                return false;
            }
            const std::uint8_t current = combiningClass(c);
            if (current != 0 && current < last) {
                return false;
            }
            last = current;
        }
        return true;
    }

    bool isCompatibility_;
    bool composes_;
};

}  // namespace

std::uint8_t combiningClass(char32_t c) {
    if (c < 0x300) {
        return 0;
    }
    const std::uint8_t value = u_getCombiningClass(static_cast<UChar32>(c));
    return value == 0 || isNewerThanReference(c) ? std::uint8_t{0} : value;
}

std::u32string decomposition(char32_t c, bool isCompatibility) {
    constexpr char32_t kHangulBase = 0xAC00;
    constexpr char32_t kHangulCount = 11172;
    if (c >= kHangulBase && c < kHangulBase + kHangulCount) {
        const char32_t index = c - kHangulBase;
        std::u32string out{0x1100 + index / 588, 0x1161 + index % 588 / 28};
        if (index % 28 != 0) {
            out += 0x11A7 + index % 28;
        }
        return out;
    }
    std::array<UChar, 40> buffer{};
    UErrorCode status = U_ZERO_ERROR;
    const int32_t length = unorm2_getDecomposition(&icuNormalizer(isCompatibility), static_cast<UChar32>(c),
                                                   buffer.data(), static_cast<int32_t>(buffer.size()), &status);
    if (length < 0 || U_FAILURE(status) || isNewerThanReference(c)) {
        return {};
    }
    std::u32string out;
    for (int32_t i = 0; i < length;) {
        UChar32 point = 0;
        U16_NEXT(buffer.data(), i, length, point);
        out += static_cast<char32_t>(point);
    }
    return out;
}

std::unique_ptr<const Normalizer> makeUnicodeNormalizer(const std::string& type) {
    if (type == "NFC" || type == "NFD" || type == "NFKC" || type == "NFKD") {
        return std::make_unique<UnicodeNormalizer>(type.size() == 4, type.back() == 'C');
    }
    return nullptr;
}

}  // namespace lathe::text
