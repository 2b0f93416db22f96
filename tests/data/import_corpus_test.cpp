// SPDX-License-Identifier: GPL-3.0-or-later
// The corpus of awkward CSV files and the cases of another parser. Skipped where the shared data is absent.
#include <fstream>
#include <iostream>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/json.h"
#include "data/scratch.h"

namespace lathe {
namespace {

using testing::Rows;
using testing::Scratch;
namespace fs = std::filesystem;

const fs::path kCorpus = fs::path(LATHE_SHARED_DIR) / "data" / "e_csv";

std::vector<base::Json> linesOf(const fs::path& file) {
    std::vector<base::Json> values;
    std::ifstream input(file);
    for (std::string line; std::getline(input, line);) values.push_back(base::Json::parse(line));
    return values;
}

class Corpus : public ::testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(kCorpus / "manifest.jsonl")) GTEST_SKIP() << "../shared/data/e_csv is absent";
    }
    Scratch scratch;

    Rows import(const fs::path& file, const ImportOptions& options = {}, ImportReport* report = nullptr) {
        const ImportReport made = importFile(file, options, scratch.path("out.arrow"));
        if (report != nullptr) *report = made;
        const auto table = Table::open(scratch.path("out.arrow"));
        EXPECT_EQ(table->rowCount(), made.rows);
        return testing::rowsOf(*table, made.dialect.hasHeader);
    }
};

TEST_F(Corpus, ExactFilesAreReadExactlyWithoutAnyHint) {
    int matched = 0, all = 0;
    for (const base::Json& entry : linesOf(kCorpus / "manifest.jsonl")) {
        if (entry.value("match", base::Json()) != "exact") continue;
        ++all;
        const std::string name = entry["file"];
        const Rows expected = base::readJsonFile(kCorpus / entry["expected"].get<std::string>())["rows"].get<Rows>();
        ImportReport report;
        const Rows rows = import(kCorpus / name, {}, &report);
        EXPECT_EQ(report.leftOutCount, 0) << name;
        EXPECT_EQ(rows, expected) << name << " as " << report.dialect.encoding;
        matched += rows == expected;
    }
    std::cout << matched << " of " << all << " exact files match\n";
    EXPECT_GE(all, 29);
}

TEST_F(Corpus, VerbatimFileWithCommentsMatches) {
    ImportOptions options;
    options.comment = '#';
    const Rows rows = import(kCorpus / "commons-csv/testCSV246_checkWithNoComment.csv", options);
    // A blank line is no row here; it is counted in the report.
    const Rows expected{{"a", "b", "c", "e", "f"}, {"g", "h", "i", "j", "k"}, {"l", "m", "n", "o", "p"}};
    EXPECT_EQ(rows, expected);
}

TEST_F(Corpus, NoFileCrashesOrLosesRowsWithoutSayingSo) {
    int read = 0, refused = 0;
    for (const base::Json& entry : linesOf(kCorpus / "manifest.jsonl")) {
        const fs::path file = kCorpus / entry["file"].get<std::string>();
        try {
            const ImportPreview preview = previewImport(file);
            ImportReport report;
            import(file, {}, &report);
            ++read;
            EXPECT_EQ(preview.columnNames, report.columnNames) << file;
            const bool hasNotes = report.problemCount > 0 || report.blankLines > 0 || report.commentLines > 0 || report.dialect.preambleLines > 0;
            const std::int64_t rows = report.rows + report.leftOutCount + (report.dialect.hasHeader ? 1 : 0);
            // Python's csv module counts rows in the encoding and dialect that the corpus names; where ours has fewer, the report must say why.
            const std::int64_t theirs = entry["py_rows"].is_number() ? entry["py_rows"].get<std::int64_t>() : 0;
            const bool isTold = rows >= theirs || hasNotes;
            EXPECT_TRUE(isTold) << file << ": " << rows << " of " << theirs << " rows and no word about it";
        } catch (const Error& error) {
            ++refused;
            EXPECT_NE(std::string(error.what()).find(". "), std::string::npos) << error.what();
        }
    }
    std::cout << read << " files read, " << refused << " refused with a sentence\n";
    EXPECT_LE(refused, 5);
}

/// A case applies if it asks for nothing that the importer has no setting for.
bool applies(const base::Json& config) {
    for (const auto& [key, value] : config.items()) {
        if (key == "header" || key == "delimiter" || key == "comments" || key == "quoteChar" || key == "escapeChar") {
            if (value.is_string() && value.get<std::string>().size() != 1) return false;
        } else if (key == "skipEmptyLines" || key == "skipFirstNLines" || key == "newline") {
            if (value == "greedy") return false;
            if (value.is_number() && value.get<int>() < 0) return false;
        } else if (key != "fastMode") {
            return false;
        }
    }
    return true;
}

ImportOptions optionsOf(const base::Json& config) {
    ImportOptions options;
    options.format = FileFormat::Csv;
    options.header = HeaderChoice::No;
    options.preambleLines = 0;
    options.comment = '\0';
    const auto letter = [&](const char* key) -> std::optional<char> {
        if (!config.contains(key) || !config[key].is_string()) return std::nullopt;
        return config[key].get<std::string>()[0];
    };
    if (config.contains("comments") && config["comments"] == true) options.comment = '#';
    else if (letter("comments")) options.comment = letter("comments");
    options.delimiter = letter("delimiter");
    options.quote = letter("quoteChar");
    options.escape = letter("escapeChar");
    if (config.value("header", base::Json(false)) == true) options.header = HeaderChoice::Yes;
    if (config.contains("skipFirstNLines")) options.preambleLines = config["skipFirstNLines"].get<int>();
    return options;
}

/// Their rows: as lists or as objects; without blank lines, which are no rows here, and padded to one width, as a table has it.
Rows expectedOf(const base::Json& data) {
    Rows rows;
    std::size_t width = 0;
    for (const base::Json& row : data) {
        auto& cells = rows.emplace_back();
        for (const base::Json& cell : row) cells.push_back(cell.get<std::string>());
        if (cells == std::vector<std::string>{""}) {
            rows.pop_back();
            continue;
        }
        // Empty cells behind those of the first row make no column of their own here; the row is listed.
        while (cells.size() > rows.front().size() && cells.back().empty()) cells.pop_back();
        width = std::max(width, cells.size());
    }
    for (auto& row : rows) row.resize(width);
    return rows;
}

TEST_F(Corpus, PapaParseCasesThatApplyGiveTheSameCells) {
    int applied = 0, matched = 0, all = 0;
    for (const base::Json& entry : linesOf(kCorpus / "papaparse_cases.jsonl")) {
        ++all;
        const base::Json& config = entry["config"];
        const std::string input = entry["input"];
        if (entry["uses_function"] == true || !applies(config) || input.empty()) continue;
        const base::Json& data = entry["expected"]["data"];
        ++applied;
        const auto options = optionsOf(config);
        const auto file = scratch.write("case.csv", input);
        Rows rows;
        try {
            const ImportReport report = importFile(file, options, scratch.path("out.arrow"));
            const auto table = Table::open(scratch.path("out.arrow"));
            // Cases with renamed headers list them as the first row of data.
            const bool listsNames = entry["expected"].contains("meta") && entry["set"] == "CORE_PARSER_TESTS" && options.header == HeaderChoice::Yes;
            rows = testing::rowsOf(*table, listsNames);
            if (!entry["expected"]["errors"].empty() && entry["expected"]["errors"][0]["type"] == "Quotes") {
                EXPECT_GE(report.problemCount, 1) << entry["description"];
            }
        } catch (const Error& error) {
            ADD_FAILURE() << entry["description"] << ": " << error.what();
            continue;
        }
        EXPECT_EQ(rows, expectedOf(data)) << entry["description"] << "\n" << input << "\nconfig " << config;
        matched += rows == expectedOf(data);
    }
    std::cout << matched << " of " << applied << " cases that apply match (" << all << " in all)\n";
    EXPECT_GE(applied, 60);
}

}  // namespace
}  // namespace lathe
