// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>

#include "command.h"

namespace lathe::cli {
namespace {

constexpr int kRepeats = 3;
constexpr const char* kPrompt = "Convert English to LaTeX\nEnglish: g of x equals integral from 0 to 1 of x squared\nLaTeX:";

/// Median tokens per second of generating 64 tokens that no end token may cut short.
double generationSpeed(Context& context, const std::string& model, const std::string& weights, std::int64_t beams) {
    const auto generator = context.session().openGenerator(model, weights, context.stop.get_token());
    GenerationOptions options;
    options.maxNewTokens = 64;
    options.numBeams = beams;
    options.eosIds = {-1};
    std::vector<double> speeds;
    for (int i = 0; i < kRepeats; ++i) speeds.push_back(generator->generate(kPrompt, options, {}, context.stop.get_token()).tokensPerSecond);
    std::sort(speeds.begin(), speeds.end());
    return speeds[kRepeats / 2];
}

void generation(Context& context, const std::string& model) {
    for (const char* weights : {"f32", "bf16", "int8", "int4"}) {
        for (const std::int64_t beams : {1, 2}) {
            const double speed = generationSpeed(context, model, weights, beams);
            if (context.output.isJson) context.output.json({{"bench", "generate"}, {"model", model}, {"weights", weights}, {"beams", beams}, {"tokens_per_second", speed}});
            context.output.line(fmt::format("generate {} {:<5} {} beam{}: {:.1f} tokens/s", model, weights, beams, beams == 1 ? " " : "s", speed));
        }
    }
}

void tokenizing(Context& context, const std::string& model) {
    std::vector<std::string> texts(2'000, kPrompt);
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] += fmt::format(" variant {} of the text, so that no two are alike", i);
    std::size_t bytes = 0;
    for (const std::string& text : texts) bytes += text.size();
    context.session().tokenize(model, {kPrompt});  // loads the tokenizer
    const auto start = std::chrono::steady_clock::now();
    context.session().tokenize(model, texts);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double speed = static_cast<double>(bytes) / 1e6 / seconds;
    if (context.output.isJson) context.output.json({{"bench", "tokenize"}, {"model", model}, {"megabytes_per_second", speed}});
    context.output.line(fmt::format("tokenize {}: {:.1f} MB/s there and back", model, speed));
}

}  // namespace

void addBench(CLI::App& app, Context& context) {
    auto name = std::make_shared<std::string>("all");
    auto model = std::make_shared<std::string>("smollm2-135m-instruct");
    CLI::App* command = app.add_subcommand("bench", "How fast this machine is with a model");
    command->add_option("name", *name, "generate, tokenize or all")->check(CLI::IsMember({"generate", "tokenize", "all"}))->capture_default_str();
    command->add_option("--model", *model, "Model to measure")->capture_default_str();
    command->callback([&context, name, model] {
        if (*name != "generate") tokenizing(context, *model);
        if (*name != "tokenize") generation(context, *model);
    });
}

}  // namespace lathe::cli
