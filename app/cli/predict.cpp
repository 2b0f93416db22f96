// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>

#include "command.h"

namespace lathe::cli {
namespace {

struct Options {
    PredictQuery query;
    std::string threshold = "best";
    std::string output;
};

std::string labelsText(const Predictions& predictions, std::size_t row) {
    const std::vector<float>& probabilities = predictions.probabilities[row];
    if (predictions.isSingle) return predictions.labels[static_cast<std::size_t>(std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin())];
    std::string text;
    for (std::size_t i = 0; i < probabilities.size(); ++i)
        if (probabilities[i] >= predictions.thresholds[i]) text += (text.empty() ? "" : ", ") + predictions.labels[i];
    return text;
}

/// "labels" and a column of probabilities a label, beside nothing else: row n belongs to row n of the input.
TablePtr predictionTable(const Predictions& predictions) {
    std::vector<std::string> names{"labels"};
    std::vector<std::vector<std::string>> columns(1 + predictions.labels.size());
    for (const std::string& label : predictions.labels) names.push_back(label == "labels" ? "labels_" : label);
    for (std::size_t row = 0; row < predictions.probabilities.size(); ++row) {
        columns[0].push_back(labelsText(predictions, row));
        for (std::size_t i = 0; i < predictions.labels.size(); ++i) columns[i + 1].push_back(fmt::format("{:.6f}", predictions.probabilities[row][i]));
    }
    return Table::fromColumns(names, columns);
}

void run(Context& context, Options& options) {
    if (options.threshold != "best") {
        char* end = nullptr;
        const double value = std::strtod(options.threshold.c_str(), &end);
        if (end == options.threshold.c_str() || *end != 0 || !(value >= 0 && value <= 1)) throw CLI::ValidationError("--threshold", "must be best or a number from 0 to 1");
        options.query.threshold = value;
    }
    const Predictions predictions = context.session().predict(options.query, context.output.progressSink(), context.stop.get_token());
    if (!options.output.empty()) exportTable(*predictionTable(predictions), options.output, {}, {}, context.stop.get_token());
    for (std::size_t row = 0; row < predictions.probabilities.size(); ++row) {
        if (context.output.isJson) {
            Json probabilities = Json::object();
            for (std::size_t i = 0; i < predictions.labels.size(); ++i) probabilities[predictions.labels[i]] = predictions.probabilities[row][i];
            context.output.json({{"row", row}, {"labels", labelsText(predictions, row)}, {"probabilities", probabilities}});
        } else if (options.output.empty()) {
            context.output.line(fmt::format("{}: {}", row, labelsText(predictions, row)));
        }
    }
    context.output.line(fmt::format("{} rows in {}.", predictions.probabilities.size(), durationText(predictions.seconds)));
}

}  // namespace

void addPredict(CLI::App& app, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("predict", "Labels and probabilities of rows, by a trained classifier");
    command->add_option("--model", options->query.model, "Name, folder or run")->required();
    command->add_option("--input", options->query.table, "File, or dataset of the workspace")->required();
    command->add_option("--text", options->query.text.text, "Text of a row, such as \"{title}. {synopsis}\"")->required();
    command->add_option("--max-length", options->query.maxLength, "Longer texts are cut, in tokens")->check(CLI::Range(2, 1'000'000))->capture_default_str();
    command->add_option("--threshold", options->threshold, "Probability from which on a label counts, or best")->capture_default_str();
    command->add_option("--output", options->output, "Write labels and probabilities as .csv, .jsonl or .parquet");
    command->callback([&context, options] { run(context, *options); });
}

}  // namespace lathe::cli
