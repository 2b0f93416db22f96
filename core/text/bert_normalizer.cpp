// SPDX-License-Identifier: GPL-3.0-or-later
// BertNormalizer in one pass: clean_text, spaces around Chinese characters, NFD without nonspacing marks, lower case.
#include <algorithm>

#include "text/json_access.h"
#include "text/normalizers.h"
#include "text/unicode.h"

namespace lathe::text {

namespace {

class BertNormalizer final : public Normalizer {
public:
    BertNormalizer(bool cleansText, bool separatesChinese, bool stripsAccents, bool lowers)
        : cleansText_(cleansText),
          separatesChinese_(separatesChinese),
          stripsAccents_(stripsAccents),
          lowers_(lowers) {}

    void apply(AlignedText& text) const override {
        TextRewriter out(text);
        Pass pass{out, {}, CharacterClasses::get(), {}};
        for (std::size_t i = 0; i < text.text.size();) {
            const std::size_t begin = i;
            const auto byte = static_cast<unsigned char>(text.text[i]);
            const char32_t c = byte < 0x80 ? (++i, static_cast<char32_t>(byte)) : nextCodePoint(text.text, i);
            addCharacter(c, out.originOf(begin, i), pass);
        }
        flush(pass);
        text = out.take();
    }

private:
    struct Mark {
        char32_t c;
        std::uint8_t combiningClass;
        Origin origin;
    };
    struct Pass {
        TextRewriter& out;
        std::vector<Mark> marks;  ///< characters with a combining class that wait for canonical ordering
        const CharacterClasses& classes;
        std::string lowered;
    };

    void addCharacter(char32_t c, Origin origin, Pass& pass) const {
        if (cleansText_) {
            if (pass.classes.is(c, kBertRemoved)) {
                return;
            }
            if (pass.classes.is(c, kSpace)) {
                c = ' ';
            }
        }
        const bool isSeparated = separatesChinese_ && c >= 0x3400 && isBertChinese(c);
        if (isSeparated) {
            addDecomposed(' ', origin, pass);
        }
        addDecomposed(c, origin, pass);
        if (isSeparated) {
            addDecomposed(' ', origin, pass);
        }
    }

    void addDecomposed(char32_t c, Origin origin, Pass& pass) const {
        if (!stripsAccents_ || c < 0xA0) {
            addOrdered(c, origin, pass);
            return;
        }
        const std::u32string parts = decomposition(c, false);
        if (parts.empty()) {
            addOrdered(c, origin, pass);
        }
        for (const char32_t part : parts) {
            addOrdered(part, origin, pass);
        }
    }

    void addOrdered(char32_t c, Origin origin, Pass& pass) const {
        const std::uint8_t combining = stripsAccents_ ? combiningClass(c) : std::uint8_t{0};
        if (combining != 0) {
            // Marks that are dropped anyway need no ordering.
            if (!pass.classes.is(c, kNonspacingMark)) {
                pass.marks.push_back({c, combining, origin});
            }
            return;
        }
        flush(pass);
        write(c, origin, pass);
    }

    void flush(Pass& pass) const {
        if (pass.marks.empty()) {
            return;
        }
        std::stable_sort(pass.marks.begin(), pass.marks.end(),
                         [](const Mark& a, const Mark& b) { return a.combiningClass < b.combiningClass; });
        for (const Mark& mark : pass.marks) {
            write(mark.c, mark.origin, pass);
        }
        pass.marks.clear();
    }

    void write(char32_t c, Origin origin, Pass& pass) const {
        if (stripsAccents_ && c >= 0x300 && pass.classes.is(c, kNonspacingMark)) {
            return;
        }
        if (!lowers_) {
            pass.out.append(c, origin);
        } else if (c < 0x80) {
            pass.out.append(c >= 'A' && c <= 'Z' ? c + 32 : c, origin);
        } else {
            pass.lowered.clear();
            appendLower(pass.lowered, c);
            pass.out.append(pass.lowered, origin);
        }
    }

    bool cleansText_;
    bool separatesChinese_;
    bool stripsAccents_;
    bool lowers_;
};

}  // namespace

std::unique_ptr<const Normalizer> makeBertNormalizer(const base::Json& json) {
    const bool lowers = boolOr(json, "lowercase", true);
    return std::make_unique<BertNormalizer>(boolOr(json, "clean_text", true),
                                            boolOr(json, "handle_chinese_chars", true),
                                            boolOr(json, "strip_accents", lowers), lowers);
}

}  // namespace lathe::text
