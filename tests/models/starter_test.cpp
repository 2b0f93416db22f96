// SPDX-License-Identifier: GPL-3.0-or-later
/// SmolLM2 from its GGUF file: next-token logits of transformers, dequantised to f32, and decoding token by token in
/// bf16.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"
#include "models/golden.h"
#include "models/loader.h"

namespace lathe::models::testing {
namespace {

class Starter : public ::testing::Test {
protected:
    void SetUp() override {
        const std::filesystem::path file = std::filesystem::path(LATHE_CACHE_DIR) / "models" / "smollm2-135m-instruct" /
                                           "SmolLM2-135M-Instruct.Q4_1.gguf";
        const std::filesystem::path reference = goldens() / "starter" / "smollm2_f32.json";
        if (!std::filesystem::exists(file) || !std::filesystem::exists(reference)) {
            GTEST_SKIP() << "needs " << file << " and " << reference;
        }
        loaded = loadModel(file);
        expected = base::readJsonFile(reference);
    }

    torch::Tensor lastLogits(const std::vector<std::int32_t>& ids) {
        const torch::NoGradGuard noGrad;
        const auto batch = tensor::makePackedBatch({ids});
        return loaded.model->languageModelLogits(
            loaded.model->forward(batch).index_select(0, batch.lastTokenRows()))[0];
    }

    LoadedModel loaded;
    base::Json expected;
};

TEST_F(Starter, NextTokenLogitsAreThoseOfTransformers) {
    for (const auto& [prompt, values] : expected.items()) {
        const torch::Tensor logits = lastLogits(values["ids"].get<std::vector<std::int32_t>>());
        const auto [largest, ids] = logits.topk(10);
        for (std::int64_t i = 0; i < 10; ++i) {
            EXPECT_EQ(ids[i].item<std::int64_t>(), values["top10"][static_cast<std::size_t>(i)].get<std::int64_t>())
                << prompt;
            EXPECT_NEAR(largest[i].item<double>(), values["top10_logits"][static_cast<std::size_t>(i)].get<double>(),
                        5e-4)
                << prompt;
        }
    }
}

constexpr std::int32_t kEndOfText = 2;

TEST_F(Starter, GreedyDecodingOverTheCacheIsThatOfTransformers) {
    const torch::NoGradGuard noGrad;
    for (const auto& [prompt, values] : expected.items()) {
        std::vector<std::int32_t> ids = values["ids"];
        tensor::KvCache cache = loaded.model->makeKvCache(1, static_cast<std::int64_t>(ids.size()) + 24);
        cache.begin(1);
        ForwardOptions options;
        options.cache = &cache;
        std::vector<std::int32_t> next = ids;
        for (int step = 0; step < 24; ++step) {
            const auto batch = tensor::makePackedBatch({next});
            const torch::Tensor hidden = loaded.model->forward(batch, options).index_select(0, batch.lastTokenRows());
            next = {loaded.model->languageModelLogits(hidden).argmax(-1).item<std::int32_t>()};
            ids.push_back(next.front());
            if (next.front() == kEndOfText) {
                break;
            }
        }
        EXPECT_EQ(ids, values["greedy24"].get<std::vector<std::int32_t>>()) << prompt;
    }
}

/// One prompt alone may meet a bad rounding; all together do not.
TEST_F(Starter, Bf16StaysCloseToF32) {
    std::vector<torch::Tensor> wide, narrow;
    const auto all = [&](std::vector<torch::Tensor>& logits) {
        for (const auto& [prompt, values] : expected.items()) logits.push_back(lastLogits(values["ids"]));
    };
    all(wide);
    loaded.model->setComputeDtype(torch::kBFloat16);
    all(narrow);
    double sum = 0;
    for (std::size_t i = 0; i < wide.size(); ++i) {
        const double share = ((wide[i] - narrow[i]).abs().max() / wide[i].abs().max()).item<double>();
        EXPECT_LT(share, 0.03) << i;
        sum += share;
    }
    EXPECT_LT(sum / static_cast<double>(wide.size()), 0.015);
    EXPECT_EQ(wide.front().argmax().item<std::int64_t>(), narrow.front().argmax().item<std::int64_t>());
}

}  // namespace
}  // namespace lathe::models::testing
