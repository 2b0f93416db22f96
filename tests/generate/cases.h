// SPDX-License-Identifier: GPL-3.0-or-later
/// data/cases.json (made by make_cases.py with transformers) as C++ values.
#pragma once
#include <string>
#include <vector>

#include <lathe/generation.h>

#include "base/json.h"

namespace lathe::testing {

inline const base::Json& generationCases() {
    static const base::Json cases = base::readJsonFile(LATHE_SOURCE_DIR "/tests/generate/data/cases.json");
    return cases;
}

/// The options of a case under transformers' names.
inline GenerationOptions optionsOf(const base::Json& json) {
    GenerationOptions options;
    options.numBeams = json.value("num_beams", std::int64_t{1});
    options.maxNewTokens = json.value("max_new_tokens", std::int64_t{20});
    options.lengthPenalty = json.value("length_penalty", 1.0);
    options.repetitionPenalty = json.value("repetition_penalty", 1.0);
    options.noRepeatNgramSize = json.value("no_repeat_ngram_size", std::int64_t{0});
    options.numReturnSequences = json.value("num_return_sequences", std::int64_t{1});
    options.temperature = json.value("temperature", 1.0);
    options.topK = json.value("top_k", std::int64_t{0});
    options.topP = json.value("top_p", 1.0);
    options.minP = json.value("min_p", 0.0);
    if (json.contains("early_stopping")) {
        const base::Json& early = json.at("early_stopping");
        options.earlyStopping = early.is_string()   ? EarlyStopping::Never
                                : early.get<bool>() ? EarlyStopping::Yes
                                                    : EarlyStopping::No;
    }
    if (json.contains("eos_token_id")) {
        const base::Json& eos = json.at("eos_token_id");
        if (eos.is_array()) options.eosIds = eos.get<std::vector<std::int32_t>>();
        else options.eosIds = {eos.get<std::int32_t>()};
    }
    return options;
}

}  // namespace lathe::testing
