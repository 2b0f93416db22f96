// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/generator.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <memory>

#include "base/json.h"
#include "generate/logits.h"
#include "generate/text_stream.h"
#include "generate/token_generator.h"

namespace lathe::generate {
namespace {

using base::Json;

std::vector<std::int32_t> idsIn(const Json& json, const char* key) {
    std::vector<std::int32_t> ids;
    if (!json.is_object() || !json.contains(key)) return ids;
    const Json& value = json.at(key);
    for (const Json& one : value.is_array() ? value : Json::array({value}))
        if (one.is_number_integer() && one.get<std::int64_t>() >= 0 &&
            one.get<std::int64_t>() <= std::numeric_limits<std::int32_t>::max())
            ids.push_back(one.get<std::int32_t>());
    return ids;
}

/// Called for every candidate: decodes the new tokens and looks for a stop text.
StopTest stopTextTest(const text::Tokenizer& tokenizer, const std::vector<std::string>& stopStrings) {
    if (stopStrings.empty()) return {};
    return [&tokenizer, &stopStrings](std::span<const std::int32_t> ids) {
        std::string text = tokenizer.decode({ids.begin(), ids.end()});
        return cutAtStop(text, stopStrings);
    };
}

/// Turns steps into tokens with their text while they come.
class StreamedTokens {
public:
    StreamedTokens(const text::Tokenizer& tokenizer, const std::vector<std::string>& stopStrings, const TokenSink& sink)
        : tokenizer_(tokenizer), stream_(tokenizer, stopStrings), sink_(sink) {}

    void add(const GeneratedStep& step) {
        GeneratedToken token{step.id, stream_.push(step.id), std::exp(step.logProbability), {}};
        for (const auto& [id, logProbability] : step.alternatives)
            token.alternatives.push_back(
                {id, tokenizer_.decode({id}, text::SkipSpecialTokens::No), std::exp(logProbability)});
        if (sink_) sink_(token);
        tokens_.push_back(std::move(token));
    }

    /// Text that was held back (a character that never became whole, the start of a stop text) belongs to the last
    /// token.
    std::vector<GeneratedToken> finish() {
        const std::string rest = stream_.finish();
        if (!rest.empty() && !tokens_.empty()) {
            if (sink_) sink_({tokens_.back().id, rest, tokens_.back().probability, {}});
            tokens_.back().text += rest;
        }
        return std::move(tokens_);
    }

private:
    const text::Tokenizer& tokenizer_;
    TextStream stream_;
    const TokenSink& sink_;
    std::vector<GeneratedToken> tokens_;
};

/// An empty text starts with the tokenizer's first token where it has one, as in transformers.
std::vector<std::int32_t> promptIds(const text::Tokenizer& tokenizer, const std::string& prompt) {
    std::vector<std::int32_t> ids = tokenizer.encode(prompt);
    if (ids.empty() && tokenizer.specialIds().bos) ids.push_back(*tokenizer.specialIds().bos);
    return ids;
}

GeneratedText toText(const GeneratedIds& answer, const text::Tokenizer& tokenizer,
                     const std::vector<std::string>& stopStrings) {
    GeneratedText result;
    result.ids = answer.ids;
    result.score = answer.score;
    result.text = tokenizer.decode(answer.ids);
    cutAtStop(result.text, stopStrings);
    return result;
}

}  // namespace

GenerationDefaults generationDefaults(const std::string& generationConfigJson, const std::string& configJson) {
    GenerationDefaults defaults;
    for (const auto& [text, name] :
         {std::pair{&generationConfigJson, "generation_config.json"}, {&configJson, "config.json"}}) {
        if (text->empty()) continue;
        const Json json = base::parseJson(*text, name);
        if (defaults.eosIds.empty()) defaults.eosIds = idsIn(json, "eos_token_id");
        const auto pads = idsIn(json, "pad_token_id");
        if (!defaults.padId && !pads.empty()) defaults.padId = pads.front();
    }
    return defaults;
}

Generator::Generator(models::Model& model, text::Tokenizer tokenizer, GenerationDefaults defaults)
    : model_(model), tokenizer_(std::move(tokenizer)), defaults_(std::move(defaults)) {}

GenerationOptions Generator::resolved(const GenerationOptions& options) const {
    GenerationOptions result = options;
    if (result.eosIds.empty()) result.eosIds = defaults_.eosIds;
    if (!result.padId) result.padId = defaults_.padId;
    return result;
}

GenerationResult Generator::generate(const std::string& prompt, const GenerationOptions& options,
                                     const TokenSink& onToken, std::stop_token stop) {
    const GenerationOptions all = resolved(options);
    StreamedTokens streamed(tokenizer_, all.stopStrings, onToken);
    TokenRequest request;
    request.prompts = {promptIds(tokenizer_, prompt)};
    request.options = all;
    request.isStopped = stopTextTest(tokenizer_, all.stopStrings);
    request.onStep = [&](const GeneratedStep& step) { streamed.add(step); };
    request.stop = std::move(stop);
    const auto start = std::chrono::steady_clock::now();
    const TokenResult generated = generateTokens(model_, request);
    GenerationResult result;
    result.prompt = prompt;
    result.promptTokens = static_cast<std::int64_t>(request.prompts.front().size());
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result.wasStopped = generated.wasStopped;
    std::size_t tokens = 0;
    for (const GeneratedIds& answer : generated.answers.front()) {
        result.sequences.push_back(toText(answer, tokenizer_, all.stopStrings));
        tokens += answer.ids.size();
    }
    if (!result.sequences.empty() && all.numBeams == 1) result.sequences.front().tokens = streamed.finish();
    result.tokensPerSecond = result.seconds > 0 ? static_cast<double>(tokens) / result.seconds : 0;
    return result;
}

std::vector<GenerationResult> Generator::generateBatch(const std::vector<std::string>& prompts,
                                                       const GenerationOptions& options, std::stop_token stop) {
    TokenRequest request;
    request.options = resolved(options);
    request.isStopped = stopTextTest(tokenizer_, request.options.stopStrings);
    request.stop = std::move(stop);
    for (const std::string& prompt : prompts) request.prompts.push_back(promptIds(tokenizer_, prompt));
    const auto start = std::chrono::steady_clock::now();
    const TokenResult generated = generateTokens(model_, request);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::vector<GenerationResult> results(prompts.size());
    std::size_t tokens = 0;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        results[i].prompt = prompts[i];
        results[i].promptTokens = static_cast<std::int64_t>(request.prompts[i].size());
        results[i].wasStopped = generated.wasStopped;
        for (const GeneratedIds& answer : generated.answers[i]) {
            results[i].sequences.push_back(toText(answer, tokenizer_, request.options.stopStrings));
            tokens += answer.ids.size();
        }
    }
    for (GenerationResult& result : results) {
        result.seconds = seconds;
        result.tokensPerSecond = seconds > 0 ? static_cast<double>(tokens) / seconds : 0;
    }
    return results;
}

ScoreResult Generator::score(const std::string& prompt, const std::string& completion) {
    const auto scores = scoreCompletions(
        model_, {{tokenizer_.encode(prompt), tokenizer_.encode(completion, text::AddSpecialTokens::No)}});
    return {scores.front().logProbability, scores.front().tokens, std::nullopt};
}

}  // namespace lathe::generate
