// SPDX-License-Identifier: GPL-3.0-or-later
#include <lathe/run_spec.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lathe/error.h>

namespace lathe {
namespace {

using testing::HasSubstr;

std::string errorOf(const std::string& json) {
    try {
        parseRunSpec(json, "spec.json");
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
        return error.what();
    }
    ADD_FAILURE() << "no error for " << json;
    return {};
}

TEST(RunSpec, EveryTaskSurvivesWritingAndReading) {
    for (const auto& task : runTasks()) {
        RunSpec spec = defaultRunSpec(task);
        spec.name = "näme \"quoted\"";
        spec.dataset.file = "a.csv";
        spec.training.earlyStoppingPatience = 3;
        spec.training.warmupSteps = 0.1;
        spec.trainable.freeze = {"*.bias", "!lm_head*"};
        const std::string json = toJson(spec);
        const RunSpec back = parseRunSpec(json, "again");
        EXPECT_EQ(toJson(back), json) << task;
        for (const auto& param : paramSpecs(task)) EXPECT_EQ(getParam(back, param.id), getParam(spec, param.id)) << param.id;
    }
}

TEST(RunSpec, ReadsTheShapeThatTheDesignShows) {
    const RunSpec spec = parseRunSpec(R"({ "lathe": 1, "name": "english-to-latex", "task": "causal-lm", "model": "smollm2-135m-instruct",
      "dataset": { "file": "english_to_latex.csv", "template": "Convert\n{English}\n{LaTeX}", "target": "LaTeX", "train_on": "target",
        "max_length": 96, "split": { "validation": 0.25, "test": 0.1, "seed": 7, "group_by": null } },
      "trainable": { "mode": "lora", "last_layers": 2, "train_embeddings": true, "freeze": [],
        "lora": { "r": 4, "lora_alpha": 32, "lora_dropout": 0.1, "target_modules": ["q_proj", "v_proj"] } },
      "training": { "num_train_epochs": 2.5, "max_steps": 9, "learning_rate": 1, "greater_is_better": true, "save_total_limit": null },
      "output": "runs/x" })", "spec.json");
    EXPECT_EQ(spec.dataset.maxLength, 96);
    EXPECT_EQ(spec.dataset.trainOn, "target");
    EXPECT_FALSE(spec.dataset.split.groupBy.has_value());
    EXPECT_DOUBLE_EQ(spec.dataset.split.test, 0.1);
    EXPECT_EQ(spec.trainable.lora.targetModules, (std::vector<std::string>{"q_proj", "v_proj"}));
    EXPECT_DOUBLE_EQ(spec.training.learningRate, 1.0);
    EXPECT_FALSE(spec.training.saveTotalLimit.has_value());
    EXPECT_EQ(spec.training.greaterIsBetter, true);
    EXPECT_EQ(spec.training.perDeviceEvalBatchSize, 8);
}

TEST(RunSpec, UnknownKeyNamesKeyValueAndTheNearestOne) {
    const auto sentence = errorOf(R"({"training": {"lerning_rate": 0.5}})");
    EXPECT_THAT(sentence, HasSubstr("training.lerning_rate"));
    EXPECT_THAT(sentence, HasSubstr("0.5"));
    EXPECT_THAT(sentence, HasSubstr("training.learning_rate"));
    EXPECT_THAT(sentence, HasSubstr("spec.json"));
    EXPECT_THAT(errorOf(R"({"max_length": 7})"), HasSubstr("dataset.max_length"));
}

TEST(RunSpec, WrongTypesAreRefusedWithWhatIsAllowed) {
    EXPECT_THAT(errorOf(R"({"training": {"per_device_train_batch_size": "4"}})"), HasSubstr("a whole number"));
    EXPECT_THAT(errorOf(R"({"training": {"per_device_train_batch_size": 2.5}})"), HasSubstr("2.5"));
    EXPECT_THAT(errorOf(R"({"training": {"gradient_checkpointing": 1}})"), HasSubstr("true or false"));
    EXPECT_THAT(errorOf(R"({"training": {"learning_rate": null}})"), HasSubstr("a number"));
    EXPECT_THAT(errorOf(R"({"training": {"learning_rate": [1]}})"), HasSubstr("[1]"));
    EXPECT_THAT(errorOf(R"({"training": 5})"), HasSubstr("training"));
    EXPECT_THAT(errorOf(R"({"name": {"a": 1}})"), HasSubstr("name"));
    EXPECT_THAT(errorOf(R"({"trainable": {"freeze": ["a", 1]}})"), HasSubstr("list of texts"));
    EXPECT_THAT(errorOf(R"([1])"), HasSubstr("not a JSON object"));
    EXPECT_THAT(errorOf(R"({"name": )"), HasSubstr("spec.json"));
}

TEST(RunSpec, ValuesOutOfRangeAreRefused) {
    EXPECT_THAT(errorOf(R"({"training": {"learning_rate": -1e-4}})"), HasSubstr("from 0"));
    EXPECT_THAT(errorOf(R"({"dataset": {"split": {"validation": 1.5}}})"), HasSubstr("0.99"));
    EXPECT_THAT(errorOf(R"({"training": {"per_device_train_batch_size": 0}})"), HasSubstr("from 1"));
    EXPECT_THAT(errorOf(R"({"training": {"padding": "none"}})"), HasSubstr("packed, dynamic, max_length"));
    EXPECT_THAT(errorOf(R"({"task": "causal"})"), HasSubstr("multi-label"));
    EXPECT_THAT(errorOf(R"({"lathe": 2})"), HasSubstr("Allowed is 1"));
    EXPECT_THAT(errorOf(R"({"training": {"seed": 99999999999999999999}})"), HasSubstr("seed"));
}

TEST(RunSpec, KeysOfAnotherTaskAreExplained) {
    EXPECT_THAT(errorOf(R"({"task": "causal-lm", "dpo": {"beta": 0.2}})"), HasSubstr("belongs to dpo"));
    EXPECT_DOUBLE_EQ(parseRunSpec(R"({"task": "dpo", "dpo": {"beta": 0.2}})", "x").dpo.beta, 0.2);
    EXPECT_EQ(parseRunSpec(R"({"task": "multi-label", "multi_label": {"pos_weight": "sqrt"}})", "x").multiLabel.posWeight, "sqrt");
}

TEST(RunSpec, SetTakesTextAsTheCommandLineGivesIt) {
    RunSpec spec = defaultRunSpec("causal-lm");
    setParam(spec, "training.learning_rate", "1e-4");
    setParam(spec, "training.early_stopping_patience", "2");
    setParam(spec, "dataset.target", "LaTeX");
    setParam(spec, "name", "123");
    setParam(spec, "training.load_best_model_at_end", "false");
    setParam(spec, "trainable.lora.target_modules", R"(["q_proj"])");
    EXPECT_DOUBLE_EQ(spec.training.learningRate, 1e-4);
    EXPECT_EQ(spec.training.earlyStoppingPatience, 2);
    EXPECT_EQ(spec.dataset.target, "LaTeX");
    EXPECT_EQ(spec.name, "123");
    EXPECT_FALSE(spec.training.loadBestModelAtEnd);
    EXPECT_EQ(spec.trainable.lora.targetModules, std::vector<std::string>{"q_proj"});
    setParam(spec, "training.early_stopping_patience", "null");
    EXPECT_FALSE(spec.training.earlyStoppingPatience.has_value());
    EXPECT_THROW(setParam(spec, "training.learning_rate", "fast"), Error);
    EXPECT_THROW(setParam(spec, "training.nothing", "1"), Error);
    EXPECT_THROW(setParamValue(spec, "training.learning_rate", std::string("1")), Error);
}

TEST(RunSpec, ParamSpecsCarryTheTasksDefaultsAndHelp) {
    for (const auto& task : runTasks()) {
        const auto defaults = defaultRunSpec(task);
        for (const auto& param : paramSpecs(task)) {
            EXPECT_EQ(param.defaultValue, getParam(defaults, param.id)) << param.id;
            EXPECT_FALSE(param.label.empty()) << param.id;
            EXPECT_FALSE(param.help.empty()) << param.id;
            EXPECT_FALSE(param.group.empty()) << param.id;
            EXPECT_EQ(param.choices.empty(), param.type != ParamType::Choice) << param.id;
        }
    }
    EXPECT_DOUBLE_EQ(defaultRunSpec("dpo").training.learningRate, 1e-6);
}

TEST(RunSpec, ValidationSaysWhatIsMissing) {
    RunSpec spec = defaultRunSpec("causal-lm");
    EXPECT_THROW(validateRunSpec(spec), Error);
    spec.dataset.file = "a.csv";
    EXPECT_THROW(validateRunSpec(spec), Error);
    spec.dataset.textTemplate = "{a}";
    EXPECT_NO_THROW(validateRunSpec(spec));
    spec.dataset.trainOn = "target";
    EXPECT_THROW(validateRunSpec(spec), Error);
    spec.dataset.target = "a";
    EXPECT_NO_THROW(validateRunSpec(spec));
    spec.dataset.name = "b";
    EXPECT_THROW(validateRunSpec(spec), Error);
}

TEST(RunSpec, RecipesOfTheProgramAreValid) {
    int recipes = 0;
    for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(LATHE_SOURCE_DIR) / "resources/recipes")) {
        if (file.path().extension() != ".json") continue;
        std::ostringstream text;
        text << std::ifstream(file.path()).rdbuf();
        // A sequence of runs and a deduplication recipe are read by others; tests/resources holds them to their forms.
        if (text.str().find("\"steps\": [") != std::string::npos || text.str().find("\"kind\": \"dedup\"") != std::string::npos) continue;
        EXPECT_NO_THROW(validateRunSpec(parseRunSpec(text.str(), file.path().filename().string()))) << file.path();
        ++recipes;
    }
    EXPECT_GT(recipes, 0);
}

}  // namespace
}  // namespace lathe
