// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <lathe/error.h>
#include <lathe/preference.h>

#include "base/random.h"
#include "preference/verdict.h"

namespace lathe {
namespace {

using preference::isOf;

/// What the raters said about one item.
struct Said {
    std::array<std::int64_t, 4> votes{};  ///< A, B, Tie, BothBad
    std::int64_t skips = 0;
    std::int64_t ratings = 0;
};

struct MeanRating {
    double sum = 0;
    double count = 0;
    std::set<std::int64_t> items;
    double value() const { return sum / count; }
};

/// Answers to a prompt with their ratings, by text.
using RatedAnswers = std::map<std::string, MeanRating>;

void judgeByVotes(const PreferenceItem& item, const Said& said, PairReport& report) {
    const auto most = *std::max_element(said.votes.begin(), said.votes.end());
    if (most == 0) {
        if (said.skips > 0) ++report.skipped;
        else ++report.unlabelled;
        return;
    }
    if (std::count(said.votes.begin(), said.votes.end(), most) > 1) {
        ++report.disputed;
        return;
    }
    const auto winner = std::find(said.votes.begin(), said.votes.end(), most) - said.votes.begin();
    if (winner == 2) {
        ++report.ties;
        report.tieItems.push_back(item);
    } else if (winner == 3) {
        ++report.bothBad;
        report.bothBadItems.push_back(item);
    } else if (item.answerA == item.answerB) {
        ++report.identical;
    } else {
        const bool isA = winner == 0;
        report.pairs.push_back({item.prompt, isA ? item.answerA : item.answerB, isA ? item.answerB : item.answerA, item.margin, item.id});
    }
}

void compareRatings(const std::string& prompt, const RatedAnswers& answers, const PairOptions& options, PairReport& report) {
    for (auto a = answers.begin(); a != answers.end(); ++a) {
        for (auto b = std::next(a); b != answers.end(); ++b) {
            const double gap = std::abs(a->second.value() - b->second.value());
            // Means of whole numbers; half a billionth takes rounding away from "at least".
            if (gap == 0 || gap < options.minimumGap - 1e-9) {
                ++report.belowGap;
                continue;
            }
            const bool isA = a->second.value() > b->second.value();
            std::vector<std::int64_t> shared;
            std::set_intersection(a->second.items.begin(), a->second.items.end(), b->second.items.begin(), b->second.items.end(), std::back_inserter(shared));
            report.pairs.push_back({prompt, isA ? a->first : b->first, isA ? b->first : a->first, gap * options.marginScale, shared.empty() ? 0 : shared.front()});
        }
    }
}

}  // namespace

PairReport pairsOf(std::span<const PreferenceItem> items, const FoldedLabels& labels, const PairOptions& options) {
    if (!(options.minimumGap >= 0) || !std::isfinite(options.marginScale))
        throw Error(ErrorCode::InvalidInput, fmt::format("The minimum gap {} or the margin scale {} cannot be used. Both must be numbers, and the gap 0 or more.", options.minimumGap, options.marginScale));
    std::unordered_map<std::int64_t, const PreferenceItem*> byId;
    for (const PreferenceItem& item : items) byId.emplace(item.id, &item);
    std::set<std::int64_t> leftOut;
    if (options.flagged == FlaggedPolicy::LeaveOut)
        for (const auto& [key, isSet] : labels.flags)
            if ((options.rater.empty() || key.first == options.rater) && byId.contains(key.second)) leftOut.insert(key.second);

    std::unordered_map<std::int64_t, Said> said;
    std::map<std::string, RatedAnswers> rated;
    for (const Judgement& judgement : labels.judgements) {
        const auto found = byId.find(judgement.item);
        if (judgement.showing == Showing::Repeat || !isOf(judgement, options.rater) || found == byId.end() || leftOut.contains(judgement.item)) continue;
        Said& mine = said[judgement.item];
        if (judgement.kind == LabelKind::Rating) {
            ++mine.ratings;
            for (const auto& [answer, rating] : {std::pair(&found->second->answerA, judgement.ratingA), std::pair(&found->second->answerB, judgement.ratingB)}) {
                MeanRating& mean = rated[found->second->prompt][*answer];
                mean.sum += rating;
                mean.count += 1;
                mean.items.insert(judgement.item);
            }
        } else if (judgement.kind == LabelKind::Skip) {
            ++mine.skips;
        } else {
            ++mine.votes[static_cast<std::size_t>(judgement.kind)];
        }
    }
    PairReport report;
    report.flagged = static_cast<std::int64_t>(leftOut.size());
    for (const PreferenceItem& item : items) {
        if (leftOut.contains(item.id)) continue;
        const auto found = said.find(item.id);
        const Said mine = found == said.end() ? Said{} : found->second;
        if (mine.ratings > 0 && std::all_of(mine.votes.begin(), mine.votes.end(), [](auto votes) { return votes == 0; })) continue;  // by its ratings below
        judgeByVotes(item, mine, report);
    }
    for (const auto& [prompt, answers] : rated) compareRatings(prompt, answers, options, report);
    return report;
}

std::string PairReport::sentence() const {
    const std::pair<std::int64_t, const char*> parts[] = {{ties, "equally good"}, {bothBad, "both bad"}, {skipped, "skipped"}, {unlabelled, "not labelled yet"},
                                                          {disputed, "disputed between raters"}, {flagged, "flagged"}, {belowGap, "rated too close"}, {identical, "with twice the same answer"}};
    std::vector<std::string> left;
    for (const auto& [count, what] : parts)
        if (count > 0) left.push_back(fmt::format("{} {}", count, what));
    const std::string made = fmt::format("{} {}", pairs.size(), pairs.size() == 1 ? "pair" : "pairs");
    return left.empty() ? made + "; nothing was left out." : fmt::format("{}; left out: {}.", made, fmt::join(left, ", "));
}

std::vector<std::int64_t> validationPairs(std::span<const PreferencePair> pairs, double share, std::uint64_t seed) {
    if (!(share >= 0 && share < 1))
        throw Error(ErrorCode::InvalidInput, fmt::format("The share {} cannot be validated on. It must be 0 or more and below 1.", share));
    std::vector<std::vector<std::int64_t>> byPrompt;
    std::unordered_map<std::string, std::size_t> position;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto [entry, isNew] = position.emplace(pairs[i].prompt, byPrompt.size());
        if (isNew) byPrompt.emplace_back();
        byPrompt[entry->second].push_back(static_cast<std::int64_t>(i));
    }
    const double wanted = share * static_cast<double>(pairs.size());
    std::vector<std::int64_t> chosen;
    for (const std::int64_t prompt : base::permutation(static_cast<std::int64_t>(byPrompt.size()), seed, 0)) {
        const auto& group = byPrompt[static_cast<std::size_t>(prompt)];
        // A group goes in while that brings the count nearer to what is wanted.
        if (static_cast<double>(chosen.size()) + static_cast<double>(group.size()) / 2 >= wanted) continue;
        chosen.insert(chosen.end(), group.begin(), group.end());
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

}  // namespace lathe
