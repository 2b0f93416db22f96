// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>

#include "command.h"

namespace lathe::cli {
namespace {

struct Options {
    std::string file;
    std::string model;
    std::string textTemplate;
    std::int64_t maxLength = 128;
};

Json columnJson(const ColumnProfile& profile) {
    Json frequent = Json::array();
    for (const ValueCount& value : profile.mostFrequent) frequent.push_back({{"value", value.value}, {"count", value.count}});
    Json labels = Json::object();
    for (const ValueCount& label : profile.labels) labels[label.value] = label.count;
    Json together = Json::array();
    for (const LabelCoOccurrence& pair : profile.coOccurrence) together.push_back({{"first", pair.first}, {"second", pair.second}, {"count", pair.count}});
    return {{"column", profile.name}, {"type", columnTypeName(profile.type)}, {"rows", profile.rows}, {"blanks", profile.blanks},
            {"distinct", profile.distinct}, {"most_frequent", frequent}, {"labels", labels}, {"label_separator", profile.labelSeparator}, {"labels_per_row", profile.labelsPerRow}, {"co_occurrence", together},
            {"exact_duplicates", profile.exactDuplicates}, {"control_character_rows", profile.controlCharacterRows}, {"html_rows", profile.htmlRows},
            {"characters", {{"minimum", profile.characters.minimum}, {"mean", profile.characters.mean}, {"median", profile.characters.median},
                            {"p95", profile.characters.percentile95}, {"maximum", profile.characters.maximum}}}};
}

void printColumn(Output& output, const ColumnProfile& profile) {
    output.line(fmt::format("{:<20} {:<10} {:>8} blank {:>9} distinct   {}..{} characters, median {}", profile.name, columnTypeName(profile.type), profile.blanks,
                            profile.distinct, profile.characters.minimum, profile.characters.maximum, profile.characters.median));
}

void printTokens(Context& context, const Options& options, const TablePtr& table) {
    const FilledTemplate filled(table, {.text = options.textTemplate, .blankRule = BlankRule::LeaveEmpty, .placeholder = {}});
    std::vector<std::string> texts;
    for (std::int64_t row = 0; row < table->rowCount(); ++row) texts.push_back(filled.row(row));
    std::vector<std::int64_t> lengths;
    std::int64_t cut = 0;
    for (const TokenizeResult& result : context.session().tokenize(options.model, texts)) {
        lengths.push_back(static_cast<std::int64_t>(result.ids.size()));
        cut += lengths.back() > options.maxLength ? 1 : 0;
    }
    const double cutShare = lengths.empty() ? 0 : static_cast<double>(cut) / static_cast<double>(lengths.size());
    const LengthHistogram histogram = lengthHistogram(std::move(lengths));
    if (context.output.isJson) {
        context.output.json({{"tokens", {{"minimum", histogram.minimum}, {"mean", histogram.mean}, {"median", histogram.median}, {"p95", histogram.percentile95},
                                         {"maximum", histogram.maximum}, {"bin_width", histogram.binWidth}, {"counts", histogram.counts}}},
                             {"max_length", options.maxLength}, {"cut_rows", cut}, {"cut_share", cutShare}});
        return;
    }
    context.output.line(fmt::format("Tokens of {}: {}..{}, median {}, 95 % below {}; {} rows ({:.1f} %) are longer than {} and would be cut.", options.model,
                                    histogram.minimum, histogram.maximum, histogram.median, histogram.percentile95, cut, cutShare * 100, options.maxLength));
    const std::int64_t most = histogram.counts.empty() ? 0 : *std::max_element(histogram.counts.begin(), histogram.counts.end());
    for (std::size_t bin = 0; bin < histogram.counts.size() && most > 0; ++bin) {
        std::string bar;
        for (std::int64_t i = 0; i < histogram.counts[bin] * 40 / most; ++i) bar += "▇";
        if (histogram.counts[bin] > 0) context.output.line(fmt::format("{:>6} {:>7} {}", static_cast<std::int64_t>(bin) * histogram.binWidth, histogram.counts[bin], bar));
    }
}

}  // namespace

void addProfile(CLI::App& app, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("profile", "Columns, blanks, lengths, and what would be cut at max_length");
    command->add_option("file", options->file, "File, or dataset of the workspace")->required();
    command->add_option("--model", options->model, "Count tokens with this model's tokenizer");
    command->add_option("--template", options->textTemplate, "Text whose tokens are counted, such as \"{title}. {plot}\"");
    command->add_option("--max-length", options->maxLength, "Tokens at which rows are cut")->check(CLI::PositiveNumber)->capture_default_str();
    command->callback([&context, options] {
        if (options->model.empty() != options->textTemplate.empty()) throw CLI::ValidationError("--model and --template", "give both or neither");
        const std::stop_token stop = context.stop.get_token();
        const TablePtr table = context.session().openTable(options->file, stop);
        const std::int64_t duplicates = duplicateRowCount(*table, stop);
        if (context.output.isJson) context.output.json({{"rows", table->rowCount()}, {"columns", table->columnNames()}, {"duplicate_rows", duplicates}});
        context.output.line(fmt::format("{} rows, {} columns, {} rows stand twice.", table->rowCount(), table->columnCount(), duplicates));
        for (int column = 0; column < table->columnCount(); ++column) {
            const ColumnProfile profile = profileColumn(*table, column, {}, {}, stop);
            if (context.output.isJson) context.output.json(columnJson(profile));
            else printColumn(context.output, profile);
        }
        if (!options->model.empty()) printTokens(context, *options, table);
    });
}

}  // namespace lathe::cli
