// SPDX-License-Identifier: GPL-3.0-or-later
// Every recipe can be read, is valid, and names files and columns that are there. Every panel has its help page.
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <lathe/run_spec.h>

#include "base/json.h"
#include "resources/sample_table.h"

namespace lathe {
namespace {

namespace fs = std::filesystem;
const fs::path kRecipes = testing::kResources / "recipes";

std::vector<std::string> fieldsOf(const std::string& text) {
    std::vector<std::string> fields;
    for (auto open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
        fields.push_back(text.substr(open + 1, text.find('}', open) - open - 1));
    }
    return fields;
}

void expectColumns(const Table& table, const std::optional<std::string>& templateText) {
    for (const auto& field : fieldsOf(templateText.value_or(""))) EXPECT_TRUE(table.columnIndex(field)) << field;
}

void expectColumn(const Table& table, const std::optional<std::string>& name) {
    if (!name || name->find('{') != std::string::npos) return expectColumns(table, name);
    EXPECT_TRUE(table.columnIndex(*name)) << *name;
}

RunSpec expectRunnable(const std::string& json, const std::string& where) {
    const RunSpec spec = parseRunSpec(json, where);
    EXPECT_NO_THROW(validateRunSpec(spec)) << where;
    const auto table = testing::importResource(kRecipes / spec.dataset.file.value_or(""));
    expectColumns(*table, spec.dataset.textTemplate);
    expectColumns(*table, spec.dataset.text);
    for (const auto& column : {spec.dataset.target, spec.dataset.labels, spec.dataset.chosen, spec.dataset.rejected, spec.dataset.prompt, spec.dataset.split.groupBy}) {
        expectColumn(*table, column);
    }
    return spec;
}

TEST(Recipes, SingleRunsAreRunnable) {
    int runs = 0;
    for (const auto& entry : fs::directory_iterator(kRecipes)) {
        if (entry.path().extension() != ".json") continue;
        const auto json = base::readJsonFile(entry.path());
        if (!json.contains("task")) continue;
        const RunSpec spec = expectRunnable(json.dump(), entry.path().filename().string());
        EXPECT_EQ(spec.name, entry.path().stem().string());
        ++runs;
    }
    EXPECT_GE(runs, 2);
}

TEST(Recipes, TheConverterUsesThePromptOfTheField) {
    const RunSpec spec = expectRunnable(base::readJsonFile(kRecipes / "english-to-latex.json").dump(), "english-to-latex.json");
    EXPECT_EQ(spec.task, "causal-lm");
    EXPECT_EQ(spec.dataset.textTemplate, "Convert English to LaTeX\nEnglish: {English}\nLaTeX: {LaTeX}");
    EXPECT_DOUBLE_EQ(spec.dataset.split.validation, 0.2);
}

void expectHandsOn(const std::string& name, std::size_t steps) {
    const auto json = base::readJsonFile(kRecipes / (name + ".json"));
    ASSERT_EQ(json.at("steps").size(), steps);
    EXPECT_EQ(json.at("name"), name);
    std::set<std::string> results;
    for (const auto& step : json.at("steps")) {
        const RunSpec spec = expectRunnable(step.dump(), name + ".json");
        EXPECT_EQ(spec.name.rfind(name + "-" + std::to_string(results.size() + 1) + "-", 0), 0u) << spec.name;
        EXPECT_EQ(spec.output, "runs/" + spec.name) << "what later steps call it by";
        if (spec.model.rfind("runs/", 0) == 0) {
            EXPECT_TRUE(results.count(spec.model)) << spec.name << " starts from " << spec.model;
        }
        if (spec.ppo.rewardModel) {
            EXPECT_TRUE(results.count(*spec.ppo.rewardModel)) << *spec.ppo.rewardModel;
        }
        EXPECT_TRUE(results.insert(spec.output).second) << spec.output;
    }
}

TEST(Recipes, SawyerHandsEachResultOn) { expectHandsOn("sawyer", 4); }
TEST(Recipes, FormulasHandEachResultOn) { expectHandsOn("formulas", 2); }

TEST(Recipes, DedupNamesColumnsOfItsSample) {
    const auto json = base::readJsonFile(kRecipes / "dedup-catalogue.json");
    const auto table = testing::importResource(kRecipes / json.at("file").get<std::string>());
    expectColumns(*table, json.at("text").get<std::string>());
    expectColumn(*table, json.at("labels").get<std::string>());
    EXPECT_GE(json.at("threshold").get<double>(), json.at("floor").get<double>());
}

TEST(Help, EveryPanelHasAPageAndEveryPageATitle) {
    const fs::path help = testing::kResources / "help";
    for (const std::string panel : {"data", "deduplicate", "train", "runs", "preferences", "playground", "latex", "models"}) {
        EXPECT_TRUE(fs::exists(help / ("panel-" + panel + ".md"))) << panel;
    }
    std::set<std::string> titles;
    for (const auto& entry : fs::directory_iterator(help)) {
        if (entry.path().extension() != ".md") continue;
        std::ifstream input(entry.path());
        std::string title;
        std::getline(input, title);
        EXPECT_EQ(title.rfind("# ", 0), 0u) << entry.path();
        EXPECT_TRUE(titles.insert(title).second) << title;
    }
}

}  // namespace
}  // namespace lathe
