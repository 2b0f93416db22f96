// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/beam_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "generate/logits.h"

namespace lathe::generate {
namespace {

/// The reference's "minus infinity" for scores that must not win. All arithmetic is f32, so that ties fall as they do
/// there.
constexpr float kNever = -1.0e9f;

/// Indices of values, largest first, earlier first among equals.
std::vector<std::size_t> descending(const std::vector<float>& values, std::size_t count) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
    order.resize(std::min(count, order.size()));
    return order;
}

float lengthFactor(std::int64_t length, double penalty) {
    return static_cast<float>(std::pow(static_cast<double>(length), penalty));
}

}  // namespace

BeamSearch::BeamSearch(const GenerationOptions& options, std::int64_t numEndTokens, StopTest isEnd,
                       UniformSource uniform)
    : options_(options),
      candidates_(std::max<std::int64_t>(2, 1 + numEndTokens) * options.numBeams),
      isEnd_(std::move(isEnd)),
      uniform_(std::move(uniform)),
      running_(1),
      runningScores_{0.0f},
      finished_(static_cast<std::size_t>(options.numBeams), BeamHypothesis{{}, kNever, false}) {}

std::vector<BeamSearch::Candidate> BeamSearch::bestCandidates(std::span<const float> logProbabilities,
                                                              std::int64_t vocabulary) {
    std::vector<Candidate> all;
    std::vector<float> keys;
    std::vector<float> scores(static_cast<std::size_t>(vocabulary));
    for (std::size_t beam = 0; beam < running_.size(); ++beam) {
        const auto row =
            logProbabilities.subspan(beam * static_cast<std::size_t>(vocabulary), static_cast<std::size_t>(vocabulary));
        for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = row[i] + runningScores_[beam];
        std::vector<float> noisy;
        if (options_.doSample) {  // the K largest of log p + Gumbel noise are K draws without replacement
            noisy = scores;
            for (float& value : noisy)
                if (std::isfinite(value))
                    value -= static_cast<float>(std::log(-std::log(std::max(uniform_(), 1e-300))));
        }
        const std::vector<float>& chosenBy = options_.doSample ? noisy : scores;
        for (const std::int64_t token : topIndices(chosenBy, candidates_)) {
            all.push_back({static_cast<std::int64_t>(beam),
                           static_cast<std::int32_t>(token),
                           scores[static_cast<std::size_t>(token)],
                           false,
                           {}});
            keys.push_back(chosenBy[static_cast<std::size_t>(token)]);
        }
    }
    std::vector<Candidate> best;
    for (const std::size_t i : descending(keys, static_cast<std::size_t>(candidates_)))
        best.push_back(std::move(all[i]));
    if (options_.doSample)
        std::stable_sort(best.begin(), best.end(),
                         [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    return best;
}

void BeamSearch::keepRunning(const std::vector<Candidate>& candidates) {
    std::vector<float> scores;
    for (const Candidate& candidate : candidates) scores.push_back(candidate.score + (candidate.isHit ? kNever : 0.0f));
    running_.clear();
    runningScores_.clear();
    parents_.clear();
    for (const std::size_t i : descending(scores, static_cast<std::size_t>(options_.numBeams))) {
        running_.push_back(candidates[i].ids);
        runningScores_.push_back(scores[i]);
        parents_.push_back(candidates[i].parent);
    }
}

void BeamSearch::keepFinished(const std::vector<Candidate>& candidates) {
    const bool isFull =
        options_.earlyStopping == EarlyStopping::Yes &&
        std::all_of(finished_.begin(), finished_.end(), [](const BeamHypothesis& one) { return one.isFinished; });
    const float factor = lengthFactor(length_ + 1, options_.lengthPenalty);
    std::vector<BeamHypothesis> merged = finished_;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const bool justFinished = candidates[i].isHit && static_cast<std::int64_t>(i) < options_.numBeams;
        float score = candidates[i].score / factor;
        if (isFull) score += kNever;
        if (!canImprove_) score += kNever;
        if (!justFinished) score += kNever;
        merged.push_back({candidates[i].ids, score, justFinished});
    }
    std::vector<float> scores;
    for (const BeamHypothesis& one : merged) scores.push_back(one.score);
    finished_.clear();
    for (const std::size_t i : descending(scores, static_cast<std::size_t>(options_.numBeams)))
        finished_.push_back(std::move(merged[i]));
}

void BeamSearch::checkEnd(const std::vector<Candidate>& candidates) {
    const bool looksFar = options_.earlyStopping == EarlyStopping::Never && options_.lengthPenalty > 0.0;
    const float bestRunning =
        runningScores_.front() / lengthFactor(looksFar ? options_.maxNewTokens : length_, options_.lengthPenalty);
    float worst = finished_.front().score;
    for (const BeamHypothesis& one : finished_) worst = std::min(worst, one.score);
    const bool isBetterThanAny = std::any_of(finished_.begin(), finished_.end(), [&](const BeamHypothesis& one) {
        return bestRunning > (one.isFinished ? worst : kNever);
    });
    canImprove_ = canImprove_ && isBetterThanAny;
    const bool areAllFinished =
        std::all_of(finished_.begin(), finished_.end(), [](const BeamHypothesis& one) { return one.isFinished; });
    const bool hasOpenBeam = !(areAllFinished && options_.earlyStopping == EarlyStopping::Yes);
    const bool hasContinuation =
        std::any_of(candidates.begin(), candidates.end(), [](const Candidate& one) { return !one.isHit; });
    isDone_ = !(canImprove_ && hasOpenBeam && hasContinuation);
}

void BeamSearch::step(std::span<const float> logProbabilities, std::int64_t vocabulary) {
    std::vector<Candidate> candidates = bestCandidates(logProbabilities, vocabulary);
    for (Candidate& candidate : candidates) {
        candidate.ids = running_[static_cast<std::size_t>(candidate.parent)];
        candidate.ids.push_back(candidate.token);
        candidate.isHit = isEnd_(candidate.ids);
    }
    keepRunning(candidates);
    keepFinished(candidates);
    ++length_;
    checkEnd(candidates);
}

std::vector<BeamHypothesis> BeamSearch::result() const {
    std::vector<BeamHypothesis> best;
    for (const BeamHypothesis& one : finished_)
        if (one.isFinished || isDone_) best.push_back(one);
    if (!isDone_)
        for (std::size_t i = 0; i < running_.size(); ++i)
            best.push_back({running_[i],
                            length_ == 0 ? 0.0f : runningScores_[i] / lengthFactor(length_, options_.lengthPenalty),
                            false});
    best.resize(std::min(best.size(), static_cast<std::size_t>(options_.numReturnSequences)));
    return best;
}

}  // namespace lathe::generate
