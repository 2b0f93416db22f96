// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <cmath>
#include <iostream>
#include <thread>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "data/scratch.h"
#include "workspace/database.h"
#include "workspace/workspace.h"

namespace lathe::workspace {
namespace {

using lathe::testing::Scratch;
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

DatasetVersion versionOf(const Workspace& workspace, const std::string& name, const std::string& how, const std::string& fingerprint) {
    DatasetVersion version;
    version.dataset = name;
    version.rows = 10;
    version.columns = {"id", "text, with comma"};
    version.file = workspace.newDatasetFile();
    version.source = "/somewhere/films.csv";
    version.howMade = how;
    version.fingerprint = fingerprint;
    return version;
}

MetricPoint pointOf(std::int64_t step, double loss) {
    MetricPoint point;
    point.step = step;
    point.split = "train";
    point.epoch = static_cast<double>(step) / 100;
    point.values = {{"loss", loss}, {"learning_rate", 5e-5}};
    return point;
}

RunRecord runOf(const std::string& id, RunState state) {
    RunRecord run;
    run.id = run.name = id;
    run.task = "causal-lm";
    run.specJson = "{}";
    run.state = state;
    run.created = utcNow();
    return run;
}

TEST(Workspace, DatasetsHaveAHistoryThatCanBeUndone) {
    Scratch scratch;
    Workspace workspace(scratch.path("w"));
    EXPECT_EQ(workspace.addVersion(versionOf(workspace, "films", "import", "f1")).version, 1);
    EXPECT_EQ(workspace.addVersion(versionOf(workspace, "films", "dedup 0.90", "f2")).version, 2);
    EXPECT_EQ(workspace.dataset("films").howMade, "dedup 0.90");
    EXPECT_EQ(workspace.dataset("films").columns, (std::vector<std::string>{"id", "text, with comma"}));
    EXPECT_EQ(workspace.versions("films").size(), 2u);
    workspace.undoVersion("films");
    EXPECT_EQ(workspace.dataset("films").fingerprint, "f1");
    EXPECT_THROW(workspace.undoVersion("films"), Error);
    // A run that used the undone version still finds it by its fingerprint.
    ASSERT_TRUE(workspace.datasetByFingerprint("f2").has_value());
    EXPECT_FALSE(workspace.datasetByFingerprint("f9").has_value());
    EXPECT_THROW(workspace.dataset("songs"), Error);
}

TEST(Workspace, ARemovedDatasetComesBackAndItsNameCanBeUsedMeanwhile) {
    Scratch scratch;
    Workspace workspace(scratch.path("w"));
    workspace.addVersion(versionOf(workspace, "films", "import", "f1"));
    workspace.removeDataset("films");
    EXPECT_TRUE(workspace.datasets().empty());
    workspace.restoreDataset("films");
    EXPECT_EQ(workspace.dataset("films").fingerprint, "f1");
    workspace.removeDataset("films");
    workspace.addVersion(versionOf(workspace, "films", "import", "other"));
    EXPECT_EQ(workspace.versions("films").size(), 1u);
    EXPECT_EQ(workspace.dataset("films").fingerprint, "other");
}

TEST(Workspace, EverythingIsThereAfterReopening) {
    Scratch scratch;
    {
        Workspace workspace(scratch.path("w"));
        workspace.setSetting("theme", "dark");
        workspace.addModel({"mine", "/models/mine"});
        workspace.addVersion(versionOf(workspace, "films", "import", "f1"));
        workspace.saveRun(runOf("r", RunState::Finished));
        workspace.addPoint("r", pointOf(1, 2.5));
        workspace.addLog("r", LogLevel::Warning, "slow");
    }
    Workspace workspace(scratch.path("w"));
    EXPECT_EQ(workspace.setting("theme"), "dark");
    EXPECT_EQ(workspace.setting("none"), "");
    ASSERT_EQ(workspace.addedModels().size(), 1u);
    EXPECT_EQ(workspace.dataset("films").rows, 10);
    EXPECT_EQ(workspace.run("r").state, RunState::Finished);
    ASSERT_EQ(workspace.points("r").size(), 1u);
    EXPECT_DOUBLE_EQ(workspace.points("r")[0].values.at("loss"), 2.5);
    EXPECT_EQ(workspace.logs("r").at(0).sentence, "slow");
}

TEST(Workspace, OneOfTheFirstFormatIsTakenOverWithAllThatIsInIt) {
    Scratch scratch;
    const SampleOutput plain{1, 0.5, "prompt", "expected", "text", {}};
    {
        Workspace workspace(scratch.path("w"));
        workspace.addSample("r", plain);
    }
    {
        Database before(scratch.path("w") / "lathe.sqlite", OpenMode::ReadWrite, scratch.path("none"));
        before.execute("ALTER TABLE run_samples DROP COLUMN reward; PRAGMA user_version=1;");
    }
    Workspace workspace(scratch.path("w"));
    SampleOutput drawn = plain;
    drawn.reward = 0.75;
    workspace.addSample("r", drawn);
    const auto samples = workspace.samples("r");
    ASSERT_EQ(samples.size(), 2u);
    EXPECT_EQ(samples[0].text, "text");
    EXPECT_FALSE(samples[0].reward.has_value());
    EXPECT_EQ(samples[1].reward, 0.75);
}

TEST(Workspace, AWaitingRunStillWaitsAfterReopeningAndAWorkingOneWasInterrupted) {
    Scratch scratch;
    {
        Workspace workspace(scratch.path("w"));
        workspace.saveRun(runOf("waits", RunState::Queued));
        workspace.saveRun(runOf("worked", RunState::Preparing));
    }
    const Workspace workspace(scratch.path("w"));
    EXPECT_EQ(workspace.run("waits").state, RunState::Queued);
    EXPECT_EQ(workspace.run("worked").state, RunState::Interrupted);
}

TEST(Workspace, NonFiniteValuesStayVisible) {
    Scratch scratch;
    Workspace workspace(scratch.path("w"));
    MetricPoint point = pointOf(3, std::nan(""));
    point.values["grad_norm"] = INFINITY;
    point.isFinite = false;
    workspace.addPoint("r", point);
    const auto points = workspace.points("r");
    ASSERT_EQ(points.size(), 1u);
    EXPECT_FALSE(points[0].isFinite);
    EXPECT_TRUE(std::isnan(points[0].values.at("loss")));
    EXPECT_TRUE(std::isinf(points[0].values.at("grad_norm")));
}

TEST(Workspace, GoingBackToACheckpointDropsWhatCameAfter) {
    Scratch scratch;
    Workspace workspace(scratch.path("w"));
    for (int step = 1; step <= 10; ++step) workspace.addPoint("r", pointOf(step, 1.0));
    workspace.addPoint("other", pointOf(9, 1.0));
    workspace.dropAfterStep("r", 6);
    EXPECT_EQ(workspace.points("r").size(), 6u);
    EXPECT_EQ(workspace.points("other").size(), 1u);
}

TEST(Workspace, AMillionPointsAreQueuedWithoutWaitingAndReadFast) {
    Scratch scratch;
    Workspace workspace(scratch.path("w"));
    constexpr std::int64_t kPoints = 1'000'000;
    double slowest = 0;
    const auto start = Clock::now();
    for (std::int64_t step = 0; step < kPoints; ++step) {
        const auto one = Clock::now();
        workspace.addPoint("r", pointOf(step, 1.0 / static_cast<double>(step + 1)));
        slowest = std::max(slowest, secondsSince(one));
    }
    const double queued = secondsSince(start);
    workspace.flush();
    const double written = secondsSince(start);
    const auto reading = Clock::now();
    const auto points = workspace.points("r");
    std::cout << "queued in " << queued << " s (slowest " << slowest * 1'000 << " ms), written in " << written << " s, read in " << secondsSince(reading) << " s\n";
    ASSERT_EQ(points.size(), static_cast<std::size_t>(kPoints));
    EXPECT_EQ(points.back().step, kPoints - 1);
    EXPECT_LT(slowest, 1.0);
}

TEST(Workspace, QueuedPointsReachTheFileWithinASecond) {
    Scratch scratch;
    Workspace workspace(scratch.path("w"));
    workspace.addPoint("r", pointOf(1, 1.0));
    // A second connection of this process sees what is committed; the lock makes it read-only.
    Workspace other(scratch.path("w"));
    EXPECT_TRUE(other.isReadOnly());
    const auto start = Clock::now();
    while (other.points("r").empty() && secondsSince(start) < 5) std::this_thread::yield();
    EXPECT_EQ(other.points("r").size(), 1u);
    EXPECT_LT(secondsSince(start), 2.0);
}

TEST(Workspace, ManyThreadsMayUseItAtOnce) {
    Scratch scratch;
    Workspace workspace(scratch.path("w"));
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&workspace, t] {
                for (int i = 0; i < 200; ++i) {
                    workspace.addPoint("r" + std::to_string(t), pointOf(i, 1.0));
                    if (i % 20 == 0) workspace.setSetting("k" + std::to_string(t), std::to_string(i));
                    if (i % 50 == 0) workspace.points("r0");
                }
            });
        }
    }
    for (int t = 0; t < 4; ++t) {
        EXPECT_EQ(workspace.points("r" + std::to_string(t)).size(), 200u);
        EXPECT_EQ(workspace.setting("k" + std::to_string(t)), "180");
    }
}

TEST(Workspace, EmbeddingsAreFoundByModelAndKey) {
    Scratch scratch;
    Workspace workspace(scratch.path("w"));
    const std::vector<std::string> keys{"a", "b"};
    const std::vector<std::vector<float>> vectors{{1, 2, 3}, {4, 5, 6}};
    workspace.addEmbeddings("m", keys, vectors);
    const std::vector<std::string> asked{"b", "c", "a"};
    const auto found = workspace.embeddings("m", asked);
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0], vectors[1]);
    EXPECT_TRUE(found[1].empty());
    EXPECT_EQ(found[2], vectors[0]);
    EXPECT_TRUE(workspace.embeddings("other", asked)[0].empty());
}

}  // namespace
}  // namespace lathe::workspace
