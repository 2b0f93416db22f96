// SPDX-License-Identifier: GPL-3.0-or-later
/// Answers that a policy wrote for ppo, with all that an update needs of them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tasks/task.h"
#include "tensor/torch.h"

namespace lathe::tasks {

/// The answers of step n are drawn with the seed base::RandomStream(training.seed, kRolloutStream, n).next(), so that a resumed run draws the same ones.
constexpr std::uint64_t kRolloutStream = 0x9901;

struct Rollout {
    std::int64_t example = 0;
    Sequence sequence;             ///< prompt, then the answer, which is what is trained
    std::int64_t answerTokens = 0;
    bool hasEnd = false;           ///< it ends with EOS
    std::string text;              ///< the answer
    double score = 0;              ///< of the reward, penalty for a missing end included
    torch::Tensor stream;          ///< [tokens, D] that entered the lowest trained layer; undefined if nothing is frozen or once it was handed on
    torch::Tensor old;             ///< [n] log pi of the answer's tokens when they were written
    torch::Tensor reference;       ///< [n]
    torch::Tensor values;          ///< [n]; ppo only
    torch::Tensor advantages;      ///< [n]
    torch::Tensor returns;         ///< [n]; ppo only
    double kl = 0;                 ///< summed over the answer
    double entropy = 0;            ///< mean over the answer
};

/// A linear value function on the policy's final hidden states, with an Adam of its own. The policy's weights learn nothing from it.
class ValueHead {
public:
    ValueHead() = default;
    ValueHead(std::int64_t width, double learningRate);
    /// hidden [n, D] -> [n] f32.
    torch::Tensor values(const torch::Tensor& hidden) const;
    /// Adds the gradient of a part of an update's loss, a sum over tokens.
    void accumulate(const torch::Tensor& lossSum);
    /// One step of Adam with what was added, divided by `tokens`. A gradient that is not finite is dropped.
    void step(double tokens);
    std::string state() const;  ///< JSON
    void restore(const std::string& state);

private:
    torch::Tensor weight_;  ///< [D + 1], the last one is the bias
    torch::Tensor first_;   ///< Adam's moments
    torch::Tensor second_;
    torch::Tensor gradient_;  ///< of the update under way; undefined before its first part
    std::int64_t steps_ = 0;
    double learningRate_ = 1e-3;
};

/// The starting values of the weights that are trained, to put into the model while the reference answers.
class ReferenceWeights {
public:
    ReferenceWeights() = default;
    explicit ReferenceWeights(models::Model& model);
    /// Exchanges the model's trained weights with the kept ones; twice gives them back.
    void exchange(models::Model& model);

private:
    std::vector<torch::Tensor> kept_;
};

/// While it lives the model answers as the reference: adapter off, or its starting weights.
class AsReference {
public:
    AsReference(models::Model& model, ReferenceWeights& weights);
    ~AsReference();
    AsReference(const AsReference&) = delete;
    AsReference& operator=(const AsReference&) = delete;

private:
    models::Model& model_;
    ReferenceWeights& weights_;
    std::optional<models::AdapterOff> off_;
};

}  // namespace lathe::tasks
