// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/loader.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lathe/error.h>

#include "base/json.h"
#include "models/family.h"
#include "models/formats/adapter.h"
#include "models/formats/model_files.h"
#include "models/initialise.h"

namespace lathe::models {

namespace {

using base::Json;

/// The head that config.json's architectures names; without it decoders get a language-model head and encoders none.
HeadKind headOf(const Json& config, const Family& family) {
    std::string name;
    const auto found = config.find("architectures");
    if (found != config.end() && found->is_array() && !found->empty() && found->front().is_string()) {
        name = found->front().get<std::string>();
    }
    if (name == family.classifierClass) {
        return HeadKind::Classification;
    }
    if (family.languageModelClass.empty() || name == family.baseClass) {
        return HeadKind::None;
    }
    return HeadKind::LanguageModel;
}

std::string_view className(const Family& family, HeadKind head) {
    switch (head) {
        case HeadKind::None: return family.baseClass;
        case HeadKind::LanguageModel: return family.languageModelClass;
        case HeadKind::Classification: return family.classifierClass;
    }
    return family.baseClass;
}

void applyRequest(Json& config, const Family& family, const HeadRequest& request) {
    config["architectures"] = Json::array({std::string(className(family, request.kind))});
    if (request.kind != HeadKind::Classification) {
        return;
    }
    if (request.labels.empty()) {
        throw Error(ErrorCode::InvalidInput, "A classification head needs at least one label. None was given.");
    }
    Json byId = Json::object();
    Json byLabel = Json::object();
    for (std::size_t i = 0; i < request.labels.size(); ++i) {
        byId[std::to_string(i)] = request.labels[i];
        byLabel[request.labels[i]] = i;
    }
    config["id2label"] = std::move(byId);
    config["label2id"] = std::move(byLabel);
    config.erase("num_labels");
    if (request.problemType.empty()) {
        config.erase("problem_type");
    } else {
        config["problem_type"] = request.problemType;
    }
}

struct Plan {
    Architecture architecture;
    Json config;
    std::vector<std::string> labels;
};

Plan planFor(Json config, const LoadOptions& options) {
    if (!config.is_object()) {
        throw Error(ErrorCode::CorruptFile,
                    "config.json does not hold an object. Take the file from the model's source again.");
    }
    const std::string modelType = ConfigReader(config).text("model_type", "");
    const Family& family = familyOf(modelType);
    if (options.head) {
        if (options.head->kind == HeadKind::LanguageModel && family.languageModelClass.empty()) {
            throw Error(ErrorCode::Unsupported,
                        fmt::format("A {} model is an encoder and has no language-model head. Choose a model for text "
                                    "generation, such as gpt2, llama or qwen2.",
                                    modelType));
        }
        applyRequest(config, family, *options.head);
    }
    Plan plan;
    const ConfigReader reader(config);
    plan.architecture = family.read(reader);
    plan.architecture.head = headOf(config, family);
    config["architectures"] = Json::array({std::string(className(family, plan.architecture.head))});
    if (plan.architecture.head == HeadKind::Classification) {
        plan.architecture.numLabels = reader.numLabels();
        for (std::int64_t i = 0; i < plan.architecture.numLabels; ++i) {
            const std::string key = std::to_string(i);
            const bool isNamed = config.contains("id2label") && config["id2label"].is_object() &&
                                 config["id2label"].contains(key) && config["id2label"][key].is_string();
            plan.labels.push_back(isNamed ? config["id2label"][key].get<std::string>() : "LABEL_" + key);
        }
    }
    // Base encoders have a pooler; of the classifiers only BERT's reads it.
    const bool hasPooler = plan.architecture.head == HeadKind::None ||
                           plan.architecture.classifier == ClassifierKind::FirstTokenTanhPooler;
    if (!hasPooler) {
        std::erase_if(plan.architecture.finalRoles, [](const NamedRole& named) { return named.role == Role::Pooler; });
    }
    plan.config = std::move(config);
    return plan;
}

/// The file's tensor for a parameter: under its name, or with the base prefix added or left out.
const formats::TensorInfo* findTensor(const formats::TensorSource& source, const Architecture& a,
                                      const ParameterInfo& info) {
    if (const auto* found = source.find(info.name)) {
        return found;
    }
    if (a.head == HeadKind::None) {
        return source.find(a.basePrefix + info.name);
    }
    return info.name.starts_with(a.basePrefix) ? source.find(std::string_view(info.name).substr(a.basePrefix.size()))
                                               : nullptr;
}

/// Which tensor fills each parameter; null: it is drawn. Everything is checked before any memory is taken.
std::vector<const formats::TensorInfo*> matchTensors(const formats::TensorSource& source, const Architecture& a,
                                                     const std::vector<ParameterInfo>& layout, bool isHeadRequested) {
    std::vector<const formats::TensorInfo*> matched;
    for (const ParameterInfo& info : layout) {
        const formats::TensorInfo* found = findTensor(source, a, info);
        const bool mayBeNew = info.role == Role::Pooler || (info.isHead && isHeadRequested);
        if (found == nullptr && !mayBeNew) {
            throw Error(ErrorCode::CorruptFile,
                        fmt::format("{} has no tensor {} of shape [{}], which its config.json calls for. The file is "
                                    "incomplete or belongs to another model. Fetch it again.",
                                    source.description(), info.name, fmt::join(info.fileShape(), ", ")));
        }
        if (found != nullptr && found->shape != info.fileShape()) {
            if (!mayBeNew) {
                throw Error(ErrorCode::CorruptFile,
                            fmt::format("{}: tensor {} has shape [{}] but config.json calls for [{}]. Weights and "
                                        "config belong to different "
                                        "models. Fetch both again.",
                                        source.description(), found->name, fmt::join(found->shape, ", "),
                                        fmt::join(info.fileShape(), ", ")));
            }
            found = nullptr;
        }
        matched.push_back(found);
    }
    return matched;
}

bool isHarmless(const std::string& name, const Architecture& a) {
    const auto endsWith = [&](const std::string& ending) { return name.ends_with(ending); };
    const auto startsWith = [&](const std::string& beginning) { return name.starts_with(beginning); };
    return std::any_of(a.ignoredEndings.begin(), a.ignoredEndings.end(), endsWith) ||
           std::any_of(a.otherHeads.begin(), a.otherHeads.end(), startsWith);
}

/// Names of tensors nobody reads. Throws CorruptFile for one that this architecture cannot explain.
std::vector<std::string> unusedTensors(const formats::TensorSource& source, const Architecture& a,
                                       const std::vector<const formats::TensorInfo*>& matched) {
    std::set<std::string_view> used;
    for (const auto* info : matched) {
        if (info != nullptr) {
            used.insert(info->name);
        }
    }
    std::vector<std::string> unused;
    for (const formats::TensorInfo& info : source.tensors()) {
        if (used.contains(info.name)) {
            continue;
        }
        if (!isHarmless(info.name, a)) {
            throw Error(ErrorCode::CorruptFile,
                        fmt::format("{} holds a tensor {} of shape [{}] that a {} model with this config.json does not "
                                    "have. Weights and "
                                    "config belong to different models. Fetch both again.",
                                    source.description(), info.name, fmt::join(info.shape, ", "), a.modelType));
        }
        unused.push_back(info.name);
    }
    return unused;
}

void readInto(Parameter& parameter, const formats::TensorSource& source, const formats::TensorInfo& info) {
    const torch::NoGradGuard noGrad;
    if (!parameter.isTransposed) {
        source.readFloat(info, {parameter.value.data_ptr<float>(), static_cast<std::size_t>(parameter.value.numel())});
        return;
    }
    const torch::Tensor stored = torch::empty(parameter.fileShape(), torch::kFloat32);
    source.readFloat(info, {stored.data_ptr<float>(), static_cast<std::size_t>(stored.numel())});
    parameter.value.copy_(stored.t());
}

LoadedModel build(Plan plan, const formats::TensorSource* source, const LoadOptions& options) {
    const std::vector<ParameterInfo> layout = parameterLayout(plan.architecture);
    std::vector<const formats::TensorInfo*> matched(layout.size(), nullptr);
    LoadedModel loaded;
    if (source != nullptr) {
        matched = matchTensors(*source, plan.architecture, layout, options.head.has_value());
        loaded.unused = unusedTensors(*source, plan.architecture, matched);
    }
    loaded.labels = std::move(plan.labels);
    loaded.model =
        std::make_unique<Model>(plan.architecture, plan.config.dump(2, ' ', false, Json::error_handler_t::replace));
    auto& parameters = loaded.model->parameters();
    for (std::size_t i = 0; i < layout.size(); ++i) {
        if (matched[i] != nullptr) {
            readInto(parameters[i], *source, *matched[i]);
        } else {
            initialiseParameter(parameters[i], layout[i], plan.architecture, options.seed);
            loaded.initialised.push_back(parameters[i].name);
        }
    }
    if (options.device != torch::kCPU) {
        loaded.model->moveTo(options.device);
    }
    return loaded;
}

/// Where the base model of an adapter lies: beside the adapter, or where its config says.
std::filesystem::path baseOf(const std::filesystem::path& folder, const formats::LoraFileConfig& config) {
    for (const std::filesystem::path& place :
         {folder / config.baseModelName, std::filesystem::path(config.baseModelName)}) {
        if (!config.baseModelName.empty() && (formats::isModelPath(place) || formats::isAdapterFolder(place)) &&
            !std::filesystem::equivalent(place, folder)) {
            return place;
        }
    }
    throw Error(
        ErrorCode::NotFound,
        fmt::format("The adapter in {} belongs to the model \"{}\", which is not there. Load that model and add "
                    "the adapter to it.",
                    folder.string(), config.baseModelName));
}

/// Adapters that name each other as their base would be read for ever.
void refuseCircle(const std::filesystem::path& folder) {
    constexpr int kMostAdapters = 16;
    std::filesystem::path place = folder;
    for (int depth = 0; depth < kMostAdapters; ++depth) {
        if (!formats::isAdapterFolder(place) || std::filesystem::exists(place / "config.json")) {
            return;
        }
        place = baseOf(place, formats::readAdapter(place).config);
    }
    throw Error(ErrorCode::CorruptFile,
                fmt::format("The adapter in {} has no model under it. More than {} adapters lie on each other, or they "
                            "name each other. Correct base_model_name_or_path in its adapter_config.json.",
                            folder.string(), kMostAdapters));
}

/// The head that a classification adapter carries, by the rows of its saved weights.
std::optional<HeadRequest> headOfAdapter(const formats::AdapterFiles& files) {
    if (files.config.taskType != "SEQ_CLS") {
        return std::nullopt;
    }
    for (const char* name : {"score.weight", "classifier.weight", "classifier.out_proj.weight"}) {
        if (const auto* info = files.tensors->find(std::string("base_model.model.") + name);
            info != nullptr && info->shape.size() == 2) {
            HeadRequest request;
            for (std::int64_t i = 0; i < info->shape[0]; ++i) {
                request.labels.push_back("LABEL_" + std::to_string(i));
            }
            return request;
        }
    }
    return std::nullopt;
}

LoadedModel loadAdapterFolder(const std::filesystem::path& folder, const LoadOptions& options) {
    refuseCircle(folder);
    const formats::AdapterFiles files = formats::readAdapter(folder);
    LoadOptions withHead = options;
    if (!withHead.head) {
        withHead.head = headOfAdapter(files);
    }
    LoadedModel loaded = loadModel(baseOf(folder, files.config), withHead);
    // An adapter on an adapter: what the lower one learnt is part of the base.
    if (loaded.model->hasLora()) {
        loaded.model->mergeAndDropLora();
    }
    loadAdapter(*loaded.model, folder);
    return loaded;
}

}  // namespace

LoadedModel loadModel(const std::filesystem::path& path, const LoadOptions& options) {
    const bool isAdapter = formats::isAdapterFolder(path);
    if (isAdapter && !std::filesystem::exists(path / "config.json")) {
        return loadAdapterFolder(path, options);
    }
    formats::ModelFiles files = formats::openModelFiles(path);
    LoadedModel loaded = build(planFor(std::move(files.config), options), files.tensors.get(), options);
    if (files.generationConfig.is_object()) {
        loaded.generationConfigJson = files.generationConfig.dump(2, ' ', false, Json::error_handler_t::replace);
    }
    if (isAdapter) {
        loadAdapter(*loaded.model, path);
    }
    return loaded;
}

LoadedModel createModel(std::string_view configJson, const LoadOptions& options) {
    return build(planFor(base::parseJson(configJson, "config.json"), options), nullptr, options);
}

}  // namespace lathe::models
