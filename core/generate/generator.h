// SPDX-License-Identifier: GPL-3.0-or-later
/// Text in, text out: a model with its tokenizer.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <lathe/generation.h>

#include "text/tokenizer.h"

namespace lathe::models {
class Model;
}

namespace lathe::generate {

/// Ids that a model folder names (generation_config.json, else config.json); options may override them.
struct GenerationDefaults {
    std::vector<std::int32_t> eosIds;
    std::optional<std::int32_t> padId;
};

/// Reads eos_token_id (a number or a list) and pad_token_id from the texts of generation_config.json (may be empty) and
/// config.json (may be empty). Values of another type are ignored, as transformers' own folders have null there.
GenerationDefaults generationDefaults(const std::string& generationConfigJson, const std::string& configJson);

/// Not thread-safe; the model must outlive it.
class Generator {
public:
    Generator(models::Model& model, text::Tokenizer tokenizer, GenerationDefaults defaults);

    /// Blocks. onToken is called on this thread after each token of the first answer (greedy search and sampling; beams
    /// are reported at the end only), and once more with the last id if text was held back until then. A stop is
    /// honoured within one token and gives what is there, with wasStopped. Throws InvalidInput.
    GenerationResult generate(const std::string& prompt, const GenerationOptions& options,
                              const TokenSink& onToken = {}, std::stop_token stop = {});
    /// Many prompts, several at a time; one result each, in order. tokensPerSecond counts all of them together.
    std::vector<GenerationResult> generateBatch(const std::vector<std::string>& prompts,
                                                const GenerationOptions& options, std::stop_token stop = {});
    /// ids = tokenize(prompt) then tokenize(completion), as one sequence; sums run over the completion's ids. The
    /// completion gets no special tokens.
    ScoreResult score(const std::string& prompt, const std::string& completion);

    const text::Tokenizer& tokenizer() const { return tokenizer_; }
    const GenerationDefaults& defaults() const { return defaults_; }

private:
    GenerationOptions resolved(const GenerationOptions& options) const;

    models::Model& model_;
    text::Tokenizer tokenizer_;
    GenerationDefaults defaults_;
};

}  // namespace lathe::generate
