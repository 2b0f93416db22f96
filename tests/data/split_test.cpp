// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <lathe/data.h>
#include <lathe/error.h>

namespace lathe {
namespace {

TablePtr tableOf(int rows) {
    std::mt19937_64 random(7);
    std::vector<std::string> ids, groups, labels;
    const std::vector<std::string> names{"Action", "Drama", "Comedy", "Horror", "Rare"};
    const std::vector<double> shares{0.5, 0.4, 0.2, 0.1, 0.02};
    for (int i = 0; i < rows; ++i) {
        ids.push_back(std::to_string(i));
        groups.push_back(std::to_string(i / 3));
        std::string set;
        for (std::size_t k = 0; k < names.size(); ++k) {
            if (std::uniform_real_distribution<>(0, 1)(random) < shares[k]) set += (set.empty() ? "" : ", ") + names[k];
        }
        labels.push_back(set);
    }
    return Table::fromColumns({"id", "group", "labels"}, {ids, groups, labels});
}

void expectPartition(const Split& split, std::int64_t rows) {
    std::vector<std::int64_t> all;
    for (const auto* part : {&split.train, &split.validation, &split.test}) {
        EXPECT_TRUE(std::is_sorted(part->begin(), part->end()));
        all.insert(all.end(), part->begin(), part->end());
    }
    std::sort(all.begin(), all.end());
    ASSERT_EQ(static_cast<std::int64_t>(all.size()), rows);
    for (std::int64_t row = 0; row < rows; ++row) EXPECT_EQ(all[static_cast<std::size_t>(row)], row);
}

TEST(Split, SharesAreMetAndSeedsMatter) {
    const auto table = tableOf(1'000);
    SplitOptions options;
    options.test = 0.1;
    const Split split = splitRows(*table, options);
    expectPartition(split, 1'000);
    EXPECT_EQ(split.validation.size(), 200u);
    EXPECT_EQ(split.test.size(), 100u);
    EXPECT_EQ(splitRows(*table, options).validation, split.validation);
    options.seed = 43;
    EXPECT_NE(splitRows(*table, options).validation, split.validation);
}

TEST(Split, GroupsStayTogether) {
    const auto table = tableOf(999);
    SplitOptions options;
    options.groupBy = "group";
    options.test = 0.2;
    const Split split = splitRows(*table, options);
    expectPartition(split, 999);
    std::map<std::string, std::set<int>> parts;
    int part = 0;
    for (const auto* rows : {&split.train, &split.validation, &split.test}) {
        for (const std::int64_t row : *rows) parts[std::string(table->cell(row, 1))].insert(part);
        ++part;
    }
    for (const auto& [group, in] : parts) EXPECT_EQ(in.size(), 1u) << group;
    EXPECT_NEAR(static_cast<double>(split.validation.size()), 200, 6);
    EXPECT_NEAR(static_cast<double>(split.test.size()), 200, 6);
}

TEST(Split, LabelsAreSpreadEvenly) {
    const auto table = tableOf(2'000);
    const SplitOptions options{0.2, 0.0, 42, "", "labels", ", ", ""};
    const Split split = splitRows(*table, options);
    expectPartition(split, 2'000);
    EXPECT_NEAR(static_cast<double>(split.validation.size()), 400, 4);
    std::map<std::string, std::array<int, 2>> counts;
    for (const std::int64_t row : split.train) for (const auto& label : splitLabels(table->cell(row, 2), ", ")) ++counts[label][0];
    for (const std::int64_t row : split.validation) for (const auto& label : splitLabels(table->cell(row, 2), ", ")) ++counts[label][1];
    for (const auto& [label, count] : counts) EXPECT_NEAR(count[1], 0.2 * (count[0] + count[1]), 2.0) << label;
}

TEST(Split, GroupsAndLabelsTogether) {
    const auto table = tableOf(1'500);
    const SplitOptions options{0.2, 0.0, 42, "group", "labels", ", ", ""};
    const Split split = splitRows(*table, options);
    expectPartition(split, 1'500);
    EXPECT_NEAR(static_cast<double>(split.validation.size()), 300, 12);
}

TEST(Split, WrongSharesAndColumnsAreErrors) {
    const auto table = tableOf(10);
    for (const auto& [validation, test] : {std::pair{1.0, 0.0}, {-0.1, 0.0}, {0.5, 0.5}, {0.0, 1.2}}) {
        SplitOptions options;
        options.validation = validation;
        options.test = test;
        EXPECT_THROW(splitRows(*table, options), Error);
    }
    SplitOptions options;
    options.groupBy = "none";
    EXPECT_THROW(splitRows(*table, options), Error);
}

TEST(Split, ColumnNamesEachRowsPart) {
    const auto table = Table::fromColumns({"text", "part"}, {{"a", "b", "c", "d", "e"}, {"train", "Validation", "", "test", "dev"}});
    SplitOptions options;
    options.column = "part";
    const Split split = splitRows(*table, options);
    EXPECT_EQ(split.train, (std::vector<std::int64_t>{0}));
    EXPECT_EQ(split.validation, (std::vector<std::int64_t>{1, 4}));
    EXPECT_EQ(split.test, (std::vector<std::int64_t>{3}));
    options.column = "text";
    EXPECT_THROW(splitRows(*table, options), Error);
}

TEST(Split, StraddlingClustersAreFoundAndMoved) {
    const Split split{{0, 1, 2, 5, 6}, {3, 4}, {7}};
    const auto straddling = straddlingClusters(split, {{0, 1}, {2, 5, 3}, {4, 7}});
    ASSERT_EQ(straddling.size(), 2u);
    EXPECT_EQ(straddling[0].inPart, (std::array<std::int64_t, 3>{2, 1, 0}));
    const Split moved = moveToOneSide(split, straddling);
    EXPECT_EQ(moved.train, (std::vector<std::int64_t>{0, 1, 2, 3, 5, 6}));
    EXPECT_EQ(moved.validation, (std::vector<std::int64_t>{4, 7}));
    EXPECT_TRUE(moved.test.empty());
    EXPECT_TRUE(straddlingClusters(moved, {{0, 1}, {2, 5, 3}, {4, 7}}).empty());
}

}  // namespace
}  // namespace lathe
