// SPDX-License-Identifier: GPL-3.0-or-later
/// Log-probabilities of given text.
#include <algorithm>

#include <lathe/error.h>

#include "generate/token_generator.h"
#include "models/model.h"
#include "tensor/torch.h"

namespace lathe::generate {
namespace {

/// Logits of this many rows at a time: 128 x 50,000 f32 values are 25 MB.
constexpr std::int64_t kChunkRows = 128;
/// Tokens of one packed forward pass.
constexpr std::size_t kBatchTokens = 4096;

/// Rows of the batch that predict a completion token, with that token and the pair it belongs to.
struct Targets {
    std::vector<std::int64_t> rows;
    std::vector<std::int64_t> tokens;
    std::vector<std::size_t> pairs;
};

void scoreBatch(models::Model& model, const std::vector<std::vector<std::int32_t>>& sequences, const Targets& targets,
                std::vector<CompletionScore>& scores) {
    const tensor::PackedBatch batch = tensor::makePackedBatch(sequences).to(model.device());
    const torch::Tensor hidden = model.forward(batch);
    const auto count = static_cast<std::int64_t>(targets.rows.size());
    for (std::int64_t first = 0; first < count; first += kChunkRows) {
        const std::int64_t length = std::min(kChunkRows, count - first);
        const auto part = [&](const std::vector<std::int64_t>& values) {
            return torch::tensor(std::vector<std::int64_t>(values.begin() + first, values.begin() + first + length),
                                 torch::kInt64)
                .to(hidden.device());
        };
        const torch::Tensor logProbabilities =
            at::log_softmax(model.languageModelLogits(hidden.index_select(0, part(targets.rows))), -1);
        const torch::Tensor chosen = logProbabilities.gather(1, part(targets.tokens).unsqueeze(1))
                                         .squeeze(1)
                                         .to(torch::kCPU, torch::kFloat64)
                                         .contiguous();
        for (std::int64_t i = 0; i < length; ++i) {
            CompletionScore& score = scores[targets.pairs[static_cast<std::size_t>(first + i)]];
            score.logProbability += chosen.const_data_ptr<double>()[i];
            ++score.tokens;
        }
    }
}

}  // namespace

std::vector<CompletionScore> scoreCompletions(models::Model& model, const std::vector<PromptAndCompletion>& pairs) {
    const torch::NoGradGuard noGrad;
    std::vector<CompletionScore> scores(pairs.size());
    std::vector<std::vector<std::int32_t>> sequences;
    Targets targets;
    std::size_t rows = 0;
    const auto flush = [&] {
        if (!targets.rows.empty()) scoreBatch(model, sequences, targets, scores);
        sequences.clear();
        targets = {};
        rows = 0;
    };
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto& [prompt, completion] = pairs[i];
        if (completion.empty() || prompt.size() + completion.size() < 2) continue;
        sequences.push_back(prompt);
        sequences.back().insert(sequences.back().end(), completion.begin(), completion.end());
        for (std::size_t at = std::max<std::size_t>(prompt.size(), 1); at < sequences.back().size(); ++at) {
            targets.rows.push_back(static_cast<std::int64_t>(rows + at - 1));
            targets.tokens.push_back(sequences.back()[at]);
            targets.pairs.push_back(i);
        }
        rows += sequences.back().size();
        if (rows >= kBatchTokens) flush();
    }
    flush();
    return scores;
}

}  // namespace lathe::generate
