// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_library.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/json.h"
#include "models/formats/adapter.h"
#include "models/formats/model_files.h"
#include "workspace/workspace.h"

namespace lathe::session {
namespace {

namespace fs = std::filesystem;
using base::Json;

bool isFolderWithWeights(const fs::path& folder) { return formats::isAdapterFolder(folder) || formats::isModelPath(folder); }

/// The best model of a run's folder, or its newest checkpoint.
fs::path modelOfRun(const fs::path& run) {
    if (isFolderWithWeights(run / "best")) return run / "best";
    std::pair<std::int64_t, fs::path> newest{-1, {}};
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(run / "checkpoints", ignored)) {
        const std::string name = entry.path().filename().string();
        const auto dash = name.rfind('-');
        if (dash == std::string::npos || name.find_first_not_of("0123456789", dash + 1) != std::string::npos || !isFolderWithWeights(entry.path())) continue;
        newest = std::max(newest, {std::stoll("0" + name.substr(dash + 1)), entry.path()});
    }
    if (newest.first < 0)
        throw Error(ErrorCode::NotFound, fmt::format("The run {} has no model yet. It has saved neither a best model nor a checkpoint. Let it train on, or choose another model.", run.string()), {run.string()});
    return newest.second;
}

ResolvedModel resolvePath(const fs::path& path) {
    const fs::path absolute = fs::absolute(path).lexically_normal();
    const std::string name = absolute.filename().empty() ? absolute.parent_path().filename().string() : absolute.filename().string();
    if (fs::is_directory(absolute) && fs::exists(absolute / "run.json") && !isFolderWithWeights(absolute))
        return {name, modelOfRun(absolute), "run", absolute};
    ResolvedModel found{name, absolute, "path", {}};
    if (fs::exists(absolute.parent_path() / "run.json")) found.run = absolute.parent_path();
    return found;
}

std::string headOf(const Json& config) {
    const std::string architecture = config.contains("architectures") && config["architectures"].is_array() && !config["architectures"].empty() &&
                                             config["architectures"][0].is_string()
                                         ? config["architectures"][0].get<std::string>()
                                         : std::string();
    if (architecture.find("SequenceClassification") != std::string::npos) {
        const bool isReward = config.contains("id2label") ? config["id2label"].size() == 1 : config.value("num_labels", 2) == 1;
        return isReward ? "reward" : "classification";
    }
    if (architecture.find("CausalLM") != std::string::npos || architecture.find("LMHead") != std::string::npos) return "language-model";
    const std::string family = config.value("model_type", "");
    return family == "gpt2" || family == "llama" || family == "qwen2" ? "language-model" : "encoder";
}

/// The dtype that most bytes are stored in.
std::string dtypeOf(const formats::TensorSource& tensors) {
    std::map<formats::TensorType, std::uint64_t> bytes;
    for (const formats::TensorInfo& tensor : tensors.tensors()) bytes[tensor.type] += tensor.bytes;
    if (bytes.empty()) return {};
    const auto most = std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    std::string name(formats::typeName(most->first));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
}

std::int64_t integerOf(const Json& config, std::initializer_list<const char*> keys) {
    for (const char* key : keys)
        if (config.contains(key) && config[key].is_number_integer()) return config[key].get<std::int64_t>();
    return 0;
}

std::string tokenizerKindText(const std::string& kind) {
    if (kind == "bpe") return "byte-level BPE";
    if (kind == "wordpiece") return "WordPiece";
    return kind;
}

/// What run.json says about how a model came to be, in words.
std::string madeFromText(const fs::path& run) {
    if (run.empty() || !fs::exists(run / "run.json")) return {};
    const Json value = base::readJsonFile(run / "run.json");
    const Json spec = value.contains("spec") ? value["spec"] : value;
    if (!spec.is_object()) return {};
    const Json dataset = spec.value("dataset", Json::object());
    std::string data = dataset.contains("name") && dataset["name"].is_string() ? dataset["name"].get<std::string>() : std::string();
    if (data.empty() && dataset.contains("file") && dataset["file"].is_string()) data = fs::path(dataset["file"].get<std::string>()).filename().string();
    return fmt::format("{} on {} ({})", spec.value("model", "?"), data.empty() ? "?" : data, spec.value("task", "?"));
}

std::vector<std::string> labelsOf(const Json& config) {
    std::vector<std::string> labels;
    if (!config.contains("id2label") || !config["id2label"].is_object()) return labels;
    for (std::size_t i = 0; i < config["id2label"].size(); ++i) labels.push_back(config["id2label"].value(std::to_string(i), std::string()));
    return labels;
}

/// Folder or file of an adapter's base model, as its own files name it.
ResolvedModel baseOfAdapter(const fs::path& folder) {
    const std::string base = formats::readAdapter(folder).config.baseModelName;
    if (base.empty())
        throw Error(ErrorCode::InvalidInput, fmt::format("The adapter {} does not say which model it belongs to. Its base_model_name_or_path is empty. Write the model's path there.", folder.string()), {folder.string()});
    return resolveModel(base, nullptr);
}

}  // namespace

const std::vector<std::string>& starterModels() {
    static const std::vector<std::string> names{"all-minilm-l6-v2", "smollm2-135m-instruct"};
    return names;
}

ResolvedModel resolveModel(const std::string& nameOrPath, const workspace::Workspace* workspace) {
    const auto& starters = starterModels();
    if (std::find(starters.begin(), starters.end(), nameOrPath) != starters.end())
        return {nameOrPath, base::cacheFolder() / "models" / nameOrPath, "starter", {}};
    std::vector<std::string> known = starters;
    if (workspace != nullptr) {
        for (const workspace::AddedModel& model : workspace->addedModels()) {
            if (model.name == nameOrPath) return {model.name, model.path, "added", {}};
            known.push_back(model.name);
        }
        for (const workspace::RunRecord& run : workspace->runs()) {
            if (run.id == nameOrPath) return {run.id, modelOfRun(run.output), "run", run.output};
            known.push_back(run.id);
        }
    }
    if (!nameOrPath.empty() && fs::exists(nameOrPath)) return resolvePath(nameOrPath);
    throw Error(ErrorCode::NotFound, fmt::format("There is no model {}. It is neither a file or folder here nor a known name. Known are: {}.", nameOrPath, fmt::join(known, ", ")));
}

std::vector<ModelInfo> listModels(const workspace::Workspace* workspace) {
    std::vector<ResolvedModel> models;
    for (const std::string& name : starterModels()) models.push_back(resolveModel(name, nullptr));
    if (workspace != nullptr) {
        for (const workspace::AddedModel& model : workspace->addedModels()) models.push_back({model.name, model.path, "added", {}});
        for (const workspace::RunRecord& run : workspace->runs())
            if (isFolderWithWeights(run.output / "best")) models.push_back({run.id, run.output / "best", "run", run.output});
    }
    std::vector<ModelInfo> infos;
    for (const ResolvedModel& model : models) {
        try {
            infos.push_back(describeModel(model));
        } catch (const Error&) {
            ModelInfo missing;
            missing.name = model.name;
            missing.path = model.path;
            missing.origin = model.origin;
            missing.isPresent = false;
            infos.push_back(std::move(missing));
        }
    }
    return infos;
}

ModelInfo describeModel(const ResolvedModel& model) {
    ModelInfo info;
    info.name = model.name;
    info.path = model.path;
    info.origin = model.origin;
    info.madeFrom = madeFromText(model.run);
    if (formats::isAdapterFolder(model.path)) {
        const formats::AdapterFiles adapter = formats::readAdapter(model.path);
        const ModelInfo base = describeModel(baseOfAdapter(model.path));
        info = base;
        info.name = model.name;
        info.path = model.path;
        info.origin = model.origin;
        info.madeFrom = madeFromText(model.run);
        info.format = "adapter";
        info.sizeBytes = 0;
        for (const formats::TensorInfo& tensor : adapter.tensors->tensors()) {
            info.parameters += static_cast<std::int64_t>(tensor.elements);
            info.sizeBytes += tensor.bytes;
        }
        if (adapter.config.taskType == "SEQ_CLS" && base.head != "reward") info.head = "classification";
        return info;
    }
    const formats::ModelFiles files = formats::openModelFiles(model.path);
    const Json& config = files.config;
    info.format = files.container == formats::Container::Gguf ? "gguf" : "safetensors";
    info.family = config.value("model_type", "");
    info.head = headOf(config);
    info.dtype = dtypeOf(*files.tensors);
    for (const formats::TensorInfo& tensor : files.tensors->tensors()) info.parameters += static_cast<std::int64_t>(tensor.elements);
    info.contextLength = integerOf(config, {"max_position_embeddings", "n_positions"});
    info.vocabulary = integerOf(config, {"vocab_size"});
    info.layers = integerOf(config, {"num_hidden_layers", "n_layer", "n_layers"});
    info.width = integerOf(config, {"hidden_size", "n_embd", "dim"});
    info.sizeBytes = files.weightBytes;
    if (info.head == "classification" || info.head == "reward") info.labels = labelsOf(config);
    if (model.origin == "starter") info.licence = "Apache-2.0";
    try {
        info.tokenizer = tokenizerKindText(loadModelTokenizer(model).kind());
    } catch (const Error&) {
        info.tokenizer = "none";
    }
    return info;
}

text::Tokenizer loadModelTokenizer(const ResolvedModel& model) {
    const bool isFolder = fs::is_directory(model.path);
    for (const char* name : {"tokenizer.json", "vocab.json", "vocab.txt", "tokenizer.model", "spiece.model"})
        if (isFolder && fs::exists(model.path / name)) return text::loadTokenizer(model.path);
    if (formats::isAdapterFolder(model.path)) return loadModelTokenizer(baseOfAdapter(model.path));
    const formats::ModelFiles files = formats::openModelFiles(model.path);
    if (files.vocabulary) return text::tokenizerFromGguf(*files.vocabulary);
    return text::loadTokenizer(files.folder);
}

VerifyResult verifyModel(const ResolvedModel& model, const ProgressSink& progress, const std::stop_token& stop) {
    const formats::ModelFiles files = formats::openModelFiles(formats::isAdapterFolder(model.path) ? baseOfAdapter(model.path).path : model.path);
    double done = 0;
    double total = 0;
    for (const formats::TensorInfo& tensor : files.tensors->tensors()) total += static_cast<double>(tensor.elements);
    std::string sums;
    constexpr std::uint64_t kChunk = 1 << 20;
    for (const formats::TensorInfo& tensor : files.tensors->tensors()) {
        std::vector<float> values;
        for (std::uint64_t first = 0; first < tensor.elements; first += kChunk) {
            throwIfStopped(stop);
            values.resize(std::min(kChunk, tensor.elements - first));
            files.tensors->readFloat(tensor, values, first);
            for (const float value : values)
                if (!std::isfinite(value))
                    return {false, fmt::format("{} in {} holds a value that is not a number. The file is damaged or the training diverged. Use an earlier checkpoint.", tensor.name, model.path.string()), {}};
            sums += base::sha256({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
            done += static_cast<double>(values.size());
            if (progress) progress({"Reading weights", done, total});
        }
    }
    const std::string sum = base::sha256(sums);
    return {true, fmt::format("All {} tensors of {} were read and are finite. Fingerprint {}.", files.tensors->tensors().size(), model.name, sum.substr(0, 16)), sum};
}

}  // namespace lathe::session
