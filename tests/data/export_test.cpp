// SPDX-License-Identifier: GPL-3.0-or-later
// What is written is read again as it was: fixed cases, and tables drawn from a seed.
#include <random>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/json.h"
#include "data/scratch.h"

namespace lathe {
namespace {

using testing::Rows;
using testing::Scratch;

const std::vector<std::string> kPieces{"a", "B", "7", " ", ",", ";", "\t", "|", "\"", "\"\"", "'", "\n", "\r", "\r\n", "#", "=", "é", "한", "😀", "\\", "0", ".", "-", "{", "}", "null"};

std::string randomCell(std::mt19937_64& random) {
    std::string cell;
    const auto pieces = std::uniform_int_distribution<int>(0, 6)(random);
    for (int i = 0; i < pieces; ++i) cell += kPieces[std::uniform_int_distribution<std::size_t>(0, kPieces.size() - 1)(random)];
    return cell;
}

TablePtr randomTable(std::mt19937_64& random) {
    const int columns = std::uniform_int_distribution<int>(1, 5)(random), rows = std::uniform_int_distribution<int>(1, 30)(random);
    std::vector<std::string> names;
    std::vector<std::vector<std::string>> cells(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
        names.push_back("name " + std::to_string(column));
        for (int row = 0; row < rows; ++row) cells[static_cast<std::size_t>(column)].push_back(randomCell(random));
    }
    return Table::fromColumns(names, cells);
}

TablePtr readBack(const Scratch& scratch, const std::filesystem::path& file, const ImportOptions& options = {}) {
    importFile(file, options, scratch.path("back.arrow"));
    return Table::open(scratch.path("back.arrow"));
}

TEST(Export, RandomTablesComeBackCellForCellInEveryFormat) {
    Scratch scratch;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        std::mt19937_64 random(seed);
        const auto table = randomTable(random);
        const Rows expected = testing::rowsOf(*table, true);
        for (const char* name : {"t.csv", "t.tsv", "t.jsonl", "t.parquet", "t.arrow"}) {
            exportTable(*table, scratch.path(name));
            if (std::string_view(name).ends_with(".arrow")) {
                EXPECT_EQ(testing::rowsOf(*Table::open(scratch.path(name)), true), expected) << "seed " << seed;
                continue;
            }
            // The dialect is what was written; whether a first row is a header can only be guessed, so it is said.
            ImportOptions options;
            options.header = HeaderChoice::Yes;
            options.preambleLines = 0;
            options.delimiter = std::string_view(name) == "t.tsv" ? '\t' : ',';
            options.quote = '"';
            options.escape = '\0';
            options.comment = '\0';
            const auto back = readBack(scratch, scratch.path(name), options);
            EXPECT_EQ(testing::rowsOf(*back, true), expected) << name << " seed " << seed;
            EXPECT_EQ(back->fingerprint(), table->fingerprint()) << name << " seed " << seed;
        }
    }
}

TEST(Export, OrdinaryTablesComeBackWithoutAnyHint) {
    Scratch scratch;
    const auto table = Table::fromColumns({"id", "text", "labels"}, {{"007", "8", "9"}, {"Well, \"hi\"\nthere", "# not a comment", ""}, {"a; b", "c", "a|b"}});
    for (const char* name : {"t.csv", "t.tsv", "t.jsonl", "t.parquet"}) {
        exportTable(*table, scratch.path(name));
        EXPECT_EQ(readBack(scratch, scratch.path(name))->fingerprint(), table->fingerprint()) << name;
    }
}

TEST(Export, SpreadsheetModeDisarmsFormulasAndLeavesNumbers) {
    Scratch scratch;
    const auto table = Table::fromColumns({"a", "b"}, {{"=1+1", "+SUM(A1)", "-2+3", "@x", "\tx", "-0.5", "+7", "＝1"}, {"-", "plain", "1,5", "", "a=b", "\rx", "-1e5", "'q"}});
    ExportOptions options;
    options.csvMode = CsvMode::SpreadsheetSafe;
    exportCsv(*table, scratch.path("safe.csv"), options);
    EXPECT_TRUE(testing::slurp(scratch.path("safe.csv")).starts_with("\xEF\xBB\xBF"));
    ImportOptions in;
    in.header = HeaderChoice::Yes;
    in.delimiter = ',';
    in.quote = '"';
    const Rows rows = testing::rowsOf(*readBack(scratch, scratch.path("safe.csv"), in));
    const Rows expected{{"'=1+1", "'-"}, {"'+SUM(A1)", "plain"}, {"'-2+3", "1,5"}, {"'@x", ""}, {"'\tx", "a=b"}, {"-0.5", "'\rx"}, {"+7", "-1e5"}, {"'＝1", "'q"}};
    EXPECT_EQ(rows, expected);
    exportCsv(*table, scratch.path("exact.csv"));
    EXPECT_EQ(readBack(scratch, scratch.path("exact.csv"), in)->fingerprint(), table->fingerprint());
}

TEST(Export, ChosenRowsAndColumnsInTheirOrder) {
    Scratch scratch;
    const auto table = Table::fromColumns({"a", "b", "c"}, {{"1", "2", "3"}, {"x", "y", "z"}, {"p", "q", "r"}});
    ExportOptions options;
    options.columns = {2, 0};
    options.rows = std::vector<std::int64_t>{2, 0};
    for (const char* name : {"t.csv", "t.jsonl", "t.parquet"}) {
        exportTable(*table, scratch.path(name), options);
        EXPECT_EQ(testing::rowsOf(*readBack(scratch, scratch.path(name)), true), (Rows{{"c", "a"}, {"r", "3"}, {"p", "1"}})) << name;
    }
    options.rows = std::vector<std::int64_t>{3};
    EXPECT_THROW(exportTable(*table, scratch.path("t.csv"), options), Error);
    EXPECT_THROW(exportTable(*table, scratch.path("t.xyz")), Error);
}

TEST(Export, JsonLinesKeepNullsAndNumbers) {
    Scratch scratch;
    const std::string text = "{\"n\": 1.10, \"t\": \"1.10\", \"o\": {\"k\": [1, 2]}}\n{\"n\": null, \"t\": \"\\u0001\\n\", \"o\": null}\n";
    importFile(scratch.write("in.jsonl", text), {}, scratch.path("t.arrow"));
    exportJsonl(*Table::open(scratch.path("t.arrow")), scratch.path("out.jsonl"));
    EXPECT_EQ(testing::slurp(scratch.path("out.jsonl")), text);
}

TEST(Export, ACancelledExportLeavesNothing) {
    Scratch scratch;
    std::vector<std::string> cells(200'000, "some text that fills the buffer");
    const auto table = Table::fromColumns({"a"}, {cells});
    for (const char* name : {"t.csv", "t.jsonl", "t.parquet"}) {
        std::stop_source source;
        const auto stop = [&](const Progress&) { source.request_stop(); };
        EXPECT_THROW(exportTable(*table, scratch.path(name), {}, stop, source.get_token()), Error);
        EXPECT_EQ(scratch.fileCount(), 0u) << name;
    }
}

}  // namespace
}  // namespace lathe
