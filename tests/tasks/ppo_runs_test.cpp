// SPDX-License-Identifier: GPL-3.0-or-later
/// Whole runs of the task ppo on a tiny model that starts with random text.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "models/loader.h"
#include "train/reward_pairs.h"
#include "train/setup.h"
#include "train/tiny_run.h"

namespace lathe::tasks {
namespace {

using train::RecordingObserver;

RunSpec ppoSpec() {
    RunSpec spec = defaultRunSpec("ppo");
    spec.name = "tiny";
    spec.model = "tiny";
    spec.dataset.file = "prompts.csv";
    spec.dataset.prompt = "Q: {prompt}\nA: ";
    spec.dataset.split.validation = 0.25;
    spec.dataset.maxLength = 32;
    spec.training.perDeviceTrainBatchSize = 16;
    spec.training.numTrainEpochs = 1;
    spec.training.maxSteps = 12;
    spec.training.learningRate = 5e-3;
    spec.training.lrSchedulerType = "constant";
    spec.training.precision = "f32";
    spec.training.device = "cpu";
    spec.training.numThreads = 2;
    spec.training.evalStrategy = "no";
    spec.training.saveStrategy = "no";
    spec.training.loadBestModelAtEnd = false;
    spec.ppo.responseLength = 6;
    spec.ppo.temperature = 1.0;
    spec.ppo.rewardRules = {"pattern:[a-z]"};
    spec.ppo.stopToken = "eos";
    spec.ppo.numPpoEpochs = 2;
    return spec;
}

class PpoRuns : public ::testing::Test {
protected:
    void SetUp() override { train::writeTinyModel(folder_.path() / "model", 0.0); }

    train::RunInputs inputs(const RunSpec& spec, const std::string& name, train::Start start = train::Start::Fresh) const {
        std::vector<std::string> prompts, answers;
        for (int i = 0; i < 64; ++i) {
            prompts.push_back(fmt::format("say {}", i));
            answers.push_back("x");
        }
        train::RunInputs inputs;
        inputs.spec = spec;
        inputs.table = Table::fromColumns({"prompt", "answer"}, {prompts, answers});
        inputs.model = folder_.path() / "model";
        inputs.output = folder_.path() / name;
        inputs.start = start;
        return inputs;
    }
    RunResult run(const RunSpec& spec, const std::string& name, RecordingObserver& observer, train::Start start = train::Start::Fresh) {
        train::RunControl control;
        return train::train(inputs(spec, name, start), observer, control);
    }
    static std::vector<double> curve(const RecordingObserver& observer, const std::string& name) {
        std::vector<double> values;
        for (const MetricPoint& point : observer.points)
            if (point.split == "train" && point.values.contains(name)) values.push_back(point.values.at(name));
        return values;
    }

    train::TemporaryFolder folder_;
};

TEST_F(PpoRuns, TheRewardRisesWithPpoAndWithGrpo) {
    for (const std::string algorithm : {"ppo", "grpo"}) {
        RunSpec spec = ppoSpec();
        spec.ppo.algorithm = algorithm;
        spec.ppo.klCoef = 0.01;
        spec.ppo.numGenerations = 4;
        if (algorithm == "grpo") spec.training.perDeviceTrainBatchSize = 8;
        RecordingObserver observer;
        run(spec, algorithm, observer);
        const auto reward = curve(observer, "reward");
        ASSERT_EQ(reward.size(), 12U) << algorithm;
        const double before = (reward[0] + reward[1]) / 2;
        const double after = (reward[10] + reward[11]) / 2;
        EXPECT_GT(after, before + 0.2) << algorithm;
    }
}

TEST_F(PpoRuns, BeforeTheFirstUpdateThePolicyIsTheReference) {
    for (const std::string mode : {"all", "lora"}) {
        RunSpec spec = ppoSpec();
        spec.trainable.mode = mode;
        spec.training.maxSteps = 2;
        spec.ppo.numPpoEpochs = 1;
        RecordingObserver observer;
        run(spec, "first-" + mode, observer);
        EXPECT_NEAR(curve(observer, "kl").front(), 0, 1e-4) << mode;
        EXPECT_NEAR(curve(observer, "val/ratio").front(), 1, 1e-4) << mode;
        EXPECT_NEAR(curve(observer, "policy/approxkl_avg").front(), 0, 1e-6) << mode;
        EXPECT_NEAR(curve(observer, "loss/policy_avg").front(), 0, 1e-4) << "whitened advantages have mean 0";
        EXPECT_NEAR(curve(observer, "entropy").front(), std::log(257.0), 0.3) << mode;
        EXPECT_GT(std::abs(curve(observer, "kl").back()), 1e-6) << mode;
    }
}

TEST_F(PpoRuns, ARunOnARunsAdapterTakesThatAsItsReference) {
    RunSpec spec = ppoSpec();
    spec.trainable.mode = "lora";
    spec.training.maxSteps = 3;
    RecordingObserver first, second;
    run(spec, "one", first);
    auto next = inputs(spec, "two");
    next.model = folder_.path() / "one" / "best";
    train::RunControl control;
    train::train(next, second, control);
    EXPECT_GT(std::abs(curve(first, "kl").back()), 1e-6);
    EXPECT_NEAR(curve(second, "kl").front(), 0, 1e-4);

    // The second adapter lies on the first one, and loads so.
    const auto ids = tensor::makePackedBatch({{81, 58, 32, 97}});
    const torch::NoGradGuard guard;
    const auto logits = [&](const std::filesystem::path& folder) {
        auto loaded = models::loadModel(folder);
        return loaded.model->languageModelLogits(loaded.model->forward(ids)).clone();
    };
    auto upper = models::loadModel(folder_.path() / "two" / "best");
    upper.model->setAdapterState(models::AdapterState::Disabled);
    EXPECT_TRUE(torch::allclose(upper.model->languageModelLogits(upper.model->forward(ids)), logits(folder_.path() / "one" / "best"), 1e-4, 1e-5));
    EXPECT_FALSE(torch::allclose(logits(folder_.path() / "two" / "best"), logits(folder_.path() / "one" / "best"), 1e-5, 1e-6));
}

TEST_F(PpoRuns, AMissingEndCostsThePenalty) {
    RunSpec spec = ppoSpec();
    spec.training.maxSteps = 1;
    spec.ppo.rewardRules = {"length:1000"};  // always 1
    spec.ppo.missingEosPenalty = 0.75;
    RecordingObserver observer;
    run(spec, "penalty", observer);
    EXPECT_NEAR(curve(observer, "reward").front(), 1 - 0.75 * (1 - curve(observer, "eos_share").front()), 1e-9);
}

TEST_F(PpoRuns, AnAdaptiveCoefficientFollowsTheDistance) {
    RunSpec spec = ppoSpec();
    spec.ppo.klController = "adaptive";
    spec.ppo.klTarget = 50;  // far more than there is: the coefficient falls
    spec.ppo.klHorizon = 100;
    RecordingObserver observer;
    run(spec, "adaptive", observer);
    const auto coefficient = curve(observer, "kl_coef");
    for (std::size_t i = 1; i < coefficient.size(); ++i) EXPECT_NEAR(coefficient[i], coefficient[i - 1] * (1 - 0.2 * 16 / 100), 1e-9);
}

TEST_F(PpoRuns, EveryStepHasTheNumbersOfTrlUnderTheirNames) {
    RunSpec spec = ppoSpec();
    spec.training.maxSteps = 4;
    spec.ppo.numMiniBatches = 2;
    RecordingObserver observer;
    run(spec, "names", observer);
    for (const std::string name :
         {"objective/kl", "objective/entropy", "objective/non_score_reward", "objective/rlhf_reward", "objective/scores", "policy/approxkl_avg", "policy/clipfrac_avg",
          "policy/entropy_avg", "loss/policy_avg", "loss/value_avg", "val/clipfrac_avg", "val/ratio", "val/ratio_var", "val/num_eos_tokens", "lr", "episode", "eps",
          "loss", "reward", "kl", "entropy", "length", "eos_share", "kl_coef", "learning_rate"}) {
        const auto values = curve(observer, name);
        EXPECT_EQ(values.size(), 4U) << name;
        for (const double value : values) EXPECT_TRUE(std::isfinite(value)) << name;
    }
    EXPECT_EQ(curve(observer, "episode"), (std::vector<double>{16, 32, 48, 64}));
    const auto ends = curve(observer, "val/num_eos_tokens"), share = curve(observer, "eos_share");
    for (std::size_t i = 0; i < ends.size(); ++i) EXPECT_NEAR(ends[i], 16 * share[i], 1e-9);
}

TEST_F(PpoRuns, EpisodesDecideHowLongARunIs) {
    RunSpec spec = ppoSpec();
    spec.training.maxSteps = -1;
    spec.ppo.totalEpisodes = 70;
    EXPECT_EQ(train::planOf(spec, 48).totalSteps, 5);
    spec.ppo.algorithm = "grpo";
    spec.ppo.numGenerations = 2;
    EXPECT_EQ(train::planOf(spec, 48).totalSteps, 3);
    spec.training.maxSteps = 2;
    EXPECT_EQ(train::planOf(spec, 48).totalSteps, 2);
}

TEST_F(PpoRuns, AccumulationEqualsABiggerBatch) {
    RunSpec spec = ppoSpec();
    spec.training.maxSteps = 3;
    RecordingObserver big, small;
    run(spec, "big", big);
    spec.training.perDeviceTrainBatchSize = 4;
    spec.training.gradientAccumulationSteps = 4;
    run(spec, "small", small);
    for (const std::string name : {"loss/policy_avg", "loss/value_avg", "kl", "reward", "val/ratio"}) {
        const auto a = curve(big, name), b = curve(small, name);
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-4) << name << " " << i;
    }
}

/// Numbers that depend on time or memory, not on the run.
bool isOfTheMachine(const std::string& name) { return name == "tokens_per_second" || name == "memory_mib" || name == "eps"; }

TEST_F(PpoRuns, AStopAtAnyMomentAndAResumeGiveTheSameRun) {
    for (const std::string mode : {"all", "lora"}) {
        RunSpec spec = ppoSpec();
        spec.trainable.mode = mode;
        spec.training.maxSteps = 6;
        spec.ppo.numMiniBatches = 4;
        spec.ppo.klController = "adaptive";
        spec.ppo.klHorizon = 200;
        RecordingObserver whole;
        run(spec, "whole-" + mode, whole);
        std::map<std::int64_t, std::map<std::string, double>> expected;
        for (const MetricPoint& point : whole.points)
            if (point.split == "train") expected[point.step] = point.values;
        for (const int delay : {0, 3, 10, 25}) {
            const std::string name = fmt::format("broken-{}-{}", mode, delay);
            RecordingObserver part;
            train::RunControl control;
            std::jthread stopper;
            part.onMeasured = [&](const MetricPoint& point) {
                if (point.step == 2) stopper = std::jthread([&control, delay] { std::this_thread::sleep_for(std::chrono::milliseconds(delay)); control.stop(); });
            };
            const auto first = train::train(inputs(spec, name), part, control);
            RecordingObserver rest;
            if (first.state == RunState::Stopped) {
                EXPECT_EQ(run(spec, name, rest, train::Start::Resume).state, RunState::Finished);
            }
            std::map<std::int64_t, std::map<std::string, double>> seen;
            for (const auto* observer : {&part, &rest})
                for (const MetricPoint& point : observer->points)
                    if (point.split == "train") seen[point.step] = point.values;
            ASSERT_EQ(seen.size(), expected.size()) << name;
            for (const auto& [step, values] : expected)
                for (const auto& [metric, value] : values) {
                    if (isOfTheMachine(metric)) continue;
                    EXPECT_EQ(seen[step][metric], value) << name << " " << step << " " << metric;
                }
            EXPECT_EQ(train::weightsHash(folder_.path() / name / "best"), train::weightsHash(folder_.path() / ("whole-" + mode) / "best")) << name;
        }
    }
}

TEST_F(PpoRuns, AHighKlPausesTheRunAndANewCoefficientIsMarked) {
    RunSpec spec = ppoSpec();
    spec.ppo.klStop = 1e-4;
    spec.training.maxSteps = 5;
    RecordingObserver observer;
    train::RunControl control;
    observer.onState = [&](RunState state) {
        if (state != RunState::Paused) return;
        control.change("ppo.kl_coef", 0.5);
        control.change("training.seed", 3);  // cannot change; the run says so and goes on
        control.resume();
    };
    const auto result = train::train(inputs(spec, "pause"), observer, control);
    EXPECT_EQ(result.state, RunState::Finished);
    std::int64_t pausedAt = -1;
    for (const RunEvent& event : observer.events) {
        if (event.kind != "pause") continue;
        if (pausedAt < 0) pausedAt = event.step;
        EXPECT_THAT(event.sentence, ::testing::HasSubstr("ppo.kl_stop"));
    }
    const auto kl = curve(observer, "kl"), coefficient = curve(observer, "kl_coef");
    ASSERT_EQ(kl.size(), 5U);
    ASSERT_GE(pausedAt, 1);
    for (std::int64_t step = 1; step < pausedAt; ++step) EXPECT_LE(kl[static_cast<std::size_t>(step) - 1], 1e-4);
    std::int64_t rises = 0;  // a pause for each time it comes from below
    for (std::size_t i = 0; i < kl.size(); ++i) rises += kl[i] > 1e-4 && (i == 0 || kl[i - 1] <= 1e-4) ? 1 : 0;
    EXPECT_EQ(observer.count("pause"), rises);
    EXPECT_EQ(observer.count("setting"), rises);
    EXPECT_GT(kl[static_cast<std::size_t>(pausedAt) - 1], 1e-4);
    for (std::int64_t step = 1; step <= 5; ++step) EXPECT_DOUBLE_EQ(coefficient[static_cast<std::size_t>(step) - 1], step <= pausedAt ? spec.ppo.klCoef : 0.5) << step;
    EXPECT_THAT(observer.sentences, ::testing::Contains(::testing::HasSubstr("training.seed cannot become 3")));
}

TEST_F(PpoRuns, ARunThatStoppedAtItsKlPauseGoesOnWhenItIsContinued) {
    RunSpec spec = ppoSpec();
    spec.ppo.klStop = 1e-4;
    spec.training.maxSteps = 5;
    RecordingObserver observer, rest;
    train::RunControl control;
    observer.onState = [&](RunState state) {
        if (state == RunState::Paused) control.stop();
    };
    const auto stopped = train::train(inputs(spec, "stop"), observer, control);
    EXPECT_EQ(stopped.state, RunState::Stopped);
    EXPECT_LT(stopped.steps, 5);
    EXPECT_FALSE(stopped.lastCheckpoint.empty());
    train::RunControl again;
    rest.onState = [&](RunState state) {
        if (state == RunState::Paused) again.resume();
    };
    EXPECT_EQ(train::train(inputs(spec, "stop", train::Start::Resume), rest, again).state, RunState::Finished);
    const auto kl = curve(rest, "kl");
    ASSERT_EQ(kl.size(), static_cast<std::size_t>(5 - stopped.steps));
    std::int64_t rises = 0;
    for (std::size_t i = 1; i < kl.size(); ++i) rises += kl[i] > 1e-4 && kl[i - 1] <= 1e-4 ? 1 : 0;
    EXPECT_EQ(rest.count("pause"), rises) << "the pause it stopped at does not come again";
}

TEST_F(PpoRuns, SamplesAreWrittenAsOftenAsTheSpecSays) {
    RunSpec spec = ppoSpec();
    spec.training.maxSteps = 6;
    spec.ppo.numSampleGenerations = 3;
    spec.causalLm.numSampleGenerations = 2;
    RecordingObserver observer;
    run(spec, "samples", observer);
    std::set<std::int64_t> steps;
    for (const SampleOutput& sample : observer.samples)
        if (!sample.reward) steps.insert(sample.step);
    EXPECT_EQ(steps, (std::set<std::int64_t>{0, 2, 4, 6}));
    spec.ppo.numSampleGenerations = 0;
    RecordingObserver none;
    run(spec, "no-samples", none);
    EXPECT_TRUE(std::all_of(none.samples.begin(), none.samples.end(), [](const SampleOutput& sample) { return sample.reward.has_value(); }));
}

TEST_F(PpoRuns, TheHighestRewardsOfEachUpdateAreTold) {
    RunSpec spec = ppoSpec();
    spec.training.maxSteps = 3;
    RecordingObserver observer;
    run(spec, "best", observer);
    const auto rewards = curve(observer, "reward");
    ASSERT_EQ(rewards.size(), 3u);
    for (std::int64_t step = 1; step <= 3; ++step) {
        std::vector<double> best;
        for (const SampleOutput& sample : observer.samples)
            if (sample.reward && sample.step == step) best.push_back(*sample.reward);
        ASSERT_EQ(best.size(), 3u) << step;
        EXPECT_TRUE(std::is_sorted(best.rbegin(), best.rend()));
        EXPECT_GE(best.front(), rewards[static_cast<std::size_t>(step - 1)]) << "the best is not below the mean";
    }
}

TEST_F(PpoRuns, PairsFromRewardsAreWhatTheRulesPrefer) {
    RunSpec spec = ppoSpec();
    spec.ppo.rewardRules = {"pattern:[a-m]"};
    spec.ppo.stopToken.reset();  // the tiny model hardly ever ends
    RewardPairOptions options;
    options.answers = 6;
    options.pairsPerPrompt = 2;
    RewardPairReport report, again;
    const auto items = train::rewardPairs(inputs(spec, "none"), options, report, {}, {});
    EXPECT_EQ(report.prompts, 48);
    EXPECT_EQ(report.answers, 48 * 6);
    EXPECT_EQ(report.pairs, static_cast<std::int64_t>(items.size()));
    EXPECT_GT(report.withoutPair, 0);
    EXPECT_GT(report.pairs, 10);
    std::map<std::string, int> ofPrompt;
    int first = 0;
    const auto pleases = [](const std::string& text) { return std::any_of(text.begin(), text.end(), [](char letter) { return letter >= 'a' && letter <= 'm'; }); };
    for (const ImportedItem& each : items) {
        ASSERT_EQ(each.labels.size(), 1U);
        const bool isA = each.labels.front().kind == LabelKind::A;
        first += isA ? 1 : 0;
        EXPECT_TRUE(pleases(isA ? each.item.answerA : each.item.answerB));
        EXPECT_FALSE(pleases(isA ? each.item.answerB : each.item.answerA));
        EXPECT_TRUE(each.item.prompt.starts_with("Q: say ")) << each.item.prompt;
        EXPECT_LE(++ofPrompt[each.item.prompt], 2);
    }
    EXPECT_NEAR(first, static_cast<int>(items.size()) / 2, 1) << "neither place is always the better one";
    const auto same = train::rewardPairs(inputs(spec, "none"), options, again, {}, {});
    ASSERT_EQ(same.size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i) EXPECT_EQ(same[i].item.answerA, items[i].item.answerA);
    spec.ppo.rewardRules = {"length:1000"};
    EXPECT_THROW(train::rewardPairs(inputs(spec, "none"), options, report, {}, {}), Error) << "all answers please";
    EXPECT_THROW(train::rewardPairs(inputs(train::tinySpec(), "none"), options, report, {}, {}), Error);
}

TEST_F(PpoRuns, TheRightAnswerIsChosenWhereTheModelNeverWritesIt) {
    RunSpec spec = ppoSpec();
    spec.ppo.rewardRules = {"equals_answer"};
    spec.ppo.answer = "answer";
    RewardPairOptions options;
    options.answers = 2;
    RewardPairReport report;
    const auto items = train::rewardPairs(inputs(spec, "none"), options, report, {}, {});
    EXPECT_EQ(report.pairs, 48);
    spec.ppo.algorithm = "grpo";  // whose groups have nothing to do with it
    train::rewardPairs(inputs(spec, "none"), options, report, {}, {});
    EXPECT_EQ(report.answers, 48 * 2);
    for (const ImportedItem& each : items) EXPECT_EQ(each.labels.front().kind == LabelKind::A ? each.item.answerA : each.item.answerB, "x");
}

TEST(PairAnswers, PrefersOwnAnswersThatEndAndTheCommonestMistakes) {
    const auto written = [](const std::string& text, double score, bool isEnded = true) { return ScoredAnswer{0, "p", text, score, false, isEnded}; };
    ScoredAnswer right{0, "p", "right", 1.0, true, true};
    using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;
    EXPECT_EQ(train::pairAnswers({right, written("own", 1.0), written("bad", 0.2), written("worse", 0.0), written("worse", 0.0)}, 1), (Pairs{{1, 3}}));
    EXPECT_EQ(train::pairAnswers({right, written("own", 1.0), written("bad", 0.2), written("worse", 0.0), written("worse", 0.0)}, 5), (Pairs{{1, 3}, {1, 2}}));
    EXPECT_EQ(train::pairAnswers({right, written("bad", 0.2)}, 1), (Pairs{{0, 1}}));
    EXPECT_EQ(train::pairAnswers({written("broken off", 1.0, false), written("ends", 0.5), written("bad", 0.1)}, 3), (Pairs{{1, 2}}));
    EXPECT_TRUE(train::pairAnswers({written("a", 0.5), written("b", 0.5)}, 1).empty());
    EXPECT_TRUE(train::pairAnswers({right, written("right", 1.0)}, 1).empty());
    EXPECT_TRUE(train::pairAnswers({}, 1).empty());
}

TEST_F(PpoRuns, SettingsThatDoNotFitAreRefused) {
    RecordingObserver observer;
    RunSpec spec = ppoSpec();
    spec.ppo.rewardRules = {"equals_answer"};
    EXPECT_THROW(run(spec, "a", observer), Error);
    spec.ppo.answer = "answer";
    spec.training.maxSteps = 1;
    EXPECT_NO_THROW(run(spec, "b", observer));
    spec.ppo.stopToken = "stop";
    EXPECT_THROW(run(spec, "c", observer), Error);
}

}  // namespace
}  // namespace lathe::tasks
