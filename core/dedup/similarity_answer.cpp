// SPDX-License-Identifier: GPL-3.0-or-later
// The greedy rule over stored pairs: what moves with the slider.
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <lathe/error.h>

#include "dedup/similarity_impl.h"

namespace lathe {
namespace {

/// Kept rows of a distinct text: as a rule none or one; more where labels or a person keep copies apart.
class KeptRows {
public:
    explicit KeptRows(std::int64_t texts) : first_(static_cast<std::size_t>(texts), -1) {}

    void add(std::int32_t text, std::int64_t row) {
        auto& first = first_[static_cast<std::size_t>(text)];
        if (first < 0) first = static_cast<std::int32_t>(row);
        else more_[text].push_back(row);
    }

    /// First kept row of the text that `accepts`, or -1.
    template <class Accept>
    std::int64_t find(std::int32_t text, Accept accepts) const {
        const std::int32_t first = first_[static_cast<std::size_t>(text)];
        if (first < 0) return -1;
        if (accepts(first)) return first;
        const auto more = more_.find(text);
        if (more == more_.end()) return -1;
        for (const std::int64_t row : more->second) {
            if (accepts(row)) return row;
        }
        return -1;
    }

private:
    std::vector<std::int32_t> first_;
    std::unordered_map<std::int32_t, std::vector<std::int64_t>> more_;
};

class Verdicts {
public:
    explicit Verdicts(const std::vector<PairOverrule>& overrules) {
        for (const PairOverrule& overrule : overrules) {
            const auto [first, second] = std::minmax(overrule.first, overrule.second);
            verdicts_[second][first] = overrule.areDuplicates;
        }
    }

    bool isEmpty() const { return verdicts_.empty(); }

    /// True where a person said that the pair is none.
    bool areApart(std::int64_t earlier, std::int64_t later) const {
        const auto row = verdicts_.find(later);
        if (row == verdicts_.end()) return false;
        const auto pair = row->second.find(earlier);
        return pair != row->second.end() && !pair->second;
    }

    /// Earlier rows that a person called duplicates of this one.
    std::vector<std::int64_t> partnersOf(std::int64_t later) const {
        std::vector<std::int64_t> partners;
        const auto row = verdicts_.find(later);
        if (row == verdicts_.end()) return partners;
        for (const auto& [earlier, areDuplicates] : row->second) {
            if (areDuplicates) partners.push_back(earlier);
        }
        std::sort(partners.begin(), partners.end());
        return partners;
    }

private:
    std::unordered_map<std::int64_t, std::unordered_map<std::int64_t, bool>> verdicts_;
};

class Selection {
public:
    Selection(const SimilarityIndex::Impl& index, const DedupRules& rules)
        : index_(index), rules_(rules), verdicts_(rules.overrules), threshold_(static_cast<float>(rules.threshold)), kept_(index.textCount()),
          isKept_(static_cast<std::size_t>(index.rows)) {}

    DedupAnswer run() {
        DedupAnswer answer;
        answer.threshold = rules_.threshold;
        answer.kept.reserve(static_cast<std::size_t>(index_.rows));
        std::vector<std::uint8_t> hasGroup(static_cast<std::size_t>(index_.rows));
        for (std::int64_t row = 0; row < index_.rows; ++row) {
            isGuarded_ = false;
            RemovedRow removed{row, -1, 0, false};
            if (row >= rules_.fixedRows && findReason(removed)) {
                answer.removed.push_back(removed);
                answer.exactCount += removed.isExact;
                answer.groupCount += !std::exchange(hasGroup[static_cast<std::size_t>(removed.kept)], 1);
                continue;
            }
            answer.kept.push_back(row);
            answer.savedByLabels += isGuarded_;
            kept_.add(index_.textOf[static_cast<std::size_t>(row)], row);
            isKept_[static_cast<std::size_t>(row)] = 1;
        }
        return answer;
    }

private:
    bool accepts(std::int64_t earlier, std::int64_t row) {
        if (!verdicts_.isEmpty() && verdicts_.areApart(earlier, row)) return false;
        if (rules_.keepsDifferentLabels && index_.labelDistance(earlier, row) > rules_.maxLabelDistance) {
            isGuarded_ = true;
            return false;
        }
        return true;
    }

    bool findReason(RemovedRow& removed) {
        const std::int64_t row = removed.row;
        const std::int32_t text = index_.textOf[static_cast<std::size_t>(row)];
        const auto test = [&](std::int64_t earlier) { return accepts(earlier, row); };
        if (const std::int64_t copy = kept_.find(text, test); copy >= 0) {
            removed.kept = copy;
            removed.similarity = 1;
            removed.isExact = true;
            return true;
        }
        const auto begin = static_cast<std::size_t>(index_.neighbourBegin[static_cast<std::size_t>(text)]);
        const auto end = static_cast<std::size_t>(index_.neighbourBegin[static_cast<std::size_t>(text) + 1]);
        for (std::size_t i = begin; i < end && index_.neighbours[i].similarity > threshold_; ++i) {
            const std::int64_t kept = kept_.find(index_.neighbours[i].text, test);
            if (kept < 0) continue;
            removed.kept = kept;
            removed.similarity = index_.neighbours[i].similarity;
            return true;
        }
        if (verdicts_.isEmpty()) return false;
        for (const std::int64_t partner : verdicts_.partnersOf(row)) {
            if (!isKept_[static_cast<std::size_t>(partner)]) continue;
            removed.kept = partner;
            removed.similarity = index_.similarityOf(partner, row);
            return true;
        }
        return false;
    }

    const SimilarityIndex::Impl& index_;
    const DedupRules& rules_;
    Verdicts verdicts_;
    float threshold_;
    KeptRows kept_;
    std::vector<std::uint8_t> isKept_;
    bool isGuarded_ = false;
};

/// The same without labels and overrules: each kept row tells its neighbours, so rows that go cost nothing. Where few rows
/// stay, this looks at a hundredth of the pairs that asking each row's neighbours would.
DedupAnswer answerByTelling(const SimilarityIndex::Impl& index, double threshold) {
    const auto texts = static_cast<std::size_t>(index.textCount());
    const auto limit = static_cast<float>(threshold);
    std::vector<std::int32_t> keptRow(texts, -1), nearestRow(texts, -1);
    std::vector<float> nearest(texts, limit);
    std::vector<std::uint8_t> hasGroup(static_cast<std::size_t>(index.rows));
    DedupAnswer answer;
    answer.threshold = threshold;
    const auto remove = [&](std::int64_t row, std::int64_t kept, float similarity, bool isExact) {
        answer.removed.push_back({row, kept, similarity, isExact});
        answer.exactCount += isExact;
        answer.groupCount += !std::exchange(hasGroup[static_cast<std::size_t>(kept)], 1);
    };
    for (std::int64_t row = 0; row < index.rows; ++row) {
        const auto text = static_cast<std::size_t>(index.textOf[static_cast<std::size_t>(row)]);
        if (keptRow[text] >= 0) {
            remove(row, keptRow[text], 1, true);
        } else if (nearestRow[text] >= 0) {
            remove(row, nearestRow[text], nearest[text], false);
        } else {
            keptRow[text] = static_cast<std::int32_t>(row);
            answer.kept.push_back(row);
            const auto end = static_cast<std::size_t>(index.neighbourBegin[text + 1]);
            for (auto i = static_cast<std::size_t>(index.neighbourBegin[text]); i < end && index.neighbours[i].similarity > limit; ++i) {
                const auto other = static_cast<std::size_t>(index.neighbours[i].text);
                if (index.neighbours[i].similarity <= nearest[other]) continue;
                nearest[other] = index.neighbours[i].similarity;
                nearestRow[other] = static_cast<std::int32_t>(row);
            }
        }
    }
    return answer;
}

}  // namespace

DedupAnswer SimilarityIndex::answer(const DedupRules& rules) const {
    if (!(rules.threshold <= 1) || static_cast<float>(rules.threshold) < impl_->floor) {
        throw Error(ErrorCode::InvalidInput, fmt::format("The threshold {} cannot be answered. Pairs are known from {:.4f} to 1. Choose one in that range, or search again "
                                                         "with a lower floor.", rules.threshold, impl_->floor));
    }
    for (const PairOverrule& overrule : rules.overrules) {
        const auto [first, second] = std::minmax(overrule.first, overrule.second);
        if (first < 0 || second >= impl_->rows || first == second)
            throw Error(ErrorCode::InvalidInput, fmt::format("The pair of rows {} and {} does not exist. There are {} rows. Choose two of them.", first, second, impl_->rows));
    }
    const bool hasGuard = rules.keepsDifferentLabels && !impl_->labelBegin.empty();
    if (!hasGuard && rules.overrules.empty() && rules.fixedRows == 0) return answerByTelling(*impl_, rules.threshold);
    return Selection(*impl_, rules).run();
}

double SimilarityIndex::thresholdFor(std::int64_t rows, const DedupRules& rules) const {
    const auto& pairs = impl_->pairs;
    const auto count = static_cast<std::int64_t>(pairs.size());
    // Between the k-th and the next weaker pair lies the threshold at which k pairs are above it.
    const auto thresholdAt = [&](std::int64_t k) {
        const double upper = k == 0 ? 1.0 : pairs[static_cast<std::size_t>(k - 1)].similarity;
        const double lower = k == count ? static_cast<double>(impl_->floor) : pairs[static_cast<std::size_t>(k)].similarity;
        const double middle = std::min(1.0, (upper + lower) / 2);
        return static_cast<float>(middle) < static_cast<float>(upper) ? middle : lower;
    };
    double best = 1;
    std::int64_t bestGap = -1;
    const auto keptAt = [&](std::int64_t k) {
        DedupRules trial = rules;
        trial.threshold = std::max(thresholdAt(k), static_cast<double>(impl_->floor));
        const auto kept = static_cast<std::int64_t>(answer(trial).kept.size());
        const std::int64_t gap = std::abs(kept - rows);
        if (bestGap < 0 || gap < bestGap) {
            bestGap = gap;
            best = trial.threshold;
        }
        return kept;
    };
    std::int64_t low = 0, high = count;
    if (keptAt(low) <= rows) return best;
    if (keptAt(high) >= rows) return best;
    while (high - low > 1 && bestGap != 0) {
        const std::int64_t middle = low + (high - low) / 2;
        (keptAt(middle) > rows ? low : high) = middle;
    }
    // The greedy count is not quite monotonic, so the neighbourhood may hold a better one.
    for (std::int64_t k = std::max<std::int64_t>(0, low - 8); k <= std::min(count, low + 8) && bestGap != 0; ++k) keptAt(k);
    return best;
}

std::vector<DuplicateGroup> SimilarityIndex::groups(const DedupAnswer& answer) const {
    constexpr std::int32_t kNone = -1;
    std::vector<std::int32_t> places(static_cast<std::size_t>(impl_->rows), kNone);
    std::vector<DuplicateGroup> groups;
    groups.reserve(static_cast<std::size_t>(answer.groupCount));
    for (const RemovedRow& removed : answer.removed) {
        std::int32_t& place = places[static_cast<std::size_t>(removed.kept)];
        if (place == kNone) {
            place = static_cast<std::int32_t>(groups.size());
            groups.push_back({removed.kept, {}});
        }
        groups[static_cast<std::size_t>(place)].removed.push_back(removed.row);
    }
    std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
        return a.removed.size() != b.removed.size() ? a.removed.size() > b.removed.size() : a.kept < b.kept;
    });
    return groups;
}

std::vector<LabelLoss> SimilarityIndex::labelLosses(const DedupAnswer& answer, std::int64_t rareCount) const {
    std::vector<LabelLoss> losses;
    if (impl_->labelBegin.empty()) return losses;
    for (const std::string& name : impl_->labelNames) losses.push_back({name, 0, 0});
    for (const std::int32_t label : impl_->labels) ++losses[static_cast<std::size_t>(label)].before;
    for (const std::int64_t row : answer.kept) {
        for (auto i = static_cast<std::size_t>(impl_->labelBegin[static_cast<std::size_t>(row)]); i < static_cast<std::size_t>(impl_->labelBegin[static_cast<std::size_t>(row) + 1]); ++i)
            ++losses[static_cast<std::size_t>(impl_->labels[i])].after;
    }
    std::erase_if(losses, [](const LabelLoss& loss) { return loss.before == loss.after; });
    const auto becomesRare = [&](const LabelLoss& loss) { return loss.after < rareCount && loss.before >= rareCount; };
    std::stable_sort(losses.begin(), losses.end(), [&](const LabelLoss& a, const LabelLoss& b) {
        if (becomesRare(a) != becomesRare(b)) return becomesRare(a);
        return a.before - a.after > b.before - b.after;
    });
    return losses;
}

}  // namespace lathe
