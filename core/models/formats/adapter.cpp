// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/formats/adapter.h"

#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/json.h"
#include "models/formats/file_reader.h"

namespace lathe::formats {
namespace {

namespace fs = std::filesystem;
using base::Json;
using base::OrderedJson;

/// Reads fields of adapter_config.json; each getter names the key in its error.
class ConfigReader {
public:
    ConfigReader(const Json& json, std::string what) : json_(json), what_(std::move(what)) {
        if (!json.is_object()) fail("The file", "is not an object");
    }

    bool isSet(const char* key) const { return json_.contains(key) && !json_.at(key).is_null(); }
    const Json& at(const char* key) const { return json_.at(key); }
    std::string text(const char* key) const {
        return isSet(key) ? typed<std::string>(key, at(key), at(key).is_string(), "a text") : std::string();
    }
    bool boolean(const char* key) const {
        return isSet(key) && typed<bool>(key, at(key), at(key).is_boolean(), "true or false");
    }

    double number(const char* key, double fallback, double minimum, double maximum) const {
        return isSet(key) ? bounded(key, at(key), minimum, maximum) : fallback;
    }
    double bounded(const std::string& key, const Json& value, double minimum, double maximum) const {
        const double result = typed<double>(key, value, value.is_number(), "a number");
        if (!std::isfinite(result) || result < minimum || result > maximum)
            fail(key, fmt::format("is {}, allowed is {} to {}", result, minimum, maximum));
        return result;
    }
    std::int64_t rank(const std::string& key, const Json& value) const {
        if (!value.is_number_integer()) fail(key, "is not a whole number");
        return static_cast<std::int64_t>(bounded(key, value, 1, 65'536));
    }
    std::vector<std::string> texts(const char* key) const {
        std::vector<std::string> result;
        if (!isSet(key)) return result;
        if (!at(key).is_array()) fail(key, "is not a list");
        for (const Json& item : at(key))
            result.push_back(typed<std::string>(key, item, item.is_string(), "a list of texts"));
        return result;
    }
    /// Throws Unsupported if a feature that changes the result is switched on.
    void refuse(const char* key) const {
        if (!isSet(key)) return;
        const Json& value = at(key);
        const bool isOff =
            (value.is_boolean() && !value.get<bool>()) || ((value.is_object() || value.is_array()) && value.empty());
        if (!isOff) unsupported(fmt::format("uses \"{}\"", key));
    }
    [[noreturn]] void unsupported(const std::string& why) const {
        throw Error(ErrorCode::Unsupported,
                    fmt::format("The adapter {} {}. Lathe knows plain LoRA adapters only. Merge the adapter into its "
                                "model with PEFT, then open the merged model.",
                                what_, why),
                    {what_});
    }

private:
    template <typename Value>
    Value typed(const std::string& key, const Json& value, bool isRight, const char* expected) const {
        if (!isRight) fail(key, fmt::format("is not {}", expected));
        return value.get<Value>();
    }
    [[noreturn]] void fail(const std::string& key, const std::string& why) const {
        throw Error(ErrorCode::CorruptFile,
                    fmt::format("{} is not a valid adapter config: {} {}. Save the adapter again.", what_, key, why),
                    {what_});
    }

    const Json& json_;
    std::string what_;
};

LoraFileConfig parseConfig(const Json& json, const std::string& what) {
    const ConfigReader reader(json, what);
    if (reader.text("peft_type") != "LORA")
        reader.unsupported(fmt::format("is of the kind \"{}\"", reader.text("peft_type")));
    if (reader.isSet("bias") && reader.text("bias") != "none") reader.unsupported("trains biases");
    for (const char* key :
         {"use_dora", "use_qalora", "lora_bias", "layer_replication", "trainable_token_indices", "target_parameters",
          "use_bdlora", "alora_invocation_tokens", "arrow_config", "kasa_config", "velora_config", "monteclora_config"})
        reader.refuse(key);
    LoraFileConfig config;
    config.baseModelName = reader.text("base_model_name_or_path");
    config.taskType = reader.text("task_type");
    if (reader.isSet("r")) config.r = reader.rank("r", reader.at("r"));
    config.alpha = reader.number("lora_alpha", 8, 0, 1e6);
    config.dropout = reader.number("lora_dropout", 0, 0, 1);
    config.useRslora = reader.boolean("use_rslora");
    config.fanInFanOut = reader.boolean("fan_in_fan_out");
    if (reader.isSet("target_modules") && reader.at("target_modules").is_string())
        config.targetModulesPattern = reader.text("target_modules");
    else config.targetModules = reader.texts("target_modules");
    config.modulesToSave = reader.texts("modules_to_save");
    if (reader.isSet("rank_pattern") && reader.at("rank_pattern").is_object())
        for (const auto& [name, value] : reader.at("rank_pattern").items())
            config.rankPattern[name] = reader.rank("rank_pattern." + name, value);
    if (reader.isSet("alpha_pattern") && reader.at("alpha_pattern").is_object())
        for (const auto& [name, value] : reader.at("alpha_pattern").items())
            config.alphaPattern[name] = reader.bounded("alpha_pattern." + name, value, 0, 1e6);
    return config;
}

OrderedJson listOrNull(const std::vector<std::string>& texts) {
    return texts.empty() ? OrderedJson(nullptr) : OrderedJson(texts);
}

/// A whole number is written as one, because PEFT declares lora_alpha as int.
OrderedJson plainNumber(double value) {
    const bool isWhole = std::nearbyint(value) == value && std::fabs(value) < 1e15;
    return isWhole ? OrderedJson(static_cast<std::int64_t>(value)) : OrderedJson(value);
}

std::string configText(const LoraFileConfig& config) {
    OrderedJson alphaPattern = OrderedJson::object();
    for (const auto& [name, value] : config.alphaPattern) alphaPattern[name] = plainNumber(value);
    OrderedJson rankPattern = OrderedJson::object();
    for (const auto& [name, value] : config.rankPattern) rankPattern[name] = value;
    const OrderedJson json = {
        {"alpha_pattern", alphaPattern},
        {"auto_mapping", nullptr},
        {"base_model_name_or_path",
         config.baseModelName.empty() ? OrderedJson(nullptr) : OrderedJson(config.baseModelName)},
        {"bias", "none"},
        {"fan_in_fan_out", config.fanInFanOut},
        {"inference_mode", true},
        {"init_lora_weights", true},
        {"layer_replication", nullptr},
        {"layers_pattern", nullptr},
        {"layers_to_transform", nullptr},
        {"lora_alpha", plainNumber(config.alpha)},
        {"lora_bias", false},
        {"lora_dropout", config.dropout},
        {"modules_to_save", listOrNull(config.modulesToSave)},
        {"peft_type", "LORA"},
        {"r", config.r},
        {"rank_pattern", rankPattern},
        {"revision", nullptr},
        {"target_modules", config.targetModulesPattern.empty() ? listOrNull(config.targetModules)
                                                               : OrderedJson(config.targetModulesPattern)},
        {"task_type", config.taskType.empty() ? OrderedJson(nullptr) : OrderedJson(config.taskType)},
        {"use_dora", false},
        {"use_rslora", config.useRslora},
    };
    return json.dump(2) + "\n";
}

}  // namespace

bool isAdapterFolder(const fs::path& folder) {
    std::error_code code;
    return fs::is_regular_file(folder / "adapter_config.json", code);
}

AdapterFiles readAdapter(const fs::path& folder) {
    AdapterFiles files;
    const fs::path configFile = folder / "adapter_config.json";
    files.config = parseConfig(base::readJsonFile(configFile), configFile.string());
    const fs::path weights = folder / "adapter_model.safetensors";
    std::error_code code;
    if (!fs::exists(weights, code) && fs::exists(folder / "adapter_model.bin", code))
        throwPickle((folder / "adapter_model.bin").string());
    files.tensors = openSafetensors(weights);
    return files;
}

void writeAdapter(const fs::path& folder, const LoraFileConfig& config, const std::vector<TensorToWrite>& tensors) {
    std::error_code code;
    fs::create_directories(folder, code);
    if (code)
        throw Error(
            ErrorCode::Io,
            fmt::format("Could not make the folder {}. {}. Choose another place.", folder.string(), code.message()),
            {folder.string()});
    writeSafetensors(folder / "adapter_model.safetensors", tensors);
    base::writeFileAtomically(folder / "adapter_config.json", configText(config));
}

}  // namespace lathe::formats
