// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <lathe/session.h>

namespace lathe::session {

/// See Session::checkAnswers.
AnswerCheck checkAnswers(TextGenerator& generator, const RunSpec& spec, const Table& table, const std::string& split, const GenerationOptions& options,
                         const ProgressSink& progress, const std::stop_token& stop);

}  // namespace lathe::session
