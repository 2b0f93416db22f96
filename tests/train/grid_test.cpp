// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lathe/error.h>
#include <lathe/grid.h>

namespace lathe {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

RunSpec genres() {
    RunSpec spec = defaultRunSpec("multi-label");
    spec.name = "genres";
    spec.dataset.file = "films.csv";
    spec.dataset.text = "{plot}";
    spec.dataset.labels = "genres";
    spec.training.metricForBestModel = "f1_micro";
    return spec;
}

std::string refusal(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
        return error.what();
    }
    return "nothing was refused";
}

MetricPoint evaluation(std::int64_t step, double f1, double loss) {
    MetricPoint point;
    point.step = step;
    point.epoch = static_cast<double>(step);
    point.split = "validation";
    point.values = {{"f1_micro", f1}, {"loss", loss}};
    return point;
}

TEST(Grid, ReadsAnAxis) {
    const GridAxis axis = parseGridAxis("training.learning_rate=1e-4, 3e-4,1e-3");
    EXPECT_EQ(axis.id, "training.learning_rate");
    EXPECT_THAT(axis.values, ElementsAre("1e-4", "3e-4", "1e-3"));
    EXPECT_THAT(parseGridAxis(R"(trainable.lora.target_modules=["q","v"],auto)").values, ElementsAre(R"(["q","v"])", "auto"));
    EXPECT_THAT(refusal([] { parseGridAxis("training.learning_rate"); }), HasSubstr("training.learning_rate"));
    EXPECT_THAT(refusal([] { parseGridAxis("training.learning_rate="); }), HasSubstr("no values"));
    EXPECT_THAT(refusal([] { parseGridAxis("a=1,,2"); }), HasSubstr("comma"));
    EXPECT_THAT(refusal([] { parseGridAxis("a=1,2,1"); }), HasSubstr("twice"));
}

TEST(Grid, MakesEachCombinationOnceInOrder) {
    const auto specs = gridSpecs(genres(), "genres", {{"training.learning_rate", {"1e-4", "3e-4"}}, {"trainable.last_layers", {"1", "3", "6"}}});
    ASSERT_EQ(specs.size(), 6U);
    EXPECT_EQ(specs[0].name, "genres-01");
    EXPECT_EQ(specs[5].name, "genres-06");
    EXPECT_DOUBLE_EQ(specs[2].training.learningRate, 1e-4);
    EXPECT_EQ(specs[2].trainable.lastLayers, 6);
    EXPECT_DOUBLE_EQ(specs[3].training.learningRate, 3e-4);
    EXPECT_EQ(specs[3].trainable.lastLayers, 1);
    for (const RunSpec& spec : specs) {
        EXPECT_EQ(spec.grid, "genres");
        EXPECT_EQ(spec.trainable.mode, "last_layers") << "the number of last layers means nothing under another mode";
    }
}

TEST(Grid, TheDedupThresholdIsASettingLikeTheOthers) {
    const auto specs = gridSpecs(genres(), "genres", {{"dataset.dedup_threshold", {"null", "0.8"}}});
    EXPECT_EQ(specs[0].dataset.dedupThreshold, std::nullopt);
    EXPECT_EQ(specs[1].dataset.dedupThreshold, 0.8);
    EXPECT_THAT(refusal([] { gridSpecs(genres(), "g", {{"dataset.dedup_threshold", {"0.2"}}}); }), HasSubstr("dataset.dedup_threshold is 0.2"));
}

TEST(Grid, RefusesWhatMakesNoSense) {
    EXPECT_THAT(refusal([] { gridSpecs(genres(), "g", {}); }), HasSubstr("no setting"));
    EXPECT_THAT(refusal([] { gridSpecs(genres(), "g", {{"training.learing_rate", {"1"}}}); }), HasSubstr("learning_rate"));
    EXPECT_THAT(refusal([] { gridSpecs(genres(), "g", {{"name", {"a", "b"}}}); }), HasSubstr("name"));
    EXPECT_THAT(refusal([] { gridSpecs(genres(), "g", {{"training.learning_rate", {"1e-4", "0.0001"}}}); }), HasSubstr("mean the same"));
    EXPECT_THAT(refusal([] { gridSpecs(genres(), "g", {{"training.seed", {"1"}}, {"training.seed", {"2"}}}); }), HasSubstr("twice"));
    GridAxis seeds{"training.seed", {}};
    for (int seed = 0; seed <= 100; ++seed) seeds.values.push_back(std::to_string(seed));
    EXPECT_THAT(refusal([&] { gridSpecs(genres(), "g", {seeds}); }), HasSubstr("more than 100"));
}

TEST(GridTable, PutsTheBestEvaluationFirstAndTheUnfinishedLast) {
    const auto specs = gridSpecs(genres(), "genres", {{"training.learning_rate", {"1e-4", "3e-4", "1e-3", "3e-3"}}});
    std::vector<GridRun> runs;
    for (const RunSpec& spec : specs) runs.push_back({spec.name, spec, RunState::Finished, 1, {}});
    MetricPoint step;
    step.split = "train";
    step.values = {{"loss", 0.1}, {"f1_micro", 1}};
    runs[0].points = {step, evaluation(1, 0.4, 0.6), evaluation(2, 0.3, 0.5)};
    runs[1].state = RunState::Queued;
    runs[2].points = {evaluation(1, std::nan(""), 0.9), evaluation(2, 0.7, 0.4), step};
    runs[3].points = {evaluation(1, std::nan(""), 0.9)};
    const GridTable table = gridTable(runs);
    EXPECT_EQ(table.name, "genres");
    EXPECT_TRUE(table.isGreaterBetter);
    EXPECT_THAT(table.settings, ElementsAre("training.learning_rate"));
    EXPECT_THAT(table.metrics, ElementsAre("f1_micro", "loss"));
    ASSERT_EQ(table.rows.size(), 4U);
    EXPECT_EQ(table.rows[0].id, "genres-03");
    EXPECT_DOUBLE_EQ(table.rows[0].epoch, 2);
    EXPECT_EQ(table.rows[1].id, "genres-01");
    EXPECT_DOUBLE_EQ(table.rows[1].metrics.at("loss"), 0.6) << "the figures are those of the best evaluation, not of the last";
    EXPECT_THAT(table.rows[1].values, ElementsAre("0.0001"));
    EXPECT_EQ(table.rows[2].id, "genres-02");
    EXPECT_EQ(table.rows[3].id, "genres-04");
    const std::string csv = gridCsv(table);
    EXPECT_TRUE(csv.starts_with("run,state,training.learning_rate,epoch,seconds,f1_micro,loss\r\ngenres-03,finished,0.001,2,1.000,0.7,0.4\r\n")) << csv;
}

TEST(GridTable, ALossIsBestWhenItIsLowest) {
    RunSpec spec = genres();
    spec.training.metricForBestModel = "loss";
    std::vector<GridRun> runs;
    for (const RunSpec& each : gridSpecs(spec, "g", {{"training.seed", {"1", "2"}}})) runs.push_back({each.name, each, RunState::Finished, 1, {}});
    runs[0].points = {evaluation(1, 0.9, 0.6)};
    runs[1].points = {evaluation(1, 0.1, 0.5)};
    EXPECT_EQ(gridTable(runs).rows.front().id, "g-02");
}

}  // namespace
}  // namespace lathe
