// SPDX-License-Identifier: GPL-3.0-or-later
// A few rows times a big matrix: all the time goes into reading the weights once. One weight row at a time, because
// several at once (2 or 4 streams) measured two to three times slower here; the rows of x come from the first-level
// cache.
#include <cstring>

#include "tensor/bf16.h"
#include "tensor/eight.h"
#include "tensor/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// As in kernels.cpp: one copy a vector width, picked at start.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define LATHE_CLONES [[gnu::target_clones("arch=x86-64-v3", "default")]]
#else
#define LATHE_CLONES
#endif

namespace lathe::tensor::kernels {

namespace {

/// Any processor: R rows' sums side by side, and enough of them that an addition need not wait for the one before it.
template <int R, typename W>
LATHE_INLINE void rowsTogether(float* y, std::int64_t yStride, const float* x, const W* w, std::int64_t n, std::int64_t outputs) {
    constexpr int kSteps = R == 1 ? 4 : R < 4 ? 2 : 1;
    constexpr std::int64_t kStride = kSteps * kLanes;
    const std::int64_t whole = n / kStride * kStride;
    for (std::int64_t o = 0; o < outputs; ++o) {
        const W* weights = w + o * n;
        Eight sums[R][kSteps] = {};
        for (std::int64_t i = 0; i < whole; i += kStride) {
#pragma GCC unroll 4
            for (int s = 0; s < kSteps; ++s) {
                Eight weight;
                load(weight, weights + i + s * kLanes);
#pragma GCC unroll 8
                for (int r = 0; r < R; ++r) {
                    Eight value;
                    load(value, x + r * n + i + s * kLanes);
                    sums[r][s] += weight * value;
                }
            }
        }
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
            Eight sum = sums[r][0];
#pragma GCC unroll 4
            for (int s = 1; s < kSteps; ++s) sum += sums[r][s];
            float total = sumOf(sum);
            for (std::int64_t i = whole; i < n; ++i) total += valueOf(weights[i]) * x[r * n + i];
            y[r * yStride + o] = total;
        }
    }
}

template <typename W>
LATHE_INLINE void anyRows(float* y, std::int64_t yStride, const float* x, std::int64_t rows, const W* w, std::int64_t n, std::int64_t outputs) {
    switch (rows) {
        case 1: return rowsTogether<1>(y, yStride, x, w, n, outputs);
        case 2: return rowsTogether<2>(y, yStride, x, w, n, outputs);
        case 3: return rowsTogether<3>(y, yStride, x, w, n, outputs);
        case 4: return rowsTogether<4>(y, yStride, x, w, n, outputs);
        case 5: return rowsTogether<5>(y, yStride, x, w, n, outputs);
        case 6: return rowsTogether<6>(y, yStride, x, w, n, outputs);
        case 7: return rowsTogether<7>(y, yStride, x, w, n, outputs);
        default: return rowsTogether<8>(y, yStride, x, w, n, outputs);
    }
}

LATHE_CLONES void plainRows(float* y, std::int64_t yStride, const float* x, std::int64_t rows, const float* w, std::int64_t n, std::int64_t outputs) {
    anyRows(y, yStride, x, rows, w, n, outputs);
}
LATHE_CLONES void plainNarrowRows(float* y, std::int64_t yStride, const float* x, std::int64_t rows, const std::uint16_t* w, std::int64_t n,
                                  std::int64_t outputs) {
    anyRows(y, yStride, x, rows, w, n, outputs);
}

#if defined(__x86_64__)

using Four = float __attribute__((vector_size(16)));

/// Sum of 16 lanes by halves; g++ 12 warns inside its own _mm512_reduce_add_ps.
__attribute__((target("avx512f"))) [[gnu::always_inline]] inline float sumOf(__m512 x) {
    Eight halves[2];
    std::memcpy(halves, &x, sizeof halves);
    const Eight eight = halves[0] + halves[1];
    Four quarters[2];
    std::memcpy(quarters, &eight, sizeof quarters);
    const Four four = quarters[0] + quarters[1];
    return (four[0] + four[1]) + (four[2] + four[3]);
}

/// The processor alone does not ask for weights early enough: this far ahead, two rows are a quarter faster, eight half as fast again.
constexpr std::int64_t kBytesAhead = 4096;

LATHE_INLINE void fetchAhead(const void* weights) { __builtin_prefetch(static_cast<const char*>(weights) + kBytesAhead); }

/// f32 by f32, 16 at a time.
template <int R>
__attribute__((target("avx512f"))) void wideRows(float* y, std::int64_t yStride, const float* x, const float* w,
                                                 std::int64_t n, std::int64_t outputs) {
    const std::int64_t whole = n / 16 * 16;
    const auto tail = static_cast<__mmask16>((1u << (n - whole)) - 1u);
    for (std::int64_t o = 0; o < outputs; ++o) {
        const float* weights = w + o * n;
        __m512 sums[R];
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
            const __m512 rest = _mm512_maskz_loadu_ps(tail, x + r * n + whole);
            sums[r] = _mm512_mul_ps(_mm512_maskz_loadu_ps(tail, weights + whole), rest);
        }
        for (std::int64_t i = 0; i < whole; i += 16) {
            fetchAhead(weights + i);
            const __m512 weight = _mm512_loadu_ps(weights + i);
#pragma GCC unroll 8
            for (int r = 0; r < R; ++r) {
                sums[r] = _mm512_fmadd_ps(weight, _mm512_loadu_ps(x + r * n + i), sums[r]);
            }
        }
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
            y[r * yStride + o] = sumOf(sums[r]);
        }
    }
}

/// bf16 by bf16 with the processor's own pair products, 32 at a time, summed in f32.
template <int R>
__attribute__((target("avx512f,avx512bw,avx512bf16"))) void narrowRows(float* y, std::int64_t yStride,
                                                                       const std::uint16_t* x, const std::uint16_t* w,
                                                                       std::int64_t n, std::int64_t outputs) {
    const std::int64_t whole = n / 32 * 32;
    const auto tail = static_cast<__mmask32>((std::uint64_t{1} << (n - whole)) - 1u);
    for (std::int64_t o = 0; o < outputs; ++o) {
        const std::uint16_t* weights = w + o * n;
        __m512 sums[R];
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
            sums[r] = _mm512_dpbf16_ps(_mm512_setzero_ps(), (__m512bh)_mm512_maskz_loadu_epi16(tail, weights + whole),
                                       (__m512bh)_mm512_maskz_loadu_epi16(tail, x + r * n + whole));
        }
        for (std::int64_t i = 0; i < whole; i += 32) {
            fetchAhead(weights + i);
            const auto weight = (__m512bh)_mm512_loadu_si512(weights + i);
#pragma GCC unroll 8
            for (int r = 0; r < R; ++r) {
                sums[r] = _mm512_dpbf16_ps(sums[r], weight, (__m512bh)_mm512_loadu_si512(x + r * n + i));
            }
        }
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
            y[r * yStride + o] = sumOf(sums[r]);
        }
    }
}

using WideKernel = void (*)(float*, std::int64_t, const float*, const float*, std::int64_t, std::int64_t);
using NarrowKernel = void (*)(float*, std::int64_t, const std::uint16_t*, const std::uint16_t*, std::int64_t,
                              std::int64_t);
constexpr WideKernel kWide[] = {wideRows<1>, wideRows<2>, wideRows<3>, wideRows<4>,
                                wideRows<5>, wideRows<6>, wideRows<7>, wideRows<8>};
constexpr NarrowKernel kNarrow[] = {narrowRows<1>, narrowRows<2>, narrowRows<3>, narrowRows<4>,
                                    narrowRows<5>, narrowRows<6>, narrowRows<7>, narrowRows<8>};

bool hasWideVectors() {
    static const bool kHas = __builtin_cpu_supports("avx512f") != 0;
    return kHas;
}

bool hasNarrowProducts() {
    static const bool kHas = __builtin_cpu_supports("avx512bf16") != 0 && __builtin_cpu_supports("avx512bw") != 0;
    return kHas;
}

#else

bool hasNarrowProducts() { return false; }

#endif

}  // namespace

bool multipliesBf16() { return hasNarrowProducts(); }

void gemv(float* y, std::int64_t yStride, const GemvInput& x, const void* weight, Number weightType, std::int64_t first,
          std::int64_t last) {
    const std::int64_t n = x.inputs;
    const std::int64_t outputs = last - first;
    if (weightType == Number::F32) {
        const float* w = static_cast<const float*>(weight) + first * n;
        const float* in = static_cast<const float*>(x.values);
#if defined(__x86_64__)
        if (hasWideVectors()) {
            return kWide[x.rows - 1](y, yStride, in, w, n, outputs);
        }
#endif
        return plainRows(y, yStride, in, x.rows, w, n, outputs);
    }
    const std::uint16_t* w = static_cast<const std::uint16_t*>(weight) + first * n;
#if defined(__x86_64__)
    if (x.type == Number::BF16) {
        return kNarrow[x.rows - 1](y, yStride, static_cast<const std::uint16_t*>(x.values), w, n, outputs);
    }
#endif
    plainNarrowRows(y, yStride, static_cast<const float*>(x.values), x.rows, w, n, outputs);
}

}  // namespace lathe::tensor::kernels
