// SPDX-License-Identifier: GPL-3.0-or-later
// CSV in: one behaviour a test, on text made here.
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "data/csv_rows.h"
#include "data/csv_sniff.h"
#include "data/scratch.h"

namespace lathe {
namespace {

using testing::Rows;
using testing::Scratch;

struct Imported {
    ImportReport report;
    Rows rows;   ///< with the names first
};

class Csv : public ::testing::Test {
protected:
    Scratch scratch;

    Imported import(std::string_view text, const ImportOptions& options = {}, const std::string& name = "in.csv") {
        Imported imported;
        imported.report = importFile(scratch.write(name, text), options, scratch.path("out.arrow"));
        imported.rows = testing::rowsOf(*Table::open(scratch.path("out.arrow")), true);
        return imported;
    }
};

ImportOptions withHeader() {
    ImportOptions options;
    options.header = HeaderChoice::Yes;
    return options;
}

TEST_F(Csv, CellsStayAsTheyAreWritten) {
    const auto got = import("id,price,when\n007,1.10,2024-01-02\n+5,1e3, 3 \n");
    EXPECT_EQ(got.rows, (Rows{{"id", "price", "when"}, {"007", "1.10", "2024-01-02"}, {"+5", "1e3", " 3 "}}));
}

TEST_F(Csv, LineBreaksOfAnyKindEndRows) {
    const Rows expected{{"id", "n"}, {"a", "1"}, {"b", "2"}};
    for (const char* text : {"id,n\na,1\nb,2", "id,n\r\na,1\r\nb,2\r\n", "id,n\ra,1\rb,2\r", "id,n\r\na,1\nb,2\r"}) EXPECT_EQ(import(text).rows, expected) << text;
}

TEST_F(Csv, QuotedCellsHoldDelimitersQuotesAndLineBreaks) {
    const auto got = import("name,note\n\"a, b\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"\r\n\"\n");
    EXPECT_EQ(got.rows, (Rows{{"name", "note"}, {"a, b", "say \"hi\""}, {"two\nlines", "\r\n"}}));
    EXPECT_EQ(got.report.problemCount, 0);
}

TEST_F(Csv, LineNumbersCountLinesInsideQuotes) {
    const auto got = import("a,b\n\"1\n1\n1\",2\n3\n4,5\n");
    ASSERT_EQ(got.report.problems.size(), 1u);
    EXPECT_EQ(got.report.problems[0].line, 5);
    EXPECT_EQ(got.report.problems[0].text, "3");
    EXPECT_TRUE(got.report.problems[0].isKept);
}

TEST_F(Csv, ShortRowsArePaddedWithAbsentCellsOrLeftOut) {
    const std::string text = "a,b,c\n1,2,3\n4\n5,6,7\n";
    const auto kept = import(text);
    EXPECT_EQ(kept.report.rows, 3);
    const auto table = Table::open(scratch.path("out.arrow"));
    EXPECT_TRUE(table->isNull(1, 1));
    EXPECT_FALSE(table->isNull(1, 0));
    ImportOptions strict;
    strict.ragged = RaggedPolicy::LeaveOut;
    const auto left = import(text, strict);
    EXPECT_EQ(left.report.rows, 2);
    EXPECT_EQ(left.report.leftOutCount, 1);
    ASSERT_EQ(left.report.problems.size(), 1u);
    EXPECT_FALSE(left.report.problems[0].isKept);
    EXPECT_EQ(left.report.problems[0].line, 3);
    EXPECT_NE(left.report.problems[0].reason.find("1 cell"), std::string::npos);
}

TEST_F(Csv, LongRowsGetColumnsSoThatNothingIsLost) {
    const auto got = import("a,b\n1,2\n3,4,5,6\n7,8\n", withHeader());
    EXPECT_EQ(got.rows, (Rows{{"a", "b", "column_3", "column_4"}, {"1", "2", "", ""}, {"3", "4", "5", "6"}, {"7", "8", "", ""}}));
    ASSERT_EQ(got.report.problemCount, 1);   // the long one; the others are as wide as the table was
    EXPECT_EQ(got.report.problems[0].line, 3);
}

TEST_F(Csv, AnUnclosedQuoteDoesNotSwallowTheFile) {
    std::string text = "id,t\n1,a\n2,\"open\n";
    for (int i = 3; i < 100; ++i) text += std::to_string(i) + ",row\n";
    const auto got = import(text);
    EXPECT_EQ(got.report.rows, 99);
    EXPECT_EQ(got.rows[2], (std::vector<std::string>{"2", "\"open"}));
    EXPECT_EQ(got.rows.back(), (std::vector<std::string>{"99", "row"}));
    ASSERT_EQ(got.report.problemCount, 1);
    EXPECT_EQ(got.report.problems[0].line, 3);
}

TEST_F(Csv, ManyUnclosedQuotesTakeNoQuadraticTime) {
    std::string text = "id,t\n";
    for (int i = 0; i < 30'000; ++i) text += std::to_string(i) + ",\"open x\n";
    const auto got = import(text);
    EXPECT_EQ(got.report.rows + got.report.leftOutCount, 30'000);
}

TEST_F(Csv, AStrayQuoteInsideQuotesIsTextAndListed) {
    const auto got = import("who,said\nAnn,\"He said \"hi\" there\"\nBob,x\n");
    EXPECT_EQ(got.rows[1], (std::vector<std::string>{"Ann", "He said \"hi\" there"}));
    EXPECT_EQ(got.report.rows, 2);
    EXPECT_EQ(got.report.problemCount, 1);
}

TEST_F(Csv, TenMegabyteCellsAreRead) {
    const std::string huge(10u << 20, 'x');
    const auto got = import("id,t\n1,\"" + huge + "\"\n2,b\n");
    ASSERT_EQ(got.rows.size(), 3u);
    EXPECT_EQ(got.rows[1][1], huge);
}

TEST_F(Csv, ZeroBytesAreKeptAndNoted) {
    using namespace std::string_literals;
    const auto got = import("id,text\n1,a\0b\n2,c\n"s);
    EXPECT_EQ(got.rows[1][1], "a\0b"s);
    EXPECT_TRUE(std::any_of(got.report.notes.begin(), got.report.notes.end(), [](const std::string& note) { return note.find("zero bytes") != std::string::npos; }));
}

TEST_F(Csv, NamesAreTrimmedMadeUniqueAndSaidSo) {
    const auto got = import("\xEF\xBB\xBF id ,name,name,,name_1\n1,2,3,4,5\n", withHeader());
    EXPECT_EQ(got.rows[0], (std::vector<std::string>{"id", "name", "name_2", "column_4", "name_1"}));
    EXPECT_GE(got.report.notes.size(), 3u);
}

TEST_F(Csv, HeadersAreFoundOrNot) {
    EXPECT_TRUE(import("name,age\nAnn,31\nBob,29\n").report.dialect.hasHeader);
    EXPECT_FALSE(import("Ann,31\nBob,29\nCid,40\n").report.dialect.hasHeader);
    EXPECT_FALSE(import("1,2,3\n4,5,6\n").report.dialect.hasHeader);
    EXPECT_TRUE(import("text,label\nI liked it a lot,positive\nNever again,negative\n").report.dialect.hasHeader);
    const auto numbered = import("Ann,31\nBob,29\n");
    EXPECT_EQ(numbered.rows[0], (std::vector<std::string>{"column_1", "column_2"}));
    EXPECT_EQ(numbered.report.rows, 2);
}

TEST_F(Csv, DelimitersAreFound) {
    for (const char delimiter : {',', ';', '\t', '|'}) {
        std::string text;
        for (const auto& [name, price, note] : {std::array{"name", "price", "note"}, {"apple", "1.20", "red"}, {"pear", "0.99", "green"}, {"plum", "2.50", "blue"}})
            text += std::string(name) + delimiter + price + delimiter + note + "\n";
        const auto got = import(text);
        EXPECT_EQ(got.report.dialect.delimiter, delimiter);
        EXPECT_EQ(got.rows[2], (std::vector<std::string>{"pear", "0.99", "green"}));
    }
    EXPECT_EQ(import("x;y\n1,5;2,5\n3,1;4,0\n").report.dialect.delimiter, ';');
    EXPECT_EQ(import("a\tb, c\td\n1\t2, 3\t4\n", {}, "in.tsv").report.dialect.delimiter, '\t');
}

TEST_F(Csv, SentencesWithCommasAreOneColumn) {
    const auto got = import("It rained, and we stayed in.\nNo commas here at all\nFirst, second, third, and so on.\nWell, yes.\nAgain none\nAnd none here\n");
    EXPECT_EQ(got.rows[0].size(), 1u);
    EXPECT_EQ(got.rows.size(), 7u);
}

TEST_F(Csv, PreambleAndCommentsArePassedOverAndReported) {
    const auto got = import("Export of 3 May\n\nid,name,score\n# checked by hand\n1,a,2\n2,b,3\n3,c,4\n");
    EXPECT_EQ(got.rows[0], (std::vector<std::string>{"id", "name", "score"}));
    EXPECT_EQ(got.report.rows, 3);
    EXPECT_EQ(got.report.dialect.preambleLines, 2);
    EXPECT_EQ(got.report.commentLines, 1);
    EXPECT_EQ(got.report.dialect.comment, '#');
    const ImportPreview preview = previewImport(scratch.path("in.csv"));
    ASSERT_EQ(preview.preamble.size(), 2u);
    EXPECT_EQ(preview.preamble[0], "Export of 3 May");
}

TEST_F(Csv, AHashInTheFirstNameIsNoComment) {
    const auto got = import("#id,name\n1,a\n2,b\n");
    EXPECT_EQ(got.rows[0], (std::vector<std::string>{"#id", "name"}));
    EXPECT_EQ(got.report.rows, 2);
}

TEST_F(Csv, GivenOptionsAreObeyed) {
    ImportOptions options;
    options.delimiter = ';';
    options.quote = '\'';
    options.header = HeaderChoice::No;
    options.preambleLines = 1;
    options.comment = '%';
    const auto got = import("skip me\n'a;b';2\n% note\nc;'it''s'\n", options);
    EXPECT_EQ(got.rows, (Rows{{"column_1", "column_2"}, {"a;b", "2"}, {"c", "it's"}}));
    options.delimiter = '\n';
    EXPECT_THROW(import("a", options), Error);
    options.delimiter = '\'';
    EXPECT_THROW(import("a", options), Error);
}

TEST_F(Csv, BackslashEscapesAreFound) {
    const auto got = import("id,text\n1,\"say \\\"hi\\\", then go\"\n2,\"plain\"\n");
    EXPECT_EQ(got.report.dialect.escape, '\\');
    EXPECT_EQ(got.rows[1][1], "say \"hi\", then go");
}

TEST_F(Csv, BlankLinesAreCountedAndNoRows) {
    const auto got = import("id,n\n1,2\n\n3,4\n\n\n");
    EXPECT_EQ(got.report.rows, 2);
    EXPECT_EQ(got.report.blankLines, 3);
}

TEST_F(Csv, FilesThatAreNoTablesAreRefusedWithAReason) {
    EXPECT_THROW(import(""), Error);
    EXPECT_THROW(import(std::string("PK\x03\x04rest", 8), {}, "a.xlsx"), Error);
    EXPECT_THROW(importFile(scratch.path("none.csv"), {}, scratch.path("o.arrow")), Error);
    EXPECT_THROW(importFile(scratch.folder(), {}, scratch.path("o.arrow")), Error);
    ImportOptions options;
    options.encoding = "klingon";
    EXPECT_THROW(import("a,b\n", options), Error);
}

TEST_F(Csv, ColumnsUpToTheLimitAreReadAndOneMoreIsRefused) {
    const auto wide = [](int columns) {
        std::string row;
        for (int i = 0; i < columns; ++i) row += (i > 0 ? ",c" : "c") + std::to_string(i);
        return row + "\n" + row + "x\n";
    };
    EXPECT_EQ(import(wide(4'096)).rows[0].size(), 4'096u);
    EXPECT_THROW(import(wide(4'097)), Error);
}

TEST_F(Csv, ThePreviewShowsWhatTheImportDoes) {
    std::string text = "id;name\n";
    for (int i = 0; i < 50; ++i) text += std::to_string(i) + ";n" + std::to_string(i) + "\n";
    text += "short\n";
    const ImportPreview preview = previewImport(scratch.write("p.csv", text));
    EXPECT_EQ(preview.dialect.delimiter, ';');
    EXPECT_EQ(preview.rows.size(), 20u);
    EXPECT_EQ(preview.rowsLookedAt, 51);
    EXPECT_TRUE(preview.isWholeFile);
    ASSERT_EQ(preview.problems.size(), 1u);
    EXPECT_EQ(preview.problems[0].line, 52);
}

TEST_F(Csv, SmallPiecesGiveTheSameRecordsAsOne) {
    // The parser must not decide before it has seen enough: every cut of the text gives the same first record.
    const std::string text = "\"a\r\n\"\"b\"\" \" ,c\r\nnext,row\n";
    data::CsvParser parser({});
    data::CsvRecord whole;
    ASSERT_TRUE(parser.next(text, true, whole));
    const std::vector<std::string> expected(whole.fields.begin(), whole.fields.end());
    int decided = 0;
    for (std::size_t length = 1; length <= text.size(); ++length) {
        data::CsvRecord part;
        if (!parser.next(std::string_view(text).substr(0, length), false, part)) continue;
        ++decided;
        EXPECT_EQ(std::vector<std::string>(part.fields.begin(), part.fields.end()), expected) << length;
        EXPECT_EQ(part.bytes, whole.bytes);
    }
    EXPECT_GT(decided, 5);
}

}  // namespace
}  // namespace lathe
