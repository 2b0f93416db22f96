// SPDX-License-Identifier: GPL-3.0-or-later
// Every string of the reference encodings: ids and decoded text equal those of Hugging Face's tokenizers.
#include "text_test_support.h"

namespace lathe::text::testing {
namespace {

void expectEqual(const Tokenizer& tokenizer, const base::Json& cases, SkipSpecialTokens skip) {
    std::size_t compared = 0;
    for (const base::Json& example : cases) {
        const std::string text = example["text"].get<std::string>();
        const auto ids = example["ids"].get<std::vector<std::int32_t>>();
        ASSERT_EQ(tokenizer.encode(text), ids) << "text: " << base::Json(text);
        ASSERT_EQ(tokenizer.encodeWithOffsets(text).ids, ids) << "text: " << base::Json(text);
        if (example.contains("decoded")) {
            ASSERT_EQ(tokenizer.decode(ids, skip), example["decoded"].get<std::string>())
                << "text: " << base::Json(text);
        }
        ++compared;
    }
    EXPECT_GE(compared, 100u);
}

base::Json encodings(const char* key) {
    return base::readJsonFile(goldens() / "tokenizers" / "encodings.json", {.maxBytes = 64u << 20})[key];
}

TEST(Golden, ByteLevelBpeGivesTheReferenceIdsAndText) {
    const fs::path file = goldens() / "tokenizers" / "bytelevel_bpe.json";
    if (!fs::exists(file)) GTEST_SKIP() << isMissing(file);
    expectEqual(tokenizerFromJson(base::readFile(file)), encodings("bytelevel_bpe"), SkipSpecialTokens::Yes);
}

TEST(Golden, WordPieceGivesTheReferenceIdsAndText) {
    const fs::path file = goldens() / "tokenizers" / "wordpiece.json";
    if (!fs::exists(file)) GTEST_SKIP() << isMissing(file);
    expectEqual(tokenizerFromJson(base::readFile(file)), encodings("wordpiece"), SkipSpecialTokens::Yes);
}

TEST(Golden, StarterEncoderGivesTheReferenceIds) {
    const fs::path folder = starter("all-minilm-l6-v2");
    if (!fs::exists(folder)) GTEST_SKIP() << isMissing(folder);
    if (!fs::exists(goldens())) GTEST_SKIP() << isMissing(goldens());
    const Tokenizer tokenizer = loadTokenizer(folder);
    EXPECT_EQ(tokenizer.kind(), "wordpiece");
    EXPECT_EQ(tokenizer.vocabularySize(), 30522);
    EXPECT_EQ(tokenizer.modelMaxLength(), 512);
    EXPECT_EQ(tokenizer.specialIds().cls, 101);
    EXPECT_EQ(tokenizer.specialIds().pad, 0);
    EXPECT_EQ(tokenizer.specialTokensPerText(), 2);
    expectEqual(tokenizer, encodings("starter/minilm"), SkipSpecialTokens::Yes);
}

TEST(Golden, VocabTxtAloneGivesTheSameIdsAsTokenizerJson) {
    const fs::path folder = starter("all-minilm-l6-v2");
    if (!fs::exists(folder)) GTEST_SKIP() << isMissing(folder);
    if (!fs::exists(goldens())) GTEST_SKIP() << isMissing(goldens());
    const TemporaryFolder copy;
    fs::copy_file(folder / "vocab.txt", copy.path() / "vocab.txt");
    expectEqual(loadTokenizer(copy.path()), encodings("starter/minilm"), SkipSpecialTokens::Yes);
}

TEST(Golden, ModelFoldersLoadAndRoundTripTheirText) {
    if (!fs::exists(goldens())) GTEST_SKIP() << isMissing(goldens());
    for (const char* name : {"bert", "distilbert", "gpt2", "llama", "qwen2", "roberta", "gpt2-reward"}) {
        const Tokenizer tokenizer = loadTokenizer(goldens() / "models" / name);
        EXPECT_EQ(tokenizer.decode(tokenizer.encode("hello world")), "hello world") << name;
        EXPECT_TRUE(tokenizer.specialIds().pad || tokenizer.specialIds().eos) << name;
    }
}

}  // namespace
}  // namespace lathe::text::testing
