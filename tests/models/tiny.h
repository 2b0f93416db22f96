// SPDX-License-Identifier: GPL-3.0-or-later
/// Tiny random models of every registered family.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/loader.h"

namespace lathe::models::testing {

/// A config.json for a family; empty for one that has no entry here yet (the contract suite then fails and says so).
std::string tinyConfig(const std::string& modelType);

/// Random weights, larger than usual, so that every part of the model matters to the loss.
LoadedModel tinyModel(const std::string& modelType, std::optional<HeadRequest> head = {}, std::uint64_t seed = 7);

/// A classification head of three labels.
HeadRequest threeLabels();

/// Sequences of the given lengths with ids in [3, 40).
std::vector<std::vector<std::int32_t>> randomRows(const std::vector<int>& lengths, std::uint64_t seed = 1);

}  // namespace lathe::models::testing
