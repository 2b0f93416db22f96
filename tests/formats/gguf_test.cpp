// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/formats/gguf_model.h"

#include <algorithm>
#include <limits>

#include <gmock/gmock.h>

#include "base/files.h"
#include "formats/gguf_bytes.h"
#include "formats/temporary_folder.h"

namespace lathe::formats {
namespace {

using lathe::testing::errorOf;
using lathe::testing::GgufBytes;
using lathe::testing::TemporaryFolder;
using lathe::testing::tinyLlama;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

GgufHeader parse(const std::string& bytes) {
    std::uint64_t needed = 0;
    auto header = parseGgufHeader(std::as_bytes(std::span(bytes)), bytes.size(), "test.gguf", &needed);
    EXPECT_TRUE(header.has_value());
    return std::move(*header);
}

std::string codeOf(const std::string& bytes, std::string* sentence = nullptr) {
    return errorOf([&] { parse(bytes); }, sentence);
}

template <typename Value>
std::string number(Value value) {
    return GgufBytes::number(value);
}

TEST(GgufHeader, ReadsValuesOfEveryType) {
    GgufBytes file;
    file.pair("a.u8", 0, number(std::uint8_t{200}));
    file.pair("a.i8", 1, number(std::int8_t{-5}));
    file.pair("a.u16", 2, number(std::uint16_t{60000}));
    file.pair("a.i16", 3, number(std::int16_t{-300}));
    file.pair("a.u32", 4, number(std::uint32_t{4'000'000'000}));
    file.pair("a.i32", 5, number(std::int32_t{-7}));
    file.pair("a.f32", 6, number(1.5f));
    file.pair("a.bool", 7, number(std::uint8_t{1}));
    file.pairText("a.text", "x\"y");
    file.pairTexts("a.texts", {"", "two"});
    file.pair("a.u64", 10, number(kMax));
    file.pair("a.i64", 11, number(std::int64_t{-9}));
    file.pair("a.f64", 12, number(2.25));
    file.pair("a.i32s", 9,
              number(std::uint32_t{5}) + number(std::uint64_t{2}) + number(std::int32_t{-1}) + number(std::int32_t{8}));
    file.pair("a.f32s", 9, number(std::uint32_t{6}) + number(std::uint64_t{1}) + number(0.5f));
    const GgufHeader header = parse(file.finish());
    EXPECT_EQ(header.integer("a.u8", 0, 255), 200);
    EXPECT_EQ(header.integer("a.i8", -128, 0), -5);
    EXPECT_EQ(header.integer("a.u16", 0, 1 << 20), 60000);
    EXPECT_EQ(header.integer("a.i16", -1000, 0), -300);
    EXPECT_EQ(header.integer("a.u32", 0, std::int64_t{1} << 40), 4'000'000'000);
    EXPECT_EQ(header.integer("a.i32", -10, 10), -7);
    EXPECT_EQ(header.number("a.f32"), 1.5);
    EXPECT_EQ(header.boolean("a.bool"), true);
    EXPECT_EQ(header.text("a.text"), "x\"y");
    EXPECT_THAT(*header.texts("a.texts"), ::testing::ElementsAre("", "two"));
    EXPECT_EQ(header.number("a.i64"), -9.0);
    EXPECT_EQ(header.number("a.f64"), 2.25);
    EXPECT_THAT(*header.integers("a.i32s"), ::testing::ElementsAre(-1, 8));
    EXPECT_THAT(*header.numbers("a.f32s"), ::testing::ElementsAre(0.5));
    EXPECT_EQ(header.text("absent"), std::nullopt);
    EXPECT_EQ(header.texts("absent"), nullptr);
    EXPECT_EQ(errorOf([&] { header.text("a.u8"); }), "CorruptFile");
    EXPECT_EQ(errorOf([&] { header.integer("a.u64", 0, 100); }), "CorruptFile");
    EXPECT_EQ(errorOf([&] { header.integer("a.u8", 0, 100); }), "CorruptFile");
    EXPECT_EQ(errorOf([&] { header.integer("a.f32", 0, 100); }), "CorruptFile");
    EXPECT_EQ(errorOf([&] { header.texts("a.i32s"); }), "CorruptFile");
}

// The fourteen classes of mistakes that GGUF readers have made, one test each.

TEST(GgufClasses, Class1CountsThatWrapOrExceedTheFile) {
    for (const std::uint64_t count : {std::uint64_t{1}, std::uint64_t{65'537}, kMax / 24, kMax / 2, kMax - 1, kMax}) {
        GgufBytes file;
        file.tensorCount = count;
        EXPECT_EQ(codeOf(file.finish()), "CorruptFile") << count;
        file.tensorCount = 0;
        file.pairCount = count;
        EXPECT_EQ(codeOf(file.finish()), "CorruptFile") << count;
    }
}

TEST(GgufClasses, Class2StringLengthsThatWrapOrExceedTheFile) {
    for (const std::uint64_t length : {std::uint64_t{100}, std::uint64_t{16u << 20} + 1, kMax - 8, kMax}) {
        GgufBytes value;
        value.pair("general.name", 8, number(length) + "abc");
        EXPECT_EQ(codeOf(value.finish()), "CorruptFile") << length;
        EXPECT_EQ(codeOf(std::string("GGUF") + number(std::uint32_t{3}) + number(std::uint64_t{0}) +
                         number(std::uint64_t{1}) + number(length) + std::string(40, 'k')),
                  "CorruptFile")
            << length;
    }
    GgufBytes key;
    key.pairU32(std::string((64u << 10) + 1, 'k'), 1);
    EXPECT_EQ(codeOf(key.finish()), "CorruptFile");
    GgufBytes longest;
    longest.pairU32(std::string(64u << 10, 'k'), 1);
    EXPECT_EQ(codeOf(longest.finish()), "none");
}

TEST(GgufClasses, Class3ArraysThatWrapOrNest) {
    for (const std::uint32_t type : {0u, 4u, 7u, 8u, 10u, 12u})
        for (const std::uint64_t count : {std::uint64_t{1000}, kMax / 8 + 1, kMax}) {
            GgufBytes file;
            file.pair("a", 9, number(type) + number(count) + std::string(16, '\0'));
            EXPECT_EQ(codeOf(file.finish()), "CorruptFile") << type << " " << count;
        }
    GgufBytes nested;
    nested.pair(
        "a", 9,
        number(std::uint32_t{9}) + number(std::uint64_t{1}) + number(std::uint32_t{0}) + number(std::uint64_t{0}));
    EXPECT_EQ(codeOf(nested.finish()), "CorruptFile");
}

TEST(GgufClasses, Class4TooManyDimensions) {
    for (const std::size_t dimensions : {5u, 8u, 64u}) {
        GgufBytes file;
        file.tensor("t", std::vector<std::uint64_t>(dimensions, 1), 0, 0);
        file.data = "1234";
        EXPECT_EQ(codeOf(file.finish()), "CorruptFile");
    }
    std::string bytes = "GGUF" + number(std::uint32_t{3}) + number(std::uint64_t{1}) + number(std::uint64_t{0}) +
                        GgufBytes::text("t") + number(~std::uint32_t{0});
    EXPECT_EQ(codeOf(bytes + std::string(64, '\0')), "CorruptFile");
}

TEST(GgufClasses, Class5ShapesThatOverflow) {
    const std::uint64_t big = std::numeric_limits<std::int64_t>::max();
    for (const auto& shape : std::vector<std::vector<std::uint64_t>>{{big, 2, 1, 1},
                                                                     {2, big},
                                                                     {std::uint64_t{1} << 32, std::uint64_t{1} << 32},
                                                                     {kMax},
                                                                     {kMax, kMax, kMax, kMax},
                                                                     {0, big, big},
                                                                     {0}}) {
        GgufBytes file;
        file.tensor("t", shape, 0, 0);
        file.data = std::string(64, '\0');
        EXPECT_EQ(codeOf(file.finish()), "CorruptFile");
    }
}

TEST(GgufClasses, Class6ByteSizesThatOverflow) {
    GgufBytes file;
    file.tensor("t", {std::uint64_t{1} << 62}, 0, 0);  // 2^62 elements fit, 2^64 bytes do not
    file.data = std::string(64, '\0');
    EXPECT_EQ(codeOf(file.finish()), "CorruptFile");
    GgufBytes blocks;
    blocks.tensor("t", {std::uint64_t{1} << 62}, 14, 0);
    blocks.data = std::string(64, '\0');
    EXPECT_EQ(codeOf(blocks.finish()), "CorruptFile");
}

TEST(GgufClasses, Class7PaddingThatOverflows) {
    GgufBytes file;
    file.tensor("t", {1}, 0, kMax - 31);  // aligned, but start + offset + size wraps
    file.data = std::string(64, '\0');
    EXPECT_EQ(codeOf(file.finish()), "CorruptFile");
}

TEST(GgufClasses, Class8Alignments) {
    for (const std::uint32_t alignment : {0u, 3u, 33u, 1u << 21, 1u << 31, ~0u}) {
        GgufBytes file;
        file.pairU32("general.alignment", alignment);
        EXPECT_EQ(codeOf(file.finish()), "CorruptFile") << alignment;
    }
    GgufBytes wrong;
    wrong.pair("general.alignment", 10, number(std::uint64_t{32}));
    EXPECT_EQ(codeOf(wrong.finish()), "CorruptFile");
    GgufBytes text;
    text.pairText("general.alignment", "32");
    EXPECT_EQ(codeOf(text.finish()), "CorruptFile");
    GgufBytes good;
    good.alignment = 64;
    good.pairU32("general.alignment", 64);
    good.tensorF32("t", {2}, {1, 2});
    good.tensorF32("u", {1}, {3});
    EXPECT_EQ(parse(good.finish()).tensors[1].offset % 64, 0u);
    GgufBytes misplaced;
    misplaced.tensor("t", {1}, 0, 4);
    misplaced.data = std::string(64, '\0');
    EXPECT_EQ(codeOf(misplaced.finish()), "CorruptFile");
}

TEST(GgufClasses, Class9TypeNumbersOutOfRange) {
    for (const std::uint32_t type : {42u, 255u, 0x7fffffffu, ~0u}) {
        GgufBytes file;
        file.tensor("t", {256}, type, 0);
        file.data = std::string(4096, '\0');
        EXPECT_EQ(codeOf(file.finish()), "CorruptFile") << type;
    }
    for (const std::uint32_t type : {4u, 5u, 10u, 11u, 15u, 16u, 39u}) {
        GgufBytes file;
        file.tensor("t", {256}, type, 0);
        file.data = std::string(4096, '\0');
        EXPECT_EQ(codeOf(file.finish()), "Unsupported") << type;
    }
    for (const std::uint32_t type : {13u, 99u, ~0u}) {
        GgufBytes value;
        value.pair("a", type, number(std::uint64_t{0}));
        EXPECT_EQ(codeOf(value.finish()), "CorruptFile") << type;
        GgufBytes list;
        list.pair("a", 9, number(type) + number(std::uint64_t{1}) + number(std::uint64_t{0}));
        EXPECT_EQ(codeOf(list.finish()), "CorruptFile") << type;
    }
    GgufBytes truth;
    truth.pair("a", 7, number(std::uint8_t{2}));
    EXPECT_EQ(codeOf(truth.finish()), "CorruptFile");
}

TEST(GgufClasses, Class10DataPastTheEnd) {
    for (const std::uint64_t offset : {std::uint64_t{32}, std::uint64_t{1} << 40, std::uint64_t{1} << 63}) {
        GgufBytes file;
        file.tensor("t", {8}, 0, offset);
        file.data = std::string(32, '\0');
        EXPECT_EQ(codeOf(file.finish()), "CorruptFile") << offset;
    }
    GgufBytes overlapping;
    overlapping.tensor("t", {16}, 0, 0);
    overlapping.tensor("u", {8}, 0, 32);
    overlapping.data = std::string(64, '\0');
    EXPECT_EQ(codeOf(overlapping.finish()), "CorruptFile");
}

TEST(GgufClasses, Class11Duplicates) {
    GgufBytes keys;
    keys.pairU32("a", 1);
    keys.pairText("a", "x");
    EXPECT_EQ(codeOf(keys.finish()), "CorruptFile");
    GgufBytes tensors;
    tensors.tensorF32("t", {1}, {1});
    tensors.tensorF32("t", {1}, {1});
    EXPECT_EQ(codeOf(tensors.finish()), "CorruptFile");
}

/// tinyLlama() with one pair more, or another value for a pair that is added last in its place.
std::string configCode(const std::string& without, const std::function<void(GgufBytes&)>& add) {
    const std::string whole = tinyLlama().finish();
    GgufHeader header = parse(whole);
    if (!without.empty()) header.pairs.erase(without);
    GgufBytes extra;
    add(extra);
    for (auto& [key, value] : parse(extra.finish()).pairs) header.pairs[key] = value;
    return errorOf([&] {
        ggufConfig(header);
        ggufVocabulary(header);
    });
}

TEST(GgufClasses, Class12HyperParametersOutOfRange) {
    EXPECT_EQ(configCode("", [](GgufBytes&) {}), "none");
    for (const char* key : {"llama.block_count", "llama.embedding_length", "llama.context_length",
                            "llama.feed_forward_length", "llama.attention.head_count"}) {
        EXPECT_EQ(configCode(key, [](GgufBytes&) {}), "CorruptFile") << key;
        for (const std::uint32_t value : {0u, ~0u, 0x80000000u})
            EXPECT_EQ(configCode("", [&](GgufBytes& file) { file.pairU32(key, value); }), "CorruptFile")
                << key << value;
        EXPECT_EQ(configCode("", [&](GgufBytes& file) { file.pairText(key, "8"); }), "CorruptFile") << key;
    }
    EXPECT_EQ(configCode("", [](GgufBytes& file) { file.pairU32("llama.block_count", 1025); }), "CorruptFile");
    EXPECT_EQ(configCode("", [](GgufBytes& file) { file.pairU32("llama.attention.head_count", 3); }), "CorruptFile");
    EXPECT_EQ(configCode("", [](GgufBytes& file) { file.pairU32("llama.vocab_size", 7); }), "CorruptFile");
    for (const float value :
         {0.0f, -1.0f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
        EXPECT_EQ(
            configCode("", [&](GgufBytes& file) { file.pairF32("llama.attention.layer_norm_rms_epsilon", value); }),
            "CorruptFile");
    EXPECT_EQ(configCode("", [](GgufBytes& file) { file.pairU32("tokenizer.ggml.eos_token_id", 6); }), "CorruptFile");
    EXPECT_EQ(configCode("", [](GgufBytes& file) { file.pairU32("tokenizer.ggml.padding_token_id", ~0u); }), "none");
    EXPECT_EQ(
        configCode(
            "", [](GgufBytes& file) { file.pairTexts("tokenizer.ggml.tokens", {std::string((64u << 10) + 1, 'x')}); }),
        "CorruptFile");
    EXPECT_EQ(configCode("tokenizer.ggml.tokens", [](GgufBytes&) {}), "CorruptFile");
    EXPECT_EQ(configCode("",
                         [](GgufBytes& file) {
                             file.pair("tokenizer.ggml.token_type", 9,
                                       number(std::uint32_t{5}) + number(std::uint64_t{1}) + number(std::int32_t{1}));
                         }),
              "CorruptFile");
    EXPECT_EQ(configCode("", [](GgufBytes& file) { file.pairText("general.architecture", "mamba"); }), "Unsupported");
    EXPECT_EQ(configCode("", [](GgufBytes& file) { file.pairText("llama.rope.scaling.type", "yarn"); }), "Unsupported");
}

TEST(GgufClasses, Class13LongTextsKeepTheirLength) {
    GgufBytes file;
    const std::string text((1u << 20) + 17, 'z');
    file.pairText("tokenizer.chat_template", text);
    EXPECT_EQ(parse(file.finish()).text("tokenizer.chat_template"), text);
}

TEST(GgufClasses, Class14NotAGgufAtAll) {
    std::string sentence;
    EXPECT_EQ(codeOf("<!doctype html><html><body>404</body></html>", &sentence), "CorruptFile");
    EXPECT_THAT(sentence, ::testing::HasSubstr("HTML page"));
    EXPECT_EQ(codeOf("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", &sentence), "CorruptFile");
    EXPECT_THAT(sentence, ::testing::HasSubstr("Git LFS pointer"));
    EXPECT_EQ(codeOf("GGML" + std::string(60, '\0')), "CorruptFile");
    EXPECT_EQ(codeOf(std::string(60, '\0')), "CorruptFile");
    EXPECT_EQ(codeOf(""), "CorruptFile");
    for (const auto& [version, code] : {std::pair{0u, "CorruptFile"},
                                        {1u, "Unsupported"},
                                        {4u, "Unsupported"},
                                        {0x03000000u, "Unsupported"},
                                        {~0u, "Unsupported"}}) {
        GgufBytes file;
        file.version = version;
        EXPECT_EQ(codeOf(file.finish()), code) << version;
    }
    GgufBytes second;
    second.version = 2;
    EXPECT_EQ(parse(second.finish()).version, 2u);
}

TEST(GgufFile, EveryTruncationIsAnError) {
    const std::string whole = tinyLlama().finish();
    ASSERT_EQ(parse(whole).tensors.size(), 11u);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        ASSERT_EQ(codeOf(whole.substr(0, length)), "CorruptFile") << length << " of " << whole.size();
    }
}

TEST(GgufFile, IsReadFromAnyPrefixThatHoldsTheHeader) {
    const std::string whole = tinyLlama().finish();
    std::uint64_t needed = 0;
    std::size_t length = 24;
    while (true) {  // grows exactly as asked until the header is complete
        const auto header = parseGgufHeader(std::as_bytes(std::span(whole).first(length)), whole.size(), "t", &needed);
        if (header) break;
        ASSERT_GT(needed, length);
        length = needed;
    }
    EXPECT_LT(length, whole.size() / 2);
}

TEST(GgufModel, GivesHuggingFaceNamesAndRowOrder) {
    const TemporaryFolder folder;
    const ModelFiles model = openModelFiles(folder.write("m.gguf", tinyLlama().finish()));
    EXPECT_EQ(model.container, Container::Gguf);
    EXPECT_EQ(model.config["hidden_size"], 8);
    EXPECT_EQ(model.config["head_dim"], 4);
    EXPECT_EQ(model.config["tie_word_embeddings"], true);
    EXPECT_EQ(model.config["eos_token_id"], 4);
    EXPECT_TRUE(model.config["bos_token_id"].is_null());
    EXPECT_EQ(model.vocabulary->tokens.size(), 6u);
    const auto query = model.tensors->readFloat("model.layers.0.self_attn.q_proj.weight");
    // Stored row r starts with 8 r. A head of 4 rows (0 1 2 3) holds pairs (0 1)(2 3), Hugging Face wants 0 2 1 3.
    std::vector<float> firstOfRow;
    for (std::size_t row = 0; row < 8; ++row) firstOfRow.push_back(query[8 * row] / 8);
    EXPECT_THAT(firstOfRow, ::testing::ElementsAre(0, 2, 1, 3, 4, 6, 5, 7));
    std::vector<float> part(13);
    for (std::uint64_t first = 0; first + part.size() <= query.size(); ++first) {
        model.tensors->readFloat(model.tensors->info("model.layers.0.self_attn.q_proj.weight"), part, first);
        ASSERT_TRUE(std::equal(part.begin(), part.end(), query.begin() + static_cast<std::ptrdiff_t>(first))) << first;
    }
    EXPECT_EQ(model.tensors->readFloat("model.layers.0.mlp.down_proj.weight")[17], 17.0f);
    EXPECT_EQ(model.tensors->find("lm_head.weight"), nullptr);
    std::vector<std::byte> raw(256);
    EXPECT_EQ(
        errorOf([&] { model.tensors->readRaw(model.tensors->info("model.layers.0.self_attn.q_proj.weight"), raw); }),
        "InvalidInput");
}

TEST(GgufModel, RefusesTensorsThatTheArchitectureDoesNotHave) {
    const TemporaryFolder folder;
    GgufBytes file = tinyLlama();
    file.tensorF32("blk.0.ffn_gate_inp.weight", {8, 2}, std::vector<float>(16));
    EXPECT_EQ(errorOf([&] { openModelFiles(folder.write("m.gguf", file.finish())); }), "Unsupported");
}

TEST(GgufModel, UnderstandsLlama3FactorsAndNoOthers) {
    const TemporaryFolder folder;
    GgufBytes file = tinyLlama();
    file.tensorF32("rope_freqs.weight", {2}, {1.0f, 1.0f});
    EXPECT_EQ(openModelFiles(folder.write("m.gguf", file.finish())).config["rope_scaling"]["rope_type"], "llama3");
    GgufBytes other = tinyLlama();
    other.tensorF32("rope_freqs.weight", {2}, {5.0f, 8.0f});
    EXPECT_EQ(errorOf([&] { openModelFiles(folder.write("m.gguf", other.finish())); }), "Unsupported");
}

/// Every tensor of a source as a list for writeGguf().
std::vector<GgufTensorToWrite> toWrite(const std::shared_ptr<const TensorSource>& source) {
    std::vector<GgufTensorToWrite> tensors;
    for (const TensorInfo& info : source->tensors())
        tensors.push_back(
            {info.name, info.shape, [source, name = info.name](std::uint64_t first, std::span<float> out) {
                 source->readFloat(source->info(name), out, first);
             }});
    return tensors;
}

TEST(GgufWriter, ARoundTripKeepsEveryBit) {
    const TemporaryFolder folder;
    const ModelFiles model = openModelFiles(folder.write("m.gguf", tinyLlama().finish()));
    writeGguf(folder.path() / "copy.gguf", model.config, *model.vocabulary, toWrite(model.tensors), TensorType::F32);
    const ModelFiles copy = openModelFiles(folder.path() / "copy.gguf");
    base::Json expected = model.config;
    EXPECT_EQ(copy.config, expected);
    ASSERT_EQ(copy.tensors->tensors().size(), model.tensors->tensors().size());
    for (const TensorInfo& info : model.tensors->tensors())
        EXPECT_EQ(copy.tensors->readFloat(info.name), model.tensors->readFloat(info.name)) << info.name;
    EXPECT_EQ(copy.vocabulary->tokens, model.vocabulary->tokens);
    EXPECT_EQ(copy.vocabulary->merges, model.vocabulary->merges);
    EXPECT_EQ(copy.vocabulary->eosId, model.vocabulary->eosId);
}

TEST(GgufWriter, RowsThatQ8CannotHoldBecomeHalves) {
    const TemporaryFolder folder;
    const ModelFiles model = openModelFiles(folder.write("m.gguf", tinyLlama().finish()));
    writeGguf(folder.path() / "q.gguf", model.config, *model.vocabulary, toWrite(model.tensors), TensorType::Q8_0);
    const ModelFiles copy = openModelFiles(folder.path() / "q.gguf");
    EXPECT_EQ(copy.tensors->info("model.embed_tokens.weight").type, TensorType::F16);
    EXPECT_EQ(copy.tensors->info("model.norm.weight").type, TensorType::F32);
}

TEST(GgufWriter, RefusesWhatGgufCannotHold) {
    const TemporaryFolder folder;
    const ModelFiles model = openModelFiles(folder.write("m.gguf", tinyLlama().finish()));
    const auto tensors = toWrite(model.tensors);
    base::Json config = model.config;
    EXPECT_EQ(
        errorOf([&] { writeGguf(folder.path() / "x.gguf", config, *model.vocabulary, tensors, TensorType::Q4_0); }),
        "InvalidInput");
    config["model_type"] = "roberta";
    EXPECT_EQ(
        errorOf([&] { writeGguf(folder.path() / "x.gguf", config, *model.vocabulary, tensors, TensorType::F32); }),
        "Unsupported");
    config["model_type"] = 7;
    EXPECT_EQ(
        errorOf([&] { writeGguf(folder.path() / "x.gguf", config, *model.vocabulary, tensors, TensorType::F32); }),
        "InvalidInput");
    text::GgufVocabulary large = *model.vocabulary;
    large.tokens.resize(7);
    EXPECT_EQ(errorOf([&] { writeGguf(folder.path() / "x.gguf", model.config, large, tensors, TensorType::F32); }),
              "InvalidInput");
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "x.gguf"));
}

}  // namespace
}  // namespace lathe::formats
