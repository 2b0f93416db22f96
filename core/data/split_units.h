// SPDX-License-Identifier: GPL-3.0-or-later
/// Rows that move together in a split, with the labels they carry.
#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace lathe::data {

struct SplitUnit {
    std::vector<std::int64_t> rows;
    std::vector<std::pair<int, std::int64_t>> labels;   ///< label, how many of the rows carry it
};

/// Part (0, 1, 2) of every unit so that rows and each label come near to the shares: iterative stratification, Algorithm 1
/// of Sechidis, Tsoumakas and Vlahavas, "On the Stratification of Multi-Label Data" (2011), with units of any size.
std::vector<int> stratifyUnits(const std::vector<SplitUnit>& units, int labelCount, const std::array<double, 3>& shares, std::uint64_t seed);

}  // namespace lathe::data
