// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <map>

#include <unistd.h>

#include <fmt/format.h>

#include "command.h"

namespace lathe::cli {
namespace {

struct Options {
    std::string file;
    std::string name;
    std::string output;
    std::string delimiter;
    ImportOptions import;
};

std::optional<char> delimiterOf(const std::string& text) {
    if (text.empty()) return std::nullopt;
    if (text == "\\t" || text == "tab") return '\t';
    if (text.size() == 1) return text.front();
    throw Error(ErrorCode::InvalidInput, fmt::format("--delimiter {} cannot be used. It must be one character. Give one such as \",\" or \"tab\".", text));
}

Json dialectJson(const ImportDialect& dialect) {
    return {{"encoding", dialect.encoding}, {"delimiter", std::string(1, dialect.delimiter)}, {"quote", dialect.quote == '\0' ? "" : std::string(1, dialect.quote)},
            {"header", dialect.hasHeader}, {"preamble_lines", dialect.preambleLines}};
}

void print(Output& output, const ImportReport& report, const std::string& where) {
    if (output.isJson) {
        Json problems = Json::array();
        for (const ProblemRow& problem : report.problems) problems.push_back({{"line", problem.line}, {"reason", problem.reason}, {"kept", problem.isKept}});
        output.json({{"rows", report.rows}, {"columns", report.columnNames}, {"dialect", dialectJson(report.dialect)}, {"problem_count", report.problemCount},
                     {"left_out", report.leftOutCount}, {"problems", problems}, {"notes", report.notes}, {"fingerprint", report.fingerprint},
                     {"seconds", report.seconds}, {"where", where}});
        return;
    }
    output.line(fmt::format("{} rows, {} columns ({}) in {}.", report.rows, report.columnNames.size(), report.dialect.encoding, durationText(report.seconds)));
    output.line(fmt::format("Columns: {}", fmt::join(report.columnNames, ", ")));
    for (const std::string& note : report.notes) output.line(note);
    constexpr std::size_t kShown = 20;
    for (std::size_t i = 0; i < std::min(report.problems.size(), kShown); ++i)
        output.line(fmt::format("line {}: {} ({})", report.problems[i].line, report.problems[i].reason, report.problems[i].isKept ? "kept" : "left out"));
    if (report.problemCount > static_cast<std::int64_t>(kShown)) output.line(fmt::format("… and {} more lines that do not fit.", report.problemCount - static_cast<std::int64_t>(kShown)));
    if (!where.empty()) output.line(fmt::format("Kept as {}.", where));
}

void run(Context& context, Options& options) {
    options.import.delimiter = delimiterOf(options.delimiter);
    const std::filesystem::path file = options.file;
    const std::string name = options.name.empty() ? file.stem().string() : options.name;
    const std::stop_token stop = context.stop.get_token();
    if (!context.workspace.empty()) {
        const ImportReport report = context.session().importDataset(file, name, options.import, context.output.progressSink(), stop);
        if (!options.output.empty()) exportTable(*context.session().openTable(name, stop), options.output, {}, context.output.progressSink(), stop);
        return print(context.output, report, fmt::format("dataset {} in {}", name, context.workspace));
    }
    // Without a workspace the table lives only as long as the export of it takes.
    const std::filesystem::path scratch = std::filesystem::temp_directory_path() / fmt::format("lathe-import-{}.arrow", ::getpid());
    struct Remove { std::filesystem::path file; ~Remove() { std::error_code ignored; std::filesystem::remove(file, ignored); } } const remove{scratch};
    const ImportReport report = importFile(file, options.import, scratch, context.output.progressSink(), stop);
    if (!options.output.empty()) exportTable(*Table::open(scratch), options.output, {}, context.output.progressSink(), stop);
    print(context.output, report, options.output);
}

}  // namespace

void addImport(CLI::App& app, Context& context) {
    static const std::map<std::string, HeaderChoice> kHeaders{{"auto", HeaderChoice::Auto}, {"yes", HeaderChoice::Yes}, {"no", HeaderChoice::No}};
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("import", "Read a CSV, TSV, JSONL or Parquet file, and say what was found");
    command->add_option("file", options->file, "File to read")->required();
    command->add_option("--name", options->name, "Name in the workspace (default: the file's)");
    command->add_option("--encoding", options->import.encoding, "Such as UTF-8 or CP949 (default: found out)");
    command->add_option("--delimiter", options->delimiter, "One character, or tab (default: found out)");
    command->add_option("--header", options->import.header, "auto, yes or no")->transform(CLI::CheckedTransformer(kHeaders));
    command->add_option("--output", options->output, "Write the table as .csv, .jsonl or .parquet");
    command->callback([&context, options] { run(context, *options); });
}

}  // namespace lathe::cli
