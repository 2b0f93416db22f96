// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/lm_loss.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <ATen/Parallel.h>
#include <lathe/error.h>

#include "tensor/clones.h"
#include "tensor/fast_math.h"
#include "tensor/products.h"

namespace lathe::tensor {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

#define LATHE_INLINE __attribute__((always_inline)) inline

constexpr std::int64_t kLanes = 16;
constexpr std::int64_t kBlock = 2'048;  ///< f32 sums of so many terms are exact enough; blocks are added in f64

LATHE_INLINE float loadBf16(std::uint16_t half) { return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16); }

LATHE_INLINE std::uint16_t storeBf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);
}

LATHE_CLONES
void widen(float* __restrict out, const std::uint16_t* __restrict in, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = loadBf16(in[i]);
}

LATHE_CLONES
void narrow(std::uint16_t* __restrict out, const float* __restrict in, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = storeBf16(in[i]);
}

LATHE_CLONES
float largest(const float* x, std::int64_t n) {
    float lanes[kLanes];
    for (float& lane : lanes) lane = -std::numeric_limits<float>::infinity();
    std::int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        for (std::int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] = lanes[lane] > x[i + lane] ? lanes[lane] : x[i + lane];
    }
    for (; i < n; ++i) lanes[0] = lanes[0] > x[i] ? lanes[0] : x[i];
    return *std::max_element(lanes, lanes + kLanes);
}

LATHE_CLONES
double plainSum(const float* x, std::int64_t n) {
    double total = 0;
    for (std::int64_t first = 0; first < n; first += kBlock) {
        const std::int64_t last = std::min(n, first + kBlock);
        float lanes[kLanes] = {};
        std::int64_t i = first;
        for (; i + kLanes <= last; i += kLanes) {
            for (std::int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += x[i + lane];
        }
        for (; i < last; ++i) lanes[0] += x[i];
        for (const float lane : lanes) total += static_cast<double>(lane);
    }
    return total;
}

/// x = e^(x - shift)
LATHE_CLONES
void exponentials(float* x, std::int64_t n, float shift) {
    for (std::int64_t i = 0; i < n; ++i) x[i] = kernels::fastExp(x[i] - shift);
}

/// x = x * factor + offset
LATHE_CLONES
void scaleAndShift(float* x, std::int64_t n, float factor, float offset) {
    for (std::int64_t i = 0; i < n; ++i) x[i] = x[i] * factor + offset;
}

struct RowResult {
    double loss = 0;
    bool isCorrect = false;
};

enum class Gradient { No, Yes };

/// x: logits of one row in f32; becomes the gradient (times scale) if asked for.
RowResult crossEntropyRow(float* x, std::int64_t vocabulary, std::int64_t target, const LmLossOptions& options, Gradient gradient) {
    RowResult result;
    const float top = largest(x, vocabulary);
    const double targetLogit = x[target];
    if (x[target] >= top) result.isCorrect = std::find(x, x + target, top) == x + target;  // the first of equals counts
    const double logitSum = options.labelSmoothing > 0 ? plainSum(x, vocabulary) : 0.0;
    exponentials(x, vocabulary, top);
    const double sum = plainSum(x, vocabulary);
    const double logSum = static_cast<double>(top) + std::log(sum);
    const double smoothing = options.labelSmoothing;
    const double uniform = smoothing / static_cast<double>(vocabulary);
    result.loss = (1.0 - smoothing) * (logSum - targetLogit);
    if (smoothing > 0) result.loss += smoothing * (logSum - logitSum / static_cast<double>(vocabulary));
    if (!std::isfinite(targetLogit)) result.loss = std::numeric_limits<double>::quiet_NaN();
    if (gradient == Gradient::Yes) {
        scaleAndShift(x, vocabulary, static_cast<float>(options.gradientScale / sum), static_cast<float>(-options.gradientScale * uniform));
        x[target] -= static_cast<float>(options.gradientScale * (1.0 - smoothing));
    }
    return result;
}

struct Totals {
    double sum = 0;
    std::int64_t correct = 0;
};

/// logits [c, V] on the CPU, f32 or bf16; replaced by the gradient if asked for. Row results are added in row order.
Totals crossEntropyOnCpu(torch::Tensor& logits, const std::int64_t* targets, const LmLossOptions& options, Gradient gradient) {
    const std::int64_t rows = logits.size(0);
    const std::int64_t vocabulary = logits.size(1);
    const bool isHalf = logits.scalar_type() == torch::kBFloat16;
    std::vector<RowResult> results(static_cast<std::size_t>(rows));
    at::parallel_for(0, rows, 1, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> wide(isHalf ? static_cast<std::size_t>(vocabulary) : 0);
        for (std::int64_t row = first; row < last; ++row) {
            auto* bytes = static_cast<char*>(logits.data_ptr()) + row * vocabulary * (isHalf ? 2 : 4);
            auto* half = reinterpret_cast<std::uint16_t*>(bytes);
            float* x = isHalf ? wide.data() : reinterpret_cast<float*>(bytes);
            if (isHalf) widen(x, half, vocabulary);
            results[static_cast<std::size_t>(row)] = crossEntropyRow(x, vocabulary, targets[row], options, gradient);
            if (isHalf && gradient == Gradient::Yes) narrow(half, x, vocabulary);
        }
    });
    Totals totals;
    for (const auto& row : results) {
        totals.sum += row.loss;
        totals.correct += row.isCorrect ? 1 : 0;
    }
    return totals;
}

Totals crossEntropyElsewhere(torch::Tensor& logits, const torch::Tensor& targets, const LmLossOptions& options, Gradient gradient) {
    const auto wide = logits.to(torch::kFloat32);
    const auto logProbabilities = torch::log_softmax(wide, 1);
    const auto column = targets.unsqueeze(1);
    const double smoothing = options.labelSmoothing;
    auto losses = logProbabilities.gather(1, column).squeeze(1).to(torch::kFloat64) * -(1.0 - smoothing);
    if (smoothing > 0) losses = losses - logProbabilities.mean(1).to(torch::kFloat64) * smoothing;
    Totals totals{losses.sum().item<double>(), wide.argmax(1).eq(targets).sum().item<std::int64_t>()};
    if (gradient == Gradient::Yes) {
        auto derivative = logProbabilities.exp_().sub_(smoothing / static_cast<double>(logits.size(1)));
        derivative.scatter_add_(1, column, torch::full_like(column, -(1.0 - smoothing), derivative.options()));
        logits.copy_(derivative.mul_(options.gradientScale));
    }
    return totals;
}

std::int64_t rowsAtATime(const torch::Tensor& weight, std::size_t chunkBytes) {
    const auto rowBytes = static_cast<std::size_t>(weight.size(0)) * weight.element_size();
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(chunkBytes / std::max<std::size_t>(1, rowBytes)));
}

struct Gradients {
    torch::Tensor hidden;  ///< [n, D] of the chosen rows
    torch::Tensor weight;  ///< [V, D]
};

/// Goes through the chosen rows in chunks; fills the defined ones of `out`.
Totals runChunks(const torch::Tensor& chosen, const torch::Tensor& targets, const torch::Tensor& weight, const LmLossOptions& options,
                 Gradients& out) {
    const bool wantsGradient = out.hidden.defined() || out.weight.defined();
    const Gradient gradient = wantsGradient ? Gradient::Yes : Gradient::No;
    const std::int64_t rows = chosen.size(0);
    const std::int64_t step = std::min(rows, rowsAtATime(weight, options.chunkBytes));
    auto buffer = torch::empty({step, weight.size(0)}, chosen.options());
    Totals totals;
    for (std::int64_t first = 0; first < rows; first += step) {
        const std::int64_t count = std::min(step, rows - first);
        auto logits = buffer.narrow(0, 0, count);
        const auto part = chosen.narrow(0, first, count);
        productInto(logits, part, weight);
        const auto goals = targets.narrow(0, first, count);
        const Totals chunk = logits.is_cpu() ? crossEntropyOnCpu(logits, goals.const_data_ptr<std::int64_t>(), options, gradient)
                                             : crossEntropyElsewhere(logits, goals, options, gradient);
        totals.sum += chunk.sum;
        totals.correct += chunk.correct;
        if (out.hidden.defined()) {
            auto place = out.hidden.narrow(0, first, count);
            inputGradientInto(place, logits, weight);
        }
        if (!out.weight.defined()) continue;
        weightGradientInto(out.weight, logits, part, first == 0 ? Into::Replace : Into::Add);
    }
    return totals;
}

struct FusedLoss : torch::autograd::Function<FusedLoss> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& hidden, const torch::Tensor& weight, const torch::Tensor& rows,
                                 const torch::Tensor& targets, const LmLossOptions* options, Totals* totals) {
        const auto chosen = hidden.index_select(0, rows);
        Gradients gradients;
        if (hidden.requires_grad()) gradients.hidden = torch::empty_like(chosen);
        if (weight.requires_grad()) gradients.weight = torch::empty_like(weight, at::MemoryFormat::Contiguous);
        *totals = runChunks(chosen, targets, weight.detach(), *options, gradients);
        context->saved_data["rows"] = rows;
        context->saved_data["size"] = hidden.size(0);
        if (gradients.hidden.defined()) context->saved_data["hidden"] = gradients.hidden;
        if (gradients.weight.defined()) context->saved_data["weight"] = gradients.weight;
        return torch::full({}, totals->sum * options->gradientScale, hidden.options().dtype(torch::kFloat32));
    }

    static variable_list backward(AutogradContext* context, variable_list grads) {
        // The trainer's upstream gradient is exactly 1; the scaling passes below then do not happen.
        const double upstream = grads[0].item<double>();
        torch::Tensor hidden;
        torch::Tensor weight;
        if (const auto found = context->saved_data.find("hidden"); found != context->saved_data.end()) {
            auto chosen = found->second.toTensor();
            if (upstream != 1.0) chosen.mul_(upstream);
            hidden = torch::zeros({context->saved_data["size"].toInt(), chosen.size(1)}, chosen.options());
            hidden.index_add_(0, context->saved_data["rows"].toTensor(), chosen);
        }
        if (const auto found = context->saved_data.find("weight"); found != context->saved_data.end()) {
            weight = found->second.toTensor();
            if (upstream != 1.0) weight.mul_(upstream);
        }
        context->saved_data.clear();  // so that the leaf takes the buffer over instead of copying it
        return {hidden, weight, torch::Tensor(), torch::Tensor(), torch::Tensor(), torch::Tensor()};
    }
};

void checkInputs(const torch::Tensor& hidden, const torch::Tensor& rows, const torch::Tensor& targets, const torch::Tensor& weight) {
    const bool fits = hidden.dim() == 2 && weight.dim() == 2 && hidden.size(1) == weight.size(1) && rows.dim() == 1 && targets.sizes() == rows.sizes() &&
                      rows.scalar_type() == torch::kInt64 && targets.scalar_type() == torch::kInt64 && hidden.scalar_type() == weight.scalar_type();
    if (!fits) throw Error(ErrorCode::Internal, "The loss was given tensors that do not fit together. This is a fault of the program. Report it.");
    if (rows.numel() == 0) return;
    if (targets.min().item<std::int64_t>() < 0 || targets.max().item<std::int64_t>() >= weight.size(0)) {
        throw Error(ErrorCode::InvalidInput, "A token id lies outside the model's vocabulary. Tokenizer and model do not belong together. Use the model's own tokenizer.");
    }
}

}  // namespace

LmLossResult lmLoss(const torch::Tensor& hidden, const torch::Tensor& rows, const torch::Tensor& targets, const torch::Tensor& weight,
                    const LmLossOptions& options) {
    checkInputs(hidden, rows, targets, weight);
    LmLossResult result;
    result.count = rows.numel();
    if (result.count == 0) {
        result.loss = torch::zeros({}, hidden.options().dtype(torch::kFloat32));
        return result;
    }
    Totals totals;
    const auto goals = targets.contiguous();
    if (torch::GradMode::is_enabled() && (hidden.requires_grad() || weight.requires_grad())) {
        result.loss = FusedLoss::apply(hidden, weight, rows, goals, &options, &totals);
    } else {
        const torch::NoGradGuard guard;
        Gradients none;
        totals = runChunks(hidden.index_select(0, rows), goals, weight, options, none);
        result.loss = torch::full({}, totals.sum * options.gradientScale, hidden.options().dtype(torch::kFloat32));
    }
    result.sum = totals.sum;
    result.correct = totals.correct;
    return result;
}

torch::Tensor lmLogProbabilities(const torch::Tensor& hidden, const torch::Tensor& rows, const torch::Tensor& targets,
                                 const torch::Tensor& weight, double temperature, std::size_t chunkBytes) {
    checkInputs(hidden, rows, targets, weight);
    const torch::NoGradGuard guard;
    const auto chosen = hidden.index_select(0, rows);
    auto result = torch::empty({rows.numel()}, hidden.options().dtype(torch::kFloat32));
    const std::int64_t step = std::max<std::int64_t>(1, rowsAtATime(weight, chunkBytes / 2));
    for (std::int64_t first = 0; first < rows.numel(); first += step) {
        const std::int64_t count = std::min(step, rows.numel() - first);
        auto logits = product(chosen.narrow(0, first, count), weight).to(torch::kFloat32);
        if (temperature != 1.0) logits.div_(temperature);
        const auto goals = targets.narrow(0, first, count).unsqueeze(1);
        result.narrow(0, first, count).copy_(logits.gather(1, goals).squeeze(1) - logits.logsumexp(1));
    }
    return result;
}

}  // namespace lathe::tensor
