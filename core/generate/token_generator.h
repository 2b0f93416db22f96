// SPDX-License-Identifier: GPL-3.0-or-later
/// Generation on token ids, without text: greedy, sampling and beams for one or many prompts. Used by Generator (text)
/// and by tasks that need samples or greedy answers during training.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include <lathe/generation.h>

#include "generate/beam_search.h"

namespace lathe::models {
class Model;
}

namespace lathe::generate {

struct TokenRecord;

/// One answer to one prompt.
struct GeneratedIds {
    std::vector<std::int32_t> ids;  ///< new tokens only; an end token, if one came, is the last
    std::vector<double>
        logProbabilities;  ///< the model's own ln p of each id, before penalties and temperature; empty for beams
    double score = 0;      ///< their sum; for beams sum of processed ln p / length^lengthPenalty
    std::shared_ptr<TokenRecord> record;  ///< if it was asked for
};

/// Asks for a TokenRecord of each answer (not for beams).
struct Recording {
    int layer = -1;          ///< whose incoming stream is kept; -1: none
    double temperature = 1;  ///< of the log-probabilities and entropies
};

/// A token of the first answer to the first prompt, as soon as it is chosen (not for beams).
struct GeneratedStep {
    std::int32_t id = 0;
    double logProbability = 0;
    std::vector<std::pair<std::int32_t, double>>
        alternatives;  ///< id and ln p, likeliest first; options.topAlternatives of them
};

struct TokenRequest {
    std::vector<std::vector<std::int32_t>> prompts;  ///< none may be empty
    GenerationOptions options;                       ///< eosIds must be resolved; stopStrings are ignored here
    StopTest isStopped;                              ///< a further reason to end an answer, or empty
    std::function<void(const GeneratedStep&)> onStep;
    std::stop_token stop;       ///< honoured between two tokens: what is there is returned
    std::int64_t maxRows = 32;  ///< most sequences computed at a time
    std::optional<Recording> recording;
};

struct TokenResult {
    std::vector<std::vector<GeneratedIds>> answers;  ///< a prompt: numReturnSequences, best first for beams
    bool wasStopped = false;
};

/// Blocks. The same seed gives the same answers whatever the batch. Throws InvalidInput (options, an empty prompt, a
/// prompt that leaves no room for new tokens) and what Model::forward throws.
TokenResult generateTokens(models::Model& model, const TokenRequest& request);

/// ln p of `completion` after `prompt`, summed over the completion's tokens. An empty prompt leaves the first token
/// unscored.
struct CompletionScore {
    double logProbability = 0;
    std::int64_t tokens = 0;  ///< scored ones
};
using PromptAndCompletion = std::pair<std::vector<std::int32_t>, std::vector<std::int32_t>>;
std::vector<CompletionScore> scoreCompletions(models::Model& model, const std::vector<PromptAndCompletion>& pairs);

}  // namespace lathe::generate
