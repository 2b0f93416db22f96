// SPDX-License-Identifier: GPL-3.0-or-later
/// Whole runs of the tasks reward and dpo on a tiny model.
#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/json.h"
#include "models/loader.h"
#include "tasks/pairs.h"
#include "train/setup.h"
#include "train/tiny_run.h"

namespace lathe::tasks {
namespace {

namespace fs = std::filesystem;
using train::RecordingObserver;

/// Answers with an "x" are better; which one is longer says nothing.
TablePtr pairTable(std::int64_t rows) {
    std::vector<std::string> prompts, chosen, rejected, margins;
    for (std::int64_t i = 0; i < rows; ++i) {
        const std::string tail(static_cast<std::size_t>(i % 4), 'b');
        const std::string other(static_cast<std::size_t>((i * 3) % 4), 'b');
        prompts.push_back(fmt::format("say {}", i / 2));
        chosen.push_back(fmt::format("xx{}", tail));
        rejected.push_back(fmt::format("aa{}", other));
        margins.push_back(i % 2 == 0 ? "0.5" : "");
    }
    return Table::fromColumns({"prompt", "chosen", "rejected", "margin"}, {prompts, chosen, rejected, margins});
}

RunSpec pairSpec(const std::string& task) {
    RunSpec spec = defaultRunSpec(task);
    spec.name = "tiny";
    spec.model = "tiny";
    spec.dataset.file = "pairs.csv";
    spec.dataset.prompt = "Q: {prompt}\nA: ";
    spec.dataset.chosen = "chosen";
    spec.dataset.rejected = "rejected";
    spec.dataset.maxLength = 48;
    spec.dataset.split.validation = 0.25;
    spec.dataset.split.groupBy = "prompt";
    spec.training.numTrainEpochs = 3;
    spec.training.perDeviceTrainBatchSize = 4;
    spec.training.learningRate = 2e-3;
    spec.training.precision = "f32";
    spec.training.device = "cpu";
    spec.training.numThreads = 2;
    spec.training.evalOnStart = true;
    return spec;
}

class PreferenceRuns : public ::testing::Test {
protected:
    void SetUp() override { train::writeTinyModel(folder_.path() / "model", 0.0); }

    train::RunInputs inputs(const RunSpec& spec, const std::string& name, train::Start start = train::Start::Fresh) const {
        train::RunInputs made;
        made.spec = spec;
        made.table = pairTable(48);
        made.model = folder_.path() / "model";
        made.output = folder_.path() / name;
        made.start = start;
        return made;
    }
    RunResult run(const RunSpec& spec, const std::string& name, RecordingObserver& observer, train::Start start = train::Start::Fresh) {
        train::RunControl control;
        return train::train(inputs(spec, name, start), observer, control);
    }
    static std::map<std::string, double> firstEvaluation(const RecordingObserver& observer) {
        for (const MetricPoint& point : observer.points)
            if (point.split == "validation") return point.values;
        return {};
    }

    train::TemporaryFolder folder_;
};

TEST_F(PreferenceRuns, ARewardModelLearnsWhichAnswersAreBetterAndIsSavedForTransformers) {
    RunSpec spec = pairSpec("reward");
    spec.dataset.margin = "margin";
    spec.reward.centerRewardsCoefficient = 0.01;
    RecordingObserver observer;
    const auto result = run(spec, "reward", observer);
    EXPECT_EQ(result.state, RunState::Finished);
    EXPECT_GE(result.validation.at("accuracy"), 0.9);
    EXPECT_LE(result.validation.at("accuracy_low"), result.validation.at("accuracy"));
    EXPECT_GT(result.validation.at("margin"), 0.5);
    EXPECT_GT(result.validation.at("max_reward"), result.validation.at("min_reward"));
    EXPECT_NEAR(result.validation.at("longer_wins_accuracy"), 0.5, 0.35);
    const auto config = base::readJsonFile(result.bestModel / "config.json");
    EXPECT_EQ(config["architectures"][0], "GPT2ForSequenceClassification");
    EXPECT_EQ(config["id2label"].size(), 1U);
    EXPECT_TRUE(config["pad_token_id"].is_number_integer());
    const auto loaded = models::loadModel(result.bestModel);
    EXPECT_TRUE(loaded.initialised.empty());
    EXPECT_EQ(loaded.model->architecture().head, models::HeadKind::Classification);
    EXPECT_EQ(loaded.labels.size(), 1U);
}

TEST_F(PreferenceRuns, ARewardStepWithoutSplitIsTheFormulaOnTheModelsOwnScores) {
    RunSpec spec = pairSpec("reward");
    spec.dataset.margin = "margin";
    auto task = train::makeTaskOf(inputs(spec, "none"));
    task->prepare({}, {});
    const auto placement = train::choosePlacement(spec.training);
    auto target = train::loadForTraining(inputs(spec, "none"), *task, folder_.path() / "model", placement);
    target.runner->setEvaluating();
    const std::vector<std::int64_t> some = {0, 1, 2, 5};
    const auto loss = task->loss(*target.runner, some, 0.25);
    double sum = 0;
    for (const auto example : some) {
        const auto& sequences = task->examples()[static_cast<std::size_t>(example)].sequences;
        double scores[2];
        for (const int side : {0, 1}) {
            const auto batch = tensor::makePackedBatch({sequences[static_cast<std::size_t>(side)].ids});
            scores[side] = target.model().classify(batch).item<double>();
        }
        sum += std::log1p(std::exp(-(scores[0] - scores[1] - task->examples()[static_cast<std::size_t>(example)].margin)));
    }
    EXPECT_NEAR(loss.sum, sum, 1e-5);
    EXPECT_NEAR(loss.value.item<double>(), sum / 4, 1e-5);
    EXPECT_EQ(loss.count, 4);
}

TEST_F(PreferenceRuns, PairsOfOnePromptStayOnOneSide) {
    auto task = train::makeTaskOf(inputs(pairSpec("reward"), "none"));
    task->prepare({}, {});
    const auto promptOf = [&](std::int64_t example) { return cellText(task->table(), task->examples()[static_cast<std::size_t>(example)].row, "prompt").value(); };
    std::set<std::string> train;
    for (const auto example : task->train()) train.insert(promptOf(example));
    ASSERT_FALSE(task->validation().empty());
    for (const auto example : task->validation()) EXPECT_FALSE(train.contains(promptOf(example)));
}

TEST_F(PreferenceRuns, DpoBeginsAtLn2AndRaisesTheMargin) {
    for (const std::string mode : {"all", "lora"}) {
        RunSpec spec = pairSpec("dpo");
        spec.trainable.mode = mode;
        if (mode == "lora") spec.training.learningRate = 1e-2;
        RecordingObserver observer;
        const auto result = run(spec, "dpo-" + mode, observer);
        const auto first = firstEvaluation(observer);
        EXPECT_NEAR(first.at("loss"), std::log(2.0), 1e-6) << mode;
        EXPECT_NEAR(first.at("rewards/margins"), 0, 1e-5) << mode;
        EXPECT_LT(result.validation.at("loss"), 0.55) << mode;
        EXPECT_GT(result.validation.at("rewards/margins"), 0.2) << mode;
        EXPECT_GE(result.validation.at("rewards/accuracies"), 0.9) << mode;
    }
}

TEST_F(PreferenceRuns, DpoLearnsTheSameWhetherItsReferenceIsKeptOrComputedForEveryBatch) {
    for (const std::string mode : {"all", "last_layers", "lora"}) {
        RunSpec spec = pairSpec("dpo");
        spec.trainable.mode = mode;
        spec.trainable.lastLayers = 1;
        RecordingObserver kept, anew;
        const auto once = run(spec, "dpo-once-" + mode, kept);
        spec.dpo.precomputeRefLogProbs = false;
        const auto every = run(spec, "dpo-every-" + mode, anew);
        ASSERT_GT(once.validation.at("rewards/margins"), 0.01) << mode;
        for (const auto* name : {"loss", "rewards/margins", "logps/chosen"})
            EXPECT_NEAR(every.validation.at(name), once.validation.at(name), 1e-3 * std::abs(once.validation.at(name))) << mode << " " << name;
    }
}

TEST_F(PreferenceRuns, TheWeightOfTheChosenAnswerAddsItsMeanLikelihoodAndKeepsItLikely) {
    RunSpec spec = pairSpec("dpo");
    RecordingObserver plain, held;
    const auto without = run(spec, "dpo-plain", plain);
    spec.dpo.rpoAlpha = 0.5;
    const auto with = run(spec, "dpo-held", held);
    const auto first = firstEvaluation(held);
    EXPECT_NEAR(first.at("loss"), std::log(2.0) + 0.5 * first.at("nll_loss"), 1e-5);
    EXPECT_LT(with.validation.at("nll_loss"), first.at("nll_loss"));
    EXPECT_GT(with.validation.at("logps/chosen"), without.validation.at("logps/chosen"));
}

TEST_F(PreferenceRuns, ARewardOfDpoIsBetaTimesTheLogRatio) {
    RunSpec spec = pairSpec("dpo");
    spec.dpo.beta = 0.37;
    auto task = train::makeTaskOf(inputs(spec, "none"));
    task->prepare({}, {});
    auto target = train::loadForTraining(inputs(spec, "none"), *task, folder_.path() / "model", train::choosePlacement(spec.training));
    target.runner->setEvaluating();
    task->begin(*target.runner, {});
    const auto logp = [&](const Sequence& sequence) {
        const torch::NoGradGuard guard;
        const auto batch = tensor::makePackedBatch({sequence.ids});
        const auto all = torch::log_softmax(target.model().languageModelLogits(target.model().forward(batch)), 1);
        double sum = 0;
        for (std::size_t i = 1; i < sequence.ids.size(); ++i)
            if (sequence.isTrained[i]) sum += all[static_cast<std::int64_t>(i) - 1][sequence.ids[i]].item<double>();
        return sum;
    };
    const auto& sequences = task->examples()[3].sequences;
    EXPECT_EQ(sequences[0].ids.back(), task->tokenizer().specialIds().eos.value());
    const double before[2] = {logp(sequences[0]), logp(sequences[1])};
    {
        const torch::NoGradGuard guard;
        for (auto& parameter : target.model().parameters()) parameter.value.mul_(1.05);
    }
    const double ratios[2] = {logp(sequences[0]) - before[0], logp(sequences[1]) - before[1]};
    const std::vector<std::int64_t> one = {3};
    const auto loss = task->loss(*target.runner, one, 1.0);
    const auto values = loss.extra.values();
    EXPECT_NEAR(values.at("rewards/chosen"), 0.37 * ratios[0], 1e-4);
    EXPECT_NEAR(values.at("rewards/rejected"), 0.37 * ratios[1], 1e-4);
    EXPECT_NEAR(loss.sum, std::log1p(std::exp(-0.37 * (ratios[0] - ratios[1]))), 1e-4);
}

TEST_F(PreferenceRuns, AContinuedDpoRunKeepsItsFirstReference) {
    RunSpec spec = pairSpec("dpo");
    spec.training.saveStrategy = "epoch";
    RecordingObserver whole;
    const auto unbroken = run(spec, "whole", whole);
    RecordingObserver part;
    train::RunControl control;
    part.onMeasured = [&](const MetricPoint& point) {
        if (point.split == "train" && point.step == 11) control.stop();
    };
    EXPECT_EQ(train::train(inputs(spec, "broken"), part, control).state, RunState::Stopped);
    RecordingObserver rest;
    const auto resumed = run(spec, "broken", rest, train::Start::Resume);
    EXPECT_EQ(resumed.state, RunState::Finished);
    EXPECT_EQ(resumed.validation.at("loss"), unbroken.validation.at("loss"));
    EXPECT_EQ(resumed.validation.at("logps/chosen"), unbroken.validation.at("logps/chosen"));
}

TEST_F(PreferenceRuns, WrongColumnsAndMarginsAreNamed) {
    RunSpec spec = pairSpec("reward");
    spec.dataset.chosen = "better";
    EXPECT_THROW(train::makeTaskOf(inputs(spec, "none")), Error);
    spec = pairSpec("reward");
    spec.dataset.margin = "prompt";
    auto task = train::makeTaskOf(inputs(spec, "none"));
    try {
        task->prepare({}, {});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.context().row, 0);
        EXPECT_THAT(error.what(), ::testing::HasSubstr("say 0"));
    }
}

TEST_F(PreferenceRuns, PreviewShowsPromptAnswerAndEnd) {
    auto task = train::makeTaskOf(inputs(pairSpec("dpo"), "none"));
    const auto views = task->preview(0);
    std::string text;
    std::int64_t ends = 0;
    for (const auto& view : views) {
        if (view.role == TokenRole::Trained) text += view.text;
        ends += view.role == TokenRole::Eos ? 1 : 0;
    }
    EXPECT_EQ(text, "xxaa");
    EXPECT_EQ(ends, 2);
    EXPECT_EQ(views.front().role, TokenRole::Prompt);
}

TEST(AnswerSequence, IsCutAtItsEnd) {
    train::TemporaryFolder folder;
    train::writeTinyModel(folder.path() / "model", 0.0);
    const auto tokenizer = text::loadTokenizer(folder.path() / "model");
    bool isCut = false;
    const auto sequence = answerSequence(tokenizer, "abc", "defg", 5, Ending::Eos, isCut);
    EXPECT_TRUE(isCut);
    EXPECT_EQ(sequence.ids.size(), 5U);
    EXPECT_EQ(sequence.isTrained, (std::vector<std::uint8_t>{0, 0, 0, 1, 1}));
}

}  // namespace
}  // namespace lathe::tasks
