// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/kv_cache.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::tensor {

namespace {

void checkShape(const KvCacheShape& shape) {
    if (shape.layers < 1 || shape.rows < 1 || shape.maxLength < 1 || shape.kvHeads < 1 || shape.headWidth < 1) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("A key-value cache of {} layers, {} sequences, {} tokens, {} heads of {} cannot be "
                                "made. Every size must "
                                "be at least 1.",
                                shape.layers, shape.rows, shape.maxLength, shape.kvHeads, shape.headWidth));
    }
}

}  // namespace

KvCache::KvCache(const KvCacheShape& shape) : shape_(shape) {
    checkShape(shape);
    const auto options = torch::TensorOptions().dtype(shape.dtype).device(shape.device);
    for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
        keys_.push_back(torch::empty({shape.rows, shape.kvHeads, shape.maxLength, shape.headWidth}, options));
        values_.push_back(torch::empty({shape.rows, shape.kvHeads, shape.maxLength, shape.headWidth}, options));
    }
    table_.assign(static_cast<std::size_t>(shape.rows * shape.maxLength), 0);
}

std::int64_t KvCache::memoryBytes() const {
    return 2 * shape_.layers * shape_.rows * shape_.kvHeads * shape_.maxLength * shape_.headWidth *
           static_cast<std::int64_t>(torch::elementSize(shape_.dtype));
}

void KvCache::begin(std::int64_t sequences) {
    if (sequences < 1 || sequences > shape_.rows) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("A key-value cache for {} sequences cannot hold {}. Allocate a larger one.",
                                shape_.rows, sequences));
    }
    lengths_.assign(static_cast<std::size_t>(sequences), 0);
}

void KvCache::reorder(std::span<const std::int64_t> parents) {
    if (parents.empty() || static_cast<std::int64_t>(parents.size()) > shape_.rows) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("A key-value cache for {} sequences cannot hold {}. Allocate a larger one.",
                                shape_.rows, parents.size()));
    }
    std::vector<std::int32_t> table(table_.size());
    std::vector<std::int64_t> lengths;
    for (std::size_t row = 0; row < parents.size(); ++row) {
        if (parents[row] < 0 || parents[row] >= numSequences()) {
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("Sequence {} of a key-value cache does not exist; it holds {}. This is an "
                                    "error in the caller.",
                                    parents[row], numSequences()));
        }
        const std::int64_t kept = length(parents[row]);
        std::copy_n(slots(parents[row]), kept, table.begin() + static_cast<std::ptrdiff_t>(row) * shape_.maxLength);
        lengths.push_back(kept);
    }
    table_ = std::move(table);
    lengths_ = std::move(lengths);
}

void KvCache::truncate(std::int64_t sequence, std::int64_t newLength) {
    auto& current = lengths_.at(static_cast<std::size_t>(sequence));
    current = std::clamp<std::int64_t>(newLength, 0, current);
}

std::int32_t KvCache::freeSlot(std::int64_t sequence, std::int64_t position, std::int32_t preferred) const {
    const auto isTaken = [&](std::int32_t slot) {
        for (std::int64_t other = 0; other < numSequences(); ++other) {
            if (other != sequence && position < length(other) && slots(other)[position] == slot) {
                return true;
            }
        }
        return false;
    };
    if (!isTaken(preferred)) {
        return preferred;
    }
    // At most numSequences() - 1 slots are taken at one position and there are at least numSequences(): one is free.
    std::int32_t slot = 0;
    while (isTaken(slot)) {
        ++slot;
    }
    return slot;
}

void KvCache::extend(std::span<const std::int64_t> counts) {
    if (static_cast<std::int64_t>(counts.size()) != numSequences()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("A batch of {} sequences met a key-value cache that holds {}. Call begin() or "
                                "reorder() first.",
                                counts.size(), numSequences()));
    }
    for (std::int64_t b = 0; b < numSequences(); ++b) {
        const std::int64_t start = length(b);
        const std::int64_t count = counts[static_cast<std::size_t>(b)];
        if (count < 0 || count > shape_.maxLength - start) {
            throw Error(ErrorCode::InvalidInput, fmt::format("A sequence of {} tokens cannot grow by {}: the key-value "
                                                             "cache holds {} tokens a sequence. Shorten the "
                                                             "prompt or allocate a longer cache.",
                                                             start, count, shape_.maxLength));
        }
        std::int32_t preferred = static_cast<std::int32_t>(b);
        for (std::int64_t t = start; t < start + count; ++t) {
            preferred = freeSlot(b, t, preferred);
            table_[static_cast<std::size_t>(b * shape_.maxLength + t)] = preferred;
        }
        lengths_[static_cast<std::size_t>(b)] = start + count;
    }
}

}  // namespace lathe::tensor
