// SPDX-License-Identifier: GPL-3.0-or-later
/// Losses of preference training as functions of scores and log-probabilities, so that they can be held to other
/// implementations. All tensors f32; every function is differentiable in what it says it learns.
#pragma once
#include <optional>
#include <string>

#include "tensor/torch.h"

namespace lathe::tasks {

/// -log sigmoid(chosen - rejected - margin) + centre * (chosen + rejected)^2 of each pair, [B]. margin: [B] or undefined.
/// Source: TRL RewardTrainer 1.16 (Bradley-Terry; Llama 2, section 3.2.2 for the margin).
torch::Tensor rewardPairLoss(const torch::Tensor& chosen, const torch::Tensor& rejected, const torch::Tensor& margin, double centre);

struct DpoSettings {
    double beta = 0.1;
    std::string lossType = "sigmoid";  ///< "sigmoid", "hinge" or "ipo"
    double labelSmoothing = 0;         ///< of sigmoid: share of labels that may be wrong
};
/// Loss of each pair, [B], from log-ratios log pi - log ref of the chosen and the rejected answer, [B]. For "ipo" they are means over
/// the answer's tokens. Source: Rafailov et al. 2023, equation 7; TRL DPOTrainer 1.16; smoothing: Mitchell 2023 (cDPO).
torch::Tensor dpoLoss(const torch::Tensor& chosenLogRatio, const torch::Tensor& rejectedLogRatio, const DpoSettings& settings);

/// Generalised advantage estimation over [B, T]; mask [B, T] is 1 on answer tokens, which come first in each row. Rewards and values are
/// read there only. Source: Schulman et al. 2016; TRL's last PPO.
torch::Tensor generalisedAdvantages(const torch::Tensor& rewards, const torch::Tensor& values, const torch::Tensor& mask, double gamma, double lambda);

/// Mean 0 (or the old mean) and variance 1 over the masked places; the variance is the unbiased one. Others become 0.
enum class WhitenMean { Remove, Keep };
torch::Tensor whiten(const torch::Tensor& values, const torch::Tensor& mask, WhitenMean mean);

/// Price of a token's distance to the reference: "k1" = log pi - log ref, "k3" = ratio - 1 - log ratio (Schulman 2020).
torch::Tensor klEstimate(const torch::Tensor& logProbabilities, const torch::Tensor& reference, const std::string& estimator);

/// Terms of one mini-batch, each with the sum over the masked tokens, not the mean.
struct PolicyLoss {
    torch::Tensor sum;       ///< scalar, differentiable in `now`
    double clipped = 0;      ///< tokens where the clipped term is larger
    double approxKl = 0;     ///< sum of 0.5 (now - old)^2
    double ratio = 0;        ///< sum of exp(now - old)
};
PolicyLoss ppoPolicyLoss(const torch::Tensor& now, const torch::Tensor& old, const torch::Tensor& advantages, const torch::Tensor& mask, double cliprange);

struct ValueLoss {
    torch::Tensor sum;  ///< scalar: 0.5 max((v - r)^2, (clip(v) - r)^2) over the masked tokens
    double clipped = 0;
};
ValueLoss ppoValueLoss(const torch::Tensor& now, const torch::Tensor& old, const torch::Tensor& returns, const torch::Tensor& mask, double cliprange);

}  // namespace lathe::tasks
