// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "tasks/reward_rules.h"

namespace lathe::tasks {
namespace {

TEST(LatexParses, AcceptsFormulas) {
    for (const char* latex : {"x", "\\frac{a}{b}", "\\frac12", "\\int_{0}^{1} x^2 \\, dx", "\\left( \\frac{1}{x} \\right)^2", "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}", "\\sqrt[3]{x+1}",
                              "f'(x) = \\lim_{h \\to 0} \\frac{f(x+h)-f(x)}{h}", "\\sum_{i=1}^n i^2", "a_1^2", "\\left\\{ x \\right.", "\\mathbb R", "[0,1)", "x^{y^z}", "{}"})
        EXPECT_TRUE(latexParses(latex)) << latex;
}

TEST(LatexParses, RefusesWhatCannotBeTypeset) {
    for (const char* latex : {"", "  ", "{", "}", "\\frac{a}", "\\frac", "x^", "x_", "x^a^b", "x_1_2", "\\left( x", "x \\right)", "\\begin{a} x", "\\begin{a} x \\end{b}", "\\end{a}", "{\\left( }\\right)",
                              "\\sqrt[3{x}", "\\", "$x$", "x^}", "\\left( x \\right", "\\left( x \\right "})
        EXPECT_FALSE(latexParses(latex)) << latex;
}

TEST(LatexParses, ReadsNothingBehindTheEnd) {
    const std::string formulas = "\\left( \\frac{a}{\\sqrt[3]{b}} \\right)^2 \\begin{cases} x_1' & y \\\\ \\hat{z} \\end{cases} \\left\\{ \\int_0^1 x \\,dx \\right\\} ] } ";
    for (std::size_t first = 0; first < formulas.size(); ++first) {
        for (std::size_t size = 0; first + size <= formulas.size(); ++size) {
            const std::string_view part = std::string_view(formulas).substr(first, size);
            EXPECT_EQ(latexParses(part), latexParses(std::string(part))) << part;
        }
    }
}

TEST(LatexParses, DeepNestingEndsInsteadOfExhaustingTheStack) {
    EXPECT_FALSE(latexParses(std::string(1'000'000, '{')));
    EXPECT_FALSE(latexParses(std::string(500, '{') + "x" + std::string(500, '}')));
    EXPECT_TRUE(latexParses(std::string(50, '{') + "x" + std::string(50, '}')));
}

double scoreOf(const std::string& rule, std::string_view answer, std::string_view expected = {}, std::int64_t tokens = 1) {
    return parseRewardRule(rule).score({answer, expected, tokens});
}

TEST(RewardRules, ScoreAnswers) {
    EXPECT_EQ(scoreOf("latex_parses", "x^2"), 1);
    EXPECT_EQ(scoreOf("latex_parses", "x^"), 0);
    EXPECT_EQ(scoreOf("equals_answer", " a  b\n", "a b"), 1);
    EXPECT_EQ(scoreOf("equals_answer", "ab", "a b"), 0);
    EXPECT_EQ(scoreOf("contains:key", "a key b"), 1);
    EXPECT_EQ(scoreOf("pattern:^[0-9]+$", "123"), 1);
    EXPECT_EQ(scoreOf("pattern:^[0-9]+$", "12a"), 0);
    EXPECT_EQ(scoreOf("length:10", "", {}, 10), 1);
    EXPECT_DOUBLE_EQ(scoreOf("length:10", "", {}, 15), 0.5);
    EXPECT_EQ(scoreOf("length:10", "", {}, 30), 0);
}

TEST(RewardRules, HaveWeightsAndPatternsMayHaveStars) {
    EXPECT_DOUBLE_EQ(parseRewardRule("equals_answer*2.5").weight, 2.5);
    EXPECT_TRUE(parseRewardRule("equals_answer").needsExpected);
    EXPECT_DOUBLE_EQ(parseRewardRule("latex_parses*-1").weight, -1);
    const auto rule = parseRewardRule("pattern:ab*c");
    EXPECT_EQ(rule.weight, 1);
    EXPECT_EQ(rule.score({"abbbc", {}, 1}), 1);
}

TEST(RewardRules, UnknownOnesAreRefusedWithTheKnownOnes) {
    for (const char* rule : {"", "good", "length", "length:x", "length:0", "pattern:", "latex_parses:3", "contains"}) {
        try {
            parseRewardRule(rule);
            FAIL() << rule;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
            EXPECT_NE(std::string(error.what()).find("latex_parses"), std::string::npos);
        }
    }
}

}  // namespace
}  // namespace lathe::tasks
