// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/attention.h"

#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include <ATen/Parallel.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include "tensor/attention_views.h"
#include "tensor/bf16_speed.h"
#include "tensor/dropout_attention.h"
#include "tensor/kernels.h"

namespace lathe::tensor {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// How a fused kernel is told what a query may see. A causal run's padding lies behind all real tokens and needs no mask.
struct Visible {
    bool isCausal = false;
    std::optional<torch::Tensor> mask;
};

Visible visibleOf(const AttentionRun& run, const AttentionShape& shape, torch::ScalarType dtype) {
    if (shape.isCausal && run.prefixLength == 0) return {true, std::nullopt};
    return {false, run.mask.defined() ? std::optional<torch::Tensor>(run.mask.to(dtype)) : std::nullopt};
}

struct FlashForward {
    torch::Tensor out;                 ///< [N, H K]
    std::vector<torch::Tensor> saved;  ///< a run: its output [B, H, T, K] and logsumexp
};

FlashForward flashForward(const torch::Tensor& qkv, const AttentionShape& shape, const AttentionPlan& plan) {
    FlashForward result;
    const bool isWhole = plan.runs.size() == 1;
    if (!isWhole) {
        result.out = torch::empty({qkv.size(0), shape.heads * shape.headWidth}, qkv.options());
    }
    for (const AttentionRun& run : plan.runs) {
        const RunViews views = inputViewsOf(qkv, shape, run);
        const Visible visible = visibleOf(run, shape, qkv.scalar_type());
        auto [out, logSumExp] = at::_scaled_dot_product_flash_attention_for_cpu(
            views.query, spread(views.key, shape.heads), spread(views.value, shape.heads), 0.0, visible.isCausal, visible.mask, shape.scale);
        const torch::Tensor rows = out.transpose(1, 2).reshape({run.slots * run.length, shape.heads * shape.headWidth});
        if (isWhole) {
            result.out = rows;
        } else {
            result.out.narrow(0, run.firstRow, run.slots * run.length).copy_(rows);
        }
        result.saved.push_back(out);
        result.saved.push_back(logSumExp);
    }
    return result;
}

/// Longest run whose T x T probabilities are written out in backward: 2 f32 matrices a head.
constexpr std::int64_t kLongestWrittenOut = 512;

/// Backward by five batched products instead of ATen's flash kernel, which at bf16 is two to three times slower on
/// short runs (8 x 12 heads of 128 x 64: 6.0 against 14.4 ms). Scores are computed again in f32, because bf16 scores
/// would be off by percents after exp; probabilities and score gradients are rounded to bf16, as fused kernels do.
RunGradients writtenOutBackward(const torch::Tensor& d, const RunViews& views, const torch::Tensor& out,
                                const torch::Tensor& logSumExp, const AttentionShape& shape, const AttentionRun& run) {
    const std::int64_t batch = run.slots * shape.heads;
    const auto flat = [&](const torch::Tensor& x) { return x.reshape({batch, x.size(2), shape.headWidth}); };
    const torch::Tensor query = flat(views.query);
    const torch::Tensor key = flat(spread(views.key, shape.heads));
    const torch::Tensor value = flat(spread(views.value, shape.heads));
    const torch::Tensor dOut = flat(d);
    torch::Tensor scores =
        at::bmm(query.to(torch::kFloat32).mul_(shape.scale), key.to(torch::kFloat32).transpose(1, 2));
    if (run.mask.defined() && !shape.isCausal) {
        scores.view({run.slots, shape.heads, run.length, run.length}).add_(run.mask);
    }
    scores.sub_(logSumExp.reshape({batch, run.length, 1})).exp_();
    if (shape.isCausal) {
        scores.tril_(run.prefixLength);
    }
    const torch::Tensor dValue = at::bmm(scores.to(dOut.scalar_type()).transpose(1, 2), dOut);
    const torch::Tensor mean = (dOut * flat(out)).sum(-1, true, torch::kFloat32);
    const torch::Tensor dProbabilities = at::bmm(dOut, value.transpose(1, 2)).to(torch::kFloat32).sub_(mean);
    const torch::Tensor dScores = scores.mul_(dProbabilities).mul_(shape.scale).to(dOut.scalar_type());
    const auto heads = [&](const torch::Tensor& x) {
        return x.view({run.slots, shape.heads, x.size(1), shape.headWidth});
    };
    return {heads(at::bmm(dScores, key)), heads(at::bmm(dScores.transpose(1, 2), query)), heads(dValue)};
}

RunGradients flashBackward(const torch::Tensor& d, const RunViews& views, const torch::Tensor& out,
                           const torch::Tensor& logSumExp, const AttentionShape& shape, const AttentionRun& run) {
    const Visible visible = visibleOf(run, shape, d.scalar_type());
    auto [query, key, value] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
        d, views.query, spread(views.key, shape.heads), spread(views.value, shape.heads), out, logSumExp, 0.0,
        visible.isCausal, visible.mask, shape.scale);
    return {query, key, value};
}

/// RoPE and attention in one node, so that slicing q, k and v costs neither copies nor zero-filled gradients.
struct FlashAttention : torch::autograd::Function<FlashAttention> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& qkv, const AttentionShape& shape,
                                 const std::shared_ptr<const AttentionPlan>& plan) {
        const torch::Tensor rotated = qkv.detach();
        rotateQueriesAndKeys(rotated, shape, *plan, RopeDirection::Forward);
        FlashForward result = flashForward(rotated, shape, *plan);
        variable_list saved{rotated};
        saved.insert(saved.end(), result.saved.begin(), result.saved.end());
        context->save_for_backward(saved);
        context->saved_data["state"] = c10::IValue::make_capsule(c10::make_intrusive<AttentionState>(shape, plan));
        return result.out.detach();
    }

    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto saved = context->get_saved_variables();
        const auto capsule = context->saved_data["state"].toCapsule();
        const auto& state = static_cast<const AttentionState&>(*capsule);
        const torch::Tensor dOut = grads[0].contiguous();
        torch::Tensor dQkv = torch::empty_like(saved[0]);
        for (std::size_t i = 0; i < state.plan->runs.size(); ++i) {
            runBackward(state.plan->runs[i], state.shape, dOut, saved[0], saved[1 + 2 * i], saved[2 + 2 * i], dQkv);
        }
        rotateQueriesAndKeys(dQkv, state.shape, *state.plan, RopeDirection::Backward);
        return {dQkv, torch::Tensor(), torch::Tensor()};
    }

    static void runBackward(const AttentionRun& run, const AttentionShape& shape, const torch::Tensor& dOut,
                            const torch::Tensor& qkv, const torch::Tensor& out, const torch::Tensor& logSumExp,
                            torch::Tensor& dQkv) {
        const RunViews views = inputViewsOf(qkv, shape, run);
        const torch::Tensor d =
            headsOf(dOut.narrow(0, run.firstRow, run.slots * run.length), 0, shape.heads, run.slots, shape.headWidth);
        const bool isWrittenOut = d.scalar_type() == torch::kBFloat16 && run.length <= kLongestWrittenOut;
        writeGradients(dQkv, isWrittenOut ? writtenOutBackward(d, views, out, logSumExp, shape, run) : flashBackward(d, views, out, logSumExp, shape, run),
                       shape, run);
    }
};

/// RoPE alone, in place, for the paths below.
struct RotateInPlace : torch::autograd::Function<RotateInPlace> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& qkv, const AttentionShape& shape,
                                 const std::shared_ptr<const AttentionPlan>& plan) {
        rotateQueriesAndKeys(qkv, shape, *plan, RopeDirection::Forward);
        context->mark_dirty({qkv});
        context->saved_data["state"] = c10::IValue::make_capsule(c10::make_intrusive<AttentionState>(shape, plan));
        return qkv;
    }
    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto capsule = context->saved_data["state"].toCapsule();
        const auto& state = static_cast<const AttentionState&>(*capsule);
        const torch::Tensor d = grads[0].clone(torch::MemoryFormat::Contiguous);
        rotateQueriesAndKeys(d, state.shape, *state.plan, RopeDirection::Backward);
        return {d, torch::Tensor(), torch::Tensor()};
    }
};

/// softmax(q k' scale + masks) v spelled out, because ATen's fused kernels take no generator for dropout. There is no prefix.
torch::Tensor spelledOutAttention(const RunViews& views, const AttentionShape& shape, const AttentionRun& run,
                                  const DropoutContext& context) {
    torch::Tensor scores = at::matmul(views.query * shape.scale, spread(views.key, shape.heads).transpose(2, 3)).to(torch::kFloat32);
    if (shape.isCausal) {
        scores = scores + torch::full({run.length, run.length}, -INFINITY, scores.options()).triu(1);
    } else if (run.mask.defined()) {
        scores = scores + run.mask;
    }
    const torch::Tensor probabilities = dropout(at::softmax(scores, -1), shape.dropout, context).to(views.value.scalar_type());
    return at::matmul(probabilities, spread(views.value, shape.heads));
}

torch::Tensor composedAttention(const torch::Tensor& qkv, const AttentionShape& shape,
                                const std::shared_ptr<const AttentionPlan>& plan, const DropoutContext& context) {
    const torch::Tensor rotated = plan->rope == nullptr ? qkv : RotateInPlace::apply(qkv, shape, plan);
    std::vector<torch::Tensor> outputs;
    for (const AttentionRun& run : plan->runs) {
        const RunViews views = inputViewsOf(rotated, shape, run);
        torch::Tensor out;
        if (context.isOn() && shape.dropout > 0) {
            out = spelledOutAttention(views, shape, run, context);
        } else {
            const Visible visible = visibleOf(run, shape, qkv.scalar_type());
            out = at::scaled_dot_product_attention(views.query, spread(views.key, shape.heads), spread(views.value, shape.heads),
                                                   visible.mask, 0.0, visible.isCausal, shape.scale);
        }
        outputs.push_back(out.transpose(1, 2).reshape({run.slots * run.length, shape.heads * shape.headWidth}));
    }
    return outputs.size() == 1 ? outputs.front() : at::cat(outputs);
}

torch::Tensor keyMaskOf(const PackedBatch& batch, std::size_t first, std::size_t last, std::int64_t length) {
    const auto slots = static_cast<std::int64_t>(last - first);
    torch::Tensor mask = torch::zeros({slots, 1, 1, length}, torch::kFloat32);
    for (std::size_t b = first; b < last; ++b) {
        mask[static_cast<std::int64_t>(b - first)]
            .narrow(-1, batch.lengths[b], length - batch.lengths[b])
            .fill_(-INFINITY);
    }
    return mask.to(batch.ids.device());
}

/// A query sees the whole prefix and its own slot up to itself.
torch::Tensor prefixMaskOf(std::int64_t length, std::int64_t prefixLength, const torch::Device& device) {
    return torch::full({length, prefixLength + length}, -INFINITY, torch::kFloat32).triu(prefixLength + 1).view({1, 1, length, prefixLength + length}).to(device);
}

}  // namespace

std::shared_ptr<const AttentionPlan> makeAttentionPlan(const PackedBatch& batch, const torch::Tensor& positions,
                                                       const RopeTable* rope) {
    auto plan = std::make_shared<AttentionPlan>();
    plan->positions = positions;
    plan->rope = rope;
    const auto sizeOf = [&](std::size_t b) { return batch.offsets[b + 1] - batch.offsets[b]; };
    for (std::size_t first = 0; first < batch.lengths.size();) {
        AttentionRun run{batch.offsets[first], 1, sizeOf(first), {}, 0, 0};
        if (batch.sharedLength(first) > 0) {
            const SharedPrefix& prefix = batch.prefixes[first];
            run.prefixRow = batch.offsets[static_cast<std::size_t>(prefix.slot)];
            run.prefixLength = prefix.length;
            run.mask = prefixMaskOf(run.length, run.prefixLength, batch.ids.device());
            plan->runs.push_back(std::move(run));
            ++first;
            continue;
        }
        std::size_t last = first;
        bool isPadded = false;
        while (last < batch.lengths.size() && sizeOf(last) == run.length && batch.sharedLength(last) == 0) {
            isPadded = isPadded || batch.lengths[last] < run.length;
            ++last;
        }
        run.slots = static_cast<std::int64_t>(last - first);
        if (isPadded) {
            run.mask = keyMaskOf(batch, first, last, run.length);
        }
        plan->runs.push_back(std::move(run));
        first = last;
    }
    return plan;
}

torch::Tensor packedAttention(const torch::Tensor& given, const AttentionShape& shape,
                              const std::shared_ptr<const AttentionPlan>& plan, const DropoutContext& context) {
    const bool hasDropout = context.isOn() && shape.dropout > 0;
    if (!kernels::isPlain(given)) {
        return composedAttention(given, shape, plan, context);
    }
    const torch::Tensor qkv = inFastType(given);
    if (qkv.scalar_type() != given.scalar_type()) {
        return packedAttention(qkv, shape, plan, context).to(given.scalar_type());
    }
    if (hasDropout) {
        return dropoutAttention(qkv, shape, plan, drawSeed(context));
    }
    if (torch::GradMode::is_enabled() && qkv.requires_grad()) {
        return FlashAttention::apply(qkv, shape, plan);
    }
    const torch::Tensor rotated = qkv.detach();
    rotateQueriesAndKeys(rotated, shape, *plan, RopeDirection::Forward);
    return flashForward(rotated, shape, *plan).out;
}

}  // namespace lathe::tensor
