// SPDX-License-Identifier: GPL-3.0-or-later
/// Sets of pairs of the workspace: what the next key needs, files in and out, scores of a reward model.
#pragma once
#include <filesystem>
#include <stop_token>
#include <string>

#include <lathe/generation.h>
#include <lathe/preference.h>
#include <lathe/progress.h>
#include <lathe/table.h>

#include "workspace/workspace.h"

namespace lathe::session {

LabelState labelState(const workspace::Workspace& workspace, const std::string& set, const std::string& rater);

/// Throws InvalidInput if the rater has nothing to take back.
LabelState undoLabel(workspace::Workspace& workspace, const std::string& set, const std::string& rater);

/// Makes the set if there is none of that name; in one transaction.
PreferenceImportReport importPreferences(workspace::Workspace& workspace, const Table& table, const std::string& set, const std::string& where);

/// file: empty = nothing is written.
PreferenceExport exportPreferences(const workspace::Workspace& workspace, const std::string& set, const PreferenceExportOptions& options, const std::filesystem::path& file);

/// Columns prompt, chosen, rejected and margin. Throws InvalidInput if there is no pair, with what the labels came to.
TablePtr pairTable(const PairReport& report, const std::string& set);

/// Scores both answers of every pair; kept every hundred, so that a stop loses little. Throws InvalidInput if the model gives no rewards.
std::int64_t scorePreferences(workspace::Workspace& workspace, const std::string& set, TextGenerator& scorer, const ProgressSink& progress, std::stop_token stop);

}  // namespace lathe::session
