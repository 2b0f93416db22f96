// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace lathe {

enum class EarlyStopping { No, Yes, Never };

/// How text is generated; names and defaults are those of transformers' GenerationConfig.
struct GenerationOptions {
    std::int64_t maxNewTokens = 64;
    std::int64_t numBeams = 1;
    EarlyStopping earlyStopping = EarlyStopping::No;
    double lengthPenalty = 1.0;
    bool doSample = false;
    double temperature = 1.0;
    std::int64_t topK = 50;
    double topP = 1.0;
    double minP = 0.0;  ///< 0 = off
    std::uint64_t seed = 42;
    double repetitionPenalty = 1.0;
    std::int64_t noRepeatNgramSize = 0;
    std::int64_t numReturnSequences = 1;
    std::vector<std::string> stopStrings;
    std::vector<std::int32_t> eosIds;      ///< empty: the model's own
    std::optional<std::int32_t> padId;     ///< empty: the model's own
    int topAlternatives = 0;               ///< likeliest tokens to report a step, 0 to 10
};

struct TokenAlternative {
    std::int32_t id = 0;
    std::string text;
    double probability = 0;
};

/// A generated token as it is streamed.
struct GeneratedToken {
    std::int32_t id = 0;
    std::string text;  ///< whole UTF-8 characters only; may be empty while one is incomplete
    double probability = 0;
    std::vector<TokenAlternative> alternatives;
};

struct GeneratedText {
    std::string text;
    std::vector<std::int32_t> ids;  ///< new tokens only
    std::vector<GeneratedToken> tokens;
    double score = 0;               ///< sum log p, for beams divided by length^lengthPenalty
};

struct GenerationResult {
    std::string prompt;
    std::vector<GeneratedText> sequences;  ///< best first
    std::int64_t promptTokens = 0;
    double seconds = 0;
    double tokensPerSecond = 0;
    bool wasStopped = false;
};

struct ScoreResult {
    double logprob = 0;        ///< summed over the completion's tokens
    std::int64_t tokens = 0;
    std::optional<double> reward;  ///< of a reward model
};

struct ChatMessage {
    std::string role;
    std::string content;
};

using TokenSink = std::function<void(const GeneratedToken&)>;

/// A loaded model that answers. One call at a time; calls from several threads wait for each other.
class TextGenerator {
public:
    virtual ~TextGenerator() = default;
    /// Blocks; `onToken` is called on this thread after each token (greedy and sampling). Stops within one token.
    virtual GenerationResult generate(const std::string& prompt, const GenerationOptions& options, const TokenSink& onToken = {},
                                      std::stop_token stop = {}) = 0;
    /// ids = tokenize(prompt) then tokenize(completion), as one sequence; sums run over the completion's ids.
    virtual ScoreResult score(const std::string& prompt, const std::string& completion) = 0;
    /// Prompt text of a chat in the model's own template. Throws Unsupported if it has none.
    virtual std::string renderChat(const std::vector<ChatMessage>& messages) const = 0;
    virtual bool hasChatTemplate() const = 0;
    virtual std::string description() const = 0;  ///< such as "smollm2-135m-instruct, f32, cpu"
};

}  // namespace lathe
