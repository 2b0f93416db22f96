// SPDX-License-Identifier: GPL-3.0-or-later
// What resources/samples promises: row counts, columns, uniqueness, planted copies, balance. Rendering of every formula is
// checked where the formula engine is (tests/ui).
#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "resources/sample_table.h"

namespace lathe {
namespace {

using testing::columnOf;
using testing::importResource;
using Columns = std::vector<std::string>;

TablePtr sample(const std::string& name) { return importResource(testing::kResources / "samples" / name); }

std::string normalised(const std::string& text) {
    std::istringstream words(text);
    std::string joined;
    for (std::string word; words >> word;) joined += (joined.empty() ? "" : " ") + word;
    std::transform(joined.begin(), joined.end(), joined.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return joined;
}

/// 1 - edit distance / longer length.
double editSimilarity(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return 1.0 - static_cast<double>(row.back()) / static_cast<double>(std::max<std::size_t>(1, std::max(a.size(), b.size())));
}

/// Three-word sequences of a text.
std::set<std::string> shinglesOf(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    std::set<std::string> found;
    for (std::size_t i = 2; i < words.size(); ++i) found.insert(words[i - 2] + ' ' + words[i - 1] + ' ' + words[i]);
    return found;
}

/// Shared sequences over all of them (Jaccard).
double jaccard(const std::set<std::string>& first, const std::set<std::string>& second) {
    const auto shared = std::count_if(first.begin(), first.end(), [&](const auto& s) { return second.count(s) > 0; });
    const auto all = static_cast<std::ptrdiff_t>(first.size() + second.size()) - shared;
    return all == 0 ? 0.0 : static_cast<double>(shared) / static_cast<double>(all);
}

bool bracesBalance(const std::string& latex) {
    int depth = 0;
    for (std::size_t i = 0; i < latex.size(); ++i) {
        if (latex[i] == '\\') ++i;
        else if (latex[i] == '{') ++depth;
        else if (latex[i] == '}' && --depth < 0) return false;
    }
    return depth == 0;
}

std::size_t countOf(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
    return count;
}

TEST(EnglishToLatex, HasDistinctPairsWithoutNearCopies) {
    const auto table = sample("english_to_latex.csv");
    EXPECT_EQ(table->columnNames(), (Columns{"English", "LaTeX"}));
    EXPECT_GE(table->rowCount(), 440);
    auto english = columnOf(*table, "English");
    std::transform(english.begin(), english.end(), english.begin(), normalised);
    for (std::size_t i = 0; i < english.size(); ++i) {
        EXPECT_FALSE(english[i].empty()) << "row " << i;
        for (std::size_t j = 0; j < i; ++j) {
            const auto longer = std::max(english[i].size(), english[j].size());
            const auto shorter = std::min(english[i].size(), english[j].size());
            if (shorter * 10 < longer * 9) continue;
            EXPECT_LT(editSimilarity(english[i], english[j]), 0.9) << english[i] << " | " << english[j];
        }
    }
}

TEST(EnglishToLatex, LeavesTheDemonstrationOut) {
    const auto table = sample("english_to_latex.csv");
    for (const auto& text : columnOf(*table, "English")) {
        EXPECT_LT(editSimilarity(normalised(text), "g of x equals integral from 0 to 1 of x squared"), 0.9) << text;
    }
    for (const auto& latex : columnOf(*table, "LaTeX")) EXPECT_NE(latex, "g(x) = \\int_{0}^{1} x^2 \\,dx");
}

TEST(EnglishToLatex, FormulasAreWellFormedAndInOneStyle) {
    for (const auto& latex : columnOf(*sample("english_to_latex.csv"), "LaTeX")) {
        EXPECT_TRUE(bracesBalance(latex)) << latex;
        EXPECT_EQ(countOf(latex, "\\begin{"), countOf(latex, "\\end{")) << latex;
        EXPECT_EQ(countOf(latex, "\\left"), countOf(latex, "\\right") - countOf(latex, "\\rightarrow") + countOf(latex, "\\leftarrow")) << latex;
        for (const std::string bound : {"\\int_", "\\sum_", "\\prod_", "\\lim_"}) {
            EXPECT_EQ(countOf(latex, bound), countOf(latex, bound + "{")) << latex;
        }
        EXPECT_EQ(latex.find("  "), std::string::npos) << latex;
    }
}

TEST(AnimeCatalogue, HasFourteenGenresEachOftenEnough) {
    const auto table = sample("anime_catalogue.csv");
    EXPECT_EQ(table->columnNames(), (Columns{"title", "type", "source", "episodes", "studio", "year", "synopsis", "genres"}));
    EXPECT_GE(table->rowCount(), 320);
    std::map<std::string, int> rowsOfGenre;
    for (const auto& cell : columnOf(*table, "genres")) {
        const auto labels = splitLabels(cell, ", ");
        EXPECT_GE(labels.size(), 1u);
        EXPECT_LE(labels.size(), 4u);
        for (const auto& label : labels) ++rowsOfGenre[label];
    }
    EXPECT_EQ(rowsOfGenre.size(), 14u);
    for (const auto& [genre, rows] : rowsOfGenre) EXPECT_GE(rows, 30) << genre;
}

TEST(AnimeCatalogue, SynopsesHaveTheirLengthAndBlanksStandOnlyWherePlanned) {
    const auto table = sample("anime_catalogue.csv");
    for (const auto& text : columnOf(*table, "synopsis")) {
        const auto words = std::count(text.begin(), text.end(), ' ') + 1;
        EXPECT_GE(words, 40) << text;
        EXPECT_LE(words, 90) << text;
    }
    for (const std::string name : {"title", "synopsis", "genres"}) {
        for (const auto& cell : columnOf(*table, name)) EXPECT_FALSE(cell.empty()) << name;
    }
    for (const std::string name : {"type", "source", "episodes", "studio", "year"}) {
        const auto cells = columnOf(*table, name);
        EXPECT_GT(std::count(cells.begin(), cells.end(), ""), 0) << name;
    }
}

TEST(AnimeCatalogue, HoldsEightNearCopiesAndTwoDuplicates) {
    const auto table = sample("anime_catalogue.csv");
    EXPECT_EQ(duplicateRowCount(*table), 2);
    const auto synopses = columnOf(*table, "synopsis");
    std::vector<std::set<std::string>> shingles;
    for (const auto& text : synopses) shingles.push_back(shinglesOf(text));
    int nearCopies = 0;
    for (std::size_t i = 0; i < synopses.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (synopses[i] == synopses[j]) continue;
            const double similarity = jaccard(shingles[i], shingles[j]);
            nearCopies += similarity > 0.5 ? 1 : 0;
            EXPECT_TRUE(similarity > 0.5 || similarity < 0.1) << synopses[i] << " | " << synopses[j];
        }
    }
    EXPECT_EQ(nearCopies, 8);
}

TEST(Instructions, AreDistinctAndAnswered) {
    const auto table = sample("instructions.jsonl");
    EXPECT_EQ(table->columnNames(), (Columns{"instruction", "input", "output"}));
    EXPECT_GE(table->rowCount(), 150);
    const auto instructions = columnOf(*table, "instruction");
    const auto inputs = columnOf(*table, "input");
    const auto outputs = columnOf(*table, "output");
    std::set<std::string> seen;
    for (std::size_t row = 0; row < outputs.size(); ++row) {
        EXPECT_TRUE(seen.insert(instructions[row] + '\n' + inputs[row]).second) << instructions[row];
        EXPECT_FALSE(instructions[row].empty());
        EXPECT_FALSE(outputs[row].empty()) << instructions[row];
    }
}

TEST(Preferences, AreDistinctAndBalancedInLength) {
    const auto table = sample("preferences.jsonl");
    EXPECT_EQ(table->columnNames(), (Columns{"prompt", "chosen", "rejected"}));
    EXPECT_GE(table->rowCount(), 120);
    const auto prompts = columnOf(*table, "prompt");
    const auto chosen = columnOf(*table, "chosen");
    const auto rejected = columnOf(*table, "rejected");
    EXPECT_EQ(std::set<std::string>(prompts.begin(), prompts.end()).size(), prompts.size());
    int longer = 0;
    for (std::size_t row = 0; row < prompts.size(); ++row) {
        EXPECT_FALSE(chosen[row].empty());
        EXPECT_FALSE(rejected[row].empty());
        EXPECT_NE(chosen[row], rejected[row]) << prompts[row];
        longer += chosen[row].size() > rejected[row].size() ? 1 : 0;
    }
    const double share = static_cast<double>(longer) / static_cast<double>(prompts.size());
    EXPECT_GT(share, 0.4);
    EXPECT_LT(share, 0.6);
}

}  // namespace
}  // namespace lathe
