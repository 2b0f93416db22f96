// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/reward_rules.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <lathe/error.h>

#include "text/regex.h"

namespace lathe::tasks {
namespace {

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Commands that take arguments in braces or as one token, and how many.
const std::map<std::string_view, int>& argumentCounts() {
    static const std::map<std::string_view, int> counts{{"frac", 2}, {"dfrac", 2}, {"tfrac", 2}, {"binom", 2}, {"sqrt", 1}, {"overline", 1}, {"underline", 1}, {"hat", 1},
                                                        {"bar", 1}, {"vec", 1}, {"tilde", 1}, {"dot", 1}, {"text", 1}, {"mathrm", 1}, {"mathbf", 1}, {"mathbb", 1},
                                                        {"mathcal", 1}, {"operatorname", 1}};
    return counts;
}

/// Goes once through a formula; deep nesting is refused, so that no input exhausts the stack.
class LatexReader {
public:
    explicit LatexReader(std::string_view text) : text_(text) {}

    bool read() {
        if (!group(End::Text, 0)) return false;
        return at_ == text_.size() && environments_.empty();
    }

private:
    enum class End { Text, Brace, Bracket, Right, Environment };
    static constexpr int kDeepest = 200;

    void skipBlanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
    }

    std::string_view command() {
        const std::size_t begin = ++at_;
        while (at_ < text_.size() && isLetter(text_[at_])) ++at_;
        if (at_ == begin && at_ < text_.size()) ++at_;  // such as \, or a backslash twice
        return text_.substr(begin, at_ - begin);
    }

    /// Everything up to the end that is asked for, which is taken too.
    bool group(End end, int depth) {
        if (depth > kDeepest) return false;
        bool hasUpper = false, hasLower = false;
        while (true) {
            skipBlanks();
            if (at_ == text_.size()) return end == End::Text;
            const char c = text_[at_];
            if (c == '}') return end == End::Brace && ++at_ > 0;
            if (c == ']' && end == End::Bracket) return ++at_ > 0;
            if (c == '^' || c == '_') {
                bool& has = c == '^' ? hasUpper : hasLower;
                if (has) return false;
                has = true;
                ++at_;
                if (!argument(depth)) return false;
                continue;
            }
            if (c == '\'' ) {
                ++at_;
                continue;
            }
            hasUpper = hasLower = false;
            if (c == '\\' && at_ + 1 < text_.size() && isClosing(end)) return true;
            if (!atom(depth)) return false;
        }
    }

    /// Takes \right or \end if it ends this group.
    bool isClosing(End end) {
        const std::size_t before = at_;
        const std::string_view name = command();
        if (end == End::Right && name == "right" && delimiter()) return true;
        if (end == End::Environment && name == "end") {
            const auto closed = braced();
            if (!environments_.empty() && closed == environments_.back()) {
                environments_.pop_back();
                return true;
            }
        }
        at_ = before;
        return false;
    }

    bool atom(int depth) {
        const char c = text_[at_];
        if (c == '{') {
            ++at_;
            return group(End::Brace, depth + 1);
        }
        if (c != '\\') return c != '$' && c != '#' && ++at_ > 0;
        if (at_ + 1 == text_.size()) return false;
        const std::string_view name = command();
        if (name == "left") return delimiter() && group(End::Right, depth + 1);
        if (name == "begin") {
            const auto opened = braced();
            if (opened.empty()) return false;
            environments_.emplace_back(opened);
            return group(End::Environment, depth + 1);
        }
        if (name == "right" || name == "end") return false;
        const auto known = argumentCounts().find(name);
        if (known == argumentCounts().end()) return true;
        skipBlanks();
        if (name == "sqrt" && at_ < text_.size() && text_[at_] == '[') {
            ++at_;
            if (!group(End::Bracket, depth + 1)) return false;
        }
        for (int i = 0; i < known->second; ++i)
            if (!argument(depth)) return false;
        return true;
    }

    /// A braced group, a command or one character.
    bool argument(int depth) {
        skipBlanks();
        if (at_ == text_.size()) return false;
        const char c = text_[at_];
        if (c == '}' || c == '^' || c == '_' || c == '&') return false;
        return atom(depth);
    }

    bool delimiter() {
        skipBlanks();
        if (at_ == text_.size()) return false;
        if (text_[at_] == '\\') return !command().empty();
        return std::string_view("()[]|./<>").find(text_[at_]) != std::string_view::npos && ++at_ > 0;
    }

    std::string_view braced() {
        skipBlanks();
        if (at_ == text_.size() || text_[at_] != '{') return {};
        const std::size_t end = text_.find('}', at_);
        if (end == std::string_view::npos) return {};
        const auto inside = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return inside;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::string> environments_;
};

[[noreturn]] void refuse(const std::string& text) {
    throw Error(ErrorCode::InvalidInput, fmt::format("The reward rule \"{}\" in ppo.reward_rules is not known. Rules are latex_parses, equals_answer, length:TOKENS, pattern:REGEX and "
                                                     "contains:TEXT, each with an optional *WEIGHT. Correct it.", text));
}

double numberOr(std::string_view text, double otherwise) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && std::isfinite(value) ? value : otherwise;
}

}  // namespace

bool latexParses(std::string_view latex) {
    if (latex.find_first_not_of(" \t\r\n") == std::string_view::npos) return false;
    return LatexReader(latex).read();
}

std::string normalisedAnswer(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool isBlank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!isBlank) result += c;
        else if (!result.empty() && result.back() != ' ') result += ' ';
    }
    if (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

RewardRule parseRewardRule(const std::string& text) {
    RewardRule rule;
    std::string_view rest = text;
    // The weight is what follows the last star, if that is a number: a pattern may have stars of its own.
    if (const auto star = rest.rfind('*'); star != std::string_view::npos) {
        const double weight = numberOr(rest.substr(star + 1), std::nan(""));
        if (!std::isnan(weight)) {
            rule.weight = weight;
            rest = rest.substr(0, star);
        }
    }
    const auto colon = rest.find(':');
    rule.name = std::string(rest.substr(0, colon));
    const std::string argument = colon == std::string_view::npos ? std::string() : std::string(rest.substr(colon + 1));
    if (rule.name == "latex_parses" && argument.empty()) {
        rule.score = [](const RuleInput& input) { return latexParses(input.answer) ? 1.0 : 0.0; };
    } else if (rule.name == "equals_answer" && argument.empty()) {
        rule.needsExpected = true;
        rule.score = [](const RuleInput& input) { return normalisedAnswer(input.answer) == normalisedAnswer(input.expected) ? 1.0 : 0.0; };
    } else if (rule.name == "length" && numberOr(argument, 0) >= 1) {
        const double most = numberOr(argument, 0);
        rule.score = [most](const RuleInput& input) { return std::clamp(2.0 - static_cast<double>(input.tokens) / most, 0.0, 1.0); };
    } else if (rule.name == "pattern" && !argument.empty()) {
        rule.score = [pattern = text::Regex(argument)](const RuleInput& input) {
            bool isFound = false;
            pattern.forEachMatch(input.answer, [&](std::size_t, std::size_t) { isFound = true; });
            return isFound ? 1.0 : 0.0;
        };
    } else if (rule.name == "contains" && !argument.empty()) {
        rule.score = [argument](const RuleInput& input) { return input.answer.find(argument) != std::string_view::npos ? 1.0 : 0.0; };
    } else {
        refuse(text);
    }
    return rule;
}

}  // namespace lathe::tasks
