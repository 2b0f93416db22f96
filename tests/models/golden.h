// SPDX-License-Identifier: GPL-3.0-or-later
/// Reference values in the shared folder, and batches made of them.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "models/model.h"
#include "tensor/packed_batch.h"

namespace lathe::models::testing {

/// Where the shared reference values lie; tests skip when it is absent.
inline std::filesystem::path goldens() { return std::filesystem::path(LATHE_SHARED_DIR) / "goldens"; }

struct Golden {
    base::Json expected;
    std::vector<std::vector<std::int32_t>> rows;  ///< without padding

    explicit Golden(const std::filesystem::path& file);
    /// expected[key] as [B, T, V] or [B, C], f32.
    torch::Tensor tensor(const char* key) const;
};

/// Rows and targets of next-token prediction within each sequence of a batch.
struct NextTokens {
    torch::Tensor rows;
    torch::Tensor targets;
};
NextTokens nextTokens(const tensor::PackedBatch& batch);

/// The loss that expected.json's note speaks of, by task: next-token cross entropy, multi-label BCE, or pairwise
/// reward.
torch::Tensor goldenLoss(Model& model, const tensor::PackedBatch& batch, const base::Json& expected,
                         const ForwardOptions& options = {});

}  // namespace lathe::models::testing
