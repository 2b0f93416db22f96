// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/formats/safetensors.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "formats/temporary_folder.h"

namespace lathe::formats {
namespace {

using lathe::testing::errorOf;
using lathe::testing::TemporaryFolder;

std::string fileOf(const std::string& json, const std::string& data) {
    const std::uint64_t length = json.size();
    return std::string(reinterpret_cast<const char*>(&length), 8) + json + data;
}

SafetensorsHeader parse(const std::string& bytes) {
    return parseSafetensorsHeader(std::as_bytes(std::span(bytes)), bytes.size(), "test.safetensors");
}

std::string codeOf(const std::string& bytes) {
    return errorOf([&] { parse(bytes); });
}

TEST(SafetensorsHeader, ReadsTensorsInOrderOfTheirPlace) {
    const auto header = parse(fileOf(
        R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"a":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}  )",
        std::string(12, 'x')));
    ASSERT_EQ(header.entries.size(), 2u);
    EXPECT_EQ(header.entries[0].info.name, "a");
    EXPECT_EQ(header.entries[0].info.type, TensorType::BF16);
    EXPECT_THAT(header.entries[0].info.shape, ::testing::ElementsAre(1, 2));
    EXPECT_EQ(header.entries[1].info.elements, 2u);
    EXPECT_EQ(header.metadata.at("format"), "pt");
}

TEST(SafetensorsHeader, AcceptsScalarsAndEmptyTensors) {
    EXPECT_EQ(
        parse(fileOf(R"({"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", "1234")).entries[0].info.elements, 1u);
    const auto header = parse(fileOf(
        R"({"z":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]},"y":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
        "abc"));
    EXPECT_EQ(header.entries.size(), 3u);
    EXPECT_EQ(parse(fileOf("{}", "")).entries.size(), 0u);
}

struct BadHeader {
    const char* name;
    const char* json;
    std::size_t dataBytes;
    const char* code;
};

class SafetensorsBadHeader : public ::testing::TestWithParam<BadHeader> {};

TEST_P(SafetensorsBadHeader, IsAnError) {
    EXPECT_EQ(codeOf(fileOf(GetParam().json, std::string(GetParam().dataBytes, '\0'))), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Semantics, SafetensorsBadHeader,
    ::testing::Values(
        BadHeader{
            "Overlap",
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
            6, "CorruptFile"},
        BadHeader{
            "SameRange",
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
            4, "CorruptFile"},
        BadHeader{
            "Hole",
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}})",
            9, "CorruptFile"},
        BadHeader{"HoleAtStart", R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}})", 5, "CorruptFile"},
        BadHeader{
            "DuplicateName",
            R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
            4, "CorruptFile"},
        BadHeader{"DuplicateField", R"({"a":{"dtype":"U8","shape":[2],"shape":[2],"data_offsets":[0,2]}})", 2,
                  "CorruptFile"},
        BadHeader{"DuplicateMetadata", R"({"__metadata__":{"a":"1","a":"2"}})", 0, "CorruptFile"},
        BadHeader{"WrapsToFour",
                  R"({"a":{"dtype":"U8","shape":[4194305,4194305,211106198978564],"data_offsets":[0,4]}})", 4,
                  "CorruptFile"},
        BadHeader{"BitsOverflow", R"({"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}})", 0,
                  "CorruptFile"},
        BadHeader{"ZeroHidesOverflow",
                  R"({"a":{"dtype":"U8","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}})", 0,
                  "CorruptFile"},
        BadHeader{"NegativeSize", R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1, "CorruptFile"},
        BadHeader{"NegativeOffset", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}})", 1, "CorruptFile"},
        BadHeader{"HugeNumber", R"({"a":{"dtype":"U8","shape":[1e400],"data_offsets":[0,1]}})", 1, "CorruptFile"},
        BadHeader{"FractionalSize", R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", 1, "CorruptFile"},
        BadHeader{"AboveU64", R"({"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,1]}})", 1,
                  "CorruptFile"},
        BadHeader{"EndBeforeBegin", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", 1, "CorruptFile"},
        BadHeader{"WrongByteCount", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "CorruptFile"},
        BadHeader{"PastTheEnd", R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})", 7, "CorruptFile"},
        BadHeader{"ExtraBytes", R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})", 9, "CorruptFile"},
        BadHeader{"DataWithoutTensors", "{}", 1, "CorruptFile"},
        BadHeader{"UnknownDtype", R"({"a":{"dtype":"F13","shape":[1],"data_offsets":[0,1]}})", 1, "Unsupported"},
        BadHeader{"ComplexDtype", R"({"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}})", 8, "Unsupported"},
        BadHeader{"OddF4", R"({"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}})", 2, "CorruptFile"},
        BadHeader{"EvenF4", R"({"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}})", 2, "Unsupported"},
        BadHeader{"ThreeOffsets", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}})", 1, "CorruptFile"},
        BadHeader{"NineDimensions", R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})", 1,
                  "CorruptFile"},
        BadHeader{"NoDtype", R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1, "CorruptFile"},
        BadHeader{"NoShape", R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1, "CorruptFile"},
        BadHeader{"NoOffsets", R"({"a":{"dtype":"U8","shape":[1]}})", 1, "CorruptFile"},
        BadHeader{"UnknownField", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":[1]}})", 1, "CorruptFile"},
        BadHeader{"NestedShape", R"({"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}})", 1, "CorruptFile"},
        BadHeader{"NestedObject", R"({"a":{"dtype":{},"shape":[1],"data_offsets":[0,1]}})", 1, "CorruptFile"},
        BadHeader{"TensorIsText", R"({"a":"U8"})", 0, "CorruptFile"},
        BadHeader{"MetadataNumber", R"({"__metadata__":{"a":1}})", 0, "CorruptFile"},
        BadHeader{"MetadataNull", R"({"__metadata__":null})", 0, "CorruptFile"},
        BadHeader{"RootIsList", "[]", 0, "CorruptFile"}, BadHeader{"LeadingSpace", " {}", 0, "CorruptFile"},
        BadHeader{"NotJson", "{nonsense}", 0, "CorruptFile"}, BadHeader{"TwoRoots", "{}{}", 0, "CorruptFile"},
        BadHeader{"BadUtf8", "{\"\xff\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "CorruptFile"}),
    [](const auto& one) { return one.param.name; });

TEST(SafetensorsHeader, RefusesDeepNestingWithoutRecursion) {
    std::string json = R"({"a":{"dtype":"U8","shape":)" + std::string(100'000, '[');
    EXPECT_EQ(codeOf(fileOf(json, "")), "CorruptFile");
}

TEST(SafetensorsHeader, LimitsTheHeaderLength) {
    std::string bytes(16, '\0');
    std::uint64_t length = 100'000'001;
    std::memcpy(bytes.data(), &length, 8);
    std::string sentence;
    EXPECT_EQ(errorOf([&] { parseSafetensorsHeader(std::as_bytes(std::span(bytes)), 1'000'000'000, "t"); }, &sentence),
              "CorruptFile");
    EXPECT_THAT(sentence, ::testing::HasSubstr("100 MB"));
    length = ~std::uint64_t{0};
    std::memcpy(bytes.data(), &length, 8);
    EXPECT_EQ(codeOf(bytes), "CorruptFile");
}

TEST(SafetensorsFile, EveryTruncationOfAFourKilobyteFileIsAnError) {
    const TemporaryFolder folder;
    std::vector<float> values(900, 1.5f);
    writeSafetensors(folder.path() / "whole.safetensors",
                     {rawTensor("layer.weight", {30, 20}, TensorType::F32, std::as_bytes(std::span(values).first(600))),
                      rawTensor("layer.bias", {300}, TensorType::F32, std::as_bytes(std::span(values).first(300)))});
    const std::string whole = base::readFile(folder.path() / "whole.safetensors");
    ASSERT_GT(whole.size(), 3600u);
    EXPECT_NO_THROW(parse(whole));
    for (std::size_t length = 0; length < whole.size(); ++length)
        ASSERT_EQ(codeOf(whole.substr(0, length)), "CorruptFile") << length;
    EXPECT_EQ(codeOf(whole + "x"), "CorruptFile");
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{100}, whole.size() - 1})
        EXPECT_EQ(errorOf([&] { openSafetensors(folder.write("cut.safetensors", whole.substr(0, length))); }),
                  "CorruptFile")
            << length;
}

TEST(SafetensorsFile, EveryFlippedHeaderByteIsAnErrorOrAnotherValidHeader) {
    const std::string whole = fileOf(
        R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"F16","shape":[4],"data_offsets":[24,32]}})",
        std::string(32, '\0'));
    for (std::size_t at = 0; at < whole.size() - 32; ++at)
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            const std::string code = errorOf([&] {
                for (const auto& entry : parse(changed).entries) ASSERT_LE(entry.begin + entry.info.bytes, 32u);
            });
            ASSERT_TRUE(code == "none" || code == "CorruptFile" || code == "Unsupported") << code;
        }
}

TEST(SafetensorsFile, NamesWhatAWrongFileIs) {
    const TemporaryFolder folder;
    std::string sentence;
    EXPECT_EQ(errorOf([&] { openSafetensors(folder.write("a.safetensors", "<!DOCTYPE html><html>not found</html>")); },
                      &sentence),
              "CorruptFile");
    EXPECT_THAT(sentence, ::testing::HasSubstr("HTML page"));
    EXPECT_EQ(errorOf(
                  [&] {
                      openSafetensors(folder.write(
                          "b.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"));
                  },
                  &sentence),
              "CorruptFile");
    EXPECT_THAT(sentence, ::testing::HasSubstr("Git LFS pointer"));
    EXPECT_EQ(errorOf(
                  [&] {
                      openSafetensors(folder.write(
                          "c.safetensors", std::string("PK\x03\x04\x14\x00\x00\x00", 8) + std::string(100, 'x')));
                  },
                  &sentence),
              "Unsupported");
    EXPECT_THAT(sentence, ::testing::HasSubstr("safetensors first"));
    EXPECT_EQ(errorOf([&] { openSafetensors(folder.path() / "absent.safetensors"); }), "NotFound");
}

TEST(SafetensorsFile, AFileThatShrinksWhileItIsReadIsAnError) {
    const TemporaryFolder folder;
    std::vector<float> values(100'000, 2.0f);
    const auto file = folder.path() / "a.safetensors";
    writeSafetensors(file, {rawTensor("w", {100'000}, TensorType::F32, std::as_bytes(std::span(values)))});
    const auto source = openSafetensors(file);
    std::filesystem::resize_file(file, 5000);
    EXPECT_EQ(errorOf([&] { source->readFloat("w"); }), "CorruptFile");
}

TEST(SafetensorsFile, GivesBackWhatWasWritten) {
    const TemporaryFolder folder;
    std::vector<float> values(1'500'000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i)) * 3;
    const auto reader = [&](std::uint64_t first, std::span<float> out) {
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(first), out.size(), out.begin());
    };
    const std::vector<std::int64_t> ids{1, -2, std::numeric_limits<std::int64_t>::max()};
    writeSafetensors(folder.path() / "a.safetensors",
                     {floatTensor("f32", {1500, 1000}, TensorType::F32, reader),
                      floatTensor("bf16", {1'500'000}, TensorType::BF16, reader),
                      floatTensor("f16", {1'500'000}, TensorType::F16, reader),
                      rawTensor("ids", {3}, TensorType::I64, std::as_bytes(std::span(ids)))},
                     {{"format", "pt"}, {"step", "7"}});
    const auto source = openSafetensors(folder.path() / "a.safetensors");
    EXPECT_EQ(source->readFloat("f32"), values);
    const auto bfloats = source->readFloat("bf16");
    const auto halves = source->readFloat("f16");
    for (std::size_t i = 0; i < values.size(); i += 997) {
        EXPECT_NEAR(bfloats[i], values[i], std::fabs(values[i]) / 256 + 1e-30f);
        EXPECT_NEAR(halves[i], values[i], std::fabs(values[i]) / 2048 + 1e-7f);
    }
    std::vector<std::int64_t> back(3);
    source->readRaw(source->info("ids"), std::as_writable_bytes(std::span(back)));
    EXPECT_EQ(back, ids);
    std::vector<float> part(10);
    source->readFloat(source->info("f16"), part, 12'345);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), halves.begin() + 12'345));
    EXPECT_EQ(readSafetensorsMetadata(folder.path() / "a.safetensors").at("step"), "7");
    EXPECT_EQ(errorOf([&] { source->readFloat(source->info("ids"), part, 0); }), "InvalidInput");
}

TEST(SafetensorsFile, RefusesTwoTensorsOfOneName) {
    const TemporaryFolder folder;
    const std::vector<float> values(2);
    const auto tensor = rawTensor("w", {2}, TensorType::F32, std::as_bytes(std::span(values)));
    EXPECT_EQ(errorOf([&] { writeSafetensors(folder.path() / "a.safetensors", {tensor, tensor}); }), "InvalidInput");
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

class ShardedFolder : public ::testing::Test {
protected:
    ShardedFolder() {
        for (int i = 0; i < 4; ++i)
            tensors_.push_back(floatTensor(
                "layer." + std::to_string(i), {100}, TensorType::F32, [i](std::uint64_t first, std::span<float> out) {
                    for (std::size_t j = 0; j < out.size(); ++j)
                        out[j] = static_cast<float>(1000 * i) + static_cast<float>(first + j);
                }));
        writeModelFolder(folder_.path(), "{\"model_type\":\"llama\"}", "", tensors_, 800);
    }
    std::string indexWith(const std::string& shard) const {
        return R"({"metadata":{},"weight_map":{"layer.0":")" + shard + R"("}})";
    }
    TemporaryFolder folder_;
    std::vector<TensorToWrite> tensors_;
};

TEST_F(ShardedFolder, IsReadAcrossItsShards) {
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / "model-00002-of-00002.safetensors"));
    const auto source = openShardedSafetensors(folder_.path() / "model.safetensors.index.json");
    ASSERT_EQ(source->tensors().size(), 4u);
    EXPECT_EQ(source->readFloat("layer.3")[5], 3005.0f);
    const base::Json index = base::readJsonFile(folder_.path() / "model.safetensors.index.json");
    EXPECT_EQ(index["metadata"]["total_size"], 1600);
}

TEST_F(ShardedFolder, LosesItsOldShardsWhenSavedAsOneFile) {
    writeModelWeights(folder_.path(), tensors_);
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "model-00001-of-00002.safetensors"));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "model.safetensors.index.json"));
    EXPECT_EQ(openSafetensors(folder_.path() / "model.safetensors")->tensors().size(), 4u);
}

TEST_F(ShardedFolder, RefusesNamesThatLeaveTheFolder) {
    for (const char* name : {"../x.safetensors", "/etc/passwd", "..\\\\x.safetensors", "C:x.safetensors",
                             "a/b.safetensors", "..", ".", "", "\\\\\\\\server\\\\x"}) {
        const auto index = folder_.write("bad.index.json", indexWith(name));
        EXPECT_EQ(errorOf([&] { openShardedSafetensors(index); }), "CorruptFile") << name;
    }
}

TEST_F(ShardedFolder, ReportsMissingShardsAndTensors) {
    EXPECT_EQ(errorOf([&] { openShardedSafetensors(folder_.write("i.json", indexWith("absent.safetensors"))); }),
              "NotFound");
    EXPECT_EQ(errorOf([&] {
                  openShardedSafetensors(
                      folder_.write("i.json", R"({"weight_map":{"nothing":"model-00001-of-00002.safetensors"}})"));
              }),
              "CorruptFile");
    EXPECT_EQ(errorOf([&] { openShardedSafetensors(folder_.write("i.json", R"({"weight_map":[]})")); }), "CorruptFile");
    EXPECT_EQ(errorOf([&] { openShardedSafetensors(folder_.write("i.json", R"({"weight_map":{"layer.0":7}})")); }),
              "CorruptFile");
}

}  // namespace
}  // namespace lathe::formats
