// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>

#include <fmt/format.h>

#include "command.h"

namespace lathe::cli {

void addExport(CLI::App& app, Context& context) {
    struct Options {
        std::string model;
        std::string output;
        std::string dtype = "f32";
        ModelExportFormat format = ModelExportFormat::HuggingFace;
    };
    static const std::map<std::string, ModelExportFormat> kFormats{
        {"hf", ModelExportFormat::HuggingFace}, {"adapter", ModelExportFormat::Adapter}, {"merged", ModelExportFormat::Merged}, {"gguf", ModelExportFormat::Gguf}};
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("export", "Write a model for other programs");
    command->add_option("--model", options->model, "Name, folder, .gguf file or run")->required();
    command->add_option("--format", options->format, "hf, adapter, merged or gguf")->transform(CLI::CheckedTransformer(kFormats))->required();
    command->add_option("--dtype", options->dtype, "f32, bf16, f16; GGUF also q8_0")->check(CLI::IsMember({"f32", "bf16", "f16", "q8_0"}))->capture_default_str();
    command->add_option("--output", options->output, "Folder, or file for GGUF")->required();
    command->callback([&context, options] {
        context.session().exportModel(options->model, {options->format, options->dtype, options->output}, context.output.progressSink(),
                                      context.stop.get_token());
        context.output.line(fmt::format("Written to {}.", options->output));
        if (context.output.isJson) context.output.json({{"output", options->output}});
    });
}

}  // namespace lathe::cli
