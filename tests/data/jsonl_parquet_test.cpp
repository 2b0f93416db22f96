// SPDX-License-Identifier: GPL-3.0-or-later
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_nested.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/io/file.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <gtest/gtest.h>
#include <lathe/error.h>
#include <parquet/arrow/writer.h>

#include "data/json_scan.h"
#include "data/scratch.h"

namespace lathe {
namespace {

using testing::Rows;
using testing::Scratch;

class Jsonl : public ::testing::Test {
protected:
    Scratch scratch;
    ImportReport report;

    TablePtr import(std::string_view text, const std::string& name = "in.jsonl") {
        report = importFile(scratch.write(name, text), {}, scratch.path("out.arrow"));
        return Table::open(scratch.path("out.arrow"));
    }
};

TEST_F(Jsonl, KeysBecomeColumnsInOrderOfAppearance) {
    const auto table = import("{\"a\": \"1\", \"b\": \"x\"}\n{\"c\": \"y\", \"a\": \"2\"}\n");
    EXPECT_EQ(testing::rowsOf(*table, true), (Rows{{"a", "b", "c"}, {"1", "x", ""}, {"2", "", "y"}}));
    EXPECT_TRUE(table->isNull(0, 2));
    EXPECT_TRUE(table->isNull(1, 1));
}

TEST_F(Jsonl, NumbersAndNestedValuesKeepTheirText) {
    const auto table = import("{\"n\": 1.10, \"big\": 12345678901234567890123, \"m\": [{\"role\": \"user\", \"x\": -0}], \"t\": true, \"z\": null}\n");
    EXPECT_EQ(testing::rowsOf(*table), (Rows{{"1.10", "12345678901234567890123", "[{\"role\": \"user\", \"x\": -0}]", "true", ""}}));
    EXPECT_TRUE(table->isJsonColumn(0));
    EXPECT_TRUE(table->isNull(0, 4));
}

TEST_F(Jsonl, EscapesAreResolved) {
    const auto table = import(R"({"t": "a\n\t\"\\\/ \u00e9 \ud83d\ude00 \ud800 end"})" "\n");
    EXPECT_EQ(table->cell(0, 0), "a\n\t\"\\/ é 😀 \xEF\xBF\xBD end");
}

TEST_F(Jsonl, LinesThatAreNoObjectsAreListed) {
    const auto table = import("{\"a\": \"1\"}\n\n[1, 2]\n{\"a\": \"2\"\n{\"a\": \"3\"} x\n{\"a\": \"4\", \"a\": \"5\"}\n{\"a\": 01}\n{\"a\": \"6\"}\n");
    EXPECT_EQ(table->rowCount(), 2);
    EXPECT_EQ(report.leftOutCount, 5);
    EXPECT_EQ(report.blankLines, 1);
    const std::vector<std::int64_t> lines{3, 4, 5, 6, 7};
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(report.problems[i].line, lines[i]);
        EXPECT_FALSE(report.problems[i].isKept);
        EXPECT_FALSE(report.problems[i].reason.empty());
    }
}

TEST_F(Jsonl, AnArrayOfObjectsIsReadToo) {
    const auto table = import("[\n  {\"a\": \"1\",\n   \"b\": 2},\n  {\"a\": \"3\"}, 7\n]\n", "in.json");
    EXPECT_EQ(testing::rowsOf(*table, true), (Rows{{"a", "b"}, {"1", "2"}, {"3", ""}}));
    EXPECT_EQ(report.leftOutCount, 1);
}

TEST_F(Jsonl, DeepNestingIsRefusedAndNotFollowed) {
    std::string deep = "{\"a\": ";
    for (int i = 0; i < 100'000; ++i) deep += '[';
    const auto table = import("{\"a\": \"ok\"}\n" + deep + "\n");
    EXPECT_EQ(table->rowCount(), 1);
    EXPECT_EQ(report.leftOutCount, 1);
}

TEST_F(Jsonl, AFileWithoutObjectsIsAnError) {
    EXPECT_THROW(import("1\n2\n"), Error);
    EXPECT_THROW(import("not json at all\n"), Error);
}

TEST_F(Jsonl, StringsAndOtherValuesInOneColumnBecomeText) {
    const auto table = import("{\"a\": \"1\"}\n{\"a\": 2}\n");
    EXPECT_FALSE(table->isJsonColumn(0));
    EXPECT_TRUE(std::any_of(report.notes.begin(), report.notes.end(), [](const std::string& note) { return note.find("become text") != std::string::npos; }));
}

TEST(JsonScan, CutTextIsIncompleteAndNeverRead) {
    const std::string text = R"({"key": "value \u00e9", "n": -1.5e+3, "l": [true, false, null, {"x": "y"}]})";
    std::vector<data::JsonMember> members;
    data::JsonProblem problem;
    std::size_t used = 0;
    ASSERT_EQ(data::scanJsonObject(text, members, used, problem), data::JsonScan::Ok);
    EXPECT_EQ(used, text.size());
    for (std::size_t length = 0; length < text.size(); ++length)
        EXPECT_EQ(data::scanJsonObject(std::string_view(text).substr(0, length), members, used, problem), data::JsonScan::Incomplete) << length;
}

std::shared_ptr<arrow::Table> mixedTable() {
    arrow::Int64Builder ids;
    arrow::DoubleBuilder scores;
    arrow::StringBuilder texts;
    arrow::BooleanBuilder flags;
    arrow::Date32Builder days;
    arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MILLI), arrow::default_memory_pool());
    auto items = std::make_shared<arrow::StringBuilder>();
    arrow::ListBuilder lists(arrow::default_memory_pool(), items);
    bool isFine = ids.AppendValues({1, -7}).ok() && scores.AppendValues({0.1, 2.0}).ok() && texts.Append("a\"b").ok() && texts.AppendNull().ok();
    isFine = isFine && flags.AppendValues(std::vector<bool>{true, false}).ok() && days.AppendValues({0, 19'753}).ok() && times.AppendValues({0, 1'700'000'000'123}).ok();
    isFine = isFine && lists.Append().ok() && items->Append("x").ok() && items->Append("y\"").ok() && lists.Append().ok();
    EXPECT_TRUE(isFine);
    arrow::ArrayVector arrays;
    for (arrow::ArrayBuilder* builder : std::initializer_list<arrow::ArrayBuilder*>{&ids, &scores, &texts, &flags, &days, &times, &lists})
        arrays.push_back(builder->Finish().ValueOrDie());
    const auto schema = arrow::schema({arrow::field("id", arrow::int64()), arrow::field("score", arrow::float64()), arrow::field("text", arrow::utf8()),
                                       arrow::field("flag", arrow::boolean()), arrow::field("day", arrow::date32()),
                                       arrow::field("time", arrow::timestamp(arrow::TimeUnit::MILLI)), arrow::field("list", arrow::list(arrow::utf8()))});
    return arrow::Table::Make(schema, arrays);
}

TEST(Parquet, EveryTypeBecomesText) {
    Scratch scratch;
    auto sink = arrow::io::FileOutputStream::Open(scratch.path("in.parquet").string()).ValueOrDie();
    ASSERT_TRUE(parquet::arrow::WriteTable(*mixedTable(), arrow::default_memory_pool(), sink, 10).ok());
    ASSERT_TRUE(sink->Close().ok());
    const ImportReport report = importFile(scratch.path("in.parquet"), {}, scratch.path("out.arrow"));
    EXPECT_EQ(report.dialect.format, FileFormat::Parquet);
    const auto table = Table::open(scratch.path("out.arrow"));
    EXPECT_EQ(testing::rowsOf(*table, true),
              (Rows{{"id", "score", "text", "flag", "day", "time", "list"},
                    {"1", "0.1", "a\"b", "true", "1970-01-01", "1970-01-01T00:00:00", "[\"x\", \"y\\\"\"]"},
                    {"-7", "2.0", "", "false", "2024-01-31", "2023-11-14T22:13:20.123", "[]"}}));
    EXPECT_TRUE(table->isNull(1, 2));
    EXPECT_EQ(previewImport(scratch.path("in.parquet")).rows.size(), 2u);
}

TEST(Parquet, DamagedFilesAreErrors) {
    Scratch scratch;
    exportParquet(*Table::fromColumns({"a"}, {{"x", "y", "z"}}), scratch.path("good.parquet"));
    const std::string good = testing::slurp(scratch.path("good.parquet"));
    int errors = 0;
    for (std::size_t at = 4; at < good.size(); at += 2) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x7F);
        try {
            importFile(scratch.write("bad.parquet", bad), {}, scratch.path("out.arrow"));
        } catch (const Error&) {
            ++errors;
        }
    }
    EXPECT_GT(errors, 5);
    EXPECT_THROW(importFile(scratch.write("cut.parquet", good.substr(0, good.size() / 2)), {}, scratch.path("out.arrow")), Error);
}

}  // namespace
}  // namespace lathe
