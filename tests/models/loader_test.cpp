// SPDX-License-Identifier: GPL-3.0-or-later
/// Loading: heads that are new, names with and without prefix, and files that do not fit.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <lathe/error.h>

#include "base/files.h"
#include "base/json.h"
#include "models/formats/safetensors.h"
#include "models/loader.h"
#include "models/tiny.h"

namespace lathe::models::testing {
namespace {

namespace fs = std::filesystem;

class Loading : public ::testing::Test {
protected:
    void SetUp() override {
        folder = fs::path(::testing::TempDir()) /
                 (std::string("lathe-loading-") + ::testing::UnitTest::GetInstance()->current_test_info()->name() +
                  "-" + std::to_string(getpid()));
        fs::remove_all(folder);
    }
    void TearDown() override { fs::remove_all(folder); }

    void editConfig(const std::function<void(base::Json&)>& edit) {
        base::Json config = base::readJsonFile(folder / "config.json");
        edit(config);
        base::writeFileAtomically(folder / "config.json", config.dump());
    }

    std::string errorOfLoading(ErrorCode code) {
        try {
            loadModel(folder);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << error.what();
            return error.what();
        }
        ADD_FAILURE() << "nothing was thrown";
        return {};
    }

    /// Saves a model with some tensors left out, renamed or added.
    void saveEdited(Model& model, const std::function<std::string(const std::string&)>& rename,
                    bool addsStranger = false) {
        std::vector<formats::TensorToWrite> tensors;
        for (const Parameter& parameter : model.parameters()) {
            const std::string name = rename(parameter.name);
            if (!name.empty()) {
                const torch::Tensor value =
                    (parameter.isTransposed ? parameter.value.t() : parameter.value).detach().contiguous();
                tensors.push_back(formats::floatTensor(name, value.sizes().vec(), formats::TensorType::F32,
                                                       [value](std::uint64_t first, std::span<float> out) {
                                                           std::copy_n(value.data_ptr<float>() + first, out.size(),
                                                                       out.begin());
                                                       }));
            }
        }
        if (addsStranger) {
            tensors.push_back(formats::floatTensor(
                "model.layers.9.mlp.up_proj.weight", {2}, formats::TensorType::F32,
                [](std::uint64_t, std::span<float> out) { std::fill(out.begin(), out.end(), 0.0f); }));
        }
        formats::writeModelFolder(folder, model.configJson(), "", tensors);
    }

    fs::path folder;
};

TEST_F(Loading, EncoderWithoutPrefixTakesANewHead) {
    const LoadedModel base = tinyModel("bert");
    EXPECT_EQ(base.model->parameters().front().name, "embeddings.word_embeddings.weight");
    saveModel(*base.model, folder);
    LoadOptions options;
    options.head = threeLabels();
    const LoadedModel first = loadModel(folder, options);
    EXPECT_EQ(first.initialised, (std::vector<std::string>{"classifier.weight", "classifier.bias"}));
    EXPECT_EQ(first.labels, (std::vector<std::string>{"red", "green", "blue"}));
    EXPECT_EQ(first.model->parameters().front().name, "bert.embeddings.word_embeddings.weight");
    EXPECT_TRUE(torch::equal(first.model->parameters().front().value, base.model->parameters().front().value));
    const LoadedModel second = loadModel(folder, options);
    EXPECT_TRUE(torch::equal(first.model->findParameter("classifier.weight")->value,
                             second.model->findParameter("classifier.weight")->value));
    const double deviation = first.model->findParameter("classifier.weight")->value.std().item<double>();
    EXPECT_NEAR(deviation, 0.02, 0.006);
    const base::Json config = base::parseJson(first.model->configJson(), "config");
    EXPECT_EQ(config["architectures"][0], "BertForSequenceClassification");
    EXPECT_EQ(config["id2label"]["1"], "green");
    EXPECT_EQ(config["problem_type"], "multi_label_classification");
}

TEST_F(Loading, BaseModelWithPrefixLoadsAsBase) {
    const LoadedModel classifier = tinyModel("bert", threeLabels());
    saveModel(*classifier.model, folder);
    editConfig([](base::Json& config) { config["architectures"] = {"BertModel"}; });
    const LoadedModel base = loadModel(folder);
    EXPECT_EQ(base.model->architecture().head, HeadKind::None);
    EXPECT_EQ(base.unused, (std::vector<std::string>{"classifier.bias", "classifier.weight"}));
    EXPECT_TRUE(torch::equal(base.model->parameters().front().value, classifier.model->parameters().front().value));
}

TEST_F(Loading, ClassifierIsReadAgainWhenTheSameLabelsAreAskedFor) {
    const LoadedModel classifier = tinyModel("roberta", threeLabels());
    saveModel(*classifier.model, folder);
    LoadOptions options;
    options.head = threeLabels();
    EXPECT_TRUE(loadModel(folder, options).initialised.empty());
    options.head->labels = {"only"};
    EXPECT_EQ(loadModel(folder, options).initialised,
              (std::vector<std::string>{"classifier.out_proj.weight", "classifier.out_proj.bias"}));
}

TEST_F(Loading, LanguageModelBecomesARewardModel) {
    const LoadedModel lm = tinyModel("gpt2");
    saveModel(*lm.model, folder);
    LoadOptions options;
    options.head = HeadRequest{HeadKind::Classification, {"reward"}, ""};
    const LoadedModel reward = loadModel(folder, options);
    EXPECT_EQ(reward.initialised, (std::vector<std::string>{"score.weight"}));
    const auto batch = tensor::makePackedBatch(randomRows({3, 5}));
    EXPECT_EQ(reward.model->classify(batch).sizes(),
              (std::vector<std::int64_t>{2, 1}));
    EXPECT_THROW(reward.model->languageModelLogits(torch::zeros({1, 32})), Error);
}

TEST_F(Loading, MissingTensorIsNamed) {
    const LoadedModel made = tinyModel("llama");
    saveEdited(*made.model, [](const std::string& name) {
        return name == "model.layers.1.mlp.up_proj.weight" ? std::string() : name;
    });
    const std::string message = errorOfLoading(ErrorCode::CorruptFile);
    EXPECT_NE(message.find("model.layers.1.mlp.up_proj.weight"), std::string::npos) << message;
    EXPECT_NE(message.find("[48, 32]"), std::string::npos) << message;
}

TEST_F(Loading, UnexpectedTensorIsNamed) {
    const LoadedModel made = tinyModel("llama");
    saveEdited(
        *made.model, [](const std::string& name) { return name; }, true);
    EXPECT_NE(errorOfLoading(ErrorCode::CorruptFile).find("model.layers.9.mlp.up_proj.weight"), std::string::npos);
}

TEST_F(Loading, WronglyShapedTensorIsNamedWithBothShapes) {
    const LoadedModel made = tinyModel("gpt2");
    saveModel(*made.model, folder);
    editConfig([](base::Json& config) { config["n_inner"] = 100; });
    const std::string message = errorOfLoading(ErrorCode::CorruptFile);
    EXPECT_NE(message.find("transformer.h.0.mlp.c_fc.weight"), std::string::npos) << message;
    EXPECT_NE(message.find("[32, 128]"), std::string::npos) << message;
    EXPECT_NE(message.find("[32, 100]"), std::string::npos) << message;
}

TEST_F(Loading, HugeSizesAreRefusedBeforeMemoryIsTaken) {
    const LoadedModel made = tinyModel("llama");
    saveModel(*made.model, folder);
    editConfig([](base::Json& config) { config["hidden_size"] = 131072, config["intermediate_size"] = 1048576; });
    errorOfLoading(ErrorCode::CorruptFile);
}

TEST_F(Loading, UnknownFamilyListsTheKnownOnes) {
    saveModel(*tinyModel("llama").model, folder);
    editConfig([](base::Json& config) { config["model_type"] = "mamba"; });
    const std::string message = errorOfLoading(ErrorCode::Unsupported);
    for (const std::string& known : knownModelTypes()) {
        EXPECT_NE(message.find(known), std::string::npos) << message;
    }
}

TEST_F(Loading, OldFilesWithBuffersAndWithoutPrefixLoad) {
    const LoadedModel made = tinyModel("gpt2");
    saveEdited(*made.model, [](const std::string& name) { return name.substr(std::string("transformer.").size()); });
    const LoadedModel again = loadModel(folder);
    EXPECT_TRUE(torch::equal(again.model->parameters().back().value, made.model->parameters().back().value));
}

struct BadValue {
    const char* key;
    base::Json value;
    ErrorCode code;
};

TEST(Config, ValuesOutOfRangeAreNamed) {
    const std::vector<BadValue> bad{
        {"num_hidden_layers", -1, ErrorCode::CorruptFile},
        {"num_hidden_layers", 1.5, ErrorCode::CorruptFile},
        {"hidden_size", "big", ErrorCode::CorruptFile},
        {"vocab_size", 0, ErrorCode::CorruptFile},
        {"vocab_size", 1e30, ErrorCode::CorruptFile},
        {"num_key_value_heads", 3, ErrorCode::CorruptFile},
        {"rms_norm_eps", -1.0, ErrorCode::CorruptFile},
        {"hidden_act", "tanhshrink", ErrorCode::Unsupported},
        {"tie_word_embeddings", "yes", ErrorCode::CorruptFile},
        {"attention_dropout", 1.5, ErrorCode::CorruptFile},
        {"pad_token_id", 40, ErrorCode::CorruptFile},
        {"head_dim", 7, ErrorCode::CorruptFile},
        {"max_position_embeddings", 0, ErrorCode::CorruptFile},
        {"rope_theta", 0, ErrorCode::CorruptFile},
        {"hidden_size", 18446744073709551615u, ErrorCode::CorruptFile},
        {"rope_scaling", {{"rope_type", "yarn"}}, ErrorCode::Unsupported},
        {"rope_scaling", {{"rope_type", "llama3"}, {"factor", -2}}, ErrorCode::CorruptFile},
        {"rope_scaling",
         {{"rope_type", "llama3"}, {"low_freq_factor", 4.0}, {"high_freq_factor", 1.0}},
         ErrorCode::CorruptFile},
    };
    for (const BadValue& entry : bad) {
        base::Json config = base::parseJson(tinyConfig("llama"), "config");
        config[entry.key] = entry.value;
        try {
            createModel(config.dump());
            ADD_FAILURE() << entry.key << " = " << entry.value << " was taken";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), entry.code) << error.what();
        }
    }
}

TEST(Config, SlidingWindowIsRefusedOnlyWhereItMatters) {
    base::Json config = base::parseJson(tinyConfig("qwen2"), "config");
    config["sliding_window"] = 8;
    config["use_sliding_window"] = false;
    EXPECT_NO_THROW(createModel(config.dump()));
    config["use_sliding_window"] = true;
    config["max_window_layers"] = 3;
    EXPECT_NO_THROW(createModel(config.dump()));
    config["max_window_layers"] = 1;
    EXPECT_THROW(createModel(config.dump()), Error);
    config["sliding_window"] = 32;
    EXPECT_NO_THROW(createModel(config.dump()));
}

TEST(Forward, IdsAndPositionsOutsideTheTablesAreErrors) {
    const LoadedModel made = tinyModel("gpt2");
    EXPECT_THROW(made.model->forward(tensor::makePackedBatch({{3, 40}})), Error);
    EXPECT_THROW(made.model->forward(tensor::makePackedBatch({{-1}})), Error);
    try {
        made.model->forward(tensor::makePackedBatch({std::vector<std::int32_t>(33, 5)}));
        ADD_FAILURE() << "33 tokens were taken";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("33 tokens"), std::string::npos) << error.what();
    }
    EXPECT_NO_THROW(made.model->forward(tensor::makePackedBatch({std::vector<std::int32_t>(32, 5)})));
}

TEST_F(Loading, AdapterFolderFindsItsBaseAndItsHead) {
    const LoadedModel base = tinyModel("gpt2");
    saveModel(*base.model, folder / "base");
    LoadOptions options;
    options.head = threeLabels();
    const LoadedModel trained = loadModel(folder / "base", options);
    trained.model->attachLora({}, 3);
    {
        const torch::NoGradGuard noGrad;
        trained.model->findParameter("score.weight")->value.fill_(0.25);
        for (Parameter& adapter : trained.model->adapterParameters()) {
            adapter.value.add_(0.1);
        }
    }
    saveAdapter(*trained.model, folder / "adapter", "../base");
    const LoadedModel again = loadModel(folder / "adapter");
    ASSERT_TRUE(again.model->hasLora());
    EXPECT_EQ(again.labels.size(), 3u);
    const auto batch = tensor::makePackedBatch(randomRows({3, 5}));
    EXPECT_TRUE(torch::equal(again.model->classify(batch),
                             trained.model->classify(batch)));
    fs::remove_all(folder / "base");
    EXPECT_THROW(loadModel(folder / "adapter"), Error);
}

TEST(Lora, TargetsThatMatchNothingAreAnError) {
    const LoadedModel made = tinyModel("gpt2");
    LoraSettings settings;
    settings.targetModules = {"q_proj"};
    EXPECT_THROW(made.model->attachLora(settings, 1), Error);
    settings.targetModules = {"proj"};
    EXPECT_THROW(made.model->attachLora(settings, 1), Error) << "names match whole parts only";
}

TEST(Lora, SettingsDecideShapesAndScaling) {
    const LoadedModel made = tinyModel("llama");
    LoraSettings settings;
    settings.r = 4;
    settings.alpha = 6;
    settings.usesRsLora = true;
    settings.targetModules = {"q_proj", "mlp.down_proj"};
    settings.layersToTransform = {1, 2};
    settings.rankPattern = {{"down_proj", 2}};
    made.model->attachLora(settings, 1);
    const auto& adapters = made.model->adapterParameters();
    ASSERT_EQ(adapters.size(), 8u);
    EXPECT_EQ(adapters[0].name, "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight");
    EXPECT_EQ(adapters[0].value.sizes(), (std::vector<std::int64_t>{4, 32}));
    EXPECT_EQ(adapters[3].name, "base_model.model.model.layers.1.mlp.down_proj.lora_B.weight");
    EXPECT_EQ(adapters[3].value.sizes(), (std::vector<std::int64_t>{32, 2}));
    EXPECT_LE(adapters[0].value.abs().max().item<double>(), 1.0 / std::sqrt(32.0));
    EXPECT_EQ(adapters[1].value.abs().max().item<double>(), 0.0);
    double scaling = 0;
    made.model->visitLinears([&](const std::vector<std::string>&, tensor::Linear& linear) {
        for (const auto& part : linear.parts()) {
            scaling = part.lora && part.name.ends_with("q_proj") ? part.lora->scaling : scaling;
        }
    });
    EXPECT_DOUBLE_EQ(scaling, 6.0 / 2.0);
}

}  // namespace
}  // namespace lathe::models::testing
