// SPDX-License-Identifier: GPL-3.0-or-later
/// The task multi-label on a tiny model: what it learns, keeps beside the model and predicts; and data that people really bring.
#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lathe/error.h>
#include <lathe/session.h>

#include "base/files.h"
#include "base/json.h"
#include "metrics/score_file.h"
#include "session/label_bench.h"
#include "session/predictor.h"
#include "train/proofs.h"
#include "train/setup.h"
#include "train/tiny_run.h"

namespace lathe::tasks {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using train::RecordingObserver;

/// "a" and "b" in the text are labels of the row; every third row has neither and no label.
TablePtr letterTable(std::int64_t rows) {
    std::vector<std::string> texts, labels, kinds, numbers;
    for (std::int64_t i = 0; i < rows; ++i) {
        const bool hasA = i % 3 == 0, hasB = i % 3 != 2 && i % 2 == 0;
        texts.push_back(fmt::format("{}{}{}", hasA ? "aaaa" : "cccc", hasB ? "bbbb" : "dddd", i % 7));
        labels.push_back(hasA && hasB ? "has a; has b" : hasA ? "has a" : hasB ? "has b" : "");
        kinds.push_back(hasA ? "first" : "second");
        numbers.push_back(fmt::format("{}", i % 4));
    }
    return Table::fromColumns({"text", "labels", "kind", "number"}, {texts, labels, kinds, numbers});
}

RunSpec labelSpec() {
    RunSpec spec = defaultRunSpec("multi-label");
    spec.name = "tiny";
    spec.model = "tiny";
    spec.dataset.file = "letters.csv";
    spec.dataset.text = "{text}";
    spec.dataset.labels = "labels";
    spec.dataset.labelSeparator = ";";
    spec.dataset.minLabelCount = 2;
    spec.dataset.maxLength = 24;
    spec.dataset.split.validation = 0.25;
    spec.trainable.mode = "all";
    spec.training.numTrainEpochs = 8;
    spec.training.perDeviceTrainBatchSize = 8;
    spec.training.learningRate = 8e-3;
    spec.training.precision = "f32";
    spec.training.device = "cpu";
    spec.training.numThreads = 1;
    return spec;
}

class MultiLabelRuns : public ::testing::Test {
protected:
    void SetUp() override { train::writeTinyModel(folder_.path() / "model", 0.0); }

    train::RunInputs inputs(const RunSpec& spec, const TablePtr& table, const std::string& name = "run") const {
        train::RunInputs made;
        made.spec = spec;
        made.table = table;
        made.model = folder_.path() / "model";
        made.output = folder_.path() / name;
        return made;
    }
    RunResult run(const RunSpec& spec, const TablePtr& table, const std::string& name = "run") {
        RecordingObserver observer;
        train::RunControl control;
        return train::train(inputs(spec, table, name), observer, control);
    }
    session::ResolvedModel best(const std::string& name = "run") const { return {name, folder_.path() / name / "best", "run", folder_.path() / name}; }
    /// The sentence a spec is refused with; empty if it is not.
    std::string refusal(const RunSpec& spec, const TablePtr& table) {
        try {
            train::forecast(inputs(spec, table), train::Probe::No);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

    train::TemporaryFolder folder_;
};

TEST_F(MultiLabelRuns, LearnsKeepsItsScoresAndPredictsWithItsThresholds) {
    const TablePtr table = letterTable(96);
    RunSpec spec = labelSpec();
    spec.training.metricForBestModel = "f1_micro";
    const RunResult result = run(spec, table);
    EXPECT_EQ(result.state, RunState::Finished);
    EXPECT_GT(result.bestMetric, 0.95) << "two letters are easy";

    const auto last = metrics::readScoreFile(folder_.path() / "run/evaluation" / metrics::kScoreFileName);
    EXPECT_EQ(last.labels, (std::vector<std::string>{"has a", "has b"}));
    EXPECT_EQ(last.store.rows(), 24u);
    for (std::size_t i = 0; i < last.rows.size(); ++i) EXPECT_EQ(last.store.target(i, 0), table->cell(last.rows[i], 1).find("has a") != std::string_view::npos);

    // The bench moves over the scores of the model that was published, and prediction reads what it keeps.
    const auto bench = session::openLabelBench(folder_.path() / "run", "run", [&](std::int64_t row) { return std::string(table->cell(row, 0)); });
    EXPECT_TRUE(bench->canKeep());
    EXPECT_TRUE(bench->isKept());
    bench->setThreshold(0, 0.25f);
    bench->setThreshold(1, 0.875f);
    EXPECT_FALSE(bench->isKept());
    bench->keep();
    EXPECT_TRUE(bench->isKept());
    PredictQuery query;
    query.text.text = "{text}";
    query.maxLength = 24;
    const Predictions predictions = session::predictRows(table, query, best(), {}, {});
    EXPECT_EQ(predictions.thresholds, (std::vector<float>{0.25f, 0.875f}));
    query.threshold = 0.5;
    EXPECT_EQ(session::predictRows(table, query, best(), {}, {}).thresholds, (std::vector<float>{0.5f, 0.5f}));
    EXPECT_EQ(session::openLabelBench(folder_.path() / "run", "run", {})->thresholds(), (std::vector<float>{0.25f, 0.875f}));
}

TEST_F(MultiLabelRuns, TheBenchSpeaksOfTheModelThatIsPublished) {
    const TablePtr table = letterTable(96);
    RunSpec spec = labelSpec();
    spec.training.numTrainEpochs = 4;
    spec.training.loadBestModelAtEnd = true;
    run(spec, table);
    const auto saved = metrics::readScoreFile(folder_.path() / "run/evaluation/best" / metrics::kScoreFileName);
    PredictQuery query;
    query.text.text = "{text}";
    query.maxLength = 24;
    const Predictions predictions = session::predictRows(table, query, best(), {}, {});
    for (std::size_t i = 0; i < saved.rows.size(); ++i)
        for (std::size_t label = 0; label < 2; ++label)
            EXPECT_NEAR(predictions.probabilities[static_cast<std::size_t>(saved.rows[i])][label], saved.store.probability(saved.store.score(i, label)), 1e-4);
}

TEST_F(MultiLabelRuns, ExactlyOneLabelARowIsSoftmax) {
    RunSpec spec = labelSpec();
    spec.multiLabel.problemType = "single_label_classification";
    spec.dataset.labels = "kind";
    const TablePtr table = letterTable(96);
    const RunResult result = run(spec, table);
    EXPECT_GT(result.validation.at("accuracy"), 0.95);
    PredictQuery query;
    query.text.text = "{text}";
    query.maxLength = 24;
    const Predictions predictions = session::predictRows(table, query, best(), {}, {});
    EXPECT_TRUE(predictions.isSingle);
    for (const auto& row : predictions.probabilities) EXPECT_NEAR(row[0] + row[1], 1.0, 1e-5);
    const auto bench = session::openLabelBench(folder_.path() / "run", "run", {});
    EXPECT_TRUE(bench->isSingle());
    EXPECT_FALSE(bench->canKeep());
    EXPECT_THROW(bench->keep(), Error);
    EXPECT_GT(bench->values().at("subset_accuracy"), 0.9);
}

TEST_F(MultiLabelRuns, EmptyTextsAreLeftOutAndSaidSo) {
    const TablePtr table = Table::fromColumns({"text", "labels"}, {{"aaa", "", "bbb", "   ", "aab", "abb"}, {"x", "x", "y", "y", "x;y", "x"}});
    RunSpec spec = labelSpec();
    spec.dataset.minLabelCount = 1;
    spec.dataset.split.validation = 0;
    const auto task = train::makeTaskOf(inputs(spec, table));
    task->prepare({}, {});
    EXPECT_EQ(task->examples().size(), 4u);
    EXPECT_EQ(task->skippedRows(), 2);
    const auto checks = train::check(inputs(spec, table));
    EXPECT_TRUE(std::any_of(checks.begin(), checks.end(), [](const SpecCheck& check) { return check.sentence.find("2 rows have nothing to learn") != std::string::npos; }));
}

TEST_F(MultiLabelRuns, UnknownAndUnusableLabelColumnsAreNamed) {
    const TablePtr table = letterTable(12);
    RunSpec spec = labelSpec();
    spec.dataset.labels = "genre";
    EXPECT_THAT(refusal(spec, table), HasSubstr("genre"));
    EXPECT_THAT(refusal(spec, table), HasSubstr("labels"));
    spec.dataset.labels.reset();
    EXPECT_THAT(refusal(spec, table), HasSubstr("dataset.labels"));
    spec = labelSpec();
    spec.dataset.labels = "text";
    spec.dataset.minLabelCount = 13;
    EXPECT_THAT(refusal(spec, table), HasSubstr("none stands in 13 rows"));
    spec = labelSpec();
    spec.dataset.text = "no field";
    EXPECT_THAT(refusal(spec, table), HasSubstr("{Column}"));
}

TEST_F(MultiLabelRuns, OneClassLabelsTrainAndTheirAucIsUndefined) {
    const TablePtr table = Table::fromColumns({"text", "labels"}, {{"a1", "a2", "a3", "a4", "b5", "b6", "b7", "b8"}, {"all;a", "all;a", "all;a", "all;a", "all", "all", "all", "all"}});
    RunSpec spec = labelSpec();
    spec.training.numTrainEpochs = 2;
    spec.multiLabel.posWeight = "balanced";
    const RunResult result = run(spec, table);
    EXPECT_EQ(result.state, RunState::Finished);
    EXPECT_TRUE(std::isfinite(result.validation.at("loss")));
    const auto bench = session::openLabelBench(folder_.path() / "run", "run", {});
    const auto rows = bench->table();
    ASSERT_EQ(rows[1].label, "all");
    EXPECT_TRUE(std::isnan(rows[1].rocAuc));
    EXPECT_TRUE(bench->rocCurve(1).empty());
    spec.multiLabel.problemType = "single_label_classification";
    const TablePtr same = Table::fromColumns({"text", "labels"}, {{"a1", "a2", "a3", "a4"}, {"x", "x", "x", "x"}});
    EXPECT_THAT(refusal(spec, same), HasSubstr("nothing to tell apart"));
}

TEST_F(MultiLabelRuns, NumbersAreLabelsAsTheyAreWritten) {
    const TablePtr table = letterTable(32);
    RunSpec spec = labelSpec();
    spec.dataset.labels = "number";
    const auto task = train::makeTaskOf(inputs(spec, table));
    task->prepare({}, {});
    ASSERT_TRUE(task->head());
    EXPECT_EQ(task->head()->labels, (std::vector<std::string>{"0", "1", "2", "3"}));
    // A measurement instead of labels: as many different ones as rows.
    std::vector<std::string> texts, values;
    for (int i = 0; i < 40; ++i) {
        texts.push_back(fmt::format("text {}", i));
        values.push_back(fmt::format("{}.{:03}", i, i * 7));
    }
    EXPECT_THAT(refusal(spec, Table::fromColumns({"text", "number"}, {texts, values})), HasSubstr("40 different ones"));
}

TEST_F(MultiLabelRuns, TenThousandLabelsTrainAndMoreAreRefused) {
    const auto tableOf = [](int labels) {
        std::vector<std::string> texts, cells;
        for (int row = 0; row < 40; ++row) {
            texts.push_back(fmt::format("row {}", row));
            std::string cell;
            for (int label = row % 20; label < labels; label += 20) cell += fmt::format("{}label {}", cell.empty() ? "" : ";", label);
            cells.push_back(cell);
        }
        return Table::fromColumns({"text", "labels"}, {texts, cells});
    };
    RunSpec spec = labelSpec();
    spec.training.numTrainEpochs = 1;
    const RunResult result = run(spec, tableOf(10'000));
    EXPECT_EQ(result.state, RunState::Finished);
    const auto bench = session::openLabelBench(folder_.path() / "run", "run", {});
    EXPECT_EQ(bench->labels().size(), 10'000u);
    EXPECT_EQ(bench->table().size(), 10'000u);
    EXPECT_EQ(bench->overlap(30).labels.size(), 30u);
    EXPECT_THAT(refusal(spec, tableOf(10'020)), HasSubstr("At most 10000 can be learnt"));
}

TEST_F(MultiLabelRuns, PredictionSaysWhatIsWrongWithAModelOrAColumn) {
    PredictQuery query;
    query.text.text = "{text}";
    const TablePtr table = letterTable(4);
    try {
        session::predictRows(table, query, {"tiny", folder_.path() / "model", "path", {}}, {}, {});
        ADD_FAILURE() << "a language model cannot predict labels";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("no classification head"));
    }
    RunSpec spec = labelSpec();
    spec.training.numTrainEpochs = 1;
    run(spec, letterTable(24));
    query.text.text = "{synopsis}";
    EXPECT_THROW(session::predictRows(table, query, best(), {}, {}), Error);
    query.text.text = "{text}";
    const TablePtr odd = Table::fromColumns({"text"}, {{"", std::string(5'000, 'a'), "\xed\x95\x9c"}});
    query.maxLength = 24;
    const Predictions predictions = session::predictRows(odd, query, best(), {}, {});
    ASSERT_EQ(predictions.probabilities.size(), 3u);
    for (const auto& row : predictions.probabilities)
        for (const float value : row) EXPECT_TRUE(value >= 0 && value <= 1);
}

TEST_F(MultiLabelRuns, AccumulatedGradientsAreThoseOfTheLargeBatch) {
    train::writeTinyModel(folder_.path() / "model", 0.1);  // dropout is turned off for the proof
    const AccumulationProof proof = train::proveAccumulation(inputs(labelSpec(), letterTable(48)), 8, 2);
    EXPECT_EQ(proof.rows, 8);
    EXPECT_EQ(proof.parts, 2);
    EXPECT_GT(proof.gradientNorm, 0);
    EXPECT_NEAR(proof.lossWhole, proof.lossParts, 1e-6);
    EXPECT_LT(proof.relativeDifference, 1e-5);
    RunSpec lm = train::tinySpec();
    EXPECT_LT(train::proveAccumulation(inputs(lm, train::tinyTable(16)), 8, 4).relativeDifference, 1e-5);
    EXPECT_THROW(train::proveAccumulation(inputs(labelSpec(), letterTable(1)), 8, 2), Error);
}

TEST_F(MultiLabelRuns, PrecisionCheckMeasuresWhatBf16Changes) {
    const PrecisionCheck check = train::checkPrecision(inputs(labelSpec(), letterTable(48)));
    EXPECT_EQ(check.rows, 8);
    EXPECT_NEAR(check.lossF32, check.lossBf16, 0.05 * check.lossF32);
    EXPECT_NE(check.lossF32, check.lossBf16);
    EXPECT_GT(check.cosine, 0.98);
    EXPECT_GT(check.relativeDifference, 0);
    EXPECT_LT(check.weightBytesBf16, check.weightBytesF32);
    EXPECT_GT(check.secondsF32, 0);
}

TEST_F(MultiLabelRuns, FewerTrainedLayersAreLessWorkAndTheCacheSavesTheRest) {
    const TablePtr table = letterTable(48);
    RunSpec spec = labelSpec();
    spec.trainable.mode = "last_layers";
    Forecast before;
    std::vector<std::uint64_t> activations;
    for (const std::int64_t layers : {3, 2, 1}) {
        spec.trainable.lastLayers = layers;
        const Forecast now = train::forecast(inputs(spec, table), train::Probe::No);
        EXPECT_GT(now.work, 0);
        if (layers < 3) {
            EXPECT_LT(now.work, before.work);
            EXPECT_LT(now.trainableParameters, before.trainableParameters);
            EXPECT_LT(now.gradientBytes + now.optimizerBytes, before.gradientBytes + before.optimizerBytes);
            EXPECT_LT(now.laterWork, now.work);
        }
        before = now;
        activations.push_back(now.activationBytes);
    }
    ASSERT_GT(activations[1], activations[2]);
    const std::uint64_t fixed = std::uint64_t{32} << 20;
    EXPECT_LT(2 * (activations[2] - fixed), activations[1] - activations[2]) << "the last layer keeps one row a text behind its keys and values";
    const Forecast timed = train::forecast(inputs(spec, table), train::Probe::Yes);
    ASSERT_EQ(timed.paddings.size(), 4u);
    EXPECT_GT(timed.secondsPerEpoch, 0);
    EXPECT_LT(timed.secondsPerLaterEpoch, timed.secondsPerEpoch);
    EXPECT_GT(timed.paddings[3].secondsPerEpoch, timed.paddings[0].secondsPerEpoch) << "max_length computes padding too";
    EXPECT_LE(timed.paddings[2].wasteShare, timed.paddings[1].wasteShare) << "like lengths together waste less";
}

}  // namespace
}  // namespace lathe::tasks
