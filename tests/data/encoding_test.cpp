// SPDX-License-Identifier: GPL-3.0-or-later
// Text written in many encodings and found out again. The texts are our own.
#include <gtest/gtest.h>
#include <iconv.h>
#include <lathe/error.h>

#include "data/encoding.h"
#include "data/scratch.h"
#include "data/utf8.h"

namespace lathe {
namespace {

std::string encoded(const std::string& utf8, const char* encoding) {
    const iconv_t handle = iconv_open(encoding, "UTF-8");
    EXPECT_NE(handle, reinterpret_cast<iconv_t>(-1)) << encoding;
    std::string out(utf8.size() * 4 + 16, '\0');
    std::string in = utf8;
    char *source = in.data(), *target = out.data();
    std::size_t left = in.size(), room = out.size();
    EXPECT_NE(iconv(handle, &source, &left, &target, &room), static_cast<std::size_t>(-1)) << encoding << " at " << in.size() - left;
    iconv(handle, nullptr, nullptr, &target, &room);
    iconv_close(handle);
    out.resize(out.size() - room);
    return out;
}

const std::string kKorean = "제목,줄거리\n바다의 노래,\"어린 소녀가 바다에서 오래된 배를 발견하고 친구들과 함께 섬을 찾아 떠난다\"\n겨울 기차,눈 덮인 마을을 지나는 기차에서 만난 두 사람의 이야기\n";
const std::string kJapanese = "題名,あらすじ\n海の歌,少女は海で古い船を見つけ、友達と島を探しに行く。\n冬の電車,雪の村を走る電車で出会った二人の物語です。\n";
const std::string kChinese = "标题,简介\n海之歌,一个女孩在海里发现了一条旧船，和朋友们一起去找一个小岛。\n冬天的火车,在下雪的村子里，两个人在火车上认识了对方的故事。\n";
const std::string kTaiwan = "標題,簡介\n海之歌,一個女孩在海裡發現了一條舊船，和朋友們一起去找一個小島。\n冬天的火車,在下雪的村子裡，兩個人在火車上認識了對方的故事。\n";
const std::string kRussian = "название,описание\nПеснь моря,Девочка находит в море старый корабль и вместе с друзьями ищет остров.\nЗимний поезд,История двух людей в поезде через снежную деревню.\n";
const std::string kGerman = "Titel,Text\nLied,Das Mädchen hört über den Hügeln schöne Lieder und läuft größer werdend fort.\nZüge,Für die Züge im Süden müssen wir früh öffnen.\n";
const std::string kPolish = "tytuł,opis\nPieśń,Dziewczyna znajduje stary okręt i płynie z przyjaciółmi szukać wyspy.\nPociąg,Dwoje ludzi poznaje się w zimowym pociągu jadącym przez śnieżną wieś gdzieś źle.\n";
const std::string kGreek = "τίτλος,περιγραφή\nΤραγούδι,Ένα κορίτσι βρίσκει ένα παλιό πλοίο και ψάχνει με τους φίλους της το νησί.\n";
const std::string kTurkish = "başlık,özet\nŞarkı,Küçük kız denizde eski bir gemi bulur ve arkadaşlarıyla adayı aramaya çıkar.\nKış,İki kişi karlı köyden geçen trende tanışır ve ağaçlar ışıldar.\n";

struct Case {
    const char* encoding;
    const std::string* text;
};

class EncodingOf : public ::testing::TestWithParam<Case> {};

TEST_P(EncodingOf, IsFoundOutSoThatEveryLetterIsRight) {
    const auto [name, text] = GetParam();
    const std::string bytes = encoded(*text, name);
    const data::EncodingGuess guess = data::guessEncoding(bytes);
    EXPECT_EQ(data::decodeAll(guess.name, std::string_view(bytes).substr(guess.markBytes)), *text) << "taken for " << guess.name;
    testing::Scratch scratch;
    const ImportReport report = importFile(scratch.write("t.csv", bytes), {}, scratch.path("t.arrow"));
    EXPECT_EQ(report.problemCount, 0);
    const auto table = Table::open(scratch.path("t.arrow"));
    EXPECT_NE(text->find(std::string(table->cell(0, 1))), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, EncodingOf,
                         ::testing::Values(Case{"UTF-8", &kKorean}, Case{"UTF-16LE", &kKorean}, Case{"UTF-16BE", &kJapanese}, Case{"UTF-16", &kChinese},
                                           Case{"UTF-32LE", &kRussian}, Case{"CP949", &kKorean}, Case{"EUC-KR", &kKorean}, Case{"JOHAB", &kKorean},
                                           Case{"ISO-2022-KR", &kKorean}, Case{"CP932", &kJapanese}, Case{"EUC-JP", &kJapanese}, Case{"ISO-2022-JP", &kJapanese},
                                           Case{"GBK", &kChinese}, Case{"GB18030", &kChinese}, Case{"BIG5", &kTaiwan}, Case{"KOI8-R", &kRussian},
                                           Case{"CP1251", &kRussian}, Case{"ISO-8859-5", &kRussian}, Case{"CP866", &kRussian}, Case{"ISO-8859-1", &kGerman},
                                           Case{"CP1252", &kGerman}, Case{"CP1250", &kPolish}, Case{"ISO-8859-2", &kPolish}, Case{"ISO-8859-7", &kGreek},
                                           Case{"CP1253", &kGreek}, Case{"CP1254", &kTurkish}, Case{"ISO-8859-9", &kTurkish}),
                         [](const auto& chosen) {
                             std::string name = chosen.param.encoding;
                             std::erase(name, '-');
                             return name + "_" + std::to_string(chosen.index);
                         });

TEST(Encoding, EveryListedEncodingCanBeUsed) {
    for (const std::string& name : knownEncodings()) {
        EXPECT_EQ(data::canonicalEncoding(name), name);
        if (name.starts_with("UTF-16") || name.starts_with("UTF-32")) continue;
        EXPECT_EQ(data::decodeAll(name, "plain text, 123\n"), "plain text, 123\n") << name;
    }
    EXPECT_EQ(data::canonicalEncoding("euc_kr"), "CP949");
    EXPECT_EQ(data::canonicalEncoding("shift_jis"), "CP932");
    EXPECT_EQ(data::canonicalEncoding("latin-1"), "ISO-8859-1");
    EXPECT_THROW(data::canonicalEncoding(""), Error);
}

TEST(Encoding, PiecesGiveTheSameTextAsTheWhole) {
    for (const char* name : {"CP949", "UTF-16LE", "GB18030", "JOHAB", "ISO-2022-JP", "UTF-8"}) {
        const std::string text = std::string_view(name) == "ISO-2022-JP" ? kJapanese : std::string_view(name) == "GB18030" ? kChinese + "😀" : kKorean;
        const std::string bytes = encoded(text, name);
        for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{7}}) {
            const auto decoder = data::makeDecoder(name);
            std::string out;
            for (std::size_t at = 0; at < bytes.size(); at += step) decoder->decode(std::string_view(bytes).substr(at, step), at + step >= bytes.size(), out);
            EXPECT_EQ(out, text) << name << " in steps of " << step;
        }
    }
}

TEST(Encoding, AStrayZeroByteIsNotUtf16) {
    using namespace std::string_literals;
    EXPECT_EQ(data::guessEncoding("a,b\n\0c,d\n"s).name, "UTF-8");
    EXPECT_EQ(data::guessEncoding("id,text\n1,x\0y\n2,\0\n"s).name, "UTF-8");
    EXPECT_EQ(data::guessEncoding("\0\0\0\0"s).name, "UTF-8");
}

TEST(Encoding, AFewBadBytesDoNotChangeTheEncoding) {
    testing::Scratch scratch;
    std::string text = "id,text\n";
    for (int i = 0; i < 200; ++i) text += std::to_string(i) + ",바다의 노래\n";
    text += "200,bro\xFFken\n";
    const ImportReport report = importFile(scratch.write("t.csv", text), {}, scratch.path("t.arrow"));
    EXPECT_EQ(report.dialect.encoding, "UTF-8");
    ASSERT_EQ(report.problemCount, 1);
    EXPECT_EQ(report.problems[0].line, 202);
    EXPECT_EQ(Table::open(scratch.path("t.arrow"))->cell(200, 1), "bro\xEF\xBF\xBDken");
}

TEST(Utf8, MendsAndCounts) {
    EXPECT_EQ(data::mendUtf8("a\xE2\x82 b"), "a\xEF\xBF\xBD b");
    EXPECT_EQ(data::mendUtf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(data::mendUtf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_TRUE(data::isValidUtf8("한é😀"));
    EXPECT_FALSE(data::isValidUtf8("\xF4\x90\x80\x80"));
    EXPECT_EQ(data::codePointCount("한é😀a"), 4);
    EXPECT_EQ(data::cutUtf8("한국어", 4), "한…");
}

}  // namespace
}  // namespace lathe
