// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/column_type.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace lathe::data {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool equalsAnyCase(std::string_view text, std::string_view small) {
    return text.size() == small.size() && std::equal(text.begin(), text.end(), small.begin(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
    });
}

/// The number without grouping and with a point, or empty.
std::string plainNumber(std::string_view cell) {
    cell = trimmed(cell);
    if (cell.empty() || cell.size() > 64) return {};
    const auto points = std::count(cell.begin(), cell.end(), '.');
    const auto commas = std::count(cell.begin(), cell.end(), ',');
    std::string number;
    if (commas == 0 && points <= 1) {
        number = cell;
    } else if (commas == 1 && points == 0) {
        number = cell;
        number[number.find(',')] = '.';
    } else {
        // 1.234.567,89 or 1,234,567.89: the last mark is the decimal one if it occurs once, the other groups digits by three.
        const char decimal = cell.find_last_of(",.") == std::string_view::npos ? '.' : cell[cell.find_last_of(",.")];
        const char group = decimal == '.' ? ',' : '.';
        const bool hasDecimal = std::count(cell.begin(), cell.end(), decimal) == 1;
        const char separator = hasDecimal ? group : decimal;
        std::size_t digits = 0;
        bool isFirst = true;
        for (std::size_t i = 0; i <= cell.size(); ++i) {
            const bool isEnd = i == cell.size() || (hasDecimal && cell[i] == decimal);
            if (isEnd || cell[i] == separator) {
                if (!isFirst && digits != 3) return {};
                if (isFirst && (digits == 0 || digits > 3)) return {};
                isFirst = false;
                digits = 0;
                if (isEnd) {
                    if (i < cell.size()) number += '.' + std::string(cell.substr(i + 1));
                    break;
                }
            } else {
                digits += isDigit(cell[i]);
                number += cell[i];
            }
        }
    }
    return number;
}

}  // namespace

bool parseNumber(std::string_view cell, double& value) {
    std::string number = plainNumber(cell);
    if (number.ends_with('%')) number.pop_back();
    std::string_view digits = number;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    if (digits.empty() || !(isDigit(digits.back()) || digits.back() == '.')) return false;
    if (!isDigit(digits.front()) && digits.front() != '-' && digits.front() != '.') return false;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return code == std::errc() && end == digits.data() + digits.size() && std::isfinite(value);
}

bool isIntegerText(std::string_view cell) {
    cell = trimmed(cell);
    if (!cell.empty() && (cell.front() == '-' || cell.front() == '+')) cell.remove_prefix(1);
    return !cell.empty() && cell.size() <= 40 && std::all_of(cell.begin(), cell.end(), isDigit);
}

bool isNumberText(std::string_view cell) {
    double value = 0;
    if (parseNumber(cell, value)) return true;
    const std::string_view word = trimmed(cell);
    return equalsAnyCase(word, "nan") || equalsAnyCase(word, "inf") || equalsAnyCase(word, "-inf");
}

bool isBooleanText(std::string_view cell) {
    const std::string_view word = trimmed(cell);
    return equalsAnyCase(word, "true") || equalsAnyCase(word, "false") || equalsAnyCase(word, "yes") || equalsAnyCase(word, "no");
}

bool isDateText(std::string_view cell) {
    cell = trimmed(cell);
    if (cell.size() < 5 || cell.size() > 40 || !isDigit(cell.front())) return false;
    // Groups of digits with one kind of mark between the first three, then perhaps a time.
    int groups = 0;
    std::size_t i = 0;
    char mark = '\0';
    std::size_t sizes[3] = {};
    while (groups < 3) {
        const std::size_t begin = i;
        while (i < cell.size() && isDigit(cell[i])) ++i;
        if (i == begin) break;
        sizes[groups++] = i - begin;
        if (i >= cell.size() || groups == 3) break;
        const char here = cell[i];
        if (here != '-' && here != '/' && here != '.' && here != ':') break;
        if (mark != '\0' && here != mark) break;
        mark = here;
        ++i;
    }
    const auto isRest = [](std::string_view rest) {
        return std::all_of(rest.begin(), rest.end(), [](char c) { return isDigit(c) || std::string_view(" T:.+-ZAPMapm").find(c) != std::string_view::npos; });
    };
    if (mark == ':') return groups >= 2 && sizes[0] <= 2 && sizes[1] == 2 && isRest(cell.substr(i));
    if (groups != 3) return false;
    const bool isYearFirst = sizes[0] == 4 && sizes[1] <= 2 && sizes[2] <= 2;
    const bool isYearLast = sizes[0] <= 2 && sizes[1] <= 2 && (sizes[2] == 4 || sizes[2] == 2);
    return (isYearFirst || isYearLast) && isRest(cell.substr(i));
}

bool isValueText(std::string_view cell) { return isNumberText(cell) || isBooleanText(cell) || isDateText(cell); }

}  // namespace lathe::data
