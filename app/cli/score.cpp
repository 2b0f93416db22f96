// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"
#include "jsonl.h"

namespace lathe::cli {

void addScore(CLI::App& app, Context& context) {
    struct Options {
        std::string model;
        std::string input;
        std::string weights = "f32";
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("score", "Log-probability of completions, or the reward that a reward model gives");
    command->add_option("--model", options->model, "Name, folder, .gguf file or run")->required();
    command->add_option("--input", options->input, "JSON lines with \"prompt\" and \"completion\"")->required();
    command->add_option("--weights", options->weights, "f32, bf16, int8 or int4")->check(CLI::IsMember({"f32", "bf16", "int8", "int4"}));
    command->callback([&context, options] {
        const std::vector<Json> lines = readJsonLines(options->input, {"prompt", "completion"});
        const auto generator = context.session().openGenerator(options->model, options->weights, context.stop.get_token());
        for (const Json& line : lines) {
            throwIfStopped(context.stop.get_token());
            const ScoreResult result = generator->score(line["prompt"].get<std::string>(), line["completion"].get<std::string>());
            if (result.reward) context.output.json({{"reward", *result.reward}});
            else context.output.json({{"logprob", result.logprob}, {"tokens", result.tokens}});
        }
    });
}

}  // namespace lathe::cli
