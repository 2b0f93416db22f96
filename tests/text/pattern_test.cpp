// SPDX-License-Identifier: GPL-3.0-or-later
// The hand-written scanners against the regular expressions they stand for, run by PCRE2 on random text.
#include "base/random.h"
#include "text/regex.h"
#include "text/unicode.h"
#include "text/word_scanners.h"
#include "text_test_support.h"

namespace lathe::text::testing {
namespace {

std::string randomText(base::RandomStream& random) {
    static const char* const pieces[] = {"a",
                                         "B",
                                         "\xC3\xA9",
                                         "\xED\x95\x9C",
                                         "1",
                                         "23",
                                         "\xC2\xBD",
                                         " ",
                                         "  ",
                                         "\n",
                                         "\r\n",
                                         "\t",
                                         "\xE3\x80\x80",
                                         "\xC2\xA0",
                                         "'",
                                         "'s",
                                         "'S",
                                         "'re",
                                         "'VE",
                                         "'ll",
                                         "'\xC5\xBF",
                                         "!",
                                         "...",
                                         "\xF0\x9F\x91\x8D",
                                         "\xCC\x81",
                                         "_",
                                         "/",
                                         "word",
                                         "\xE2\x80\x99s"};
    std::string text;
    const std::uint64_t count = random.below(30);
    for (std::uint64_t i = 0; i < count; ++i) {
        text += pieces[random.below(std::size(pieces))];
    }
    return text;
}

void compare(std::string_view pattern) {
    const auto known = knownWordPattern(pattern);
    ASSERT_TRUE(known.has_value());
    const Regex regex{std::string(pattern)};
    base::RandomStream random(7, pattern.size());
    for (int round = 0; round < 4000; ++round) {
        const std::string text = randomText(random);
        std::vector<std::string> expected;
        regex.forEachMatch(
            text, [&](std::size_t begin, std::size_t end) { expected.push_back(text.substr(begin, end - begin)); });
        std::vector<std::string> words;
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t end = wordEnd(*known, text, i);
            ASSERT_GT(end, i);
            words.push_back(text.substr(i, end - i));
            i = end;
        }
        ASSERT_EQ(words, expected) << base::Json(text);
    }
}

TEST(WordPattern, Gpt2ScannerEqualsItsExpression) { compare(kGpt2Regex); }
TEST(WordPattern, Llama3ScannerEqualsItsExpression) { compare(kLlama3Regex); }
TEST(WordPattern, Qwen2ScannerEqualsItsExpression) { compare(kQwen2Regex); }
TEST(WordPattern, OtherExpressionsAreNotMistakenForKnownOnes) {
    EXPECT_FALSE(knownWordPattern(R"(\p{L}+|\p{N}{1,3})").has_value());
}

TEST(Unicode, ClassesFollowTheReferenceLibraries) {
    const CharacterClasses& classes = CharacterClasses::get();
    EXPECT_TRUE(classes.is(0xAC00, kLetter));
    EXPECT_TRUE(classes.is(0x00BD, kNumber));
    EXPECT_TRUE(classes.is(0x0085, kSpace));
    EXPECT_FALSE(classes.is(0x200B, kSpace));
    EXPECT_TRUE(classes.is('$', kBertPunctuation));      // ASCII symbols count for BERT
    EXPECT_FALSE(classes.is(0x20AC, kBertPunctuation));  // other currency signs do not
    EXPECT_TRUE(classes.is(0x1C89, kLetter));            // Unicode 16
    EXPECT_FALSE(classes.is(0x2E52, kBertPunctuation));  // Unicode 14, which BERT's table does not know
}

TEST(Unicode, InvalidPartsAreMaximalSubparts) {
    EXPECT_EQ(validUtf8("\xF0\x9F\x91"), "\xEF\xBF\xBD");
    EXPECT_EQ(validUtf8("\xF0\x80\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(validUtf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(validUtf8("a\x80"
                        "b"),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(validUtf8("\xED\x95\x9C"), "\xED\x95\x9C");
}

}  // namespace
}  // namespace lathe::text::testing
