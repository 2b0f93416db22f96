// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <unordered_map>

#include <fmt/format.h>
#include <lathe/data.h>
#include <lathe/error.h>

#include "base/random.h"
#include "data/split_units.h"

namespace lathe {
namespace {

using Shares = std::array<double, 3>;

Shares sharesOf(const SplitOptions& options) {
    const auto isShare = [](double value) { return value >= 0 && value < 1; };
    if (!isShare(options.validation) || !isShare(options.test) || options.validation + options.test >= 1) {
        throw Error(ErrorCode::InvalidInput, fmt::format("The shares {} (validation) and {} (test) leave nothing to train on or are out of range. Each must be at "
                                                         "least 0 and both together below 1. Correct them.", options.validation, options.test));
    }
    return {1 - options.validation - options.test, options.validation, options.test};
}

std::vector<data::SplitUnit> unitsOf(const Table& table, const SplitOptions& options) {
    std::vector<data::SplitUnit> units;
    const int column = options.groupBy.empty() ? -1 : table.requireColumn(options.groupBy);
    std::unordered_map<std::string_view, std::size_t> groups;
    for (std::int64_t row = 0; row < table.rowCount(); ++row) {
        // A blank says nothing about belonging together, so such rows stand alone.
        if (column < 0 || table.isBlank(row, column)) {
            units.push_back({{row}, {}});
            continue;
        }
        const auto [found, isNew] = groups.emplace(table.cell(row, column), units.size());
        if (isNew) units.push_back({});
        units[found->second].rows.push_back(row);
    }
    return units;
}

/// Gives units their labels; returns how many labels there are.
int addLabels(const Table& table, const SplitOptions& options, std::vector<data::SplitUnit>& units) {
    const int column = table.requireColumn(options.stratifyBy);
    std::unordered_map<std::string, int> numbers;
    for (data::SplitUnit& unit : units) {
        std::map<int, std::int64_t> counts;
        for (const std::int64_t row : unit.rows) {
            for (std::string& label : splitLabels(table.cell(row, column), options.labelSeparator)) {
                const int next = static_cast<int>(numbers.size());
                ++counts[numbers.emplace(std::move(label), next).first->second];
            }
        }
        unit.labels.assign(counts.begin(), counts.end());
    }
    return static_cast<int>(numbers.size());
}

std::vector<int> randomParts(std::size_t count, const Shares& shares, std::uint64_t seed) {
    const auto rows = static_cast<double>(count);
    const auto sized = [&](double share) { return share <= 0 ? std::size_t{0} : std::max<std::size_t>(count > 2 ? 1 : 0, static_cast<std::size_t>(std::ceil(share * rows - 1e-9))); };
    const std::size_t test = sized(shares[2]);
    const std::size_t validation = std::min(sized(shares[1]), count - std::min(count, test));
    const auto order = base::permutation(static_cast<std::int64_t>(count), seed, 0x5417);
    std::vector<int> parts(count, 0);
    for (std::size_t i = 0; i < test && i < count; ++i) parts[static_cast<std::size_t>(order[i])] = 2;
    for (std::size_t i = test; i < test + validation && i < count; ++i) parts[static_cast<std::size_t>(order[i])] = 1;
    return parts;
}

std::vector<std::int64_t>& partOf(Split& split, int part) { return part == 0 ? split.train : part == 1 ? split.validation : split.test; }

constexpr signed char kNowhere = -1;

/// The part of each row, as far as the last row of any.
std::vector<signed char> placesOf(const Split& split) {
    std::vector<signed char> places;
    const auto place = [&](const std::vector<std::int64_t>& rows, signed char part) {
        for (const std::int64_t row : rows) {
            if (static_cast<std::size_t>(row) >= places.size()) places.resize(static_cast<std::size_t>(row) + 1, kNowhere);
            places[static_cast<std::size_t>(row)] = part;
        }
    };
    place(split.train, 0);
    place(split.validation, 1);
    place(split.test, 2);
    return places;
}

int namedPart(std::string_view cell, std::int64_t row, const std::string& column) {
    static const std::unordered_map<std::string, int> kParts = {{"train", 0}, {"training", 0}, {"validation", 1}, {"valid", 1}, {"val", 1}, {"dev", 1}, {"eval", 1}, {"test", 2}};
    std::string name(cell);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (const auto found = kParts.find(name); found != kParts.end()) return found->second;
    throw Error(ErrorCode::InvalidInput, fmt::format("Row {} has \"{}\" in the split column {}. A part is train, validation or test. Correct the cell or choose another column.",
                                                     row + 1, cell, column), {.file = {}, .row = row + 1});
}

Split splitByColumn(const Table& table, const std::string& name) {
    const int column = table.requireColumn(name);
    Split split;
    for (std::int64_t row = 0; row < table.rowCount(); ++row) {
        if (!table.isBlank(row, column)) partOf(split, namedPart(table.cell(row, column), row, name)).push_back(row);
    }
    return split;
}

}  // namespace

Split splitRows(const Table& table, const SplitOptions& options) {
    if (!options.column.empty()) return splitByColumn(table, options.column);
    const Shares shares = sharesOf(options);
    std::vector<data::SplitUnit> units = unitsOf(table, options);
    std::vector<int> parts;
    if (options.groupBy.empty() && options.stratifyBy.empty()) {
        parts = randomParts(units.size(), shares, options.seed);
    } else {
        const int labels = options.stratifyBy.empty() ? 0 : addLabels(table, options, units);
        parts = data::stratifyUnits(units, labels, shares, options.seed);
    }
    Split split;
    for (std::size_t u = 0; u < units.size(); ++u) {
        auto& rows = partOf(split, parts[u]);
        rows.insert(rows.end(), units[u].rows.begin(), units[u].rows.end());
    }
    for (int part = 0; part < 3; ++part) std::sort(partOf(split, part).begin(), partOf(split, part).end());
    return split;
}

std::vector<StraddlingCluster> straddlingClusters(const Split& split, const std::vector<std::vector<std::int64_t>>& clusters) {
    const auto places = placesOf(split);
    std::vector<StraddlingCluster> straddling;
    for (const auto& cluster : clusters) {
        StraddlingCluster found;
        for (const std::int64_t row : cluster) {
            if (row < 0 || static_cast<std::size_t>(row) >= places.size() || places[static_cast<std::size_t>(row)] == kNowhere) continue;
            found.rows.push_back(row);
            ++found.inPart[static_cast<std::size_t>(places[static_cast<std::size_t>(row)])];
        }
        if (std::count_if(found.inPart.begin(), found.inPart.end(), [](std::int64_t n) { return n > 0; }) > 1) straddling.push_back(std::move(found));
    }
    return straddling;
}

Split moveToOneSide(const Split& split, const std::vector<StraddlingCluster>& clusters) {
    auto places = placesOf(split);
    for (const StraddlingCluster& cluster : clusters) {
        const auto most = static_cast<signed char>(std::max_element(cluster.inPart.begin(), cluster.inPart.end()) - cluster.inPart.begin());
        for (const std::int64_t row : cluster.rows) places[static_cast<std::size_t>(row)] = most;
    }
    Split moved;
    for (std::size_t row = 0; row < places.size(); ++row) {
        if (places[row] != kNowhere) partOf(moved, places[row]).push_back(static_cast<std::int64_t>(row));
    }
    return moved;
}

}  // namespace lathe
