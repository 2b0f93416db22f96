// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <fmt/format.h>
#include <lathe/data.h>
#include <lathe/error.h>

#include "data/column_type.h"
#include "data/text_case.h"
#include "data/utf8.h"

namespace lathe {
namespace {

class Pattern {
public:
    Pattern(const std::string& pattern, bool isCaseSensitive) {
        int code = 0;
        PCRE2_SIZE at = 0;
        const std::uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK | (isCaseSensitive ? 0u : PCRE2_CASELESS);
        if (!data::isValidUtf8(pattern)) throw Error(ErrorCode::InvalidInput, "The pattern is not UTF-8. Type it again.");
        code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), flags, &code, &at, nullptr));
        if (!code_) {
            PCRE2_UCHAR message[200];
            pcre2_get_error_message(code, message, sizeof message);
            throw Error(ErrorCode::InvalidInput, fmt::format("The pattern \"{}\" is wrong at character {}: {}. Correct it.", pattern, at + 1,
                                                             reinterpret_cast<const char*>(message)));
        }
        match_.reset(pcre2_match_data_create(1, nullptr));
        context_.reset(pcre2_match_context_create(nullptr));
        // A pattern such as (a+)+$ must not hang the window.
        pcre2_set_match_limit(context_.get(), 1'000'000);
    }

    bool matches(std::string_view text) const {
        const int found = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, PCRE2_NO_UTF_CHECK, match_.get(), context_.get());
        if (found == PCRE2_ERROR_MATCHLIMIT)
            throw Error(ErrorCode::InvalidInput, "The pattern takes too long on a row. It repeats a repetition. Make it simpler.");
        return found >= 0;
    }

private:
    struct Free {
        void operator()(pcre2_code* p) const { pcre2_code_free(p); }
        void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
        void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
    };
    std::unique_ptr<pcre2_code, Free> code_;
    std::unique_ptr<pcre2_match_data, Free> match_;
    std::unique_ptr<pcre2_match_context, Free> context_;
};

/// One condition, with everything made ready once.
class Test {
public:
    Test(const Table& table, const FilterCondition& condition) : condition_(condition), column_(table.requireColumn(condition.column)) {
        wanted_ = condition.isCaseSensitive ? condition.value : data::foldCase(condition.value);
        const FilterTest test = condition.test;
        const bool needsNumber = test == FilterTest::Less || test == FilterTest::Greater || test == FilterTest::LongerThan || test == FilterTest::ShorterThan;
        if (needsNumber && !data::parseNumber(condition.value, number_))
            throw Error(ErrorCode::InvalidInput, fmt::format("\"{}\" is not a number. The condition on {} compares numbers. Type one.", condition.value, condition.column));
        if (test == FilterTest::Matches) pattern_ = std::make_unique<Pattern>(condition.value, condition.isCaseSensitive);
    }

    bool holds(const Table& table, std::int64_t row) const {
        const std::string_view cell = table.cell(row, column_);
        double value = 0;
        switch (condition_.test) {
        case FilterTest::IsBlank: return table.isBlank(row, column_);
        case FilterTest::IsNotBlank: return !table.isBlank(row, column_);
        case FilterTest::Less: return data::parseNumber(cell, value) && value < number_;
        case FilterTest::Greater: return data::parseNumber(cell, value) && value > number_;
        case FilterTest::LongerThan: return static_cast<double>(data::codePointCount(cell)) > number_;
        case FilterTest::ShorterThan: return static_cast<double>(data::codePointCount(cell)) < number_;
        case FilterTest::Matches: return pattern_->matches(cell);
        default: break;
        }
        const std::string low = condition_.isCaseSensitive ? std::string(cell) : data::foldCase(cell);
        switch (condition_.test) {
        case FilterTest::Contains: return low.find(wanted_) != std::string::npos;
        case FilterTest::NotContains: return low.find(wanted_) == std::string::npos;
        case FilterTest::Equals: return low == wanted_;
        case FilterTest::NotEquals: return low != wanted_;
        default: return low.starts_with(wanted_);
        }
    }

private:
    FilterCondition condition_;
    int column_;
    std::string wanted_;
    double number_ = 0;
    std::unique_ptr<Pattern> pattern_;
};

}  // namespace

std::vector<std::int64_t> filterRows(const Table& table, const std::vector<FilterCondition>& conditions, std::stop_token stop) {
    std::vector<Test> tests;
    for (const FilterCondition& condition : conditions) tests.emplace_back(table, condition);
    std::vector<std::int64_t> rows;
    for (std::int64_t row = 0; row < table.rowCount(); ++row) {
        if (row % 4'096 == 0) throwIfStopped(stop);
        bool holds = true;
        for (const Test& test : tests) holds = holds && test.holds(table, row);
        if (holds) rows.push_back(row);
    }
    return rows;
}

}  // namespace lathe
