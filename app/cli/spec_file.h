// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <lathe/run_spec.h>

namespace lathe::cli {

/// Reads a RunSpec and applies `--set` (ID=VALUE). A relative dataset.file is looked up beside the spec first, then in
/// the current folder. Throws NotFound or InvalidInput.
RunSpec readSpecFile(const std::filesystem::path& file, const std::vector<std::string>& settings);

}  // namespace lathe::cli
