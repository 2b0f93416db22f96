// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/linear.h"

#include <algorithm>
#include <utility>

#include <ATen/Parallel.h>

#include "tensor/bf16_speed.h"
#include "tensor/kernels.h"
#include "tensor/products.h"

namespace lathe::tensor {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Up to this many rows the hand-written kernel is faster: one pass over the weights is all the time there is.
constexpr std::int64_t kMostGemvRows = 8;

torch::Tensor gemvLinear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                         torch::ScalarType outputType) {
    const std::int64_t rows = x.size(0);
    const std::int64_t inputs = weight.size(1);
    const std::int64_t outputs = weight.size(0);
    const auto type = kernels::numberOf(weight);
    const bool isNarrow =
        type == kernels::Number::BF16 && x.scalar_type() == torch::kBFloat16 && kernels::multipliesBf16();
    const torch::Tensor in = isNarrow ? x : x.to(torch::kFloat32);
    torch::Tensor y = torch::empty({rows, outputs}, torch::kFloat32);
    const kernels::GemvInput input{in.const_data_ptr(), kernels::numberOf(in), rows, inputs};
    auto* out = y.mutable_data_ptr<float>();
    const std::int64_t grain = std::max<std::int64_t>(1, 32768 / inputs);
    at::parallel_for(0, outputs, grain, [&](std::int64_t first, std::int64_t last) {
        kernels::gemv(out + first, outputs, input, weight.const_data_ptr(), type, first, last);
    });
    if (bias.defined()) {
        y.add_(bias);
    }
    return y.to(outputType);
}

/// dW of some parts: one product if all of them want it, else one each.
void weightGradients(const torch::Tensor& dy, const torch::Tensor& x, const std::vector<std::int64_t>& sizes,
                     const std::vector<bool>& isWanted, variable_list& out) {
    if (std::all_of(isWanted.begin(), isWanted.end(), [](bool wanted) { return wanted; })) {
        const torch::Tensor all = weightGradient(dy, x);
        std::int64_t first = 0;
        for (const std::int64_t rows : sizes) {
            out.push_back(all.narrow(0, first, rows));
            first += rows;
        }
        return;
    }
    std::int64_t first = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        out.push_back(isWanted[i] ? weightGradient(dy.narrow(1, first, sizes[i]), x) : torch::Tensor());
        first += sizes[i];
    }
}

/// Inputs: x, the parts' weights, then their biases if there are any. The joined tensors are the same storage.
struct JoinedLinear : torch::autograd::Function<JoinedLinear> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, at::TensorList leaves,
                                 const torch::Tensor& weight, const std::optional<torch::Tensor>& bias,
                                 std::int64_t parts) {
        context->save_for_backward({x, weight});
        std::vector<std::int64_t> sizes;
        std::vector<std::int64_t> wanted;
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            if (static_cast<std::int64_t>(i) < parts) {
                sizes.push_back(leaves[i].size(0));
            }
            wanted.push_back(leaves[i].requires_grad() ? 1 : 0);
        }
        context->saved_data["sizes"] = sizes;
        context->saved_data["wanted"] = wanted;
        context->saved_data["inputWanted"] = x.requires_grad();
        return product(x, weight, bias.value_or(torch::Tensor()));
    }

    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto saved = context->get_saved_variables();
        const auto sizes = context->saved_data["sizes"].toIntVector();
        const auto wanted = context->saved_data["wanted"].toIntVector();
        const torch::Tensor dy = grads[0].contiguous();
        variable_list result;
        result.push_back(context->saved_data["inputWanted"].toBool() ? inputGradient(dy, saved[1]) : torch::Tensor());
        std::vector<bool> weights;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            weights.push_back(wanted[i] != 0);
        }
        weightGradients(dy, saved[0], sizes, weights, result);
        if (wanted.size() > sizes.size()) {
            biasGradients(dy, sizes, wanted, result);
        }
        result.resize(1 + wanted.size() + 3);
        return result;
    }

    static void biasGradients(const torch::Tensor& dy, const std::vector<std::int64_t>& sizes,
                              const std::vector<std::int64_t>& wanted, variable_list& result) {
        const bool isAnyWanted = std::any_of(wanted.begin() + static_cast<std::ptrdiff_t>(sizes.size()), wanted.end(),
                                             [](std::int64_t w) { return w != 0; });
        const torch::Tensor all = isAnyWanted ? dy.sum(0) : torch::Tensor();
        std::int64_t first = 0;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            result.push_back(wanted[sizes.size() + i] != 0 ? all.narrow(0, first, sizes[i]) : torch::Tensor());
            first += sizes[i];
        }
    }
};

/// y[:, first : first + delta's columns] += delta, in place; the gradient of delta is those columns of y's.
struct AddColumns : torch::autograd::Function<AddColumns> {
    static torch::Tensor forward(AutogradContext* context, torch::Tensor y, const torch::Tensor& delta,
                                 std::int64_t first) {
        context->saved_data["first"] = first;
        context->saved_data["columns"] = delta.size(1);
        y.narrow(1, first, delta.size(1)).add_(delta);
        context->mark_dirty({y});
        return y;
    }
    static variable_list backward(AutogradContext* context, variable_list grads) {
        return {grads[0],
                grads[0].narrow(1, context->saved_data["first"].toInt(), context->saved_data["columns"].toInt()),
                torch::Tensor()};
    }
};

/// y plus the part's low-rank product in its columns.
torch::Tensor addAdapter(const torch::Tensor& y, const torch::Tensor& x, const LinearPart& part,
                         const DropoutContext& context) {
    const torch::Tensor reduced = at::linear(inFastType(dropout(x, part.lora->dropout, context)), inFastType(part.lora->a));
    const torch::Tensor delta = at::linear(reduced, inFastType(part.lora->b)) * part.lora->scaling;
    if (!torch::GradMode::is_enabled()) {
        y.narrow(1, part.firstRow, part.rows).add_(delta);
        return y;
    }
    return AddColumns::apply(y, delta, part.firstRow);
}

bool needsGraph(const torch::Tensor& x, const std::vector<LinearPart>& parts) {
    if (!torch::GradMode::is_enabled()) {
        return false;
    }
    return x.requires_grad() || std::any_of(parts.begin(), parts.end(), [](const LinearPart& part) {
               return part.weight.requires_grad() || (part.bias.defined() && part.bias.requires_grad()) ||
                      (part.lora && (part.lora->a.requires_grad() || part.lora->b.requires_grad()));
           });
}

torch::Tensor leafOf(const torch::Tensor& joined, std::int64_t first, std::int64_t rows, const torch::Tensor& before) {
    return joined.narrow(0, first, rows).detach().set_requires_grad(before.defined() && before.requires_grad());
}

}  // namespace

torch::Tensor linearInference(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                              std::optional<torch::ScalarType> outputType) {
    const torch::NoGradGuard noGrad;
    if (x.size(0) <= kMostGemvRows && kernels::isPlain(x) && kernels::isPlain(weight)) {
        return gemvLinear(x, weight, bias, outputType.value_or(x.scalar_type()));
    }
    return product(x, weight, bias).to(outputType.value_or(x.scalar_type()));
}

Linear Linear::sharing(const std::string& name, const torch::Tensor& weight) {
    Linear shared;
    shared.weight_ = weight.detach();
    shared.parts_.push_back({name, 0, weight.size(0), weight, {}, std::nullopt});
    return shared;
}

Linear::Linear(const std::vector<PartSpec>& parts, std::int64_t inputs, bool hasBias) {
    std::int64_t outputs = 0;
    for (const PartSpec& part : parts) {
        LinearPart made;
        made.name = part.name;
        made.firstRow = outputs;
        made.rows = part.rows;
        parts_.push_back(std::move(made));
        outputs += part.rows;
    }
    weight_ = torch::zeros({outputs, inputs}, torch::kFloat32);
    if (hasBias) {
        bias_ = torch::zeros({outputs}, torch::kFloat32);
    }
    convert(torch::kFloat32, torch::kCPU);
}

void Linear::convert(torch::ScalarType dtype, const torch::Device& device) {
    const torch::NoGradGuard noGrad;
    weight_ = weight_.to(device, dtype);
    if (bias_.defined()) {
        bias_ = bias_.to(device, dtype);
    }
    for (LinearPart& part : parts_) {
        part.weight = leafOf(weight_, part.firstRow, part.rows, part.weight);
        if (bias_.defined()) {
            part.bias = leafOf(bias_, part.firstRow, part.rows, part.bias);
        }
        if (part.lora) {
            part.lora->a = part.lora->a.detach().to(device, dtype).set_requires_grad(part.lora->a.requires_grad());
            part.lora->b = part.lora->b.detach().to(device, dtype).set_requires_grad(part.lora->b.requires_grad());
        }
    }
}

torch::Tensor Linear::forward(const torch::Tensor& x, const DropoutContext& context,
                              std::optional<torch::ScalarType> outputType) const {
    const bool isGraph = needsGraph(x, parts_);
    if (!isGraph && inferenceOverride) {
        return inferenceOverride->apply(x).to(outputType.value_or(x.scalar_type()));
    }
    torch::Tensor y = isGraph ? joinedForward(x) : linearInference(x, weight_, bias_, outputType);
    for (const LinearPart& part : parts_) {
        if (part.lora && isLoraEnabled) {
            y = addAdapter(y, x, part, context);
        }
    }
    return outputType ? y.to(*outputType) : y;
}

torch::Tensor Linear::joinedForward(const torch::Tensor& x) const {
    std::vector<torch::Tensor> leaves;
    leaves.reserve(2 * parts_.size());
    for (const LinearPart& part : parts_) {
        leaves.push_back(part.weight);
    }
    if (bias_.defined()) {
        for (const LinearPart& part : parts_) {
            leaves.push_back(part.bias);
        }
    }
    const auto bias = bias_.defined() ? std::optional<torch::Tensor>(bias_) : std::nullopt;
    return JoinedLinear::apply(x, at::TensorList(leaves), weight_, bias, static_cast<std::int64_t>(parts_.size()));
}

}  // namespace lathe::tensor
