// SPDX-License-Identifier: GPL-3.0-or-later
/// What BERT and RoBERTa have in common.
#pragma once
#include "models/family.h"

namespace lathe::models {

/// All but modelType, positions, embedding order and heads. Throws CorruptFile or Unsupported.
Architecture readBertLike(const ConfigReader& config);

}  // namespace lathe::models
