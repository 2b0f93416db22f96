// SPDX-License-Identifier: GPL-3.0-or-later
/// What a model computed while it wrote an answer, for a task that goes on to learn from it.
#pragma once
#include <vector>

#include "tensor/torch.h"

namespace lathe::generate {

struct TokenRecord {
    torch::Tensor stream;  ///< [prompt + n, D] that entered Recording::layer; the last row is zero: the last token is never read. Undefined without a layer
    torch::Tensor hidden;  ///< [n, D] final states that each token was chosen from
    std::vector<float> logProbabilities;  ///< ln p of each token at Recording::temperature, before penalties and filters
    std::vector<float> entropies;         ///< of the distribution it was drawn from, in nats
};

}  // namespace lathe::generate
