// SPDX-License-Identifier: GPL-3.0-or-later
#include "dedup/encoder_folder.h"

#include <array>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/json.h"

namespace lathe::dedup {
namespace {

namespace fs = std::filesystem;

struct PoolingName {
    const char* flag;   ///< key of the older form, true or false
    const char* mode;   ///< word of the newer form
    Pooling pooling;
};
// In sentence-transformers' order: vectors of several modes are joined in it.
constexpr std::array kPoolings{
    PoolingName{"pooling_mode_cls_token", "cls", Pooling::FirstToken},
    PoolingName{"pooling_mode_max_tokens", "max", Pooling::Max},
    PoolingName{"pooling_mode_mean_tokens", "mean", Pooling::Mean},
    PoolingName{"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", Pooling::MeanOverRootLength},
    PoolingName{"pooling_mode_weightedmean_tokens", "weightedmean", Pooling::WeightedMean},
    PoolingName{"pooling_mode_lasttoken", "lasttoken", Pooling::LastToken},
};

std::vector<Pooling> poolingsOf(const fs::path& file) {
    const base::Json config = base::readJsonFile(file);
    std::vector<std::string> modes;
    if (config.contains("pooling_mode")) {
        const base::Json& mode = config["pooling_mode"];
        if (mode.is_string()) modes.push_back(mode.get<std::string>());
        for (const base::Json& one : mode.is_array() ? mode : base::Json::array()) modes.push_back(one.is_string() ? one.get<std::string>() : one.dump());
    }
    std::vector<Pooling> poolings;
    for (const PoolingName& name : kPoolings) {
        bool isAsked = config.contains(name.flag) && config[name.flag].is_boolean() && config[name.flag].get<bool>();
        for (std::string& mode : modes) {
            if (mode != name.mode) continue;
            isAsked = true;
            mode.clear();
        }
        if (isAsked) poolings.push_back(name.pooling);
    }
    for (const std::string& mode : modes) {
        if (!mode.empty()) throw Error(ErrorCode::Unsupported, fmt::format("{} asks for the pooling \"{}\". It is not known here. Choose another encoder.", file.string(), mode));
    }
    // A Pooling module without any mode is a mean, as its constructor has it.
    if (poolings.empty()) poolings.push_back(Pooling::Mean);
    return poolings;
}

void readLengths(const fs::path& folder, EncoderFolder& encoder) {
    for (const char* name : {"sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json"}) {
        if (!fs::exists(folder / name)) continue;
        const base::Json config = base::readJsonFile(folder / name);
        if (config.contains("max_seq_length") && config["max_seq_length"].is_number_integer()) {
            const auto length = config["max_seq_length"].get<std::int64_t>();
            if (length < 1 || length > 1'000'000)
                throw Error(ErrorCode::CorruptFile, fmt::format("max_seq_length in {} is {}. It must be between 1 and 1,000,000. Correct the file.", (folder / name).string(), length));
            encoder.maxLength = static_cast<int>(length);
        }
        encoder.lowersCase = config.contains("do_lower_case") && config["do_lower_case"] == true;
        return;
    }
}

}  // namespace

EncoderFolder readEncoderFolder(const fs::path& folder) {
    EncoderFolder encoder;
    encoder.model = folder;
    const fs::path modules = folder / "modules.json";
    if (!fs::exists(modules)) {
        encoder.poolings = {Pooling::Mean};
        readLengths(folder, encoder);
        return encoder;
    }
    const base::Json list = base::readJsonFile(modules);
    if (!list.is_array()) throw Error(ErrorCode::CorruptFile, fmt::format("{} is not a list of modules. The folder is damaged. Fetch the model again.", modules.string()));
    for (const base::Json& module : list) {
        const std::string type = module.is_object() ? module.value("type", std::string()) : std::string();
        const std::string path = module.is_object() ? module.value("path", std::string()) : std::string();
        if (path.find("..") != std::string::npos || fs::path(path).is_absolute())
            throw Error(ErrorCode::CorruptFile, fmt::format("{} names the path \"{}\" outside the folder. Fetch the model from a trusted place.", modules.string(), path));
        const std::string kind = type.substr(type.rfind('.') + 1);
        if (kind == "Transformer") {
            encoder.model = path.empty() ? folder : folder / path;
            readLengths(encoder.model, encoder);
        } else if (kind == "Pooling") {
            encoder.poolings = poolingsOf(folder / path / "config.json");
        } else if (kind == "Normalize") {
            encoder.isNormalized = true;
        } else if (kind != "Dropout") {
            throw Error(ErrorCode::Unsupported, fmt::format("{} needs a module of the type \"{}\". Transformer, Pooling and Normalize are known here. Choose another encoder.",
                                                            folder.string(), type));
        }
    }
    if (encoder.poolings.empty()) encoder.poolings = {Pooling::Mean};
    return encoder;
}

}  // namespace lathe::dedup
