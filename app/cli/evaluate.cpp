// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "command.h"
#include "decoding.h"
#include "spec_file.h"

namespace lathe::cli {
namespace {

struct Options {
    std::string model;
    std::string spec;
    std::string split = "validation";
    std::vector<std::string> settings;
    double threshold = -1;
    bool isAnswering = false;
    std::string weights = "f32";
    Decoding decoding;
};

/// Each row's answer with --json, and how many are exact.
void checkAnswers(Context& context, const Options& options, const RunSpec& spec) {
    const AnswerCheck check = context.session().checkAnswers(options.model, spec, options.split, options.weights, options.decoding.options(),
                                                             context.output.progressSink(), context.stop.get_token());
    for (const auto& answer : check.answers) {
        if (context.output.isJson)
            context.output.json({{"row", answer.row + 1}, {"prompt", answer.prompt}, {"expected", answer.expected}, {"produced", answer.produced}, {"exact", answer.isExact}});
        else if (!answer.isExact) context.output.line(fmt::format("row {}: expected {}\n         produced {}", answer.row + 1, answer.expected, answer.produced));
    }
    const auto rows = static_cast<double>(check.answers.size());
    context.output.line(fmt::format("{} of {} answers are exact ({:.1f} %), in {}.", check.exact, check.answers.size(), 100.0 * static_cast<double>(check.exact) / rows,
                                    durationText(check.seconds)));
    if (context.output.isJson)
        context.output.json({{"exact", check.exact}, {"rows", check.answers.size()}, {"exact_match", static_cast<double>(check.exact) / rows}, {"seconds", check.seconds}});
}

}  // namespace

void addEvaluate(CLI::App& app, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("evaluate", "Measure a model on a part of a dataset");
    command->add_option("--model", options->model, "Name, folder, .gguf file or run")->required();
    command->add_option("--spec", options->spec, "RunSpec that says which rows and how")->required();
    command->add_option("--split", options->split, "Part of the rows")->check(CLI::IsMember({"train", "validation", "test", "all"}))->capture_default_str();
    command->add_option("--set", options->settings, "Change a setting of the spec")->take_all();
    command->add_option("--threshold", options->threshold, "multi-label: at which a label counts as predicted")->check(CLI::Range(0.0, 1.0));
    command->add_flag("--answers", options->isAnswering, "causal-lm: let the model answer each row and count exact matches");
    command->add_option("--weights", options->weights, "--answers: auto, f32, bf16, int8 or int4")->check(CLI::IsMember({"auto", "f32", "bf16", "int8", "int4"}))->capture_default_str();
    options->decoding.addTo(*command);
    command->callback([&context, options] {
        RunSpec spec = readSpecFile(options->spec, options->settings);
        if (options->isAnswering) return checkAnswers(context, *options, spec);
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
