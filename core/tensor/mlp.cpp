// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/mlp.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <ATen/Parallel.h>

#include "tensor/kernels.h"

namespace lathe::tensor {

namespace {

constexpr std::array<std::pair<std::string_view, Activation>, 7> kActivations{{
    {"gelu", Activation::Gelu},
    {"gelu_new", Activation::GeluTanh},
    {"gelu_pytorch_tanh", Activation::GeluTanh},
    {"gelu_fast", Activation::GeluTanh},
    {"silu", Activation::Silu},
    {"swish", Activation::Silu},
    {"relu", Activation::Relu},
}};

torch::Tensor swigluForward(const torch::Tensor& gateUp) {
    const std::int64_t rows = gateUp.size(0);
    const std::int64_t width = gateUp.size(1) / 2;
    torch::Tensor out = torch::empty({rows, width}, gateUp.options());
    const auto type = kernels::numberOf(gateUp);
    at::parallel_for(0, rows, 4, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> scratch(static_cast<std::size_t>(3 * width));
        for (std::int64_t r = first; r < last; ++r) {
            kernels::loadRow(scratch.data(), kernels::rowOf(gateUp, r), type, 2 * width);
            kernels::swigluRow(scratch.data() + 2 * width, scratch.data(), scratch.data() + width, width);
            kernels::storeRow(kernels::mutableRowOf(out, r), type, scratch.data() + 2 * width, width);
        }
    });
    return out;
}

torch::Tensor swigluBackward(const torch::Tensor& d, const torch::Tensor& gateUp) {
    const std::int64_t rows = gateUp.size(0);
    const std::int64_t width = gateUp.size(1) / 2;
    torch::Tensor out = torch::empty_like(gateUp);
    const auto type = kernels::numberOf(gateUp);
    at::parallel_for(0, rows, 4, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> scratch(static_cast<std::size_t>(5 * width));
        float* in = scratch.data();
        float* grad = in + 2 * width;
        float* result = grad + width;
        for (std::int64_t r = first; r < last; ++r) {
            kernels::loadRow(in, kernels::rowOf(gateUp, r), type, 2 * width);
            kernels::loadRow(grad, kernels::rowOf(d, r), kernels::numberOf(d), width);
            kernels::swigluRowBackward(result, result + width, grad, in, in + width, width);
            kernels::storeRow(kernels::mutableRowOf(out, r), type, result, 2 * width);
        }
    });
    return out;
}

/// Elements a piece of work; what it loads and stores stays in the first level of cache.
constexpr std::int64_t kPiece = 1024;

using RowKernel = void (*)(float* out, const float* x, std::int64_t n);
using RowKernelBackward = void (*)(float* dx, const float* d, const float* x, std::int64_t n);

struct ActivationKernels {
    RowKernel forward = nullptr;
    RowKernelBackward backward = nullptr;
};

/// For activations that ATen computes slower.
ActivationKernels kernelsOf(Activation activation) {
    switch (activation) {
        case Activation::Gelu: return {kernels::geluRow, kernels::geluRowBackward};
        case Activation::GeluTanh: return {kernels::geluTanhRow, kernels::geluTanhRowBackward};
        case Activation::Silu:
        case Activation::Relu: break;
    }
    return {};
}

/// Calls body(first, count, scratch of 3 pieces) for pieces of a plain tensor.
template <typename Body>
void forPieces(const torch::Tensor& x, const Body& body) {
    const std::int64_t n = x.numel();
    at::parallel_for(0, (n + kPiece - 1) / kPiece, 4, [&](std::int64_t firstPiece, std::int64_t lastPiece) {
        std::array<float, 3 * kPiece> scratch;
        for (std::int64_t piece = firstPiece; piece < lastPiece; ++piece) {
            body(piece * kPiece, std::min(kPiece, n - piece * kPiece), scratch.data());
        }
    });
}

const void* elementOf(const torch::Tensor& x, std::int64_t i) { return static_cast<const char*>(x.const_data_ptr()) + i * static_cast<std::int64_t>(x.element_size()); }
void* mutableElementOf(torch::Tensor& x, std::int64_t i) { return static_cast<char*>(x.mutable_data_ptr()) + i * static_cast<std::int64_t>(x.element_size()); }

struct Activated : torch::autograd::Function<Activated> {
    static torch::Tensor compute(const torch::Tensor& x, Activation activation) {
        torch::Tensor out = torch::empty_like(x);
        const auto type = kernels::numberOf(x);
        const RowKernel kernel = kernelsOf(activation).forward;
        forPieces(x, [&](std::int64_t first, std::int64_t count, float* scratch) {
            kernels::loadRow(scratch, elementOf(x, first), type, count);
            kernel(scratch + kPiece, scratch, count);
            kernels::storeRow(mutableElementOf(out, first), type, scratch + kPiece, count);
        });
        return out;
    }
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x, Activation activation) {
        context->save_for_backward({x});
        context->saved_data["activation"] = static_cast<std::int64_t>(activation);
        return compute(x, activation);
    }
    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list grads) {
        const torch::Tensor x = context->get_saved_variables()[0];
        const torch::Tensor d = grads[0].contiguous();
        const RowKernelBackward kernel = kernelsOf(static_cast<Activation>(context->saved_data["activation"].toInt())).backward;
        torch::Tensor out = torch::empty_like(x);
        const auto type = kernels::numberOf(x);
        forPieces(x, [&](std::int64_t first, std::int64_t count, float* scratch) {
            float* gradient = scratch + kPiece;
            float* result = gradient + kPiece;
            kernels::loadRow(scratch, elementOf(x, first), type, count);
            kernels::loadRow(gradient, elementOf(d, first), kernels::numberOf(d), count);
            kernel(result, gradient, scratch, count);
            kernels::storeRow(mutableElementOf(out, first), type, result, count);
        });
        return {out, torch::Tensor()};
    }
};

struct Swiglu : torch::autograd::Function<Swiglu> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& gateUp) {
        context->save_for_backward({gateUp});
        return swigluForward(gateUp);
    }
    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list grads) {
        return {swigluBackward(grads[0].contiguous(), context->get_saved_variables()[0])};
    }
};

}  // namespace

std::optional<Activation> parseActivation(std::string_view name) {
    for (const auto& [known, activation] : kActivations) {
        if (known == name) {
            return activation;
        }
    }
    return std::nullopt;
}

torch::Tensor activate(const torch::Tensor& x, Activation activation) {
    if (kernels::isPlain(x) && kernelsOf(activation).forward) {
        if (torch::GradMode::is_enabled() && x.requires_grad()) {
            return Activated::apply(x, activation);
        }
        return Activated::compute(x, activation);
    }
    switch (activation) {
        case Activation::Gelu: return at::gelu(x);
        case Activation::GeluTanh: return at::gelu(x, "tanh");
        case Activation::Silu: return at::silu(x);
        case Activation::Relu: return at::relu(x);
    }
    return x;
}

torch::Tensor gatedActivation(const torch::Tensor& gateUp, Activation activation) {
    if (activation == Activation::Silu && kernels::isPlain(gateUp)) {
        if (torch::GradMode::is_enabled() && gateUp.requires_grad()) {
            return Swiglu::apply(gateUp);
        }
        return swigluForward(gateUp);
    }
    const auto halves = gateUp.chunk(2, -1);
    return activate(halves[0], activation) * halves[1];
}

}  // namespace lathe::tensor
