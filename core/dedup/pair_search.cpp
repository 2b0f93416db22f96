// SPDX-License-Identifier: GPL-3.0-or-later
#include "dedup/pair_search.h"

#include <algorithm>

#include "dedup/tile_scan.h"

namespace lathe::dedup {
namespace {

struct Tile {
    std::int64_t firstRow, rows, firstColumn, columns;
};

/// Looks through one product. f32 decides: each hit is multiplied again.
void collect(const Tile& tile, const torch::Tensor& product, const float* vectors, std::int64_t width, PairStore& store) {
    const float floor = store.floor();
    at::parallel_for(0, tile.rows, 64, [&](std::int64_t begin, std::int64_t end) {
        std::vector<FoundPair> found;
        for (std::int64_t r = begin; r < end; ++r) {
            const std::int64_t row = tile.firstRow + r;
            scanRow(product, r, std::max<std::int64_t>(0, row + 1 - tile.firstColumn), floor, [&](std::int64_t c) {
                const float similarity = dotProduct(vectors + row * width, vectors + (tile.firstColumn + c) * width, width);
                if (similarity > floor) found.push_back({static_cast<std::int32_t>(row), static_cast<std::int32_t>(tile.firstColumn + c), similarity});
            });
        }
        store.add(found);
    });
}

}  // namespace

float dotProduct(const float* a, const float* b, std::int64_t width) {
    float sums[16] = {};
    std::int64_t i = 0;
    for (; i + 16 <= width; i += 16) {
        for (int k = 0; k < 16; ++k) sums[k] += a[i + k] * b[i + k];
    }
    for (; i < width; ++i) sums[i % 16] += a[i] * b[i];
    for (int step = 8; step > 0; step /= 2) {
        for (int k = 0; k < step; ++k) sums[k] += sums[k + step];
    }
    return sums[0];
}

PairSearchResult findPairs(std::span<const float> rows, std::int64_t count, std::int64_t width, const DedupSearch& search, const ProgressSink& progress,
                           const std::stop_token& stop) {
    const torch::InferenceMode noGradients;
    PairStore store(search.floor, search.maxPairs);
    const torch::Tensor vectors = torch::from_blob(const_cast<float*>(rows.data()), {count, width}, torch::kFloat32);
    const torch::Tensor screen = usesBf16(search) ? vectors.to(torch::kBFloat16) : vectors;
    const std::int64_t step = std::max<std::int64_t>(search.tileRows, 64);
    const std::int64_t columnStep = 2 * step;
    const torch::Tensor room = torch::empty({std::min(step, std::max<std::int64_t>(count, 1)) * std::min(columnStep, std::max<std::int64_t>(count, 1))},
                                            screen.options());
    const double all = static_cast<double>(count) * static_cast<double>(count) / 2;
    double done = 0;
    for (std::int64_t firstRow = 0; firstRow < count; firstRow += step) {
        const std::int64_t tileRows = std::min(step, count - firstRow);
        for (std::int64_t firstColumn = firstRow; firstColumn < count; firstColumn += columnStep) {
            throwIfStopped(stop);
            const Tile tile{firstRow, tileRows, firstColumn, std::min(columnStep, count - firstColumn)};
            torch::Tensor product = room.narrow(0, 0, tile.rows * tile.columns).view({tile.rows, tile.columns});
            at::mm_out(product, screen.narrow(0, tile.firstRow, tile.rows), screen.narrow(0, tile.firstColumn, tile.columns).t());
            collect(tile, product, rows.data(), width, store);
            store.trim();
            done += static_cast<double>(tile.rows) * static_cast<double>(tile.columns);
            if (progress) progress({"Comparing rows", std::min(done, all), all});
        }
    }
    return {store.take(), store.floor()};
}

}  // namespace lathe::dedup
