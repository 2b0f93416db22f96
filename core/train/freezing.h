// SPDX-License-Identifier: GPL-3.0-or-later
/// Which parameters are trained, and from which layer on a graph is needed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lathe/run_spec.h>
#include <lathe/training.h>

#include "models/model.h"

namespace lathe::train {

/// '*' matches any run of characters (also none), '?' one; everything else itself. Linear in practice, no recursion.
bool matchesGlob(std::string_view pattern, std::string_view text);

struct FreezingPlan {
    std::vector<models::Parameter*> trainable;  ///< into the model's lists, in their order
    int firstTrainableLayer = -1;               ///< lowest layer with a trained parameter; -1 = embeddings
    std::int64_t trainableCount = 0;
    std::int64_t totalCount = 0;
};

/// Sets requires_grad on every parameter as the spec says (attaches LoRA first in mode "lora") and lists what is trained.
/// Throws InvalidInput if nothing would be trained or a pattern matches nothing.
FreezingPlan applyFreezing(models::Model& model, const TrainableSpec& spec, std::uint64_t seed);

/// The layer tree: embeddings, blocks, head.
std::vector<LayerInfo> layerTree(const models::Model& model);

}  // namespace lathe::train
