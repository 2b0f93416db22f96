// SPDX-License-Identifier: GPL-3.0-or-later
/// JSON for core's .cpp files. Reading is bounded and strict; nlohmann::json appears in no public header.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace lathe::base {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

struct JsonLimits {
    std::size_t maxBytes = 8u << 20;
    std::size_t maxDepth = 64;
};

/// Parses text; `what` names it in errors ("config.json"). Throws CorruptFile on bad syntax, duplicate keys, bad UTF-8,
/// too deep nesting or too many bytes.
Json parseJson(std::string_view text, const std::string& what, JsonLimits limits = {});

/// Like parseJson on a whole file. Throws NotFound or Io if it cannot be read.
Json readJsonFile(const std::filesystem::path& file, JsonLimits limits = {});

}  // namespace lathe::base
