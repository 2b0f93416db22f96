// SPDX-License-Identifier: GPL-3.0-or-later
// Folders that cannot be written and disks that are full: an error with a sentence, and nothing left behind.
#include <csignal>

#include <gtest/gtest.h>
#include <lathe/error.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/scratch.h"

namespace lathe {
namespace {

using testing::Scratch;

std::filesystem::path bigFile(const Scratch& scratch) {
    std::string text = "id,text\n";
    for (int i = 0; i < 200'000; ++i) text += std::to_string(i) + ",some words to fill the file with\n";
    return scratch.write("big.csv", text);
}

TEST(ImportFaults, AFolderThatDoesNotExistIsNamed) {
    Scratch scratch;
    const auto file = scratch.write("a.csv", "id,n\n1,2\n");
    try {
        importFile(file, {}, scratch.path("nowhere") / "out.arrow");
        FAIL();
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("nowhere"), std::string::npos);
    }
}

/// Runs `work` in a child whose files may not grow beyond `bytes`; returns its exit status.
template <class Work>
int withFileLimit(rlim_t bytes, Work work) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes, bytes};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        int status = 3;
        try {
            work();
            status = 0;
        } catch (const Error& error) {
            status = error.code() == ErrorCode::Io && std::string(error.what()).find(". ") != std::string::npos ? 42 : 4;
        } catch (...) {
            status = 5;
        }
        ::_exit(status);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ImportFaults, AFullDiskIsAnErrorAtAnySizeAndLeavesNothing) {
    Scratch scratch;
    const auto file = bigFile(scratch);
    const auto table = Table::fromColumns({"a"}, {std::vector<std::string>(100'000, "a cell with some words in it")});
    const std::size_t files = scratch.fileCount();
    for (const rlim_t bytes : {rlim_t{0}, rlim_t{4'096}, rlim_t{1} << 20, rlim_t{5} << 20}) {
        EXPECT_EQ(withFileLimit(bytes, [&] { importFile(file, {}, scratch.path("out.arrow")); }), 42) << "import at " << bytes;
        EXPECT_EQ(scratch.fileCount(), files);
        if (bytes > rlim_t{1} << 20) continue;
        for (const char* name : {"t.csv", "t.jsonl"}) EXPECT_EQ(withFileLimit(bytes, [&] { exportTable(*table, scratch.path(name)); }), 42) << name << " at " << bytes;
        EXPECT_EQ(scratch.fileCount(), files);
    }
    for (const rlim_t bytes : {rlim_t{0}, rlim_t{300}}) EXPECT_EQ(withFileLimit(bytes, [&] { exportTable(*table, scratch.path("t.parquet")); }), 42) << "parquet at " << bytes;
    EXPECT_EQ(scratch.fileCount(), files);
    EXPECT_EQ(withFileLimit(rlim_t{64} << 20, [&] { importFile(file, {}, scratch.path("out.arrow")); }), 0);
}

TEST(ImportFaults, AnOldFileSurvivesAFailedImport) {
    Scratch scratch;
    importFile(scratch.write("a.csv", "id,n\n1,2\n"), {}, scratch.path("out.arrow"));
    const std::string before = testing::slurp(scratch.path("out.arrow"));
    const auto file = bigFile(scratch);
    EXPECT_EQ(withFileLimit(1 << 20, [&] { importFile(file, {}, scratch.path("out.arrow")); }), 42);
    EXPECT_EQ(testing::slurp(scratch.path("out.arrow")), before);
}

}  // namespace
}  // namespace lathe
