// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/rollouts.h"

#include <cmath>

#include <lathe/error.h>

#include "base/json.h"

namespace lathe::tasks {
namespace {

std::vector<float> floatsOf(const torch::Tensor& tensor) {
    const auto plain = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

}  // namespace

ValueHead::ValueHead(std::int64_t width, double learningRate) : learningRate_(learningRate) {
    weight_ = torch::zeros({width + 1});
    first_ = torch::zeros_like(weight_);
    second_ = torch::zeros_like(weight_);
    weight_.requires_grad_();
}

torch::Tensor ValueHead::values(const torch::Tensor& hidden) const {
    const auto width = weight_.size(0) - 1;
    const auto weight = weight_.to(hidden.device());
    // Scaled as attention does, so that its rate of learning does not depend on the width.
    return torch::mv(hidden.detach().to(torch::kFloat32), weight.narrow(0, 0, width)) / std::sqrt(static_cast<double>(width)) + weight.select(0, width);
}

void ValueHead::accumulate(const torch::Tensor& lossSum) {
    const auto gradient = torch::autograd::grad({lossSum}, {weight_}).front();
    gradient_ = gradient_.defined() ? gradient_ + gradient : gradient;
}

void ValueHead::step(double tokens) {
    constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    if (!gradient_.defined() || tokens <= 0) return;
    const torch::NoGradGuard guard;
    const auto gradient = gradient_ / tokens;
    gradient_.reset();
    if (!gradient.isfinite().all().item<bool>()) return;
    ++steps_;
    first_.mul_(beta1).add_(gradient, 1 - beta1);
    second_.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
    const auto mean = first_ / (1 - std::pow(beta1, static_cast<double>(steps_)));
    const auto spread = (second_ / (1 - std::pow(beta2, static_cast<double>(steps_)))).sqrt_().add_(epsilon);
    weight_.sub_(learningRate_ * mean / spread);
}

std::string ValueHead::state() const {
    if (!weight_.defined()) return {};
    return base::Json{{"weight", floatsOf(weight_)}, {"first", floatsOf(first_)}, {"second", floatsOf(second_)}, {"steps", steps_}}.dump();
}

void ValueHead::restore(const std::string& state) {
    if (state.empty()) return;
    const auto json = base::parseJson(state, "the value head");
    const auto take = [&](const char* key) { return torch::tensor(json.at(key).get<std::vector<float>>()); };
    if (json.at("weight").size() != static_cast<std::size_t>(weight_.numel()))
        throw Error(ErrorCode::CorruptFile, "The value head of the checkpoint does not fit the model. Its width is another. Start the run anew.");
    first_ = take("first");
    second_ = take("second");
    weight_ = take("weight").requires_grad_();
    steps_ = json.at("steps").get<std::int64_t>();
}

ReferenceWeights::ReferenceWeights(models::Model& model) {
    for (const auto& parameter : model.parameters())
        if (parameter.value.requires_grad()) kept_.push_back(parameter.value.detach().clone());
}

void ReferenceWeights::exchange(models::Model& model) {
    const torch::NoGradGuard guard;
    std::size_t next = 0;
    for (auto& parameter : model.parameters()) {
        if (!parameter.value.requires_grad()) continue;
        auto& kept = kept_.at(next++);
        const auto now = parameter.value.detach().clone();
        parameter.value.copy_(kept);
        kept.copy_(now);
    }
}

AsReference::AsReference(models::Model& model, ReferenceWeights& weights) : model_(model), weights_(weights) {
    if (model.hasLora()) off_.emplace(model);
    else weights_.exchange(model);
}

AsReference::~AsReference() {
    if (!off_) weights_.exchange(model_);
}

}  // namespace lathe::tasks
