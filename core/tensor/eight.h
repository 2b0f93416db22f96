// SPDX-License-Identifier: GPL-3.0-or-later
/// Eight f32 side by side, which every processor can do: in one register or in two. For functions that are compiled once a vector width. Private to
/// core/tensor.
#pragma once
#include <cstdint>
#include <cstring>

namespace lathe::tensor::kernels {

using Eight = float __attribute__((vector_size(32)));
inline constexpr std::int64_t kLanes = 8;

/// Compiled as part of its caller, for the caller's processor.
#define LATHE_INLINE [[gnu::always_inline]] inline

LATHE_INLINE void load(Eight& out, const float* in) { std::memcpy(&out, in, sizeof out); }
/// Eight bf16.
LATHE_INLINE void load(Eight& out, const std::uint16_t* in) {
    using Halves = std::uint16_t __attribute__((vector_size(16)));
    using Bits = std::uint32_t __attribute__((vector_size(32)));
    Halves halves;
    std::memcpy(&halves, in, sizeof halves);
    const Bits bits = __builtin_convertvector(halves, Bits) << 16;
    std::memcpy(&out, &bits, sizeof out);
}
LATHE_INLINE void store(float* out, const Eight& in) { std::memcpy(out, &in, sizeof in); }
LATHE_INLINE float sumOf(const Eight& x) { return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7])); }

/// The four sums at once.
LATHE_INLINE void sumsOf(float* out, const Eight& a, const Eight& b, const Eight& c, const Eight& d) {
    const Eight ab = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14) + __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    const Eight cd = __builtin_shufflevector(c, d, 0, 8, 2, 10, 4, 12, 6, 14) + __builtin_shufflevector(c, d, 1, 9, 3, 11, 5, 13, 7, 15);
    const Eight halves = __builtin_shufflevector(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) + __builtin_shufflevector(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
    for (int i = 0; i < 4; ++i) out[i] = halves[i] + halves[i + 4];
}

}  // namespace lathe::tensor::kernels
