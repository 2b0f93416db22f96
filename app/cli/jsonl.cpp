// SPDX-License-Identifier: GPL-3.0-or-later
#include "jsonl.h"

#include <fstream>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::cli {

std::vector<Json> readJsonLines(const std::filesystem::path& file, const std::vector<std::string>& fields) {
    std::ifstream input(file, std::ios::binary);
    if (!input) throw Error(ErrorCode::NotFound, fmt::format("Could not open {}. It does not exist or may not be read. Check the path.", file.string()), {file.string()});
    std::vector<Json> values;
    std::string text;
    for (std::int64_t number = 1; std::getline(input, text); ++number) {
        if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
        Json value = Json::parse(text, nullptr, false);
        const auto fail = [&](const std::string& why) {
            throw Error(ErrorCode::InvalidInput, fmt::format("Line {} of {} cannot be used. {}. Each line must be an object such as {{\"{}\": \"…\"}}.", number,
                                                             file.string(), why, fmt::join(fields, "\": \"…\", \"")), {file.string(), number});
        };
        if (!value.is_object()) fail("It is not a JSON object");
        for (const std::string& field : fields)
            if (!value.contains(field) || !value[field].is_string()) fail(fmt::format("It has no text \"{}\"", field));
        values.push_back(std::move(value));
    }
    return values;
}

}  // namespace lathe::cli
