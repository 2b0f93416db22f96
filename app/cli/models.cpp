// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "command.h"

namespace lathe::cli {
namespace {

Json infoJson(const ModelInfo& model) {
    return {{"name", model.name},     {"path", model.path.string()},       {"format", model.format},   {"family", model.family},
            {"head", model.head},     {"parameters", model.parameters},    {"dtype", model.dtype},     {"context_length", model.contextLength},
            {"layers", model.layers}, {"width", model.width},              {"vocabulary", model.vocabulary},
            {"tokenizer", model.tokenizer}, {"size_bytes", model.sizeBytes}, {"licence", model.licence}, {"origin", model.origin},
            {"made_from", model.madeFrom},  {"labels", model.labels},      {"present", model.isPresent}};
}

void printInfo(Output& output, const ModelInfo& model) {
    const auto field = [&](const char* label, const std::string& value) {
        if (!value.empty()) output.line(fmt::format("  {:<12} {}", label, value));
    };
    output.line(model.name);
    field("family", fmt::format("{}, {}", model.family, model.head));
    field("parameters", countText(model.parameters));
    field("stored as", fmt::format("{} {}, {}", model.format, model.dtype, bytesText(model.sizeBytes)));
    field("shape", fmt::format("{} layers of width {}, vocabulary {}, context {}", model.layers, model.width, model.vocabulary, model.contextLength));
    field("tokenizer", model.tokenizer);
    field("labels", fmt::format("{}", fmt::join(model.labels, ", ")));
    field("licence", model.licence);
    field("origin", model.origin);
    field("made from", model.madeFrom);
    field("path", model.path.string());
}

void list(Context& context) {
    for (const ModelInfo& model : context.session().models()) {
        if (context.output.isJson) {
            context.output.json(infoJson(model));
            continue;
        }
        const std::string what = model.isPresent ? fmt::format("{:<10} {:>8}  {:<6} {}", model.family, countText(model.parameters), model.dtype, model.origin)
                                                 : "not on this machine; run packaging/setup";
        context.output.line(fmt::format("{:<28} {}", model.name, what));
    }
}

}  // namespace

void addModels(CLI::App& app, Context& context) {
    CLI::App* command = app.add_subcommand("models", "Models that are known here");
    command->require_subcommand(0, 1);
    auto target = std::make_shared<std::string>();
    auto name = std::make_shared<std::string>();
    command->add_subcommand("list", "All known models");
    CLI::App* add = command->add_subcommand("add", "Remember a folder or a .gguf file");
    add->add_option("path", *target, "Folder or .gguf file")->required();
    add->add_option("--name", *name, "Name to know it by (default: the folder's)");
    CLI::App* info = command->add_subcommand("info", "What a model is");
    info->add_option("model", *target, "Name, folder, .gguf file or run")->required();
    CLI::App* verify = command->add_subcommand("verify", "Read every byte and check it");
    verify->add_option("model", *target, "Name, folder, .gguf file or run")->required();
    CLI::App* fetch = command->add_subcommand("fetch", "Where to get a starter model");
    fetch->add_option("name", *target, "Starter model")->required();
    const auto show = [&context](const ModelInfo& model) {
        if (context.output.isJson) context.output.json(infoJson(model));
        else printInfo(context.output, model);
    };
    add->callback([&context, target, name, show] {
        if (context.workspace.empty()) {
            throw Error(ErrorCode::InvalidInput, "The model was not remembered. There is no workspace to remember it in. Add --workspace DIR, or name the path wherever a model is asked for.");
        }
        show(context.session().addModel(*target, *name));
    });
    info->callback([&context, target, show] { show(context.session().model(*target)); });
    verify->callback([&context, target] {
        const VerifyResult result = context.session().verifyModel(*target, context.output.progressSink(), context.stop.get_token());
        if (!result.isValid) throw Error(ErrorCode::CorruptFile, result.sentence);
        if (context.output.isJson) context.output.json({{"valid", true}, {"sha256", result.weightsSha256}, {"sentence", result.sentence}});
        context.output.line(result.sentence);
    });
    fetch->callback([&context, target, show] {
        const ModelInfo model = context.session().model(*target);
        if (!model.isPresent)
            throw Error(ErrorCode::NotFound, fmt::format("{} is not on this machine. Starter models come with the set-up. Run packaging/setup.", *target));
        show(model);
    });
    command->callback([&context, command] {
        if (command->get_subcommands().empty() || command->got_subcommand("list")) list(context);
    });
}

}  // namespace lathe::cli
