// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <filesystem>

#include <lathe/grid.h>

#include "output.h"

namespace lathe::cli {

/// The results of a grid: a table for people with the deciding metric, loss and a few more, or one JSON value with all.
void showGrid(Output& output, const GridTable& table);

/// grid.csv in the folder. Throws Io.
void writeGridCsv(const GridTable& table, const std::filesystem::path& folder);

}  // namespace lathe::cli
