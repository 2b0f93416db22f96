// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <lathe/label_bench.h>

namespace lathe::session {

/// Text of a row of the table that the run was trained on; empty if that is gone.
using RowText = std::function<std::string(std::int64_t row)>;

/// The scores that a run's folder holds for the model it published. Throws NotFound if it has measured none yet.
std::shared_ptr<LabelBench> openLabelBench(const std::filesystem::path& run, const std::string& name, RowText text);

}  // namespace lathe::session
