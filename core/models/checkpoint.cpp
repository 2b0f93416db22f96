// SPDX-License-Identifier: GPL-3.0-or-later
/// Gradient checkpointing (Chen et al. 2016): a block keeps its input and is computed again when its gradient is
/// wanted.
#include <functional>
#include <optional>
#include <utility>

#include "models/model_impl.h"

namespace lathe::models {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The block as a function of its input, with dropout drawn from the given context.
using Body = std::function<Streams(const Streams&, const tensor::DropoutContext&)>;

struct BodyHolder : torch::CustomClassHolder {
    Body body;
    tensor::DropoutContext dropout;  ///< a copy of the generator as it was before the first computation
};

/// Inputs: sum, pending (may be undefined), then every leaf of the block that wants a gradient.
struct Recomputed : torch::autograd::Function<Recomputed> {
    static variable_list forward(AutogradContext* context, const torch::Tensor& sum,
                                 const std::optional<torch::Tensor>& maybePending, at::TensorList leaves,
                                 const c10::intrusive_ptr<BodyHolder>& holder, const tensor::DropoutContext& dropout) {
        const torch::Tensor pending = maybePending.value_or(torch::Tensor());
        variable_list saved{sum, pending};
        saved.insert(saved.end(), leaves.begin(), leaves.end());
        context->save_for_backward(saved);
        context->saved_data["body"] = c10::IValue::make_capsule(holder);
        context->set_materialize_grads(false);
        const Streams out = holder->body({sum, pending}, dropout);
        return out.pending.defined() ? variable_list{out.sum.detach(), out.pending} : variable_list{out.sum.detach()};
    }

    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto saved = context->get_saved_variables();
        const auto capsule = context->saved_data["body"].toCapsule();
        const auto& holder = static_cast<const BodyHolder&>(*capsule);
        variable_list inputs;
        const auto again = [&](const torch::Tensor& x) {
            return x.defined() ? inputs.emplace_back(x.detach().set_requires_grad(x.requires_grad())) : torch::Tensor();
        };
        const Streams start{again(saved[0]), again(saved[1])};
        const bool hasPending = saved[1].defined();
        inputs.insert(inputs.end(), saved.begin() + 2, saved.end());
        const torch::AutoGradMode enable(true);
        tensor::DropoutContext dropout;
        if (holder.dropout.isOn()) {
            dropout.generator = holder.dropout.generator->clone();
        }
        const Streams out = holder.body(start, dropout);
        variable_list result = gradients(out, grads, inputs);
        if (!hasPending) {
            result.insert(result.begin() + 1, torch::Tensor());
        }
        result.resize(result.size() + 2);
        return result;
    }

    /// One gradient an input, undefined where none is wanted.
    static variable_list gradients(const Streams& out, const variable_list& grads, const variable_list& inputs) {
        variable_list outputs;
        variable_list seeds;
        const variable_list produced{out.sum, out.pending};
        for (std::size_t i = 0; i < grads.size(); ++i) {
            if (grads[i].defined() && produced[i].defined() && produced[i].requires_grad()) {
                outputs.push_back(produced[i]);
                seeds.push_back(grads[i]);
            }
        }
        variable_list wanted;
        for (const torch::Tensor& input : inputs) {
            if (input.requires_grad()) {
                wanted.push_back(input);
            }
        }
        variable_list result(inputs.size());
        if (outputs.empty() || wanted.empty()) {
            return result;
        }
        const variable_list found = torch::autograd::grad(outputs, wanted, seeds, std::nullopt, false, true);
        std::size_t next = 0;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (inputs[i].requires_grad()) {
                result[i] = found[next++];
            }
        }
        return result;
    }
};

void addLeaves(variable_list& leaves, const tensor::Linear& linear) {
    for (const tensor::LinearPart& part : linear.parts()) {
        for (const torch::Tensor& leaf : {part.weight, part.bias}) {
            if (leaf.defined() && leaf.requires_grad()) {
                leaves.push_back(leaf);
            }
        }
        if (part.lora) {
            leaves.push_back(part.lora->a);
            leaves.push_back(part.lora->b);
        }
    }
}

variable_list leavesOf(const Block& block) {
    variable_list leaves;
    for (const tensor::Linear* linear :
         {&block.queryKeyValue, &block.attentionOutput, &block.mlpInput, &block.mlpOutput}) {
        addLeaves(leaves, *linear);
    }
    for (const tensor::Norm* norm : {&block.attentionNorm, &block.mlpNorm}) {
        for (const torch::Tensor& leaf : {norm->weight, norm->bias}) {
            if (leaf.defined() && leaf.requires_grad()) {
                leaves.push_back(leaf);
            }
        }
    }
    return leaves;
}

}  // namespace

Streams Model::Impl::runCheckpointed(const Streams& streams, int layer, const Pass& pass) {
    const variable_list leaves = leavesOf(blocks[static_cast<std::size_t>(layer)]);
    const auto dropout = dropoutFor(layer, pass.options);
    auto holder = c10::make_intrusive<BodyHolder>();
    if (dropout.isOn()) {
        holder->dropout.generator = dropout.generator->clone();
    }
    holder->body = bodyOf(layer, pass);
    const auto pending = streams.pending.defined() ? std::optional<torch::Tensor>(streams.pending) : std::nullopt;
    const auto outputs = Recomputed::apply(streams.sum, pending, at::TensorList(leaves), holder, dropout);
    return outputs.size() == 2 ? Streams{outputs[0], outputs[1]} : Streams{outputs[0], {}};
}

}  // namespace lathe::models
