// SPDX-License-Identifier: GPL-3.0-or-later
/// Token sequences lying end to end, so that linears, norms and MLPs run on one [N, D] matrix.
#pragma once
#include <cstdint>
#include <vector>

#include "tensor/torch.h"

namespace lathe::tensor {

/// Packed: no padding at all. Dynamic: every slot is as long as the longest sequence. MaxLength: every slot has a fixed
/// length.
enum class BatchLayout { Packed, Dynamic, MaxLength };

/// Tokens that a slot does not repeat: its sequence begins with the first `length` tokens of the slot `slot`, which has none such itself.
struct SharedPrefix {
    std::int64_t slot = 0;
    std::int64_t length = 0;  ///< 0: the slot has all of its sequence
};

/// N rows in B slots; slot b holds rows offsets[b] .. offsets[b+1]-1, of which the first lengths[b] are real (padding
/// is right).
struct PackedBatch {
    torch::Tensor ids;        ///< [N] int64
    torch::Tensor positions;  ///< [N] int64, 0, 1, 2, ... in each sequence (a model adds its own offset, such as RoBERTa's)
    torch::Tensor tokenTypes;           ///< [N] int64, or undefined: all zero
    std::vector<std::int64_t> offsets;  ///< B + 1 values
    std::vector<std::int64_t> lengths;  ///< B values, real tokens a slot; equal to the slot's size unless padded
    std::vector<SharedPrefix> prefixes;  ///< B values, or empty: no slot shares anything

    std::int64_t numSequences() const { return static_cast<std::int64_t>(lengths.size()); }
    std::int64_t numRows() const { return offsets.empty() ? 0 : offsets.back(); }  ///< N, padding included
    std::int64_t numTokens() const;                                                ///< real tokens only
    bool isPadded() const { return numTokens() != numRows(); }
    /// Tokens of slot b's sequence that lie in another slot.
    std::int64_t sharedLength(std::size_t b) const { return prefixes.empty() ? 0 : prefixes[b].length; }
    /// Row of the token at a position of slot b's sequence, which lies in another slot where a prefix is shared.
    std::int64_t rowOf(std::size_t b, std::int64_t position) const;
    /// Row of each slot's last real token, [B] int64 on the ids' device.
    torch::Tensor lastTokenRows() const;
    /// Rows of all real tokens in order, [numTokens] int64 on the ids' device.
    torch::Tensor realRows() const;
    PackedBatch to(const torch::Device& device) const;
};

struct BatchOptions {
    BatchLayout layout = BatchLayout::Packed;
    std::int64_t maxLength = 0;  ///< slot size for MaxLength; ignored otherwise
    std::int32_t padId = 0;      ///< id of padding rows
    /// Packed: the last slot gets up to an eighth of N more rows, so that few different N occur. oneDNN compiles and keeps a
    /// kernel for each N it meets: new batch lengths cost time in every step, and memory that is never given back.
    bool isRounded = false;
    /// Packed: a sequence that begins as an earlier one leaves these tokens out (see SharedPrefix). For causal models only, whose states there
    /// are the same; without dropout, which would otherwise drop the same units of both.
    bool sharesPrefixes = false;
};

/// Shorter common beginnings are not shared: a slot with a prefix costs an attention call of its own.
constexpr std::int64_t kShortestSharedPrefix = 4;

/// Lays sequences out on the CPU. `tokenTypes`, if not empty, has the sequences' shape.
/// Throws InvalidInput for no sequence, an empty sequence, or (MaxLength) one longer than maxLength.
PackedBatch makePackedBatch(const std::vector<std::vector<std::int32_t>>& sequences, const BatchOptions& options = {},
                            const std::vector<std::vector<std::int32_t>>& tokenTypes = {});

}  // namespace lathe::tensor
