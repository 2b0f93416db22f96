// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "base/files.h"
#include "formats/temporary_folder.h"
#include "models/formats/gguf.h"

namespace lathe::formats {
namespace {

/// Tensors of data/blocks.gguf, made by the gguf package (make_fixtures.py).
class BlocksFixture : public ::testing::Test {
protected:
    BlocksFixture()
        : bytes_(base::readFile(LATHE_SOURCE_DIR "/tests/formats/data/blocks.gguf")),
          header_(readGgufHeader(LATHE_SOURCE_DIR "/tests/formats/data/blocks.gguf")) {}

    const GgufTensor& tensor(const std::string& name) const {
        for (const GgufTensor& one : header_.tensors)
            if (one.info.name == name) return one;
        throw std::runtime_error("no tensor " + name);
    }
    std::span<const std::byte> raw(const std::string& name) const {
        return std::as_bytes(std::span(bytes_)).subspan(tensor(name).offset, tensor(name).info.bytes);
    }
    std::vector<float> floats(const std::string& name) const {
        std::vector<float> values(tensor(name).info.elements);
        toFloat(tensor(name).info.type, raw(name), values);
        return values;
    }

    std::string bytes_;
    GgufHeader header_;
};

TEST_F(BlocksFixture, EveryTypeBecomesTheSameBitsAsInTheGgufPackage) {
    for (const char* type : {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K", "BF16", "F16"}) {
        EXPECT_EQ(typeName(tensor(type).info.type), type);
        const auto mine = floats(type);
        const auto expected = floats(std::string(type) + ".expected");
        ASSERT_EQ(mine.size(), expected.size()) << type;
        for (std::size_t i = 0; i < mine.size(); ++i)
            ASSERT_EQ(std::bit_cast<std::uint32_t>(mine[i]), std::bit_cast<std::uint32_t>(expected[i]))
                << type << " " << i << ": " << mine[i] << " " << expected[i];
    }
}

TEST_F(BlocksFixture, WritingGivesTheSameBytesAsTheGgufPackage) {
    const auto values = floats("values");
    for (const TensorType type : {TensorType::Q8_0, TensorType::BF16, TensorType::F16}) {
        const auto expected = raw("values." + std::string(typeName(type)));
        std::vector<std::byte> mine(expected.size());
        fromFloat(type, values, mine);
        EXPECT_EQ(std::memcmp(mine.data(), expected.data(), mine.size()), 0) << typeName(type);
    }
}

TEST(TensorTypes, HalvesRoundToNearestEvenOverTheirWholeRange) {
    for (std::uint32_t half = 0; half < 0x10000; ++half) {
        const auto bits = static_cast<std::uint16_t>(half);
        float value = 0;
        toFloat(TensorType::F16, std::as_bytes(std::span(&bits, 1)), std::span(&value, 1));
        std::uint16_t back = 0;
        fromFloat(TensorType::F16, std::span(&value, 1), std::as_writable_bytes(std::span(&back, 1)));
        if (std::isnan(value)) EXPECT_EQ(back & 0x7fff, 0x7e00);
        else ASSERT_EQ(back, bits) << value;
    }
    for (const auto& [value, expected] : {std::pair{1.0f + 0x1p-11f, 0x3c00},
                                          {1.0f + 3 * 0x1p-11f, 0x3c02},
                                          {65519.9f, 0x7bff},
                                          {65520.0f, 0x7c00},
                                          {0x1p-25f, 0},
                                          {0x1.01p-25f, 1},
                                          {-0x1p-24f, 0x8001}}) {
        std::uint16_t bits = 0;
        fromFloat(TensorType::F16, std::span(&value, 1), std::as_writable_bytes(std::span(&bits, 1)));
        EXPECT_EQ(bits, expected) << value;
    }
}

TEST(TensorTypes, SmallFloatsFollowTheirSpecification) {
    const auto value = [](TensorType type, std::uint8_t byte) {
        float result = 0;
        toFloat(type, std::as_bytes(std::span(&byte, 1)), std::span(&result, 1));
        return result;
    };
    EXPECT_EQ(value(TensorType::F8E4M3, 0x7e), 448.0f);
    EXPECT_TRUE(std::isnan(value(TensorType::F8E4M3, 0x7f)));
    EXPECT_EQ(value(TensorType::F8E4M3, 0x01), 0x1p-9f);
    EXPECT_EQ(value(TensorType::F8E5M2, 0x7b), 57344.0f);
    EXPECT_EQ(value(TensorType::F8E5M2, 0xfc), -INFINITY);
    EXPECT_EQ(value(TensorType::Bool, 1), 1.0f);
    EXPECT_EQ(value(TensorType::I8, 0xff), -1.0f);
}

TEST(TensorTypes, NonFiniteWeightsAreNotQuantised) {
    std::vector<float> values(32, 1.0f);
    values[7] = NAN;
    std::vector<std::byte> bytes(34);
    EXPECT_EQ(lathe::testing::errorOf([&] { fromFloat(TensorType::Q8_0, values, bytes); }), "NonFinite");
}

}  // namespace
}  // namespace lathe::formats
