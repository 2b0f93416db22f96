// SPDX-License-Identifier: GPL-3.0-or-later
/// Text of one Arrow value of any type.
#pragma once
#include <string>

#include <arrow/array.h>

namespace lathe::data {

/// Appends the value at index i (not null): strings as they are, numbers so that reading them gives the same value, dates
/// and times in ISO 8601, lists and structs as JSON, binary that is not UTF-8 with U+FFFD.
void appendArrowText(const arrow::Array& array, std::int64_t i, std::string& output);

/// The text of such values is bare JSON (numbers, booleans, lists, structs).
bool isBareJsonType(const arrow::DataType& type);

}  // namespace lathe::data
