// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>

#include <fmt/format.h>

#include "command.h"

namespace lathe::cli {

void addEmbed(CLI::App& app, Context& context) {
    struct Options {
        SimilarQuery query;
        std::string output;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("embed", "Vectors of texts, as a .npy file");
    command->add_option("--model", options->query.model, "Encoder: a name or a folder")->capture_default_str();
    command->add_option("--input", options->query.table, "File, or dataset of the workspace")->required();
    command->add_option("--text", options->query.text.text, "Text of a row, such as \"{title}. {synopsis}\"")->required();
    options->query.precision = "auto";
    command->add_option("--precision", options->query.precision, "auto, f32 or bf16")->check(CLI::IsMember({"auto", "f32", "bf16"}))->capture_default_str();
    command->add_option("--output", options->output, ".npy file")->required();
    command->callback([&context, options] {
        const auto start = std::chrono::steady_clock::now();
        const EmbeddingMatrix matrix = context.session().embed(options->query, context.output.progressSink(), context.stop.get_token());
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        writeNpy(matrix, options->output);
        if (context.output.isJson) context.output.json({{"rows", matrix.rows}, {"width", matrix.width}, {"seconds", seconds}, {"output", options->output}});
        context.output.line(fmt::format("{} vectors of width {} in {} ({:.1f} texts/s). Written to {}.", matrix.rows, matrix.width, durationText(seconds),
                                        static_cast<double>(matrix.rows) / std::max(seconds, 1e-9), options->output));
    });
}

}  // namespace lathe::cli
