// SPDX-License-Identifier: GPL-3.0-or-later
#include "dedup/pair_search.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <mutex>

#include "tensor/torch.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace lathe::dedup {
namespace {

/// |bf16 cosine - f32 cosine| of vectors of length 1 is below this: 2^-8 from the factors (each within 2^-9, and sum |a b|
/// <= 1), 2^-9 from rounding the result, and room for the summation.
constexpr float kScreenMargin = 0.0065f;

bool hasFastBf16() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

/// Order-preserving for bf16 values that are not negative; negative ones come out negative.
std::int16_t bf16Bits(float value) { return static_cast<std::int16_t>(std::bit_cast<std::uint32_t>(value) >> 16); }

/// Calls hit(column) for each value of a row of a tile that is above the bound. 32 values are looked at in one step.
template <class Hit>
void scanBf16(const std::int16_t* values, std::int64_t begin, std::int64_t end, std::int16_t bound, Hit hit) {
    std::int64_t c = begin;
#if defined(__SSE2__)
    const __m128i limit = _mm_set1_epi16(bound);
    for (; c + 32 <= end; c += 32) {
        const auto* block = reinterpret_cast<const __m128i*>(values + c);
        const __m128i above = _mm_or_si128(_mm_or_si128(_mm_cmpgt_epi16(_mm_loadu_si128(block), limit), _mm_cmpgt_epi16(_mm_loadu_si128(block + 1), limit)),
                                           _mm_or_si128(_mm_cmpgt_epi16(_mm_loadu_si128(block + 2), limit), _mm_cmpgt_epi16(_mm_loadu_si128(block + 3), limit)));
        if (_mm_movemask_epi8(above) == 0) continue;
        for (std::int64_t k = c; k < c + 32; ++k) {
            if (values[k] > bound) hit(k);
        }
    }
#endif
    for (; c < end; ++c) {
        if (values[c] > bound) hit(c);
    }
}

template <class Hit>
void scanF32(const float* values, std::int64_t begin, std::int64_t end, float bound, Hit hit) {
    std::int64_t c = begin;
#if defined(__SSE2__)
    const __m128 limit = _mm_set1_ps(bound);
    for (; c + 16 <= end; c += 16) {
        const __m128 above = _mm_or_ps(_mm_or_ps(_mm_cmpgt_ps(_mm_loadu_ps(values + c), limit), _mm_cmpgt_ps(_mm_loadu_ps(values + c + 4), limit)),
                                       _mm_or_ps(_mm_cmpgt_ps(_mm_loadu_ps(values + c + 8), limit), _mm_cmpgt_ps(_mm_loadu_ps(values + c + 12), limit)));
        if (_mm_movemask_ps(above) == 0) continue;
        for (std::int64_t k = c; k < c + 16; ++k) {
            if (values[k] > bound) hit(k);
        }
    }
#endif
    for (; c < end; ++c) {
        if (values[c] > bound) hit(c);
    }
}

bool comesBefore(const FoundPair& a, const FoundPair& b) {
    if (a.similarity != b.similarity) return a.similarity > b.similarity;
    return a.first != b.first ? a.first < b.first : a.second < b.second;
}

/// Collects pairs; beyond the limit the weakest go and the floor rises to where they were.
class PairStore {
public:
    PairStore(float floor, std::int64_t limit) : floor_(floor), limit_(static_cast<std::size_t>(std::max<std::int64_t>(limit, 1))) {}

    float floor() const { return floor_; }

    void add(const std::vector<FoundPair>& pairs) {
        const std::lock_guard lock(mutex_);
        pairs_.insert(pairs_.end(), pairs.begin(), pairs.end());
    }

    void trim() {
        if (pairs_.size() <= limit_) return;
        const auto middle = pairs_.begin() + static_cast<std::ptrdiff_t>(limit_ - limit_ / 4);
        std::nth_element(pairs_.begin(), middle, pairs_.end(), comesBefore);
        floor_ = middle->similarity;
        std::erase_if(pairs_, [&](const FoundPair& pair) { return pair.similarity <= floor_; });
    }

    std::vector<FoundPair> take() {
        std::erase_if(pairs_, [&](const FoundPair& pair) { return pair.similarity <= floor_; });
        std::sort(pairs_.begin(), pairs_.end(), comesBefore);
        pairs_.shrink_to_fit();
        return std::move(pairs_);
    }

private:
    std::mutex mutex_;
    std::vector<FoundPair> pairs_;
    float floor_;
    std::size_t limit_;
};

struct Tile {
    std::int64_t firstRow, rows, firstColumn, columns;
};

/// Looks through one product. f32 decides: in a bf16 tile each hit is multiplied again.
void collect(const Tile& tile, const torch::Tensor& product, const float* vectors, std::int64_t width, PairStore& store) {
    const float floor = store.floor();
    const bool isBf16 = product.scalar_type() == torch::kBFloat16;
    const std::int64_t stride = product.stride(0);
    // Below zero the bits of bf16 run backwards, so a floor there screens nothing out.
    const float bound = floor - kScreenMargin;
    const std::int16_t bits = bound > 0 ? bf16Bits(bound) : std::numeric_limits<std::int16_t>::min();
    at::parallel_for(0, tile.rows, 64, [&](std::int64_t begin, std::int64_t end) {
        std::vector<FoundPair> found;
        for (std::int64_t r = begin; r < end; ++r) {
            const std::int64_t row = tile.firstRow + r;
            const std::int64_t from = std::max<std::int64_t>(0, row + 1 - tile.firstColumn);
            const auto keep = [&](std::int64_t c, float similarity) {
                if (similarity > floor)
                    found.push_back({static_cast<std::int32_t>(row), static_cast<std::int32_t>(tile.firstColumn + c), similarity});
            };
            if (isBf16) {
                const auto* values = static_cast<const std::int16_t*>(product.data_ptr()) + r * stride;
                scanBf16(values, from, tile.columns, bits, [&](std::int64_t c) {
                    keep(c, dotProduct(vectors + row * width, vectors + (tile.firstColumn + c) * width, width));
                });
            } else {
                // The product's own summation order differs by tile; the decision is taken on one order for all.
                scanF32(product.const_data_ptr<float>() + r * stride, from, tile.columns, floor - 1e-5f, [&](std::int64_t c) {
                    keep(c, dotProduct(vectors + row * width, vectors + (tile.firstColumn + c) * width, width));
                });
            }
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
    const bool usesBf16 = search.screen == DedupSearch::Screen::Bf16 || (search.screen == DedupSearch::Screen::Auto && hasFastBf16());
    const torch::Tensor vectors = torch::from_blob(const_cast<float*>(rows.data()), {count, width}, torch::kFloat32);
    const torch::Tensor screen = usesBf16 ? vectors.to(torch::kBFloat16) : vectors;
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
