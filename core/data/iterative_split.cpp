// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "base/random.h"
#include "data/split_units.h"

namespace lathe::data {
namespace {

using Needs = std::array<double, 3>;

/// Part with the greatest need; ties go by the second need, then by chance.
int neediest(const Needs& first, const Needs& second, const std::array<double, 3>& shares, base::RandomStream& random) {
    std::vector<int> best;
    for (int part = 0; part < 3; ++part) {
        const auto p = static_cast<std::size_t>(part);
        if (shares[p] <= 0) continue;
        if (best.empty()) {
            best = {part};
            continue;
        }
        const auto b = static_cast<std::size_t>(best.front());
        const bool isTie = first[p] == first[b] && second[p] == second[b];
        if (isTie) best.push_back(part);
        else if (first[p] > first[b] || (first[p] == first[b] && second[p] > second[b])) best = {part};
    }
    return best[best.size() == 1 ? 0 : random.below(best.size())];
}

}  // namespace

std::vector<int> stratifyUnits(const std::vector<SplitUnit>& units, int labelCount, const std::array<double, 3>& shares, std::uint64_t seed) {
    base::RandomStream random(seed, 0x5eed);
    std::vector<int> parts(units.size(), -1);
    Needs rowNeed{};
    std::vector<Needs> labelNeed(static_cast<std::size_t>(labelCount));
    std::vector<std::int64_t> remaining(static_cast<std::size_t>(labelCount));
    std::vector<std::vector<std::size_t>> unitsOf(static_cast<std::size_t>(labelCount));
    std::vector<std::int64_t> order = base::permutation(static_cast<std::int64_t>(units.size()), seed, 0x5417);
    for (const std::int64_t position : order) {
        const auto u = static_cast<std::size_t>(position);
        for (std::size_t p = 0; p < 3; ++p) rowNeed[p] += shares[p] * static_cast<double>(units[u].rows.size());
        for (const auto& [label, count] : units[u].labels) {
            const auto l = static_cast<std::size_t>(label);
            for (std::size_t p = 0; p < 3; ++p) labelNeed[l][p] += shares[p] * static_cast<double>(count);
            remaining[l] += count;
            unitsOf[l].push_back(u);
        }
    }
    const auto place = [&](std::size_t u, int part) {
        const auto p = static_cast<std::size_t>(part);
        parts[u] = part;
        rowNeed[p] -= static_cast<double>(units[u].rows.size());
        for (const auto& [label, count] : units[u].labels) {
            labelNeed[static_cast<std::size_t>(label)][p] -= static_cast<double>(count);
            remaining[static_cast<std::size_t>(label)] -= count;
        }
    };
    while (true) {
        // The rarest label first: it is the one that leaves least choice.
        std::size_t rarest = remaining.size();
        for (std::size_t l = 0; l < remaining.size(); ++l) {
            if (remaining[l] > 0 && (rarest == remaining.size() || remaining[l] < remaining[rarest])) rarest = l;
        }
        if (rarest == remaining.size()) break;
        for (const std::size_t u : unitsOf[rarest]) {
            if (parts[u] < 0) place(u, neediest(labelNeed[rarest], rowNeed, shares, random));
        }
        remaining[rarest] = 0;
    }
    for (const std::int64_t position : order) {
        const auto u = static_cast<std::size_t>(position);
        if (parts[u] < 0) place(u, neediest(rowNeed, rowNeed, shares, random));
    }
    return parts;
}

}  // namespace lathe::data
