// SPDX-License-Identifier: GPL-3.0-or-later
/// Keys and values of past tokens, allocated once. Beams share what they have in common: reordering moves no tensor
/// data.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "tensor/torch.h"

namespace lathe::tensor {

struct KvCacheShape {
    std::int64_t layers = 0;
    std::int64_t rows = 0;       ///< most sequences (or beams) at a time
    std::int64_t maxLength = 0;  ///< most tokens a sequence, prompt included
    std::int64_t kvHeads = 0;
    std::int64_t headWidth = 0;
    torch::ScalarType dtype = torch::kFloat32;
    torch::Device device = torch::kCPU;
};

/// Storage is [layers, 2, rows, kvHeads, maxLength, headWidth]. Token t of sequence b lies in storage row slot(b, t),
/// which may be another sequence's: sequences with a common past point at the same storage. Not thread-safe.
class KvCache {
public:
    /// All sequences start empty; numSequences() starts at 0 and grows by begin(). Throws InvalidInput on a size
    /// below 1.
    explicit KvCache(const KvCacheShape& shape);

    const KvCacheShape& shape() const { return shape_; }
    std::int64_t numSequences() const { return static_cast<std::int64_t>(lengths_.size()); }
    std::int64_t length(std::int64_t sequence) const { return lengths_.at(static_cast<std::size_t>(sequence)); }
    std::int64_t memoryBytes() const;

    /// Forgets everything and starts `sequences` (<= shape().rows) empty ones.
    void begin(std::int64_t sequences);
    /// Afterwards sequence i continues what sequence parents[i] was. Fewer, more (up to shape().rows) and repeated
    /// parents are allowed, so it serves beams, dropping finished sequences, and one prompt for many samples. Costs no
    /// tensor copy.
    void reorder(std::span<const std::int64_t> parents);
    /// Forgets all but the first `length` tokens of a sequence.
    void truncate(std::int64_t sequence, std::int64_t length);

    /// For the model: makes room for counts[b] more tokens in sequence b before the layers write them. Called once a
    /// forward pass. Throws InvalidInput when a sequence would pass maxLength.
    void extend(std::span<const std::int64_t> counts);
    /// [rows, kvHeads, maxLength, headWidth] of one layer.
    torch::Tensor& keys(std::int64_t layer) { return keys_.at(static_cast<std::size_t>(layer)); }
    torch::Tensor& values(std::int64_t layer) { return values_.at(static_cast<std::size_t>(layer)); }
    /// Storage row of each token of a sequence, maxLength entries of which the first length() count.
    const std::int32_t* slots(std::int64_t sequence) const { return table_.data() + sequence * shape_.maxLength; }

private:
    std::int32_t freeSlot(std::int64_t sequence, std::int64_t position, std::int32_t preferred) const;

    KvCacheShape shape_;
    std::vector<torch::Tensor> keys_;
    std::vector<torch::Tensor> values_;
    std::vector<std::int64_t> lengths_;
    std::vector<std::int32_t> table_;
};

}  // namespace lathe::tensor
