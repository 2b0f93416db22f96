// SPDX-License-Identifier: GPL-3.0-or-later
// How much decoded text looks like writing. A wrong encoding gives letters that no one language uses together, symbols
// inside words, capitals after small letters, and rare ideographs; each of these lowers the score.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "data/encoding.h"
#include "data/utf8.h"

namespace lathe::data {
namespace {

/// Small letters outside ASCII, one language an entry.
constexpr std::array kAlphabets{
    "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìíîòóùú", "åäöé", "æøåéò", "áðéíóúýþæö", "ąćęłńóśźż",
    "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšž", "çğıöşüâîûİ", "äõöüšž", "āčēģīķļņšūž", "ąčęėįšųūž",
    "àçéèíïóòúü", "ëç", "ĉĝĥĵŝŭ", "ċġħż", "âêîôûŵŷ", "éëïóöü",
    "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
};

/// The most frequent syllables and ideographs of Korean, Chinese (both scripts) and Japanese.
constexpr const char* kCommonHangul =
    "이다는의에을가고를한은하도로지기사인나자리어대시아서일스그정부라보수제해전주국상들원성만조동구여경공문있었했것면적할까요습니되으년안게"
    "장선우관방연신소물유과오개생용위세중명화장학교음양무모비산실분행재체현당남내회발히와미식행계통입던번러려네마말영트니르드크데속간러타브프";
constexpr const char* kCommonHan =
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事"
    "只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长语西南亚州群岛東東北這來國個說們為時會對過學後裡麼還發當開無經頭長兩動從"
    "語亞島與间分高话电车新民工政市区縣省月二四五六七八九百千万金木水火土山川田口目名先书書東京都府県村町円電気間話聞食男女母父友外内";
constexpr const char* kCommonCyrillic = "оеаинтсрвлкмдпуія";

struct Common {
    std::set<char32_t> hangul, han, cyrillic;
    std::vector<std::set<char32_t>> alphabets;
};

std::set<char32_t> setOf(std::string_view text) {
    std::set<char32_t> letters;
    std::size_t i = 0;
    while (i < text.size()) letters.insert(nextCodePoint(text, i));
    return letters;
}

const Common& common() {
    static const Common sets = [] {
        Common made{setOf(kCommonHangul), setOf(kCommonHan), setOf(kCommonCyrillic), {}};
        for (const char* alphabet : kAlphabets) made.alphabets.push_back(setOf(alphabet));
        return made;
    }();
    return sets;
}

struct Tally {
    double points = 0;
    std::int64_t total = 0;
    std::int64_t hangul = 0, commonHangul = 0;
    std::int64_t han = 0, commonHan = 0, kana = 0;
    std::int64_t cyrillic = 0, commonCyrillic = 0;
    std::map<char32_t, std::int64_t> latin;
};

bool isQuiet(char32_t c) {
    static const std::set<char32_t> quiet = setOf("\u00A0«»‹›“”„‘’‚–—…°§£€©®™·¡¿№•±×²³½¼¾ªº、。，：；！？（）「」『』【】〈〉《》・ー～〜　ㆍ－／＆");
    return quiet.contains(c);
}

/// A character that is no letter: fine between words, a bad sign inside one. The right single quote and dots do stand inside.
double symbolPoints(char32_t c, char32_t before, char32_t after) {
    const int8_t type = u_charType(static_cast<UChar32>(c));
    if (type == U_CONTROL_CHAR || type == U_UNASSIGNED || type == U_PRIVATE_USE_CHAR || type == U_SURROGATE || c == 0xFFFD) return -1;
    const bool isInside = u_isalpha(static_cast<UChar32>(before)) && u_isalpha(static_cast<UChar32>(after));
    if (isInside && c != U'’' && c != U'·' && c != U'・' && c != U'ー' && c != U'–' && c < 0x3000) return -0.3;
    return isQuiet(c) ? 0.85 : 0.3;
}

void countLetter(Tally& tally, char32_t c, char32_t before) {
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &status);
    const bool isBadCase = u_isupper(static_cast<UChar32>(c)) && u_islower(static_cast<UChar32>(before));
    const auto small = static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
    switch (script) {
    case USCRIPT_LATIN:
        if (!isBadCase && c < 0x2000) ++tally.latin[c == 0x130 ? c : small];
        break;
    case USCRIPT_CYRILLIC:
        if (isBadCase) break;
        ++tally.cyrillic;
        tally.commonCyrillic += common().cyrillic.contains(small);
        break;
    case USCRIPT_HANGUL:
        ++tally.hangul;
        tally.commonHangul += common().hangul.contains(c);
        break;
    case USCRIPT_HAN:
        ++tally.han;
        tally.commonHan += common().han.contains(c);
        break;
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
        if (c >= 0xFF00) tally.points += 0.4;
        else ++tally.kana;
        break;
    case USCRIPT_GREEK:
    case USCRIPT_HEBREW:
    case USCRIPT_ARABIC:
    case USCRIPT_THAI:
        tally.points += isBadCase ? 0 : 0.93;
        break;
    default:
        tally.points += 0.3;
    }
}

/// Latin letters: those that the best language explains count whole.
double latinPoints(const Tally& tally) {
    std::int64_t all = 0, best = 0;
    for (const auto& [letter, count] : tally.latin) all += count;
    for (const auto& alphabet : common().alphabets) {
        std::int64_t explained = 0;
        for (const auto& [letter, count] : tally.latin) explained += alphabet.contains(letter) ? count : 0;
        best = std::max(best, explained);
    }
    return static_cast<double>(best) + 0.3 * static_cast<double>(all - best);
}

/// `usual` = share that the common ones have in real text of any kind.
double frequencyPoints(std::int64_t all, std::int64_t frequent, double usual) {
    if (all == 0) return 0;
    const double share = static_cast<double>(frequent) / static_cast<double>(all);
    return static_cast<double>(all) * (0.5 + 0.48 * std::min(1.0, share / usual));
}

}  // namespace

double writingScore(std::string_view utf8) {
    Tally tally;
    char32_t before = U' ';
    std::size_t i = 0;
    while (i < utf8.size()) {
        const char32_t c = nextCodePoint(utf8, i);
        if (c < 0x80) {
            if (c < 0x20 && c != U'\t' && c != U'\n' && c != U'\r') {
                ++tally.total;
                tally.points -= 1;
            }
            before = c;
            continue;
        }
        ++tally.total;
        if (u_isalpha(static_cast<UChar32>(c)) || u_charType(static_cast<UChar32>(c)) == U_NON_SPACING_MARK) {
            countLetter(tally, c, before);
        } else {
            std::size_t next = i;
            tally.points += symbolPoints(c, before, next < utf8.size() ? nextCodePoint(utf8, next) : U' ');
        }
        before = c;
    }
    if (tally.total == 0) return 1;
    double points = tally.points + latinPoints(tally) + static_cast<double>(tally.kana);
    points += frequencyPoints(tally.hangul, tally.commonHangul, 0.45) + frequencyPoints(tally.cyrillic, tally.commonCyrillic, 0.65);
    // Kana beside ideographs is Japanese whatever the ideographs are.
    const double usualHan = tally.kana > tally.han / 4 ? 0.08 : 0.25;
    points += frequencyPoints(tally.han, tally.commonHan, usualHan);
    return std::clamp(points / static_cast<double>(tally.total), 0.0, 1.0);
}

}  // namespace lathe::data
