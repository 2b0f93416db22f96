// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include <lathe/training.h>

#include "session/model_library.h"

namespace lathe::session {

/// Embeddings, blocks and head with their parameter counts, from the names of the tensors; no weights are read.
std::vector<LayerInfo> describeLayers(const ResolvedModel& model);

}  // namespace lathe::session
