// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/norm.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <ATen/Parallel.h>

#include "tensor/kernels.h"

namespace lathe::tensor {

namespace {

using kernels::Centre;
using kernels::NormStatistics;

Centre centreOf(NormKind kind) { return kind == NormKind::Layer ? Centre::Yes : Centre::No; }

struct FusedResult {
    NormResult values;
    torch::Tensor statistics;  ///< [N, 2] mean, rstd
};

/// Rows are split over threads; a branch is added into a new f32-or-stream-typed sum, else the stream itself is the
/// sum.
FusedResult fusedForward(const torch::Tensor& stream, const torch::Tensor& branch, const Norm& norm,
                         torch::ScalarType outputType) {
    const std::int64_t rows = stream.size(0);
    const std::int64_t width = stream.size(1);
    FusedResult result;
    result.values.sum = branch.defined() ? torch::empty_like(stream) : stream;
    result.values.normed = torch::empty({rows, width}, stream.options().dtype(outputType));
    result.statistics = torch::empty({rows, 2}, torch::kFloat32);
    auto* statistics = result.statistics.mutable_data_ptr<float>();
    const auto* weight = norm.weight.const_data_ptr<float>();
    const auto* bias = norm.bias.defined() ? norm.bias.const_data_ptr<float>() : nullptr;
    at::parallel_for(0, rows, 8, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> row(static_cast<std::size_t>(width));
        for (std::int64_t r = first; r < last; ++r) {
            kernels::loadRow(row.data(), kernels::rowOf(stream, r), kernels::numberOf(stream), width);
            if (branch.defined()) {
                kernels::addRow(row.data(), kernels::rowOf(branch, r), kernels::numberOf(branch), width);
                kernels::storeRow(kernels::mutableRowOf(result.values.sum, r), kernels::numberOf(stream), row.data(),
                                  width);
            }
            const NormStatistics s = kernels::normRow(row.data(), row.data(), weight, bias, width,
                                                      static_cast<float>(norm.epsilon), centreOf(norm.kind));
            statistics[2 * r] = s.mean;
            statistics[2 * r + 1] = s.rstd;
            kernels::storeRow(kernels::mutableRowOf(result.values.normed, r), kernels::numberOf(result.values.normed),
                              row.data(), width);
        }
    });
    return result;
}

struct FusedGradients {
    torch::Tensor stream;  ///< in the sum's dtype
    torch::Tensor weight;
    torch::Tensor bias;
};

FusedGradients fusedBackward(const torch::Tensor& dSum, const torch::Tensor& dNormed, const torch::Tensor& sum,
                             const torch::Tensor& statistics, const torch::Tensor& weight, Centre centre) {
    const std::int64_t rows = sum.size(0);
    const std::int64_t width = sum.size(1);
    const std::int64_t parts = std::max<std::int64_t>(1, std::min<std::int64_t>(at::get_num_threads(), rows / 8));
    FusedGradients result;
    result.stream = torch::empty_like(sum);
    torch::Tensor partial = torch::zeros({2, parts, width}, torch::kFloat32);
    auto* accumulators = partial.mutable_data_ptr<float>();
    const auto* saved = statistics.const_data_ptr<float>();
    at::parallel_for(0, parts, 1, [&](std::int64_t firstPart, std::int64_t lastPart) {
        std::vector<float> scratch(static_cast<std::size_t>(3 * width));
        float* x = scratch.data();
        float* dy = x + width;
        float* dx = dy + width;
        for (std::int64_t part = firstPart; part < lastPart; ++part) {
            float* dWeight = accumulators + part * width;
            float* dBias = centre == Centre::Yes ? accumulators + (parts + part) * width : nullptr;
            for (std::int64_t r = part * rows / parts; r < (part + 1) * rows / parts; ++r) {
                kernels::loadRow(x, kernels::rowOf(sum, r), kernels::numberOf(sum), width);
                kernels::loadRow(dy, kernels::rowOf(dNormed, r), kernels::numberOf(dNormed), width);
                if (dSum.defined()) {
                    kernels::loadRow(dx, kernels::rowOf(dSum, r), kernels::numberOf(dSum), width);
                } else {
                    std::fill_n(dx, width, 0.0f);
                }
                kernels::normRowBackward(dx, dy, x, weight.const_data_ptr<float>(), {saved[2 * r], saved[2 * r + 1]},
                                         width, centre, dWeight, dBias);
                kernels::storeRow(kernels::mutableRowOf(result.stream, r), kernels::numberOf(result.stream), dx, width);
            }
        }
    });
    result.weight = partial[0].sum(0);
    if (centre == Centre::Yes) {
        result.bias = partial[1].sum(0);
    }
    return result;
}

/// Autograd nodes take no undefined tensors.
std::optional<torch::Tensor> given(const torch::Tensor& x) {
    return x.defined() ? std::optional<torch::Tensor>(x) : std::nullopt;
}

struct FusedAddNorm : torch::autograd::Function<FusedAddNorm> {
    static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context,
                                                  const torch::Tensor& stream,
                                                  const std::optional<torch::Tensor>& maybeBranch,
                                                  const torch::Tensor& weight, const std::optional<torch::Tensor>& bias,
                                                  const Norm& norm, torch::ScalarType outputType) {
        const torch::Tensor branch = maybeBranch.value_or(torch::Tensor());
        FusedResult result = fusedForward(stream, branch, norm, outputType);
        context->save_for_backward({branch.defined() ? result.values.sum : stream, result.statistics, weight});
        context->saved_data["layer"] = norm.kind == NormKind::Layer;
        context->saved_data["hasBias"] = bias.has_value();
        context->saved_data["branchType"] =
            branch.defined() ? static_cast<std::int64_t>(branch.scalar_type()) : std::int64_t{-1};
        context->set_materialize_grads(false);
        if (branch.defined()) {
            return {result.values.sum, result.values.normed};
        }
        return {result.values.normed};
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list grads) {
        const auto saved = context->get_saved_variables();
        const std::int64_t branchType = context->saved_data["branchType"].toInt();
        const bool hasBranch = branchType >= 0;
        const torch::Tensor dNormed = grads.back();
        const torch::Tensor dSum = hasBranch ? grads.front() : torch::Tensor();
        torch::Tensor dBranch;
        if (!dNormed.defined()) {
            dBranch =
                hasBranch && dSum.defined() ? dSum.to(static_cast<torch::ScalarType>(branchType)) : torch::Tensor();
            return {dSum, dBranch, torch::Tensor(), torch::Tensor(), torch::Tensor(), torch::Tensor()};
        }
        const Centre centre = context->saved_data["layer"].toBool() ? Centre::Yes : Centre::No;
        FusedGradients result = fusedBackward(dSum.defined() ? dSum.contiguous() : dSum, dNormed.contiguous(), saved[0],
                                              saved[1], saved[2], centre);
        if (hasBranch) {
            dBranch = result.stream.to(static_cast<torch::ScalarType>(branchType));
        }
        if (!context->saved_data["hasBias"].toBool()) {
            result.bias = torch::Tensor();
        }
        return {result.stream, dBranch, result.weight, result.bias, torch::Tensor(), torch::Tensor()};
    }
};

/// The same with ATen's operators, for other devices and dtypes.
NormResult composedAddNorm(const torch::Tensor& stream, const torch::Tensor& branch, const Norm& norm,
                           torch::ScalarType outputType) {
    NormResult result;
    result.sum = branch.defined() ? stream + branch : stream;
    const torch::Tensor wide = result.sum.to(torch::kFloat32);
    if (norm.kind == NormKind::Layer) {
        result.normed = at::layer_norm(wide, {wide.size(-1)}, norm.weight, norm.bias, norm.epsilon).to(outputType);
    } else {
        const torch::Tensor rstd = torch::rsqrt(wide.square().mean(-1, true) + norm.epsilon);
        result.normed = (wide * rstd * norm.weight).to(outputType);
    }
    return result;
}

bool needsGraph(const torch::Tensor& stream, const torch::Tensor& branch, const Norm& norm) {
    return torch::GradMode::is_enabled() &&
           (stream.requires_grad() || (branch.defined() && branch.requires_grad()) || norm.weight.requires_grad() ||
            (norm.bias.defined() && norm.bias.requires_grad()));
}

}  // namespace

NormResult addNorm(const torch::Tensor& stream, const torch::Tensor& branch, const Norm& norm,
                   torch::ScalarType outputType) {
    const bool isFused = kernels::isPlain(stream) && (!branch.defined() || kernels::isPlain(branch)) &&
                         norm.weight.scalar_type() == torch::kFloat32 &&
                         (outputType == torch::kFloat32 || outputType == torch::kBFloat16);
    if (!isFused) {
        return composedAddNorm(stream, branch, norm, outputType);
    }
    if (!needsGraph(stream, branch, norm)) {
        return fusedForward(stream, branch, norm, outputType).values;
    }
    const auto outputs = FusedAddNorm::apply(stream, given(branch), norm.weight, given(norm.bias), norm, outputType);
    return branch.defined() ? NormResult{outputs[0], outputs[1]} : NormResult{stream, outputs[0]};
}

}  // namespace lathe::tensor
