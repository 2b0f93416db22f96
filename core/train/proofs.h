// SPDX-License-Identifier: GPL-3.0-or-later
/// Claims about a run that a person may want to see proven on their own data: accumulation and precision.
#pragma once
#include <cstdint>
#include <stop_token>

#include <lathe/training.h>

#include "train/trainer.h"

namespace lathe::train {

/// Gradients of the first `rows` training rows at once against `parts` smaller batches summed: in f32, without dropout, nothing is
/// trained. Throws InvalidInput if there are fewer rows than parts, Unsupported for a task that writes its own examples (ppo).
AccumulationProof proveAccumulation(const RunInputs& inputs, std::int64_t rows = 8, std::int64_t parts = 2, std::stop_token stop = {});

/// Loss and gradients of one batch in f32 and in bf16, timed; nothing is trained. Throws as proveAccumulation().
PrecisionCheck checkPrecision(const RunInputs& inputs, std::stop_token stop = {});

}  // namespace lathe::train
