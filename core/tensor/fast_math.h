// SPDX-License-Identifier: GPL-3.0-or-later
/// Functions without branches, for loops that the compiler vectorises. Private to core/tensor's kernels.
#pragma once
#include <bit>
#include <cstdint>

namespace lathe::tensor::kernels {

/// e^x to about 2 ulp between -87 and 88; saturates outside. Cephes' expf polynomial.
[[gnu::always_inline]] inline float fastExp(float x) {
    x = x < -87.3f ? -87.3f : x;
    x = x > 88.3f ? 88.3f : x;
    const float n = (x * 1.44269504f + 12582912.0f) - 12582912.0f;  // nearest integer: 1.5 * 2^23 leaves no fraction bits
    const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const auto exponent = static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + 127) << 23;
    return p * std::bit_cast<float>(exponent);
}

/// Of the standard normal distribution: the share below x, and the density at x.
struct Normal {
    float below;
    float density;
};

/// The share is within 4e-7 of its smaller tail. That tail divided by exp(-x^2 / 2) is smooth: a polynomial in 1 / (1 + 0.295 |x|), fitted to it over
/// [0, 13.5] for the least largest relative error (3e-8 before rounding).
[[gnu::always_inline]] inline Normal normal(float x) {
    const float size = x < 0.0f ? -x : x;
    const float t = 1.0f / (1.0f + 0.295f * size);
    float p = 0.0397182629f;
    p = p * t - 0.184748389f;
    p = p * t + 0.273585254f;
    p = p * t - 0.119784607f;
    p = p * t + 0.168015742f;
    p = p * t + 0.0840683544f;
    p = p * t + 0.121858438f;
    p = p * t + 0.117268844f;
    p = p * t + 1.81154541e-05f;
    const float fall = fastExp(-0.5f * x * x);
    const float tail = fall * p;
    return {x < 0.0f ? tail : 1.0f - tail, 0.398942280f * fall};
}

/// Random bits of a place: SplitMix64's finaliser makes a key of a seed and a number, a 32-bit mixing function (two multiplications, three shifts; bias
/// below 0.2 %) makes bits of a key and an index, so that sixteen are drawn at once.
[[gnu::always_inline]] inline std::uint32_t randomKey(std::uint64_t seed, std::int64_t number) {
    std::uint64_t z = seed + 0x9e3779b97f4a7c15ULL * (static_cast<std::uint64_t>(number) + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
}

[[gnu::always_inline]] inline std::uint32_t randomBits(std::uint32_t key, std::uint32_t index) {
    std::uint32_t x = index ^ key;
    x = (x ^ (x >> 16)) * 0x7feb352dU;
    x = (x ^ (x >> 15)) * 0x846ca68bU;
    return x ^ (x >> 16);
}

/// Random bits below it fall with probability `rate`, in [0, 1).
[[gnu::always_inline]] inline std::uint32_t randomLimit(double rate) {
    return static_cast<std::uint32_t>(rate * 4294967296.0 < 4294967295.0 ? rate * 4294967296.0 : 4294967295.0);
}

}  // namespace lathe::tensor::kernels
