// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <unistd.h>

#include <fmt/format.h>

#include "command.h"

namespace lathe::cli {
namespace {

struct Options {
    SimilarQuery query;
    DedupRules rules;
    std::int64_t keepRows = -1;
    bool keepsDifferentLabels = false;
    std::string output;
    std::string report;
};

void writeKept(Context& context, const SimilarRows& rows, const DedupAnswer& answer, const std::string& output) {
    ExportOptions options;
    options.rows = answer.kept;
    exportTable(*rows.table, output, options, {}, context.stop.get_token());
}

void run(Context& context, Options& options) {
    // One threshold needs only the pairs above it; solving for it needs those of the whole slider.
    const float below = static_cast<float>(options.rules.threshold) - 0.01f;
    options.query.floor = options.keepRows >= 0 ? std::min(options.query.floor, below) : below;
    const auto rows = context.session().findSimilar(options.query, context.output.progressSink(), context.stop.get_token());
    options.rules.keepsDifferentLabels = options.keepsDifferentLabels;
    if (options.keepRows >= 0) options.rules.threshold = rows->index->thresholdFor(options.keepRows, options.rules);
    const DedupAnswer answer = rows->index->answer(options.rules);
    const SearchRecall recall = rows->index->recallAt(answer.threshold);
    if (!options.output.empty()) writeKept(context, *rows, answer, options.output);
    if (!options.report.empty()) {
        if (std::filesystem::path(options.report).extension() == ".csv") writeDedupReportCsv(answer, options.report);
        else writeDedupReportJson(*rows->index, answer, rows->seconds, options.report);
    }
    if (context.output.isJson) {
        context.output.json({{"rows", rows->index->rowCount()}, {"kept", answer.kept.size()}, {"removed", answer.removed.size()}, {"groups", answer.groupCount},
                             {"exact", answer.exactCount}, {"threshold", answer.threshold}, {"pairs", rows->index->pairCount()}, {"search", recall.isExact ? "exact" : "faiss"}, {"recall", recall.share()},
                             {"embed_seconds", rows->embedSeconds}, {"pair_seconds", rows->index->pairSeconds()}, {"seconds", rows->seconds}});
        return;
    }
    context.output.line(fmt::format("Keeps {} of {} rows at {:.3f}; removes {} in {} groups ({} exact copies). {}.", answer.kept.size(), rows->index->rowCount(),
                                    answer.threshold, answer.removed.size(), answer.groupCount, answer.exactCount, durationText(rows->seconds)));
    if (!recall.isExact)
        context.output.line(fmt::format("Not every pair was looked at: {:.1f} % of the pairs above the threshold were found, measured on {} rows. --exact-rows {} looks at all.",
                                        100 * recall.share(), recall.sampledRows, rows->index->rowCount()));
    constexpr std::size_t kShown = 10;
    for (std::size_t i = 0; i < std::min(kShown, answer.removed.size()); ++i) {
        const RemovedRow& gone = answer.removed[i];
        context.output.line(fmt::format("  row {} is like row {} ({:.3f}): {:.90}", gone.row, gone.kept, gone.similarity, rows->texts[static_cast<std::size_t>(gone.row)]));
    }
    if (answer.removed.size() > kShown) context.output.line(fmt::format("  … and {} more; --report writes them all.", answer.removed.size() - kShown));
}

}  // namespace

void addDedup(CLI::App& app, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("dedup", "Keep one of each group of rows that say the same");
    command->add_option("--model", options->query.model, "Encoder: a name or a folder")->capture_default_str();
    command->add_option("--input", options->query.table, "File, or dataset of the workspace")->required();
    command->add_option("--text", options->query.text.text, "Text that is compared, such as \"{synopsis}\"")->required();
    command->add_option("--threshold", options->rules.threshold, "Cosine above which a row goes")->check(CLI::Range(-1.0, 1.0))->capture_default_str();
    command->add_option("--labels", options->query.labels, "Column of labels: pairs that differ in them are kept");
    command->add_option("--label-separator", options->query.labelSeparator)->capture_default_str();
    command->add_option("--max-label-distance", options->rules.maxLabelDistance, "Jaccard distance above which labels differ")->check(CLI::Range(0.0, 1.0));
    command->add_option("--keep-rows", options->keepRows, "Find the threshold that keeps so many rows")->check(CLI::NonNegativeNumber);
    command->add_option("--exact-rows", options->query.exactRows, "Up to so many texts every pair is looked at; beyond, FAISS chooses which")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->add_option("--precision", options->query.precision, "auto, f32 or bf16")->check(CLI::IsMember({"auto", "f32", "bf16"}))->capture_default_str();
    command->add_option("--output", options->output, "Kept rows, as .csv, .jsonl or .parquet");
    command->add_option("--report", options->report, "What went and why, as .json or .csv");
    command->callback([&context, options] {
        options->keepsDifferentLabels = !options->query.labels.empty();
        run(context, *options);
    });
}

}  // namespace lathe::cli
