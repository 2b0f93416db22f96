// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <stop_token>
#include <string>

#include <lathe/generation.h>

#include "session/model_library.h"

namespace lathe::session {

/// Loads a model for generation and scoring. weights: "auto" (bf16 where the processor multiplies it fast), "f32", "bf16", "int8"
/// or "int4". Throws InvalidInput for an encoder, and what loading throws.
std::shared_ptr<TextGenerator> openGenerator(const ResolvedModel& model, const std::string& weights, const std::stop_token& stop);

}  // namespace lathe::session
