// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/generator.h"

#include <mutex>

#include <fmt/format.h>
#include <lathe/error.h>

#include "generate/generator.h"
#include "generate/quantised_weights.h"
#include "models/loader.h"
#include "tensor/bf16_speed.h"
#include "text/chat_template.h"

namespace lathe::session {
namespace {

class LoadedGenerator : public TextGenerator {
public:
    LoadedGenerator(models::LoadedModel loaded, text::Tokenizer tokenizer, std::string description)
        : model_(std::move(loaded.model)),
          generator_(*model_, std::move(tokenizer), generate::generationDefaults(loaded.generationConfigJson, model_->configJson())),
          description_(std::move(description)) {}

    GenerationResult generate(const std::string& prompt, const GenerationOptions& options, const TokenSink& onToken, std::stop_token stop) override {
        if (isReward()) throw Error(ErrorCode::InvalidInput, fmt::format("{} does not write. It is a reward model, which scores answers. Choose a language model.", description_));
        const std::lock_guard lock(mutex_);
        const torch::InferenceMode inference;
        return generator_.generate(prompt, options, onToken, std::move(stop));
    }

    ScoreResult score(const std::string& prompt, const std::string& completion) override {
        const std::lock_guard lock(mutex_);
        const torch::InferenceMode inference;
        if (!isReward()) return generator_.score(prompt, completion);
        std::vector<std::int32_t> ids = generator_.tokenizer().encode(prompt);
        const std::vector<std::int32_t> more = generator_.tokenizer().encode(completion, text::AddSpecialTokens::No);
        ids.insert(ids.end(), more.begin(), more.end());
        if (ids.empty()) throw Error(ErrorCode::InvalidInput, "There is nothing to score. Prompt and completion are both empty. Give some text.");
        const tensor::PackedBatch batch = tensor::makePackedBatch({ids});
        ScoreResult result;
        result.tokens = static_cast<std::int64_t>(more.size());
        result.reward = model_->classify(batch).item<double>();
        return result;
    }

    std::string renderChat(const std::vector<ChatMessage>& messages) const override {
        const text::Tokenizer& tokenizer = generator_.tokenizer();
        if (tokenizer.chatTemplate().empty())
            throw Error(ErrorCode::Unsupported, fmt::format("{} has no chat template. It was not made for conversations. Use a plain prompt.", description_));
        std::vector<text::ChatMessage> turns;
        for (const ChatMessage& message : messages) turns.push_back({message.role, message.content});
        text::ChatOptions options = text::chatOptionsFor(tokenizer);
        options.addGenerationPrompt = true;
        return text::renderChat(tokenizer.chatTemplate(), turns, options);
    }
    bool hasChatTemplate() const override { return !generator_.tokenizer().chatTemplate().empty(); }
    std::string description() const override { return description_; }

private:
    bool isReward() const { return model_->architecture().head == models::HeadKind::Classification; }

    std::mutex mutex_;
    std::unique_ptr<models::Model> model_;
    generate::Generator generator_;
    std::string description_;
};

}  // namespace

std::shared_ptr<TextGenerator> openGenerator(const ResolvedModel& resolved, const std::string& weights, const std::stop_token& stop) {
    text::Tokenizer tokenizer = loadModelTokenizer(resolved);
    throwIfStopped(stop);
    models::LoadedModel loaded = models::loadModel(resolved.path);
    throwIfStopped(stop);
    if (loaded.model->architecture().head == models::HeadKind::None || (!loaded.model->architecture().isCausal && loaded.model->architecture().numLabels != 1))
        throw Error(ErrorCode::InvalidInput, fmt::format("{} does not write text. It is an encoder of family {}. Choose a language model.", resolved.name, loaded.model->architecture().modelType));
    if (loaded.model->hasLora()) loaded.model->mergeAndDropLora();
    // Writing waits for the weights, of which bf16 has half the bytes: the instructions are enough, however fast they are.
    const std::string chosen = weights != "auto" ? weights : tensor::bf16Speedup() > 0 ? "bf16" : "f32";
    generate::applyWeightFormat(*loaded.model, generate::parseWeightFormat(chosen));
    return std::make_shared<LoadedGenerator>(std::move(loaded), std::move(tokenizer), fmt::format("{}, {}, cpu", resolved.name, chosen));
}

}  // namespace lathe::session
