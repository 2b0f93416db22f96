// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/json.h"
#include "preference/make.h"

namespace lathe {
namespace {

using base::Json;
using testing::Log;
using testing::makeItem;

std::vector<Json> linesOf(const std::string& text) {
    std::vector<Json> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\n', begin);
        lines.push_back(base::parseJson(std::string_view(text).substr(begin, end - begin), "line"));
        begin = end + 1;
    }
    return lines;
}

TEST(ReadPreferences, ChosenAndRejectedBecomeJudgedPairs) {
    const auto read = readPreferences({"idx", "Prompt", "chosen", "rejected", "margin"}, {{"0", "p", "good", "bad", "0.5"}, {"1", "q", "good", "", ""}, {"2", "", "a", "b", ""},
                                                                                         {"3", "r", "same", "same", ""}, {"4", "s", "a", "b", "much"}}, "file");
    ASSERT_EQ(read.items.size(), 2U);
    EXPECT_EQ(read.items[0].item.answerA, "good");
    EXPECT_DOUBLE_EQ(read.items[0].item.margin, 0.5);
    ASSERT_EQ(read.items[0].labels.size(), 1U);
    EXPECT_EQ(read.items[0].labels[0].kind, LabelKind::A);
    EXPECT_EQ(read.items[1].item.answerB, "");
    EXPECT_EQ(read.leftOut, 3);
    EXPECT_EQ(read.problems.size(), 3U);
}

TEST(ReadPreferences, MessagesAreUnderstoodWithThePromptApartOrInside) {
    const std::string user = R"([{"role":"user","content":"hello?"}])";
    const std::string good = R"([{"role":"user","content":"hello?"},{"role":"assistant","content":"hi"}])";
    const std::string bad = R"([{"role":"user","content":"hello?"},{"role":"assistant","content":"no"}])";
    const auto inside = readPreferences({"chosen", "rejected"}, {{good, bad}}, "file");
    ASSERT_EQ(inside.items.size(), 1U);
    EXPECT_EQ(inside.items[0].item.prompt, "hello?");
    EXPECT_EQ(inside.items[0].item.answerA, "hi");
    EXPECT_EQ(inside.items[0].item.answerB, "no");
    const auto apart = readPreferences({"prompt", "chosen", "rejected"}, {{user, R"([{"role":"assistant","content":"hi"}])", R"([{"role":"assistant","content":"no"}])"}}, "file");
    EXPECT_EQ(apart.items.at(0).item.prompt, "hello?");
    EXPECT_EQ(apart.items.at(0).item.answerB, "no");
    const auto text = readPreferences({"prompt", "chosen", "rejected"}, {{"p", "[1, 2]", "[not json"}}, "file");
    EXPECT_EQ(text.items.at(0).item.answerA, "[1, 2]");
}

TEST(ReadPreferences, LabelsRatingsAndUnlabelledPairs) {
    const auto labelled = readPreferences({"prompt", "answer_a", "answer_b", "winner", "judge"},
                                          {{"p", "x", "y", "model_b", "ann"}, {"q", "x", "y", "tie (bothbad)", ""}, {"r", "x", "y", "", ""}, {"s", "x", "y", "perhaps", ""}}, "file");
    ASSERT_EQ(labelled.items.size(), 3U);
    EXPECT_EQ(labelled.items[0].labels.at(0).kind, LabelKind::B);
    EXPECT_EQ(labelled.items[0].labels.at(0).rater, "ann");
    EXPECT_EQ(labelled.items[1].labels.at(0).kind, LabelKind::BothBad);
    EXPECT_TRUE(labelled.items[2].labels.empty());
    EXPECT_EQ(labelled.leftOut, 1);
    const auto rated = readPreferences({"prompt", "answer_a", "answer_b", "rating_a", "rating_b"}, {{"p", "x", "y", "9", "2"}, {"q", "x", "y", "11", "2"}, {"r", "x", "y", "4.5", "2"}}, "file");
    ASSERT_EQ(rated.items.size(), 1U);
    EXPECT_EQ(rated.items[0].labels[0].ratingA, 9);
    EXPECT_EQ(rated.leftOut, 2);
}

TEST(ReadPreferences, SingleRatingsArePairedByPrompt) {
    const auto read = readPreferences({"prompt", "response", "score"}, {{"p", "x", "9"}, {"q", "alone", "3"}, {"p", "y", "2"}, {"p", "z", "5"}}, "file");
    EXPECT_EQ(read.items.size(), 2U);
    EXPECT_EQ(read.leftOut, 1);
    std::vector<PreferenceItem> items;
    Log log;
    for (const auto& imported : read.items) {
        items.push_back(imported.item);
        items.back().id = static_cast<std::int64_t>(items.size());
        log.rate(items.back().id, imported.labels[0].ratingA, imported.labels[0].ratingB);
    }
    EXPECT_EQ(pairsOf(items, log.fold(), {.minimumGap = 3}).pairs.size(), 3U);
}

TEST(ReadPreferences, OtherColumnsAreRefusedWithWhatIsUnderstood) {
    try {
        readPreferences({"text", "labels"}, {{"a", "b"}}, "films.csv");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
        EXPECT_NE(std::string(error.what()).find("films.csv"), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("chosen"), std::string::npos);
    }
}

TEST(WritePreferences, TrlPairsAsTextAndAsMessages) {
    const std::vector<PreferenceItem> items = {makeItem(1, "p", "x \"quoted\"", "y"), makeItem(2, "q", "x", "y"), makeItem(3, "r", "x", "y")};
    Log log;
    log.add(1, LabelKind::B);
    log.add(2, LabelKind::Tie);
    log.add(3, LabelKind::BothBad);
    const auto text = writePreferences(items, log.fold(), {});
    const auto lines = linesOf(text.text);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0], (Json{{"prompt", "p"}, {"chosen", "y"}, {"rejected", "x \"quoted\""}}));
    EXPECT_NE(text.sentence.find("1 equally good"), std::string::npos);
    EXPECT_NE(text.sentence.find("1 both bad"), std::string::npos);
    const auto chat = linesOf(writePreferences(items, log.fold(), {.form = PreferenceForm::Messages}).text);
    EXPECT_EQ(chat.at(0)["prompt"], Json::parse(R"([{"role":"user","content":"p"}])"));
    EXPECT_EQ(chat.at(0)["chosen"], Json::parse(R"([{"role":"assistant","content":"y"}])"));
}

TEST(WritePreferences, UnpairedKeepsTheBothBadOnes) {
    const std::vector<PreferenceItem> items = {makeItem(1, "p", "x", "y"), makeItem(2, "q", "v", "w"), makeItem(3, "r", "x", "y")};
    Log log;
    log.add(1, LabelKind::A);
    log.add(2, LabelKind::BothBad);
    log.add(3, LabelKind::Tie);
    const auto lines = linesOf(writePreferences(items, log.fold(), {.format = PreferenceFormat::TrlUnpaired}).text);
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[0], (Json{{"prompt", "p"}, {"completion", "x"}, {"label", true}}));
    EXPECT_EQ(lines[1]["label"], false);
    EXPECT_EQ(lines[3], (Json{{"prompt", "q"}, {"completion", "w"}, {"label", false}}));
}

TEST(WritePreferences, TheCompleteFormatComesBackAsItWas) {
    const std::vector<PreferenceItem> items = {makeItem(1, "p", "x,\n\"y\"", "z"), makeItem(2, "q", "a", "b")};
    Log log;
    log.add(1, LabelKind::B, "ann", Showing::First, true);
    log.add(1, LabelKind::A, "bob");
    log.add(1, LabelKind::B, "ann", Showing::Repeat);
    log.add(1, LabelKind::Flag, "bob");
    log.add(1, LabelKind::Note, "bob").note = "why?";
    const auto file = writePreferences(items, log.fold(), {.format = PreferenceFormat::Jsonl});
    EXPECT_EQ(file.lines, 4);
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> cells;
    for (const Json& line : linesOf(file.text)) {
        if (columns.empty())
            for (const auto& entry : line.items()) columns.push_back(entry.key());
        cells.emplace_back();
        for (const auto& value : line) cells.back().push_back(value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump());
    }
    const auto back = readPreferences(columns, cells, "file");
    ASSERT_EQ(back.items.size(), 2U);
    EXPECT_EQ(back.form, "two answers with labels");  // the rating columns are there and empty
    EXPECT_EQ(back.items[0].item.answerA, "x,\n\"y\"");
    Log again;
    for (const auto& event : back.items[0].labels) {
        auto& added = again.add(1, event.kind, event.rater, event.showing, event.isSwapped);
        added.note = event.note;
    }
    const auto folded = again.fold();
    ASSERT_EQ(folded.judgements.size(), 3U);
    EXPECT_EQ(folded.flags.size(), 1U);
    EXPECT_EQ((folded.notes.at({"bob", 1})), "why?");
    for (const auto& judgement : folded.judgements) {
        if (judgement.rater == "ann" && judgement.showing == Showing::First) {
            EXPECT_TRUE(judgement.isSwapped);
            EXPECT_EQ(judgement.kind, LabelKind::B);
        }
    }
}

TEST(WritePreferences, CsvQuotesWhatNeedsIt) {
    const std::vector<PreferenceItem> items = {makeItem(1, "p, q", "say \"x\"", "two\nlines")};
    const auto file = writePreferences(items, Log().fold(), {.format = PreferenceFormat::Csv});
    EXPECT_TRUE(file.text.starts_with("item,prompt,answer_a,answer_b,"));
    EXPECT_NE(file.text.find("\r\n1,\"p, q\",\"say \"\"x\"\"\",\"two\nlines\",x,y,"), std::string::npos);
}

TEST(WritePreferences, BrokenUtf8DoesNotStopTheExport) {
    const std::vector<PreferenceItem> items = {makeItem(1, "p", "bad \xff byte", "y")};
    Log log;
    log.add(1, LabelKind::A);
    EXPECT_EQ(linesOf(writePreferences(items, log.fold(), {}).text).size(), 1U);
}

}  // namespace
}  // namespace lathe
