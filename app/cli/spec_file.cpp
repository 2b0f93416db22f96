// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec_file.h"

#include <exception>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <lathe/error.h>

#include "command.h"

namespace lathe::cli {

namespace {

std::string readText(const std::filesystem::path& file) {
    std::ifstream input(file, std::ios::binary);
    std::ostringstream text;
    text << input.rdbuf();
    if (!input.is_open() || !input.good())
        throw Error(ErrorCode::NotFound, fmt::format("Could not read {}. It does not exist or may not be read. Check the path.", file.string()), {file.string()});
    return text.str();
}

void apply(RunSpec& spec, const std::string& setting) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos)
        throw Error(ErrorCode::InvalidInput, fmt::format("--set {} has no value. It must look like training.learning_rate=1e-4. Add \"=VALUE\".", setting));
    setParam(spec, std::string_view(setting).substr(0, equals), std::string_view(setting).substr(equals + 1));
}

void findFileBeside(RunSpec& spec, const std::filesystem::path& file) {
    if (!spec.dataset.file || !std::filesystem::path(*spec.dataset.file).is_relative()) return;
    const std::filesystem::path beside = file.parent_path() / *spec.dataset.file;
    if (std::filesystem::exists(beside)) spec.dataset.file = std::filesystem::absolute(beside).lexically_normal().string();
}

void applyWhereItFits(std::vector<RunSpec>& steps, const std::string& setting) {
    bool fits = false;
    std::exception_ptr refusal;
    for (RunSpec& step : steps) {
        try {
            apply(step, setting);
            fits = true;
        } catch (const Error&) {
            refusal = std::current_exception();
        }
    }
    if (!fits && refusal) std::rethrow_exception(refusal);
}

}  // namespace

RunSpec readSpecFile(const std::filesystem::path& file, const std::vector<std::string>& settings) {
    RunSpec spec = parseRunSpec(readText(file), file.string());
    for (const std::string& setting : settings) apply(spec, setting);
    findFileBeside(spec, file);
    return spec;
}

std::vector<RunSpec> readSpecFiles(const std::filesystem::path& file, const std::vector<std::string>& settings) {
    const Json json = Json::parse(readText(file), nullptr, false);
    if (!json.is_object() || !json.contains("steps")) return {readSpecFile(file, settings)};
    if (!json["steps"].is_array() || json["steps"].empty())
        throw Error(ErrorCode::InvalidInput, fmt::format("{}: steps is not a list with RunSpecs in it. A sequence needs at least one. Correct or remove it.", file.string()), {file.string()});
    std::vector<RunSpec> steps;
    for (const Json& step : json["steps"]) {
        steps.push_back(parseRunSpec(step.dump(), fmt::format("{}, step {}", file.string(), steps.size() + 1)));
        findFileBeside(steps.back(), file);
    }
    for (const std::string& setting : settings) applyWhereItFits(steps, setting);
    return steps;
}

void keepIn(const std::filesystem::path& folder, std::vector<RunSpec>& steps) {
    std::map<std::string, std::string> moved;
    const auto follow = [&moved](std::string& model) {
        if (const auto found = moved.find(model); found != moved.end()) model = found->second;
    };
    for (RunSpec& step : steps) {
        follow(step.model);
        if (step.ppo.rewardModel) follow(*step.ppo.rewardModel);
        const std::string output = (folder / step.name).string();
        moved[step.output] = output;
        step.output = output;
    }
}

}  // namespace lathe::cli
