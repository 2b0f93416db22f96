// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "preference/make.h"

namespace lathe {
namespace {

using testing::Log;
using testing::makeItem;
using testing::makeItems;

constexpr std::optional<int> kNone = std::nullopt;

TEST(Agreement, AlphaEqualsTheKrippendorffPackage) {
    const std::vector<std::vector<std::optional<int>>> four = {{kNone, kNone, kNone, kNone, kNone, 3, 4, 1, 2, 1, 1, 3, 3, kNone, 3},
                                                               {1, kNone, 2, 1, 3, 3, 4, 3, kNone, kNone, kNone, kNone, kNone, kNone, kNone},
                                                               {kNone, kNone, 2, 1, 3, 4, 4, kNone, 2, 1, 1, 3, 3, kNone, 4}};
    EXPECT_NEAR(*krippendorffAlpha(four, AlphaLevel::Nominal), 0.691358024691358, 1e-12);
    EXPECT_NEAR(*krippendorffAlpha(four, AlphaLevel::Ordinal), 0.8067214199413153, 1e-12);
    const std::vector<std::vector<std::optional<int>>> ten = {{1, 8, 5, 2, 9, 6, 3, 10, kNone, 4, 3, 8}, {1, 1, 1, 2, 10, 6, 10, 5, 7, kNone, 1, 10},
                                                              {1, 8, 1, 2, 9, 8, 3, 2, 7, 4, 2, 8}, {1, 8, 5, 2, 9, 6, 3, 10, 7, kNone, 1, 8}};
    EXPECT_NEAR(*krippendorffAlpha(ten, AlphaLevel::Nominal), 0.5215598050243722, 1e-12);
    EXPECT_NEAR(*krippendorffAlpha(ten, AlphaLevel::Ordinal), 0.5861601314489668, 1e-12);
}

TEST(Agreement, AlphaHasNoValueWhereThereIsNothingToCompare) {
    EXPECT_FALSE(krippendorffAlpha({}, AlphaLevel::Nominal));
    EXPECT_FALSE(krippendorffAlpha({{1, 2, 3}}, AlphaLevel::Nominal));
    EXPECT_FALSE(krippendorffAlpha({{1, 1}, {1, 1}}, AlphaLevel::Ordinal));
}

TEST(Agreement, KappaEqualsScikitLearn) {
    const std::vector<int> a = {0, 0, 1, 1, 2, 3, 0, 1, 1, 0};
    const std::vector<int> b = {0, 1, 1, 1, 2, 0, 0, 1, 0, 0};
    EXPECT_NEAR(*cohenKappa(a, b), 0.5238095238095238, 1e-12);
    EXPECT_FALSE(cohenKappa(std::vector<int>{1, 1}, std::vector<int>{1, 1}));
    EXPECT_THROW(cohenKappa(a, std::vector<int>{1}), Error);
}

TEST(Agreement, WilsonsIntervalAtKnownPoints) {
    // Wilson 1927: 15 of 50 gives 0.1910 to 0.4375 (also R's prop.test without correction).
    const auto share = proportionOf(15, 50);
    EXPECT_NEAR(share.low, 0.1910, 5e-5);
    EXPECT_NEAR(share.high, 0.4375, 5e-5);
    EXPECT_EQ(proportionOf(0, 10).low, 0);
    EXPECT_NEAR(proportionOf(0, 10).high, 0.2775, 5e-5);
    EXPECT_EQ(proportionOf(10, 10).high, 1);
    EXPECT_EQ(proportionOf(0, 0).high, 1);
}

TEST(Quality, LeftPicksFollowTheScreenAndNotTheAnswer) {
    const auto items = makeItems(4);
    Log log;
    log.add(1, LabelKind::A, "ann", Showing::First, false);  // left
    log.add(2, LabelKind::B, "ann", Showing::First, true);   // left
    log.add(3, LabelKind::A, "ann", Showing::First, true);   // right
    log.add(4, LabelKind::Tie);
    const auto quality = labelQuality(items, log.fold());
    EXPECT_EQ(quality.leftPicks.hits, 2);
    EXPECT_EQ(quality.leftPicks.count, 3);
    EXPECT_EQ(quality.ties, 1);
    EXPECT_EQ(quality.judgements, 4);
}

TEST(Quality, ImportedJudgementsSayNothingAboutSidesOrTime) {
    const auto items = makeItems(1);
    Log log;
    log.add(1, LabelKind::A).dwellMs = 0;
    const auto quality = labelQuality(items, log.fold());
    EXPECT_EQ(quality.leftPicks.count, 0);
    EXPECT_EQ(quality.medianSeconds, 0);
}

TEST(Quality, LongerPicksCountCharactersAndNotBytes) {
    const std::vector<PreferenceItem> items = {makeItem(1, "p", "\u00e4\u00f6\u00fc", "abcd"), makeItem(2, "p", "xx", "xxx"), makeItem(3, "p", "aa", "bb")};
    Log log;
    log.add(1, LabelKind::B);  // four characters against three, though six bytes
    log.add(2, LabelKind::A);
    log.add(3, LabelKind::A);  // equal lengths do not count
    const auto quality = labelQuality(items, log.fold());
    EXPECT_EQ(quality.longerPicks.hits, 1);
    EXPECT_EQ(quality.longerPicks.count, 2);
}

TEST(Quality, RepeatAgreementComparesWithTheFirstTime) {
    const auto items = makeItems(3);
    Log log;
    for (const std::int64_t item : {1, 2, 3}) log.add(item, LabelKind::A);
    log.add(1, LabelKind::A, "ann", Showing::Repeat);
    log.add(2, LabelKind::B, "ann", Showing::Repeat);
    log.add(3, LabelKind::Skip, "ann", Showing::Repeat);
    const auto quality = labelQuality(items, log.fold());
    EXPECT_EQ(quality.repeatAgreement.hits, 1);
    EXPECT_EQ(quality.repeatAgreement.count, 2);
    EXPECT_EQ(quality.judgements, 3);
}

TEST(Quality, IntransitiveTriplesAreFoundAmongAnswersToOnePrompt) {
    std::vector<PreferenceItem> items = {makeItem(1, "p", "x", "y"), makeItem(2, "p", "y", "z"), makeItem(3, "p", "x", "z"), makeItem(4, "q", "x", "z")};
    Log circle;
    circle.add(1, LabelKind::A);  // x > y
    circle.add(2, LabelKind::A);  // y > z
    circle.add(3, LabelKind::B);  // z > x
    circle.add(4, LabelKind::A);
    auto quality = labelQuality(items, circle.fold());
    EXPECT_EQ(quality.triples, 1);
    EXPECT_EQ(quality.intransitiveTriples, 1);
    circle.add(3, LabelKind::A);
    quality = labelQuality(items, circle.fold());
    EXPECT_EQ(quality.triples, 1);
    EXPECT_EQ(quality.intransitiveTriples, 0);
}

TEST(Quality, ReverseCirclesCountToo) {
    std::vector<PreferenceItem> items = {makeItem(1, "p", "x", "y"), makeItem(2, "p", "y", "z"), makeItem(3, "p", "x", "z")};
    Log log;
    log.add(1, LabelKind::B);
    log.add(2, LabelKind::B);
    log.add(3, LabelKind::A);
    EXPECT_EQ(labelQuality(items, log.fold()).intransitiveTriples, 1);
}

TEST(Quality, RatersAreComparedOnWhatBothJudged) {
    const auto items = makeItems(4);
    Log log;
    for (const std::int64_t item : {1, 2, 3}) log.add(item, LabelKind::A);
    log.add(1, LabelKind::A, "bob");
    log.add(2, LabelKind::B, "bob");
    log.add(3, LabelKind::Skip, "bob");
    log.add(4, LabelKind::B, "bob");
    const auto quality = labelQuality(items, log.fold());
    ASSERT_EQ(quality.raters.size(), 1U);
    EXPECT_EQ(quality.raters[0].shared, 2);
    EXPECT_DOUBLE_EQ(quality.raters[0].agreement, 0.5);
    EXPECT_EQ(quality.alphaUnits, 2);
    ASSERT_TRUE(quality.alphaNominal);
    EXPECT_TRUE(labelQuality(items, log.fold(), "ann").raters.empty());
}

TEST(Quality, RatingsGiveVerdictsAndOrdinalAlpha) {
    const auto items = makeItems(3);
    Log log;
    log.rate(1, 8, 3);
    log.rate(2, 5, 5);
    log.rate(1, 9, 2, "bob");
    log.rate(2, 4, 6, "bob");
    const auto quality = labelQuality(items, log.fold());
    EXPECT_EQ(quality.ties, 1);
    ASSERT_TRUE(quality.alphaOrdinal);
    EXPECT_GT(*quality.alphaOrdinal, 0.5);
}

TEST(Pairs, MajorityDecidesAndTheRestIsCounted) {
    const auto items = makeItems(7);
    Log log;
    log.add(1, LabelKind::B), log.add(1, LabelKind::B, "bob"), log.add(1, LabelKind::A, "cem");
    log.add(2, LabelKind::A), log.add(2, LabelKind::B, "bob");
    log.add(3, LabelKind::Tie);
    log.add(4, LabelKind::BothBad);
    log.add(5, LabelKind::Skip);
    log.add(7, LabelKind::A), log.add(7, LabelKind::Flag);
    const auto report = pairsOf(items, log.fold(), {.flagged = FlaggedPolicy::LeaveOut});
    ASSERT_EQ(report.pairs.size(), 1U);
    EXPECT_EQ(report.pairs[0].chosen, "answer b 1");
    EXPECT_EQ(report.disputed, 1);
    EXPECT_EQ(report.ties, 1);
    EXPECT_EQ(report.bothBad, 1);
    EXPECT_EQ(report.skipped, 1);
    EXPECT_EQ(report.unlabelled, 1);
    EXPECT_EQ(report.flagged, 1);
    EXPECT_EQ(pairsOf(items, log.fold(), {.rater = "ann"}).pairs.size(), 3U);
}

TEST(Pairs, RepeatsDoNotVote) {
    const auto items = makeItems(1);
    Log log;
    log.add(1, LabelKind::A);
    log.add(1, LabelKind::B, "ann", Showing::Repeat);
    EXPECT_EQ(pairsOf(items, log.fold()).pairs.at(0).chosen, "answer a 1");
}

TEST(Pairs, RatingsComparedAcrossAllAnswersToAPrompt) {
    const std::vector<PreferenceItem> items = {makeItem(1, "p", "good", "poor"), makeItem(2, "p", "fair", "poor")};
    Log log;
    log.rate(1, 9, 2);
    log.rate(2, 6, 4);  // poor: mean 3
    auto report = pairsOf(items, log.fold(), {.minimumGap = 3, .marginScale = 0.5});
    ASSERT_EQ(report.pairs.size(), 3U);
    report = pairsOf(items, log.fold(), {.minimumGap = 4, .marginScale = 0.5});
    ASSERT_EQ(report.pairs.size(), 1U);
    EXPECT_EQ(report.pairs[0].chosen, "good");
    EXPECT_EQ(report.pairs[0].rejected, "poor");
    EXPECT_DOUBLE_EQ(report.pairs[0].margin, 3.0);
    EXPECT_EQ(report.pairs[0].item, 1);
    EXPECT_EQ(report.belowGap, 2);
}

TEST(Pairs, ValidationKeepsAPromptOnOneSide) {
    std::vector<PreferencePair> pairs;
    for (int i = 0; i < 90; ++i) pairs.push_back({"prompt " + std::to_string(i % 30), "c", "r"});
    const auto validation = validationPairs(pairs, 0.2, 5);
    EXPECT_NEAR(static_cast<double>(validation.size()), 18, 3);
    std::map<std::string, int> counts;
    for (const auto index : validation) ++counts[pairs[static_cast<std::size_t>(index)].prompt];
    for (const auto& [prompt, count] : counts) EXPECT_EQ(count, 3);
    EXPECT_TRUE(validationPairs(pairs, 0, 5).empty());
    EXPECT_NE(validationPairs(pairs, 0.2, 6), validation);
    EXPECT_THROW(validationPairs(pairs, 1.0, 1), Error);
}

}  // namespace
}  // namespace lathe
