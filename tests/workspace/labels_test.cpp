// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>
#include <filesystem>
#include <random>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "workspace/database.h"
#include "workspace/workspace.h"

namespace lathe::workspace {
namespace {

namespace fs = std::filesystem;

class Labels : public ::testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("lathe-labels-" + std::to_string(::getpid()) + "-" + ::testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    static std::vector<ImportedItem> pairs(int count) {
        std::vector<ImportedItem> items;
        for (int i = 0; i < count; ++i) items.push_back({{.prompt = "p" + std::to_string(i), .answerA = "a", .answerB = "b", .originA = "m", .originB = "n", .margin = 0.25}, {}});
        return items;
    }
    static LabelEvent judgement(std::int64_t item, LabelKind kind, const std::string& rater = "ann") {
        LabelEvent event;
        event.item = item;
        event.kind = kind;
        event.rater = rater;
        event.dwellMs = 1234.5;
        return event;
    }

    fs::path folder_;
};

TEST_F(Labels, ComeBackAsTheyWereGivenAfterANewStart) {
    std::vector<std::int64_t> ids;
    LabelEvent rated = judgement(0, LabelKind::Rating);
    {
        Workspace workspace(folder_);
        workspace.saveLabelSet({.name = "mine", .mode = LabelMode::Ratings, .queue = {.seed = ~std::uint64_t{0}, .order = LabelOrder::Uncertain, .repeatShare = 0.1, .repeatGap = 25}, .guidelines = "be kind"});
        ids = workspace.addPreferenceItems("mine", pairs(3));
        rated.item = ids[1];
        rated.showing = Showing::Repeat;
        rated.isSwapped = true;
        rated.ratingA = 9;
        rated.ratingB = 10;
        rated.isByKeyboard = false;
        workspace.addLabelEvent("mine", rated);
        LabelEvent note = judgement(ids[0], LabelKind::Note);
        note.note = "\u00fc\n\"x\"";
        workspace.addLabelEvent("mine", note);
    }
    Workspace workspace(folder_);
    const LabelSet set = workspace.labelSet("mine");
    EXPECT_EQ(set.mode, LabelMode::Ratings);
    EXPECT_EQ(set.queue.seed, ~std::uint64_t{0});
    EXPECT_EQ(set.queue.order, LabelOrder::Uncertain);
    EXPECT_EQ(set.queue.repeatGap, 25);
    EXPECT_EQ(set.items, 3);
    EXPECT_EQ(set.events, 2);
    const auto events = workspace.labelEvents("mine");
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].item, ids[1]);
    EXPECT_EQ(events[0].kind, LabelKind::Rating);
    EXPECT_EQ(events[0].showing, Showing::Repeat);
    EXPECT_TRUE(events[0].isSwapped);
    EXPECT_EQ(events[0].ratingB, 10);
    EXPECT_FALSE(events[0].isByKeyboard);
    EXPECT_DOUBLE_EQ(events[0].dwellMs, 1234.5);
    EXPECT_EQ(events[0].time.size(), 20U);
    EXPECT_EQ(events[1].note, "\u00fc\n\"x\"");
    const auto items = workspace.preferenceItems("mine");
    EXPECT_EQ(items[2].prompt, "p2");
    EXPECT_DOUBLE_EQ(items[2].margin, 0.25);
    EXPECT_FALSE(items[2].rewardA);
}

TEST_F(Labels, WrongOnesAreRefusedAndNothingIsKeptOfThem) {
    Workspace workspace(folder_);
    workspace.saveLabelSet({.name = "one"});
    workspace.saveLabelSet({.name = "two"});
    const auto mine = workspace.addPreferenceItems("one", pairs(1)).front();
    const auto other = workspace.addPreferenceItems("two", pairs(1)).front();
    LabelEvent rating = judgement(mine, LabelKind::Rating);
    rating.ratingA = 11;
    rating.ratingB = 1;
    EXPECT_THROW(workspace.addLabelEvent("one", rating), Error);
    EXPECT_THROW(workspace.addLabelEvent("one", judgement(other, LabelKind::A)), Error);
    EXPECT_THROW(workspace.addLabelEvent("one", judgement(mine, LabelKind::A, " ")), Error);
    EXPECT_THROW(workspace.addLabelEvent("three", judgement(mine, LabelKind::A)), Error);
    const auto given = workspace.addLabelEvent("one", judgement(mine, LabelKind::A));
    LabelEvent undo = judgement(0, LabelKind::Undo, "bob");
    undo.undoes = given.id;
    EXPECT_THROW(workspace.addLabelEvent("one", undo), Error);
    undo.rater = "ann";
    EXPECT_EQ(workspace.addLabelEvent("one", undo).item, mine);
    EXPECT_EQ(workspace.labelEvents("one").size(), 2U);
}

TEST_F(Labels, AnImportWithOneWrongLabelLeavesNothingBehind) {
    Workspace workspace(folder_);
    workspace.saveLabelSet({.name = "mine"});
    auto items = pairs(2);
    LabelEvent wrong = judgement(0, LabelKind::Rating);
    items[1].labels.push_back(wrong);
    EXPECT_THROW(workspace.addPreferenceItems("mine", items), Error);
    EXPECT_TRUE(workspace.preferenceItems("mine").empty());
}

TEST_F(Labels, EventsCannotBeChangedInTheFile) {
    {
        Workspace workspace(folder_);
        workspace.saveLabelSet({.name = "mine"});
        const auto item = workspace.addPreferenceItems("mine", pairs(1)).front();
        workspace.addLabelEvent("mine", judgement(item, LabelKind::A));
    }
    Database database(folder_ / "lathe.sqlite", OpenMode::ReadWrite, folder_ / "ballast");
    EXPECT_THROW(database.execute("UPDATE label_events SET kind='b'"), Error);
    EXPECT_THROW(database.execute("DELETE FROM label_events"), Error);
}

TEST_F(Labels, SidesStayOnceSomebodyLabelled) {
    Workspace workspace(folder_);
    workspace.saveLabelSet({.name = "mine", .queue = {.seed = 1}});
    EXPECT_EQ(workspace.saveLabelSet({.name = "mine", .queue = {.seed = 2}}).queue.seed, 2U);
    const auto item = workspace.addPreferenceItems("mine", pairs(1)).front();
    workspace.addLabelEvent("mine", judgement(item, LabelKind::A));
    const LabelSet changed = workspace.saveLabelSet({.name = "mine", .mode = LabelMode::Ratings, .queue = {.seed = 3}});
    EXPECT_EQ(changed.queue.seed, 2U);
    EXPECT_EQ(changed.mode, LabelMode::Ratings);
}

TEST_F(Labels, ARemovedSetComesBackWhole) {
    Workspace workspace(folder_);
    workspace.saveLabelSet({.name = "mine"});
    workspace.addPreferenceItems("mine", pairs(2));
    workspace.removeLabelSet("mine");
    EXPECT_TRUE(workspace.labelSets().empty());
    EXPECT_THROW(workspace.preferenceItems("mine"), Error);
    workspace.restoreLabelSet("mine");
    EXPECT_EQ(workspace.preferenceItems("mine").size(), 2U);
}

/// Labels without end and tells each id through the pipe after it was acknowledged.
[[noreturn]] void labelUntilKilled(const fs::path& folder, std::int64_t item, int pipe) {
    try {
        Workspace workspace(folder);
        if (workspace.isReadOnly()) ::_exit(3);
        for (int i = 0;; ++i) {
            const auto given = workspace.addLabelEvent("mine", [&] {
                LabelEvent event;
                event.item = item;
                event.kind = i % 2 == 0 ? LabelKind::A : LabelKind::B;
                event.rater = "ann";
                event.dwellMs = 1;
                return event;
            }());
            if (::write(pipe, &given.id, sizeof given.id) != sizeof given.id) ::_exit(4);
        }
    } catch (const std::exception&) {
        ::_exit(5);
    }
}

TEST_F(Labels, NoAcknowledgedLabelIsLostWhenTheProgramIsKilled) {
    std::int64_t item = 0;
    {
        Workspace workspace(folder_);
        workspace.saveLabelSet({.name = "mine"});
        item = workspace.addPreferenceItems("mine", pairs(1)).front();
    }
    std::mt19937 random(20261124);
    std::set<std::int64_t> acknowledged;
    constexpr int kKills = 200;
    for (int round = 0; round < kKills; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(ends[0]);
            labelUntilKilled(folder_, item, ends[1]);
        }
        ::close(ends[1]);
        // Not before its first few labels, then at any moment.
        std::int64_t id = 0;
        const int before = static_cast<int>(random() % 4);
        for (int i = 0; i < before && ::read(ends[0], &id, sizeof id) == sizeof id; ++i) acknowledged.insert(id);
        ::usleep(static_cast<useconds_t>(random() % 9000));
        ::kill(child, SIGKILL);
        while (::read(ends[0], &id, sizeof id) == sizeof id) acknowledged.insert(id);
        ::close(ends[0]);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
    }
    Workspace workspace(folder_);
    std::set<std::int64_t> kept;
    for (const LabelEvent& event : workspace.labelEvents("mine")) kept.insert(event.id);
    for (const std::int64_t id : acknowledged) EXPECT_TRUE(kept.contains(id)) << id;
    EXPECT_GT(acknowledged.size(), static_cast<std::size_t>(kKills));
    RecordProperty("acknowledged", static_cast<int>(acknowledged.size()));
    RecordProperty("kept", static_cast<int>(kept.size()));
}

}  // namespace
}  // namespace lathe::workspace
