// SPDX-License-Identifier: GPL-3.0-or-later
/// What happens to the scores of the next token before one is chosen: plain functions over one row of V values, in the
/// order and with the formulas of transformers 5.24 (generation/logits_process.py).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <lathe/generation.h>

namespace lathe::generate {

/// Scores of tokens that occur in `history` are divided by `penalty` where positive and multiplied where negative.
void penaliseRepetition(std::span<float> scores, std::span<const std::int32_t> history, double penalty);
/// Bans (-inf) every token that would repeat an n-gram of `history`. size 0 does nothing.
void banRepeatedNgrams(std::span<float> scores, std::span<const std::int32_t> history, std::int64_t size);
void applyTemperature(std::span<float> scores, double temperature);
/// Keeps the k largest (and whatever ties with the k-th). k <= 0 keeps all.
void keepTopK(std::span<float> scores, std::int64_t k);
/// Keeps the smallest set of likeliest tokens whose probability reaches p, at least `atLeast` of them.
void keepTopP(std::span<float> scores, double p, std::int64_t atLeast);
/// Keeps tokens at least p times as likely as the likeliest one, at least `atLeast` of them.
void keepMinP(std::span<float> scores, double p, std::int64_t atLeast);

/// All of the above as the options say: penalties always; temperature, top-k, top-p and min-p when sampling. `history`
/// is the prompt and what was generated. atLeast: 1, or the number of end tokens + 1 for beams.
void processScores(std::span<float> scores, std::span<const std::int32_t> history, const GenerationOptions& options,
                   std::int64_t atLeast);

/// Scores minus their log-sum-exp, in f32 as torch does it.
void logSoftmax(std::span<float> scores);
double logSumExp(std::span<const float> scores);

/// Index of the largest score, the first of equals.
std::int64_t argMax(std::span<const float> scores);
/// Indices of the `count` largest scores, largest first, earlier index first among equals.
std::vector<std::int64_t> topIndices(std::span<const float> scores, std::int64_t count);
/// An index drawn from softmax(scores) with `uniform` in [0, 1).
std::int64_t drawIndex(std::span<const float> scores, double uniform);

/// Throws InvalidInput, naming the option, its value and what is allowed.
void checkOptions(const GenerationOptions& options);

}  // namespace lathe::generate
