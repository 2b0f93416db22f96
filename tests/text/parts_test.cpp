// SPDX-License-Identifier: GPL-3.0-or-later
// Normalisers, pre-tokenizers, models and decoders one by one. Expected values were computed with tokenizers 0.23.3.
#include <lathe/error.h>

#include "text_test_support.h"

namespace lathe::text::testing {
namespace {

using Json = base::OrderedJson;
using Texts = std::vector<std::string>;

Texts tokens(const Tokenizer& tokenizer, const std::string& text) {
    Texts out;
    for (const std::int32_t id : tokenizer.encode(text)) {
        out.push_back(tokenizer.tokenText(id));
    }
    return out;
}

/// What a normaliser makes of a text, read back through a byte-level BPE.
std::string normalised(const char* normalizer, const std::string& text) {
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe({{"normalizer", Json::parse(normalizer)}}));
    return tokenizer.decode(tokenizer.encode(text), SkipSpecialTokens::No);
}

TEST(Normalizer, UnicodeForms) {
    EXPECT_EQ(normalised(R"({"type": "NFD"})", "\xC3\xA9\xEA\xB0\x81"),
              "e\xCC\x81\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8");
    EXPECT_EQ(normalised(R"({"type": "NFC"})", "e\xCC\x81\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8"),
              "\xC3\xA9\xEA\xB0\x81");
    EXPECT_EQ(normalised(R"({"type": "NFKC"})", "\xEF\xAC\x81\xC2\xBD\xEF\xBC\xA1"),
              "fi1\xE2\x81\x84"
              "2A");
    EXPECT_EQ(normalised(R"({"type": "NFKD"})", "\xC2\xBA"), "o");
    // Marks are put in canonical order: 220 before 230.
    EXPECT_EQ(normalised(R"({"type": "NFD"})", "a\xCC\x81\xCC\x96"), "a\xCC\x96\xCC\x81");
}

TEST(Normalizer, LowercaseStripReplacePrepend) {
    EXPECT_EQ(normalised(R"({"type": "Lowercase"})", "\xC4\xB0\xCE\xA3\xE1\xBA\x9E"), "i\xCC\x87\xCF\x83\xC3\x9F");
    EXPECT_EQ(normalised(R"({"type": "Strip", "strip_left": true, "strip_right": false})", "\xE3\x80\x80 a "), "a ");
    EXPECT_EQ(normalised(R"({"type": "Replace", "pattern": {"String": "ab"}, "content": "x"})", "ababa"), "xxa");
    EXPECT_EQ(normalised(R"({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "})", "a   b c"), "a b c");
    EXPECT_EQ(normalised(R"({"type": "Prepend", "prepend": "_"})", "a"), "_a");
    EXPECT_EQ(normalised(R"({"type": "Prepend", "prepend": "_"})", ""), "");
    EXPECT_EQ(normalised(R"({"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]})",
                         "\xC3\xA9t\xC3\xA9"),
              "ete");
}

TEST(Normalizer, BertCleansAndSeparatesChinese) {
    const char* bert =
        R"({"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true})";
    EXPECT_EQ(normalised(bert, std::string("A\0\t\xC3\x89\xC2\xAD", 7)), "a e");
    EXPECT_EQ(normalised(bert, "x\xE6\x96\x87y"), "x \xE6\x96\x87 y");
    const char* cased =
        R"({"type": "BertNormalizer", "clean_text": false, "handle_chinese_chars": false, "strip_accents": null, "lowercase": false})";
    EXPECT_EQ(normalised(cased, "\xC3\x89\xE6\x96\x87\x01"), "\xC3\x89\xE6\x96\x87\x01");
}

/// Pieces of a pre-tokenizer, read off a model that knows whole words only as the text between the cuts.
Texts pieces(const char* preTokenizer, const std::string& text) {
    Json model = {{"type", "WordPiece"},
                  {"unk_token", "[UNK]"},
                  {"continuing_subword_prefix", "##"},
                  {"max_input_chars_per_word", 100}};
    model["vocab"] = {{"[UNK]", 0}};
    const Tokenizer tokenizer =
        tokenizerFromJson(Json{{"pre_tokenizer", Json::parse(preTokenizer)}, {"model", model}}.dump());
    Texts out;
    for (const ByteRange& range : tokenizer.encodeWithOffsets(text).offsets) {
        out.push_back(text.substr(range.begin, range.end - range.begin));
    }
    return out;
}

TEST(PreTokenizer, CutsWhereTheReferenceCuts) {
    EXPECT_EQ(pieces(R"({"type": "Whitespace"})", "ab_1, c\xCC\x81!? d"), (Texts{"ab_1", ",", "c\xCC\x81", "!?", "d"}));
    EXPECT_EQ(pieces(R"({"type": "WhitespaceSplit"})", " a,b  c\n"), (Texts{"a,b", "c"}));
    EXPECT_EQ(pieces(R"({"type": "BertPreTokenizer"})", "it's $5\xE2\x82\xAC"),
              (Texts{"it", "'", "s", "$", "5\xE2\x82\xAC"}));
    EXPECT_EQ(pieces(R"({"type": "Digits", "individual_digits": true})", "a12b"), (Texts{"a", "1", "2", "b"}));
    EXPECT_EQ(pieces(R"({"type": "Digits", "individual_digits": false})", "a12b"), (Texts{"a", "12", "b"}));
    EXPECT_EQ(pieces(R"({"type": "Punctuation", "behavior": "Contiguous"})", "a!?b"), (Texts{"a", "!?", "b"}));
    EXPECT_EQ(pieces(R"({"type": "CharDelimiterSplit", "delimiter": "-"})", "a-b--c"), (Texts{"a", "b", "c"}));
}

TEST(PreTokenizer, SplitKnowsEveryBehavior) {
    const auto split = [](const char* behavior, const char* invert) {
        return std::string(R"({"type": "Split", "pattern": {"String": "-"}, "behavior": ")") + behavior +
               R"(", "invert": )" + invert + "}";
    };
    EXPECT_EQ(pieces(split("Removed", "false").c_str(), "a--b-"), (Texts{"a", "b"}));
    EXPECT_EQ(pieces(split("Isolated", "false").c_str(), "a--b-"), (Texts{"a", "-", "-", "b", "-"}));
    EXPECT_EQ(pieces(split("MergedWithPrevious", "false").c_str(), "a--b-"), (Texts{"a-", "-", "b-"}));
    EXPECT_EQ(pieces(split("MergedWithNext", "false").c_str(), "a--b-"), (Texts{"a", "-", "-b", "-"}));
    EXPECT_EQ(pieces(split("Contiguous", "false").c_str(), "a--b-"), (Texts{"a", "--", "b", "-"}));
    EXPECT_EQ(pieces(split("Removed", "true").c_str(), "a--b-"), (Texts{"-", "-", "-"}));
}

Tokenizer llamaLike(const char* scheme) {
    Json vocab = {{"<unk>", 0},
                  {"<s>", 1},
                  {"</s>", 2},
                  {"\xE2\x96\x81", 3},
                  {"a", 4},
                  {"b", 5},
                  {"\xE2\x96\x81"
                   "a",
                   6}};
    int next = 7;
    for (int b = 0; b < 256; ++b) {
        char name[8];
        std::snprintf(name, sizeof name, "<0x%02X>", static_cast<unsigned>(b));
        vocab[name] = next++;
    }
    Json model = {{"type", "BPE"},
                  {"unk_token", "<unk>"},
                  {"fuse_unk", true},
                  {"byte_fallback", true},
                  {"merges", Json::array({Json::array({"\xE2\x96\x81", "a"})})}};
    model["vocab"] = vocab;
    Json out;
    out["added_tokens"] = Json::array({Json{{"id", 1}, {"content", "<s>"}, {"normalized", false}, {"special", true}}});
    out["pre_tokenizer"] = {
        {"type", "Metaspace"}, {"replacement", "\xE2\x96\x81"}, {"prepend_scheme", scheme}, {"split", false}};
    out["decoder"] = Json::parse(
        R"({"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
        {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]})");
    out["model"] = model;
    return tokenizerFromJson(out.dump());
}

TEST(Model, ByteFallbackSpellsUnknownCharacters) {
    const Tokenizer tokenizer = llamaLike("first");
    EXPECT_EQ(tokens(tokenizer, "a\xC3\xA9"), (Texts{"\xE2\x96\x81"
                                                     "a",
                                                     "<0xC3>", "<0xA9>"}));
    EXPECT_EQ(tokenizer.decode(tokenizer.encode("a\xC3\xA9 b")), "a\xC3\xA9 b");
    EXPECT_EQ(tokenizer.decode({*tokenizer.tokenId("<0xC3>"), 4}),
              "\xEF\xBF\xBD"
              "a");
}

TEST(Model, MetaspaceFirstMarksOnlyTheTextsStart) {
    EXPECT_EQ(tokens(llamaLike("first"), "a<s>a"), (Texts{"\xE2\x96\x81"
                                                          "a",
                                                          "<s>", "a"}));
    EXPECT_EQ(tokens(llamaLike("always"), "a<s>a"), (Texts{"\xE2\x96\x81"
                                                           "a",
                                                           "<s>",
                                                           "\xE2\x96\x81"
                                                           "a"}));
    EXPECT_EQ(tokens(llamaLike("never"), "a a"), (Texts{"a",
                                                        "\xE2\x96\x81"
                                                        "a"}));
}

TEST(Model, WordPieceTakesTheLongestTokenOrGivesUp) {
    Json model = {{"type", "WordPiece"},
                  {"unk_token", "[UNK]"},
                  {"continuing_subword_prefix", "##"},
                  {"max_input_chars_per_word", 6}};
    model["vocab"] = {{"[UNK]", 0}, {"un", 1}, {"##aff", 2}, {"##a", 3}, {"##able", 4}, {"u", 5}};
    const Tokenizer tokenizer = tokenizerFromJson(Json{
        {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
        {"decoder", {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}}},
        {"model", model}}.dump());
    EXPECT_EQ(tokens(tokenizer, "unaff una unx unaffa unaffaa"),
              (Texts{"un", "##aff", "un", "##a", "[UNK]", "un", "##aff", "##a", "[UNK]"}));
    EXPECT_EQ(tokenizer.decode({1, 2, 1, 3}), "unaff una");
}

TEST(Model, UnigramTakesTheBestPathAndFusesUnknowns) {
    const char* json =
        R"({"model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["a", -2.0], ["b", -2.0], ["ab", -3.0], ["abc", -10.0], ["c", -1.0]]}})";
    const Tokenizer tokenizer = tokenizerFromJson(json);
    EXPECT_EQ(tokens(tokenizer, "abc"), (Texts{"ab", "c"}));
    EXPECT_EQ(tokens(tokenizer, "axyzb"), (Texts{"a", "<unk>", "b"}));
    EXPECT_EQ(tokenizer.encodeWithOffsets("axyzb").offsets[1], (ByteRange{1, 4}));
    EXPECT_EQ(tokenizer.decode({1, 2}), "a b");  // without a decoder tokens are joined with spaces
}

TEST(Decoder, ByteLevelReplacesBrokenCharacters) {
    const Tokenizer tokenizer = tokenizerFromJson(smallBpe());
    const auto ids = tokenizer.encode("\xED\x95\x9C");
    EXPECT_EQ(tokenizer.decode({ids[0], ids[1]}), "\xEF\xBF\xBD");
    EXPECT_EQ(tokenizer.decode(ids), "\xED\x95\x9C");
}

TEST(Parts, UnknownTypesAreNamed) {
    for (const char* part : {"normalizer", "pre_tokenizer", "decoder", "post_processor"}) {
        try {
            tokenizerFromJson(smallBpe({{part, {{"type", "Fancy"}}}}));
            ADD_FAILURE() << part;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Unsupported);
            EXPECT_NE(std::string(error.what()).find("Fancy"), std::string::npos);
            EXPECT_NE(std::string(error.what()).find(part), std::string::npos);
        }
    }
}

}  // namespace
}  // namespace lathe::text::testing
