// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/pooled_attention.h"

#include <optional>
#include <utility>

#include "tensor/attention_views.h"

namespace lathe::tensor {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Which rows, and where they lie in a run.
struct PooledRows : torch::CustomClassHolder {
    PooledRows(std::vector<std::int64_t> r, const torch::Device& device) : rows(std::move(r)), index(torch::tensor(rows, torch::kInt64).to(device)) {}
    std::vector<std::int64_t> rows;
    torch::Tensor index;  ///< [B]
};

/// Kept of a run for backward.
struct RunResult {
    torch::Tensor out;            ///< [slots, H K]
    torch::Tensor probabilities;  ///< [slots, Hkv, H / Hkv, S] f32
    torch::Tensor kept;           ///< dropout's factors for them, or undefined
};

/// [slots, H K] -> [slots, Hkv, H / Hkv, K]: the query heads that share keys are the rows of one product.
torch::Tensor groupsOf(const torch::Tensor& x, const AttentionShape& shape) {
    return x.reshape({x.size(0), shape.kvHeads, shape.heads / shape.kvHeads, shape.headWidth});
}

/// What the queries of a run may see, [slots, 1, 1, S] to be added, or undefined where they see all.
torch::Tensor maskOf(const AttentionRun& run, const AttentionShape& shape, const std::int64_t* rows, const torch::Device& device) {
    if (!shape.isCausal) return run.mask;
    bool isWhole = true;
    torch::Tensor mask = torch::zeros({run.slots, 1, 1, run.keys()}, torch::kFloat32);
    for (std::int64_t slot = 0; slot < run.slots; ++slot) {
        const std::int64_t seen = run.prefixLength + rows[slot] - (run.firstRow + slot * run.length) + 1;
        if (seen == run.keys()) continue;
        isWhole = false;
        mask[slot].narrow(-1, seen, run.keys() - seen).fill_(-INFINITY);
    }
    return isWhole ? torch::Tensor() : mask.to(device);
}

RunResult runForward(const torch::Tensor& query, const RunViews& views, const torch::Tensor& mask, const AttentionShape& shape, const DropoutContext& context) {
    torch::Tensor scores = at::matmul(groupsOf(query, shape).to(torch::kFloat32), views.key.to(torch::kFloat32).transpose(2, 3)).mul_(shape.scale);
    if (mask.defined()) scores.add_(mask);
    RunResult result;
    result.probabilities = at::softmax(scores, -1);
    torch::Tensor weights = result.probabilities;
    if (context.isOn() && shape.dropout > 0) {
        result.kept = dropout(torch::ones_like(weights), shape.dropout, context);
        weights = weights * result.kept;
    }
    result.out = at::matmul(weights.to(views.value.scalar_type()), views.value).reshape({query.size(0), query.size(1)});
    return result;
}

/// d [slots, H K]. Keys' and values' gradients for all of the run, and the queries' as [slots, Hkv, H / Hkv, K].
RunGradients runBackward(const torch::Tensor& d, const torch::Tensor& query, const RunViews& views, const torch::Tensor& probabilities, const torch::Tensor& kept,
                         const AttentionShape& shape) {
    const auto wide = [](const torch::Tensor& x) { return x.to(torch::kFloat32); };
    const torch::Tensor dOut = groupsOf(wide(d), shape);
    const torch::Tensor weights = kept.defined() ? probabilities * kept : probabilities;
    torch::Tensor dProbabilities = at::matmul(dOut, wide(views.value).transpose(2, 3));
    if (kept.defined()) dProbabilities.mul_(kept);
    const torch::Tensor mean = (dProbabilities * probabilities).sum(-1, true);
    const torch::Tensor dScores = dProbabilities.sub_(mean).mul_(probabilities).mul_(shape.scale);
    return {at::matmul(dScores, wide(views.key)), at::matmul(dScores.transpose(2, 3), groupsOf(wide(query), shape)), at::matmul(weights.transpose(2, 3), dOut)};
}

struct PooledAttention : torch::autograd::Function<PooledAttention> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& qkv, const AttentionShape& shape, const std::shared_ptr<const AttentionPlan>& plan,
                                 const c10::intrusive_ptr<PooledRows>& pooled, const DropoutContext& dropout) {
        const torch::Tensor rotated = qkv.detach();
        rotateQueriesAndKeys(rotated, shape, *plan, RopeDirection::Forward);
        const torch::Tensor queries = queriesOf(rotated, shape, *pooled);
        std::vector<torch::Tensor> outputs;
        variable_list saved{rotated};
        std::int64_t slot = 0;
        for (const AttentionRun& run : plan->runs) {
            const torch::Tensor mask = maskOf(run, shape, pooled->rows.data() + slot, qkv.device());
            RunResult result = runForward(queries.narrow(0, slot, run.slots), inputViewsOf(rotated, shape, run), mask, shape, dropout);
            outputs.push_back(std::move(result.out));
            saved.push_back(std::move(result.probabilities));
            saved.push_back(std::move(result.kept));
            slot += run.slots;
        }
        context->save_for_backward(saved);
        context->saved_data["state"] = c10::IValue::make_capsule(c10::make_intrusive<AttentionState>(shape, plan));
        context->saved_data["pooled"] = c10::IValue::make_capsule(pooled);
        return outputs.size() == 1 ? outputs.front() : at::cat(outputs);
    }

    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto saved = context->get_saved_variables();
        const auto stateCapsule = context->saved_data["state"].toCapsule();
        const auto pooledCapsule = context->saved_data["pooled"].toCapsule();
        const auto& state = static_cast<const AttentionState&>(*stateCapsule);
        const auto& pooled = static_cast<const PooledRows&>(*pooledCapsule);
        const torch::Tensor& rotated = saved[0];
        const torch::Tensor queries = queriesOf(rotated, state.shape, pooled);
        const torch::Tensor dQkv = torch::zeros_like(rotated);
        std::vector<torch::Tensor> dQueries;
        std::int64_t slot = 0;
        for (std::size_t i = 0; i < state.plan->runs.size(); ++i) {
            const AttentionRun& run = state.plan->runs[i];
            RunGradients found = runBackward(grads[0].narrow(0, slot, run.slots), queries.narrow(0, slot, run.slots), inputViewsOf(rotated, state.shape, run),
                                             saved[1 + 2 * i], saved[2 + 2 * i], state.shape);
            dQueries.push_back(std::exchange(found.query, torch::Tensor()).reshape({run.slots, state.shape.heads * state.shape.headWidth}));
            writeGradients(dQkv, found, state.shape, run);
            slot += run.slots;
        }
        dQkv.narrow(1, 0, queries.size(1)).index_copy_(0, pooled.index, at::cat(dQueries).to(dQkv.scalar_type()));
        rotateQueriesAndKeys(dQkv, state.shape, *state.plan, RopeDirection::Backward);
        return {dQkv, torch::Tensor(), torch::Tensor(), torch::Tensor(), torch::Tensor()};
    }

    static torch::Tensor queriesOf(const torch::Tensor& rotated, const AttentionShape& shape, const PooledRows& pooled) {
        return rotated.narrow(1, 0, shape.heads * shape.headWidth).index_select(0, pooled.index);
    }
};

}  // namespace

torch::Tensor pooledAttention(const torch::Tensor& qkv, const AttentionShape& shape, const std::shared_ptr<const AttentionPlan>& plan,
                              const std::vector<std::int64_t>& rows, const DropoutContext& dropout) {
    return PooledAttention::apply(qkv, shape, plan, c10::make_intrusive<PooledRows>(rows, qkv.device()), dropout);
}

}  // namespace lathe::tensor
