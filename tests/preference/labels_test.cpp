// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "preference/make.h"

namespace lathe {
namespace {

using testing::Log;
using testing::makeItems;

TEST(FoldLabels, TheLatestJudgementOfARaterOnAShowingCounts) {
    Log log;
    log.add(1, LabelKind::A);
    log.add(1, LabelKind::B, "bob");
    log.add(1, LabelKind::Tie);
    log.add(1, LabelKind::A, "ann", Showing::Repeat);
    const auto folded = log.fold();
    ASSERT_EQ(folded.judgements.size(), 3U);
    EXPECT_EQ(folded.judgements[0].rater, "bob");
    EXPECT_EQ(folded.judgements[1].kind, LabelKind::Tie);
    EXPECT_EQ(folded.judgements[2].showing, Showing::Repeat);
}

TEST(FoldLabels, UndoTakesBackOneJudgementAndBringsTheOneBeforeItBack) {
    Log log;
    log.add(1, LabelKind::A);
    log.add(1, LabelKind::B);
    log.undo(2);
    auto folded = log.fold();
    ASSERT_EQ(folded.judgements.size(), 1U);
    EXPECT_EQ(folded.judgements[0].kind, LabelKind::A);
    EXPECT_TRUE(folded.undone.empty());
    EXPECT_EQ(folded.undoable.at("ann"), 1);
    log.undo(1);
    folded = log.fold();
    EXPECT_TRUE(folded.judgements.empty());
    ASSERT_EQ(folded.undone.size(), 1U);
    EXPECT_EQ(folded.undoable.count("ann"), 0U);
}

TEST(FoldLabels, NobodyUndoesTheJudgementOfAnother) {
    Log log;
    log.add(1, LabelKind::A);
    log.undo(1, "bob");
    log.undo(77);
    EXPECT_EQ(log.fold().judgements.size(), 1U);
}

TEST(FoldLabels, FlagsAndNotesAreKeptByRaterAndTakenBack) {
    Log log;
    log.add(1, LabelKind::Flag);
    log.add(1, LabelKind::Note).note = "odd";
    log.add(2, LabelKind::Flag, "bob");
    log.add(2, LabelKind::Unflag, "bob");
    auto folded = log.fold();
    EXPECT_EQ(folded.flags.size(), 1U);
    EXPECT_EQ((folded.notes.at({"ann", 1})), "odd");
    log.add(1, LabelKind::Note).note = "";
    EXPECT_TRUE(log.fold().notes.empty());
}

TEST(LabelKindNames, GoBothWaysAndUnknownOnesAreRefused) {
    for (const auto kind : {LabelKind::A, LabelKind::BothBad, LabelKind::Undo, LabelKind::Note}) EXPECT_EQ(labelKindOf(labelKindName(kind)), kind);
    EXPECT_THROW(labelKindOf("left"), Error);
}

/// Labels everything as a rater would and returns the order.
std::vector<QueueEntry> labelAll(const std::vector<PreferenceItem>& items, const QueueOptions& options, Log& log) {
    std::vector<QueueEntry> order;
    while (const auto entry = nextEntry(items, log.fold(), "ann", options)) {
        order.push_back(*entry);
        log.add(entry->item, LabelKind::A, "ann", entry->showing, entry->isSwapped);
        if (order.size() > 3 * items.size()) break;
    }
    return order;
}

TEST(Queue, ShowsEveryItemOnceAndRepeatsFarEnoughAway) {
    const auto items = makeItems(200);
    Log log;
    const auto order = labelAll(items, {}, log);
    std::map<std::int64_t, std::size_t> first;
    std::int64_t repeats = 0, swapped = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (order[i].showing == Showing::First) {
            EXPECT_TRUE(first.emplace(order[i].item, i).second);
            continue;
        }
        ++repeats;
        ASSERT_TRUE(first.contains(order[i].item));
        const std::size_t before = first[order[i].item];
        EXPECT_GE(i - before - 1, 20U);
        if (order[i].isSwapped != order[before].isSwapped) ++swapped;
    }
    EXPECT_EQ(first.size(), 200U);
    EXPECT_GE(repeats, 200 * 5 / 100);
    EXPECT_LE(repeats, 200 * 10 / 100);
    EXPECT_NEAR(static_cast<double>(swapped), static_cast<double>(repeats) / 2, 2);
}

TEST(Queue, DependsOnItsArgumentsOnlySoThatANewStartGoesOn) {
    const auto items = makeItems(60);
    Log one;
    const auto whole = labelAll(items, {.seed = 7}, one);
    Log two;
    for (std::size_t i = 0; i < 25; ++i) two.events.push_back(one.events[i]);
    const auto rest = labelAll(items, {.seed = 7}, two);
    ASSERT_EQ(rest.size() + 25, whole.size());
    for (std::size_t i = 0; i < rest.size(); ++i) EXPECT_EQ(rest[i].item, whole[i + 25].item);
    Log other;
    const auto differently = labelAll(items, {.seed = 8}, other);
    EXPECT_NE(differently.front().item * 100 + differently[1].item, whole.front().item * 100 + whole[1].item);
}

TEST(Queue, SidesAreEvenAndFixedByTheSeed) {
    std::int64_t swapped = 0;
    for (std::int64_t item = 1; item <= 2000; ++item) {
        swapped += isSwappedFirst(3, item) ? 1 : 0;
        EXPECT_EQ(isSwappedFirst(3, item), isSwappedFirst(3, item));
    }
    EXPECT_NEAR(static_cast<double>(swapped), 1000, 100);
}

TEST(Queue, ItemsThatComeInLaterDoNotMoveRepeats) {
    Log log;
    const auto few = makeItems(100);
    std::set<std::int64_t> before;
    for (const auto& entry : labelAll(few, {}, log))
        if (entry.showing == Showing::Repeat) before.insert(entry.item);
    const auto many = makeItems(150);
    std::set<std::int64_t> after = before;
    for (const auto& entry : labelAll(many, {}, log))
        EXPECT_TRUE(entry.showing == Showing::First || after.insert(entry.item).second);
    EXPECT_GT(after.size(), before.size());
}

TEST(Queue, WhatWasUndoneComesFirstInTheOrderItWasGiven) {
    const auto items = makeItems(30);
    Log log;
    std::vector<std::int64_t> given;
    for (int i = 0; i < 3; ++i) {
        const auto entry = nextEntry(items, log.fold(), "ann", {});
        given.push_back(entry->item);
        log.add(entry->item, LabelKind::A, "ann", entry->showing, entry->isSwapped);
    }
    for (int i = 0; i < 3; ++i) log.undo(log.fold().undoable.at("ann"));
    for (int i = 0; i < 3; ++i) {
        const auto entry = nextEntry(items, log.fold(), "ann", {});
        EXPECT_EQ(entry->item, given[static_cast<std::size_t>(i)]);
        log.add(entry->item, LabelKind::B, "ann", entry->showing, entry->isSwapped);
    }
}

TEST(Queue, SkippedItemsDoNotComeBackAndAreNotRepeated) {
    const auto items = makeItems(80);
    Log log;
    std::size_t shown = 0;
    while (const auto entry = nextEntry(items, log.fold(), "ann", {})) {
        EXPECT_EQ(entry->showing, Showing::First);
        log.add(entry->item, LabelKind::Skip, "ann", entry->showing, entry->isSwapped);
        ASSERT_LE(++shown, 80U);
    }
    EXPECT_EQ(shown, 80U);
}

TEST(Queue, UncertainPairsComeFirstAndUnscoredOnesLast) {
    auto items = makeItems(4);
    items[0].rewardA = 1.0, items[0].rewardB = 4.0;
    items[2].rewardA = -1.0, items[2].rewardB = -1.2;
    items[3].rewardA = 0.0, items[3].rewardB = 1.0;
    Log log;
    const auto order = labelAll(items, {.order = LabelOrder::Uncertain, .repeatShare = 0}, log);
    ASSERT_EQ(order.size(), 4U);
    EXPECT_EQ(order[0].item, 3);
    EXPECT_EQ(order[1].item, 4);
    EXPECT_EQ(order[2].item, 1);
    EXPECT_EQ(order[3].item, 2);
}

TEST(LabelProgress, CountsFirstShowingsOfOneRater) {
    const auto items = makeItems(5);
    Log log;
    log.add(1, LabelKind::A);
    log.add(2, LabelKind::Skip);
    log.add(1, LabelKind::A, "ann", Showing::Repeat);
    log.add(3, LabelKind::B, "bob");
    log.add(4, LabelKind::Flag);
    log.add(3, LabelKind::B).time = "2026-11-23T23:59:59Z";
    const auto progress = labelProgress(items, log.fold(), "ann", "2026-11-24");
    EXPECT_EQ(progress.items, 5);
    EXPECT_EQ(progress.judged, 3);
    EXPECT_EQ(progress.skipped, 1);
    EXPECT_EQ(progress.flagged, 1);
    EXPECT_EQ(progress.today, 3);
}

}  // namespace
}  // namespace lathe
