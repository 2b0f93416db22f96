// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/logits.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::generate {
namespace {

constexpr float kBanned = -std::numeric_limits<float>::infinity();

bool isToken(std::int32_t id, std::span<float> scores) {
    return id >= 0 && static_cast<std::size_t>(id) < scores.size();
}

void requireRange(const char* name, double value, double minimum, double maximum) {
    if (std::isfinite(value) && value >= minimum && value <= maximum) return;
    throw Error(ErrorCode::InvalidInput, fmt::format("{} is {}. Allowed is {} to {}. Choose a value in this range.",
                                                     name, value, minimum, maximum));
}

}  // namespace

void penaliseRepetition(std::span<float> scores, std::span<const std::int32_t> history, double penalty) {
    if (penalty == 1.0) return;
    std::vector<std::int32_t> tokens(history.begin(), history.end());
    std::sort(tokens.begin(), tokens.end());
    tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
    const auto factor = static_cast<float>(penalty);
    for (const std::int32_t id : tokens) {
        if (!isToken(id, scores)) continue;
        float& score = scores[static_cast<std::size_t>(id)];
        score = score < 0 ? score * factor : score / factor;
    }
}

void banRepeatedNgrams(std::span<float> scores, std::span<const std::int32_t> history, std::int64_t size) {
    const auto length = static_cast<std::int64_t>(history.size());
    if (size <= 0 || length + 1 < size) return;
    const auto ending = history.last(static_cast<std::size_t>(size - 1));
    for (std::int64_t start = 0; start + size <= length; ++start) {
        const auto ngram = history.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(size));
        if (std::equal(ending.begin(), ending.end(), ngram.begin()) && isToken(ngram.back(), scores))
            scores[static_cast<std::size_t>(ngram.back())] = kBanned;
    }
}

void applyTemperature(std::span<float> scores, double temperature) {
    if (temperature == 1.0) return;
    const auto divisor = static_cast<float>(temperature);
    for (float& score : scores) score /= divisor;
}

void keepTopK(std::span<float> scores, std::int64_t k) {
    if (k <= 0 || static_cast<std::size_t>(k) >= scores.size()) return;
    std::vector<float> sorted(scores.begin(), scores.end());
    std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(), std::greater<>());
    const float smallest = sorted[static_cast<std::size_t>(k - 1)];
    for (float& score : scores)
        if (score < smallest) score = kBanned;
}

void keepTopP(std::span<float> scores, double p, std::int64_t atLeast) {
    if (p >= 1.0) return;
    // Ascending, like the reference: whatever lies within the first 1 - p of the mass goes.
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (scores[i] != kBanned) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
    const double total = logSumExp(scores);
    const auto keep = std::min(order.size(), static_cast<std::size_t>(std::max<std::int64_t>(atLeast, 1)));
    double mass = 0;
    for (std::size_t i = 0; i + keep < order.size(); ++i) {
        mass += std::exp(static_cast<double>(scores[order[i]]) - total);
        if (mass > 1.0 - p) break;
        scores[order[i]] = kBanned;
    }
}

void keepMinP(std::span<float> scores, double p, std::int64_t atLeast) {
    if (p <= 0) return;
    const std::vector<std::int64_t> best = topIndices(scores, std::max<std::int64_t>(atLeast, 1));
    const double limit = static_cast<double>(scores[static_cast<std::size_t>(best.front())]) + std::log(p);
    std::vector<float> kept;
    for (const std::int64_t i : best) kept.push_back(scores[static_cast<std::size_t>(i)]);
    for (float& score : scores)
        if (static_cast<double>(score) < limit) score = kBanned;
    for (std::size_t i = 0; i < best.size(); ++i) scores[static_cast<std::size_t>(best[i])] = kept[i];
}

void processScores(std::span<float> scores, std::span<const std::int32_t> history, const GenerationOptions& options,
                   std::int64_t atLeast) {
    penaliseRepetition(scores, history, options.repetitionPenalty);
    banRepeatedNgrams(scores, history, options.noRepeatNgramSize);
    if (!options.doSample) return;
    applyTemperature(scores, options.temperature);
    if (options.topK > 0) keepTopK(scores, std::max(options.topK, atLeast));
    keepTopP(scores, options.topP, atLeast);
    keepMinP(scores, options.minP, atLeast);
}

double logSumExp(std::span<const float> scores) {
    const float largest = *std::max_element(scores.begin(), scores.end());
    if (!std::isfinite(largest)) return static_cast<double>(largest);
    double sum = 0;
    for (const float score : scores) sum += std::exp(static_cast<double>(score - largest));
    return static_cast<double>(largest) + std::log(sum);
}

void logSoftmax(std::span<float> scores) {
    const double total = logSumExp(scores);
    for (float& score : scores) score = static_cast<float>(static_cast<double>(score) - total);
}

std::int64_t argMax(std::span<const float> scores) {
    return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

std::vector<std::int64_t> topIndices(std::span<const float> scores, std::int64_t count) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::int64_t>(count, static_cast<std::int64_t>(scores.size())));
    if (wanted == 0) return {};
    // A heap of the best so far: one comparison for nearly every score.
    const auto isBetter = [&](std::int64_t a, std::int64_t b) {
        const float left = scores[static_cast<std::size_t>(a)];
        const float right = scores[static_cast<std::size_t>(b)];
        return left > right || (left == right && a < b);
    };
    std::vector<std::int64_t> best(wanted);
    std::iota(best.begin(), best.end(), std::int64_t{0});
    std::make_heap(best.begin(), best.end(), isBetter);
    float worst = scores[static_cast<std::size_t>(best.front())];
    for (std::size_t i = wanted; i < scores.size(); ++i) {
        if (!(scores[i] > worst)) continue;  // equal scores come later and lose
        std::pop_heap(best.begin(), best.end(), isBetter);
        best.back() = static_cast<std::int64_t>(i);
        std::push_heap(best.begin(), best.end(), isBetter);
        worst = scores[static_cast<std::size_t>(best.front())];
    }
    std::sort(best.begin(), best.end(), isBetter);
    return best;
}

std::int64_t drawIndex(std::span<const float> scores, double uniform) {
    const double total = logSumExp(scores);
    double mass = 0;
    std::int64_t last = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (scores[i] == kBanned) continue;
        last = static_cast<std::int64_t>(i);
        mass += std::exp(static_cast<double>(scores[i]) - total);
        if (uniform < mass) return last;
    }
    return last;  // rounding left the sum a little below one
}

void checkOptions(const GenerationOptions& options) {
    requireRange("max_new_tokens", static_cast<double>(options.maxNewTokens), 1, 1e6);
    requireRange("num_beams", static_cast<double>(options.numBeams), 1, 64);
    requireRange("num_return_sequences", static_cast<double>(options.numReturnSequences), 1, 256);
    requireRange("length_penalty", options.lengthPenalty, -100, 100);
    requireRange("temperature", options.temperature, 1e-4, 1e4);
    requireRange("top_k", static_cast<double>(options.topK), 0, 1e9);
    requireRange("top_p", options.topP, 0, 1);
    requireRange("min_p", options.minP, 0, 1);
    requireRange("repetition_penalty", options.repetitionPenalty, 1e-4, 1e4);
    requireRange("no_repeat_ngram_size", static_cast<double>(options.noRepeatNgramSize), 0, 1e6);
    requireRange("top_alternatives", options.topAlternatives, 0, 10);
    const bool isOneAnswer = !options.doSample && options.numBeams == 1;
    if (isOneAnswer && options.numReturnSequences > 1)
        throw Error(
            ErrorCode::InvalidInput,
            fmt::format("num_return_sequences is {}. Greedy search has one answer only. Use sampling or more beams.",
                        options.numReturnSequences));
    if (options.numBeams > 1 && options.numReturnSequences > options.numBeams)
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("num_return_sequences is {}. There are only {} beams. Use at least as many beams.",
                                options.numReturnSequences, options.numBeams));
    for (const std::string& stop : options.stopStrings)
        if (stop.empty())
            throw Error(ErrorCode::InvalidInput, "A stop text is empty. It would stop everything at once. Remove it.");
}

}  // namespace lathe::generate
