// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/token_logprob.h"

#include <algorithm>

#include <lathe/error.h>

#include "tensor/products.h"

namespace lathe::tasks {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Settings {
    double scale = 1;  ///< logits are multiplied by it
    std::int64_t rowsAtATime = 1;
};

/// Scaled logits of some rows, [c, V] f32.
torch::Tensor logitsOf(const torch::Tensor& part, const torch::Tensor& weight, const Settings& settings) {
    auto logits = tensor::product(part, weight).to(torch::kFloat32);
    if (settings.scale != 1) logits.mul_(settings.scale);
    return logits;
}

/// With a frozen head the gradient is upstream times a row that is known as soon as the logits are: d log p(target) / d hidden =
/// scale (W[target] - softmax W). Forward keeps that row, and no logits are computed twice. A head that is trained needs the softmax again.
struct TokenLogProb : torch::autograd::Function<TokenLogProb> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& hidden, const torch::Tensor& weight, const torch::Tensor& rows, const torch::Tensor& targets,
                                 const Settings* settings, torch::Tensor* entropy) {
        const auto chosen = hidden.detach().index_select(0, rows);
        const auto plainWeight = weight.detach();
        const bool keepsSlopes = hidden.requires_grad() && !weight.requires_grad();
        auto values = torch::empty({rows.numel()}, hidden.options().dtype(torch::kFloat32));
        torch::Tensor slopes;
        if (keepsSlopes) slopes = torch::empty({rows.numel(), hidden.size(1)}, values.options());
        for (std::int64_t first = 0; first < rows.numel(); first += settings->rowsAtATime) {
            const std::int64_t count = std::min(settings->rowsAtATime, rows.numel() - first);
            const auto wanted = targets.narrow(0, first, count);
            const auto logits = logitsOf(chosen.narrow(0, first, count), plainWeight, *settings);
            const auto total = logits.logsumexp(1);
            values.narrow(0, first, count).copy_(logits.gather(1, wanted.unsqueeze(1)).squeeze(1) - total);
            if (!keepsSlopes && !entropy->defined()) continue;
            const auto probabilities = (logits - total.unsqueeze(1)).exp_();
            // logsumexp(logits) - sum p logits
            if (entropy->defined()) entropy->narrow(0, first, count).copy_(total - at::linalg_vecdot(probabilities, logits, 1));
            if (!keepsSlopes) continue;
            const auto mean = tensor::inputGradient(probabilities.to(plainWeight.scalar_type()), plainWeight).to(torch::kFloat32);
            slopes.narrow(0, first, count).copy_(plainWeight.index_select(0, wanted)).sub_(mean);
        }
        context->save_for_backward({hidden, weight, rows, targets, slopes});
        context->saved_data["scale"] = settings->scale;
        context->saved_data["step"] = settings->rowsAtATime;
        return values;
    }

    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto saved = context->get_saved_variables();
        const auto& hidden = saved[0];
        const auto& rows = saved[2];
        const auto& slopes = saved[4];
        const auto upstream = grads[0].to(torch::kFloat32) * context->saved_data["scale"].toDouble();
        variable_list result(6);
        torch::Tensor chosenGradient;
        if (slopes.defined()) chosenGradient = (slopes * upstream.unsqueeze(1)).to(hidden.scalar_type());
        else chosenGradient = computeAgain(*context, upstream, result[1]);
        if (!chosenGradient.defined()) return result;
        result[0] = torch::zeros_like(hidden);
        result[0].index_add_(0, rows, chosenGradient);
        return result;
    }

    /// Gradient of the chosen rows, if it is asked for, and of the weight.
    static torch::Tensor computeAgain(AutogradContext& context, const torch::Tensor& upstream, torch::Tensor& weightGradient) {
        const auto saved = context.get_saved_variables();
        const auto& hidden = saved[0];
        const auto& weight = saved[1];
        const auto& rows = saved[2];
        const auto& targets = saved[3];
        const Settings settings{context.saved_data["scale"].toDouble(), context.saved_data["step"].toInt()};
        const auto chosen = hidden.detach().index_select(0, rows);
        const auto plainWeight = weight.detach();
        torch::Tensor chosenGradient;
        if (hidden.requires_grad()) chosenGradient = torch::empty_like(chosen);
        if (weight.requires_grad()) weightGradient = rows.numel() == 0 ? torch::zeros_like(plainWeight) : torch::empty_like(plainWeight, at::MemoryFormat::Contiguous);
        for (std::int64_t first = 0; first < rows.numel(); first += settings.rowsAtATime) {
            const std::int64_t count = std::min(settings.rowsAtATime, rows.numel() - first);
            const auto part = chosen.narrow(0, first, count);
            const auto up = upstream.narrow(0, first, count).unsqueeze(1);
            // d log p(target) / d logits = onehot - softmax
            auto derivative = logitsOf(part, plainWeight, settings).softmax(1).mul_(-up);
            derivative.scatter_add_(1, targets.narrow(0, first, count).unsqueeze(1), up);
            derivative = derivative.to(part.scalar_type());
            if (chosenGradient.defined()) chosenGradient.narrow(0, first, count).copy_(tensor::inputGradient(derivative, plainWeight));
            if (weightGradient.defined()) tensor::weightGradientInto(weightGradient, derivative, part, first == 0 ? tensor::Into::Replace : tensor::Into::Add);
        }
        return chosenGradient;
    }
};

}  // namespace

TokenLogProbabilities tokenLogProbabilities(const torch::Tensor& hidden, const torch::Tensor& rows, const torch::Tensor& targets, const torch::Tensor& weight,
                                            double temperature, WithEntropy entropy, std::size_t chunkBytes) {
    if (!weight.defined()) throw Error(ErrorCode::Unsupported, "This model cannot write text. It has no language-model head. Choose a language model.");
    if (targets.numel() > 0 && (targets.min().item<std::int64_t>() < 0 || targets.max().item<std::int64_t>() >= weight.size(0)))
        throw Error(ErrorCode::InvalidInput, "A token id lies outside the model's vocabulary. Tokenizer and model do not belong together. Use the model's own tokenizer.");
    TokenLogProbabilities result;
    Settings settings;
    settings.scale = temperature == 1.0 ? 1.0 : 1.0 / (temperature + 1e-7);
    settings.rowsAtATime = std::max<std::int64_t>(1, static_cast<std::int64_t>(chunkBytes / (2 * sizeof(float) * static_cast<std::size_t>(weight.size(0)))));
    if (entropy == WithEntropy::Yes) result.entropy = torch::empty({rows.numel()}, hidden.options().dtype(torch::kFloat32).requires_grad(false));
    result.values = TokenLogProb::apply(hidden, weight, rows, targets, &settings, &result.entropy);
    return result;
}

}  // namespace lathe::tasks
