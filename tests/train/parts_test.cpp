// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>
#include <set>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/files.h"
#include "tensor/bf16_speed.h"
#include "train/event_file.h"
#include "train/freezing.h"
#include "train/placement.h"
#include "train/setup.h"
#include "train/tiny_run.h"

namespace lathe::train {
namespace {

namespace fs = std::filesystem;

TEST(EventFile, ChecksumsAreThoseOfRfc3720) {
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
    EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
    EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
}

TEST(EventFile, RecordsCanBeReadBack) {
    const TemporaryFolder folder;
    {
        EventFile events(folder.path());
        events.addScalar("train/loss", 300, 1.5);
    }
    fs::path file;
    for (const auto& entry : fs::directory_iterator(folder.path())) file = entry.path();
    ASSERT_TRUE(file.filename().string().starts_with("events.out.tfevents."));
    const std::string bytes = base::readFile(file);
    std::vector<std::string> records;
    for (std::size_t at = 0; at < bytes.size();) {
        std::uint64_t length = 0;
        std::uint32_t lengthSum = 0, dataSum = 0;
        ASSERT_LE(at + 12, bytes.size());
        std::memcpy(&length, bytes.data() + at, 8);
        std::memcpy(&lengthSum, bytes.data() + at + 8, 4);
        ASSERT_EQ(lengthSum, maskedCrc32c({bytes.data() + at, 8}));
        ASSERT_LE(at + 16 + length, bytes.size());
        records.emplace_back(bytes, at + 12, length);
        std::memcpy(&dataSum, bytes.data() + at + 12 + length, 4);
        ASSERT_EQ(dataSum, maskedCrc32c(records.back()));
        at += 16 + length;
    }
    ASSERT_EQ(records.size(), 2U);
    EXPECT_NE(records[0].find("brain.Event:2"), std::string::npos);
    EXPECT_NE(records[1].find("train/loss"), std::string::npos);
    EXPECT_NE(records[1].find(std::string("\x10\xac\x02", 3)), std::string::npos);  // step 300 as varint in field 2
    EXPECT_NE(records[1].find(std::string("\x15\x00\x00\xc0\x3f", 5)), std::string::npos);  // 1.5f in field 2 of the value
}

TEST(Freezing, GlobsMatchWholeNames) {
    EXPECT_TRUE(matchesGlob("*", ""));
    EXPECT_TRUE(matchesGlob("model.layers.?.mlp.*", "model.layers.3.mlp.up_proj.weight"));
    EXPECT_FALSE(matchesGlob("model.layers.?.mlp.*", "model.layers.13.mlp.up_proj.weight"));
    EXPECT_TRUE(matchesGlob("*bias", "a.b.bias"));
    EXPECT_FALSE(matchesGlob("*bias", "a.bias.weight"));
    EXPECT_TRUE(matchesGlob("a**b*c", "axxbyyc"));
    EXPECT_FALSE(matchesGlob("", "a"));
    EXPECT_FALSE(matchesGlob(std::string(40, '*') + "x", std::string(10'000, 'a')));
}

struct Loaded {
    Loaded() {
        writeTinyModel(folder.path());
        loaded = models::loadModel(folder.path());
    }
    TemporaryFolder folder;
    models::LoadedModel loaded;
};

TEST(Freezing, LastLayersTrainTheEndAndNothingBelow) {
    Loaded model;
    TrainableSpec spec;
    spec.mode = "last_layers";
    spec.lastLayers = 2;
    const auto plan = applyFreezing(*model.loaded.model, spec, 1);
    EXPECT_EQ(plan.firstTrainableLayer, 1);
    for (const auto& parameter : model.loaded.model->parameters()) EXPECT_EQ(parameter.value.requires_grad(), parameter.layer >= 1) << parameter.name;
    spec.trainEmbeddings = true;
    EXPECT_EQ(applyFreezing(*model.loaded.model, spec, 1).firstTrainableLayer, -1);
}

TEST(Freezing, PatternsApplyInOrder) {
    Loaded model;
    TrainableSpec spec;
    spec.mode = "pattern";
    spec.freeze = {"*", "!*h.2.*", "*h.2.*bias"};
    const auto plan = applyFreezing(*model.loaded.model, spec, 1);
    EXPECT_EQ(plan.firstTrainableLayer, 2);
    for (const auto* parameter : plan.trainable) {
        EXPECT_NE(parameter->name.find("h.2."), std::string::npos);
        EXPECT_FALSE(parameter->name.ends_with("bias"));
    }
    spec.freeze = {"*"};
    EXPECT_THROW(applyFreezing(*model.loaded.model, spec, 1), Error);
    spec.freeze = {"nothing.like.this"};
    EXPECT_THROW(applyFreezing(*model.loaded.model, spec, 1), Error);
}

TEST(Freezing, LoraTrainsOnlyItsMatrices) {
    Loaded model;
    TrainableSpec spec;
    spec.mode = "lora";
    spec.lora.r = 2;
    const auto plan = applyFreezing(*model.loaded.model, spec, 1);
    EXPECT_EQ(plan.trainable.size(), model.loaded.model->adapterParameters().size());
    EXPECT_GT(plan.trainableCount, 0);
    EXPECT_LT(plan.trainableCount, plan.totalCount / 4);
}

TEST(Placement, Fp16NeedsCuda) {
    TrainingSpec training;
    training.device = "cpu";
    training.precision = "fp16";
    EXPECT_THROW(choosePlacement(training), Error);
    training.precision = "auto";
    EXPECT_EQ(choosePlacement(training).precision, tensor::isBf16Faster() ? "bf16" : "f32");
    training.device = "tpu";
    EXPECT_THROW(choosePlacement(training), Error);
}

TEST(Plan, CountsStepsAsTransformersDoes) {
    TrainingSpec training;
    training.perDeviceTrainBatchSize = 4;
    training.gradientAccumulationSteps = 3;
    training.numTrainEpochs = 2.5;
    const auto plan = planOf(training, 29);  // 8 batches, 3 updates an epoch, the last of 2 batches
    EXPECT_EQ(plan.stepsPerEpoch, 3);
    EXPECT_EQ(plan.totalSteps, 8);
    training.maxSteps = 5;
    EXPECT_EQ(planOf(training, 29).totalSteps, 5);
}

struct TaskFixture {
    TaskFixture() {
        writeTinyModel(folder.path() / "model");
        inputs.spec = tinySpec();
        inputs.table = tinyTable(57);
        inputs.model = folder.path() / "model";
        inputs.output = folder.path() / "out";
    }
    TemporaryFolder folder;
    RunInputs inputs;
};

TEST(Order, EveryEpochIsAPermutationAndDependsOnTheSeedOnly) {
    TaskFixture fixture;
    const auto task = makeTaskOf(fixture.inputs);
    task->prepare({}, {});
    EXPECT_EQ(task->train().size(), 45U);  // int(0.8 * 57)
    EXPECT_EQ(task->validation().size(), 12U);
    for (const char* strategy : {"random", "sequential", "group_by_length"}) {
        auto training = fixture.inputs.spec.training;
        training.trainSamplingStrategy = strategy;
        const auto first = epochOrder(*task, training, 0);
        const auto second = epochOrder(*task, training, 1);
        EXPECT_EQ(std::set<std::int64_t>(first.begin(), first.end()), std::set<std::int64_t>(task->train().begin(), task->train().end())) << strategy;
        EXPECT_EQ(first, epochOrder(*task, training, 0));
        EXPECT_EQ(first == second, std::string(strategy) == "sequential") << strategy;
    }
}

TEST(Split, GroupsStayOnOneSide) {
    TaskFixture fixture;
    fixture.inputs.spec.dataset.split.groupBy = "Group";
    const auto task = makeTaskOf(fixture.inputs);
    task->prepare({}, {});
    std::set<std::string_view> trained;
    for (const auto example : task->train()) trained.insert(fixture.inputs.table->cell(task->examples()[static_cast<std::size_t>(example)].row, 2));
    ASSERT_FALSE(task->validation().empty());
    for (const auto example : task->validation()) {
        EXPECT_FALSE(trained.contains(fixture.inputs.table->cell(task->examples()[static_cast<std::size_t>(example)].row, 2)));
    }
}

TEST(Look, ForecastChecksAndPreviewSpeakOfTheRealRows) {
    TaskFixture fixture;
    fixture.inputs.spec.training.padding = "dynamic";
    const auto seen = forecast(fixture.inputs, Probe::Yes);
    EXPECT_EQ(seen.trainRows, 45);
    EXPECT_EQ(seen.stepsPerEpoch, 12);
    EXPECT_EQ(seen.totalSteps, 24);
    EXPECT_EQ(seen.totalParameters, seen.trainableParameters);
    EXPECT_GT(seen.secondsPerEpoch, 0);
    ASSERT_EQ(seen.paddings.size(), 4U);
    EXPECT_DOUBLE_EQ(seen.paddings[0].wasteShare, 0);
    EXPECT_LE(seen.paddings[2].wasteShare, seen.paddings[1].wasteShare + 0.05);
    EXPECT_GT(seen.paddings[3].wasteShare, seen.paddings[1].wasteShare);
    for (const auto& finding : check(fixture.inputs)) EXPECT_NE(finding.level, CheckLevel::Blocking) << finding.sentence;
    const auto speaksOfSaving = [&] {
        const auto findings = check(fixture.inputs);
        return std::any_of(findings.begin(), findings.end(), [](const SpecCheck& finding) { return finding.param == "training.save_strategy"; });
    };
    EXPECT_FALSE(speaksOfSaving());
    fixture.inputs.spec.training.saveStrategy = "no";
    EXPECT_TRUE(speaksOfSaving());  // the best model is asked for, but never saved
    fixture.inputs.spec.training.loadBestModelAtEnd = false;
    EXPECT_FALSE(speaksOfSaving());
    const auto tokens = previewRow(fixture.inputs, 3);
    ASSERT_FALSE(tokens.empty());
    EXPECT_EQ(tokens.back().role, TokenRole::Eos);
    EXPECT_THROW(previewRow(fixture.inputs, 57), Error);
    fixture.inputs.spec.dataset.trainOn = "target";
    EXPECT_EQ(previewRow(fixture.inputs, 3).front().role, TokenRole::Prompt);
    fixture.inputs.spec.dataset.textTemplate = "{Missing}";
    const auto findings = check(fixture.inputs);
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings.front().level, CheckLevel::Blocking);
    EXPECT_NE(findings.front().sentence.find("Missing"), std::string::npos);
}

}  // namespace
}  // namespace lathe::train
