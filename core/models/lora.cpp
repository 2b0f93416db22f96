// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lora.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lathe/error.h>

#include "base/random.h"
#include "models/model_impl.h"

namespace lathe::models {

namespace {

constexpr std::uint64_t kLoraStream = 0x4c6f5241;

/// PEFT: the name itself or the end of it after a dot.
bool matches(std::string_view name, std::string_view target) {
    return name == target ||
           (name.size() > target.size() && name.ends_with(target) && name[name.size() - target.size() - 1] == '.');
}

bool isTarget(const std::string& module, int layer, const LoraSettings& settings,
              const std::vector<std::string>& targets) {
    const auto& layers = settings.layersToTransform;
    if (!layers.empty() && std::find(layers.begin(), layers.end(), layer) == layers.end()) {
        return false;
    }
    return std::any_of(targets.begin(), targets.end(),
                       [&](const std::string& target) { return target == "all-linear" || matches(module, target); });
}

template <typename Value>
Value valueFor(const std::string& module, const std::map<std::string, Value>& pattern, Value otherwise) {
    for (const auto& [target, value] : pattern) {
        if (matches(module, target)) {
            return value;
        }
    }
    return otherwise;
}

void checkSettings(const LoraSettings& settings) {
    const auto isRank = [](std::int64_t r) { return r >= 1 && r <= 65536; };
    for (const auto& [module, r] : settings.rankPattern) {
        if (!isRank(r)) {
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("LoRA rank_pattern gives {} rank {}. It must be 1 to 65536.", module, r));
        }
    }
    if (!isRank(settings.r)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("LoRA r is {}. It must be 1 to 65536.", settings.r));
    }
    if (!(settings.dropout >= 0 && settings.dropout < 1) || !std::isfinite(settings.alpha)) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("LoRA lora_dropout {} or lora_alpha {} is out of range. Dropout must be in [0, 1) and "
                                "alpha finite.",
                                settings.dropout, settings.alpha));
    }
    if (settings.targetModules.empty()) {
        throw Error(ErrorCode::InvalidInput,
                    "LoRA target_modules is empty. Give \"auto\", \"all-linear\" or module names.");
    }
}

/// kaiming_uniform with a = sqrt(5): uniform in +-1/sqrt(in).
torch::Tensor drawA(std::int64_t r, std::int64_t inputs, base::RandomStream& random) {
    torch::Tensor a = torch::empty({r, inputs}, torch::kFloat32);
    auto* out = a.data_ptr<float>();
    const double bound = 1.0 / std::sqrt(static_cast<double>(inputs));
    for (std::int64_t i = 0; i < a.numel(); ++i) {
        out[i] = static_cast<float>((2.0 * random.uniform() - 1.0) * bound);
    }
    return a;
}

tensor::LoraPair makePair(const tensor::LinearPart& part, std::int64_t inputs, const LoraSettings& settings,
                          base::RandomStream& random) {
    const std::int64_t r = valueFor(part.name, settings.rankPattern, settings.r);
    const double alpha = valueFor(part.name, settings.alphaPattern, settings.alpha);
    tensor::LoraPair pair;
    pair.scaling = settings.usesRsLora ? alpha / std::sqrt(static_cast<double>(r)) : alpha / static_cast<double>(r);
    pair.dropout = settings.dropout;
    const auto options = part.weight.options().requires_grad(false);
    pair.a = drawA(r, inputs, random).to(options).set_requires_grad(true);
    pair.b = torch::zeros({part.rows, r}, options).set_requires_grad(true);
    return pair;
}

}  // namespace

void Model::attachLora(const LoraSettings& settings, std::uint64_t seed) {
    checkSettings(settings);
    if (hasLora()) {
        throw Error(ErrorCode::InvalidInput, "This model already has adapters. Merge or drop them first.");
    }
    std::vector<std::string> targets;
    for (const std::string& target : settings.targetModules) {
        if (target == "auto") {
            const auto& automatic = impl_->architecture.loraAutoTargets;
            targets.insert(targets.end(), automatic.begin(), automatic.end());
        } else {
            targets.push_back(target);
        }
    }
    base::RandomStream random(seed, kLoraStream);
    std::vector<Parameter> adapters;
    for (std::size_t layer = 0; layer < impl_->blocks.size(); ++layer) {
        Block& block = impl_->blocks[layer];
        for (tensor::Linear* linear :
             {&block.queryKeyValue, &block.attentionOutput, &block.mlpInput, &block.mlpOutput}) {
            for (tensor::LinearPart& part : linear->parts()) {
                if (isTarget(part.name, static_cast<int>(layer), settings, targets)) {
                    part.lora = makePair(part, linear->inputs(), settings, random);
                    const std::string name = "base_model.model." + part.name;
                    adapters.push_back({name + ".lora_A.weight", part.lora->a, static_cast<int>(layer),
                                        ParameterKind::Matrix, false, false});
                    adapters.push_back({name + ".lora_B.weight", part.lora->b, static_cast<int>(layer),
                                        ParameterKind::Matrix, false, false});
                }
            }
        }
    }
    if (adapters.empty()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("LoRA target_modules {} match no linear layer of this {} model. Its default is {}.",
                                fmt::join(targets, ", "), impl_->architecture.modelType,
                                fmt::join(impl_->architecture.loraAutoTargets, ", ")));
    }
    impl_->lora = settings;
    impl_->lora->targetModules = targets;
    impl_->adapterParameters = std::move(adapters);
    impl_->isMerged = false;
    setAdapterState(AdapterState::Enabled);
}

bool Model::hasLora() const { return impl_->lora.has_value(); }

bool Model::hasDropout() const { return impl_->architecture.hasDropout() || (hasLora() && impl_->lora->dropout > 0); }

const LoraSettings& Model::loraSettings() const {
    if (!hasLora()) {
        throw Error(ErrorCode::InvalidInput, "This model has no adapters. Attach or load some first.");
    }
    return *impl_->lora;
}

std::vector<Parameter>& Model::adapterParameters() { return impl_->adapterParameters; }

void Model::setAdapterState(AdapterState state) {
    if (state == AdapterState::Disabled && impl_->isMerged) {
        throw Error(ErrorCode::InvalidInput,
                    "Adapters that are merged into the weights cannot be switched off. Unmerge them first.");
    }
    impl_->adapterState = state;
    for (tensor::Linear* linear : impl_->blockLinears()) {
        linear->isLoraEnabled = state == AdapterState::Enabled && !impl_->isMerged;
    }
}

AdapterState Model::adapterState() const { return impl_->adapterState; }

bool Model::isLoraMerged() const { return impl_->isMerged; }

void Model::mergeLora() {
    if (!hasLora() || impl_->isMerged) {
        return;
    }
    const torch::NoGradGuard noGrad;
    for (tensor::Linear* linear : impl_->blockLinears()) {
        for (tensor::LinearPart& part : linear->parts()) {
            if (part.lora) {
                impl_->beforeMerge.push_back(part.weight.detach().clone());
                const torch::Tensor delta = at::mm(part.lora->b.to(torch::kFloat32), part.lora->a.to(torch::kFloat32));
                part.weight.copy_(part.weight.to(torch::kFloat32).add(delta, part.lora->scaling));
            }
        }
    }
    impl_->isMerged = true;
    setAdapterState(impl_->adapterState);
}

void Model::unmergeLora() {
    if (!impl_->isMerged) {
        return;
    }
    const torch::NoGradGuard noGrad;
    std::size_t next = 0;
    for (tensor::Linear* linear : impl_->blockLinears()) {
        for (tensor::LinearPart& part : linear->parts()) {
            if (part.lora) {
                part.weight.copy_(impl_->beforeMerge.at(next++));
            }
        }
    }
    impl_->beforeMerge.clear();
    impl_->isMerged = false;
    setAdapterState(impl_->adapterState);
}

void Model::mergeAndDropLora() {
    mergeLora();
    for (tensor::Linear* linear : impl_->blockLinears()) {
        for (tensor::LinearPart& part : linear->parts()) {
            part.lora.reset();
        }
    }
    impl_->beforeMerge.clear();
    impl_->adapterParameters.clear();
    impl_->lora.reset();
    impl_->isMerged = false;
    setAdapterState(AdapterState::Enabled);
}

}  // namespace lathe::models
