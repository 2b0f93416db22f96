// SPDX-License-Identifier: GPL-3.0-or-later
/// Finds out delimiter, quotes, comments, preamble and header of CSV text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <lathe/data.h>

#include "data/csv_record.h"

namespace lathe::data {

struct CsvShape {
    CsvDialect dialect;
    std::int64_t preambleLines = 0;
    bool hasHeader = true;
    std::size_t columns = 1;      ///< fields that most rows have
    std::vector<std::string> notes;
};

/// sample: UTF-8 from the beginning of the file; isWhole: it is all of it. What options fix stays fixed.
/// likelyDelimiter: from the file's extension, or '\0'.
CsvShape sniffCsv(std::string_view sample, bool isWhole, const ImportOptions& options, char likelyDelimiter);

/// Column names from a header row: trimmed, blank ones named column_N, equal ones numbered, `count` of them in all.
/// Each change adds a sentence to notes.
std::vector<std::string> columnNamesOf(const std::vector<std::string>& header, std::size_t count, std::vector<std::string>& notes);

}  // namespace lathe::data
