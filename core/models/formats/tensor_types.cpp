// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <lathe/error.h>

#include "models/formats/tensor_source.h"

namespace lathe::formats {
namespace {

struct TypeRow {
    TensorType type;
    std::string_view name;
    BlockSize block;
};

constexpr std::array kTypes{
    TypeRow{TensorType::Bool, "BOOL", {1, 1}},      TypeRow{TensorType::U8, "U8", {1, 1}},
    TypeRow{TensorType::I8, "I8", {1, 1}},          TypeRow{TensorType::U16, "U16", {1, 2}},
    TypeRow{TensorType::I16, "I16", {1, 2}},        TypeRow{TensorType::U32, "U32", {1, 4}},
    TypeRow{TensorType::I32, "I32", {1, 4}},        TypeRow{TensorType::U64, "U64", {1, 8}},
    TypeRow{TensorType::I64, "I64", {1, 8}},        TypeRow{TensorType::F8E4M3, "F8_E4M3", {1, 1}},
    TypeRow{TensorType::F8E5M2, "F8_E5M2", {1, 1}}, TypeRow{TensorType::F16, "F16", {1, 2}},
    TypeRow{TensorType::BF16, "BF16", {1, 2}},      TypeRow{TensorType::F32, "F32", {1, 4}},
    TypeRow{TensorType::F64, "F64", {1, 8}},        TypeRow{TensorType::Q4_0, "Q4_0", {32, 18}},
    TypeRow{TensorType::Q4_1, "Q4_1", {32, 20}},    TypeRow{TensorType::Q5_0, "Q5_0", {32, 22}},
    TypeRow{TensorType::Q5_1, "Q5_1", {32, 24}},    TypeRow{TensorType::Q8_0, "Q8_0", {32, 34}},
    TypeRow{TensorType::Q4_K, "Q4_K", {256, 144}},  TypeRow{TensorType::Q5_K, "Q5_K", {256, 176}},
    TypeRow{TensorType::Q6_K, "Q6_K", {256, 210}},
};

const TypeRow& rowOf(TensorType type) { return kTypes[static_cast<std::size_t>(type)]; }

template <typename Value>
Value load(const std::uint8_t* bytes) {
    Value value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

/// Exact for normal, denormal, infinite and NaN halves: 2^112 moves the exponent bias from 15 to 127.
float halfToFloat(std::uint16_t half) {
    const std::uint32_t magnitude = static_cast<std::uint32_t>(half & 0x7fffu) << 13;
    std::uint32_t bits = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) * 0x1p112f);
    if ((half & 0x7c00u) == 0x7c00u) bits = magnitude | 0x7f800000u;
    return std::bit_cast<float>(bits | (static_cast<std::uint32_t>(half & 0x8000u) << 16));
}

std::uint16_t floatToHalf(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000u;
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u);
    if (magnitude >= 0x477ff000u)
        return static_cast<std::uint16_t>(sign | 0x7c00u);  // 65520 and above round to infinity
    if (magnitude <
        0x38800000u) {  // below 2^-14: adding 0.5 leaves the denormal half's bits in the mantissa, rounded to even
        const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
        return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000u));
    }
    const std::uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u) - 0x38000000u;
    return static_cast<std::uint16_t>(sign | (rounded >> 13));
}

std::uint16_t floatToBfloat(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fc0u;
    return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

float bfloatToFloat(std::uint16_t value) { return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16); }

/// The two 8-bit floats of the OCP specification; E4M3 has no infinity (torch's float8_e4m3fn).
float float8ToFloat(std::uint8_t value, int exponentBits) {
    const int mantissaBits = 7 - exponentBits;
    const int bias = (1 << (exponentBits - 1)) - 1;
    const int exponent = (value >> mantissaBits) & ((1 << exponentBits) - 1);
    const int mantissa = value & ((1 << mantissaBits) - 1);
    const float sign = (value & 0x80) != 0 ? -1.0f : 1.0f;
    const bool isTop = exponent == (1 << exponentBits) - 1;
    if (exponentBits == 5 && isTop) return mantissa == 0 ? sign * INFINITY : NAN;
    if (exponentBits == 4 && isTop && mantissa == 7) return NAN;
    if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), 1 - bias - mantissaBits);
    return sign * std::ldexp(static_cast<float>(mantissa | (1 << mantissaBits)), exponent - bias - mantissaBits);
}

template <typename Value>
void convertPlain(const std::uint8_t* in, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(load<Value>(in + i * sizeof(Value)));
}

// The block layouts below are those of ggml-common.h; each routine writes the values of one block.

void q4_0(const std::uint8_t* block, float* out) {
    const float scale = halfToFloat(load<std::uint16_t>(block));
    for (int i = 0; i < 16; ++i) {
        out[i] = scale * static_cast<float>((block[2 + i] & 15) - 8);
        out[i + 16] = scale * static_cast<float>((block[2 + i] >> 4) - 8);
    }
}

void q4_1(const std::uint8_t* block, float* out) {
    const float scale = halfToFloat(load<std::uint16_t>(block));
    const float minimum = halfToFloat(load<std::uint16_t>(block + 2));
    for (int i = 0; i < 16; ++i) {
        out[i] = scale * static_cast<float>(block[4 + i] & 15) + minimum;
        out[i + 16] = scale * static_cast<float>(block[4 + i] >> 4) + minimum;
    }
}

/// Value i of a 5-bit block: four bits from `low`, the fifth from bit i of `high`.
int fiveBits(const std::uint8_t* low, std::uint32_t high, int i) {
    const int nibble = i < 16 ? low[i] & 15 : low[i - 16] >> 4;
    return nibble | static_cast<int>(((high >> i) & 1u) << 4);
}

void q5_0(const std::uint8_t* block, float* out) {
    const float scale = halfToFloat(load<std::uint16_t>(block));
    const auto high = load<std::uint32_t>(block + 2);
    for (int i = 0; i < 32; ++i) out[i] = scale * static_cast<float>(fiveBits(block + 6, high, i) - 16);
}

void q5_1(const std::uint8_t* block, float* out) {
    const float scale = halfToFloat(load<std::uint16_t>(block));
    const float minimum = halfToFloat(load<std::uint16_t>(block + 2));
    const auto high = load<std::uint32_t>(block + 4);
    for (int i = 0; i < 32; ++i) out[i] = scale * static_cast<float>(fiveBits(block + 8, high, i)) + minimum;
}

void q8_0(const std::uint8_t* block, float* out) {
    const float scale = halfToFloat(load<std::uint16_t>(block));
    for (int i = 0; i < 32; ++i) out[i] = static_cast<float>(static_cast<std::int8_t>(block[2 + i])) * scale;
}

struct ScaleAndMinimum {
    float scale;
    float minimum;
};

/// The j-th of eight 6-bit pairs packed into 12 bytes.
ScaleAndMinimum packedScale(const std::uint8_t* packed, int j, float scale, float minimum) {
    if (j < 4) return {scale * static_cast<float>(packed[j] & 63), minimum * static_cast<float>(packed[j + 4] & 63)};
    const int high = packed[j + 4];
    return {scale * static_cast<float>((high & 15) | ((packed[j - 4] >> 2) & 0x30)),
            minimum * static_cast<float>((high >> 4) | ((packed[j] >> 2) & 0x30))};
}

void q4_k(const std::uint8_t* block, float* out) {
    const float scale = halfToFloat(load<std::uint16_t>(block));
    const float minimum = halfToFloat(load<std::uint16_t>(block + 2));
    for (int j = 0; j < 8; ++j) {
        const ScaleAndMinimum part = packedScale(block + 4, j, scale, minimum);
        const std::uint8_t* values = block + 16 + 32 * (j / 2);
        for (int i = 0; i < 32; ++i) {
            const int nibble = j % 2 == 0 ? values[i] & 15 : values[i] >> 4;
            out[32 * j + i] = part.scale * static_cast<float>(nibble) - part.minimum;
        }
    }
}

void q5_k(const std::uint8_t* block, float* out) {
    const float scale = halfToFloat(load<std::uint16_t>(block));
    const float minimum = halfToFloat(load<std::uint16_t>(block + 2));
    for (int j = 0; j < 8; ++j) {
        const ScaleAndMinimum part = packedScale(block + 4, j, scale, minimum);
        const std::uint8_t* values = block + 48 + 32 * (j / 2);
        for (int i = 0; i < 32; ++i) {
            const int nibble = j % 2 == 0 ? values[i] & 15 : values[i] >> 4;
            const int high = (block[16 + i] >> j) & 1;
            out[32 * j + i] = part.scale * static_cast<float>(nibble | (high << 4)) - part.minimum;
        }
    }
}

void q6_k(const std::uint8_t* block, float* out) {
    const float scale = halfToFloat(load<std::uint16_t>(block + 208));
    for (int j = 0; j < 8; ++j) {  // eight runs of 32 values; each half of 128 shares 64 low and 32 high bytes
        const int half = j / 4;
        const int run = j % 4;
        const std::uint8_t* low = block + 64 * half + 32 * (run % 2);
        const std::uint8_t* high = block + 128 + 32 * half;
        for (int i = 0; i < 32; ++i) {
            const int nibble = run < 2 ? low[i] & 15 : low[i] >> 4;
            const int value = (nibble | (((high[i] >> (2 * run)) & 3) << 4)) - 32;
            const auto part = static_cast<float>(static_cast<std::int8_t>(block[192 + 2 * j + i / 16]));
            out[32 * j + i] = scale * part * static_cast<float>(value);
        }
    }
}

template <void (*Block)(const std::uint8_t*, float*)>
void convertBlocks(TensorType type, const std::uint8_t* in, std::span<float> out) {
    const BlockSize size = blockSize(type);
    for (std::size_t i = 0; i < out.size() / size.elements; ++i)
        Block(in + i * size.bytes, out.data() + i * size.elements);
}

void q8_0Block(const float* values, std::uint8_t* out) {
    float largest = 0;
    for (int i = 0; i < 32; ++i) {
        if (!std::isfinite(values[i]))
            throw Error(
                ErrorCode::NonFinite,
                "A weight is not a finite number. Q8_0 cannot store it. Use an earlier checkpoint or --dtype f32.");
        largest = std::max(largest, std::fabs(values[i]));
    }
    const float scale = largest / 127;
    const float inverse = scale == 0 ? 0 : 1 / scale;
    const std::uint16_t half = floatToHalf(scale);
    std::memcpy(out, &half, sizeof half);
    for (int i = 0; i < 32; ++i) {
        // 1 / scale overflows for the smallest denormals; a clamp keeps the cast defined there.
        const float rounded = std::clamp(std::round(values[i] * inverse), -127.0f, 127.0f);
        out[2 + i] = static_cast<std::uint8_t>(static_cast<std::int8_t>(rounded));
    }
}

[[noreturn]] void throwSize(TensorType type, std::size_t bytes, std::size_t elements) {
    throw Error(ErrorCode::Internal, fmt::format("{} bytes of {} do not hold {} values. Please report this.", bytes,
                                                 typeName(type), elements));
}

}  // namespace

BlockSize blockSize(TensorType type) { return rowOf(type).block; }

std::string_view typeName(TensorType type) { return rowOf(type).name; }

bool isQuantised(TensorType type) { return rowOf(type).block.elements > 1; }

void toFloat(TensorType type, std::span<const std::byte> bytes, std::span<float> out) {
    const BlockSize size = blockSize(type);
    if (out.size() % size.elements != 0 || bytes.size() != out.size() / size.elements * size.bytes)
        throwSize(type, bytes.size(), out.size());
    if (out.empty()) return;
    const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    switch (type) {
        case TensorType::Bool:
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = in[i] != 0 ? 1.0f : 0.0f;
            break;
        case TensorType::U8: convertPlain<std::uint8_t>(in, out); break;
        case TensorType::I8: convertPlain<std::int8_t>(in, out); break;
        case TensorType::U16: convertPlain<std::uint16_t>(in, out); break;
        case TensorType::I16: convertPlain<std::int16_t>(in, out); break;
        case TensorType::U32: convertPlain<std::uint32_t>(in, out); break;
        case TensorType::I32: convertPlain<std::int32_t>(in, out); break;
        case TensorType::U64: convertPlain<std::uint64_t>(in, out); break;
        case TensorType::I64: convertPlain<std::int64_t>(in, out); break;
        case TensorType::F8E4M3:
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = float8ToFloat(in[i], 4);
            break;
        case TensorType::F8E5M2:
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = float8ToFloat(in[i], 5);
            break;
        case TensorType::F16:
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = halfToFloat(load<std::uint16_t>(in + 2 * i));
            break;
        case TensorType::BF16:
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = bfloatToFloat(load<std::uint16_t>(in + 2 * i));
            break;
        case TensorType::F32: std::memcpy(out.data(), in, bytes.size()); break;
        case TensorType::F64: convertPlain<double>(in, out); break;
        case TensorType::Q4_0: convertBlocks<q4_0>(type, in, out); break;
        case TensorType::Q4_1: convertBlocks<q4_1>(type, in, out); break;
        case TensorType::Q5_0: convertBlocks<q5_0>(type, in, out); break;
        case TensorType::Q5_1: convertBlocks<q5_1>(type, in, out); break;
        case TensorType::Q8_0: convertBlocks<q8_0>(type, in, out); break;
        case TensorType::Q4_K: convertBlocks<q4_k>(type, in, out); break;
        case TensorType::Q5_K: convertBlocks<q5_k>(type, in, out); break;
        case TensorType::Q6_K: convertBlocks<q6_k>(type, in, out); break;
    }
}

void fromFloat(TensorType type, std::span<const float> values, std::span<std::byte> out) {
    const BlockSize size = blockSize(type);
    if (values.size() % size.elements != 0 || out.size() != values.size() / size.elements * size.bytes)
        throwSize(type, out.size(), values.size());
    if (values.empty()) return;
    auto* bytes = reinterpret_cast<std::uint8_t*>(out.data());
    const auto store16 = [&](auto convert) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::uint16_t value = convert(values[i]);
            std::memcpy(bytes + 2 * i, &value, 2);
        }
    };
    switch (type) {
        case TensorType::F32: std::memcpy(bytes, values.data(), out.size()); break;
        case TensorType::F16: store16(floatToHalf); break;
        case TensorType::BF16: store16(floatToBfloat); break;
        case TensorType::Q8_0:
            for (std::size_t i = 0; i < values.size() / 32; ++i) q8_0Block(values.data() + 32 * i, bytes + 34 * i);
            break;
        default:
            throw Error(
                ErrorCode::InvalidInput,
                fmt::format("Weights cannot be written as {}. Only F32, F16, BF16 and Q8_0 can. Choose one of them.",
                            typeName(type)));
    }
}

}  // namespace lathe::formats
