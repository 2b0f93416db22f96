// SPDX-License-Identifier: GPL-3.0-or-later
/// What the exact and the list search share: looking through a tile of products, and keeping the strongest pairs.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <mutex>
#include <vector>

#include "dedup/pair_search.h"
#include "tensor/bf16_speed.h"
#include "tensor/torch.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace lathe::dedup {

/// |bf16 cosine - f32 cosine| of vectors of length 1 is below this: 2^-8 from the factors (each within 2^-9, and sum |a b|
/// <= 1), 2^-9 from rounding the result, and room for the summation.
inline constexpr float kScreenMargin = 0.0065f;

/// Order-preserving for bf16 values that are not negative; negative ones come out negative.
inline std::int16_t bf16Bits(float value) { return static_cast<std::int16_t>(std::bit_cast<std::uint32_t>(value) >> 16); }

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

inline bool comesBefore(const FoundPair& a, const FoundPair& b) {
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

/// Calls hit(column) for each value of row `r` of a product that may be above the floor: bf16 is off by up to kScreenMargin, and
/// f32 products are summed in another order than dotProduct, which decides.
template <class Hit>
void scanRow(const torch::Tensor& product, std::int64_t r, std::int64_t begin, float floor, Hit hit) {
    const std::int64_t stride = product.stride(0), columns = product.size(1);
    if (product.scalar_type() == torch::kBFloat16) {
        // Below zero the bits of bf16 run backwards, so a floor there screens nothing out.
        const float bound = floor - kScreenMargin;
        scanBf16(static_cast<const std::int16_t*>(product.data_ptr()) + r * stride, begin, columns, bound > 0 ? bf16Bits(bound) : std::numeric_limits<std::int16_t>::min(), hit);
    } else {
        scanF32(product.const_data_ptr<float>() + r * stride, begin, columns, floor - 1e-5f, hit);
    }
}

inline bool usesBf16(const DedupSearch& search) {
    return search.screen == DedupSearch::Screen::Bf16 || (search.screen == DedupSearch::Screen::Auto && tensor::isBf16Faster());
}

}  // namespace lathe::dedup
