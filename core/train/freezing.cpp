// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/freezing.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::train {
namespace {

using models::Parameter;

void attachAdapter(models::Model& model, const LoraSpec& spec, std::uint64_t seed) {
    if (model.hasLora()) return;  // the model's own adapter is trained on
    models::LoraSettings settings;
    settings.r = spec.r;
    settings.alpha = spec.alpha;
    settings.dropout = spec.dropout;
    settings.usesRsLora = spec.useRslora;
    settings.targetModules = spec.targetModules;
    model.attachLora(settings, seed);
}

void applyPatterns(std::vector<Parameter>& parameters, const std::vector<std::string>& patterns) {
    for (const auto& entry : patterns) {
        const bool makesTrainable = entry.starts_with('!');
        const std::string_view pattern = std::string_view(entry).substr(makesTrainable ? 1 : 0);
        bool isUsed = false;
        for (auto& parameter : parameters) {
            if (!matchesGlob(pattern, parameter.name)) continue;
            parameter.value.set_requires_grad(makesTrainable);
            isUsed = true;
        }
        if (!isUsed) {
            throw Error(ErrorCode::InvalidInput, fmt::format("The pattern \"{}\" in trainable.freeze matches no parameter. Names look like \"{}\". Correct or remove it.", entry,
                                                             parameters.empty() ? "" : parameters[parameters.size() / 2].name));
        }
    }
}

void collect(std::vector<Parameter>& parameters, FreezingPlan& plan) {
    for (auto& parameter : parameters) {
        plan.totalCount += parameter.value.numel();
        if (!parameter.value.requires_grad()) continue;
        plan.trainable.push_back(&parameter);
        plan.trainableCount += parameter.value.numel();
        plan.firstTrainableLayer = std::min(plan.firstTrainableLayer, parameter.layer);
    }
}

}  // namespace

bool matchesGlob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] == text[t] && pattern[p] != '*'))) {
            ++p;
            ++t;
        } else if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

FreezingPlan applyFreezing(models::Model& model, const TrainableSpec& spec, std::uint64_t seed) {
    if (spec.mode == "lora") attachAdapter(model, spec.lora, seed);
    else if (model.hasLora()) model.mergeAndDropLora();
    auto& parameters = model.parameters();
    const int firstOpen = std::max(0, model.numLayers() - static_cast<int>(std::min<std::int64_t>(spec.lastLayers, model.numLayers())));
    for (auto& parameter : parameters) {
        bool isTrained = spec.mode == "all" || spec.mode == "pattern";
        if (spec.mode == "last_layers") isTrained = parameter.layer >= firstOpen || parameter.isHead || (spec.trainEmbeddings && parameter.layer < 0);
        if (spec.mode == "lora") isTrained = parameter.isHead && model.architecture().head == models::HeadKind::Classification;
        parameter.value.set_requires_grad(isTrained);
    }
    if (spec.mode == "pattern") applyPatterns(parameters, spec.freeze);
    FreezingPlan plan;
    plan.firstTrainableLayer = model.numLayers() + 1;
    collect(parameters, plan);
    if (model.hasLora()) {
        for (auto& parameter : model.adapterParameters()) parameter.value.set_requires_grad(true);
        collect(model.adapterParameters(), plan);
    }
    if (plan.trainable.empty()) {
        throw Error(ErrorCode::InvalidInput, "Nothing would be trained. All parameters are frozen. Change trainable.mode, trainable.last_layers or trainable.freeze.");
    }
    return plan;
}

std::vector<LayerInfo> layerTree(const models::Model& model) {
    std::map<int, LayerInfo> layers;
    for (const auto& parameter : model.parameters()) {
        auto& layer = layers[parameter.layer];
        layer.index = parameter.layer;
        layer.parameters += parameter.value.numel();
        layer.isTrainable = parameter.value.requires_grad();
        if (!layer.name.empty()) continue;
        layer.name = parameter.name;
        const std::string number = fmt::format(".{}.", parameter.layer);
        if (const auto place = parameter.name.find(number); parameter.layer >= 0 && place != std::string::npos) layer.name = parameter.name.substr(0, place + number.size() - 1);
    }
    std::vector<LayerInfo> result;
    for (auto& [index, layer] : layers) {
        if (index < 0) layer.name = "embeddings";
        if (index == model.numLayers()) layer.name = "head";
        result.push_back(layer);
    }
    return result;
}

}  // namespace lathe::train
