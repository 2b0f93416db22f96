// SPDX-License-Identifier: GPL-3.0-or-later
// Kills, second processes, full disks and damaged files. What was acknowledged must be there.
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <lathe/error.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/scratch.h"
#include "workspace/workspace.h"

namespace lathe::workspace {
namespace {

using lathe::testing::Scratch;

RunRecord runOf(const std::string& id, RunState state) {
    RunRecord run;
    run.id = run.name = id;
    run.specJson = "{}";
    run.state = state;
    run.created = utcNow();
    return run;
}

MetricPoint pointOf(std::int64_t step) {
    MetricPoint point;
    point.step = step;
    point.split = "train";
    point.values = {{"loss", 1.0}};
    return point;
}

/// A child that writes settings for ever, telling each number over a pipe after it was committed.
pid_t startWriter(const std::filesystem::path& folder, int first, int& pipeEnd) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        try {
            Workspace workspace(folder);
            workspace.saveRun(runOf("run-" + std::to_string(first), RunState::Running));
            for (int i = first;; ++i) {
                workspace.setSetting("key", std::to_string(i));
                workspace.addPoint("r", pointOf(i));
                if (::write(ends[1], &i, sizeof i) != sizeof i) ::_exit(1);
            }
        } catch (...) {
            ::_exit(7);
        }
    }
    ::close(ends[1]);
    pipeEnd = ends[0];
    return child;
}

TEST(WorkspaceFaults, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
    Scratch scratch;
    std::mt19937_64 random(3);
    int last = 0, acknowledged = 0;
    for (int round = 0; round < 12; ++round) {
        int pipeEnd = -1;
        const pid_t child = startWriter(scratch.path("w"), last + 1, pipeEnd);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(30 + random() % 150);
        int number = 0;
        bool isFirst = true;
        while ((isFirst || std::chrono::steady_clock::now() < deadline) && ::read(pipeEnd, &number, sizeof number) == sizeof number) {
            last = number;
            isFirst = false;
            ++acknowledged;
        }
        ::kill(child, SIGKILL);
        while (::read(pipeEnd, &number, sizeof number) == sizeof number) last = number;
        ::close(pipeEnd);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
        Workspace workspace(scratch.path("w"));
        EXPECT_FALSE(workspace.isReadOnly());
        const int stored = std::stoi(workspace.setting("key"));
        EXPECT_GE(stored, last);
        EXPECT_LE(stored, last + 1);
        for (const RunRecord& run : workspace.runs()) EXPECT_EQ(run.state, RunState::Interrupted) << run.id;
    }
    std::cout << acknowledged << " acknowledged writes over 12 kills\n";
    EXPECT_GT(acknowledged, 12);
}

TEST(WorkspaceFaults, ASecondProcessLooksOnlyAndSaysWhy) {
    Scratch scratch;
    Workspace workspace(scratch.path("w"));
    workspace.setSetting("a", "1");
    const pid_t child = ::fork();
    if (child == 0) {
        int result = 0;
        try {
            Workspace second(scratch.path("w"));
            if (!second.isReadOnly() || second.notice().empty()) result = 1;
            if (second.setting("a") != "1") result = 2;
            try {
                second.setSetting("a", "2");
                result = 3;
            } catch (const Error&) {
            }
        } catch (...) {
            result = 4;
        }
        ::_exit(result);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(workspace.setting("a"), "1");
    EXPECT_TRUE(workspace.notice().empty());
}

TEST(WorkspaceFaults, AFullDiskIsAnErrorAndNothingIsHalfWritten) {
    Scratch scratch;
    { Workspace workspace(scratch.path("w")); }
    std::filesystem::remove(scratch.path("w") / "ballast");
    const pid_t child = ::fork();
    if (child == 0) {
        // Files may not grow beyond 2 MiB: to SQLite that is a full disk.
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{2 << 20, 2 << 20};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        int result = 1;
        try {
            Workspace workspace(scratch.path("w"));
            for (int i = 0; i < 10'000; ++i) workspace.setSetting("k" + std::to_string(i), std::string(2'000, 'x'));
        } catch (const Error& error) {
            result = error.code() == ErrorCode::Io ? 0 : 2;
        } catch (...) {
            result = 3;
        }
        ::_exit(result);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    Workspace workspace(scratch.path("w"));
    int settings = 0;
    while (!workspace.setting("k" + std::to_string(settings)).empty()) ++settings;
    EXPECT_GT(settings, 10);
    EXPECT_EQ(workspace.setting("k" + std::to_string(settings - 1)).size(), 2'000u);
}

TEST(WorkspaceFaults, DamagedFilesAreToldAndLeftAlone) {
    Scratch scratch;
    {
        Workspace workspace(scratch.path("w"));
        for (int i = 0; i < 200; ++i) workspace.setSetting("k" + std::to_string(i), std::string(500, 'y'));
    }
    const auto file = scratch.path("w") / "lathe.sqlite";
    const std::string good = lathe::testing::slurp(file);
    std::mt19937_64 random(5);
    int refused = 0;
    for (int round = 0; round < 60; ++round) {
        std::string bad = good;
        for (int k = 0; k < 400; ++k) bad[random() % bad.size()] = static_cast<char>(random());
        std::ofstream(file, std::ios::binary) << bad;
        try {
            Workspace workspace(scratch.path("w"));
            for (int i = 0; i < 200; ++i) workspace.setting("k" + std::to_string(i));
        } catch (const Error& error) {
            ++refused;
            EXPECT_NE(std::string(error.what()).find(". "), std::string::npos);
        }
        std::filesystem::remove(scratch.path("w") / "lathe.sqlite-wal");
        std::filesystem::remove(scratch.path("w") / "lathe.sqlite-shm");
    }
    EXPECT_GT(refused, 30);
    std::ofstream(file, std::ios::binary) << "this is no database at all, but some text that somebody saved here by mistake";
    EXPECT_THROW(Workspace(scratch.path("w")), Error);
    // Moved away, the same process can begin anew: a failed opening keeps no lock.
    std::filesystem::remove(file);
    EXPECT_FALSE(Workspace(scratch.path("w")).isReadOnly());
}

TEST(WorkspaceFaults, AFolderThatCannotBeMadeIsNamed) {
    Scratch scratch;
    scratch.write("file", "x");
    try {
        Workspace workspace(scratch.path("file") / "w");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Io);
        EXPECT_NE(std::string(error.what()).find("file/w"), std::string::npos);
    }
}

}  // namespace
}  // namespace lathe::workspace
