// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include <lathe/preference.h>

#include "base/random.h"

namespace lathe {
namespace {

// Streams of the set's seed, so that order, sides and repeats do not depend on each other.
constexpr std::uint64_t kOrderStream = 1ULL << 40;
constexpr std::uint64_t kSideStream = 2ULL << 40;
constexpr std::uint64_t kRepeatStream = 3ULL << 40;
constexpr std::uint64_t kJitterStream = 4ULL << 40;
constexpr std::int64_t kJitter = 10;  // showings; a fixed distance could be guessed

std::uint64_t draw(std::uint64_t seed, std::uint64_t stream, std::int64_t item) {
    return base::RandomStream(seed, stream + static_cast<std::uint64_t>(item)).next();
}

/// Items that come a second time, and whether on the other side. Chosen in blocks of ids, two a block, one of them
/// swapped, so that items which come in later change nothing for those that are there.
std::unordered_map<std::int64_t, bool> repeatedItems(std::span<const PreferenceItem> items, const QueueOptions& options) {
    std::unordered_map<std::int64_t, bool> repeated;
    if (options.repeatShare <= 0) return repeated;
    std::vector<std::int64_t> ids;
    for (const PreferenceItem& item : items) ids.push_back(item.id);
    std::sort(ids.begin(), ids.end());
    const auto block = std::max<std::int64_t>(2, std::llround(2.0 / options.repeatShare));
    const auto count = static_cast<std::int64_t>(ids.size());
    for (std::int64_t first = 0; first < count; first += block) {
        const auto order = base::permutation(block, options.seed, kRepeatStream + static_cast<std::uint64_t>(first / block));
        for (std::size_t pick = 0; pick < 2; ++pick) {
            const std::int64_t position = first + order[pick];
            if (position < count) repeated.emplace(ids[static_cast<std::size_t>(position)], pick == 1);
        }
    }
    return repeated;
}

/// How many judgements of the rater came after an item's first one; what was judged already.
struct Seen {
    std::unordered_map<std::int64_t, std::int64_t> since;  ///< by item, first showings that were not skipped
    std::unordered_set<std::int64_t> first;
    std::unordered_set<std::int64_t> repeat;
};

Seen seenBy(const FoldedLabels& labels, const std::string& rater) {
    Seen seen;
    std::int64_t later = 0;
    for (auto judgement = labels.judgements.rbegin(); judgement != labels.judgements.rend(); ++judgement) {
        if (judgement->rater != rater) continue;
        if (judgement->showing == Showing::Repeat) {
            seen.repeat.insert(judgement->item);
        } else {
            seen.first.insert(judgement->item);
            if (judgement->kind != LabelKind::Skip) seen.since.emplace(judgement->item, later);
        }
        ++later;
    }
    return seen;
}

/// The repeat that waited longest beyond its distance, with or without the jitter.
enum class Distance { WithJitter, Least };
std::optional<QueueEntry> dueRepeat(std::span<const PreferenceItem> items, const Seen& seen, const QueueOptions& options, Distance distance) {
    std::optional<QueueEntry> found;
    std::int64_t longest = -1;
    const auto repeated = repeatedItems(items, options);
    for (const auto& [item, isOtherSide] : repeated) {
        const auto since = seen.since.find(item);
        if (since == seen.since.end() || seen.repeat.contains(item)) continue;
        const auto jitter = static_cast<std::int64_t>(draw(options.seed, kJitterStream, item) % static_cast<std::uint64_t>(kJitter));
        if (since->second < options.repeatGap + (distance == Distance::WithJitter ? jitter : 0) || since->second <= longest) continue;
        longest = since->second;
        found = QueueEntry{item, Showing::Repeat, isSwappedFirst(options.seed, item) != isOtherSide};
    }
    return found;
}

double doubt(const PreferenceItem& item, const QueueOptions& options) {
    if (options.order == LabelOrder::Random) return 0;
    if (!item.rewardA || !item.rewardB) return std::numeric_limits<double>::infinity();
    return std::abs(*item.rewardA - *item.rewardB);
}

}  // namespace

bool isSwappedFirst(std::uint64_t seed, std::int64_t item) { return (draw(seed, kSideStream, item) & 1) != 0; }

std::optional<QueueEntry> nextEntry(std::span<const PreferenceItem> items, const FoldedLabels& labels, const std::string& rater, const QueueOptions& options) {
    std::unordered_set<std::int64_t> known;
    for (const PreferenceItem& item : items) known.insert(item.id);
    for (auto undone = labels.undone.rbegin(); undone != labels.undone.rend(); ++undone)
        if (undone->rater == rater && known.contains(undone->item)) return QueueEntry{undone->item, undone->showing, undone->isSwapped};

    const Seen seen = seenBy(labels, rater);
    if (const auto repeat = dueRepeat(items, seen, options, Distance::WithJitter)) return repeat;
    const PreferenceItem* best = nullptr;
    for (const PreferenceItem& item : items) {
        if (seen.first.contains(item.id)) continue;
        if (best == nullptr) {
            best = &item;
            continue;
        }
        const double mine = doubt(item, options);
        const double its = doubt(*best, options);
        if (mine < its || (mine == its && draw(options.seed, kOrderStream, item.id) < draw(options.seed, kOrderStream, best->id))) best = &item;
    }
    if (best != nullptr) return QueueEntry{best->id, Showing::First, isSwappedFirst(options.seed, best->id)};
    return dueRepeat(items, seen, options, Distance::Least);
}

}  // namespace lathe
