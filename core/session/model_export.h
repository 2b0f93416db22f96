// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <stop_token>

#include <lathe/models.h>

#include "session/model_library.h"

namespace lathe::session {

/// Writes a model as asked. An adapter that is exported as "hf", "merged" or "gguf" is merged into its base first.
/// Throws InvalidInput (no adapter to export, a dtype that the format has not, an output that is in use), Io, Unsupported.
void exportModel(const ResolvedModel& model, const ModelExportOptions& options, const ProgressSink& progress, const std::stop_token& stop);

}  // namespace lathe::session
