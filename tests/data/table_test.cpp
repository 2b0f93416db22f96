// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "data/scratch.h"
#include "data/table_writer.h"

namespace lathe {
namespace {

using testing::Scratch;

TEST(Table, FromColumnsKeepsCellsAsTheyAre) {
    const auto table = Table::fromColumns({"id", "text"}, {{"007", "1.10"}, {"", " a\nb "}});
    EXPECT_EQ(table->rowCount(), 2);
    EXPECT_EQ(table->columnCount(), 2);
    EXPECT_EQ(table->cell(0, 0), "007");
    EXPECT_EQ(table->cell(1, 0), "1.10");
    EXPECT_EQ(table->cell(1, 1), " a\nb ");
    EXPECT_EQ(table->columnIndex("text"), 1);
    EXPECT_FALSE(table->columnIndex("Text").has_value());
    EXPECT_TRUE(table->isBlank(0, 1));
    EXPECT_FALSE(table->isNull(0, 1));
}

TEST(Table, WrongRequestsAreErrorsWithSentences) {
    const auto table = Table::fromColumns({"a", "b"}, {{"1"}, {"2"}});
    EXPECT_THROW(table->cell(1, 0), Error);
    EXPECT_THROW(table->cell(-1, 0), Error);
    EXPECT_THROW(table->cell(0, 2), Error);
    try {
        table->requireColumn("c");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::NotFound);
        EXPECT_NE(std::string(error.what()).find("a, b"), std::string::npos);
    }
    EXPECT_THROW(Table::fromColumns({"a", "a"}, {{}, {}}), Error);
    EXPECT_THROW(Table::fromColumns({" "}, {{}}), Error);
    EXPECT_THROW(Table::fromColumns({"a", "b"}, {{"1"}, {}}), Error);
}

TEST(Table, AFileGivesTheSameCellsAndFingerprintAsMemory) {
    Scratch scratch;
    data::TableWriter writer({"n", "t"}, scratch.path("t.arrow"), {true, false});
    std::vector<std::vector<std::string>> columns(2);
    for (int row = 0; row < 150'000; ++row) {
        columns[0].push_back(std::to_string(row));
        columns[1].push_back(std::string(static_cast<std::size_t>(row % 7), 'x'));
        writer.append(0, columns[0].back());
        writer.append(1, columns[1].back());
        writer.endRow();
    }
    const std::string fingerprint = writer.finish();
    const auto opened = Table::open(scratch.path("t.arrow"));
    const auto memory = Table::fromColumns({"n", "t"}, columns);
    ASSERT_EQ(opened->rowCount(), 150'000);
    for (const std::int64_t row : {0, 65'535, 65'536, 131'071, 131'072, 149'999}) {
        EXPECT_EQ(opened->cell(row, 0), columns[0][static_cast<std::size_t>(row)]);
        EXPECT_EQ(opened->cell(row, 1), columns[1][static_cast<std::size_t>(row)]);
    }
    EXPECT_EQ(opened->fingerprint(), fingerprint);
    EXPECT_EQ(memory->fingerprint(), fingerprint);
    EXPECT_TRUE(opened->isJsonColumn(0));
    EXPECT_FALSE(opened->isJsonColumn(1));
}

TEST(Table, TheFingerprintTellsContentApart) {
    const auto print = [](std::vector<std::string> names, const std::vector<std::vector<std::string>>& columns) {
        return Table::fromColumns(std::move(names), columns)->fingerprint();
    };
    const std::string base = print({"a", "b"}, {{"1", "23"}, {"x", "y"}});
    EXPECT_EQ(base.size(), 64u);
    EXPECT_EQ(base, print({"a", "b"}, {{"1", "23"}, {"x", "y"}}));
    EXPECT_NE(base, print({"a", "b"}, {{"12", "3"}, {"x", "y"}}));
    EXPECT_NE(base, print({"a", "c"}, {{"1", "23"}, {"x", "y"}}));
    EXPECT_NE(base, print({"b", "a"}, {{"x", "y"}, {"1", "23"}}));
    data::TableWriter writer({"a", "b"});
    for (const char* cell : {"1", "23"}) {
        writer.append(0, cell);
        writer.endRow();
    }
    const auto withNulls = writer.finishInMemory();
    EXPECT_TRUE(withNulls->isNull(0, 1));
    EXPECT_NE(withNulls->fingerprint(), print({"a", "b"}, {{"1", "23"}, {"", ""}}));
}

TEST(Table, HugeCellsDoNotPileUpInOneBatch) {
    Scratch scratch;
    data::TableWriter writer({"t"}, scratch.path("t.arrow"));
    const std::string huge(10u << 20, 'z');
    for (int i = 0; i < 12; ++i) {
        writer.append(0, huge);
        writer.endRow();
    }
    writer.finish();
    const auto table = Table::open(scratch.path("t.arrow"));
    EXPECT_EQ(table->rowCount(), 12);
    EXPECT_EQ(table->cell(11, 0), huge);
}

TEST(Table, DamagedFilesAreErrorsAndNeverCrash) {
    Scratch scratch;
    data::TableWriter writer({"a"}, scratch.path("t.arrow"));
    for (int i = 0; i < 100; ++i) {
        writer.append(0, "cell " + std::to_string(i));
        writer.endRow();
    }
    writer.finish();
    const std::string good = testing::slurp(scratch.path("t.arrow"));
    int errors = 0;
    for (std::size_t at = 0; at < good.size(); at += 3) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x5A);
        const auto file = scratch.write("bad.arrow", bad);
        try {
            const auto table = Table::open(file);
            for (std::int64_t row = 0; row < std::min<std::int64_t>(table->rowCount(), 200); ++row) {
                for (int column = 0; column < table->columnCount(); ++column) (void)table->cell(row, column).size();
            }
        } catch (const Error&) {
            ++errors;
        }
    }
    EXPECT_GT(errors, 10);
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{8}, good.size() / 2, good.size() - 1})
        EXPECT_THROW(Table::open(scratch.write("cut.arrow", good.substr(0, length))), Error) << length;
    EXPECT_THROW(Table::open(scratch.path("none.arrow")), Error);
    EXPECT_THROW(Table::open(scratch.folder()), Error);
}

}  // namespace
}  // namespace lathe
