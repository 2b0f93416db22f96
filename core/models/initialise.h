// SPDX-License-Identifier: GPL-3.0-or-later
/// Random weights as transformers draws them. Private to core/models.
#pragma once
#include <cstdint>

#include "models/model.h"

namespace lathe::models {

/// Fills a f32 CPU parameter: norms 1 and 0, biases 0, matrices normal(0, initializer_range), the padding row 0. What
/// is drawn depends on seed, name and place only.
void initialiseParameter(Parameter& parameter, const ParameterInfo& info, const Architecture& architecture,
                         std::uint64_t seed);

}  // namespace lathe::models
