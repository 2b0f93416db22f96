// SPDX-License-Identifier: GPL-3.0-or-later
/// Beam search over one prompt, hypothesis for hypothesis as transformers 5.24 keeps them (generation/utils.py,
/// _beam_search).
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <lathe/generation.h>

namespace lathe::generate {

/// A sequence of new tokens with its score: sum log p / length^lengthPenalty.
struct BeamHypothesis {
    std::vector<std::int32_t> ids;
    float score = 0;
    bool isFinished = false;
};

/// True if generation must end after these new tokens (an end token, a stop text, the length limit).
using StopTest = std::function<bool(std::span<const std::int32_t> newIds)>;

/// Gumbel noise for beam sampling: a number in (0, 1) per call.
using UniformSource = std::function<double()>;

/// Feed it one row of log-probabilities a running beam; it says how the beams go on. Beams start as one (the prompt).
class BeamSearch {
public:
    /// numEndTokens decides how many candidates are kept; isEnd is asked for each. `uniform` is used with doSample
    /// only.
    BeamSearch(const GenerationOptions& options, std::int64_t numEndTokens, StopTest isEnd, UniformSource uniform);

    /// New tokens of each running beam, in the order in which step() expects the rows. Before the first step: one empty
    /// beam.
    const std::vector<std::vector<std::int32_t>>& running() const { return running_; }
    /// One step. `logProbabilities` holds running().size() rows of V processed log-probabilities. Afterwards
    /// parents()[i] is the row that beam i continues, and running()[i].back() its token.
    void step(std::span<const float> logProbabilities, std::int64_t vocabulary);
    const std::vector<std::int64_t>& parents() const { return parents_; }
    bool isDone() const { return isDone_; }
    /// Best first, numReturnSequences of them. While it is not done: what is finished, then the running beams.
    std::vector<BeamHypothesis> result() const;

private:
    struct Candidate {
        std::int64_t parent = 0;
        std::int32_t token = 0;
        float score = 0;     ///< sum of log p
        bool isHit = false;  ///< ends here
        std::vector<std::int32_t> ids;
    };
    std::vector<Candidate> bestCandidates(std::span<const float> logProbabilities, std::int64_t vocabulary);
    void keepRunning(const std::vector<Candidate>& candidates);
    void keepFinished(const std::vector<Candidate>& candidates);
    void checkEnd(const std::vector<Candidate>& candidates);

    GenerationOptions options_;
    std::int64_t candidates_;
    StopTest isEnd_;
    UniformSource uniform_;
    std::vector<std::vector<std::int32_t>> running_;
    std::vector<float> runningScores_;
    std::vector<std::int64_t> parents_;
    std::vector<BeamHypothesis> finished_;  ///< numBeams places, best first
    std::int64_t length_ = 0;               ///< new tokens so far
    bool canImprove_ = true;
    bool isDone_ = false;
};

}  // namespace lathe::generate
