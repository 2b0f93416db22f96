// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/sampler.h"

#include <algorithm>

#include "tensor/packed_batch.h"

namespace lathe::train {

std::vector<std::string> completeGreedily(models::Model& model, const text::Tokenizer& tokenizer, const std::vector<tasks::SamplePrompt>& prompts,
                                          std::int64_t maxNewTokens, const std::function<void()>& between) {
    const torch::NoGradGuard guard;
    const auto eos = tokenizer.specialIds().eos;
    const std::int64_t reach = model.architecture().maxPositions;
    std::vector<std::vector<std::int32_t>> next;  ///< tokens each sequence reads now
    std::int64_t longest = 0;
    for (const auto& prompt : prompts) {
        next.push_back(tokenizer.encode(prompt.prompt));
        const auto room = static_cast<std::size_t>(std::max<std::int64_t>(1, reach > 0 ? reach - maxNewTokens : std::int64_t{1} << 30));
        if (next.back().size() > room) next.back().erase(next.back().begin(), next.back().end() - static_cast<std::ptrdiff_t>(room));
        longest = std::max(longest, static_cast<std::int64_t>(next.back().size()));
    }
    const std::int64_t limit = reach > 0 ? std::min(maxNewTokens, reach - longest) : maxNewTokens;
    auto cache = model.makeKvCache(static_cast<std::int64_t>(prompts.size()), longest + std::max<std::int64_t>(limit, 1));
    cache.begin(static_cast<std::int64_t>(prompts.size()));
    std::vector<std::vector<std::int32_t>> written(prompts.size());
    std::vector<std::int64_t> alive(prompts.size());  ///< prompt of each sequence in the cache
    for (std::size_t i = 0; i < alive.size(); ++i) alive[i] = static_cast<std::int64_t>(i);
    for (std::int64_t step = 0; step < limit && !alive.empty(); ++step) {
        between();
        models::ForwardOptions options;
        options.cache = &cache;
        const auto batch = tensor::makePackedBatch(next).to(model.device());
        const auto hidden = model.forward(batch, options);
        const auto chosen = model.languageModelLogits(hidden.index_select(0, batch.lastTokenRows())).argmax(1).to(torch::kCPU);
        std::vector<std::int64_t> kept;
        std::vector<std::int64_t> stillAlive;
        next.clear();
        for (std::size_t i = 0; i < alive.size(); ++i) {
            const auto id = static_cast<std::int32_t>(chosen[static_cast<std::int64_t>(i)].item<std::int64_t>());
            if (eos && id == *eos) continue;
            written[static_cast<std::size_t>(alive[i])].push_back(id);
            kept.push_back(static_cast<std::int64_t>(i));
            stillAlive.push_back(alive[i]);
            next.push_back({id});
        }
        if (kept.size() != alive.size() && !kept.empty()) cache.reorder(kept);
        alive = std::move(stillAlive);
    }
    std::vector<std::string> texts;
    for (const auto& ids : written) texts.push_back(tokenizer.decode(ids));
    return texts;
}

}  // namespace lathe::train
