// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lathe/error.h>

#include "base/json.h"
#include "models/formats/adapter.h"
#include "models/formats/safetensors.h"
#include "models/loader.h"

namespace lathe::models {

namespace {

using base::Json;

struct DtypeNames {
    formats::TensorType stored;
    const char* name;
};

DtypeNames namesOf(torch::ScalarType dtype) {
    switch (dtype) {
        case torch::kFloat32: return {formats::TensorType::F32, "float32"};
        case torch::kBFloat16: return {formats::TensorType::BF16, "bfloat16"};
        case torch::kHalf: return {formats::TensorType::F16, "float16"};
        default:
            throw Error(ErrorCode::Unsupported,
                        fmt::format("Models cannot be saved as {}. Choose f32, bf16 or f16.", torch::toString(dtype)));
    }
}

torch::Tensor valueOf(const Parameter& parameter, const ParameterSource& source) {
    if (!source) {
        return parameter.value.detach();
    }
    const torch::Tensor value = source(parameter);
    return value.defined() ? value.detach() : parameter.value.detach();
}

/// Asks for the value and converts it when its turn comes, and lets go after its last element: one tensor at a time is
/// held twice.
formats::TensorToWrite toWrite(const std::string& name, const Parameter& parameter, const ParameterSource& source,
                               formats::TensorType type) {
    std::vector<std::int64_t> shape = parameter.value.sizes().vec();
    if (parameter.isTransposed) {
        std::swap(shape[0], shape[1]);
    }
    auto held = std::make_shared<torch::Tensor>();
    const auto read = [&parameter, source, held](std::uint64_t first, std::span<float> out) {
        const torch::NoGradGuard noGrad;
        if (!held->defined()) {
            const torch::Tensor value = valueOf(parameter, source);
            *held = (parameter.isTransposed ? value.t() : value).to(torch::kCPU, torch::kFloat32).contiguous();
        }
        const float* values = held->const_data_ptr<float>() + first;
        std::copy(values, values + out.size(), out.begin());
        if (first + out.size() == static_cast<std::uint64_t>(held->numel())) {
            *held = torch::Tensor();
        }
    };
    return formats::floatTensor(name, std::move(shape), type, read);
}

void copyTensor(Parameter& parameter, const formats::TensorSource& source, const formats::TensorInfo& info) {
    const torch::NoGradGuard noGrad;
    if (info.shape != parameter.fileShape()) {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("{}: tensor {} has shape [{}] but the model needs [{}]. The adapter belongs to another "
                                "model.",
                                source.description(), info.name, fmt::join(info.shape, ", "),
                                fmt::join(parameter.fileShape(), ", ")));
    }
    torch::Tensor stored = torch::empty(info.shape, torch::kFloat32);
    source.readFloat(info, {stored.data_ptr<float>(), static_cast<std::size_t>(stored.numel())});
    parameter.value.copy_(parameter.isTransposed ? stored.t() : stored);
}

/// Which parameter an adapter's tensor fills: an adapter matrix, or a fully trained one of modules_to_save.
Parameter* parameterOf(Model& model, const std::string& name) {
    for (Parameter& adapter : model.adapterParameters()) {
        if (adapter.name == name) {
            return &adapter;
        }
    }
    constexpr std::string_view kPrefix = "base_model.model.";
    return name.starts_with(kPrefix) ? model.findParameter(std::string_view(name).substr(kPrefix.size())) : nullptr;
}

LoraSettings settingsOf(const formats::LoraFileConfig& config) {
    LoraSettings settings;
    settings.r = config.r;
    settings.alpha = config.alpha;
    settings.dropout = config.dropout;
    settings.usesRsLora = config.useRslora;
    settings.targetModules = config.targetModules;
    settings.rankPattern = config.rankPattern;
    settings.alphaPattern = config.alphaPattern;
    if (config.targetModulesPattern == "all-linear") {
        settings.targetModules = {"all-linear"};
    } else if (!config.targetModulesPattern.empty()) {
        throw Error(ErrorCode::Unsupported,
                    fmt::format("adapter_config.json: target_modules is the pattern \"{}\". Only lists of names are "
                                "built in. Save the adapter with a list.",
                                config.targetModulesPattern));
    }
    return settings;
}

/// Names without their last part: "classifier.out_proj.weight" -> "classifier", as PEFT's modules_to_save has them.
std::string savedModuleOf(const std::string& parameter) { return parameter.substr(0, parameter.find('.')); }

/// "base_model.model.X.layers.3.mlp.up_proj.lora_A.weight" -> "X.layers.3.mlp.up_proj".
std::string adaptedModule(const std::string& adapterName) {
    constexpr std::size_t kPrefix = std::string_view("base_model.model.").size();
    return adapterName.substr(kPrefix, adapterName.find(".lora_") - kPrefix);
}

/// "X.layers.3.mlp.up_proj" -> "mlp.up_proj".
std::string withinLayer(const std::string& module) {
    for (std::size_t dot = module.find('.'); dot != std::string::npos; dot = module.find('.', dot + 1)) {
        const std::size_t digits = module.find_first_not_of("0123456789", dot + 1);
        if (digits != std::string::npos && digits > dot + 1 && module[digits] == '.') {
            return module.substr(digits + 1);
        }
    }
    return module;
}

/// Names that make peft adapt exactly these modules: as they were given, but "all-linear" by name (peft's own would
/// take in a pooler), and whole names where only some layers have adapters.
std::vector<std::string> targetsForFile(Model& model) {
    const LoraSettings& settings = model.loraSettings();
    const bool isSomeLayers = !settings.layersToTransform.empty();
    const bool isAll = std::find(settings.targetModules.begin(), settings.targetModules.end(), "all-linear") !=
                       settings.targetModules.end();
    if (!isSomeLayers && !isAll) {
        return settings.targetModules;
    }
    std::vector<std::string> names;
    for (const Parameter& adapter : model.adapterParameters()) {
        const std::string module = adaptedModule(adapter.name);
        const std::string name = isSomeLayers ? module : withinLayer(module);
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace

std::string configForSaving(const Model& model, torch::ScalarType dtype) {
    Json config = base::parseJson(model.configJson(), "config.json");
    config.erase("torch_dtype");
    config.erase("quantization_config");
    config["dtype"] = namesOf(dtype).name;
    return config.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void saveModel(const Model& model, const std::filesystem::path& folder, const SaveOptions& options,
               const ParameterSource& source) {
    const DtypeNames dtype = namesOf(options.dtype);
    std::vector<formats::TensorToWrite> tensors;
    for (const Parameter& parameter : model.parameters()) {
        tensors.push_back(toWrite(parameter.name, parameter, source, dtype.stored));
    }
    formats::writeModelFolder(folder, configForSaving(model, options.dtype), options.generationConfigJson, tensors,
                              options.maxShardBytes);
}

void saveAdapter(Model& model, const std::filesystem::path& folder, std::string_view baseModelName,
                 const ParameterSource& source) {
    const LoraSettings& settings = model.loraSettings();
    formats::LoraFileConfig config;
    config.baseModelName = std::string(baseModelName);
    config.r = settings.r;
    config.alpha = settings.alpha;
    config.dropout = settings.dropout;
    config.useRslora = settings.usesRsLora;
    config.fanInFanOut = model.architecture().isTransposed;
    config.targetModules = targetsForFile(model);
    config.rankPattern = settings.rankPattern;
    config.alphaPattern = settings.alphaPattern;
    std::vector<formats::TensorToWrite> tensors;
    for (const Parameter& adapter : model.adapterParameters()) {
        tensors.push_back(toWrite(adapter.name, adapter, source, formats::TensorType::F32));
    }
    if (model.architecture().head == HeadKind::LanguageModel) {
        config.taskType = "CAUSAL_LM";
    } else if (model.architecture().head == HeadKind::Classification) {
        config.taskType = "SEQ_CLS";
        for (const Parameter& parameter : model.parameters()) {
            const std::string module = savedModuleOf(parameter.name);
            if (!parameter.isHead || parameter.name.find(".pooler.") != std::string::npos) {
                continue;
            }
            if (std::find(config.modulesToSave.begin(), config.modulesToSave.end(), module) ==
                config.modulesToSave.end()) {
                config.modulesToSave.push_back(module);
            }
            tensors.push_back(toWrite("base_model.model." + parameter.name, parameter, source, formats::TensorType::F32));
        }
    }
    formats::writeAdapter(folder, config, tensors);
}

void loadAdapter(Model& model, const std::filesystem::path& folder) {
    const formats::AdapterFiles files = formats::readAdapter(folder);
    model.attachLora(settingsOf(files.config), 0);
    std::size_t filled = 0;
    for (const formats::TensorInfo& info : files.tensors->tensors()) {
        Parameter* parameter = parameterOf(model, info.name);
        if (parameter == nullptr) {
            throw Error(ErrorCode::CorruptFile,
                        fmt::format("{} holds a tensor {} that fits no module of this {} model. The adapter belongs to "
                                    "another model.",
                                    files.tensors->description(), info.name, model.architecture().modelType));
        }
        copyTensor(*parameter, *files.tensors, info);
        filled += info.name.find(".lora_") != std::string::npos ? 1 : 0;
    }
    if (filled != model.adapterParameters().size()) {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("{} has {} adapter matrices but this model and its config call for {}. The file is "
                                "incomplete or belongs to another model.",
                                files.tensors->description(), filled, model.adapterParameters().size()));
    }
}

}  // namespace lathe::models
