// SPDX-License-Identifier: GPL-3.0-or-later
#include "decoding.h"

namespace lathe::cli {

void Decoding::addTo(CLI::App& command) {
    GenerationOptions& g = generation_;
    command.add_option("--max-new-tokens", g.maxNewTokens, "At most this many new tokens")->check(CLI::Range(1, 1'000'000))->capture_default_str();
    command.add_option("--num-beams", g.numBeams, "Beams; 1 = greedy or sampling")->check(CLI::Range(1, 256))->capture_default_str();
    command.add_flag("--early-stopping", stopsEarly_, "End as soon as num-beams candidates are complete");
    command.add_option("--length-penalty", g.lengthPenalty, "Beams: score = sum log p / length^penalty")->capture_default_str();
    command.add_flag("--do-sample", g.doSample, "Draw tokens instead of taking the likeliest");
    command.add_option("--temperature", g.temperature)->check(CLI::Range(1e-6, 1e6))->capture_default_str();
    command.add_option("--top-k", g.topK, "0 = off")->check(CLI::NonNegativeNumber)->capture_default_str();
    command.add_option("--top-p", g.topP)->check(CLI::Range(0.0, 1.0))->capture_default_str();
    command.add_option("--min-p", g.minP, "0 = off")->check(CLI::Range(0.0, 1.0))->capture_default_str();
    command.add_option("--seed", g.seed)->capture_default_str();
    command.add_option("--repetition-penalty", g.repetitionPenalty)->check(CLI::Range(1e-6, 1e6))->capture_default_str();
    command.add_option("--no-repeat-ngram-size", g.noRepeatNgramSize)->check(CLI::NonNegativeNumber)->capture_default_str();
    command.add_option("--num-return-sequences", g.numReturnSequences)->check(CLI::Range(1, 256))->capture_default_str();
    command.add_option("--stop", g.stopStrings, "End before this text (may be given several times)")->take_all();
    command.add_option("--eos-id", eosIds_, "End token ids instead of the model's own");
    command.add_option("--pad-id", padId_, "Padding id instead of the model's own");
}

GenerationOptions Decoding::options() const {
    GenerationOptions options = generation_;
    options.earlyStopping = stopsEarly_ ? EarlyStopping::Yes : EarlyStopping::No;
    options.eosIds = eosIds_;
    if (padId_ >= 0) options.padId = padId_;
    return options;
}

}  // namespace lathe::cli
