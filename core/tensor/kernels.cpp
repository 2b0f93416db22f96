// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/kernels.h"

#include <cmath>
#include <cstring>

#include "tensor/bf16.h"
#include "tensor/clones.h"
#include "tensor/fast_math.h"

#define LATHE_INLINE [[gnu::always_inline]] inline

namespace lathe::tensor::kernels {

namespace {

constexpr float kTwiceRootOf2OverPi = 1.59576912f;
constexpr float kGeluCubic = 0.044715f;

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
LATHE_INLINE T rounded(float x) {
    if constexpr (sizeof(T) == 2) {
        return toBf16(x);
    } else {
        return x;
    }
}

template <typename T>
LATHE_INLINE void rotateHeads(T* row, std::int64_t heads, std::int64_t half, const float* cos, const float* sin,
                              float sign) {
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

LATHE_CLONES void rotateF32(float* row, std::int64_t heads, std::int64_t half, const float* cos, const float* sin,
                            float sign) {
    rotateHeads(row, heads, half, cos, sin, sign);
}
LATHE_CLONES void rotateBf16(std::uint16_t* row, std::int64_t heads, std::int64_t half, const float* cos,
                             const float* sin, float sign) {
    rotateHeads(row, heads, half, cos, sin, sign);
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
LATHE_CLONES void headAttentionBf16(float* out, const float* query, const CachedHead& head, float scale,
                                    float* scores) {
    headAttention<std::uint16_t>(out, query, head, scale, scores);
}

}  // namespace

bool isPlain(const torch::Tensor& x) {
    return x.device().is_cpu() && x.is_contiguous() &&
           (x.scalar_type() == torch::kFloat32 || x.scalar_type() == torch::kBFloat16);
}

Number numberOf(const torch::Tensor& x) { return x.scalar_type() == torch::kFloat32 ? Number::F32 : Number::BF16; }

const void* rowOf(const torch::Tensor& x, std::int64_t row) {
    return static_cast<const char*>(x.const_data_ptr()) +
           row * x.size(-1) * static_cast<std::int64_t>(x.element_size());
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

LATHE_CLONES NormStatistics normRow(float* out, const float* x, const float* weight, const float* bias, std::int64_t n,
                                    float epsilon, Centre centre) {
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

LATHE_CLONES void normRowBackward(float* dx, const float* dy, const float* x, const float* weight,
                                  NormStatistics statistics, std::int64_t n, Centre centre, float* dWeight,
                                  float* dBias) {
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

LATHE_CLONES void swigluRowBackward(float* dGate, float* dUp, const float* d, const float* gate, const float* up,
                                    std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        const float sigmoid = 1.0f / (1.0f + fastExp(-gate[i]));
        dUp[i] = d[i] * gate[i] * sigmoid;
        dGate[i] = d[i] * up[i] * sigmoid * (1.0f + gate[i] * (1.0f - sigmoid));
    }
}

LATHE_CLONES void geluRow(float* out, const float* x, std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        out[i] = x[i] * normal(x[i]).below;
    }
}

LATHE_CLONES void geluRowBackward(float* dx, const float* d, const float* x, std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        const Normal at = normal(x[i]);
        dx[i] = d[i] * (at.below + x[i] * at.density);
    }
}

// 0.5 (1 + tanh(u)) is sigmoid(2 u), which keeps its precision where it is small.
LATHE_CLONES void geluTanhRow(float* out, const float* x, std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        out[i] = x[i] / (1.0f + fastExp(-kTwiceRootOf2OverPi * (x[i] + kGeluCubic * x[i] * x[i] * x[i])));
    }
}

LATHE_CLONES void geluTanhRowBackward(float* dx, const float* d, const float* x, std::int64_t n) {
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        const float square = x[i] * x[i];
        const float sigmoid = 1.0f / (1.0f + fastExp(-kTwiceRootOf2OverPi * x[i] * (1.0f + kGeluCubic * square)));
        const float slope = kTwiceRootOf2OverPi * (1.0f + 3.0f * kGeluCubic * square);
        dx[i] = d[i] * sigmoid * (1.0f + x[i] * slope * (1.0f - sigmoid));
    }
}

LATHE_CLONES void softmaxRow(float* x, std::int64_t n, float scale) {
    float highest = -INFINITY;
#pragma omp simd reduction(max : highest)
    for (std::int64_t i = 0; i < n; ++i) {
        highest = x[i] > highest ? x[i] : highest;
    }
    float total = 0;
#pragma omp simd reduction(+ : total)
    for (std::int64_t i = 0; i < n; ++i) {
        x[i] = fastExp((x[i] - highest) * scale);
        total += x[i];
    }
    const float factor = 1.0f / total;
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        x[i] *= factor;
    }
}

LATHE_CLONES void dropRow(float* out, const float* in, std::int64_t n, const RowDropout& dropout) {
    const RowDropout drop = dropout;
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        out[i] = randomBits(drop.key, static_cast<std::uint32_t>(i)) >= drop.limit ? in[i] * drop.scale : 0.0f;
    }
}

LATHE_CLONES void droppedSoftmaxRowBackward(float* dx, float* dropped, const float* p, const float* d, std::int64_t n, float scale,
                                            const RowDropout& dropout) {
    dropRow(dropped, p, n, dropout);
    dropRow(dx, d, n, dropout);
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < n; ++i) {
        sum += p[i] * dx[i];
    }
#pragma omp simd
    for (std::int64_t i = 0; i < n; ++i) {
        dx[i] = p[i] * (dx[i] - sum) * scale;
    }
}

void rotateRow(void* row, Number type, std::int64_t heads, std::int64_t half, const float* cos, const float* sin,
               float sign) {
    if (type == Number::F32) {
        rotateF32(static_cast<float*>(row), heads, half, cos, sin, sign);
    } else {
        rotateBf16(static_cast<std::uint16_t*>(row), heads, half, cos, sin, sign);
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
