// SPDX-License-Identifier: GPL-3.0-or-later
#include <lathe/error.h>

#include "models/formats/gguf.h"
#include "models/formats/gguf_model.h"
#include "text/chat_template.h"
#include "text_test_support.h"

namespace lathe::text::testing {
namespace {

fs::path starterGguf() {
    const fs::path folder = starter("smollm2-135m-instruct");
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none)) {
        if (entry.path().extension() == ".gguf") {
            return entry.path();
        }
    }
    return folder / "model.gguf";
}

Tokenizer starterTokenizer() {
    return tokenizerFromGguf(formats::ggufVocabulary(formats::readGgufHeader(starterGguf())));
}

void expectReferenceIds(const Tokenizer& tokenizer) {
    const base::Json all = base::readJsonFile(goldens() / "tokenizers" / "encodings.json", {.maxBytes = 64u << 20});
    for (const base::Json& example : all["starter/smollm2"]) {
        const auto ids = example["ids"].get<std::vector<std::int32_t>>();
        ASSERT_EQ(tokenizer.encode(example["text"].get<std::string>()), ids) << example["text"];
        ASSERT_EQ(tokenizer.decode(ids, SkipSpecialTokens::No), example["decoded"].get<std::string>())
            << example["text"];
    }
}

TEST(GgufVocabulary, StarterGivesTheReferenceIdsAndText) {
    if (!fs::exists(starterGguf())) GTEST_SKIP() << isMissing(starterGguf());
    if (!fs::exists(goldens())) GTEST_SKIP() << isMissing(goldens());
    const Tokenizer tokenizer = starterTokenizer();
    EXPECT_EQ(tokenizer.vocabularySize(), 49152);
    EXPECT_EQ(tokenizer.specialIds().eos, 2);
    EXPECT_EQ(tokenizer.specialIds().pad, 2);
    expectReferenceIds(tokenizer);
}

TEST(GgufVocabulary, SavedStarterGivesTheSameIds) {
    if (!fs::exists(starterGguf())) GTEST_SKIP() << isMissing(starterGguf());
    if (!fs::exists(goldens())) GTEST_SKIP() << isMissing(goldens());
    const TemporaryFolder folder;
    const Tokenizer original = starterTokenizer();
    original.save(folder.path());
    const Tokenizer saved = loadTokenizer(folder.path());
    expectReferenceIds(saved);
    EXPECT_EQ(saved.hash(), original.hash());
    EXPECT_EQ(saved.chatTemplate(), original.chatTemplate());
    EXPECT_EQ(saved.specialIds().bos, original.specialIds().bos);
}

TEST(GgufVocabulary, StarterChatGivesTheReferenceText) {
    if (!fs::exists(starterGguf())) GTEST_SKIP() << isMissing(starterGguf());
    if (!fs::exists(goldens())) GTEST_SKIP() << isMissing(goldens());
    const Tokenizer tokenizer = starterTokenizer();
    const base::Json all = base::readJsonFile(goldens() / "tokenizers" / "encodings.json", {.maxBytes = 64u << 20});
    std::size_t compared = 0;
    for (const base::Json& example : all["starter/smollm2:chat"]) {
        std::vector<ChatMessage> messages;
        for (const base::Json& message : example["messages"]) {
            messages.push_back({message["role"], message["content"]});
        }
        ChatOptions options = chatOptionsFor(tokenizer);
        options.addGenerationPrompt = true;
        EXPECT_EQ(renderChat(tokenizer.chatTemplate(), messages, options), example["text"].get<std::string>());
        ++compared;
    }
    EXPECT_GT(compared, 0u);
}

GgufVocabulary smallVocabulary() {
    GgufVocabulary vocabulary;
    vocabulary.model = "llama";
    vocabulary.tokens = {"<unk>",
                         "<s>",
                         "</s>",
                         "\xE2\x96\x81",
                         "a",
                         "b",
                         "\xE2\x96\x81"
                         "a",
                         "ab",
                         "\xE2\x96\x81"
                         "ab",
                         "<tool>"};
    vocabulary.tokenTypes = {2, 3, 3, 1, 1, 1, 1, 1, 1, 4};
    vocabulary.scores = {0, 0, 0, -9, -7, -8, -2, -1, -3, 0};
    vocabulary.bosId = 1;
    vocabulary.eosId = 2;
    vocabulary.unkId = 0;
    return vocabulary;
}

TEST(GgufVocabulary, SentencePieceMergesComeFromScores) {
    const Tokenizer tokenizer = tokenizerFromGguf(smallVocabulary());
    // Best score first: "ab" (-1) is merged before a blank and "a" (-2).
    EXPECT_EQ(tokenizer.encode("ab", AddSpecialTokens::No), (std::vector<std::int32_t>{8}));
    EXPECT_EQ(tokenizer.encode("aab", AddSpecialTokens::No), (std::vector<std::int32_t>{6, 7}));
    EXPECT_EQ(tokenizer.encode("a"), (std::vector<std::int32_t>{1, 6}));  // BOS is the default of this kind
    EXPECT_EQ(tokenizer.encode("<tool>b", AddSpecialTokens::No), (std::vector<std::int32_t>{9, 5}));
    EXPECT_FALSE(tokenizer.isSpecial(9));
    EXPECT_TRUE(tokenizer.isSpecial(2));
    EXPECT_EQ(tokenizer.decode(tokenizer.encode("a ab")), "a ab");
}

TEST(GgufVocabulary, FlagsSayWhetherBosAndEosAreAdded) {
    GgufVocabulary vocabulary = smallVocabulary();
    vocabulary.addBos = false;
    vocabulary.addEos = true;
    EXPECT_EQ(tokenizerFromGguf(vocabulary).encode("a"), (std::vector<std::int32_t>{6, 2}));
}

TEST(GgufVocabulary, BertTokensGetTheirMarksBack) {
    GgufVocabulary vocabulary;
    vocabulary.model = "bert";
    vocabulary.tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "\xE2\x96\x81play", "ing", "\xE2\x96\x81."};
    vocabulary.bosId = 2;
    vocabulary.eosId = 3;
    const Tokenizer tokenizer = tokenizerFromGguf(vocabulary);
    EXPECT_EQ(tokenizer.encode("Playing."), (std::vector<std::int32_t>{2, 4, 5, 6, 3}));
    EXPECT_EQ(tokenizer.decode({4, 5, 6}), "playing.");
}

TEST(GgufVocabulary, BadVocabulariesAreRefused) {
    GgufVocabulary empty;
    empty.model = "gpt2";
    EXPECT_THROW(tokenizerFromGguf(empty), Error);
    GgufVocabulary unknown = smallVocabulary();
    unknown.model = "rwkv";
    EXPECT_THROW(tokenizerFromGguf(unknown), Error);
    GgufVocabulary outside = smallVocabulary();
    outside.eosId = 10;
    EXPECT_THROW(tokenizerFromGguf(outside), Error);
    GgufVocabulary merges = smallVocabulary();
    merges.merges = {"a"};
    EXPECT_THROW(tokenizerFromGguf(merges), Error);
    GgufVocabulary bytes = smallVocabulary();
    bytes.tokens[4] = "\xFF";
    EXPECT_THROW(tokenizerFromGguf(bytes), Error);
    GgufVocabulary types = smallVocabulary();
    types.tokenTypes.resize(100, 3);
    EXPECT_NO_THROW(tokenizerFromGguf(types));
}

}  // namespace
}  // namespace lathe::text::testing
