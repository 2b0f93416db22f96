// SPDX-License-Identifier: GPL-3.0-or-later
// The threshold bench against the metrics themselves, and scores through their file.
#include <cmath>
#include <ctime>
#include <filesystem>

#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/random.h"
#include "metrics/score_file.h"
#include "metrics/threshold_bench.h"
#include "metrics/thresholds.h"

namespace lathe::metrics {
namespace {

namespace fs = std::filesystem;

ScoreStore randomStore(std::size_t rows, std::size_t labels, bool hasTies, std::uint64_t seed) {
    base::RandomStream random(seed, 7);
    std::vector<float> scores;
    std::vector<std::uint8_t> targets;
    for (std::size_t i = 0; i < rows * labels; ++i) {
        const double score = random.normal();
        scores.push_back(static_cast<float>(hasTies ? std::round(score * 2) / 2 : score));
        targets.push_back(random.uniform() < 0.3 ? 1 : 0);
    }
    const float half = 0.5f;
    ScoreStore store;
    store.append({scores, targets, labels, ScoreKind::Logit, Decision::Threshold, {&half, 1}});
    return store;
}

void expectSame(const ThresholdBench& bench) {
    const auto wanted = valuesAtThresholds(bench.store(), bench.thresholds());
    const BenchValues values = bench.values();
    EXPECT_NEAR(values.jaccardSamples, wanted.at("jaccard_samples"), 1e-12);
    EXPECT_NEAR(values.f1Micro, wanted.at("f1_micro"), 1e-12);
    EXPECT_NEAR(values.f1Macro, wanted.at("f1_macro"), 1e-12);
    EXPECT_NEAR(values.f1Samples, wanted.at("f1_samples"), 1e-12);
    EXPECT_NEAR(values.precisionMicro, wanted.at("precision_micro"), 1e-12);
    EXPECT_NEAR(values.recallMicro, wanted.at("recall_micro"), 1e-12);
    EXPECT_NEAR(values.subsetAccuracy, wanted.at("subset_accuracy"), 1e-12);
    EXPECT_NEAR(values.hammingLoss, wanted.at("hamming_loss"), 1e-12);
}

class Scratch {
public:
    Scratch() : folder(fs::temp_directory_path() / fmt::format("lathe-bench-test-{}", ::getpid())) { fs::create_directories(folder); }
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    fs::path folder;
};

TEST(ThresholdBench, GivesWhatTheMetricsGiveAfterEveryMove) {
    for (const bool hasTies : {false, true}) {
        ThresholdBench bench(randomStore(83, 5, hasTies, 11));
        expectSame(bench);
        base::RandomStream random(5, 3);
        for (int move = 0; move < 60; ++move) {
            if (move % 5 == 0) {
                const auto all = static_cast<float>(random.uniform());
                bench.setThresholds({&all, 1});
            } else {
                bench.setThreshold(static_cast<std::size_t>(random.uniform() * 5), static_cast<float>(random.uniform()));
            }
            expectSame(bench);
        }
        const float ends[] = {0.0f, 1.0f};
        for (const float end : ends) {
            bench.setThresholds({&end, 1});
            expectSame(bench);
        }
        EXPECT_EQ(bench.values().labelsPerRow, 0.0);
    }
}

TEST(ThresholdBench, TheBestThresholdsGiveTheF1TheyPromise) {
    ThresholdBench bench(randomStore(120, 4, true, 21));
    const BestThreshold best = bestGlobalThreshold(bench.store());
    bench.setThresholds({&best.threshold, 1});
    EXPECT_NEAR(bench.values().f1Micro, best.value, 1e-12);
    const auto bests = bestLabelThresholds(bench.store());
    for (std::size_t label = 0; label < 4; ++label) {
        bench.setThreshold(label, bests[label].threshold);
        EXPECT_NEAR(bench.counts(label).f1(), bests[label].value, 1e-12);
    }
}

TEST(ThresholdBench, AMoveIsQuickWithTenThousandLabels) {
    ThresholdBench bench(randomStore(100, 10'000, false, 2));
    // This thread's own time: other tests may run beside it.
    const auto now = [] {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
    };
    const double begin = now();
    for (int move = 0; move < 20; ++move) {
        bench.setThreshold(static_cast<std::size_t>(move) * 17, 0.3f + 0.01f * static_cast<float>(move));
        EXPECT_GT(bench.values().f1Micro, 0);
    }
    const double milliseconds = (now() - begin) / 20;
    EXPECT_LT(milliseconds, 16) << "a slider moves sixty times a second";
}

TEST(ThresholdBench, MistakesAreRefusedAndNothingIsBadData) {
    ThresholdBench bench(randomStore(4, 3, false, 2));
    const float two[] = {0.1f, 0.2f};
    EXPECT_THROW(bench.setThresholds(two), Error);
    EXPECT_THROW(bench.setThreshold(3, 0.5f), Error);
    const ThresholdBench empty{ScoreStore()};
    EXPECT_EQ(empty.values().f1Micro, 0);
    EXPECT_TRUE(mostWrong(empty, 5).empty());
}

TEST(ThresholdBench, TheLargestScoreNeedsNoThreshold) {
    const std::vector<float> scores{0.1f, 0.7f, 0.2f, -5.0f, -7.0f, -6.0f};
    const std::vector<std::uint8_t> targets{0, 1, 0, 0, 0, 1};
    ScoreStore store;
    store.append({scores, targets, 3, ScoreKind::Logit, Decision::Largest, {}});
    ThresholdBench bench(store, Decision::Largest);
    EXPECT_DOUBLE_EQ(bench.values().subsetAccuracy, 0.5);
    bench.setThreshold(0, 0.0f);
    EXPECT_DOUBLE_EQ(bench.values().subsetAccuracy, 0.5);
    const auto wrong = mostWrong(bench, 5);
    ASSERT_EQ(wrong.size(), 1u);
    EXPECT_EQ(wrong[0].row, 1u);
    EXPECT_EQ(wrong[0].missed, (std::vector<std::size_t>{2}));
    EXPECT_EQ(wrong[0].extra, (std::vector<std::size_t>{0}));
    EXPECT_NEAR(wrong[0].lossNats, std::log(std::exp(-5.0) + std::exp(-7.0) + std::exp(-6.0)) + 6.0, 1e-9);
}

TEST(ThresholdBench, MostWrongComeFirstAndRightOnesNotAtAll) {
    const std::vector<float> scores{3, -3, 3, 3, -1, -1};
    const std::vector<std::uint8_t> targets{1, 0, 0, 0, 1, 0};
    const float half = 0.5f;
    ScoreStore store;
    store.append({scores, targets, 2, ScoreKind::Logit, Decision::Threshold, {&half, 1}});
    const ThresholdBench bench(store);
    const auto wrong = mostWrong(bench, 10);
    ASSERT_EQ(wrong.size(), 2u);
    EXPECT_EQ(wrong[0].row, 1u);
    EXPECT_EQ(wrong[0].extra, (std::vector<std::size_t>{0, 1}));
    EXPECT_NEAR(wrong[0].lossNats, std::log1p(std::exp(3.0)), 1e-9);
    EXPECT_EQ(wrong[1].row, 2u);
    EXPECT_EQ(wrong[1].missed, (std::vector<std::size_t>{0}));
    EXPECT_EQ(mostWrong(bench, 1).size(), 1u);
}

TEST(ScoreFile, ComesBackAsItWas) {
    const Scratch scratch;
    const fs::path file = scratch.folder / kScoreFileName;
    const ScoreStore store = randomStore(9, 3, false, 4);
    const std::vector<std::string> labels{"drama", "sci-fi, \"hard\"", "로맨스"};
    const std::vector<std::int64_t> rows{5, 1, 8, 2, 9, 30, 4, 0, 7};
    base::writeFileAtomically(file, scoreFileBytes(store, labels, rows, Decision::Threshold));
    const SavedScores saved = readScoreFile(file);
    EXPECT_EQ(saved.labels, labels);
    EXPECT_EQ(saved.rows, rows);
    EXPECT_EQ(saved.decision, Decision::Threshold);
    EXPECT_TRUE(saved.store.isLogits());
    EXPECT_TRUE(std::equal(store.scores().begin(), store.scores().end(), saved.store.scores().begin(), saved.store.scores().end()));
    EXPECT_TRUE(std::equal(store.targets().begin(), store.targets().end(), saved.store.targets().begin(), saved.store.targets().end()));
    EXPECT_THROW(scoreFileBytes(store, std::span(labels).first(2), rows, Decision::Threshold), Error);
}

TEST(ScoreFile, ABrokenOneIsNamedAndNeverRead) {
    const Scratch scratch;
    const fs::path file = scratch.folder / kScoreFileName;
    const std::vector<std::string> labels{"a", "b"};
    const std::vector<std::int64_t> rows{0, 1, 2};
    const std::string good = scoreFileBytes(randomStore(3, 2, false, 4), labels, rows, Decision::Threshold);
    EXPECT_THROW(readScoreFile(file), Error);
    for (std::size_t length = 0; length < good.size(); length += 61) {
        base::writeFileAtomically(file, std::string_view(good).substr(0, length));
        EXPECT_THROW(readScoreFile(file), Error) << length;
    }
    std::string huge = good;
    huge.replace(huge.find("[3,2]"), 5, "[9,9]");
    base::writeFileAtomically(file, huge);
    EXPECT_THROW(readScoreFile(file), Error);
}

}  // namespace
}  // namespace lathe::metrics
