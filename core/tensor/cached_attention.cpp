// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>

#include <ATen/Parallel.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include "tensor/attention.h"
#include "tensor/kernels.h"

namespace lathe::tensor {

namespace {

/// Which sequence and position each new row is.
struct NewTokens {
    std::vector<std::int64_t> sequence;
    std::vector<std::int64_t> position;
    bool isAllNew = true;  ///< no sequence had anything before
};

NewTokens newTokensOf(const KvCache& cache, const std::vector<std::int64_t>& offsets) {
    NewTokens tokens;
    for (std::int64_t b = 0; b < cache.numSequences(); ++b) {
        const std::int64_t count = offsets[static_cast<std::size_t>(b) + 1] - offsets[static_cast<std::size_t>(b)];
        const std::int64_t start = cache.length(b) - count;
        tokens.isAllNew = tokens.isAllNew && start == 0;
        for (std::int64_t i = 0; i < count; ++i) {
            tokens.sequence.push_back(b);
            tokens.position.push_back(start + i);
        }
    }
    return tokens;
}

/// Copies the key and value columns of each row to its place in the cache.
void writeRows(const torch::Tensor& qkv, const AttentionShape& shape, KvCache& cache, std::int64_t layer,
               const NewTokens& tokens) {
    torch::Tensor& keys = cache.keys(layer);
    torch::Tensor& values = cache.values(layer);
    if (!kernels::isPlain(qkv)) {
        std::vector<std::int64_t> slots;
        for (std::size_t r = 0; r < tokens.sequence.size(); ++r) {
            slots.push_back(cache.slots(tokens.sequence[r])[tokens.position[r]]);
        }
        const torch::Tensor slot = torch::tensor(slots, torch::kInt64).to(qkv.device());
        const torch::Tensor position = torch::tensor(tokens.position, torch::kInt64).to(qkv.device());
        const auto columns = [&](std::int64_t firstHead) {
            return qkv.narrow(1, firstHead * shape.headWidth, shape.kvHeads * shape.headWidth)
                .view({qkv.size(0), shape.kvHeads, shape.headWidth});
        };
        keys.transpose(1, 2).index_put_({slot, position}, columns(shape.heads));
        values.transpose(1, 2).index_put_({slot, position}, columns(shape.heads + shape.kvHeads));
        return;
    }
    const std::size_t bytes = static_cast<std::size_t>(shape.headWidth) * qkv.element_size();
    const auto maxLength = cache.shape().maxLength;
    for (std::size_t r = 0; r < tokens.sequence.size(); ++r) {
        const std::int64_t slot = cache.slots(tokens.sequence[r])[tokens.position[r]];
        const char* row = static_cast<const char*>(kernels::rowOf(qkv, static_cast<std::int64_t>(r)));
        for (std::int64_t h = 0; h < shape.kvHeads; ++h) {
            const std::size_t place =
                static_cast<std::size_t>((slot * shape.kvHeads + h) * maxLength + tokens.position[r]) * bytes;
            std::memcpy(static_cast<char*>(keys.mutable_data_ptr()) + place,
                        row + static_cast<std::size_t>(shape.heads + h) * bytes, bytes);
            std::memcpy(static_cast<char*>(values.mutable_data_ptr()) + place,
                        row + static_cast<std::size_t>(shape.heads + shape.kvHeads + h) * bytes, bytes);
        }
    }
}

/// Every (row, head) on its own, over all threads.
torch::Tensor attendOnCpu(const torch::Tensor& qkv, const AttentionShape& shape, KvCache& cache, std::int64_t layer,
                          const NewTokens& tokens) {
    const std::int64_t rows = qkv.size(0);
    const std::int64_t width = shape.headWidth;
    torch::Tensor out = torch::empty({rows, shape.heads * width}, qkv.options());
    const torch::Tensor& keys = cache.keys(layer);
    const torch::Tensor& values = cache.values(layer);
    const auto type = kernels::numberOf(qkv);
    const std::size_t elementBytes = qkv.element_size();
    const std::int64_t groups = shape.heads / shape.kvHeads;
    const auto maxLength = cache.shape().maxLength;
    at::parallel_for(0, rows * shape.heads, 2, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> scratch(static_cast<std::size_t>(2 * width + maxLength));
        for (std::int64_t i = first; i < last; ++i) {
            const std::int64_t r = i / shape.heads;
            const std::int64_t h = i % shape.heads;
            const auto at = static_cast<std::size_t>(h * width) * elementBytes;
            kernels::loadRow(scratch.data(), static_cast<const char*>(kernels::rowOf(qkv, r)) + at, type, width);
            const std::size_t headStart = static_cast<std::size_t>((h / groups) * maxLength * width) * elementBytes;
            const kernels::CachedHead head{static_cast<const char*>(keys.const_data_ptr()) + headStart,
                                           static_cast<const char*>(values.const_data_ptr()) + headStart,
                                           type,
                                           shape.kvHeads * maxLength * width,
                                           cache.slots(tokens.sequence[static_cast<std::size_t>(r)]),
                                           tokens.position[static_cast<std::size_t>(r)] + 1,
                                           width};
            kernels::cachedHeadAttention(scratch.data() + width, scratch.data(), head, static_cast<float>(shape.scale),
                                         scratch.data() + 2 * width);
            kernels::storeRow(static_cast<char*>(kernels::mutableRowOf(out, r)) + at, type, scratch.data() + width,
                              width);
        }
    });
    return out;
}

/// Gathers each sequence's keys and values, for other devices.
torch::Tensor attendGathered(const torch::Tensor& qkv, const AttentionShape& shape, KvCache& cache, std::int64_t layer,
                             const std::vector<std::int64_t>& offsets) {
    std::vector<torch::Tensor> outputs;
    for (std::int64_t b = 0; b < cache.numSequences(); ++b) {
        const std::int64_t first = offsets[static_cast<std::size_t>(b)];
        const std::int64_t count = offsets[static_cast<std::size_t>(b) + 1] - first;
        const std::int64_t length = cache.length(b);
        const std::vector<std::int64_t> slotList(cache.slots(b), cache.slots(b) + length);
        const torch::Tensor slots = torch::tensor(slotList, torch::kInt64).to(qkv.device());
        const torch::Tensor positions = torch::arange(length, torch::kInt64).to(qkv.device());
        const auto gathered = [&](const torch::Tensor& storage) {
            return storage.transpose(1, 2)
                .index({slots, positions})
                .transpose(0, 1)
                .repeat_interleave(shape.heads / shape.kvHeads, 0);
        };
        const torch::Tensor query = qkv.narrow(0, first, count)
                                        .narrow(1, 0, shape.heads * shape.headWidth)
                                        .view({count, shape.heads, shape.headWidth})
                                        .transpose(0, 1);
        const torch::Tensor queryPositions = torch::arange(length - count, length, torch::kInt64).to(qkv.device());
        const torch::Tensor mask = positions.unsqueeze(0).le(queryPositions.unsqueeze(1));
        const torch::Tensor out =
            at::scaled_dot_product_attention(query.unsqueeze(0), gathered(cache.keys(layer)).unsqueeze(0),
                                             gathered(cache.values(layer)).unsqueeze(0), mask, 0.0, false, shape.scale);
        outputs.push_back(out.squeeze(0).transpose(0, 1).reshape({count, shape.heads * shape.headWidth}));
    }
    return at::cat(outputs);
}

}  // namespace

torch::Tensor cachedAttention(torch::Tensor qkv, const AttentionShape& shape,
                              const std::shared_ptr<const AttentionPlan>& plan, KvCache& cache, std::int64_t layer,
                              const std::vector<std::int64_t>& offsets) {
    const torch::NoGradGuard noGrad;
    const NewTokens tokens = newTokensOf(cache, offsets);
    if (plan->rope != nullptr) {
        rotateInPlace(qkv, shape.heads + shape.kvHeads, shape.headWidth, plan->positions, *plan->rope,
                      RopeDirection::Forward);
    }
    writeRows(qkv, shape, cache, layer, tokens);
    if (tokens.isAllNew) {
        auto unrotated = std::make_shared<AttentionPlan>(*plan);
        unrotated->rope = nullptr;
        return packedAttention(qkv, shape, unrotated, {});
    }
    return kernels::isPlain(qkv) ? attendOnCpu(qkv, shape, cache, layer, tokens)
                                 : attendGathered(qkv, shape, cache, layer, offsets);
}

}  // namespace lathe::tensor
