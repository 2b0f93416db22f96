// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement between raters, and the interval of a share.
#include <algorithm>
#include <cmath>
#include <map>

#include <lathe/error.h>
#include <lathe/preference.h>

namespace lathe {
namespace {

using Marginals = std::map<int, double>;  // values with a pairable occurrence, and how often

/// Squared differences by level, as Krippendorff defines them; `from` < `to` in value.
double difference(Marginals::const_iterator from, Marginals::const_iterator to, AlphaLevel level) {
    if (level == AlphaLevel::Nominal) return 1;
    double between = 0;
    for (auto value = from;; ++value) {
        between += value->second;
        if (value == to) break;
    }
    const double distance = between - (from->second + to->second) / 2;
    return distance * distance;
}

}  // namespace

Proportion proportionOf(std::int64_t hits, std::int64_t count) {
    Proportion share{.hits = hits, .count = count};
    if (count <= 0) return share;
    constexpr double z = 1.959963984540054;  // the normal distribution's 97.5 % point
    const auto n = static_cast<double>(count);
    const double p = static_cast<double>(hits) / n;
    const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    share.value = p;
    share.low = hits == 0 ? 0.0 : std::max(0.0, middle - half);
    share.high = hits == count ? 1.0 : std::min(1.0, middle + half);
    return share;
}

std::optional<double> cohenKappa(std::span<const int> first, std::span<const int> second) {
    if (first.size() != second.size())
        throw Error(ErrorCode::InvalidInput, "The two raters have different numbers of labels. Kappa compares labels of the same items. Give both the same items.");
    if (first.empty()) return std::nullopt;
    std::map<int, double> ofFirst;
    std::map<int, double> ofSecond;
    double equal = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        ++ofFirst[first[i]];
        ++ofSecond[second[i]];
        if (first[i] == second[i]) ++equal;
    }
    const auto n = static_cast<double>(first.size());
    double chance = 0;
    for (const auto& [category, count] : ofFirst)
        if (const auto other = ofSecond.find(category); other != ofSecond.end()) chance += count / n * other->second / n;
    if (chance >= 1) return std::nullopt;
    return (equal / n - chance) / (1 - chance);
}

std::optional<double> krippendorffAlpha(const std::vector<std::vector<std::optional<int>>>& values, AlphaLevel level) {
    std::size_t units = 0;
    for (const auto& rater : values) units = std::max(units, rater.size());
    std::map<std::pair<int, int>, double> coincidences;  // off the diagonal only: equal values differ by nothing
    Marginals marginals;
    double total = 0;
    for (std::size_t unit = 0; unit < units; ++unit) {
        std::map<int, double> counts;
        double given = 0;
        for (const auto& rater : values) {
            if (unit >= rater.size() || !rater[unit]) continue;
            ++counts[*rater[unit]];
            ++given;
        }
        if (given < 2) continue;
        total += given;
        for (const auto& [value, count] : counts) {
            marginals[value] += count;
            for (const auto& [other, otherCount] : counts)
                if (value < other) coincidences[{value, other}] += count * otherCount / (given - 1);
        }
    }
    if (marginals.size() < 2) return std::nullopt;
    double observed = 0;
    double expected = 0;
    for (auto from = marginals.cbegin(); from != marginals.cend(); ++from) {
        for (auto to = std::next(from); to != marginals.cend(); ++to) {
            const double squared = difference(from, to, level);
            if (const auto found = coincidences.find({from->first, to->first}); found != coincidences.end()) observed += found->second * squared;
            expected += from->second * to->second * squared;
        }
    }
    return 1 - (total - 1) * observed / expected;
}

}  // namespace lathe
