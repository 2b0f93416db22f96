// SPDX-License-Identifier: GPL-3.0-or-later
// Folders in every form, saving, and files that are damaged.
#include <lathe/error.h>
#include <sentencepiece_trainer.h>

#include "base/random.h"
#include "text_test_support.h"

namespace lathe::text::testing {
namespace {

using Ids = std::vector<std::int32_t>;

TEST(TokenizerFiles, AFolderWithoutTokenizerSaysWhatIsNeeded) {
    const TemporaryFolder folder;
    try {
        loadTokenizer(folder.path());
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::NotFound);
        EXPECT_NE(std::string(error.what()).find("tokenizer.json"), std::string::npos);
    }
    EXPECT_THROW(loadTokenizer(folder.path() / "nowhere"), Error);
}

TEST(TokenizerFiles, ConfigurationGivesRolesLengthAndTemplate) {
    const TemporaryFolder folder;
    folder.write("tokenizer.json", smallBpe());
    folder.write("tokenizer_config.json",
                 R"({"eos_token": {"content": "<|end|>", "lstrip": false}, "bos_token": "<|start|>", "pad_token": null,
        "model_max_length": 77, "chat_template": [{"name": "other", "template": "no"}, {"name": "default", "template": "yes"}]})");
    const Tokenizer tokenizer = loadTokenizer(folder.path());
    EXPECT_EQ(tokenizer.specialIds().eos, 0);
    EXPECT_EQ(tokenizer.specialIds().bos, 1);
    EXPECT_FALSE(tokenizer.specialIds().pad.has_value());
    EXPECT_EQ(tokenizer.modelMaxLength(), 77);
    EXPECT_EQ(tokenizer.chatTemplate(), "yes");
    folder.write("chat_template.jinja", "file");
    EXPECT_EQ(loadTokenizer(folder.path()).chatTemplate(), "file");
}

TEST(TokenizerFiles, AddBosTokenReplacesThePostProcessor) {
    const TemporaryFolder folder;
    folder.write("tokenizer.json", smallBpe());
    folder.write("tokenizer_config.json",
                 R"({"eos_token": "<|end|>", "bos_token": "<|start|>", "add_bos_token": true, "add_eos_token": true})");
    const Tokenizer tokenizer = loadTokenizer(folder.path());
    EXPECT_EQ(tokenizer.encode("the"), (Ids{1, *tokenizer.tokenId("the"), 0}));
}

TEST(TokenizerFiles, VocabJsonAndMergesGiveTheSameIdsAsTokenizerJson) {
    const base::Json json = base::Json::parse(smallBpe());
    const TemporaryFolder folder;
    folder.write("vocab.json", json["model"]["vocab"].dump());
    std::string merges = "#version: 0.2\n";
    for (const base::Json& merge : json["model"]["merges"]) {
        merges += merge[0].get<std::string>() + " " + merge[1].get<std::string>() + "\n";
    }
    folder.write("merges.txt", merges);
    folder.write("special_tokens_map.json", R"({"eos_token": "<|end|>"})");
    const Tokenizer tokenizer = loadTokenizer(folder.path());
    const Tokenizer reference = tokenizerFromJson(smallBpe());
    for (const char* text : {"the aaaa 12", "  \n\nthe'll", "the<|end|>the"}) {
        EXPECT_EQ(tokenizer.encode(text), reference.encode(text)) << text;
    }
    EXPECT_EQ(tokenizer.specialIds().eos, 0);
    folder.write("merges.txt", "#version: 0.2\na a a\n");
    EXPECT_THROW(loadTokenizer(folder.path()), Error);
}

TEST(TokenizerFiles, VocabTxtIsWordPieceWithBertsNormaliser) {
    const TemporaryFolder folder;
    folder.write("vocab.txt", "[PAD]\r\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\n##ing\nPlay\n");
    EXPECT_EQ(loadTokenizer(folder.path()).encode("Playing zzz"), (Ids{2, 5, 6, 1, 3}));
    folder.write("tokenizer_config.json", R"({"do_lower_case": false})");
    EXPECT_EQ(loadTokenizer(folder.path()).encode("Playing [MASK]"), (Ids{2, 7, 6, 4, 3}));
}

TEST(TokenizerFiles, SavedFoldersGiveTheSameIdsAndHash) {
    const TemporaryFolder source;
    source.write("tokenizer.json", smallBpe());
    source.write("tokenizer_config.json",
                 R"({"eos_token": "<|end|>", "custom": 3, "chat_template": "{{ messages }}"})");
    const Tokenizer original = loadTokenizer(source.path());
    const TemporaryFolder target;
    original.save(target.path() / "made");
    const Tokenizer saved = loadTokenizer(target.path() / "made");
    EXPECT_EQ(saved.hash(), original.hash());
    EXPECT_EQ(saved.chatTemplate(), original.chatTemplate());
    EXPECT_EQ(saved.specialIds().eos, 0);
    EXPECT_EQ(base::readJsonFile(target.path() / "made" / "tokenizer_config.json")["custom"], 3);
}

/// A small sentencepiece model trained here and now.
std::string trainModel(const TemporaryFolder& folder, const char* type) {
    std::string corpus;
    for (int i = 0; i < 300; ++i) {
        corpus += "the quick brown fox jumps over the lazy dog number " + std::to_string(i) + "\n" +
                  "pack my box with five dozen jugs\n";
    }
    folder.write("corpus.txt", corpus);
    const std::string prefix = (folder.path() / "spm").string();
    const std::string arguments = "--input=" + (folder.path() / "corpus.txt").string() + " --model_prefix=" + prefix +
                                  " --vocab_size=160 --model_type=" + type +
                                  " --byte_fallback=false --minloglevel=2 --hard_vocab_limit=false";
    EXPECT_TRUE(sentencepiece::SentencePieceTrainer::Train(arguments).ok());
    return base::readFile(prefix + ".model");
}

TEST(TokenizerFiles, SentencePieceModelsLoadSaveAndConvert) {
    for (const char* type : {"unigram", "bpe"}) {
        const TemporaryFolder training;
        const std::string model = trainModel(training, type);
        const TemporaryFolder folder;
        folder.write("tokenizer.model", model);
        const Tokenizer tokenizer = loadTokenizer(folder.path());
        EXPECT_EQ(tokenizer.kind(), "sentencepiece");
        const TemporaryFolder saved;
        tokenizer.save(saved.path());
        EXPECT_TRUE(fs::exists(saved.path() / "tokenizer.model"));
        const Tokenizer converted = loadTokenizer(saved.path());  // now from tokenizer.json
        EXPECT_EQ(converted.kind(), type);
        for (const char* text : {"the quick brown fox", "  pack my   box ", "number 17 zebra", "five",
                                 "dog dozen jumps over", "\xEF\xBC\xA1 fox"}) {
            const Ids ids = tokenizer.encode(text);
            EXPECT_FALSE(ids.empty()) << text;
            EXPECT_EQ(converted.encode(text), ids) << type << ": " << text;
        }
        EXPECT_EQ(tokenizer.decode(tokenizer.encode("the lazy dog")), "the lazy dog");
        EXPECT_EQ(converted.decode(converted.encode("the lazy dog")), "the lazy dog");
        EXPECT_EQ(tokenizer.encode("dog</s>").back(), 2);
        const Encoding encoding = tokenizer.encodeWithOffsets("the dog");
        EXPECT_EQ(encoding.offsets.back().end, 7u);
    }
}

TEST(TokenizerFiles, DamagedSentencePieceModelsAreErrorsNotCrashes) {
    const TemporaryFolder training;
    const std::string model = trainModel(training, "unigram");
    const TemporaryFolder folder;
    base::RandomStream random(11, 0);
    const auto attempt = [&](const std::string& bytes) {
        folder.write("tokenizer.model", bytes);
        try {
            const Tokenizer tokenizer = loadTokenizer(folder.path());
            tokenizer.decode(tokenizer.encode("the quick \xEF\xBC\xA1 fox"));
        } catch (const Error&) {
        }
    };
    for (int round = 0; round < 60; ++round) {
        attempt(model.substr(0, random.below(model.size())));
        std::string flipped = model;
        flipped[random.below(flipped.size())] = static_cast<char>(random.below(256));
        attempt(flipped);
    }
    attempt("");
}

/// Loading must end in a tokenizer or in lathe::Error.
void attemptJson(const std::string& text) {
    try {
        const Tokenizer tokenizer = tokenizerFromJson(text);
        tokenizer.decode(tokenizer.encode("the a12 <|end|>\n \xED\x95\x9C"));
    } catch (const Error& error) {
        EXPECT_GT(std::string(error.what()).size(), 20u);
    }
}

TEST(TokenizerFiles, TruncatedAndFlippedJsonIsAnErrorNotACrash) {
    for (const std::string& good :
         {smallBpe(), smallBpe({{"normalizer", {{"type", "NFKC"}}}, {"pre_tokenizer", {{"type", "Metaspace"}}}})}) {
        base::RandomStream random(3, good.size());
        for (std::size_t length = 0; length < good.size(); length += 1 + good.size() / 300) {
            attemptJson(good.substr(0, length));
        }
        for (int round = 0; round < 600; ++round) {
            std::string flipped = good;
            for (std::uint64_t k = 0; k <= random.below(3); ++k) {
                flipped[random.below(flipped.size())] = static_cast<char>(random.below(256));
            }
            attemptJson(flipped);
        }
    }
}

TEST(TokenizerFiles, NonsenseValuesAreRefusedWithASentence) {
    using Json = base::OrderedJson;
    const std::pair<const char*, Json> changes[] = {
        {"missing unknown token", {{"model", {{"type", "WordPiece"}, {"vocab", {{"a", 0}}}, {"merges", nullptr}}}}},
        {"negative id", {{"model", {{"vocab", {{"a", -1}}}}}}},
        {"huge id", {{"model", {{"vocab", {{"a", 4'000'000'000}}}}}}},
        {"text id", {{"model", {{"vocab", {{"a", "0"}}}}}}},
        {"merge of unknown tokens", {{"model", {{"merges", Json::array({Json::array({"zz", "yy"})})}}}}},
        {"merge of three", {{"model", {{"merges", Json::array({"a a a"})}}}}},
        {"bad regex",
         {{"pre_tokenizer", {{"type", "Split"}, {"pattern", {{"Regex", "(["}}}, {"behavior", "Isolated"}}}}},
        {"bad behavior",
         {{"pre_tokenizer", {{"type", "Split"}, {"pattern", {{"String", "a"}}}, {"behavior", "Sideways"}}}}},
        {"wrong type", {{"normalizer", {{"type", "Strip"}, {"strip_left", 3}}}}},
        {"no pattern", {{"normalizer", {{"type", "Replace"}, {"content", "x"}}}}},
        {"bad charsmap", {{"normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", "AAAA!"}}}}},
        {"short charsmap", {{"normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", "/////w=="}}}}},
        {"bad added id", {{"added_tokens", Json::array({Json{{"id", 1e9}, {"content", "x"}}})}}},
    };
    for (const auto& [name, change] : changes) {
        try {
            tokenizerFromJson(smallBpe(change));
            ADD_FAILURE() << name;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::CorruptFile) << name << ": " << error.what();
        }
    }
}

}  // namespace
}  // namespace lathe::text::testing
