// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <set>
#include <unordered_map>

#include <lathe/preference.h>

#include "preference/verdict.h"

namespace lathe {
namespace {

using preference::isOf;
using preference::verdictOf;
using ItemsById = std::unordered_map<std::int64_t, const PreferenceItem*>;

constexpr double kFastMs = 1000;
constexpr std::size_t kMuchText = 200;

std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Counts, position and length bias.
void countJudgements(const FoldedLabels& labels, const ItemsById& items, const std::string& rater, LabelQuality& quality) {
    std::int64_t left = 0, decidedShown = 0, longer = 0, decidedUneven = 0;
    std::vector<double> seconds;
    for (const Judgement& judgement : labels.judgements) {
        const auto found = items.find(judgement.item);
        if (found == items.end() || !isOf(judgement, rater)) continue;
        const PreferenceItem& item = *found->second;
        const LabelKind verdict = verdictOf(judgement);
        const bool isShown = judgement.dwellMs > 0;
        if (isShown) {
            seconds.push_back(judgement.dwellMs / 1000);
            const bool isMuch = characters(item.answerA) + characters(item.answerB) + characters(item.prompt) > kMuchText;
            if (isMuch && judgement.dwellMs < kFastMs && verdict != LabelKind::Skip) ++quality.tooFast;
        }
        const bool isDecided = verdict == LabelKind::A || verdict == LabelKind::B;
        if (isDecided && isShown) {
            ++decidedShown;
            if ((verdict == LabelKind::A) != judgement.isSwapped) ++left;
        }
        if (judgement.showing == Showing::Repeat) continue;
        if (verdict == LabelKind::Skip) ++quality.skips;
        else ++quality.judgements;
        if (verdict == LabelKind::Tie) ++quality.ties;
        if (verdict == LabelKind::BothBad) ++quality.bothBad;
        const std::size_t a = characters(item.answerA);
        const std::size_t b = characters(item.answerB);
        if (!isDecided || a == b) continue;
        ++decidedUneven;
        if ((verdict == LabelKind::A) == (a > b)) ++longer;
    }
    quality.leftPicks = proportionOf(left, decidedShown);
    quality.longerPicks = proportionOf(longer, decidedUneven);
    if (seconds.empty()) return;
    std::sort(seconds.begin(), seconds.end());
    const std::size_t half = seconds.size() / 2;
    quality.medianSeconds = seconds.size() % 2 == 1 ? seconds[half] : (seconds[half - 1] + seconds[half]) / 2;
}

void measureRepeats(const FoldedLabels& labels, const ItemsById& items, const std::string& rater, LabelQuality& quality) {
    std::map<std::pair<std::string, std::int64_t>, LabelKind> first;
    for (const Judgement& judgement : labels.judgements)
        if (judgement.showing == Showing::First) first[{judgement.rater, judgement.item}] = verdictOf(judgement);
    std::int64_t same = 0, repeats = 0;
    for (const Judgement& judgement : labels.judgements) {
        if (judgement.showing != Showing::Repeat || !isOf(judgement, rater) || !items.contains(judgement.item)) continue;
        const auto before = first.find({judgement.rater, judgement.item});
        const LabelKind verdict = verdictOf(judgement);
        if (before == first.end() || before->second == LabelKind::Skip || verdict == LabelKind::Skip) continue;
        ++repeats;
        if (verdict == before->second) ++same;
    }
    quality.repeatAgreement = proportionOf(same, repeats);
}

/// Judgements as a table: raters by items. Skips are missing.
struct Raters {
    std::vector<std::string> names;
    std::vector<std::vector<std::optional<int>>> verdicts;  ///< [rater][item]
    std::vector<std::vector<std::optional<int>>> ratings;   ///< [rater][2 * item + side]
};

Raters tabulate(const FoldedLabels& labels, std::span<const PreferenceItem> items) {
    std::unordered_map<std::int64_t, std::size_t> position;
    for (std::size_t i = 0; i < items.size(); ++i) position.emplace(items[i].id, i);
    Raters raters;
    for (const Judgement& judgement : labels.judgements) {
        const auto unit = position.find(judgement.item);
        if (judgement.showing == Showing::Repeat || judgement.kind == LabelKind::Skip || unit == position.end()) continue;
        auto name = std::find(raters.names.begin(), raters.names.end(), judgement.rater);
        if (name == raters.names.end()) {
            raters.names.push_back(judgement.rater);
            raters.verdicts.emplace_back(items.size());
            raters.ratings.emplace_back(2 * items.size());
            name = std::prev(raters.names.end());
        }
        const auto row = static_cast<std::size_t>(name - raters.names.begin());
        raters.verdicts[row][unit->second] = static_cast<int>(verdictOf(judgement));
        if (judgement.kind != LabelKind::Rating) continue;
        raters.ratings[row][2 * unit->second] = judgement.ratingA;
        raters.ratings[row][2 * unit->second + 1] = judgement.ratingB;
    }
    return raters;
}

void compareRaters(const Raters& raters, LabelQuality& quality) {
    for (std::size_t first = 0; first < raters.names.size(); ++first) {
        for (std::size_t second = first + 1; second < raters.names.size(); ++second) {
            std::vector<int> a, b;
            for (std::size_t item = 0; item < raters.verdicts[first].size(); ++item) {
                if (!raters.verdicts[first][item] || !raters.verdicts[second][item]) continue;
                a.push_back(*raters.verdicts[first][item]);
                b.push_back(*raters.verdicts[second][item]);
            }
            if (a.empty()) continue;
            std::size_t same = 0;
            for (std::size_t i = 0; i < a.size(); ++i) same += a[i] == b[i] ? 1U : 0U;
            quality.raters.push_back({raters.names[first], raters.names[second], static_cast<std::int64_t>(a.size()),
                                      static_cast<double>(same) / static_cast<double>(a.size()), cohenKappa(a, b)});
        }
    }
    const std::size_t items = raters.verdicts.empty() ? 0 : raters.verdicts.front().size();
    for (std::size_t item = 0; item < items; ++item) {
        const auto given = std::count_if(raters.verdicts.begin(), raters.verdicts.end(), [&](const auto& row) { return row[item].has_value(); });
        if (given >= 2) ++quality.alphaUnits;
    }
    quality.alphaNominal = krippendorffAlpha(raters.verdicts, AlphaLevel::Nominal);
    quality.alphaOrdinal = krippendorffAlpha(raters.ratings, AlphaLevel::Ordinal);
}

/// Votes of first showings for each pair of answers to one prompt: positive = the first of the key won.
using Votes = std::map<std::pair<std::string, std::string>, int>;

void countTriples(const Votes& votes, LabelQuality& quality) {
    std::map<std::string, std::set<std::string>> beats;
    std::map<std::string, std::set<std::string>> neighbours;
    for (const auto& [answers, sum] : votes) {
        if (sum == 0) continue;
        const auto& [a, b] = answers;
        if (sum > 0) beats[a].insert(b);
        else beats[b].insert(a);
        neighbours[a].insert(b);
        neighbours[b].insert(a);
    }
    const auto wins = [&](const std::string& a, const std::string& b) { return beats.contains(a) && beats.at(a).contains(b); };
    for (const auto& [a, ofA] : neighbours) {
        for (auto b = ofA.upper_bound(a); b != ofA.end(); ++b) {
            for (auto c = ofA.upper_bound(*b); c != ofA.end(); ++c) {
                if (!neighbours.at(*b).contains(*c)) continue;
                ++quality.triples;
                if (wins(a, *b) == wins(*b, *c) && wins(*b, *c) == wins(*c, a)) ++quality.intransitiveTriples;
            }
        }
    }
}

void measureTriples(const FoldedLabels& labels, const ItemsById& items, const std::string& rater, LabelQuality& quality) {
    std::map<std::string, Votes> byPrompt;
    for (const Judgement& judgement : labels.judgements) {
        const auto found = items.find(judgement.item);
        const LabelKind verdict = verdictOf(judgement);
        if (judgement.showing == Showing::Repeat || found == items.end() || !isOf(judgement, rater) || (verdict != LabelKind::A && verdict != LabelKind::B)) continue;
        const PreferenceItem& item = *found->second;
        if (item.answerA == item.answerB) continue;
        const bool isInOrder = item.answerA < item.answerB;
        const auto key = isInOrder ? std::pair(item.answerA, item.answerB) : std::pair(item.answerB, item.answerA);
        byPrompt[item.prompt][key] += (verdict == LabelKind::A) == isInOrder ? 1 : -1;
    }
    for (const auto& [prompt, votes] : byPrompt) countTriples(votes, quality);
}

}  // namespace

LabelQuality labelQuality(std::span<const PreferenceItem> items, const FoldedLabels& labels, const std::string& rater) {
    ItemsById byId;
    for (const PreferenceItem& item : items) byId.emplace(item.id, &item);
    LabelQuality quality;
    countJudgements(labels, byId, rater, quality);
    measureRepeats(labels, byId, rater, quality);
    measureTriples(labels, byId, rater, quality);
    for (const auto& [key, isSet] : labels.flags)
        if ((rater.empty() || key.first == rater) && byId.contains(key.second)) ++quality.flags;
    if (rater.empty()) compareRaters(tabulate(labels, items), quality);
    return quality;
}

}  // namespace lathe
