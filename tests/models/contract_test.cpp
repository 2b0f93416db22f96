// SPDX-License-Identifier: GPL-3.0-or-later
/// What every registered family must do, with and without a classification head.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <tuple>

#include <unistd.h>

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>
#include <lathe/error.h>

#include "base/random.h"
#include "models/golden.h"
#include "models/loader.h"
#include "models/tiny.h"

namespace lathe::models::testing {
namespace {

using tensor::BatchLayout;
using tensor::PackedBatch;

enum class Head { Own, Classifier };

float largestDifference(const torch::Tensor& a, const torch::Tensor& b) {
    return (a.to(torch::kFloat32) - b.to(torch::kFloat32)).abs().max().item<float>();
}

ForwardOptions trainingWith(std::uint64_t seed) {
    ForwardOptions options;
    options.isTraining = true;
    options.generator = at::detail::createCPUGenerator(seed);
    return options;
}

class Contract : public ::testing::TestWithParam<std::tuple<std::string, Head>> {
protected:
    void SetUp() override {
        modelType = std::get<0>(GetParam());
        ASSERT_FALSE(tinyConfig(modelType).empty())
            << "add a tiny config of " << modelType << " to tests/models/tiny.cpp";
        loaded = make();
        batch = tensor::makePackedBatch(rows);
    }

    LoadedModel make(std::uint64_t seed = 7) const {
        return std::get<1>(GetParam()) == Head::Own ? tinyModel(modelType, {}, seed)
                                                    : tinyModel(modelType, threeLabels(), seed);
    }
    Model& model() { return *loaded.model; }

    std::filesystem::path scratchFolder(const std::string& purpose) const {
        const std::filesystem::path folder =
            std::filesystem::path(::testing::TempDir()) / fmt::format("lathe-{}-{}-{}", purpose, modelType, getpid());
        std::filesystem::remove_all(folder);
        return folder;
    }

    bool isLanguageModel() { return model().architecture().head == HeadKind::LanguageModel; }

    /// One row a real token of a language model, one row a sequence of a classifier.
    torch::Tensor logits(Model& of, const PackedBatch& on, const ForwardOptions& options = {}) {
        return isLanguageModel() ? of.languageModelLogits(of.forward(on, options).index_select(0, on.realRows())) : of.classify(on, options);
    }

    torch::Tensor loss(Model& of, const PackedBatch& on, const ForwardOptions& options = {}) {
        base::Json expected = base::Json::object();
        if (!isLanguageModel()) {
            expected["labels"] = {{1.0, 0.0, 1.0}, {0.0, 0.0, 1.0}, {0.0, 1.0, 0.0}};
        }
        return goldenLoss(of, on, expected, options);
    }

    std::vector<torch::Tensor> gradients(Model& of, const ForwardOptions& options = {}) {
        for (Parameter& parameter : of.parameters()) {
            parameter.value.mutable_grad() = torch::Tensor();
        }
        loss(of, batch, options).backward();
        std::vector<torch::Tensor> found;
        for (const Parameter& parameter : of.parameters()) {
            found.push_back(parameter.value.grad().defined() ? parameter.value.grad().clone()
                                                             : torch::zeros_like(parameter.value));
        }
        return found;
    }

    /// Along a direction near each parameter's gradient; the options make a generator that starts over each time.
    void expectFiniteDifferences(const std::function<ForwardOptions()>& options) {
        const auto found = gradients(model(), options());
        const torch::NoGradGuard noGrad;
        torch::manual_seed(3);
        for (std::size_t p = 0; p < found.size(); ++p) {
            torch::Tensor value = model().parameters()[p].value;
            const double spread = 0.3 * found[p].norm().item<double>() / std::sqrt(static_cast<double>(value.numel()));
            torch::Tensor direction = found[p] + spread * torch::randn_like(value);
            const double norm = direction.norm().item<double>();
            if (norm < 1e-5) {
                continue;  // a key's bias, or a position that no row has
            }
            direction /= norm;
            const double step = 2e-3 * std::max(1.0, value.norm().item<double>() / 4);
            const torch::Tensor before = value.clone();
            value.add_(direction, step);
            const double above = loss(model(), batch, options()).item<double>();
            value.copy_(before).sub_(direction, step);
            const double below = loss(model(), batch, options()).item<double>();
            value.copy_(before);
            const double expected = (found[p] * direction).sum().item<double>();
            EXPECT_NEAR((above - below) / (2 * step), expected, 0.03 * std::abs(expected) + 3e-4)
                << model().parameters()[p].name;
        }
    }

    std::string modelType;
    LoadedModel loaded;
    std::vector<std::vector<std::int32_t>> rows = randomRows({7, 12, 12});
    PackedBatch batch;
};

/// Families that generate text.
class Decoding : public Contract {};

TEST_P(Contract, LossIsFinite) { EXPECT_TRUE(std::isfinite(loss(model(), batch).item<float>())); }

TEST_P(Contract, GradientsAgreeWithFiniteDifferences) {
    expectFiniteDifferences([] { return ForwardOptions(); });
}

TEST_P(Contract, GradientsAgreeWithFiniteDifferencesUnderDropout) {
    expectFiniteDifferences([] { return trainingWith(21); });
}

TEST_P(Contract, SavedAndLoadedIsTheSame) {
    const std::filesystem::path folder = scratchFolder("model");
    saveModel(model(), folder);
    const LoadedModel again = loadModel(folder);
    EXPECT_EQ(again.labels, loaded.labels);
    ASSERT_EQ(again.model->parameters().size(), model().parameters().size());
    for (std::size_t i = 0; i < model().parameters().size(); ++i) {
        EXPECT_EQ(again.model->parameters()[i].name, model().parameters()[i].name);
        EXPECT_TRUE(torch::equal(again.model->parameters()[i].value, model().parameters()[i].value))
            << model().parameters()[i].name;
    }
    EXPECT_TRUE(torch::equal(logits(*again.model, batch), logits(model(), batch)));
    std::filesystem::remove_all(folder);
}

TEST_P(Contract, SequenceAloneEqualsSequenceInABatch) {
    const torch::NoGradGuard noGrad;
    std::vector<torch::Tensor> alone;
    for (const auto& row : rows) {
        alone.push_back(logits(model(), tensor::makePackedBatch({row})));
    }
    EXPECT_LT(largestDifference(torch::cat(alone), logits(model(), batch)), 2e-5f);
}

TEST_P(Contract, PaddedEqualsPacked) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor packed = logits(model(), batch);
    EXPECT_LT(largestDifference(packed, logits(model(), tensor::makePackedBatch(rows, {BatchLayout::Dynamic, 0, 2}))),
              2e-5f);
    EXPECT_LT(
        largestDifference(packed, logits(model(), tensor::makePackedBatch(rows, {BatchLayout::MaxLength, 20, 2}))),
        2e-5f);
}

TEST_P(Contract, PaddedGradientsEqualPackedOnes) {
    const auto packed = gradients(model());
    batch = tensor::makePackedBatch(rows, {BatchLayout::Dynamic, 0, 2});
    const auto padded = gradients(model());
    for (std::size_t i = 0; i < packed.size(); ++i) {
        EXPECT_LT(largestDifference(packed[i], padded[i]), 1e-4f) << model().parameters()[i].name;
    }
}

/// Rows of all tokens, sequence by sequence.
torch::Tensor rowsOf(const PackedBatch& on, const std::vector<std::vector<std::int32_t>>& sequences) {
    std::vector<std::int64_t> found;
    for (std::size_t b = 0; b < sequences.size(); ++b)
        for (std::size_t i = 0; i < sequences[b].size(); ++i) found.push_back(on.rowOf(b, static_cast<std::int64_t>(i)));
    return torch::tensor(found, torch::kInt64);
}

TEST_P(Contract, SharedBeginningsGiveTheStatesAndGradientsOfRepeatedOnes) {
    const std::vector<std::int32_t> whole = randomRows({14}).front();
    std::vector<std::vector<std::int32_t>> alike{whole, {whole.begin(), whole.begin() + 9}, {whole.begin(), whole.begin() + 6}, randomRows({5, 6}).back(), whole};
    for (const std::int32_t id : {3, 4, 5, 6}) alike[2].push_back(id);
    tensor::BatchOptions sharing;
    sharing.sharesPrefixes = true;
    sharing.isRounded = true;
    const PackedBatch shared = tensor::makePackedBatch(alike, sharing);
    ASSERT_EQ(shared.lengths, (std::vector<std::int64_t>{14, 1, 4, 6, 1}));
    const PackedBatch repeated = tensor::makePackedBatch(alike);
    if (!model().architecture().isCausal) {
        EXPECT_THROW(model().forward(shared), Error);
        return;
    }
    torch::manual_seed(5);
    const torch::Tensor seed = torch::randn({rowsOf(repeated, alike).numel(), model().architecture().width});
    const auto measure = [&](const PackedBatch& on, const ForwardOptions& options) {
        for (Parameter& parameter : model().parameters()) parameter.value.mutable_grad() = torch::Tensor();
        const torch::Tensor states = model().forward(on, options).index_select(0, rowsOf(on, alike)).to(torch::kFloat32);
        (states * seed).sum().backward();
        std::vector<torch::Tensor> found{states.detach()};
        for (const Parameter& parameter : model().parameters())
            found.push_back(parameter.value.grad().defined() ? parameter.value.grad().to(torch::kFloat32).clone() : torch::zeros_like(parameter.value, torch::kFloat32));
        return found;
    };
    ForwardOptions recomputed;
    recomputed.usesCheckpointing = true;
    for (const auto type : {torch::kFloat32, torch::kHalf, torch::kBFloat16}) {
        model().setComputeDtype(type);
        const auto expected = measure(repeated, {});
        const double tolerance = type == torch::kFloat32 ? 1e-5 : type == torch::kHalf ? 0.02 : 0.06;
        for (const ForwardOptions& options : {ForwardOptions(), recomputed}) {
            const auto found = measure(shared, options);
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const std::string name = i == 0 ? "states" : model().parameters()[i - 1].name;
                EXPECT_LT((found[i] - expected[i]).norm().item<double>(), tolerance * expected[i].norm().item<double>() + 10 * tolerance * tolerance) << name << " " << type;
            }
        }
    }
    const bool hasDropout = model().architecture().hasDropout();
    if (hasDropout) EXPECT_THROW(model().forward(shared, trainingWith(1)), Error);
    else EXPECT_NO_THROW(model().forward(shared, trainingWith(1)));
}

TEST_P(Contract, PooledStatesAndTheirGradientsAreThoseOfTheWhole) {
    const Architecture& a = model().architecture();
    const auto pooledRows = [&](const PackedBatch& on) {
        std::vector<std::int64_t> found(on.offsets.begin(), on.offsets.end() - 1);
        return a.classifier == ClassifierKind::LastToken ? on.lastTokenRows() : torch::tensor(found, torch::kInt64);
    };
    torch::manual_seed(6);
    const torch::Tensor seed = torch::randn({static_cast<std::int64_t>(rows.size()), a.width});
    const auto measure = [&](const PackedBatch& on, ForwardOptions options, FinalRows wanted) {
        for (Parameter& parameter : model().parameters()) parameter.value.mutable_grad() = torch::Tensor();
        options.finalRows = wanted;
        const torch::Tensor states = model().forward(on, options);
        EXPECT_EQ(states.size(0), wanted == FinalRows::All ? on.numRows() : on.numSequences());
        const torch::Tensor chosen = (wanted == FinalRows::All ? states.index_select(0, pooledRows(on)) : states).to(torch::kFloat32);
        (chosen * seed).sum().backward();
        std::vector<torch::Tensor> found{chosen.detach()};
        for (const Parameter& parameter : model().parameters())
            found.push_back(parameter.value.grad().defined() ? parameter.value.grad().to(torch::kFloat32).clone() : torch::zeros_like(parameter.value, torch::kFloat32));
        return found;
    };
    rows.push_back(rows[1]);  // begins as another does
    rows.back().push_back(9);
    rows.erase(rows.begin());
    std::vector<PackedBatch> batches{tensor::makePackedBatch(rows), tensor::makePackedBatch(rows, {BatchLayout::MaxLength, 16, 2})};
    tensor::BatchOptions sharing{BatchLayout::Packed, 0, 2};
    sharing.isRounded = true;
    sharing.sharesPrefixes = a.isCausal;
    batches.push_back(tensor::makePackedBatch(rows, sharing));
    ForwardOptions recomputed;
    recomputed.usesCheckpointing = true;
    for (const auto type : {torch::kFloat32, torch::kHalf, torch::kBFloat16}) {
        model().setComputeDtype(type);
        const double tolerance = type == torch::kFloat32 ? 1e-5 : type == torch::kHalf ? 0.02 : 0.06;
        for (const PackedBatch& on : batches) {
            const auto expected = measure(on, {}, FinalRows::All);
            for (const ForwardOptions& options : {ForwardOptions(), recomputed}) {
                const auto found = measure(on, options, FinalRows::Pooled);
                for (std::size_t i = 0; i < expected.size(); ++i) {
                    const std::string name = i == 0 ? "states" : model().parameters()[i - 1].name;
                    EXPECT_LT((found[i] - expected[i]).norm().item<double>(), tolerance * expected[i].norm().item<double>() + std::max(2e-6, 10 * tolerance * tolerance)) << name << " " << type;
                }
            }
        }
    }
}

TEST_P(Contract, Bf16IsCloseToF32) {
    const torch::Tensor expected = logits(model(), batch).detach();
    const auto wide = gradients(model());
    model().setComputeDtype(torch::kBFloat16);
    const torch::Tensor found = logits(model(), batch).detach();
    EXPECT_EQ(found.scalar_type(), torch::kFloat32);
    const float scale = expected.abs().max().item<float>();
    EXPECT_LT(largestDifference(found, expected), 0.08f * scale);
    EXPECT_GT(largestDifference(found, expected), 0.0f);
    const auto narrow = gradients(model());
    for (std::size_t i = 0; i < wide.size(); ++i) {
        const double norm = wide[i].norm().item<double>();
        EXPECT_LT((narrow[i].to(torch::kFloat32) - wide[i]).norm().item<double>(), 0.12 * norm + 2e-3)
            << model().parameters()[i].name;
        const bool isNorm = model().parameters()[i].kind == ParameterKind::Norm;
        EXPECT_EQ(model().parameters()[i].value.scalar_type(), isNorm ? torch::kFloat32 : torch::kBFloat16);
    }
}

/// f16 has no hand-written paths, so this runs what other devices run.
TEST_P(Contract, AtenPathsAgreeWithTheKernels) {
    const torch::Tensor expected = logits(model(), batch).detach();
    const auto wide = gradients(model());
    model().setComputeDtype(torch::kHalf);
    const float scale = expected.abs().max().item<float>();
    EXPECT_LT(largestDifference(logits(model(), batch).detach(), expected), 0.01f * scale);
    EXPECT_LT(largestDifference(logits(model(), tensor::makePackedBatch(rows, {BatchLayout::Dynamic, 0, 2})).detach(),
                                expected),
              0.01f * scale);
    const auto narrow = gradients(model());
    for (std::size_t i = 0; i < wide.size(); ++i) {
        const double norm = wide[i].norm().item<double>();
        EXPECT_LT((narrow[i].to(torch::kFloat32) - wide[i]).norm().item<double>(), 0.02 * norm + 5e-4)
            << model().parameters()[i].name;
    }
}

TEST_P(Contract, CheckpointedGradientsEqualPlainOnes) {
    ForwardOptions plain = trainingWith(11);
    const auto expected = gradients(model(), plain);
    ForwardOptions recomputed = trainingWith(11);
    recomputed.usesCheckpointing = true;
    const auto found = gradients(model(), recomputed);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_LT(largestDifference(found[i], expected[i]), 1e-6f) << model().parameters()[i].name;
    }
}

TEST_P(Contract, DropoutIsReproducibleAndOffOutsideTraining) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor first = logits(model(), batch, trainingWith(3));
    EXPECT_TRUE(torch::equal(first, logits(model(), batch, trainingWith(3))));
    EXPECT_FALSE(torch::equal(first, logits(model(), batch, trainingWith(4))));
    EXPECT_TRUE(torch::equal(logits(model(), batch), logits(model(), batch)));
    ForwardOptions frozen = trainingWith(3);
    frozen.firstTrainableLayer = model().numLayers();
    const torch::Tensor hidden = model().forward(batch, frozen);
    EXPECT_TRUE(torch::equal(hidden, model().forward(batch)));
}

TEST_P(Contract, FrozenPrefixGivesTheSameAsTheWhole) {
    const torch::Tensor whole = model().forward(batch).detach();
    for (int split = 0; split <= model().numLayers(); ++split) {
        torch::Tensor stream;
        {
            const torch::NoGradGuard noGrad;
            stream = model().forwardUpTo(split, batch);
        }
        EXPECT_LT(largestDifference(model().forwardFrom(stream, split, batch), whole), 1e-6f) << split;
        ForwardOptions pooled;
        pooled.finalRows = FinalRows::Pooled;
        EXPECT_LT(largestDifference(model().forwardFrom(stream, split, batch, pooled), model().forward(batch, pooled)), 1e-6f) << split;
    }
}

TEST_P(Contract, FrozenParametersGetNoGradientAndOthersTheSame) {
    const auto all = gradients(model());
    for (Parameter& parameter : model().parameters()) {
        parameter.value.set_requires_grad(parameter.layer >= 2 && parameter.name.find("bias") == std::string::npos);
    }
    const auto some = gradients(model());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Parameter& parameter = model().parameters()[i];
        EXPECT_EQ(parameter.value.grad().defined(), parameter.value.requires_grad()) << parameter.name;
        if (parameter.value.requires_grad()) {
            EXPECT_LT(largestDifference(all[i], some[i]), 2e-6f) << parameter.name;
        }
    }
}

TEST_P(Contract, MergedLoraEqualsUnmerged) {
    torch::manual_seed(7);
    const torch::Tensor before = logits(model(), batch).detach();
    LoraSettings settings;
    settings.r = 4;
    settings.alpha = 8;
    settings.targetModules = {"all-linear"};
    model().attachLora(settings, 5);
    EXPECT_LT(largestDifference(logits(model(), batch), before), 1e-6f) << "B starts at zero";
    const torch::NoGradGuard noGrad;
    for (Parameter& adapter : model().adapterParameters()) {
        adapter.value.add_(torch::randn_like(adapter.value) * 0.1);
    }
    const torch::Tensor beside = logits(model(), batch);
    EXPECT_GT(largestDifference(beside, before), 1e-3f);
    model().mergeLora();
    EXPECT_LT(largestDifference(logits(model(), batch), beside), 2e-4f);
    model().unmergeLora();
    EXPECT_TRUE(torch::equal(logits(model(), batch), beside));
    const AdapterOff off(model());
    EXPECT_LT(largestDifference(logits(model(), batch), before), 1e-6f);
}

TEST_P(Contract, LoraLearnsWithFrozenBase) {
    for (Parameter& parameter : model().parameters()) {
        parameter.value.set_requires_grad(false);
    }
    model().attachLora({}, 5);
    loss(model(), batch).backward();
    double largest = 0;
    for (const Parameter& adapter : model().adapterParameters()) {
        ASSERT_TRUE(adapter.value.grad().defined()) << adapter.name;
        largest = std::max(largest, adapter.value.grad().abs().max().item<double>());
    }
    EXPECT_GT(largest, 0);
    for (const Parameter& parameter : model().parameters()) {
        EXPECT_FALSE(parameter.value.grad().defined()) << parameter.name;
    }
}

TEST_P(Contract, SavedAdapterLoadsAgain) {
    LoraSettings everywhere;
    everywhere.targetModules = {"all-linear"};
    everywhere.usesRsLora = true;
    LoraSettings oneLayer;
    oneLayer.layersToTransform = {1};
    for (const LoraSettings& settings : {LoraSettings{}, everywhere, oneLayer}) {
        const LoadedModel trained = make();
        trained.model->attachLora(settings, 5);
        {
            const torch::NoGradGuard noGrad;
            for (Parameter& adapter : trained.model->adapterParameters()) {
                adapter.value.add_(0.05);
            }
        }
        const std::filesystem::path folder = scratchFolder("adapter");
        saveAdapter(*trained.model, folder, "base");
        LoadedModel again = make();
        loadAdapter(*again.model, folder);
        EXPECT_EQ(again.model->adapterParameters().size(), trained.model->adapterParameters().size());
        EXPECT_TRUE(torch::equal(logits(*again.model, batch), logits(*trained.model, batch)));
        std::filesystem::remove_all(folder);
    }
}

TEST_P(Decoding, CachedDecodingEqualsTheFullPass) {
    const torch::NoGradGuard noGrad;
    for (const auto type : {torch::kFloat32, torch::kHalf, torch::kBFloat16}) {
        model().setComputeDtype(type);
        const torch::Tensor whole = logits(model(), batch);
        tensor::KvCache cache = model().makeKvCache(3, 16);
        cache.begin(3);
        ForwardOptions options;
        options.cache = &cache;
        const std::vector<std::vector<std::size_t>> cuts{{0, 3, 4, 6, 7}, {0, 2, 3, 11, 12}, {0, 5, 6, 7, 12}};
        for (std::size_t piece = 0; piece + 1 < cuts[0].size(); ++piece) {
            std::vector<std::vector<std::int32_t>> part;
            std::vector<torch::Tensor> expected;
            for (std::size_t b = 0; b < 3; ++b) {
                part.emplace_back(rows[b].begin() + static_cast<std::ptrdiff_t>(cuts[b][piece]),
                                  rows[b].begin() + static_cast<std::ptrdiff_t>(cuts[b][piece + 1]));
                expected.push_back(whole.slice(0, batch.offsets[b] + static_cast<std::int64_t>(cuts[b][piece]),
                                               batch.offsets[b] + static_cast<std::int64_t>(cuts[b][piece + 1])));
            }
            const torch::Tensor found = logits(model(), tensor::makePackedBatch(part), options);
            const float tolerance = type == torch::kFloat32 ? 2e-5f : 0.05f * whole.abs().max().item<float>();
            EXPECT_LT(largestDifference(found, torch::cat(expected)), tolerance) << "piece " << piece;
        }
    }
}

TEST_P(Decoding, CacheSurvivesReordering) {
    const torch::NoGradGuard noGrad;
    tensor::KvCache cache = model().makeKvCache(4, 32);
    cache.begin(2);
    ForwardOptions options;
    options.cache = &cache;
    std::vector<std::vector<std::int32_t>> texts{rows[0], rows[1]};
    model().forward(tensor::makePackedBatch(texts), options);
    base::RandomStream random(8, 8);
    for (int step = 0; step < 8; ++step) {
        std::vector<std::int64_t> parents;
        std::vector<std::vector<std::int32_t>> continued;
        std::vector<std::vector<std::int32_t>> next;
        for (std::uint64_t i = 0; i < 2 + random.below(3); ++i) {
            parents.push_back(static_cast<std::int64_t>(random.below(texts.size())));
            continued.push_back(texts[static_cast<std::size_t>(parents.back())]);
            next.push_back(randomRows({1 + static_cast<int>(random.below(2))}, 100 + random.next() % 1000).front());
            continued.back().insert(continued.back().end(), next.back().begin(), next.back().end());
        }
        cache.reorder(parents);
        const auto part = tensor::makePackedBatch(next);
        const auto full = tensor::makePackedBatch(continued);
        const torch::Tensor found = model().forward(part, options).index_select(0, part.lastTokenRows());
        const torch::Tensor expected = model().forward(full).index_select(0, full.lastTokenRows());
        EXPECT_LT(largestDifference(found, expected), 2e-5f) << "step " << step;
        texts = continued;
    }
}

TEST_P(Contract, RandomWeightsDependOnTheSeedOnly) {
    const LoadedModel same = make(7);
    const LoadedModel other = make(8);
    const torch::Tensor expected = logits(model(), batch);
    EXPECT_TRUE(torch::equal(logits(*same.model, batch), expected));
    EXPECT_FALSE(torch::equal(logits(*other.model, batch), expected));
}

std::string nameOf(const ::testing::TestParamInfo<std::tuple<std::string, Head>>& info) {
    return std::get<0>(info.param) + (std::get<1>(info.param) == Head::Own ? "" : "Classifier");
}

/// Every family with a classification head, and those that have a language-model head of their own.
std::vector<std::tuple<std::string, Head>> withHeads(bool includesClassifiers) {
    std::vector<std::tuple<std::string, Head>> cases;
    for (const std::string& modelType : knownModelTypes()) {
        const std::string config = tinyConfig(modelType);
        const bool isDecoder =
            !config.empty() && createModel(config).model->architecture().head == HeadKind::LanguageModel;
        if (isDecoder || config.empty()) {
            cases.emplace_back(modelType, Head::Own);
        }
        if (includesClassifiers) {
            cases.emplace_back(modelType, Head::Classifier);
        }
    }
    return cases;
}

INSTANTIATE_TEST_SUITE_P(Registry, Contract, ::testing::ValuesIn(withHeads(true)), nameOf);
INSTANTIATE_TEST_SUITE_P(Registry, Decoding, ::testing::ValuesIn(withHeads(false)), nameOf);

}  // namespace
}  // namespace lathe::models::testing
