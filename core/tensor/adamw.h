// SPDX-License-Identifier: GPL-3.0-or-later
/// AdamW (Loshchilov and Hutter 2019, alg. 2) over f32 and bf16 leaves (and f16 ones on a GPU), one pass over memory a step.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tensor/torch.h"

namespace lathe::tensor {

/// Names and defaults of torch.optim.AdamW and TrainingArguments.
struct AdamWSettings {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
};

/// One trained leaf.
struct AdamWParameter {
    std::string name;
    torch::Tensor value;     ///< contiguous leaf, f32 or bf16; its grad is read
    double weightDecay = 0;  ///< decoupled: the weight shrinks by lr * weightDecay first
};

/// Optimiser state of one parameter, for checkpoints. Shapes are those of the value.
struct AdamWState {
    torch::Tensor master;  ///< f32: what the weight really is
    torch::Tensor mean;    ///< f32, "exp_avg"
    torch::Tensor square;  ///< f32, "exp_avg_sq"
};

/// A bf16 leaf has an f32 master. On the CPU the master is kept as the leaf itself (the upper half, rounded to nearest) and
/// a 16-bit lower half, which together give the f32 value back exactly: 4 bytes a weight instead of 6. Elsewhere it is a
/// tensor of its own. f32 leaves are their own master. Not thread-safe.
class AdamW {
public:
    /// Starts from the leaves' present values. Throws InvalidInput for a leaf that is not contiguous f32 or bf16
    /// (f16 on a GPU). Moments are made at the first step, when what loading needed is free again.
    AdamW(std::vector<AdamWParameter> parameters, AdamWSettings settings);

    /// Sets masters (and so the leaves) of bf16 leaves from f32 values that bf16 cannot hold. [shape of the value], f32.
    void setMaster(std::size_t index, const torch::Tensor& f32);
    /// The f32 value of a parameter, a new tensor (or the leaf itself if it is f32).
    torch::Tensor master(std::size_t index) const;

    /// L2 norm over all gradients that are there, summed in f64; the same for any number of threads.
    double gradientNorm() const;
    /// One update with gradients multiplied by gradientScale (clipping, loss scaling). Parameters without gradient stay.
    void step(double learningRate, double gradientScale = 1.0);
    /// Drops all gradients.
    void clearGradients();

    std::int64_t steps() const { return steps_; }
    const std::vector<AdamWParameter>& parameters() const { return parameters_; }
    /// A copy where a master is split, views elsewhere.
    AdamWState state(std::size_t index) const;
    /// Mean and square of one parameter (views, f32); undefined before its first step.
    const torch::Tensor& mean(std::size_t index) const { return slots_.at(index).mean; }
    const torch::Tensor& square(std::size_t index) const { return slots_.at(index).square; }
    /// Puts back what state() gave; `steps` is what steps() was. Throws InvalidInput where shapes differ.
    void restore(std::size_t index, const AdamWState& state);
    void setMoments(std::size_t index, const torch::Tensor& mean, const torch::Tensor& square);  ///< takes them over
    void setSteps(std::int64_t steps) { steps_ = steps; }
    std::uint64_t stateBytes() const;  ///< beside the leaves

private:
    struct Slot {
        torch::Tensor mean;
        torch::Tensor square;
        torch::Tensor lower;   ///< int16, CPU bf16 leaves
        torch::Tensor master;  ///< f32, bf16 leaves elsewhere
    };
    void makeMoments();
    void stepOnCpu(double learningRate, double gradientScale);
    void stepElsewhere(double learningRate, double gradientScale);

    std::vector<AdamWParameter> parameters_;
    std::vector<Slot> slots_;
    AdamWSettings settings_;
    std::int64_t steps_ = 0;
};

}  // namespace lathe::tensor
