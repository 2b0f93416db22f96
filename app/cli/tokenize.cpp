// SPDX-License-Identifier: GPL-3.0-or-later
#include "command.h"
#include "jsonl.h"

namespace lathe::cli {

void addTokenize(CLI::App& app, Context& context) {
    struct Options {
        std::string model;
        std::string input;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("tokenize", "Token ids of texts, and the text that the ids give back");
    command->add_option("--model", options->model, "Name, folder or .gguf file")->required();
    command->add_option("--input", options->input, "JSON lines with \"text\"")->required();
    command->callback([&context, options] {
        std::vector<std::string> texts;
        for (const Json& line : readJsonLines(options->input, {"text"})) texts.push_back(line["text"].get<std::string>());
        for (const TokenizeResult& result : context.session().tokenize(options->model, texts))
            context.output.json({{"ids", result.ids}, {"decoded", result.decoded}});
    });
}

}  // namespace lathe::cli
