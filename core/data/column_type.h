// SPDX-License-Identifier: GPL-3.0-or-later
/// What a cell's text is a spelling of. Views only: cells keep their text.
#pragma once
#include <string_view>

namespace lathe::data {

bool isIntegerText(std::string_view cell);   ///< optional sign, digits, groups of three by , or space
bool isNumberText(std::string_view cell);    ///< integers, decimals with . or ,, exponents, percent, inf, nan
bool isBooleanText(std::string_view cell);   ///< true/false, yes/no in any case
bool isDateText(std::string_view cell);      ///< 2024-01-31, 31.1.2024, 1/31/24, with or without a time; or a time alone
/// A number, boolean or date: what a header cell is not.
bool isValueText(std::string_view cell);

/// The value of a number with a decimal point, or with a decimal comma where that is the only mark; false if it is none.
bool parseNumber(std::string_view cell, double& value);

}  // namespace lathe::data
