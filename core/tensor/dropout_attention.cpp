// SPDX-License-Identifier: GPL-3.0-or-later
// Two products forward and four backward with one pass over the T x T matrix between them. Spelled out with ATen's operators it takes a dozen
// passes, which cost more than the products.
#include "tensor/dropout_attention.h"

#include <bit>
#include <cstring>
#include <vector>

#include <ATen/Parallel.h>

#include "tensor/attention_views.h"
#include "tensor/fast_math.h"
#include "tensor/kernels.h"

namespace lathe::tensor {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kRowsAtATime = 16;

/// Which keys the queries of a run see, and what is dropped. Rows are those of [B H, T, T].
class RowPlan {
public:
    RowPlan(const AttentionShape& shape, const AttentionRun& run, std::uint64_t seed)
        : shape_(shape), length_(run.length), seed_(seed), firstKey_(run.firstRow * shape.heads), limit_(kernels::randomLimit(shape.dropout)) {
        if (shape.isCausal || !run.mask.defined()) return;
        const torch::Tensor isSeen = run.mask.view({run.slots, run.length}).eq(0).sum(1);
        seen_.assign(isSeen.const_data_ptr<std::int64_t>(), isSeen.const_data_ptr<std::int64_t>() + run.slots);
    }

    /// How many keys, from the first, the row sees.
    std::int64_t visible(std::int64_t row) const {
        if (shape_.isCausal) return row % length_ + 1;
        return seen_.empty() ? length_ : seen_[static_cast<std::size_t>(row / (length_ * shape_.heads))];
    }
    kernels::RowDropout dropout(std::int64_t row) const {
        return {kernels::randomKey(seed_, firstKey_ + row), limit_, static_cast<float>(1.0 / (1.0 - shape_.dropout))};
    }

private:
    const AttentionShape& shape_;
    std::int64_t length_;
    std::uint64_t seed_;
    std::int64_t firstKey_;  ///< a row of another run has another key
    std::uint32_t limit_;
    std::vector<std::int64_t> seen_;  ///< a slot, where slots are padded
};

/// in [n], then zeros up to `length`.
void storePart(void* row, kernels::Number type, const float* in, std::int64_t n, std::int64_t length) {
    kernels::storeRow(row, type, in, n);
    const std::size_t size = type == kernels::Number::F32 ? 4 : 2;
    std::memset(static_cast<char*>(row) + static_cast<std::size_t>(n) * size, 0, static_cast<std::size_t>(length - n) * size);
}

/// scores [B H, T, T] become probabilities; returns them dropped out.
torch::Tensor dropProbabilities(torch::Tensor& scores, const RowPlan& rows, double scale) {
    torch::Tensor dropped = torch::empty_like(scores);
    const std::int64_t length = scores.size(2);
    const auto type = kernels::numberOf(scores);
    at::parallel_for(0, scores.size(0) * length, kRowsAtATime, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> scratch(static_cast<std::size_t>(2 * length));
        float* p = scratch.data();
        float* kept = p + length;
        for (std::int64_t row = first; row < last; ++row) {
            const std::int64_t n = rows.visible(row);
            kernels::loadRow(p, kernels::rowOf(scores, row), type, n);
            kernels::softmaxRow(p, n, static_cast<float>(scale));
            kernels::dropRow(kept, p, n, rows.dropout(row));
            storePart(kernels::mutableRowOf(scores, row), type, p, n, length);
            storePart(kernels::mutableRowOf(dropped, row), type, kept, n, length);
        }
    });
    return dropped;
}

/// d [B H, T, T], the derivative of the dropped probabilities, becomes that of the scores; returns the dropped probabilities once more.
torch::Tensor scoreGradients(torch::Tensor& d, const torch::Tensor& probabilities, const RowPlan& rows, double scale) {
    torch::Tensor dropped = torch::empty_like(d);
    const std::int64_t length = d.size(2);
    const auto type = kernels::numberOf(d);
    at::parallel_for(0, d.size(0) * length, kRowsAtATime, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> scratch(static_cast<std::size_t>(3 * length));
        float* p = scratch.data();
        float* gradient = p + length;
        float* kept = gradient + length;
        for (std::int64_t row = first; row < last; ++row) {
            const std::int64_t n = rows.visible(row);
            kernels::loadRow(p, kernels::rowOf(probabilities, row), type, n);
            kernels::loadRow(gradient, kernels::rowOf(d, row), type, n);
            kernels::droppedSoftmaxRowBackward(gradient, kept, p, gradient, n, static_cast<float>(scale), rows.dropout(row));
            storePart(kernels::mutableRowOf(d, row), type, gradient, n, length);
            storePart(kernels::mutableRowOf(dropped, row), type, kept, n, length);
        }
    });
    return dropped;
}

/// [B H, T, K] each, contiguous.
RunViews matricesOf(const torch::Tensor& qkv, const AttentionShape& shape, const AttentionRun& run) {
    const RunViews views = ownViewsOf(qkv, shape, run);
    const auto flat = [&](const torch::Tensor& x) { return spread(x, shape.heads).reshape({run.slots * shape.heads, run.length, shape.headWidth}); };
    return {flat(views.query), flat(views.key), flat(views.value)};
}

struct DropoutAttention : torch::autograd::Function<DropoutAttention> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& qkv, const AttentionShape& shape,
                                 const std::shared_ptr<const AttentionPlan>& plan, std::int64_t seed) {
        const torch::Tensor rotated = qkv.detach();
        rotateQueriesAndKeys(rotated, shape, *plan, RopeDirection::Forward);
        torch::Tensor out = torch::empty({qkv.size(0), shape.heads * shape.headWidth}, qkv.options());
        variable_list saved{rotated};
        for (const AttentionRun& run : plan->runs) {
            const RunViews m = matricesOf(rotated, shape, run);
            torch::Tensor probabilities = at::bmm(m.query, m.key.transpose(1, 2));
            const torch::Tensor dropped = dropProbabilities(probabilities, RowPlan(shape, run, std::bit_cast<std::uint64_t>(seed)), shape.scale);
            const torch::Tensor rows = out.narrow(0, run.firstRow, run.slots * run.length);
            headsOf(rows, 0, shape.heads, run.slots, shape.headWidth).copy_(at::bmm(dropped, m.value).view({run.slots, shape.heads, run.length, shape.headWidth}));
            saved.push_back(probabilities);
        }
        context->save_for_backward(saved);
        context->saved_data["state"] = c10::IValue::make_capsule(c10::make_intrusive<AttentionState>(shape, plan));
        context->saved_data["seed"] = seed;
        return out;
    }

    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto saved = context->get_saved_variables();
        const auto capsule = context->saved_data["state"].toCapsule();
        const auto& state = static_cast<const AttentionState&>(*capsule);
        const auto seed = std::bit_cast<std::uint64_t>(context->saved_data["seed"].toInt());
        const torch::Tensor dOut = grads[0].contiguous();
        const torch::Tensor dQkv = torch::empty_like(saved[0]);
        for (std::size_t i = 0; i < state.plan->runs.size(); ++i) {
            const AttentionRun& run = state.plan->runs[i];
            writeGradients(dQkv, runBackward(run, state.shape, dOut, saved[0], saved[1 + i], seed), state.shape, run);
        }
        rotateQueriesAndKeys(dQkv, state.shape, *state.plan, RopeDirection::Backward);
        return {dQkv, torch::Tensor(), torch::Tensor(), torch::Tensor()};
    }

    static RunGradients runBackward(const AttentionRun& run, const AttentionShape& shape, const torch::Tensor& dOut, const torch::Tensor& qkv,
                                    const torch::Tensor& probabilities, std::uint64_t seed) {
        const RunViews m = matricesOf(qkv, shape, run);
        const torch::Tensor d = headsOf(dOut.narrow(0, run.firstRow, run.slots * run.length), 0, shape.heads, run.slots, shape.headWidth)
                                    .reshape({run.slots * shape.heads, run.length, shape.headWidth});
        torch::Tensor dScores = at::bmm(d, m.value.transpose(1, 2));
        const torch::Tensor dropped = scoreGradients(dScores, probabilities, RowPlan(shape, run, seed), shape.scale);
        const auto heads = [&](const torch::Tensor& x) { return x.view({run.slots, shape.heads, run.length, shape.headWidth}); };
        return {heads(at::bmm(dScores, m.key)), heads(at::bmm(dScores.transpose(1, 2), m.query)), heads(at::bmm(dropped.transpose(1, 2), d))};
    }
};

}  // namespace

torch::Tensor dropoutAttention(const torch::Tensor& qkv, const AttentionShape& shape, const std::shared_ptr<const AttentionPlan>& plan, std::uint64_t seed) {
    return DropoutAttention::apply(qkv, shape, plan, std::bit_cast<std::int64_t>(seed));
}

}  // namespace lathe::tensor
