// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/objectives.h"

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::tasks {

torch::Tensor rewardPairLoss(const torch::Tensor& chosen, const torch::Tensor& rejected, const torch::Tensor& margin, double centre) {
    auto distance = chosen - rejected;
    if (margin.defined()) distance = distance - margin;
    auto loss = -torch::log_sigmoid(distance);
    if (centre != 0) loss = loss + centre * (chosen + rejected).square();
    return loss;
}

torch::Tensor dpoLoss(const torch::Tensor& chosenLogRatio, const torch::Tensor& rejectedLogRatio, const DpoSettings& settings) {
    const auto delta = chosenLogRatio - rejectedLogRatio;
    if (settings.lossType == "sigmoid") {
        const double smoothing = settings.labelSmoothing;
        auto loss = -torch::log_sigmoid(settings.beta * delta) * (1 - smoothing);
        if (smoothing > 0) loss = loss - torch::log_sigmoid(-settings.beta * delta) * smoothing;
        return loss;
    }
    if (settings.lossType == "hinge") return torch::relu(1 - settings.beta * delta);
    if (settings.lossType == "ipo") {
        if (settings.beta <= 0) throw Error(ErrorCode::InvalidInput, "dpo.beta is 0. The loss ipo divides by it. Use a value above 0.");
        return (delta - 1 / (2 * settings.beta)).square();
    }
    throw Error(ErrorCode::InvalidInput, fmt::format("The DPO loss \"{}\" is not known. It can be sigmoid, hinge or ipo. Choose one.", settings.lossType));
}

torch::Tensor generalisedAdvantages(const torch::Tensor& rewards, const torch::Tensor& values, const torch::Tensor& mask, double gamma, double lambda) {
    const torch::NoGradGuard guard;
    const std::int64_t tokens = rewards.size(1);
    const auto r = rewards * mask;
    const auto v = values * mask;
    auto advantages = torch::zeros_like(rewards);
    auto next = torch::zeros({rewards.size(0)}, rewards.options());
    auto nextValue = torch::zeros_like(next);
    for (std::int64_t t = tokens - 1; t >= 0; --t) {
        const auto inside = mask.select(1, t);
        const auto delta = r.select(1, t) + gamma * nextValue - v.select(1, t);
        next = (delta + gamma * lambda * next) * inside;
        nextValue = v.select(1, t);
        advantages.select(1, t).copy_(next);
    }
    return advantages;
}

torch::Tensor whiten(const torch::Tensor& values, const torch::Tensor& mask, WhitenMean mean) {
    const torch::NoGradGuard guard;
    const double count = mask.sum().item<double>();
    if (count < 2) return values * mask;
    const auto average = (values * mask).sum() / count;
    const auto variance = ((values - average).square() * mask).sum() / (count - 1);
    auto white = (values - average) * torch::rsqrt(variance + 1e-8);
    if (mean == WhitenMean::Keep) white = white + average;
    return white * mask;
}

torch::Tensor klEstimate(const torch::Tensor& logProbabilities, const torch::Tensor& reference, const std::string& estimator) {
    const auto logRatio = reference - logProbabilities;
    if (estimator == "k1") return -logRatio;
    if (estimator == "k3") return logRatio.exp() - 1 - logRatio;
    throw Error(ErrorCode::InvalidInput, fmt::format("The KL estimator \"{}\" is not known. It can be k1 or k3. Choose one.", estimator));
}

PolicyLoss ppoPolicyLoss(const torch::Tensor& now, const torch::Tensor& old, const torch::Tensor& advantages, const torch::Tensor& mask, double cliprange) {
    const auto difference = now - old;
    const auto ratio = difference.exp();
    const auto plain = -advantages * ratio;
    const auto clipped = -advantages * ratio.clamp(1 - cliprange, 1 + cliprange);
    PolicyLoss loss;
    loss.sum = (torch::max(plain, clipped) * mask).sum();
    const torch::NoGradGuard guard;
    loss.clipped = (clipped.gt(plain).to(mask.scalar_type()) * mask).sum().item<double>();
    loss.approxKl = (0.5 * difference.square() * mask).sum().item<double>();
    loss.ratio = (ratio * mask).sum().item<double>();
    return loss;
}

ValueLoss ppoValueLoss(const torch::Tensor& now, const torch::Tensor& old, const torch::Tensor& returns, const torch::Tensor& mask, double cliprange) {
    const auto held = torch::max(torch::min(now, old + cliprange), old - cliprange);
    const auto plain = (now - returns).square();
    const auto clipped = (held - returns).square();
    ValueLoss loss;
    loss.sum = 0.5 * (torch::max(plain, clipped) * mask).sum();
    const torch::NoGradGuard guard;
    loss.clipped = (clipped.gt(plain).to(mask.scalar_type()) * mask).sum().item<double>();
    return loss;
}

}  // namespace lathe::tasks
