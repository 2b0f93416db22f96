// SPDX-License-Identifier: GPL-3.0-or-later
/// How the ways of computing attention see a run's rows. Private to core/tensor.
#pragma once
#include <memory>
#include <utility>

#include "tensor/attention.h"

namespace lathe::tensor {

/// [B, heads, T, K] views of some rows' columns in qkv.
struct RunViews {
    torch::Tensor query;
    torch::Tensor key;
    torch::Tensor value;
};

/// rows [B T, ..]: the columns of some heads.
torch::Tensor headsOf(const torch::Tensor& rows, std::int64_t firstHead, std::int64_t heads, std::int64_t slots, std::int64_t width);

/// What a run's own rows hold.
RunViews ownViewsOf(const torch::Tensor& qkv, const AttentionShape& shape, const AttentionRun& run);

/// What a run reads: keys and values [B, heads, S, K] begin with those of a prefix, if there is one.
RunViews inputViewsOf(const torch::Tensor& qkv, const AttentionShape& shape, const AttentionRun& run);

/// Each kv head once a query head of its group: [B, Hkv, T, K] -> [B, H, T, K]. No copy where there are no groups.
torch::Tensor spread(const torch::Tensor& x, std::int64_t heads);

/// [B, H, .., K] each, in the query's heads or already summed over the groups of a kv head. The query's may be undefined: then its columns stay.
struct RunGradients {
    torch::Tensor query;
    torch::Tensor key;
    torch::Tensor value;
};

/// Into the run's own rows of dQkv; what belongs to a prefix is added to the rows of the earlier slot that it lies in.
void writeGradients(const torch::Tensor& dQkv, const RunGradients& found, const AttentionShape& shape, const AttentionRun& run);

/// RoPE in place, where there is one.
void rotateQueriesAndKeys(const torch::Tensor& qkv, const AttentionShape& shape, const AttentionPlan& plan, RopeDirection direction);

/// What backward needs besides tensors.
struct AttentionState : torch::CustomClassHolder {
    AttentionState(const AttentionShape& s, std::shared_ptr<const AttentionPlan> p) : shape(s), plan(std::move(p)) {}
    AttentionShape shape;
    std::shared_ptr<const AttentionPlan> plan;
};

}  // namespace lathe::tensor
