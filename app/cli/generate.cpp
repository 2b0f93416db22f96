// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "command.h"
#include "jsonl.h"

namespace lathe::cli {
namespace {

struct Options {
    std::string model;
    std::string prompt;
    std::string input;
    std::string weights = "f32";
    bool isChat = false;
    bool stopsEarly = false;
    std::vector<std::int32_t> eosIds;
    std::int32_t padId = -1;
    GenerationOptions generation;
};

void addDecoding(CLI::App& command, Options& options) {
    GenerationOptions& g = options.generation;
    command.add_option("--max-new-tokens", g.maxNewTokens, "At most this many new tokens")->check(CLI::Range(1, 1'000'000))->capture_default_str();
    command.add_option("--num-beams", g.numBeams, "Beams; 1 = greedy or sampling")->check(CLI::Range(1, 256))->capture_default_str();
    command.add_flag("--early-stopping", options.stopsEarly, "End as soon as num-beams candidates are complete");
    command.add_option("--length-penalty", g.lengthPenalty, "Beams: score = sum log p / length^penalty")->capture_default_str();
    command.add_flag("--do-sample", g.doSample, "Draw tokens instead of taking the likeliest");
    command.add_option("--temperature", g.temperature)->check(CLI::Range(1e-6, 1e6))->capture_default_str();
    command.add_option("--top-k", g.topK, "0 = off")->check(CLI::NonNegativeNumber)->capture_default_str();
    command.add_option("--top-p", g.topP)->check(CLI::Range(0.0, 1.0))->capture_default_str();
    command.add_option("--min-p", g.minP, "0 = off")->check(CLI::Range(0.0, 1.0))->capture_default_str();
    command.add_option("--seed", g.seed)->capture_default_str();
    command.add_option("--repetition-penalty", g.repetitionPenalty)->check(CLI::Range(1e-6, 1e6))->capture_default_str();
    command.add_option("--no-repeat-ngram-size", g.noRepeatNgramSize)->check(CLI::NonNegativeNumber)->capture_default_str();
    command.add_option("--num-return-sequences", g.numReturnSequences)->check(CLI::Range(1, 256))->capture_default_str();
    command.add_option("--stop", g.stopStrings, "End before this text (may be given several times)")->take_all();
    command.add_option("--eos-id", options.eosIds, "End token ids instead of the model's own");
    command.add_option("--pad-id", options.padId, "Padding id instead of the model's own");
}

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
    GenerationOptions generation = options.generation;
    generation.earlyStopping = options.stopsEarly ? EarlyStopping::Yes : EarlyStopping::No;
    generation.eosIds = options.eosIds;
    if (options.padId >= 0) generation.padId = options.padId;

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
    addDecoding(*command, *options);
    command->callback([&context, options] { run(context, *options); });
}

}  // namespace lathe::cli
