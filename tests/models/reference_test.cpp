// SPDX-License-Identifier: GPL-3.0-or-later
/// Variants that the shared reference models do not have (untied heads, RoPE scaling, biases, other activations,
/// classification heads): weights follow a formula, expected values are transformers' (make_reference.py).
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/json.h"
#include "models/golden.h"
#include "models/loader.h"

namespace lathe::models::testing {
namespace {

const base::Json& reference() {
    static const base::Json kReference =
        base::readJsonFile(std::filesystem::path(LATHE_SOURCE_DIR) / "tests" / "models" / "reference.json");
    return kReference;
}

std::vector<std::string> caseNames() {
    std::vector<std::string> names;
    for (const auto& [name, value] : reference()["cases"].items()) {
        names.push_back(name);
    }
    return names;
}

/// 0.25 sin(0.7 i + phase) over the file's layout, norms around 1; the phase comes from the name.
void fillByFormula(Model& model) {
    const torch::NoGradGuard noGrad;
    for (Parameter& parameter : model.parameters()) {
        int phase = 0;
        for (const char c : parameter.name) {
            phase += static_cast<unsigned char>(c);
        }
        phase %= 97;
        const bool isNormWeight = parameter.kind == ParameterKind::Norm && parameter.name.ends_with("weight");
        const torch::Tensor wave = torch::sin(torch::arange(parameter.value.numel(), torch::kFloat64) * 0.7 + phase)
                                       .view(parameter.fileShape());
        const torch::Tensor stored = (isNormWeight ? 1.0 + 0.1 * wave : 0.25 * wave).to(torch::kFloat32);
        parameter.value.copy_(parameter.isTransposed ? stored.t() : stored);
    }
}

class Reference : public ::testing::TestWithParam<std::string> {};

void expectReference(Model& model, const base::Json& expected) {
    fillByFormula(model);
    std::vector<std::vector<std::int32_t>> rows = reference()["rows"];
    const auto batch = tensor::makePackedBatch(rows);
    const bool isLanguageModel = model.architecture().head == HeadKind::LanguageModel;
    const torch::Tensor logits =
        isLanguageModel ? model.languageModelLogits(model.forward(batch)) : model.classify(batch);
    const std::int64_t first = isLanguageModel ? logits.size(0) - 5 : 0;
    for (std::size_t r = 0; r < expected["logits"].size(); ++r) {
        for (std::size_t c = 0; c < expected["logits"][r].size(); ++c) {
            const auto found =
                logits[first + static_cast<std::int64_t>(r)][static_cast<std::int64_t>(c)].item<double>();
            EXPECT_NEAR(found, expected["logits"][r][c].get<double>(), 1e-4) << "row " << r << " column " << c;
        }
    }
    (logits * torch::sin(torch::arange(logits.size(1), torch::kFloat32))).sum().backward();
    EXPECT_EQ(model.parameters().size(), expected["grad_norms"].size());
    for (const Parameter& parameter : model.parameters()) {
        ASSERT_TRUE(expected["grad_norms"].contains(parameter.name)) << parameter.name;
        const double norm = expected["grad_norms"][parameter.name].get<double>();
        EXPECT_NEAR(parameter.value.grad().norm().item<double>(), norm, 1e-4 * norm + 2e-5) << parameter.name;
    }
}

TEST_P(Reference, LogitsAndGradientsAreThoseOfTransformers) {
    const base::Json& expected = reference()["cases"][GetParam()];
    const LoadedModel loaded = createModel(expected["config"].dump());
    expectReference(*loaded.model, expected);
}

TEST_P(Reference, OldStyleConfigMeansTheSame) {
    const base::Json& expected = reference()["cases"][GetParam()];
    LoadOptions options;
    if (expected["given"].contains("id2label")) {
        options.head = HeadRequest{HeadKind::Classification, {"a", "b", "c"}, ""};
    }
    const LoadedModel loaded = createModel(expected["given"].dump(), options);
    expectReference(*loaded.model, expected);
}

TEST(ParameterOrder, IsThatOfTransformers) {
    const std::filesystem::path file = goldens() / "models" / "llama" / "expected.json";
    if (!std::filesystem::exists(file)) {
        GTEST_SKIP() << "no reference values";
    }
    const LoadedModel loaded = loadModel(file.parent_path());
    EXPECT_EQ(loaded.model->parameters().front().name, "model.embed_tokens.weight");
    EXPECT_EQ(loaded.model->parameters()[1].name, "model.layers.0.self_attn.q_proj.weight");
    EXPECT_EQ(loaded.model->parameters().back().name, "model.norm.weight");
    EXPECT_EQ(loaded.model->parameters().front().layer, -1);
    EXPECT_EQ(loaded.model->parameters().back().layer, 5);
}

INSTANTIATE_TEST_SUITE_P(Variants, Reference, ::testing::ValuesIn(caseNames()),
                         [](const auto& given) { return given.param; });

}  // namespace
}  // namespace lathe::models::testing
