// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "data/column_type.h"
#include "data/scratch.h"

namespace lathe {
namespace {

ColumnProfile profileOf(std::vector<std::string> cells, const std::string& separator = {}) {
    return profileColumn(*Table::fromColumns({"c"}, {std::move(cells)}), 0, separator);
}

TEST(Profile, TypesAreFound) {
    EXPECT_EQ(profileOf({"1", "-2", "007", ""}).type, ColumnType::Integer);
    EXPECT_EQ(profileOf({"1", "2.5", "1e3", "1,234.5"}).type, ColumnType::Number);
    EXPECT_EQ(profileOf({"true", "False", "TRUE"}).type, ColumnType::Boolean);
    EXPECT_EQ(profileOf({"2024-01-31", "1999-12-01T10:00:00Z"}).type, ColumnType::Date);
    EXPECT_EQ(profileOf({"", " ", ""}).type, ColumnType::Empty);
    EXPECT_EQ(profileOf({"A long sentence about nothing.", "Another one, quite different.", "And a third."}).type, ColumnType::Text);
    EXPECT_EQ(profileOf({"red", "blue", "red", "red", "blue", "red"}).type, ColumnType::Category);
}

TEST(Profile, CountsBlanksDistinctAndRepeats) {
    const auto profile = profileOf({"a", "b", "a", "", "a", " ", "c"});
    EXPECT_EQ(profile.rows, 7);
    EXPECT_EQ(profile.blanks, 2);
    EXPECT_EQ(profile.distinct, 3);
    EXPECT_EQ(profile.exactDuplicates, 2);
    ASSERT_FALSE(profile.mostFrequent.empty());
    EXPECT_EQ(profile.mostFrequent[0].value, "a");
    EXPECT_EQ(profile.mostFrequent[0].count, 3);
}

TEST(Profile, LabelsAreCountedWithTheirCompany) {
    std::vector<std::string> cells;
    for (int i = 0; i < 10; ++i) cells.insert(cells.end(), {"Action, Drama", "Drama", "Comedy, Drama, Action"});
    const auto profile = profileOf(cells);
    ASSERT_EQ(profile.type, ColumnType::LabelSet);
    EXPECT_EQ(profile.labelSeparator, ", ");
    ASSERT_EQ(profile.labels.size(), 3u);
    EXPECT_EQ(profile.labels[0].value, "Drama");
    EXPECT_EQ(profile.labels[0].count, 30);
    EXPECT_DOUBLE_EQ(profile.labelsPerRow, 2.0);
    ASSERT_FALSE(profile.coOccurrence.empty());
    EXPECT_EQ(profile.coOccurrence[0].first, "Action");
    EXPECT_EQ(profile.coOccurrence[0].second, "Drama");
    EXPECT_EQ(profile.coOccurrence[0].count, 20);
    EXPECT_NE(profileOf(cells, "none").type, ColumnType::LabelSet);
    EXPECT_EQ(profileOf({"a;b", "b;c"}, ";").labels.size(), 3u);
}

TEST(Profile, SentencesWithCommasAreNoLabels) {
    EXPECT_EQ(profileOf({"It rained, so we stayed.", "He came, saw, and left early.", "Nothing, really, was there to see.", "She sang, he danced."}).type, ColumnType::Text);
}

TEST(Profile, LengthsAreInCharacters) {
    const auto profile = profileOf({"한국어", "ab", "é", ""});
    EXPECT_EQ(profile.characters.minimum, 1);
    EXPECT_EQ(profile.characters.maximum, 3);
    EXPECT_EQ(profile.characters.median, 2);
    EXPECT_DOUBLE_EQ(profile.characters.mean, 2.0);
    const LengthHistogram histogram = lengthHistogram({1, 2, 3, 1'000});
    EXPECT_EQ(histogram.counts.front(), 3);
    EXPECT_EQ(histogram.counts[static_cast<std::size_t>(1'000 / histogram.binWidth)], 1);
    EXPECT_GT(histogram.binWidth * 40, 1'000);
}

TEST(Profile, MarkupAndControlCharactersAreSeen) {
    const auto profile = profileOf({"a <br> b", "x &amp; y", "1 < 2 and 3 > 2", "AT&T", "bell \x07", "line\nbreak\t", "\xC2\x85", "bad \xEF\xBF\xBD"});
    EXPECT_EQ(profile.htmlRows, 2);
    EXPECT_EQ(profile.controlCharacterRows, 2);
    EXPECT_EQ(profile.replacementCharacterRows, 1);
}

TEST(Profile, LabelListsInJsonAreSplit) {
    EXPECT_EQ(splitLabels("[\"a, b\", \"c\", 3]", ","), (std::vector<std::string>{"a, b", "c", "3"}));
    EXPECT_EQ(splitLabels(" a ,b,, a", ", "), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(splitLabels("one two", ""), (std::vector<std::string>{"one two"}));
    EXPECT_TRUE(splitLabels(" ", ",").empty());
}

TEST(Profile, DuplicateRowsCompareAllColumns) {
    const auto table = Table::fromColumns({"a", "b"}, {{"1", "1", "1", "12"}, {"23", "23", "3", "3"}});
    EXPECT_EQ(duplicateRowCount(*table), 1);
}

TEST(ColumnType, NumbersOfSeveralCountries) {
    double value = 0;
    EXPECT_TRUE(data::parseNumber("1.234.567,89", value));
    EXPECT_DOUBLE_EQ(value, 1'234'567.89);
    EXPECT_TRUE(data::parseNumber("1,234,567", value));
    EXPECT_DOUBLE_EQ(value, 1'234'567);
    EXPECT_TRUE(data::parseNumber("-0,5", value));
    EXPECT_DOUBLE_EQ(value, -0.5);
    EXPECT_TRUE(data::parseNumber("12%", value));
    for (const char* text : {"", "-", "1,2,3", "1.2.3", "0x10", "12a", "1e", "--1", "1,2345,678"}) EXPECT_FALSE(data::parseNumber(text, value)) << text;
}

}  // namespace
}  // namespace lathe
