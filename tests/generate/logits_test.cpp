// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/logits.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <lathe/error.h>

#include "base/random.h"
#include "generate/cases.h"

namespace lathe::generate {
namespace {

constexpr float kBanned = -std::numeric_limits<float>::infinity();

TEST(Processors, GiveWhatTransformersGives) {
    int number = 0;
    for (const base::Json& one : lathe::testing::generationCases().at("processors")) {
        GenerationOptions options = lathe::testing::optionsOf(one.at("options"));
        options.doSample = true;
        auto scores = one.at("scores").get<std::vector<float>>();
        processScores(scores, one.at("history").get<std::vector<std::int32_t>>(), options,
                      one.at("options").at("at_least").get<std::int64_t>());
        for (std::size_t i = 0; i < scores.size(); ++i) {
            const base::Json& expected = one.at("processed")[i];
            if (expected.is_null()) EXPECT_EQ(scores[i], kBanned) << "case " << number << " token " << i;
            else EXPECT_NEAR(scores[i], expected.get<float>(), 1e-5f) << "case " << number << " token " << i;
        }
        ++number;
    }
    EXPECT_EQ(number, 40);
}

TEST(Processors, LeaveGreedyScoresAloneUnlessAskedTo) {
    std::vector<float> scores{3, 1, 2};
    GenerationOptions options;
    options.temperature = 0.5;
    options.topK = 1;
    processScores(scores, std::vector<std::int32_t>{0, 1}, options, 1);
    EXPECT_THAT(scores, ::testing::ElementsAre(3, 1, 2));
}

TEST(Ngrams, ShortHistoriesBanNothing) {
    std::vector<float> scores(5);
    banRepeatedNgrams(scores, std::vector<std::int32_t>{1}, 3);
    banRepeatedNgrams(scores, std::vector<std::int32_t>{}, 1);
    EXPECT_THAT(scores, ::testing::Each(0.0f));
    banRepeatedNgrams(scores, std::vector<std::int32_t>{1, 2, 3, 1, 2}, 3);
    EXPECT_EQ(scores[3], kBanned);
    EXPECT_EQ(scores[1], 0.0f);
}

TEST(TopIndices, AreSortedAndStable) {
    const std::vector<float> scores{1, 5, 3, 5, kBanned, 4};
    EXPECT_THAT(topIndices(scores, 3), ::testing::ElementsAre(1, 3, 5));
    EXPECT_THAT(topIndices(scores, 99), ::testing::ElementsAre(1, 3, 5, 2, 0, 4));
    EXPECT_TRUE(topIndices(scores, 0).empty());
    EXPECT_EQ(argMax(scores), 1);
}

TEST(Draw, FollowsTheDistribution) {
    const std::vector<float> scores{std::log(0.5f), kBanned, std::log(0.3f), std::log(0.2f)};
    std::vector<int> counts(4);
    base::RandomStream random(3, 1);
    for (int i = 0; i < 20'000; ++i) ++counts[static_cast<std::size_t>(drawIndex(scores, random.uniform()))];
    EXPECT_NEAR(counts[0], 10'000, 300);
    EXPECT_EQ(counts[1], 0);
    EXPECT_NEAR(counts[2], 6'000, 300);
    EXPECT_EQ(drawIndex(scores, std::nextafter(1.0, 0.0)), 3);
    EXPECT_EQ(drawIndex(scores, 0.0), 0);
}

TEST(LogSoftmax, SumsToOneEvenForLargeScores) {
    std::vector<float> scores{1e4f, 1e4f - 1, -1e4f};
    logSoftmax(scores);
    EXPECT_NEAR(std::exp(scores[0]) + std::exp(scores[1]), 1.0, 1e-6);
    EXPECT_NEAR(logSumExp(scores), 0.0, 1e-5);
}

TEST(Options, OutOfRangeNamesOptionAndRange) {
    const auto sentence = [](auto change) {
        GenerationOptions options;
        change(options);
        try {
            checkOptions(options);
        } catch (const Error& error) {
            return std::string(errorCodeName(error.code())) + ": " + error.what();
        }
        return std::string("none");
    };
    EXPECT_EQ(sentence([](GenerationOptions&) {}), "none");
    EXPECT_THAT(sentence([](GenerationOptions& o) { o.temperature = 0; }),
                ::testing::AllOf(::testing::StartsWith("InvalidInput"), ::testing::HasSubstr("temperature")));
    EXPECT_THAT(sentence([](GenerationOptions& o) { o.topP = 1.5; }), ::testing::HasSubstr("top_p is 1.5"));
    EXPECT_THAT(sentence([](GenerationOptions& o) { o.maxNewTokens = 0; }), ::testing::HasSubstr("max_new_tokens"));
    EXPECT_THAT(sentence([](GenerationOptions& o) { o.numBeams = 65; }), ::testing::HasSubstr("num_beams"));
    EXPECT_THAT(sentence([](GenerationOptions& o) { o.repetitionPenalty = std::nan(""); }),
                ::testing::HasSubstr("repetition_penalty"));
    EXPECT_THAT(sentence([](GenerationOptions& o) { o.numReturnSequences = 2; }), ::testing::HasSubstr("Greedy"));
    EXPECT_THAT(sentence([](GenerationOptions& o) {
                    o.numBeams = 2;
                    o.numReturnSequences = 3;
                }),
                ::testing::HasSubstr("beams"));
    EXPECT_THAT(sentence([](GenerationOptions& o) { o.stopStrings = {""}; }), ::testing::HasSubstr("stop text"));
}

}  // namespace
}  // namespace lathe::generate
