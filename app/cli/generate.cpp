// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "command.h"
#include "decoding.h"
#include "jsonl.h"

namespace lathe::cli {
namespace {

struct Options {
    std::string model;
    std::string prompt;
    std::string input;
    std::string weights = "f32";
    bool isChat = false;
    Decoding decoding;
};

Json resultJson(const std::string& prompt, const GenerationResult& result) {
    const GeneratedText& best = result.sequences.front();
    Json value{{"prompt", prompt}, {"text", best.text}, {"ids", best.ids}, {"tokens_per_second", result.tokensPerSecond}};
    if (result.sequences.size() > 1) {
        Json others = Json::array();
        for (const GeneratedText& sequence : result.sequences) others.push_back({{"text", sequence.text}, {"ids", sequence.ids}, {"score", sequence.score}});
        value["sequences"] = std::move(others);
    }
    if (result.wasStopped) value["stopped"] = true;
    return value;
}

void run(Context& context, const Options& options) {
    std::vector<std::string> prompts;
    if (options.input.empty()) prompts.push_back(options.prompt);
    else for (const Json& line : readJsonLines(options.input, {"prompt"})) prompts.push_back(line["prompt"].get<std::string>());
    const GenerationOptions generation = options.decoding.options();
    const std::stop_token stop = context.stop.get_token();
    const auto generator = context.session().openGenerator(options.model, options.weights, stop);
    const bool isStream = !context.output.isJson && options.input.empty();
    for (const std::string& prompt : prompts) {
        const std::string text = options.isChat ? generator->renderChat({{"user", prompt}}) : prompt;
        bool hasStreamed = false;
        TokenSink sink;
        if (isStream && generation.numBeams == 1) sink = [&](const GeneratedToken& token) { context.output.text(token.text); hasStreamed = true; };
        const GenerationResult result = generator->generate(text, generation, sink, stop);
        if (isStream) {
            context.output.line(hasStreamed ? "" : result.sequences.front().text);
            context.output.remark(fmt::format("{} tokens, {:.1f} tokens/s, {}", result.sequences.front().ids.size(), result.tokensPerSecond, generator->description()));
        } else {
            context.output.json(resultJson(prompt, result));
        }
        if (result.wasStopped) throw Error(ErrorCode::Cancelled, "Stopped as asked. The text so far was printed.");
    }
}

}  // namespace

void addGenerate(CLI::App& app, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("generate", "Let a model write");
    command->add_option("--model", options->model, "Name, folder, .gguf file or run")->required();
    CLI::Option_group* what = command->add_option_group("prompt");
    what->add_option("--prompt", options->prompt, "Text to continue");
    what->add_option("--input", options->input, "JSON lines with \"prompt\"");
    what->require_option(1);
    command->add_flag("--chat", options->isChat, "Put the prompt into the model's chat template");
    command->add_option("--weights", options->weights, "auto, f32, bf16, int8 or int4")->check(CLI::IsMember({"auto", "f32", "bf16", "int8", "int4"}))->capture_default_str();
    options->decoding.addTo(*command);
    command->callback([&context, options] { run(context, *options); });
}

}  // namespace lathe::cli
