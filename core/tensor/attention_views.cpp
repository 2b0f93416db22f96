// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/attention_views.h"

namespace lathe::tensor {

namespace {

RunViews viewsOf(const torch::Tensor& rows, const AttentionShape& shape, std::int64_t slots) {
    return {headsOf(rows, 0, shape.heads, slots, shape.headWidth),
            headsOf(rows, shape.heads, shape.kvHeads, slots, shape.headWidth),
            headsOf(rows, shape.heads + shape.kvHeads, shape.kvHeads, slots, shape.headWidth)};
}

RunViews prefixViewsOf(const torch::Tensor& qkv, const AttentionShape& shape, const AttentionRun& run) {
    return viewsOf(qkv.narrow(0, run.prefixRow, run.prefixLength), shape, 1);
}

/// The derivative of spread.
torch::Tensor gather(const torch::Tensor& d, std::int64_t kvHeads) {
    if (d.size(1) == kvHeads) {
        return d;
    }
    return d.view({d.size(0), kvHeads, d.size(1) / kvHeads, d.size(2), d.size(3)}).sum(2);
}

}  // namespace

torch::Tensor headsOf(const torch::Tensor& rows, std::int64_t firstHead, std::int64_t heads, std::int64_t slots, std::int64_t width) {
    return rows.narrow(1, firstHead * width, heads * width).view({slots, rows.size(0) / slots, heads, width}).transpose(1, 2);
}

RunViews ownViewsOf(const torch::Tensor& qkv, const AttentionShape& shape, const AttentionRun& run) {
    return viewsOf(qkv.narrow(0, run.firstRow, run.slots * run.length), shape, run.slots);
}

RunViews inputViewsOf(const torch::Tensor& qkv, const AttentionShape& shape, const AttentionRun& run) {
    RunViews views = ownViewsOf(qkv, shape, run);
    if (run.prefixLength > 0) {
        const RunViews prefix = prefixViewsOf(qkv, shape, run);
        views.key = at::cat({prefix.key, views.key}, 2);
        views.value = at::cat({prefix.value, views.value}, 2);
    }
    return views;
}

torch::Tensor spread(const torch::Tensor& x, std::int64_t heads) {
    const std::int64_t groups = heads / x.size(1);
    if (groups == 1) {
        return x;
    }
    return x.unsqueeze(2)
        .expand({x.size(0), x.size(1), groups, x.size(2), x.size(3)})
        .reshape({x.size(0), heads, x.size(2), x.size(3)});
}

void writeGradients(const torch::Tensor& dQkv, const RunGradients& found, const AttentionShape& shape, const AttentionRun& run) {
    const torch::Tensor dKey = gather(found.key, shape.kvHeads), dValue = gather(found.value, shape.kvHeads);
    const RunViews into = ownViewsOf(dQkv, shape, run);
    if (found.query.defined()) into.query.copy_(found.query);
    into.key.copy_(dKey.narrow(2, run.prefixLength, run.length));
    into.value.copy_(dValue.narrow(2, run.prefixLength, run.length));
    if (run.prefixLength > 0) {  // its own run came before
        const RunViews prefix = prefixViewsOf(dQkv, shape, run);
        prefix.key.add_(dKey.narrow(2, 0, run.prefixLength));
        prefix.value.add_(dValue.narrow(2, 0, run.prefixLength));
    }
}

void rotateQueriesAndKeys(const torch::Tensor& qkv, const AttentionShape& shape, const AttentionPlan& plan, RopeDirection direction) {
    if (plan.rope != nullptr) {
        rotateInPlace(qkv, shape.heads + shape.kvHeads, shape.headWidth, plan.positions, *plan.rope, direction);
    }
}

}  // namespace lathe::tensor
