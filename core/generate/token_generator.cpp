// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/token_generator.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/random.h"
#include "generate/decoder.h"
#include "generate/logits.h"
#include "generate/token_record.h"
#include "models/model.h"

namespace lathe::generate {
namespace {

using Ids = std::vector<std::int32_t>;

/// Adds the end tokens and the caller's own test to the length limit.
StopTest makeStopTest(const TokenRequest& request, std::int64_t maxNewTokens) {
    return [&request, maxNewTokens](std::span<const std::int32_t> ids) {
        const auto& ends = request.options.eosIds;
        return static_cast<std::int64_t>(ids.size()) >= maxNewTokens ||
               std::find(ends.begin(), ends.end(), ids.back()) != ends.end() ||
               (request.isStopped && request.isStopped(ids));
    };
}

Ids joined(const Ids& prompt, const Ids& more) {
    Ids all = prompt;
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

/// Learned positions end at a table; rotary ones do not.
std::int64_t newTokensFor(const models::Model& model, std::int64_t promptTokens, std::int64_t wanted) {
    if (model.architecture().rope.isUsed()) return wanted;
    const std::int64_t room = model.architecture().maxPositions - promptTokens;
    if (room < 1) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("The prompt has {} tokens. This model reads at most {} in all. Shorten the prompt.",
                                promptTokens, model.architecture().maxPositions));
    }
    return std::min(wanted, room);
}

std::int64_t longest(const std::vector<Ids>& prompts) {
    std::size_t length = 0;
    for (const Ids& prompt : prompts) length = std::max(length, prompt.size());
    return static_cast<std::int64_t>(length);
}

std::vector<std::pair<std::int32_t, double>> alternativesOf(std::span<const float> logProbabilities, int count) {
    std::vector<std::pair<std::int32_t, double>> result;
    for (const std::int64_t i : topIndices(logProbabilities, count))
        result.emplace_back(static_cast<std::int32_t>(i),
                            static_cast<double>(logProbabilities[static_cast<std::size_t>(i)]));
    return result;
}

/// Fills the records of answers while they are written.
class Recorder {
public:
    Recorder(const std::optional<Recording>& wanted, const Decoder& decoder) : wanted_(wanted), decoder_(decoder) {}

    bool isOn() const { return wanted_.has_value(); }

    /// After the prompts were read; answer i goes on from prompt i / perPrompt.
    void begin(const std::vector<Ids>& prompts, std::size_t perPrompt, std::int64_t maxNewTokens) {
        if (!isOn()) return;
        const torch::Tensor& hidden = decoder_.hidden();
        std::int64_t row = 0;
        for (const Ids& prompt : prompts) {
            const auto read = static_cast<std::int64_t>(prompt.size());
            for (std::size_t copy = 0; copy < perPrompt; ++copy) {
                auto record = std::make_shared<TokenRecord>();
                record->hidden = torch::empty({maxNewTokens, hidden.size(1)}, hidden.options());
                if (wanted_->layer >= 0) {
                    const torch::Tensor& stream = decoder_.stream();
                    record->stream = torch::zeros({read + maxNewTokens, stream.size(1)}, stream.options());
                    record->stream.narrow(0, 0, read).copy_(stream.narrow(0, row, read));
                }
                records_.push_back(std::move(record));
                read_.push_back(read);
            }
            row += read;
        }
    }

    /// After one more token of each open answer was read.
    void read(const std::vector<std::size_t>& open) {
        if (!isOn() || wanted_->layer < 0) return;
        for (std::size_t i = 0; i < open.size(); ++i) {
            const std::size_t answer = open[i];
            records_[answer]->stream[read_[answer]++].copy_(decoder_.stream()[static_cast<std::int64_t>(i)]);
        }
    }

    /// After tokens were chosen from rows of the logits.
    void chose(const torch::Tensor& logits, const torch::Tensor& logProbabilities, const std::vector<std::size_t>& open, const std::vector<std::int64_t>& rows, const Ids& tokens) {
        if (!isOn()) return;
        const torch::Tensor ln = wanted_->temperature == 1.0 ? logProbabilities : at::log_softmax(logits / wanted_->temperature, -1);
        const torch::Tensor entropies = -(ln.exp() * ln).sum(-1);
        for (std::size_t i = 0; i < open.size(); ++i) {
            TokenRecord& record = *records_[open[i]];
            record.hidden[static_cast<std::int64_t>(record.entropies.size())].copy_(decoder_.hidden()[rows[i]]);
            record.logProbabilities.push_back(rowOf(ln, rows[i])[static_cast<std::size_t>(tokens[i])]);
            record.entropies.push_back(entropies.const_data_ptr<float>()[rows[i]]);
        }
    }

    void finish(std::vector<GeneratedIds>& answers) {
        if (!isOn()) return;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            TokenRecord& record = *records_[i];
            const auto tokens = static_cast<std::int64_t>(answers[i].ids.size());
            record.hidden = record.hidden.narrow(0, 0, tokens);
            if (record.stream.defined()) record.stream = record.stream.narrow(0, 0, read_[i] + 1);
            answers[i].record = records_[i];
        }
    }

private:
    const std::optional<Recording>& wanted_;
    const Decoder& decoder_;
    std::vector<std::shared_ptr<TokenRecord>> records_;  ///< one an answer
    std::vector<std::int64_t> read_;                     ///< rows of its stream that are there
};

/// Greedy search and sampling: every answer is a row of its own until it ends.
class RowSearch {
public:
    RowSearch(models::Model& model, const TokenRequest& request, std::span<const Ids> prompts, std::size_t firstPrompt)
        : request_(request),
          prompts_(prompts.begin(), prompts.end()),
          firstPrompt_(firstPrompt),
          perPrompt_(static_cast<std::size_t>(request.options.numReturnSequences)),
          maxNewTokens_(newTokensFor(model, longest(prompts_), request.options.maxNewTokens)),
          isEnd_(makeStopTest(request, maxNewTokens_)),
          decoder_(model, static_cast<std::int64_t>(prompts_.size() * perPrompt_), longest(prompts_) + maxNewTokens_, request.recording ? request.recording->layer : -1),
          recorder_(request.recording, decoder_) {}

    bool run(std::vector<std::vector<GeneratedIds>>& answers) {
        answers_.resize(prompts_.size() * perPrompt_);
        std::vector<std::int64_t> parents;
        for (std::size_t i = 0; i < answers_.size(); ++i) {
            open_.push_back(i);
            parents.push_back(static_cast<std::int64_t>(i / perPrompt_));
        }
        const torch::Tensor scores = decoder_.prefill(prompts_);
        recorder_.begin(prompts_, perPrompt_, maxNewTokens_);
        Ids tokens = choose(scores, parents);
        bool wasStopped = false;
        while (true) {
            dropEnded(tokens, parents);
            wasStopped = request_.stop.stop_requested() && !open_.empty();
            if (open_.empty() || wasStopped) break;
            const torch::Tensor logits = decoder_.advance(parents, tokens);
            recorder_.read(open_);
            parents.resize(open_.size());
            std::iota(parents.begin(), parents.end(), std::int64_t{0});
            tokens = choose(logits, parents);
        }
        recorder_.finish(answers_);
        for (std::size_t i = 0; i < prompts_.size(); ++i) {
            const auto first = answers_.begin() + static_cast<std::ptrdiff_t>(i * perPrompt_);
            answers.emplace_back(std::make_move_iterator(first),
                                 std::make_move_iterator(first + static_cast<std::ptrdiff_t>(perPrompt_)));
        }
        return wasStopped;
    }

private:
    /// Next token of every open answer; rows[i] is the row of the logits that answer i reads.
    Ids choose(const torch::Tensor& logits, const std::vector<std::int64_t>& rows) {
        const torch::Tensor logProbabilities = at::log_softmax(logits, -1);
        Ids tokens(open_.size());
        at::parallel_for(0, static_cast<std::int64_t>(open_.size()), 1, [&](std::int64_t first, std::int64_t last) {
            for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) tokens[i] = pick(rowOf(logits, rows[i]), open_[i]);
        });
        recorder_.chose(logits, logProbabilities, open_, rows, tokens);
        for (std::size_t i = 0; i < open_.size(); ++i) {
            const auto raw = rowOf(logProbabilities, rows[i]);
            const std::int32_t token = tokens[i];
            GeneratedIds& answer = answers_[open_[i]];
            const auto logProbability = static_cast<double>(raw[static_cast<std::size_t>(token)]);
            answer.ids.push_back(token);
            answer.logProbabilities.push_back(logProbability);
            answer.score += logProbability;
            if (firstPrompt_ + open_[i] == 0 && request_.onStep)
                request_.onStep({token, logProbability, alternativesOf(raw, request_.options.topAlternatives)});
        }
        return tokens;
    }

    /// Called for several answers at a time.
    std::int32_t pick(std::span<const float> logits, std::size_t answer) const {
        const GenerationOptions& options = request_.options;
        const bool isPlain = !options.doSample && options.repetitionPenalty == 1.0 && options.noRepeatNgramSize == 0;
        if (isPlain) return static_cast<std::int32_t>(argMax(logits));
        std::vector<float> scores(logits.begin(), logits.end());
        processScores(scores, joined(prompts_[answer / perPrompt_], answers_[answer].ids), options, 1);
        if (!options.doSample) return static_cast<std::int32_t>(argMax(scores));
        // One stream an answer, one number a token: what else is in the batch does not matter.
        base::RandomStream random(options.seed, firstPrompt_ * perPrompt_ + answer, answers_[answer].ids.size());
        return static_cast<std::int32_t>(drawIndex(scores, random.uniform()));
    }

    void dropEnded(Ids& tokens, std::vector<std::int64_t>& parents) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < open_.size(); ++i) {
            if (isEnd_(answers_[open_[i]].ids)) continue;
            open_[kept] = open_[i];
            tokens[kept] = tokens[i];
            parents[kept] = parents[i];
            ++kept;
        }
        open_.resize(kept);
        tokens.resize(kept);
        parents.resize(kept);
    }

    const TokenRequest& request_;
    std::vector<Ids> prompts_;
    std::size_t firstPrompt_;
    std::size_t perPrompt_;
    std::int64_t maxNewTokens_;
    StopTest isEnd_;
    Decoder decoder_;
    Recorder recorder_;
    std::vector<GeneratedIds> answers_;
    std::vector<std::size_t> open_;  ///< answers that still grow
};

/// Beam search for several prompts at once; each keeps its own hypotheses.
class BeamRun {
public:
    BeamRun(models::Model& model, const TokenRequest& request, std::span<const Ids> prompts, std::size_t firstPrompt)
        : request_(request),
          prompts_(prompts.begin(), prompts.end()),
          decoder_(model, static_cast<std::int64_t>(prompts_.size()) * request.options.numBeams,
                   longest(prompts_) + request.options.maxNewTokens) {
        for (std::size_t i = 0; i < prompts_.size(); ++i) {
            GenerationOptions options = request.options;
            options.maxNewTokens =
                newTokensFor(model, static_cast<std::int64_t>(prompts_[i].size()), options.maxNewTokens);
            auto random = std::make_shared<base::RandomStream>(options.seed, firstPrompt + i);
            searches_.emplace_back(options, static_cast<std::int64_t>(options.eosIds.size()),
                                   makeStopTest(request, options.maxNewTokens), [random] { return random->uniform(); });
        }
    }

    bool run(std::vector<std::vector<GeneratedIds>>& answers) {
        std::vector<std::size_t> open(prompts_.size());
        std::iota(open.begin(), open.end(), std::size_t{0});
        torch::Tensor logits = decoder_.prefill(prompts_);
        while (true) {
            std::vector<std::int64_t> parents;
            Ids tokens;
            advance(logits, open, parents, tokens);
            std::erase_if(open, [&](std::size_t i) { return searches_[i].isDone(); });
            if (open.empty() || request_.stop.stop_requested()) break;
            logits = decoder_.advance(parents, tokens);
        }
        for (const BeamSearch& search : searches_) {
            answers.emplace_back();
            for (BeamHypothesis& one : search.result())
                answers.back().push_back({std::move(one.ids), {}, static_cast<double>(one.score), nullptr});
        }
        return !open.empty();
    }

private:
    /// Steps every open search over its rows and gathers how the rows of the unfinished ones go on.
    void advance(const torch::Tensor& logits, const std::vector<std::size_t>& open, std::vector<std::int64_t>& parents,
                 Ids& tokens) {
        torch::Tensor logProbabilities = at::log_softmax(logits, -1);
        const std::int64_t vocabulary = logits.size(1);
        const GenerationOptions& options = request_.options;
        const bool isProcessed = options.doSample || options.repetitionPenalty != 1.0 || options.noRepeatNgramSize > 0;
        std::int64_t row = 0;
        for (const std::size_t i : open) {
            BeamSearch& search = searches_[i];
            const auto beams = static_cast<std::int64_t>(search.running().size());
            const std::span<float> rows(logProbabilities.mutable_data_ptr<float>() + row * vocabulary,
                                        static_cast<std::size_t>(beams * vocabulary));
            if (isProcessed)
                for (std::int64_t beam = 0; beam < beams; ++beam)
                    processScores(
                        rows.subspan(static_cast<std::size_t>(beam * vocabulary), static_cast<std::size_t>(vocabulary)),
                        joined(prompts_[i], search.running()[static_cast<std::size_t>(beam)]), options,
                        static_cast<std::int64_t>(options.eosIds.size()) + 1);
            search.step(rows, vocabulary);
            if (!search.isDone())
                for (std::size_t beam = 0; beam < search.running().size(); ++beam) {
                    parents.push_back(row + search.parents()[beam]);
                    tokens.push_back(search.running()[beam].back());
                }
            row += beams;
        }
    }

    const TokenRequest& request_;
    std::vector<Ids> prompts_;
    Decoder decoder_;
    std::vector<BeamSearch> searches_;
};

void checkPrompts(const std::vector<Ids>& prompts) {
    for (const Ids& prompt : prompts)
        if (prompt.empty())
            throw Error(ErrorCode::InvalidInput,
                        "The prompt has no tokens. A model needs at least one to go on from. Write something first.");
}

}  // namespace

TokenResult generateTokens(models::Model& model, const TokenRequest& request) {
    checkOptions(request.options);
    checkPrompts(request.prompts);
    const torch::NoGradGuard noGrad;
    const bool usesBeams = request.options.numBeams > 1;
    const std::int64_t rowsPerPrompt = usesBeams ? request.options.numBeams : request.options.numReturnSequences;
    const auto step = static_cast<std::size_t>(std::max<std::int64_t>(1, request.maxRows / rowsPerPrompt));
    TokenResult result;
    const std::span<const Ids> all(request.prompts);
    for (std::size_t first = 0; first < all.size() && !result.wasStopped; first += step) {
        const auto part = all.subspan(first, std::min(step, all.size() - first));
        result.wasStopped = usesBeams ? BeamRun(model, request, part, first).run(result.answers)
                                      : RowSearch(model, request, part, first).run(result.answers);
    }
    result.answers.resize(all.size());
    return result;
}

}  // namespace lathe::generate
