// SPDX-License-Identifier: GPL-3.0-or-later
/// All pairs of rows whose cosine is above a floor, by tiled matrix products.
#pragma once
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include <lathe/dedup.h>
#include <lathe/progress.h>

namespace lathe::dedup {

struct FoundPair {
    std::int32_t first;    ///< first < second
    std::int32_t second;
    float similarity;
};

struct PairSearchResult {
    std::vector<FoundPair> pairs;   ///< by falling similarity, then first, then second
    float floor;                    ///< every pair above it is in `pairs`
};

/// rows: normalised, [count, width], row-major. The bf16 screen keeps every pair whose f32 cosine could be above the floor
/// (its rounding is at most 2^-8 for the factors and 2^-9 for the sum); the f32 product decides. Memory: one tile a
/// thread pool, a bf16 copy of the rows, and the pairs. Throws Cancelled.
PairSearchResult findPairs(std::span<const float> rows, std::int64_t count, std::int64_t width, const DedupSearch& search,
                           const ProgressSink& progress, const std::stop_token& stop);

/// f32 dot product, always summed in the same order.
float dotProduct(const float* a, const float* b, std::int64_t width);

}  // namespace lathe::dedup
