// SPDX-License-Identifier: GPL-3.0-or-later
/// Every reference model: logits, loss, gradient norms, five training steps, adapters.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "models/golden.h"
#include "models/loader.h"

namespace lathe::models::testing {
namespace {

class Parity : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        folder = goldens() / "models" / GetParam();
        if (!std::filesystem::exists(folder / "expected.json")) {
            GTEST_SKIP() << "no reference values in " << folder;
        }
    }
    std::filesystem::path folder;
};

/// Real tokens of a padded [B, T, V] reference, in packed order.
torch::Tensor packedLogits(const torch::Tensor& padded, const tensor::PackedBatch& batch) {
    std::vector<torch::Tensor> rows;
    for (std::size_t b = 0; b < batch.lengths.size(); ++b) {
        rows.push_back(padded[static_cast<std::int64_t>(b)].narrow(0, 0, batch.lengths[b]));
    }
    return torch::cat(rows);
}

torch::Tensor logitsOf(Model& model, const tensor::PackedBatch& batch) {
    const torch::NoGradGuard noGrad;
    return model.architecture().head == HeadKind::LanguageModel ? model.languageModelLogits(model.forward(batch)) : model.classify(batch);
}

void expectLogits(Model& model, const Golden& golden) {
    const auto batch = tensor::makePackedBatch(golden.rows);
    torch::Tensor expected = golden.tensor("logits");
    if (model.architecture().head == HeadKind::LanguageModel) {
        expected = packedLogits(expected, batch);
    }
    EXPECT_LT((logitsOf(model, batch) - expected).abs().max().item<float>(), 1e-4f);
}

TEST_P(Parity, LogitsAreThoseOfTransformers) {
    const LoadedModel loaded = loadModel(folder);
    EXPECT_TRUE(loaded.initialised.empty());
    expectLogits(*loaded.model, Golden(folder / "expected.json"));
}

TEST_P(Parity, LossAndEveryGradientNormAreThoseOfTransformers) {
    const LoadedModel loaded = loadModel(folder);
    const Golden golden(folder / "expected.json");
    const torch::Tensor loss = goldenLoss(*loaded.model, tensor::makePackedBatch(golden.rows), golden.expected);
    EXPECT_NEAR(loss.item<double>(), golden.expected["loss"].get<double>(), 1e-5);
    loss.backward();
    double squares = 0;
    std::vector<std::string> names;
    for (const Parameter& parameter : loaded.model->parameters()) {
        ASSERT_TRUE(golden.expected["grad_norms"].contains(parameter.name)) << parameter.name;
        const double expected = golden.expected["grad_norms"][parameter.name].get<double>();
        const double found = parameter.value.grad().defined() ? parameter.value.grad().norm().item<double>() : 0.0;
        // Where the true gradient is zero (a key's bias cannot change a softmax), both are rounding noise.
        EXPECT_NEAR(found, expected, 1e-4 * expected + 1e-7) << parameter.name;
        squares += found * found;
        names.push_back(parameter.name);
    }
    EXPECT_EQ(names.size(), golden.expected["grad_norms"].size());
    const double global = golden.expected["global_grad_norm"].get<double>();
    EXPECT_NEAR(std::sqrt(squares), global, 1e-4 * global);
}

/// Loshchilov and Hutter 2019, written out: independent of the product's optimiser.
void adamwStep(const torch::Tensor& value, torch::Tensor& mean, torch::Tensor& square, double rate, int step,
               double gradientScale) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor gradient = value.grad() * gradientScale;
    mean.mul_(0.9).add_(gradient, 0.1);
    square.mul_(0.999).addcmul_(gradient, gradient, 0.001);
    torch::Tensor updated = value;
    updated.mul_(1 - rate * 0.01);
    const torch::Tensor denominator = (square / (1 - std::pow(0.999, step))).sqrt() + 1e-8;
    updated.addcdiv_(mean / (1 - std::pow(0.9, step)), denominator, -rate);
}

TEST_P(Parity, FiveTrainingStepsGiveTheSameLosses) {
    const LoadedModel loaded = loadModel(folder);
    const Golden golden(folder / "expected.json");
    const auto batch = tensor::makePackedBatch(golden.rows);
    auto& parameters = loaded.model->parameters();
    std::vector<torch::Tensor> means;
    std::vector<torch::Tensor> squares;
    for (const Parameter& parameter : parameters) {
        means.push_back(torch::zeros_like(parameter.value));
        squares.push_back(torch::zeros_like(parameter.value));
    }
    for (int step = 0; step < 5; ++step) {
        const double rate = 1e-3 * (step < 2 ? step / 2.0 : (5.0 - step) / 3.0);
        for (Parameter& parameter : parameters) {
            parameter.value.mutable_grad() = torch::Tensor();
        }
        const torch::Tensor loss = goldenLoss(*loaded.model, batch, golden.expected);
        const double expected = golden.expected["five_step_losses"][static_cast<std::size_t>(step)].get<double>();
        EXPECT_NEAR(loss.item<double>(), expected, 1e-4 * expected) << "step " << step;
        loss.backward();
        double norm = 0;
        for (const Parameter& parameter : parameters) {
            norm += parameter.value.grad().square().sum().item<double>();
        }
        const double scale = std::min(1.0, 1.0 / (std::sqrt(norm) + 1e-6));
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            adamwStep(parameters[i].value, means[i], squares[i], rate, step + 1, scale);
        }
    }
}

TEST_P(Parity, AdapterGivesTheSameLogitsBesideAndInsideTheWeights) {
    if (!std::filesystem::exists(folder / "adapter")) {
        GTEST_SKIP() << "this reference model has no adapter";
    }
    const LoadedModel loaded = loadModel(folder);
    Golden golden(folder / "expected.json");
    const torch::Tensor before = logitsOf(*loaded.model, tensor::makePackedBatch(golden.rows));
    loadAdapter(*loaded.model, folder / "adapter");
    const base::Json adapted = base::readJsonFile(folder / "adapter" / "expected.json", {std::size_t{64} << 20, 64});
    golden.expected["logits"] = adapted["logits"];
    expectLogits(*loaded.model, golden);
    std::int64_t trainable = 0;
    for (const Parameter& adapter : loaded.model->adapterParameters()) {
        trainable += adapter.value.numel();
    }
    EXPECT_EQ(trainable, adapted["trainable"].get<std::int64_t>());
    {
        const AdapterOff off(*loaded.model);
        EXPECT_TRUE(torch::equal(logitsOf(*loaded.model, tensor::makePackedBatch(golden.rows)), before));
    }
    loaded.model->mergeLora();
    expectLogits(*loaded.model, golden);
    loaded.model->unmergeLora();
    expectLogits(*loaded.model, golden);
}

INSTANTIATE_TEST_SUITE_P(Goldens, Parity,
                         ::testing::Values("gpt2", "llama", "qwen2", "bert", "distilbert", "roberta", "gpt2-reward"),
                         [](const auto& given) {
                             std::string name = given.param;
                             std::erase(name, '-');
                             return name;
                         });

}  // namespace
}  // namespace lathe::models::testing
