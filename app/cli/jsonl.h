// SPDX-License-Identifier: GPL-3.0-or-later
/// Input of tokenize, generate and score: one JSON object a line.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "output.h"

namespace lathe::cli {

/// Reads every line; each must be an object that has `fields` as strings. Blank lines are passed over.
/// Throws NotFound, or InvalidInput naming the line.
std::vector<Json> readJsonLines(const std::filesystem::path& file, const std::vector<std::string>& fields);

}  // namespace lathe::cli
