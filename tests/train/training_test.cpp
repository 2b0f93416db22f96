// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/json.h"
#include "models/loader.h"
#include "tensor/bf16_speed.h"
#include "train/checkpoints.h"
#include "train/run_files.h"
#include "train/tiny_run.h"

namespace lathe::train {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// One tiny model and table, any number of runs.
class Training : public testing::Test {
protected:
    void SetUp() override { writeTinyModel(model(), 0.0); }

    fs::path model() const { return folder_.path() / "model"; }
    fs::path output(const std::string& name) const { return folder_.path() / name; }
    RunInputs inputs(const RunSpec& spec, const std::string& name, Start start = Start::Fresh) const {
        RunInputs made;
        made.spec = spec;
        made.table = tinyTable(40);
        made.model = model();
        made.output = output(name);
        made.start = start;
        return made;
    }
    RunResult run(const RunSpec& spec, const std::string& name, RecordingObserver& observer, Start start = Start::Fresh) {
        RunControl control;
        return train(inputs(spec, name, start), observer, control);
    }
    RunResult run(const RunSpec& spec, const std::string& name) {
        RecordingObserver observer;
        return run(spec, name, observer);
    }
    /// Runs until `step` is measured, then stops.
    RunResult runUntil(const RunSpec& spec, const std::string& name, std::int64_t step, RecordingObserver& observer, Start start = Start::Fresh) {
        RunControl control;
        observer.onMeasured = [&](const MetricPoint& point) {
            if (point.step == step && point.split == "train") control.stop();
        };
        const auto result = train(inputs(spec, name, start), observer, control);
        observer.onMeasured = nullptr;
        return result;
    }

    TemporaryFolder folder_;
};

void expectNear(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance * std::abs(b[i])) << "step " << i + 1;
}

TEST_F(Training, LearnsAndLeavesWhatItPromises) {
    RecordingObserver observer;
    auto spec = tinySpec();
    spec.training.numTrainEpochs = 6;
    spec.causalLm.numSampleGenerations = 2;
    spec.causalLm.sampleMaxNewTokens = 4;
    const auto result = run(spec, "a", observer);
    EXPECT_EQ(result.state, RunState::Finished);
    EXPECT_EQ(result.steps, 48);
    const auto losses = observer.losses();
    ASSERT_EQ(losses.size(), 48U);
    EXPECT_LT(losses.back(), losses.front() * 0.8);
    EXPECT_EQ(observer.samples.size(), 14U);  // before training and after each of six epochs
    EXPECT_EQ(observer.samples.front().step, 0);
    EXPECT_EQ(observer.samples.front().prompt.back(), ':');
    for (const char* name : {"run.json", "metrics.jsonl", "log.txt", "best/config.json", "best/model.safetensors", "best/tokenizer.json"}) {
        EXPECT_TRUE(fs::exists(output("a") / name)) << name;
    }
    EXPECT_FALSE(fs::exists(output("a") / "best/optimizer.safetensors"));
    EXPECT_EQ(findCheckpoints(output("a")).size(), 3U);  // save_total_limit
    std::ifstream lines(output("a") / "metrics.jsonl");
    std::string line;
    std::int64_t count = 0;
    while (std::getline(lines, line)) {
        const auto point = base::parseJson(line, "metrics.jsonl");
        EXPECT_TRUE(point.contains("step") && point.contains("epoch") && point.contains("loss") && point.contains("tokens") && point.contains("seconds")) << line;
        ++count;
    }
    EXPECT_EQ(count, 48 + 6);
    RunControl control;
    auto measured = inputs(spec, "unused");
    measured.model = output("a") / "best";
    EXPECT_NEAR(evaluate(measured, "validation").values.at("loss"), result.bestMetric, 1e-5);
    EXPECT_THROW(run(spec, "a"), Error);  // a second fresh run must not overwrite the first
}

TEST_F(Training, WhatWasMeasuredIsReadBackFromTheFolder) {
    RecordingObserver observer;
    auto spec = tinySpec();
    spec.causalLm.numSampleGenerations = 1;
    spec.causalLm.sampleMaxNewTokens = 4;
    ASSERT_EQ(run(spec, "a", observer).state, RunState::Finished);
    const auto points = readPoints(output("a"));
    ASSERT_EQ(points.size(), observer.points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_EQ(points[i].step, observer.points[i].step);
        EXPECT_EQ(points[i].split, observer.points[i].split);
        EXPECT_EQ(points[i].tokens, observer.points[i].tokens);
        EXPECT_EQ(points[i].values, observer.points[i].values);
    }
    ASSERT_FALSE(observer.samples.empty());
    const auto samples = readSamples(output("a"));
    ASSERT_EQ(samples.size(), observer.samples.size());
    EXPECT_EQ(samples.back().text, observer.samples.back().text);
    // A continued run writes what came after its checkpoint once more, with the same bits.
    std::string written = base::readFile(output("a") / "samples.jsonl");
    const auto lastLine = written.rfind('\n', written.size() - 2) + 1;
    base::writeFileAtomically(output("a") / "samples.jsonl", written + written.substr(lastLine));
    EXPECT_EQ(readSamples(output("a")).size(), samples.size());
    // A kill in the middle of a line costs that line only.
    fs::resize_file(output("a") / "metrics.jsonl", fs::file_size(output("a") / "metrics.jsonl") - 7);
    EXPECT_EQ(readPoints(output("a")).size(), points.size() - 1);
    EXPECT_TRUE(readPoints(output("none")).empty());
}

TEST_F(Training, AccumulationEqualsABiggerBatch) {
    auto whole = tinySpec();
    whole.training.perDeviceTrainBatchSize = 8;
    auto parts = whole;
    parts.training.perDeviceTrainBatchSize = 4;
    parts.training.gradientAccumulationSteps = 2;
    RecordingObserver first, second;
    run(whole, "whole", first);
    run(parts, "parts", second);
    expectNear(second.losses(), first.losses(), 1e-5);
    const auto a = models::loadModel(output("whole") / "best"), b = models::loadModel(output("parts") / "best");
    for (std::size_t i = 0; i < a.model->parameters().size(); ++i) {
        const auto difference = (a.model->parameters()[i].value - b.model->parameters()[i].value).abs().max().item<double>();
        EXPECT_LT(difference, 2e-5) << a.model->parameters()[i].name;
    }
}

TEST_F(Training, EveryLayoutOfABatchLearnsTheSame) {
    auto spec = tinySpec();
    RecordingObserver packed, dynamic, fixed, recomputed;
    run(spec, "packed", packed);
    spec.training.padding = "dynamic";
    run(spec, "dynamic", dynamic);
    spec.training.padding = "max_length";
    run(spec, "fixed", fixed);
    spec.training.padding = "packed";
    spec.training.gradientCheckpointing = true;
    run(spec, "recomputed", recomputed);
    expectNear(dynamic.losses(), packed.losses(), 1e-4);
    expectNear(fixed.losses(), packed.losses(), 1e-4);
    expectNear(recomputed.losses(), packed.losses(), 1e-5);
}

struct ResumeCase {
    const char* name;
    std::int64_t stopAt;
    void (*change)(RunSpec&);
};

class Resume : public Training, public testing::WithParamInterface<ResumeCase> {
protected:
    void SetUp() override { writeTinyModel(model(), 0.1); }
};

TEST_P(Resume, GivesTheSameWeightsAndLossesAsAnUnbrokenRun) {
    auto spec = tinySpec();
    spec.training.numTrainEpochs = 3;
    spec.training.perDeviceTrainBatchSize = 2;
    spec.training.gradientAccumulationSteps = 3;
    spec.training.lrSchedulerType = "cosine";
    spec.training.warmupSteps = 3;
    spec.training.weightDecay = 0.01;
    GetParam().change(spec);
    RecordingObserver whole, first, second;
    const auto unbroken = run(spec, "whole", whole);
    const auto stopped = runUntil(spec, "broken", GetParam().stopAt, first);
    ASSERT_EQ(stopped.state, RunState::Stopped);
    ASSERT_EQ(stopped.steps, GetParam().stopAt);
    const auto finished = run(spec, "broken", second, Start::Resume);
    EXPECT_EQ(finished.state, RunState::Finished);
    EXPECT_EQ(finished.steps, unbroken.steps);
    EXPECT_EQ(second.count("resume"), 1);
    auto losses = first.losses();
    const auto rest = second.losses();
    losses.insert(losses.end(), rest.begin(), rest.end());
    EXPECT_EQ(losses, whole.losses());
    EXPECT_EQ(finished.bestMetric, unbroken.bestMetric);
    EXPECT_EQ(weightsHash(output("broken") / "best"), weightsHash(output("whole") / "best"));
    EXPECT_EQ(weightsHash(finished.lastCheckpoint), weightsHash(unbroken.lastCheckpoint));
    const auto lines = [](const fs::path& file) {
        const auto text = base::readFile(file);
        return std::count(text.begin(), text.end(), '\n');
    };
    EXPECT_EQ(lines(output("broken") / "metrics.jsonl"), lines(output("whole") / "metrics.jsonl"));
}

INSTANTIATE_TEST_SUITE_P(Points, Resume,
                         testing::Values(ResumeCase{"FirstStep", 1, [](RunSpec&) {}}, ResumeCase{"MidEpoch", 4, [](RunSpec&) {}},
                                         ResumeCase{"BeforeEpochEnd", 5, [](RunSpec&) {}}, ResumeCase{"AtEpochEnd", 6, [](RunSpec&) {}},
                                         ResumeCase{"AfterEpochEnd", 7, [](RunSpec&) {}}, ResumeCase{"LastButOne", 17, [](RunSpec&) {}},
                                         ResumeCase{"Bf16", 8, [](RunSpec& spec) { spec.training.precision = "bf16"; }},
                                         ResumeCase{"Lora", 8, [](RunSpec& spec) { spec.trainable.mode = "lora"; spec.trainable.lora.dropout = 0.1; }},
                                         ResumeCase{"FrozenPrefix", 8, [](RunSpec& spec) { spec.trainable.mode = "last_layers"; spec.trainable.lastLayers = 1; }},
                                         ResumeCase{"Plateau", 8, [](RunSpec& spec) { spec.training.lrSchedulerType = "reduce_lr_on_plateau"; }},
                                         ResumeCase{"Grouped", 9, [](RunSpec& spec) { spec.training.trainSamplingStrategy = "group_by_length"; }}),
                         [](const auto& test) { return std::string(test.param.name); });

/// The checkpoint of a machine whose `auto` is another precision.
TEST_F(Training, ARunThatLeftThePrecisionToAnotherMachineKeepsIt) {
    auto spec = tinySpec();
    spec.training.precision = tensor::isBf16Faster() ? "f32" : "bf16";
    RecordingObserver first, second;
    const auto unbroken = run(spec, "whole");
    const auto stopped = runUntil(spec, "moved", 3, first);
    const auto edit = [&](const char* name, const auto& change) {
        const auto file = stopped.lastCheckpoint / name;
        auto json = base::Json::parse(base::readFile(file));
        change(json);
        std::ofstream(file) << json.dump();
        return file;
    };
    const auto state = edit("trainer_state.json", [](auto& json) { json["spec"]["training"]["precision"] = "auto"; });
    edit("manifest.json", [&](auto& json) { json["files"]["trainer_state.json"] = {{"bytes", fs::file_size(state)}, {"sha256", base::sha256File(state)}}; });
    const std::string precision = spec.training.precision;
    spec.training.precision = "auto";
    const auto finished = run(spec, "moved", second, Start::Resume);
    EXPECT_EQ(finished.state, RunState::Finished);
    EXPECT_THAT(second.sentences, testing::Contains(HasSubstr("Precision " + precision + " as before")));
    EXPECT_EQ(weightsHash(finished.lastCheckpoint), weightsHash(unbroken.lastCheckpoint));
}

TEST_F(Training, AKilledRunGoesOnFromItsLastCheckpointToTheSameBits) {
    auto spec = tinySpec();
    spec.training.saveStrategy = "steps";
    spec.training.saveSteps = 3;
    spec.training.loadBestModelAtEnd = false;
    RecordingObserver whole, first, second;
    run(spec, "whole", whole);
    runUntil(spec, "killed", 8, first);
    // What kill -9 in step 8 leaves: no checkpoint of that step, a half-written folder, more metrics than the checkpoint knows.
    fs::remove_all(output("killed") / "checkpoints/checkpoint-8");
    fs::create_directories(output("killed") / "checkpoints/checkpoint-9.tmp");
    std::ofstream(output("killed") / "checkpoints/checkpoint-9.tmp/model.safetensors") << "half";
    const auto finished = run(spec, "killed", second, Start::Resume);
    EXPECT_EQ(second.losses().size(), 10U);
    EXPECT_EQ(weightsHash(finished.bestModel), weightsHash(output("whole") / "best"));
    EXPECT_FALSE(fs::exists(output("killed") / "checkpoints/checkpoint-9.tmp"));
}

TEST_F(Training, DamagedCheckpointIsNamedAndTheOneBeforeServes) {
    auto spec = tinySpec();
    spec.training.saveStrategy = "steps";
    spec.training.saveSteps = 2;
    RecordingObserver first, second;
    runUntil(spec, "a", 6, first);
    auto found = findCheckpoints(output("a"));
    ASSERT_GE(found.size(), 2U);
    const auto victim = found.back().path / "optimizer.safetensors";
    std::string bytes = base::readFile(victim);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    std::ofstream(victim, std::ios::binary) << bytes;
    EXPECT_TRUE(findDamage(found.back().path).has_value());
    const auto result = run(spec, "a", second, Start::Resume);
    EXPECT_EQ(result.state, RunState::Finished);
    EXPECT_EQ(second.points.front().step, found[found.size() - 2].step + 1);
    EXPECT_THAT(second.sentences, testing::Contains(AllOf(HasSubstr("checkpoint-6"), HasSubstr("optimizer.safetensors"))));
}

TEST_F(Training, EveryKindOfDamageIsFound) {
    const auto spec = tinySpec();
    run(spec, "a");
    const auto whole = findCheckpoints(output("a")).back().path;
    ASSERT_FALSE(findDamage(whole).has_value());
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(whole)) files.push_back(entry.path().filename());
    for (const auto& name : files) {
        const auto copy = folder_.path() / "copy";
        for (const bool isDeleted : {true, false}) {
            fs::remove_all(copy);
            fs::copy(whole, copy);
            if (isDeleted) fs::remove(copy / name);
            else fs::resize_file(copy / name, fs::file_size(copy / name) - 2);
            EXPECT_TRUE(findDamage(copy).has_value()) << name;
        }
    }
}

TEST_F(Training, AChangedRunIsNotContinued) {
    auto spec = tinySpec();
    RecordingObserver observer;
    runUntil(spec, "a", 3, observer);
    auto changed = spec;
    changed.training.learningRate = 5e-3;
    RunControl control;
    try {
        train(inputs(changed, "a", Start::Resume), observer, control);
        FAIL() << "a changed learning rate went unnoticed";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
        EXPECT_THAT(error.what(), HasSubstr("training.learning_rate"));
    }
    auto other = inputs(spec, "a", Start::Resume);
    other.table = tinyTable(41);
    EXPECT_THROW(train(other, observer, control), Error);
    spec.name = "renamed";
    EXPECT_EQ(run(spec, "a", observer, Start::Resume).state, RunState::Finished);
}

TEST_F(Training, StepsThatAreNotFiniteAreSkippedAndThreePauseTheRun) {
    auto spec = tinySpec();
    spec.training.learningRate = 1e30;
    spec.training.maxGradNorm = 0;
    spec.training.lrSchedulerType = "constant";
    spec.training.evalStrategy = "no";
    spec.training.loadBestModelAtEnd = false;
    RecordingObserver observer;
    RunControl control;
    observer.onState = [&](RunState state) {
        if (state == RunState::Paused) control.stop();
    };
    const auto result = train(inputs(spec, "a"), observer, control);
    EXPECT_EQ(result.state, RunState::Stopped);
    EXPECT_EQ(result.skippedSteps, 3);
    EXPECT_EQ(observer.count("nonfinite"), 3);
    EXPECT_EQ(observer.count("pause"), 1);
    EXPECT_FALSE(observer.points.back().isFinite);
    EXPECT_THAT(base::readFile(output("a") / "metrics.jsonl"), HasSubstr("\"nonfinite\":true"));
    const auto kept = models::loadModel(result.lastCheckpoint);
    for (const auto& parameter : kept.model->parameters()) EXPECT_TRUE(torch::isfinite(parameter.value).all().item<bool>()) << parameter.name;
}

TEST_F(Training, EarlyStoppingEndsARunThatDoesNotImprove) {
    auto spec = tinySpec();
    spec.training.learningRate = 0;
    spec.training.numTrainEpochs = 20;
    spec.training.earlyStoppingPatience = 2;
    RecordingObserver observer;
    const auto result = run(spec, "a", observer);
    EXPECT_EQ(result.state, RunState::Finished);
    EXPECT_EQ(result.steps, 24);  // the first evaluation sets the mark, two more bring nothing
    EXPECT_EQ(observer.count("early_stop"), 1);
}

TEST_F(Training, PruningKeepsTheNewestAndTheBest) {
    auto spec = tinySpec();
    spec.training.numTrainEpochs = 5;
    spec.training.learningRate = 0.5;  // the first epoch ends best, then it only gets worse
    spec.training.saveTotalLimit = 2;
    const auto result = run(spec, "a");
    const auto found = listCheckpoints(output("a"));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].step, result.steps);
    EXPECT_EQ(std::count_if(found.begin(), found.end(), [](const auto& checkpoint) { return checkpoint.isBest; }), 1);
}

TEST_F(Training, PauseWaitsAndChangesNothing) {
    const auto spec = tinySpec();
    RecordingObserver plain, paused;
    run(spec, "plain", plain);
    RunControl control;
    paused.onMeasured = [&](const MetricPoint& point) {
        if (point.step == 5) control.pause();
    };
    paused.onState = [&](RunState state) {
        if (state == RunState::Paused) control.resume();
    };
    train(inputs(spec, "paused"), paused, control);
    EXPECT_EQ(paused.losses(), plain.losses());
    EXPECT_EQ(weightsHash(output("paused") / "best"), weightsHash(output("plain") / "best"));
}

TEST_F(Training, FrozenLayersComeFromTheCacheAndTheLossesStay) {
    auto spec = tinySpec();
    spec.trainable.mode = "last_layers";
    spec.trainable.lastLayers = 1;
    RecordingObserver cached, plain, mapped;
    run(spec, "cached", cached);
    EXPECT_THAT(cached.sentences, testing::Contains(HasSubstr("40 of 40 sequences came from the cache")));
    spec.training.cacheBudgetMib = 0;
    run(spec, "mapped", mapped);
    spec.training.cacheFrozenPrefix = false;
    run(spec, "plain", plain);
    expectNear(cached.losses(), plain.losses(), 1e-5);
    EXPECT_EQ(mapped.losses(), cached.losses());
    for (const auto& entry : fs::directory_iterator(output("mapped"))) EXPECT_FALSE(entry.path().string().ends_with(".tmp"));
}

TEST_F(Training, FrozenWeightsStayAsTheyWere) {
    auto spec = tinySpec();
    spec.trainable.mode = "last_layers";
    spec.trainable.lastLayers = 1;
    const auto result = run(spec, "a");
    const auto before = models::loadModel(model()), after = models::loadModel(result.bestModel);
    for (std::size_t i = 0; i < before.model->parameters().size(); ++i) {
        const auto& old = before.model->parameters()[i];
        EXPECT_EQ(torch::equal(old.value, after.model->parameters()[i].value), old.layer < 2) << old.name;
    }
}

TEST_F(Training, Bf16FollowsF32AndKeepsF32Weights) {
    auto spec = tinySpec();
    RecordingObserver wide, half;
    run(spec, "f32", wide);
    spec.training.precision = "bf16";
    run(spec, "bf16", half);
    expectNear(half.losses(), wide.losses(), 2e-2);
    const auto saved = models::loadModel(output("bf16") / "best");
    const auto& weight = saved.model->parameters().front().value;
    EXPECT_FALSE(torch::equal(weight, weight.to(torch::kBFloat16).to(torch::kFloat32)));
}

TEST_F(Training, LoraSavesAnAdapterThatLoads) {
    auto spec = tinySpec();
    spec.trainable.mode = "lora";
    spec.training.learningRate = 1e-2;
    RecordingObserver observer;
    const auto result = run(spec, "a", observer);
    EXPECT_TRUE(fs::exists(result.bestModel / "adapter_config.json"));
    EXPECT_FALSE(fs::exists(result.bestModel / "model.safetensors"));
    auto measured = inputs(spec, "unused");
    measured.model = result.bestModel;
    EXPECT_NEAR(evaluate(measured, "validation").values.at("loss"), result.bestMetric, 1e-5);
    EXPECT_LT(observer.losses().back(), observer.losses().front());
}

TEST_F(Training, StepAndBestStrategiesSaveWhenTheySay) {
    auto spec = tinySpec();
    spec.training.evalStrategy = "steps";
    spec.training.evalSteps = 4;
    spec.training.saveStrategy = "best";
    spec.training.saveTotalLimit.reset();
    RecordingObserver observer;
    run(spec, "a", observer);
    const auto evaluations = std::count_if(observer.points.begin(), observer.points.end(), [](const auto& point) { return point.split == "validation"; });
    EXPECT_EQ(evaluations, 4);
    EXPECT_EQ(observer.count("checkpoint"), observer.count("best"));
    spec.training.saveStrategy = "no";
    const auto result = run(spec, "b");
    EXPECT_TRUE(result.lastCheckpoint.empty());
    EXPECT_TRUE(fs::exists(output("b") / "best/model.safetensors"));
}

TEST_F(Training, BadInputIsExplained) {
    RecordingObserver observer;
    RunControl control;
    const auto sentenceOf = [&](const RunInputs& made) -> std::string {
        try {
            train(made, observer, control);
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    };
    auto spec = tinySpec();
    spec.dataset.textTemplate = "{Question} {Nothing}";
    EXPECT_THAT(sentenceOf(inputs(spec, "a")), HasSubstr("Nothing"));
    spec = tinySpec();
    spec.training.metricForBestModel = "bleu";
    EXPECT_THAT(sentenceOf(inputs(spec, "b")), AllOf(HasSubstr("bleu"), HasSubstr("perplexity")));
    spec = tinySpec();
    auto missing = inputs(spec, "c");
    missing.model = folder_.path() / "nowhere";
    EXPECT_THAT(sentenceOf(missing), HasSubstr("nowhere"));
    auto blocked = inputs(spec, "d");
    std::ofstream(folder_.path() / "file") << "x";
    blocked.output = folder_.path() / "file" / "out";
    EXPECT_THAT(sentenceOf(blocked), HasSubstr("file"));
    auto empty = inputs(spec, "e");
    empty.table = tinyTable(0);
    EXPECT_THAT(sentenceOf(empty), HasSubstr("no rows"));
    spec.dataset.maxLength = 500;
    spec.dataset.textTemplate = "Q: {Question} {Question} {Question} {Question} {Question} {Question} {Question} {Question} {Question} {Question} {Question} {Question} {Question} {Question} {Question} {Question} {Answer}";
    EXPECT_THAT(sentenceOf(inputs(spec, "f")), HasSubstr("dataset.max_length"));
}

}  // namespace
}  // namespace lathe::train
