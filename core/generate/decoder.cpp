// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/decoder.h"

namespace lathe::generate {

Decoder::Decoder(models::Model& model, std::int64_t rows, std::int64_t maxLength, int tapLayer)
    : model_(model), cache_(model.makeKvCache(rows, maxLength)), tap_{tapLayer, {}} {}

torch::Tensor Decoder::lastLogits(const tensor::PackedBatch& batch) {
    models::ForwardOptions options;
    options.cache = &cache_;
    if (tap_.layer >= 0) options.tap = &tap_;
    hidden_ = model_.forward(batch.to(model_.device()), options);
    if (batch.numSequences() != batch.numRows())
        hidden_ = hidden_.index_select(0, batch.lastTokenRows().to(hidden_.device()));
    return model_.languageModelLogits(hidden_).to(torch::kCPU, torch::kFloat32).contiguous();
}

torch::Tensor Decoder::prefill(const std::vector<std::vector<std::int32_t>>& prompts) {
    cache_.begin(static_cast<std::int64_t>(prompts.size()));
    return lastLogits(tensor::makePackedBatch(prompts));
}

torch::Tensor Decoder::advance(std::span<const std::int64_t> parents, std::span<const std::int32_t> tokens) {
    bool isSame = static_cast<std::int64_t>(parents.size()) == cache_.numSequences();
    for (std::size_t i = 0; i < parents.size() && isSame; ++i) isSame = parents[i] == static_cast<std::int64_t>(i);
    if (!isSame) cache_.reorder(parents);
    std::vector<std::vector<std::int32_t>> rows;
    for (const std::int32_t token : tokens) rows.push_back({token});
    return lastLogits(tensor::makePackedBatch(rows));
}

}  // namespace lathe::generate
