// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <thread>

#include <lathe/error.h>

#include "text_test_support.h"

namespace lathe::text::testing {
namespace {

std::vector<std::string> tokensOf(const Tokenizer& tokenizer, const std::string& text) {
    std::vector<std::string> out;
    for (const std::int32_t id : tokenizer.encode(text)) {
        out.push_back(tokenizer.tokenText(id));
    }
    return out;
}

using Texts = std::vector<std::string>;

TEST(Tokenizer, MergesByRankAndThenFromTheLeft) {
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe());
    EXPECT_EQ(tokensOf(tokenizer, "aaaaa the"), (Texts{"aaaa", "a", "\xC4\xA0the"}));
    EXPECT_EQ(tokensOf(tokenizer, std::string(41, 'a')).size(), 11u);  // long words take the heap's way
    EXPECT_EQ(tokensOf(tokenizer, std::string(41, 'a')).back(), "a");
}

TEST(Tokenizer, FindsSpecialTokensInsideText) {
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe());
    EXPECT_EQ(tokensOf(tokenizer, "the<|end|>the"), (Texts{"the", "<|end|>", "the"}));
    const auto ids = tokenizer.encode("the<|end|>the");
    EXPECT_EQ(tokenizer.decode(ids, SkipSpecialTokens::Yes), "thethe");
    EXPECT_EQ(tokenizer.decode(ids, SkipSpecialTokens::No), "the<|end|>the");
    EXPECT_TRUE(tokenizer.isSpecial(0));
}

TEST(Tokenizer, AddedTokensObeyTheirFlags) {
    base::OrderedJson added = base::OrderedJson::array();
    added.push_back({{"id", 300},
                     {"content", "<m>"},
                     {"lstrip", true},
                     {"rstrip", true},
                     {"normalized", false},
                     {"special", true}});
    added.push_back(
        {{"id", 301}, {"content", "word"}, {"single_word", true}, {"normalized", false}, {"special", false}});
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe({{"added_tokens", added}}));
    EXPECT_EQ(tokensOf(tokenizer, "the  <m> \nthe"), (Texts{"the", "<m>", "the"}));
    EXPECT_EQ(tokensOf(tokenizer, "a word,"), (Texts{"a", "\xC4\xA0", "word", ","}));
    EXPECT_NE(tokensOf(tokenizer, "words").front(), "word");
    EXPECT_EQ(tokenizer.vocabularySize(), 302);
}

TEST(Tokenizer, LongestAddedTokenWins) {
    base::OrderedJson added = base::OrderedJson::array();
    added.push_back({{"id", 300}, {"content", "<a"}, {"normalized", false}, {"special", true}});
    added.push_back({{"id", 301}, {"content", "<ab>"}, {"normalized", false}, {"special", true}});
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe({{"added_tokens", added}}));
    EXPECT_EQ(tokenizer.encode("<ab><a<ab"), (std::vector<std::int32_t>{301, 300, 300, *tokenizer.tokenId("b")}));
}

TEST(Tokenizer, InvalidUtf8CountsAsReplacementCharacters) {
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe());
    const std::string bad = "a\xFFz\xE2\x82 \xED\xA0\x80!";
    const std::string good = "a\xEF\xBF\xBDz\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD!";
    EXPECT_EQ(tokenizer.encode(bad), tokenizer.encode(good));
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(bad)), good);
    const Encoding encoding = tokenizer.encodeWithOffsets(bad);
    EXPECT_EQ(encoding.offsets.front(), (ByteRange{0, 1}));
    EXPECT_EQ(encoding.offsets[1], (ByteRange{1, 2}));  // the bad byte, not the three of U+FFFD
    EXPECT_EQ(encoding.offsets.back(), (ByteRange{bad.size() - 1, bad.size()}));
}

TEST(Tokenizer, NulBytesAreOrdinaryCharacters) {
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe());
    const std::string text("a\0b\0\0", 5);
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
}

TEST(Tokenizer, OffsetsCoverTheTextInOrder) {
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe());
    const std::string text = "the \xED\x95\x9C\xEA\xB5\xAD 12\n\nthe";
    const Encoding encoding = tokenizer.encodeWithOffsets(text);
    std::size_t reached = 0;
    for (const ByteRange& range : encoding.offsets) {
        EXPECT_LE(range.begin, reached);
        EXPECT_LE(range.end, text.size());
        reached = std::max(reached, range.end);
    }
    EXPECT_EQ(reached, text.size());
}

TEST(Tokenizer, TemplatesPutSpecialTokensAroundOneTextAndTwo) {
    const base::OrderedJson post = base::OrderedJson::parse(R"({"type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<|start|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<|end|>", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<|start|>": {"id": "<|start|>", "ids": [1], "tokens": ["<|start|>"]}, "<|end|>": {"id": "<|end|>", "ids": [0], "tokens": ["<|end|>"]}}})");
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe({{"post_processor", post}}));
    const std::int32_t the = *tokenizer.tokenId("the");
    EXPECT_EQ(tokenizer.encode("the"), (std::vector<std::int32_t>{1, the}));
    EXPECT_EQ(tokenizer.encode("the", AddSpecialTokens::No), (std::vector<std::int32_t>{the}));
    const Encoding pair = tokenizer.encodePair("the", "thethe");
    EXPECT_EQ(pair.ids, (std::vector<std::int32_t>{the, 0, the, the}));
    EXPECT_EQ(pair.typeIds, (std::vector<std::int32_t>{0, 0, 1, 1}));
    EXPECT_EQ(pair.isSpecial, (std::vector<std::uint8_t>{0, 1, 0, 0}));
    EXPECT_EQ(pair.offsets.back(), (ByteRange{3, 6}));
    EXPECT_EQ(tokenizer.specialTokensPerText(), 1);
}

TEST(Tokenizer, AnyIdsDecodeWithoutFailing) {
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe());
    EXPECT_EQ(tokenizer.decode({-1, 99999999, 2147483647, *tokenizer.tokenId("the")}), "the");
    EXPECT_EQ(tokenizer.tokenText(-5), "");
}

TEST(Tokenizer, ThreadsShareOneTokenizer) {
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe());
    std::string text;
    for (int i = 0; i < 500; ++i) {
        text += "the " + std::to_string(i) + " aaa\n";
    }
    const auto expected = tokenizer.encode(text);
    std::vector<int> mismatches(4, 0);
    {
        std::vector<std::jthread> threads;
        for (int& mismatch : mismatches) {
            threads.emplace_back([&tokenizer, &text, &expected, &mismatch] {
                for (int round = 0; round < 20; ++round) {
                    mismatch += tokenizer.encode(text) != expected;
                }
            });
        }
    }
    EXPECT_EQ(mismatches, std::vector<int>(4, 0));
}

TEST(Tokenizer, HashTellsDefinitionsApart) {
    const std::string hash = tokenizerFromJson(smallBpe()).hash();
    EXPECT_EQ(hash, tokenizerFromJson(smallBpe({{"padding", nullptr}})).hash());
    EXPECT_NE(hash, tokenizerFromJson(smallBpe({{"normalizer", {{"type", "NFC"}}}})).hash());
}

TEST(Tokenizer, AMillionEqualCharactersTakeNoTime) {
    std::vector<Tokenizer> tokenizers{tokenizerFromJson(smallBpe()),
                                      tokenizerFromJson(smallBpe({{"normalizer", {{"type", "NFC"}}}}))};
    if (fs::exists(starter("all-minilm-l6-v2"))) {
        tokenizers.push_back(loadTokenizer(starter("all-minilm-l6-v2")));
    }
    for (const Tokenizer& tokenizer : tokenizers) {
        for (const char* character :
             {"a", " ", "\n", "1", "'", "\xED\x95\x9C", "\xCC\x81", "\xCC\x81\xCC\x96", "\xFF", "<|end|>"}) {
            std::string text;
            for (int i = 0; i < 1'000'000; ++i) {
                text += character;
            }
            const auto begin = std::chrono::steady_clock::now();
            const auto ids = tokenizer.encode(text);
            const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
            EXPECT_LT(seconds.count(), 8.0)
                << tokenizer.kind() << " with "
                << base::Json(std::string(character)).dump(-1, ' ', true, base::Json::error_handler_t::replace);
            EXPECT_LE(ids.size(), text.size() * 3 + 2);
        }
    }
}

TEST(Tokenizer, ARegularExpressionThatBacktracksIsStopped) {
    const base::OrderedJson pre = {
        {"type", "Split"}, {"pattern", {{"Regex", "(a+a+)+b"}}}, {"behavior", "Isolated"}, {"invert", false}};
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe({{"pre_tokenizer", pre}}));
    const auto begin = std::chrono::steady_clock::now();
    try {
        tokenizer.encode(std::string(5000, 'a'));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Unsupported);
        EXPECT_NE(std::string(error.what()).find("regular expression"), std::string::npos);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

}  // namespace
}  // namespace lathe::text::testing
