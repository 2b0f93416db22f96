// SPDX-License-Identifier: GPL-3.0-or-later
// A million rows: time, memory, and how fast a stop is honoured.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "data/scratch.h"

namespace lathe {
namespace {

using Clock = std::chrono::steady_clock;
using testing::Scratch;

constexpr std::int64_t kRows = 1'000'000;

/// About 200 MB: numbers, short text, a long text with commas and doubled quotes, labels.
std::filesystem::path writeMillion(const Scratch& scratch) {
    const auto file = scratch.path("million.csv");
    std::ofstream output(file, std::ios::binary);
    output << "id,title,year,score,genres,synopsis\n";
    std::string line;
    for (std::int64_t i = 0; i < kRows; ++i) {
        line = std::to_string(i) + ",Title number " + std::to_string(i * 7919 % 100'003) + "," + std::to_string(1950 + i % 75) + "," + std::to_string(i % 100) +
               ".50,\"Action, Drama\",\"A young pilot, called \"\"Ace\"\", leaves the harbour of row " + std::to_string(i) +
               " and learns what the sea has kept for her since the year when the lights went out for good.\"\n";
        output << line;
    }
    return file;
}

std::int64_t anonymousKilobytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("RssAnon:")) return std::stoll(line.substr(8));
    }
    return 0;
}

class Million : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        scratch = std::make_unique<Scratch>();
        file = writeMillion(*scratch);
    }
    static void TearDownTestSuite() { scratch.reset(); }
    static std::unique_ptr<Scratch> scratch;
    static std::filesystem::path file;
};
std::unique_ptr<Scratch> Million::scratch;
std::filesystem::path Million::file;

TEST_F(Million, RowsAreImportedInUnderSixSecondsWithLittleMemory) {
    const std::int64_t before = anonymousKilobytes();
    std::int64_t peak = before;
    const ImportReport report = importFile(file, {}, scratch->path("out.arrow"), [&](const Progress&) { peak = std::max(peak, anonymousKilobytes()); });
    std::cout << std::filesystem::file_size(file) / 1'000'000 << " MB, " << report.seconds << " s, " << (peak - before) / 1024 << " MiB of memory\n";
    EXPECT_EQ(report.rows, kRows);
    EXPECT_EQ(report.problemCount, 0);
    EXPECT_LT(report.seconds, 6.0);
    EXPECT_LT(peak - before, 256 * 1024);
    const auto start = Clock::now();
    const auto table = Table::open(scratch->path("out.arrow"));
    EXPECT_EQ(table->fingerprint(), report.fingerprint);
    const double openSeconds = std::chrono::duration<double>(Clock::now() - start).count();
    EXPECT_EQ(table->cell(777'777, 0), "777777");
    EXPECT_EQ(table->cell(999'999, 3), "99.50");
    std::size_t bytes = 0;
    const auto scan = Clock::now();
    for (std::int64_t row = 0; row < table->rowCount(); ++row) bytes += table->cell(row, 5).size();
    std::cout << "opened in " << openSeconds << " s, a column read in " << std::chrono::duration<double>(Clock::now() - scan).count() << " s\n";
    EXPECT_GT(bytes, 100u << 20);
    EXPECT_LT(openSeconds, 0.5);
}

TEST_F(Million, AStopIsHonouredWithin200MillisecondsAndLeavesNothing) {
    const std::size_t filesBefore = scratch->fileCount();
    for (const double share : {0.0, 0.3, 0.9}) {
        std::stop_source source;
        Clock::time_point asked;
        try {
            importFile(file, {}, scratch->path("cancelled.arrow"), [&](const Progress& progress) {
                if (progress.done >= share * progress.total && !source.stop_requested()) {
                    asked = Clock::now();
                    source.request_stop();
                }
            }, source.get_token());
            ADD_FAILURE() << "went on to the end";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Cancelled);
        }
        const double milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - asked).count();
        EXPECT_LT(milliseconds, 200.0) << "at " << share;
        EXPECT_EQ(scratch->fileCount(), filesBefore);
    }
}

TEST_F(Million, APreviewTakesNoTime) {
    const auto start = Clock::now();
    const ImportPreview preview = previewImport(file);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    std::cout << "preview in " << seconds << " s\n";
    EXPECT_EQ(preview.rows.size(), 20u);
    EXPECT_FALSE(preview.isWholeFile);
    EXPECT_LT(seconds, 2.0);
}

}  // namespace
}  // namespace lathe
