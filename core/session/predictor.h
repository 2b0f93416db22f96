// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <lathe/session.h>

#include "session/model_library.h"

namespace lathe::session {

/// Labels and probabilities of every row. Throws InvalidInput if the model is no classifier.
Predictions predictRows(const TablePtr& table, const PredictQuery& query, const ResolvedModel& model, const ProgressSink& progress,
                        const std::stop_token& stop);

}  // namespace lathe::session
