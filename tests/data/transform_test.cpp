// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "data/scratch.h"

namespace lathe {
namespace {

using testing::Scratch;

TablePtr films() {
    return Table::fromColumns({"title", "type", "year", "synopsis"}, {{"Ame", "Kaze", "Yuki"}, {"film", "", "series"}, {"1999", "2004", " "}, {"It rains.", "Wind.", ""}});
}

TEST(Template, FieldsAreFilledInAndBracesEscaped) {
    const FilledTemplate filled(films(), {"{title} ({year}): {{x}} { synopsis }", BlankRule::LeaveEmpty, ""});
    EXPECT_EQ(filled.row(0), "Ame (1999): {x} It rains.");
    EXPECT_EQ(filled.row(2), "Yuki (): {x} ");
    EXPECT_EQ(filled.columns(), (std::vector<int>{0, 2, 3}));
}

TEST(Template, BlanksAreHandledAsThePersonSays) {
    const std::string text = "{title}. A {type} of {year}. {synopsis}";
    EXPECT_EQ(FilledTemplate(films(), {text, BlankRule::Placeholder, "unknown"}).row(1), "Kaze. A unknown of 2004. Wind.");
    const FilledTemplate skipping(films(), {text, BlankRule::SkipSentence, ""});
    EXPECT_EQ(skipping.row(0), "Ame. A film of 1999. It rains.");
    EXPECT_EQ(skipping.row(1), "Kaze. Wind.");
    EXPECT_EQ(skipping.row(2), "Yuki.");
}

TEST(Template, LinesAreSentencesToo) {
    const FilledTemplate filled(films(), {"Title: {title}\nYear: {year}\nText: {synopsis}", BlankRule::SkipSentence, ""});
    EXPECT_EQ(filled.row(0), "Title: Ame\nYear: 1999\nText: It rains.");
    EXPECT_EQ(filled.row(2), "Title: Yuki");
}

TEST(Template, WrongOnesAreErrors) {
    EXPECT_THROW(FilledTemplate(films(), {"{nothing}", BlankRule::LeaveEmpty, ""}), Error);
    EXPECT_THROW(FilledTemplate(films(), {"{title", BlankRule::LeaveEmpty, ""}), Error);
    EXPECT_EQ(FilledTemplate(films(), {"no field", BlankRule::LeaveEmpty, ""}).row(0), "no field");
}

TEST(Transform, AColumnIsAddedAndTheRestKept) {
    Scratch scratch;
    const auto table = addTemplateColumn(films(), "description", {"{title}, {year}", BlankRule::LeaveEmpty, ""}, scratch.path("t.arrow"));
    EXPECT_EQ(table->columnCount(), 5);
    EXPECT_EQ(table->cell(1, 4), "Kaze, 2004");
    EXPECT_EQ(table->cell(1, 3), "Wind.");
    EXPECT_THROW(addTemplateColumn(films(), "title", {"x", BlankRule::LeaveEmpty, ""}, scratch.path("u.arrow")), Error);
    EXPECT_FALSE(std::filesystem::exists(scratch.path("u.arrow")));
}

TEST(Transform, ASplitIsWrittenAsAColumnThatSplittingReads) {
    Scratch scratch;
    const auto table = addSplitColumn(*films(), {{0}, {2}, {}}, kSplitColumn, scratch.path("t.arrow"));
    EXPECT_EQ(table->columnNames(), (std::vector<std::string>{"title", "type", "year", "synopsis", "split"}));
    EXPECT_EQ(table->cell(0, 4), "train");
    EXPECT_TRUE(table->isNull(1, 4));
    EXPECT_EQ(table->cell(2, 4), "validation");
    EXPECT_EQ(table->cell(2, 0), "Yuki");
    SplitOptions options;
    options.column = kSplitColumn;
    EXPECT_EQ(splitRows(*table, options).validation, (std::vector<std::int64_t>{2}));
    // A second split takes the place of the first.
    const auto again = addSplitColumn(*table, {{2}, {}, {0, 1}}, kSplitColumn, scratch.path("u.arrow"));
    EXPECT_EQ(again->columnNames(), table->columnNames());
    EXPECT_EQ(splitRows(*again, options).test, (std::vector<std::int64_t>{0, 1}));
}

TEST(Transform, RowsAreTakenInTheirOrder) {
    Scratch scratch;
    const auto table = takeRows(*films(), {2, 0}, scratch.path("t.arrow"));
    EXPECT_EQ(table->rowCount(), 2);
    EXPECT_EQ(table->cell(0, 0), "Yuki");
    EXPECT_THROW(takeRows(*films(), {3}, scratch.path("u.arrow")), Error);
    EXPECT_EQ(scratch.fileCount(), 1u);
}

TEST(Filter, EveryTestSelectsItsRows) {
    const auto table = Table::fromColumns({"t", "n"}, {{"Apfel", "äpfel und Birnen", "", "birne"}, {"3", "1,5", "x", "-2"}});
    const auto rows = [&](const char* column, FilterTest test, const char* value, bool isCaseSensitive = false) {
        return filterRows(*table, {{column, test, value, isCaseSensitive}});
    };
    using Rows = std::vector<std::int64_t>;
    EXPECT_EQ(rows("t", FilterTest::Contains, "BIRNE"), (Rows{1, 3}));
    EXPECT_EQ(rows("t", FilterTest::Contains, "BIRNE", true), (Rows{}));
    EXPECT_EQ(rows("t", FilterTest::NotContains, "ÄPFEL"), (Rows{0, 2, 3}));
    EXPECT_EQ(rows("t", FilterTest::Equals, "apfel"), (Rows{0}));
    EXPECT_EQ(rows("t", FilterTest::NotEquals, "apfel"), (Rows{1, 2, 3}));
    EXPECT_EQ(rows("t", FilterTest::StartsWith, "b"), (Rows{3}));
    EXPECT_EQ(rows("t", FilterTest::IsBlank, ""), (Rows{2}));
    EXPECT_EQ(rows("t", FilterTest::IsNotBlank, ""), (Rows{0, 1, 3}));
    EXPECT_EQ(rows("n", FilterTest::Less, "2"), (Rows{1, 3}));
    EXPECT_EQ(rows("n", FilterTest::Greater, "1"), (Rows{0, 1}));
    EXPECT_EQ(rows("t", FilterTest::LongerThan, "5"), (Rows{1}));
    EXPECT_EQ(rows("t", FilterTest::ShorterThan, "5"), (Rows{2}));
    EXPECT_EQ(rows("t", FilterTest::Matches, "^.pfel$"), (Rows{0}));
    EXPECT_EQ(filterRows(*table, {{"t", FilterTest::Contains, "b", false}, {"n", FilterTest::Less, "0", false}}), (Rows{3}));
    EXPECT_THROW(rows("t", FilterTest::Matches, "("), Error);
    EXPECT_THROW(rows("n", FilterTest::Less, "many"), Error);
    EXPECT_THROW(rows("none", FilterTest::Contains, "x"), Error);
}

TEST(Filter, APatternThatExplodesIsStopped) {
    const auto table = Table::fromColumns({"t"}, {{std::string(40, 'a') + "b"}});
    EXPECT_THROW(filterRows(*table, {{"t", FilterTest::Matches, "^((a+)+)+$", true}}), Error);
}

}  // namespace
}  // namespace lathe
