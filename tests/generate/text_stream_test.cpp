// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/text_stream.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"

namespace lathe::generate {
namespace {

/// A byte-level tokenizer without merges: every byte is a token, so a character of four bytes comes in four tokens.
text::Tokenizer byteTokenizer() {
    base::OrderedJson vocabulary = base::OrderedJson::object();
    int next = 0;
    int spare = 256;
    for (int byte = 0; byte < 256;
         ++byte) {  // GPT-2's table: printable bytes stand for themselves, others for 256 and up
        const bool isPlain = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
        const int point = isPlain ? byte : spare++;
        std::string text;
        if (point < 128) text += static_cast<char>(point);
        else {
            text += static_cast<char>(0xc0 | (point >> 6));
            text += static_cast<char>(0x80 | (point & 63));
        }
        vocabulary[text] = next++;
    }
    const base::OrderedJson json = {
        {"version", "1.0"},
        {"truncation", nullptr},
        {"padding", nullptr},
        {"added_tokens",
         {{{"id", 256},
           {"content", "<end>"},
           {"single_word", false},
           {"lstrip", false},
           {"rstrip", false},
           {"normalized", false},
           {"special", true}}}},
        {"normalizer", nullptr},
        {"pre_tokenizer",
         {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}}},
        {"post_processor", nullptr},
        {"decoder", {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}}},
        {"model",
         {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", false},
          {"vocab", vocabulary},
          {"merges", base::OrderedJson::array()}}}};
    return text::tokenizerFromJson(json.dump());
}

/// Pieces of a text pushed token by token, the end included.
std::vector<std::string> pieces(const std::string& text, std::vector<std::string> stops = {}) {
    const text::Tokenizer tokenizer = byteTokenizer();
    TextStream stream(tokenizer, std::move(stops));
    std::vector<std::string> result;
    for (const std::int32_t id : tokenizer.encode(text)) result.push_back(stream.push(id));
    result.push_back(stream.finish());
    return result;
}

TEST(TextStream, NeverEmitsHalfACharacter) {
    EXPECT_THAT(pieces("aé☃😀b"), ::testing::ElementsAre("a", "", "é", "", "", "☃", "", "", "", "😀", "b", ""));
}

TEST(TextStream, HoldsBackWhatMayBecomeAStopText) {
    EXPECT_THAT(pieces("ab##c", {"##\n"}), ::testing::ElementsAre("a", "b", "", "", "##c", ""));
    EXPECT_THAT(pieces("ab##", {"##\n"}), ::testing::ElementsAre("a", "b", "", "", "##"));
}

TEST(TextStream, CutsAtAStopTextAndStaysSilent) {
    const text::Tokenizer tokenizer = byteTokenizer();
    TextStream stream(tokenizer, {"STOP", "\n\n"});
    std::string seen;
    for (const std::int32_t id : tokenizer.encode("one STOP two")) seen += stream.push(id);
    EXPECT_EQ(seen + stream.finish(), "one ");
    EXPECT_TRUE(stream.isStopped());
    EXPECT_EQ(stream.text(), "one ");
}

TEST(TextStream, LeavesSpecialTokensOut) {
    TextStream stream(byteTokenizer(), {});
    stream.push(byteTokenizer().encode("x").front());
    EXPECT_EQ(stream.push(256), "");
    EXPECT_EQ(stream.finish(), "");
    EXPECT_EQ(stream.text(), "x");
}

TEST(TextStream, GivesIncompleteBytesAtTheEnd) {
    const text::Tokenizer tokenizer = byteTokenizer();
    TextStream stream(tokenizer, {});
    EXPECT_EQ(stream.push(tokenizer.encode("é").front()), "");
    EXPECT_EQ(stream.finish(), "\xef\xbf\xbd");
}

TEST(TextStream, TogetherGivesTheDecodedText) {
    const std::filesystem::path file = std::filesystem::path(LATHE_SHARED_DIR) / "goldens" / "models" / "llama";
    if (!std::filesystem::is_directory(file)) GTEST_SKIP() << "the shared goldens are not beside this checkout";
    const text::Tokenizer tokenizer = text::loadTokenizer(file);
    for (const std::string text : {"integral of x squared", "  two  spaces\n\n\tand tabs", "naïve ☃ — 数学 😀", ""}) {
        const auto ids = tokenizer.encode(text);
        TextStream stream(tokenizer, {});
        for (const std::int32_t id : ids) stream.push(id);
        stream.finish();
        EXPECT_EQ(stream.text(), tokenizer.decode(ids));
    }
}

TEST(CutAtStop, TakesTheFirstOfSeveral) {
    std::string text = "a;b.c";
    EXPECT_TRUE(cutAtStop(text, {".", ";"}));
    EXPECT_EQ(text, "a");
    EXPECT_FALSE(cutAtStop(text, {"x"}));
    EXPECT_EQ(text, "a");
}

}  // namespace
}  // namespace lathe::generate
