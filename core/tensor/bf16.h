// SPDX-License-Identifier: GPL-3.0-or-later
/// bf16 as its bits, for loops that the compiler vectorises. Private to core/tensor's kernels.
#pragma once
#include <bit>
#include <cstdint>

namespace lathe::tensor::kernels {

[[gnu::always_inline]] inline float fromBf16(std::uint16_t x) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16);
}

/// Round to nearest even; NaN stays NaN.
[[gnu::always_inline]] inline std::uint16_t toBf16(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const bool isNan = (bits & 0x7fffffffu) > 0x7f800000u;
    return static_cast<std::uint16_t>(isNan ? 0x7fc0u : rounded);
}

template <typename T>
[[gnu::always_inline]] inline float valueOf(T x) {
    if constexpr (sizeof(T) == 2) {
        return fromBf16(x);
    } else {
        return x;
    }
}

}  // namespace lathe::tensor::kernels
