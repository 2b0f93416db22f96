// SPDX-License-Identifier: GPL-3.0-or-later
/// Rules that score an answer without a model, for ppo.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::tasks {

/// What a rule looks at.
struct RuleInput {
    std::string_view answer;
    std::string_view expected;   ///< of the answer column; empty without one
    std::int64_t tokens = 0;     ///< of the answer
};

/// A rule with its weight; scores lie in [0, 1] before it.
struct RewardRule {
    std::string name;
    double weight = 1;
    bool needsExpected = false;
    std::function<double(const RuleInput&)> score;
};

/// "NAME[:ARGUMENT][*WEIGHT]": latex_parses, equals_answer, length:TOKENS (1 up to it, falling to 0 at twice as many), pattern:REGEX (anywhere in the
/// answer), contains:TEXT. Throws InvalidInput naming the rules there are.
RewardRule parseRewardRule(const std::string& text);

/// True if braces, environments, \left and \right are balanced, every script and command has what it needs, and no script comes twice.
bool latexParses(std::string_view latex);

/// Without surrounding blanks, and with any run of white space as one blank.
std::string normalisedAnswer(std::string_view text);

}  // namespace lathe::tasks
