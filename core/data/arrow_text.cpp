// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/arrow_text.h"

#include <chrono>
#include <cmath>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "data/json_scan.h"
#include "data/utf8.h"

namespace lathe::data {
namespace {

template <class T>
const T& as(const arrow::Array& array) { return static_cast<const T&>(array); }

template <class T>
void appendInteger(const arrow::Array& array, std::int64_t i, std::string& output) { output += fmt::format("{}", as<T>(array).Value(i)); }

template <class Real>
void appendReal(Real value, std::string& output) {
    if (std::isnan(value)) output += "NaN";
    else if (std::isinf(value)) output += value < 0 ? "-Infinity" : "Infinity";
    else {
        std::string text = fmt::format("{}", value);
        if (text.find_first_of(".e") == std::string::npos) text += ".0";
        output += text;
    }
}

void appendDate(std::int64_t days, std::string& output) {
    if (std::abs(days) > 10'000'000) {
        output += fmt::format("{} days", days);
        return;
    }
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    output += fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::int64_t unitsPerSecond(arrow::TimeUnit::type unit) {
    switch (unit) {
    case arrow::TimeUnit::SECOND: return 1;
    case arrow::TimeUnit::MILLI: return 1'000;
    case arrow::TimeUnit::MICRO: return 1'000'000;
    default: return 1'000'000'000;
    }
}

void appendClock(std::int64_t units, std::int64_t perSecond, std::string& output) {
    const std::int64_t seconds = units / perSecond, fraction = units % perSecond;
    output += fmt::format("{:02}:{:02}:{:02}", seconds / 3'600, seconds / 60 % 60, seconds % 60);
    if (fraction == 0) return;
    const int digits = perSecond == 1'000 ? 3 : perSecond == 1'000'000 ? 6 : 9;
    output += fmt::format(".{:0{}}", fraction, digits);
}

void appendTimestamp(std::int64_t value, const arrow::TimestampType& type, std::string& output) {
    const std::int64_t perDay = 86'400 * unitsPerSecond(type.unit());
    std::int64_t days = value / perDay, rest = value % perDay;
    if (rest < 0) {
        rest += perDay;
        --days;
    }
    appendDate(days, output);
    output += 'T';
    appendClock(rest, unitsPerSecond(type.unit()), output);
    if (!type.timezone().empty()) output += 'Z';
}

void appendBytes(std::string_view bytes, std::string& output) {
    if (isValidUtf8(bytes)) output += bytes;
    else output += mendUtf8(bytes);
}

void appendJson(const arrow::Array& array, std::int64_t i, std::string& output) {
    if (array.IsNull(i)) {
        output += "null";
        return;
    }
    std::string text;
    appendArrowText(array, i, text);
    if (isBareJsonType(*array.type()) && text != "NaN" && !text.ends_with("Infinity")) output += text;
    else appendJsonText(output, text);
}

template <class List>
void appendList(const List& list, std::int64_t i, std::string& output) {
    output += '[';
    for (std::int64_t k = list.value_offset(i); k < list.value_offset(i) + list.value_length(i); ++k) {
        if (k > list.value_offset(i)) output += ", ";
        appendJson(*list.values(), k, output);
    }
    output += ']';
}

void appendStruct(const arrow::StructArray& fields, std::int64_t i, std::string& output) {
    output += '{';
    for (int k = 0; k < fields.num_fields(); ++k) {
        if (k > 0) output += ", ";
        appendJsonText(output, fields.type()->field(k)->name());
        output += ": ";
        appendJson(*fields.field(k), i, output);
    }
    output += '}';
}

}  // namespace

bool isBareJsonType(const arrow::DataType& type) {
    switch (type.id()) {
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST:
    case arrow::Type::STRUCT:
    case arrow::Type::BOOL:
        return true;
    default:
        return arrow::is_integer(type.id()) || arrow::is_floating(type.id());
    }
}

void appendArrowText(const arrow::Array& array, std::int64_t i, std::string& output) {
    switch (array.type_id()) {
    case arrow::Type::STRING: return appendBytes(as<arrow::StringArray>(array).GetView(i), output);
    case arrow::Type::LARGE_STRING: return appendBytes(as<arrow::LargeStringArray>(array).GetView(i), output);
    case arrow::Type::BINARY: return appendBytes(as<arrow::BinaryArray>(array).GetView(i), output);
    case arrow::Type::LARGE_BINARY: return appendBytes(as<arrow::LargeBinaryArray>(array).GetView(i), output);
    case arrow::Type::STRING_VIEW: return appendBytes(as<arrow::StringViewArray>(array).GetView(i), output);
    case arrow::Type::BOOL: output += as<arrow::BooleanArray>(array).Value(i) ? "true" : "false"; return;
    case arrow::Type::INT8: return appendInteger<arrow::Int8Array>(array, i, output);
    case arrow::Type::INT16: return appendInteger<arrow::Int16Array>(array, i, output);
    case arrow::Type::INT32: return appendInteger<arrow::Int32Array>(array, i, output);
    case arrow::Type::INT64: return appendInteger<arrow::Int64Array>(array, i, output);
    case arrow::Type::UINT8: return appendInteger<arrow::UInt8Array>(array, i, output);
    case arrow::Type::UINT16: return appendInteger<arrow::UInt16Array>(array, i, output);
    case arrow::Type::UINT32: return appendInteger<arrow::UInt32Array>(array, i, output);
    case arrow::Type::UINT64: return appendInteger<arrow::UInt64Array>(array, i, output);
    case arrow::Type::FLOAT: return appendReal(as<arrow::FloatArray>(array).Value(i), output);
    case arrow::Type::DOUBLE: return appendReal(as<arrow::DoubleArray>(array).Value(i), output);
    case arrow::Type::DECIMAL128: output += as<arrow::Decimal128Array>(array).FormatValue(i); return;
    case arrow::Type::DATE32: return appendDate(as<arrow::Date32Array>(array).Value(i), output);
    case arrow::Type::DATE64: return appendDate(as<arrow::Date64Array>(array).Value(i) / 86'400'000, output);
    case arrow::Type::TIMESTAMP:
        return appendTimestamp(as<arrow::TimestampArray>(array).Value(i), static_cast<const arrow::TimestampType&>(*array.type()), output);
    case arrow::Type::TIME32:
        return appendClock(as<arrow::Time32Array>(array).Value(i), unitsPerSecond(static_cast<const arrow::TimeType&>(*array.type()).unit()), output);
    case arrow::Type::TIME64:
        return appendClock(as<arrow::Time64Array>(array).Value(i), unitsPerSecond(static_cast<const arrow::TimeType&>(*array.type()).unit()), output);
    case arrow::Type::LIST: return appendList(as<arrow::ListArray>(array), i, output);
    case arrow::Type::LARGE_LIST: return appendList(as<arrow::LargeListArray>(array), i, output);
    case arrow::Type::FIXED_SIZE_LIST: return appendList(as<arrow::FixedSizeListArray>(array), i, output);
    case arrow::Type::STRUCT: return appendStruct(as<arrow::StructArray>(array), i, output);
    case arrow::Type::DICTIONARY: {
        const auto& dictionary = as<arrow::DictionaryArray>(array);
        const std::int64_t index = dictionary.GetValueIndex(i);
        if (index >= 0 && index < dictionary.dictionary()->length() && dictionary.dictionary()->IsValid(index))
            appendArrowText(*dictionary.dictionary(), index, output);
        return;
    }
    default: {
        const auto scalar = array.GetScalar(i);
        if (scalar.ok()) appendBytes((*scalar)->ToString(), output);
    }
    }
}

}  // namespace lathe::data
