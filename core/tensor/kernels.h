// SPDX-License-Identifier: GPL-3.0-or-later
/// Single-row CPU kernels: plain loops, compiled once a vector width and chosen at start. Callers spread rows over
/// threads. Private to core/tensor.
#pragma once
#include <cstdint>

#include "tensor/torch.h"

namespace lathe::tensor::kernels {

enum class Number { F32, BF16 };

/// True if the kernels take this tensor: on the CPU, contiguous, f32 or bf16.
bool isPlain(const torch::Tensor& x);
Number numberOf(const torch::Tensor& x);
/// First byte of row `row` of a contiguous [.., columns] tensor.
const void* rowOf(const torch::Tensor& x, std::int64_t row);
void* mutableRowOf(torch::Tensor& x, std::int64_t row);

void loadRow(float* out, const void* in, Number type, std::int64_t n);   ///< out = in
void addRow(float* out, const void* in, Number type, std::int64_t n);    ///< out += in
void storeRow(void* out, Number type, const float* in, std::int64_t n);  ///< out = in, rounded to nearest even

struct NormStatistics {
    float mean = 0;  ///< 0 for RMSNorm
    float rstd = 0;
};
enum class Centre { No, Yes };  ///< Yes: LayerNorm
/// out may be x. bias may be null.
NormStatistics normRow(float* out, const float* x, const float* weight, const float* bias, std::int64_t n,
                       float epsilon, Centre centre);
/// dx += derivative; dWeight and dBias (may be null) accumulate.
void normRowBackward(float* dx, const float* dy, const float* x, const float* weight, NormStatistics statistics,
                     std::int64_t n, Centre centre, float* dWeight, float* dBias);

/// out = silu(gate) * up
void swigluRow(float* out, const float* gate, const float* up, std::int64_t n);
/// dGate, dUp from d.
void swigluRowBackward(float* dGate, float* dUp, const float* d, const float* gate, const float* up, std::int64_t n);

/// x times the normal distribution's share below x, as it is or in the form with tanh (Hendrycks and Gimpel 2016).
void geluRow(float* out, const float* x, std::int64_t n);
void geluRowBackward(float* dx, const float* d, const float* x, std::int64_t n);
void geluTanhRow(float* out, const float* x, std::int64_t n);
void geluTanhRowBackward(float* dx, const float* d, const float* x, std::int64_t n);

/// x = softmax(x * scale), scale > 0
void softmaxRow(float* x, std::int64_t n, float scale);

/// Which elements of a row are zeroed: those whose random bits are below the limit. The others are scaled.
struct RowDropout {
    std::uint32_t key;
    std::uint32_t limit;
    float scale;
};
void dropRow(float* out, const float* in, std::int64_t n, const RowDropout& dropout);
/// p = softmax(x * scale), d = the derivative of dropRow(p): dx, and the dropped p once more. dx may be d.
void droppedSoftmaxRowBackward(float* dx, float* dropped, const float* p, const float* d, std::int64_t n, float scale, const RowDropout& dropout);

/// Rotates pairs (x[i], x[i + half]); sign -1 rotates back.
void rotateRow(void* row, Number type, std::int64_t heads, std::int64_t half, const float* cos, const float* sin,
               float sign);

/// At most 8 contiguous rows. Values are f32, or bf16 where weights are bf16 and multipliesBf16().
struct GemvInput {
    const void* values;
    Number type;
    std::int64_t rows;
    std::int64_t inputs;
};
/// True if the processor multiplies bf16 itself: then bf16 rows need not be widened for bf16 weights.
bool multipliesBf16();
/// y[r * yStride + o - first] = sum_i x[r, i] w[o, i] for outputs o in [first, last).
void gemv(float* y, std::int64_t yStride, const GemvInput& x, const void* weight, Number weightType, std::int64_t first,
          std::int64_t last);

/// One query head against `length` cached keys of one kv head. keys/values: base of the layer, row stride in elements
/// between storage rows (slots), position stride K. out [K] f32, scores: scratch of `length` floats.
struct CachedHead {
    const void* keys;
    const void* values;
    Number type;
    std::int64_t slotStride;
    const std::int32_t* slots;
    std::int64_t length;
    std::int64_t headWidth;
};
void cachedHeadAttention(float* out, const float* query, const CachedHead& head, float scale, float* scores);

}  // namespace lathe::tensor::kernels
