// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/json_access.h"

#include <array>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::text {

void throwCorrupt(const std::string& sentence) {
    throw Error(ErrorCode::CorruptFile,
                "The tokenizer cannot be read: " + sentence + ". Download or save the tokenizer again.");
}

void throwUnsupported(const std::string& part, const std::string& type) {
    throw Error(
        ErrorCode::Unsupported,
        fmt::format(
            "The tokenizer uses a {} of type '{}', which Lathe does not know. Use a model with a BPE, WordPiece or "
            "Unigram tokenizer.",
            part, type));
}

namespace {

const base::Json* find(const base::Json& json, const char* key) {
    if (!json.is_object()) {
        throwCorrupt(fmt::format("a JSON object with '{}' was expected, found {}", key, json.type_name()));
    }
    const auto found = json.find(key);
    return found == json.end() || found->is_null() ? nullptr : &*found;
}

[[noreturn]] void throwWrongType(const char* key, const char* expected, const base::Json& value) {
    throwCorrupt(fmt::format("'{}' must be {}, found {}", key, expected, value.type_name()));
}

}  // namespace

std::string typeOf(const base::Json& json, const std::string& part) {
    if (!json.is_object() || !json.contains("type") || !json["type"].is_string()) {
        throwCorrupt(fmt::format("the {} has no 'type'", part));
    }
    return json["type"].get<std::string>();
}

bool boolOr(const base::Json& json, const char* key, bool fallback) {
    const base::Json* value = find(json, key);
    if (value == nullptr) {
        return fallback;
    }
    if (!value->is_boolean()) {
        throwWrongType(key, "true or false", *value);
    }
    return value->get<bool>();
}

std::int64_t integerOr(const base::Json& json, const char* key, std::int64_t fallback) {
    const base::Json* value = find(json, key);
    if (value == nullptr) {
        return fallback;
    }
    if (!value->is_number_integer() || (value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX)) {
        throwWrongType(key, "an integer", *value);
    }
    return value->get<std::int64_t>();
}

std::optional<std::string> optionalText(const base::Json& json, const char* key) {
    const base::Json* value = find(json, key);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_string()) {
        throwWrongType(key, "text", *value);
    }
    return value->get<std::string>();
}

std::string textOr(const base::Json& json, const char* key, const std::string& fallback) {
    return optionalText(json, key).value_or(fallback);
}

std::string requiredText(const base::Json& json, const char* key) {
    const auto value = optionalText(json, key);
    if (!value) {
        throwCorrupt(fmt::format("'{}' is missing", key));
    }
    return *value;
}

const base::Json& requiredArray(const base::Json& json, const char* key) {
    const base::Json* value = find(json, key);
    if (value == nullptr || !value->is_array()) {
        throwCorrupt(fmt::format("'{}' must be a list", key));
    }
    return *value;
}

const base::Json& requiredObject(const base::Json& json, const char* key) {
    const base::Json* value = find(json, key);
    if (value == nullptr || !value->is_object()) {
        throwCorrupt(fmt::format("'{}' must be a JSON object", key));
    }
    return *value;
}

std::int32_t checkedId(const base::Json& value, const std::string& what) {
    if (!value.is_number_integer() || value < 0 || value > kMaxTokenId) {
        throwCorrupt(fmt::format("the id of {} must be an integer from 0 to {}", what, kMaxTokenId));
    }
    return value.get<std::int32_t>();
}

namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string decodeBase64(const std::string& text, const std::string& what) {
    std::string out;
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const char c : text) {
        if (c == '=' || c == '\n') {
            continue;
        }
        const auto digit = kBase64.find(c);
        if (digit == std::string_view::npos) {
            throwCorrupt(fmt::format("{} is not base64", what));
        }
        buffer = ((buffer << 6) | static_cast<std::uint32_t>(digit)) & 0xFFFFFFu;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<char>((buffer >> bits) & 0xFFu));
        }
    }
    return out;
}

std::string encodeBase64(const std::string& bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = (group << 8) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out.push_back(i + k > bytes.size() ? '=' : kBase64[(group >> (18 - 6 * k)) & 63u]);
        }
    }
    return out;
}

PatternJson patternOf(const base::Json& json, const std::string& part) {
    if (json.is_object() && json.contains("pattern")) {
        const base::Json& pattern = json["pattern"];
        if (pattern.is_object() && pattern.size() == 1 && pattern.begin().value().is_string()) {
            const std::string kind = pattern.begin().key();
            if (kind == "String" || kind == "Regex") {
                return {kind == "Regex", pattern.begin().value().get<std::string>()};
            }
        }
    }
    throwCorrupt(fmt::format("the {} needs a 'pattern' of the form {{\"String\": ...}} or {{\"Regex\": ...}}", part));
}

}  // namespace lathe::text
