// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/config_reader.h"

#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::models {

namespace {

[[noreturn]] void reject(const char* key, const std::string& found, const std::string& allowed) {
    throw Error(ErrorCode::CorruptFile,
                fmt::format("config.json: {} is {}. It must be {}. Take the file from the model's source again.", key,
                            found, allowed));
}

std::string shown(const base::Json& value) {
    const std::string text = value.dump(-1, ' ', false, base::Json::error_handler_t::replace);
    return text.size() > 60 ? text.substr(0, 60) + "..." : text;
}

double numberIn(const base::Json& object, const char* key, double minimum, double maximum, double absent) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) {
        return absent;
    }
    const std::string allowed = fmt::format("a number between {} and {}", minimum, maximum);
    if (!found->is_number()) {
        reject(key, shown(*found), allowed);
    }
    const double value = found->get<double>();
    if (!(value >= minimum && value <= maximum)) {
        reject(key, shown(*found), allowed);
    }
    return value;
}

}  // namespace

bool ConfigReader::has(const char* key) const {
    const auto found = config_.find(key);
    return found != config_.end() && !found->is_null();
}

std::int64_t ConfigReader::integer(const char* key, std::int64_t minimum, std::int64_t maximum,
                                   std::optional<std::int64_t> absent) const {
    const std::string allowed = fmt::format("a whole number between {} and {}", minimum, maximum);
    if (!has(key)) {
        if (!absent) {
            reject(key, "missing", allowed);
        }
        return *absent;
    }
    const base::Json& value = config_.at(key);
    if (!value.is_number_integer() ||
        (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(maximum))) {
        reject(key, shown(value), allowed);
    }
    const auto number = value.get<std::int64_t>();
    if (number < minimum || number > maximum) {
        reject(key, shown(value), allowed);
    }
    return number;
}

double ConfigReader::number(const char* key, double minimum, double maximum, std::optional<double> absent) const {
    if (!has(key) && !absent) {
        reject(key, "missing", fmt::format("a number between {} and {}", minimum, maximum));
    }
    return numberIn(config_, key, minimum, maximum, absent.value_or(0));
}

bool ConfigReader::flag(const char* key, bool absent) const {
    if (!has(key)) {
        return absent;
    }
    if (!config_.at(key).is_boolean()) {
        reject(key, shown(config_.at(key)), "true or false");
    }
    return config_.at(key).get<bool>();
}

std::string ConfigReader::text(const char* key, const std::string& absent) const {
    if (!has(key)) {
        return absent;
    }
    if (!config_.at(key).is_string()) {
        reject(key, shown(config_.at(key)), "a text");
    }
    return config_.at(key).get<std::string>();
}

tensor::Activation ConfigReader::activation(const char* key, const char* absent) const {
    const std::string name = text(key, absent);
    const auto activation = tensor::parseActivation(name);
    if (!activation) {
        throw Error(ErrorCode::Unsupported, fmt::format("config.json: the activation {} ({}) is not built in. Known "
                                                        "are gelu, gelu_new, gelu_pytorch_tanh, silu and "
                                                        "relu. Use a model with one of these.",
                                                        name, key));
    }
    return *activation;
}

tensor::RopeSettings ConfigReader::rope(double defaultTheta) const {
    tensor::RopeSettings rope;
    const char* const place = has("rope_parameters") ? "rope_parameters" : "rope_scaling";
    const base::Json parameters = has(place) ? config_.at(place) : base::Json::object();
    if (!parameters.is_object()) {
        reject(place, shown(parameters), "an object");
    }
    rope.theta = numberIn(parameters, "rope_theta", 1.0, 1e12, number("rope_theta", 1.0, 1e12, defaultTheta));
    std::string type = "default";
    for (const char* key : {"type", "rope_type"}) {
        if (parameters.contains(key) && parameters.at(key).is_string()) {
            type = parameters.at(key).get<std::string>();
        }
    }
    const double partial =
        numberIn(parameters, "partial_rotary_factor", 0.0, 1.0, number("partial_rotary_factor", 0.0, 1.0, 1.0));
    if (partial != 1.0 || (type != "default" && type != "linear" && type != "llama3")) {
        throw Error(ErrorCode::Unsupported, fmt::format("config.json: position encoding \"{}\" (partial_rotary_factor "
                                                        "{}) is not built in. Known are default, linear "
                                                        "and llama3. Use a model with one of these.",
                                                        type, partial));
    }
    if (type == "default") {
        return rope;
    }
    rope.scaling = type == "linear" ? tensor::RopeScaling::Linear : tensor::RopeScaling::Llama3;
    rope.factor = numberIn(parameters, "factor", 1.0, 1e6, 1.0);
    rope.lowFrequencyFactor = numberIn(parameters, "low_freq_factor", 1e-3, 1e6, 1.0);
    rope.highFrequencyFactor = numberIn(parameters, "high_freq_factor", 1e-3, 1e6, 4.0);
    if (type == "llama3" && rope.highFrequencyFactor <= rope.lowFrequencyFactor) {
        reject("high_freq_factor", fmt::format("{}", rope.highFrequencyFactor),
               fmt::format("above low_freq_factor, which is {}", rope.lowFrequencyFactor));
    }
    const double positions = static_cast<double>(integer("max_position_embeddings", 1, kMaxPositions, 8192));
    rope.originalMaxPositions = static_cast<std::int64_t>(
        numberIn(parameters, "original_max_position_embeddings", 1.0, static_cast<double>(kMaxPositions), positions));
    return rope;
}

std::int64_t ConfigReader::numLabels() const {
    if (has("id2label")) {
        const base::Json& labels = config_.at("id2label");
        if (!labels.is_object() || labels.empty() || static_cast<std::int64_t>(labels.size()) > kMaxLabels) {
            reject("id2label", labels.is_object() ? fmt::format("of {} entries", labels.size()) : shown(labels),
                   fmt::format("an object of 1 to {} labels", kMaxLabels));
        }
        return static_cast<std::int64_t>(labels.size());
    }
    return integer("num_labels", 1, kMaxLabels, 2);
}

}  // namespace lathe::models
