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

/// As readSpecFile, but a file with "steps" gives one RunSpec a step, in order. A setting goes to the steps whose task has it; one that no step has is
/// refused. Throws NotFound or InvalidInput.
std::vector<RunSpec> readSpecFiles(const std::filesystem::path& file, const std::vector<std::string>& settings);

/// Puts the runs of a sequence into `folder`, each under its name, and calls the earlier results there in the later steps.
void keepIn(const std::filesystem::path& folder, std::vector<RunSpec>& steps);

}  // namespace lathe::cli
