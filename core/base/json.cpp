// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"

#include <set>
#include <vector>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"

namespace lathe::base {

Json parseJson(std::string_view text, const std::string& what, JsonLimits limits) {
    if (text.size() > limits.maxBytes) {
        throw Error(ErrorCode::CorruptFile, fmt::format("{} has {} bytes. At most {} are read. Check that this is the right file.",
                                                        what, text.size(), limits.maxBytes), {what});
    }
    std::vector<std::set<std::string>> keys;
    const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
        if (static_cast<std::size_t>(depth) > limits.maxDepth) {
            throw Error(ErrorCode::CorruptFile, fmt::format("{} is nested more than {} levels deep. No model or setting needs that. Check that this is the right file.",
                                                            what, limits.maxDepth), {what});
        }
        if (event == Json::parse_event_t::object_start) keys.emplace_back();
        if (event == Json::parse_event_t::object_end) keys.pop_back();
        if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
            throw Error(ErrorCode::CorruptFile, fmt::format("{} names the key \"{}\" twice. Two readers could take different values. Remove one of them.",
                                                            what, value.get<std::string>()), {what});
        }
        return true;
    };
    try {
        return Json::parse(text.begin(), text.end(), check);
    } catch (const Json::exception& error) {
        // The library's text begins with its own name for the error, "[json.exception.parse_error.101] ".
        const std::string_view whole = error.what();
        const auto end = whole.find("] ");
        const std::string_view reason = end == std::string_view::npos ? whole : whole.substr(end + 2);
        throw Error(ErrorCode::CorruptFile, fmt::format("{} is not valid JSON. Reading it ended with a {}. Check that the file is complete.", what, reason), {what});
    }
}

Json readJsonFile(const std::filesystem::path& file, JsonLimits limits) {
    return parseJson(readFile(file, limits.maxBytes + 1), file.string(), limits);
}

}  // namespace lathe::base
