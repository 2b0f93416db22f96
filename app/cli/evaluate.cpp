// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "command.h"
#include "spec_file.h"

namespace lathe::cli {

void addEvaluate(CLI::App& app, Context& context) {
    struct Options {
        std::string model;
        std::string spec;
        std::string split = "validation";
        std::vector<std::string> settings;
        double threshold = -1;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("evaluate", "Measure a model on a part of a dataset");
    command->add_option("--model", options->model, "Name, folder, .gguf file or run")->required();
    command->add_option("--spec", options->spec, "RunSpec that says which rows and how")->required();
    command->add_option("--split", options->split, "Part of the rows")->check(CLI::IsMember({"train", "validation", "test", "all"}))->capture_default_str();
    command->add_option("--set", options->settings, "Change a setting of the spec")->take_all();
    command->add_option("--threshold", options->threshold, "multi-label: at which a label counts as predicted")->check(CLI::Range(0.0, 1.0));
    command->callback([&context, options] {
        RunSpec spec = readSpecFile(options->spec, options->settings);
        if (options->threshold >= 0) spec.multiLabel.threshold = options->threshold;
        const EvaluationResult result =
            context.session().evaluate(options->model, spec, options->split, context.output.progressSink(), context.stop.get_token());
        Json values;
        for (const auto& [name, number] : result.values) {
            values[name] = number;
            context.output.line(fmt::format("{:<24} {:.6f}", name, number));
        }
        values["rows"] = result.rows;
        values["seconds"] = result.seconds;
        context.output.line(fmt::format("{} rows in {}.", result.rows, durationText(result.seconds)));
        if (context.output.isJson) context.output.json(values);
    });
}

}  // namespace lathe::cli
