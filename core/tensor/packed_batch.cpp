// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/packed_batch.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::tensor {

namespace {

using Rows = std::vector<std::vector<std::int32_t>>;

void checkSequences(const Rows& sequences, const BatchOptions& options, const Rows& tokenTypes) {
    if (sequences.empty()) {
        throw Error(ErrorCode::InvalidInput, "A batch needs at least one sequence. None was given.");
    }
    if (!tokenTypes.empty() && tokenTypes.size() != sequences.size()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("A batch has {} sequences but token types for {}. Give one list a sequence.",
                                sequences.size(), tokenTypes.size()));
    }
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        if (sequences[i].empty()) {
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("Sequence {} of a batch has no tokens. Leave empty texts out.", i));
        }
        if (!tokenTypes.empty() && tokenTypes[i].size() != sequences[i].size()) {
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("Sequence {} has {} tokens but {} token types. They must be as many.", i,
                                    sequences[i].size(), tokenTypes[i].size()));
        }
        if (options.layout == BatchLayout::MaxLength &&
            static_cast<std::int64_t>(sequences[i].size()) > options.maxLength) {
            throw Error(
                ErrorCode::InvalidInput,
                fmt::format(
                    "Sequence {} has {} tokens, more than the fixed length of {}. Truncate it or raise max_length.", i,
                    sequences[i].size(), options.maxLength));
        }
    }
}

std::int64_t slotSize(const Rows& sequences, const BatchOptions& options) {
    if (options.layout == BatchLayout::MaxLength) {
        return options.maxLength;
    }
    std::size_t longest = 0;
    for (const auto& sequence : sequences) {
        longest = std::max(longest, sequence.size());
    }
    return static_cast<std::int64_t>(longest);
}

std::int64_t commonBeginning(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
    const auto shorter = std::min(a.size(), b.size());
    return std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(shorter), b.begin()).first - a.begin();
}

/// For each sequence the earlier whole one that it has most in common with; at least its last token stays its own.
std::vector<SharedPrefix> findPrefixes(const Rows& sequences) {
    std::vector<SharedPrefix> prefixes(sequences.size());
    bool isAny = false;
    for (std::size_t b = 1; b < sequences.size(); ++b) {
        SharedPrefix best;
        for (std::size_t host = 0; host < b; ++host) {
            if (prefixes[host].length > 0) continue;
            const auto length = std::min(commonBeginning(sequences[host], sequences[b]), static_cast<std::int64_t>(sequences[b].size()) - 1);
            if (length > best.length) best = {static_cast<std::int64_t>(host), length};
        }
        if (best.length < kShortestSharedPrefix) continue;
        prefixes[b] = best;
        isAny = true;
    }
    if (!isAny) prefixes.clear();
    return prefixes;
}

std::int64_t roundedUp(std::int64_t rows) {
    const auto sixteenth = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(rows))) / 16;
    const std::int64_t unit = std::clamp<std::int64_t>(sixteenth, 8, 64);
    return (rows + unit - 1) / unit * unit;
}

}  // namespace

std::int64_t PackedBatch::numTokens() const { return std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0}); }

std::int64_t PackedBatch::rowOf(std::size_t b, std::int64_t position) const {
    const std::int64_t shared = sharedLength(b);
    return position < shared ? offsets[static_cast<std::size_t>(prefixes[b].slot)] + position : offsets[b] + position - shared;
}

torch::Tensor PackedBatch::lastTokenRows() const {
    torch::Tensor rows = torch::empty({numSequences()}, torch::kInt64);
    auto* out = rows.data_ptr<std::int64_t>();
    for (std::size_t b = 0; b < lengths.size(); ++b) {
        out[b] = offsets[b] + lengths[b] - 1;
    }
    return rows.to(ids.device());
}

torch::Tensor PackedBatch::realRows() const {
    torch::Tensor rows = torch::empty({numTokens()}, torch::kInt64);
    auto* out = rows.data_ptr<std::int64_t>();
    for (std::size_t b = 0; b < lengths.size(); ++b) {
        std::iota(out, out + lengths[b], offsets[b]);
        out += lengths[b];
    }
    return rows.to(ids.device());
}

PackedBatch PackedBatch::to(const torch::Device& device) const {
    PackedBatch moved = *this;
    moved.ids = ids.to(device);
    moved.positions = positions.to(device);
    if (tokenTypes.defined()) {
        moved.tokenTypes = tokenTypes.to(device);
    }
    return moved;
}

PackedBatch makePackedBatch(const Rows& sequences, const BatchOptions& options, const Rows& tokenTypes) {
    checkSequences(sequences, options, tokenTypes);
    const std::int64_t slot = slotSize(sequences, options);
    PackedBatch batch;
    if (options.sharesPrefixes && options.layout == BatchLayout::Packed && tokenTypes.empty()) batch.prefixes = findPrefixes(sequences);
    batch.offsets.push_back(0);
    for (std::size_t b = 0; b < sequences.size(); ++b) {
        const auto length = static_cast<std::int64_t>(sequences[b].size()) - batch.sharedLength(b);
        batch.lengths.push_back(length);
        batch.offsets.push_back(batch.offsets.back() + (options.layout == BatchLayout::Packed ? length : slot));
    }
    const std::int64_t filled = batch.numRows();
    if (options.isRounded && options.layout == BatchLayout::Packed) {
        batch.offsets.back() = roundedUp(filled);
    }
    const std::int64_t rows = batch.numRows();
    batch.ids = torch::full({rows}, options.padId, torch::kInt64);
    batch.positions = torch::empty({rows}, torch::kInt64);
    if (!tokenTypes.empty()) {
        batch.tokenTypes = torch::zeros({rows}, torch::kInt64);
    }
    for (std::size_t b = 0; b < sequences.size(); ++b) {
        std::copy(sequences[b].begin() + batch.sharedLength(b), sequences[b].end(), batch.ids.data_ptr<std::int64_t>() + batch.offsets[b]);
        auto* positions = batch.positions.data_ptr<std::int64_t>();
        std::iota(positions + batch.offsets[b], positions + batch.offsets[b + 1], batch.sharedLength(b));
        if (b + 1 == sequences.size() && rows > filled && options.layout == BatchLayout::Packed) {
            std::fill(positions + filled, positions + rows, std::int64_t{0});  // stays inside any table of positions
        }
        if (!tokenTypes.empty()) {
            std::copy(tokenTypes[b].begin(), tokenTypes[b].end(),
                      batch.tokenTypes.data_ptr<std::int64_t>() + batch.offsets[b]);
        }
    }
    return batch;
}

}  // namespace lathe::tensor
