// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/kernels.h"

#include <bit>
#include <cmath>
#include <cstring>

// One copy of each kernel for AVX-512, one for AVX2, one for any x86-64; glibc picks at start. Thread sanitizer cannot run
// the pickers, other processors need none.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define LATHE_CLONES [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define LATHE_CLONES
#endif
#define LATHE_INLINE [[gnu::always_inline]] inline

namespace lathe::tensor::kernels {

namespace {

LATHE_INLINE float fromBf16(std::uint16_t x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16); }

/// Round to nearest even; NaN stays NaN.
LATHE_INLINE std::uint16_t toBf16(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const bool isNan = (bits & 0x7fffffffu) > 0x7f800000u;
    return static_cast<std::uint16_t>(isNan ? 0x7fc0u : rounded);
}

/// e^x to about 2 ulp between -87 and 88; saturates outside. Branch-free so that loops over it vectorise.
LATHE_INLINE float fastExp(float x) {
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

LATHE_CLONES void loadBf16(float* out, const std::uint16_t* in, std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        out[i] = fromBf16(in[i]);
    }
}

LATHE_CLONES void addBf16(float* out, const std::uint16_t* in, std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        out[i] += fromBf16(in[i]);
    }
}

LATHE_CLONES void addF32(float* out, const float* in, std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        out[i] += in[i];
    }
}

LATHE_CLONES void storeBf16(std::uint16_t* out, const float* in, std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        out[i] = toBf16(in[i]);
    }
}

template <typename T>
LATHE_INLINE float valueOf(T x) {
    if constexpr (sizeof(T) == 2) {
        return fromBf16(x);
    } else {
        return x;
    }
}

template <typename T>
LATHE_INLINE T rounded(float x) {
    if constexpr (sizeof(T) == 2) {
        return toBf16(x);
    } else {
        return x;
    }
}

template <typename T>
LATHE_INLINE void rotateHeads(T* row, std::int64_t heads, std::int64_t half, const float* cos, const float* sin, float sign) {
    for (std::int64_t h = 0; h < heads; ++h) {
        T* low = row + h * 2 * half;
        T* high = low + half;
#pragma omp simd
        for (std::int64_t i = 0; i < half; ++i) {
            const float a = valueOf(low[i]);
            const float b = valueOf(high[i]);
            const float s = sign * sin[i];
            low[i] = rounded<T>(a * cos[i] - b * s);
            high[i] = rounded<T>(b * cos[i] + a * s);
        }
    }
}

LATHE_CLONES void rotateF32(float* row, std::int64_t heads, std::int64_t half, const float* cos, const float* sin, float sign) {
    rotateHeads(row, heads, half, cos, sin, sign);
}
LATHE_CLONES void rotateBf16(std::uint16_t* row, std::int64_t heads, std::int64_t half, const float* cos, const float* sin, float sign) {
    rotateHeads(row, heads, half, cos, sin, sign);
}

constexpr std::int64_t kLanes = 16;
using Lanes = float __attribute__((vector_size(64)));
using WideBits = std::uint32_t __attribute__((vector_size(64)));
using NarrowBits = std::uint16_t __attribute__((vector_size(32)));

/// 16 values as f32. Vector types, because g++ 12 does not vectorise the widening loop by itself (3 times slower decoding).
LATHE_INLINE void loadLanes(Lanes& out, const float* in) { std::memcpy(&out, in, sizeof out); }
LATHE_INLINE void loadLanes(Lanes& out, const std::uint16_t* in) {
    NarrowBits narrow;
    std::memcpy(&narrow, in, sizeof narrow);
    const WideBits wide = __builtin_convertvector(narrow, WideBits) << 16;
    std::memcpy(&out, &wide, sizeof out);
}

LATHE_INLINE float sumOf(const Lanes& x) {
    float total = 0;
    for (std::int64_t k = 0; k < kLanes; ++k) {
        total += x[k];
    }
    return total;
}

/// Dot products of O weight rows with R rows of x: O x R sums in registers, each weight read once.
template <typename T, int R, int O>
LATHE_INLINE void dotRows(float* y, std::int64_t yStride, const float* x, const T* w, std::int64_t n) {
    Lanes sums[O][R] = {};
    std::int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        Lanes in[R];
        for (int r = 0; r < R; ++r) {
            loadLanes(in[r], x + r * n + i);
        }
        for (int o = 0; o < O; ++o) {
            Lanes weight;
            loadLanes(weight, w + o * n + i);
            for (int r = 0; r < R; ++r) {
                sums[o][r] += weight * in[r];
            }
        }
    }
    for (int o = 0; o < O; ++o) {
        for (int r = 0; r < R; ++r) {
            float total = sumOf(sums[o][r]);
            for (std::int64_t k = i; k < n; ++k) {
                total += valueOf(w[o * n + k]) * x[r * n + k];
            }
            y[r * yStride + o] = total;
        }
    }
}

template <typename T, int R>
LATHE_INLINE void gemvRows(float* y, std::int64_t yStride, const float* x, const T* w, std::int64_t n, std::int64_t outputs) {
    constexpr int kTogether = R <= 4 ? 4 : 2;
    std::int64_t o = 0;
    for (; o + kTogether <= outputs; o += kTogether) {
        dotRows<T, R, kTogether>(y + o, yStride, x, w + o * n, n);
    }
    for (; o < outputs; ++o) {
        dotRows<T, R, 1>(y + o, yStride, x, w + o * n, n);
    }
}

template <typename T>
LATHE_INLINE void gemvAny(float* y, std::int64_t yStride, const float* x, std::int64_t rows, const T* w, std::int64_t n,
                          std::int64_t outputs) {
    switch (rows) {
        case 1: return gemvRows<T, 1>(y, yStride, x, w, n, outputs);
        case 2: return gemvRows<T, 2>(y, yStride, x, w, n, outputs);
        case 3: return gemvRows<T, 3>(y, yStride, x, w, n, outputs);
        case 4: return gemvRows<T, 4>(y, yStride, x, w, n, outputs);
        case 5: return gemvRows<T, 5>(y, yStride, x, w, n, outputs);
        case 6: return gemvRows<T, 6>(y, yStride, x, w, n, outputs);
        case 7: return gemvRows<T, 7>(y, yStride, x, w, n, outputs);
        default: return gemvRows<T, 8>(y, yStride, x, w, n, outputs);
    }
}

LATHE_CLONES void gemvF32(float* y, std::int64_t yStride, const float* x, std::int64_t rows, const float* w, std::int64_t n,
                          std::int64_t outputs) {
    gemvAny(y, yStride, x, rows, w, n, outputs);
}
LATHE_CLONES void gemvBf16(float* y, std::int64_t yStride, const float* x, std::int64_t rows, const std::uint16_t* w, std::int64_t n,
                           std::int64_t outputs) {
    gemvAny(y, yStride, x, rows, w, n, outputs);
}

template <typename T>
LATHE_INLINE void headAttention(float* out, const float* query, const CachedHead& head, float scale, float* scores) {
    const T* keys = static_cast<const T*>(head.keys);
    const T* values = static_cast<const T*>(head.values);
    const std::int64_t width = head.headWidth;
    float highest = -INFINITY;
    for (std::int64_t t = 0; t < head.length; ++t) {
        const T* key = keys + head.slots[t] * head.slotStride + t * width;
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (std::int64_t i = 0; i < width; ++i) {
            sum += query[i] * valueOf(key[i]);
        }
        scores[t] = sum * scale;
        highest = scores[t] > highest ? scores[t] : highest;
    }
    float total = 0;
#pragma omp simd reduction(+ : total)
    for (std::int64_t t = 0; t < head.length; ++t) {
        scores[t] = fastExp(scores[t] - highest);
        total += scores[t];
    }
    for (std::int64_t i = 0; i < width; ++i) {
        out[i] = 0;
    }
    for (std::int64_t t = 0; t < head.length; ++t) {
        const T* value = values + head.slots[t] * head.slotStride + t * width;
        const float p = scores[t] / total;
#pragma omp simd
        for (std::int64_t i = 0; i < width; ++i) {
            out[i] += p * valueOf(value[i]);
        }
    }
}

LATHE_CLONES void headAttentionF32(float* out, const float* query, const CachedHead& head, float scale, float* scores) {
    headAttention<float>(out, query, head, scale, scores);
}
LATHE_CLONES void headAttentionBf16(float* out, const float* query, const CachedHead& head, float scale, float* scores) {
    headAttention<std::uint16_t>(out, query, head, scale, scores);
}

}  // namespace

bool isPlain(const torch::Tensor& x) {
    return x.device().is_cpu() && x.is_contiguous() && (x.scalar_type() == torch::kFloat32 || x.scalar_type() == torch::kBFloat16);
}

Number numberOf(const torch::Tensor& x) { return x.scalar_type() == torch::kFloat32 ? Number::F32 : Number::BF16; }

const void* rowOf(const torch::Tensor& x, std::int64_t row) {
    return static_cast<const char*>(x.const_data_ptr()) + row * x.size(-1) * static_cast<std::int64_t>(x.element_size());
}

void* mutableRowOf(torch::Tensor& x, std::int64_t row) {
    return static_cast<char*>(x.mutable_data_ptr()) + row * x.size(-1) * static_cast<std::int64_t>(x.element_size());
}

void loadRow(float* out, const void* in, Number type, std::int64_t n) {
    if (type == Number::F32) {
        std::memcpy(out, in, static_cast<std::size_t>(n) * sizeof(float));
    } else {
        loadBf16(out, static_cast<const std::uint16_t*>(in), n);
    }
}

void addRow(float* out, const void* in, Number type, std::int64_t n) {
    if (type == Number::F32) {
        addF32(out, static_cast<const float*>(in), n);
    } else {
        addBf16(out, static_cast<const std::uint16_t*>(in), n);
    }
}

void storeRow(void* out, Number type, const float* in, std::int64_t n) {
    if (type == Number::F32) {
        std::memcpy(out, in, static_cast<std::size_t>(n) * sizeof(float));
    } else {
        storeBf16(static_cast<std::uint16_t*>(out), in, n);
    }
}

LATHE_CLONES NormStatistics normRow(float* out, const float* x, const float* weight, const float* bias, std::int64_t n, float epsilon,
                                    Centre centre) {
    NormStatistics result;
    if (centre == Centre::Yes) {
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (std::int64_t i = 0; i < n; ++i) {
            sum += x[i];
        }
        result.mean = sum / static_cast<float>(n);
    }
    const float mean = result.mean;
    float squares = 0;
#pragma omp simd reduction(+ : squares)
    for (std::int64_t i = 0; i < n; ++i) {
        squares += (x[i] - mean) * (x[i] - mean);
    }
    result.rstd = 1.0f / std::sqrt(squares / static_cast<float>(n) + epsilon);
    const float rstd = result.rstd;
    if (bias != nullptr) {
#pragma omp simd
        for (std::int64_t i = 0; i < n; ++i) {
            out[i] = (x[i] - mean) * rstd * weight[i] + bias[i];
        }
    } else {
#pragma omp simd
        for (std::int64_t i = 0; i < n; ++i) {
            out[i] = (x[i] - mean) * rstd * weight[i];
        }
    }
    return result;
}

LATHE_CLONES void normRowBackward(float* dx, const float* dy, const float* x, const float* weight, NormStatistics statistics,
                                  std::int64_t n, Centre centre, float* dWeight, float* dBias) {
    const float mean = statistics.mean;
    const float rstd = statistics.rstd;
    float sumG = 0;
    float sumGx = 0;
#pragma omp simd reduction(+ : sumG, sumGx)
    for (std::int64_t i = 0; i < n; ++i) {
        const float g = dy[i] * weight[i];
        sumG += g;
        sumGx += g * (x[i] - mean) * rstd;
    }
    const float meanG = centre == Centre::Yes ? sumG / static_cast<float>(n) : 0.0f;
    const float meanGx = sumGx / static_cast<float>(n);
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        const float normed = (x[i] - mean) * rstd;
        dx[i] += rstd * (dy[i] * weight[i] - meanG - normed * meanGx);
        dWeight[i] += dy[i] * normed;
    }
    if (dBias != nullptr) {
#pragma omp simd
        for (std::int64_t i = 0; i < n; ++i) {
            dBias[i] += dy[i];
        }
    }
}

LATHE_CLONES void swigluRow(float* out, const float* gate, const float* up, std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        out[i] = gate[i] / (1.0f + fastExp(-gate[i])) * up[i];
    }
}

LATHE_CLONES void swigluRowBackward(float* dGate, float* dUp, const float* d, const float* gate, const float* up, std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        const float sigmoid = 1.0f / (1.0f + fastExp(-gate[i]));
        dUp[i] = d[i] * gate[i] * sigmoid;
        dGate[i] = d[i] * up[i] * sigmoid * (1.0f + gate[i] * (1.0f - sigmoid));
    }
}

void rotateRow(void* row, Number type, std::int64_t heads, std::int64_t half, const float* cos, const float* sin, float sign) {
    if (type == Number::F32) {
        rotateF32(static_cast<float*>(row), heads, half, cos, sin, sign);
    } else {
        rotateBf16(static_cast<std::uint16_t*>(row), heads, half, cos, sin, sign);
    }
}

void gemv(float* y, std::int64_t yStride, const float* x, std::int64_t rows, const void* weight, Number weightType,
          std::int64_t inputs, std::int64_t first, std::int64_t last) {
    if (weightType == Number::F32) {
        gemvF32(y, yStride, x, rows, static_cast<const float*>(weight) + first * inputs, inputs, last - first);
    } else {
        gemvBf16(y, yStride, x, rows, static_cast<const std::uint16_t*>(weight) + first * inputs, inputs, last - first);
    }
}

void cachedHeadAttention(float* out, const float* query, const CachedHead& head, float scale, float* scores) {
    if (head.type == Number::F32) {
        headAttentionF32(out, query, head, scale, scores);
    } else {
        headAttentionBf16(out, query, head, scale, scores);
    }
}

}  // namespace lathe::tensor::kernels
