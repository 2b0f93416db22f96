// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensor/adamw.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <lathe/error.h>

#include "tensor/clones.h"

namespace lathe::tensor {
namespace {

// Work is cut into pieces of this many elements; partial norms are summed in piece order, so the thread count does not matter.
constexpr std::int64_t kPiece = 32'768;

struct Constants {
    float decay;      ///< 1 - lr * weight decay
    float beta1;
    float oneMinusBeta1;
    float beta2;
    float oneMinusBeta2;
    float stepSize;   ///< lr / (1 - beta1^t)
    float rootOfCorrection2;
    float epsilon;
    float gradientScale;
};

__attribute__((always_inline)) inline float fromBits(std::uint32_t bits) { return std::bit_cast<float>(bits); }
__attribute__((always_inline)) inline std::uint32_t toBits(float value) { return std::bit_cast<std::uint32_t>(value); }
__attribute__((always_inline)) inline float fromBf16(std::uint16_t half) { return fromBits(static_cast<std::uint32_t>(half) << 16); }

__attribute__((always_inline)) inline float updated(float weight, float gradient, float& mean, float& square, const Constants& c) {
    gradient *= c.gradientScale;
    weight *= c.decay;
    mean = c.beta1 * mean + c.oneMinusBeta1 * gradient;
    square = c.beta2 * square + c.oneMinusBeta2 * gradient * gradient;
    return weight - c.stepSize * mean / (std::sqrt(square) / c.rootOfCorrection2 + c.epsilon);
}

LATHE_CLONES
void stepF32(float* __restrict weight, const float* __restrict gradient, float* __restrict mean, float* __restrict square, std::int64_t n,
             const Constants& constants) {
    const Constants c = constants;
    for (std::int64_t i = 0; i < n; ++i) {
        float m = mean[i];
        float s = square[i];
        weight[i] = updated(weight[i], gradient[i], m, s, c);
        mean[i] = m;
        square[i] = s;
    }
}

// The upper half is the master rounded half up (bits + 0x8000); lower = master bits - (upper << 16) then always fits 16 bits
// with sign, which rounding half to even does not give.
LATHE_CLONES
void stepBf16(std::uint16_t* __restrict upper, std::int16_t* __restrict lower, const std::uint16_t* __restrict gradient, float* __restrict mean,
              float* __restrict square, std::int64_t n, const Constants& constants) {
    const Constants c = constants;
    for (std::int64_t i = 0; i < n; ++i) {
        const std::uint32_t bits = (static_cast<std::uint32_t>(upper[i]) << 16) + static_cast<std::uint32_t>(static_cast<std::int32_t>(lower[i]));
        float m = mean[i];
        float s = square[i];
        const std::uint32_t next = toBits(updated(fromBits(bits), fromBf16(gradient[i]), m, s, c));
        mean[i] = m;
        square[i] = s;
        const std::uint32_t half = (next + 0x8000U) >> 16;
        upper[i] = static_cast<std::uint16_t>(half);
        lower[i] = static_cast<std::int16_t>(static_cast<std::uint16_t>(next & 0xffffU));
    }
}

LATHE_CLONES
void split(const float* __restrict master, std::uint16_t* __restrict upper, std::int16_t* __restrict lower, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
        const std::uint32_t bits = toBits(master[i]);
        upper[i] = static_cast<std::uint16_t>((bits + 0x8000U) >> 16);
        lower[i] = static_cast<std::int16_t>(static_cast<std::uint16_t>(bits & 0xffffU));
    }
}

LATHE_CLONES
void join(const std::uint16_t* __restrict upper, const std::int16_t* __restrict lower, float* __restrict master, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
        master[i] = fromBits((static_cast<std::uint32_t>(upper[i]) << 16) + static_cast<std::uint32_t>(static_cast<std::int32_t>(lower[i])));
    }
}

// Sixteen running sums a block keep the additions independent, so they vectorise without reassociation by the compiler.
constexpr std::int64_t kLanes = 16;
constexpr std::int64_t kBlock = 2'048;  ///< f32 sums of so many squares lose nothing that matters; blocks are added in f64

template <class Load>
inline double sumOfSquares(std::int64_t n, Load load) {
    double total = 0;
    for (std::int64_t first = 0; first < n; first += kBlock) {
        const std::int64_t last = std::min(n, first + kBlock);
        float lanes[kLanes] = {};
        std::int64_t i = first;
        for (; i + kLanes <= last; i += kLanes) {
            for (std::int64_t lane = 0; lane < kLanes; ++lane) {
                const float value = load(i + lane);
                lanes[lane] += value * value;
            }
        }
        for (; i < last; ++i) lanes[0] += load(i) * load(i);
        double block = 0;
        for (const float lane : lanes) block += static_cast<double>(lane);
        total += block;
    }
    return total;
}

LATHE_CLONES
double squaresF32(const float* values, std::int64_t n) {
    return sumOfSquares(n, [values](std::int64_t i) __attribute__((always_inline)) { return values[i]; });
}

LATHE_CLONES
double squaresBf16(const std::uint16_t* values, std::int64_t n) {
    return sumOfSquares(n, [values](std::int64_t i) __attribute__((always_inline)) { return fromBf16(values[i]); });
}

struct Piece {
    std::size_t parameter;
    std::int64_t first;
    std::int64_t count;
};

std::vector<Piece> piecesOf(const std::vector<AdamWParameter>& parameters) {
    std::vector<Piece> pieces;
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        if (!parameters[p].value.grad().defined()) continue;
        const std::int64_t n = parameters[p].value.numel();
        for (std::int64_t first = 0; first < n; first += kPiece) pieces.push_back({p, first, std::min(kPiece, n - first)});
    }
    return pieces;
}

/// Calls body(i) for each piece; who is done early takes the next ones, as one thread's pieces may be slower to reach in memory.
template <class Body>
void forPieces(std::size_t count, const Body& body) {
    constexpr std::size_t kAtOnce = 8;
    std::atomic<std::size_t> next = 0;
    at::parallel_for(0, at::get_num_threads(), 1, [&](std::int64_t, std::int64_t) {
        for (std::size_t first = next.fetch_add(kAtOnce); first < count; first = next.fetch_add(kAtOnce)) {
            for (std::size_t i = first; i < std::min(count, first + kAtOnce); ++i) body(i);
        }
    });
}

template <class T>
T* data(const torch::Tensor& tensor) {
    return static_cast<T*>(tensor.data_ptr());
}

bool isBf16(const torch::Tensor& tensor) { return tensor.scalar_type() == torch::kBFloat16; }

/// Gradients come from matrix products and are contiguous nearly always; the kernels need it.
void makeGradientsContiguous(const std::vector<AdamWParameter>& parameters) {
    torch::NoGradGuard guard;
    for (const auto& parameter : parameters) {
        auto value = parameter.value;
        auto& gradient = value.mutable_grad();
        if (!gradient.defined()) continue;
        if (gradient.scalar_type() != value.scalar_type()) gradient = gradient.to(value.scalar_type());
        if (!gradient.is_contiguous()) gradient = gradient.contiguous();
    }
}

bool isOnCpu(const std::vector<AdamWParameter>& parameters) {
    return std::all_of(parameters.begin(), parameters.end(), [](const AdamWParameter& p) { return p.value.is_cpu(); });
}

}  // namespace

AdamW::AdamW(std::vector<AdamWParameter> parameters, AdamWSettings settings) : parameters_(std::move(parameters)), settings_(settings) {
    torch::NoGradGuard guard;
    for (const auto& parameter : parameters_) {
        const auto& value = parameter.value;
        const bool isHalf = isBf16(value) || (value.scalar_type() == torch::kHalf && !value.is_cpu());
        if (!value.is_contiguous() || !(isHalf || value.scalar_type() == torch::kFloat32)) {
            throw Error(ErrorCode::InvalidInput, fmt::format("{} cannot be optimised. AdamW takes contiguous f32 and bf16 weights. Use precision f32 or bf16.", parameter.name));
        }
        Slot slot;
        if (isHalf && value.is_cpu()) slot.lower = torch::zeros(value.sizes(), torch::kInt16);
        else if (isHalf) slot.master = value.detach().to(torch::kFloat32);
        slots_.push_back(std::move(slot));
    }
}

void AdamW::setMaster(std::size_t index, const torch::Tensor& f32) {
    torch::NoGradGuard guard;
    auto& parameter = parameters_.at(index);
    auto& slot = slots_[index];
    if (f32.sizes() != parameter.value.sizes()) {
        throw Error(ErrorCode::InvalidInput, fmt::format("{} has another shape than its stored value. The checkpoint belongs to another model.", parameter.name));
    }
    if (!slot.lower.defined()) {
        if (slot.master.defined()) slot.master.copy_(f32);
        parameter.value.detach().copy_(f32);
        return;
    }
    const auto source = f32.to(torch::kFloat32).contiguous();
    const auto* from = data<const float>(source);
    auto* upper = data<std::uint16_t>(parameter.value);
    auto* lower = data<std::int16_t>(slot.lower);
    at::parallel_for(0, source.numel(), kPiece, [&](std::int64_t first, std::int64_t last) { split(from + first, upper + first, lower + first, last - first); });
}

torch::Tensor AdamW::master(std::size_t index) const {
    torch::NoGradGuard guard;
    const auto& value = parameters_.at(index).value;
    const auto& slot = slots_[index];
    if (slot.master.defined()) return slot.master;
    if (!slot.lower.defined()) return value.detach();
    auto result = torch::empty(value.sizes(), torch::kFloat32);
    const auto* upper = data<const std::uint16_t>(value);
    const auto* lower = data<const std::int16_t>(slot.lower);
    auto* to = data<float>(result);
    at::parallel_for(0, result.numel(), kPiece, [&](std::int64_t first, std::int64_t last) { join(upper + first, lower + first, to + first, last - first); });
    return result;
}

double AdamW::gradientNorm() const {
    makeGradientsContiguous(parameters_);
    if (!isOnCpu(parameters_)) {
        torch::NoGradGuard guard;
        std::vector<torch::Tensor> norms;
        for (const auto& parameter : parameters_) {
            if (parameter.value.grad().defined()) norms.push_back(torch::linalg_vector_norm(parameter.value.grad(), 2, {}, false, torch::kFloat32));
        }
        return norms.empty() ? 0.0 : torch::linalg_vector_norm(torch::stack(norms).to(torch::kFloat64), 2).item<double>();
    }
    const auto pieces = piecesOf(parameters_);
    std::vector<double> sums(pieces.size());
    forPieces(pieces.size(), [&](std::size_t i) {
        const auto& piece = pieces[i];
        const auto& gradient = parameters_[piece.parameter].value.grad();
        sums[i] = isBf16(gradient) ? squaresBf16(data<const std::uint16_t>(gradient) + piece.first, piece.count)
                                   : squaresF32(data<const float>(gradient) + piece.first, piece.count);
    });
    double total = 0;
    for (const double sum : sums) total += sum;
    return std::sqrt(total);
}

void AdamW::step(double learningRate, double gradientScale) {
    torch::NoGradGuard guard;
    makeGradientsContiguous(parameters_);
    makeMoments();
    ++steps_;
    if (isOnCpu(parameters_)) stepOnCpu(learningRate, gradientScale);
    else stepElsewhere(learningRate, gradientScale);
}

void AdamW::makeMoments() {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const auto& value = parameters_[i].value;
        if (!value.grad().defined() || slots_[i].mean.defined()) continue;
        const auto options = torch::TensorOptions().dtype(torch::kFloat32).device(value.device());
        slots_[i].mean = torch::zeros(value.sizes(), options);
        slots_[i].square = torch::zeros(value.sizes(), options);
    }
}

void AdamW::stepOnCpu(double learningRate, double gradientScale) {
    const double correction1 = 1.0 - std::pow(settings_.beta1, static_cast<double>(steps_));
    const double correction2 = 1.0 - std::pow(settings_.beta2, static_cast<double>(steps_));
    const auto pieces = piecesOf(parameters_);
    forPieces(pieces.size(), [&](std::size_t i) {
        const auto& piece = pieces[i];
        const auto& parameter = parameters_[piece.parameter];
        const auto& slot = slots_[piece.parameter];
        const Constants c{static_cast<float>(1.0 - learningRate * parameter.weightDecay), static_cast<float>(settings_.beta1),
                          static_cast<float>(1.0 - settings_.beta1), static_cast<float>(settings_.beta2), static_cast<float>(1.0 - settings_.beta2),
                          static_cast<float>(learningRate / correction1), static_cast<float>(std::sqrt(correction2)),
                          static_cast<float>(settings_.epsilon), static_cast<float>(gradientScale)};
        auto* mean = data<float>(slot.mean) + piece.first;
        auto* square = data<float>(slot.square) + piece.first;
        if (slot.lower.defined()) {
            stepBf16(data<std::uint16_t>(parameter.value) + piece.first, data<std::int16_t>(slot.lower) + piece.first,
                     data<const std::uint16_t>(parameter.value.grad()) + piece.first, mean, square, piece.count, c);
        } else {
            stepF32(data<float>(parameter.value) + piece.first, data<const float>(parameter.value.grad()) + piece.first, mean, square, piece.count, c);
        }
    });
}

void AdamW::stepElsewhere(double learningRate, double gradientScale) {
    const double correction1 = 1.0 - std::pow(settings_.beta1, static_cast<double>(steps_));
    const double correction2 = 1.0 - std::pow(settings_.beta2, static_cast<double>(steps_));
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        auto value = parameters_[i].value.detach();
        if (!parameters_[i].value.grad().defined()) continue;
        auto& slot = slots_[i];
        auto target = slot.master.defined() ? slot.master : value;
        const auto gradient = parameters_[i].value.grad().to(torch::kFloat32) * gradientScale;
        target.mul_(1.0 - learningRate * parameters_[i].weightDecay);
        slot.mean.lerp_(gradient, 1.0 - settings_.beta1);
        slot.square.mul_(settings_.beta2).addcmul_(gradient, gradient, 1.0 - settings_.beta2);
        const auto denominator = slot.square.sqrt().div_(std::sqrt(correction2)).add_(settings_.epsilon);
        target.addcdiv_(slot.mean, denominator, -learningRate / correction1);
        if (slot.master.defined()) value.copy_(slot.master);
    }
}

void AdamW::clearGradients() {
    for (auto& parameter : parameters_) parameter.value.mutable_grad().reset();
}

AdamWState AdamW::state(std::size_t index) const { return {master(index), slots_.at(index).mean, slots_.at(index).square}; }

void AdamW::restore(std::size_t index, const AdamWState& state) {
    setMaster(index, state.master);
    setMoments(index, state.mean, state.square);
}

void AdamW::setMoments(std::size_t index, const torch::Tensor& mean, const torch::Tensor& square) {
    const auto& value = parameters_.at(index).value;
    if (mean.sizes() != value.sizes() || square.sizes() != value.sizes()) {
        throw Error(ErrorCode::InvalidInput, fmt::format("The optimiser state of {} has another shape than the weight. The checkpoint belongs to another model.", parameters_[index].name));
    }
    slots_[index].mean = mean.to(value.device(), torch::kFloat32).contiguous();
    slots_[index].square = square.to(value.device(), torch::kFloat32).contiguous();
}

std::uint64_t AdamW::stateBytes() const {
    std::uint64_t bytes = 0;
    for (const auto& slot : slots_) {
        for (const auto* tensor : {&slot.mean, &slot.square, &slot.lower, &slot.master}) {
            if (tensor->defined()) bytes += tensor->nbytes();
        }
    }
    return bytes;
}

}  // namespace lathe::tensor
