// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec_file.h"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::cli {

RunSpec readSpecFile(const std::filesystem::path& file, const std::vector<std::string>& settings) {
    std::ifstream input(file, std::ios::binary);
    std::ostringstream text;
    text << input.rdbuf();
    if (!input.is_open() || !input.good())
        throw Error(ErrorCode::NotFound, fmt::format("Could not read {}. It does not exist or may not be read. Check the path.", file.string()), {file.string()});
    RunSpec spec = parseRunSpec(text.str(), file.string());
    for (const std::string& setting : settings) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos)
            throw Error(ErrorCode::InvalidInput, fmt::format("--set {} has no value. It must look like training.learning_rate=1e-4. Add \"=VALUE\".", setting));
        setParam(spec, std::string_view(setting).substr(0, equals), std::string_view(setting).substr(equals + 1));
    }
    if (spec.dataset.file && std::filesystem::path(*spec.dataset.file).is_relative()) {
        const std::filesystem::path beside = file.parent_path() / *spec.dataset.file;
        if (std::filesystem::exists(beside)) spec.dataset.file = std::filesystem::absolute(beside).lexically_normal().string();
    }
    return spec;
}

}  // namespace lathe::cli
