// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>

#include <lathe/error.h>

#include "text/prompt_template.h"
#include "text_test_support.h"

namespace lathe::text::testing {
namespace {

using Row = std::map<std::string, std::string>;

RowLookup lookup(Row row) {
    return [row = std::move(row)](const std::string& column) -> std::optional<std::string> {
        const auto found = row.find(column);
        return found == row.end() ? std::nullopt : std::optional(found->second);
    };
}

std::string filled(const char* source, const Row& row, const Blanks& blanks = {}) {
    return PromptTemplate(source).render(lookup(row), blanks).text;
}

TEST(PromptTemplate, FieldsAreFilledAndDoubledBracesStay) {
    EXPECT_EQ(filled("English: {English}\nLaTeX: {{{LaTeX}}}", {{"English", "x {y}"}, {"LaTeX", "\\frac{a}{b}"}}),
              "English: x {y}\nLaTeX: {\\frac{a}{b}}");
    EXPECT_EQ(PromptTemplate("{a} {b}. {a}").fields(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(filled("no field", {}), "no field");
    EXPECT_EQ(filled("{Title (en)}", {{"Title (en)", "Up"}}), "Up");
}

TEST(PromptTemplate, MistakesSayWhere) {
    for (const auto& [source, position] : {std::pair("ab {c", "character 4"),
                                           {"a}b", "character 2"},
                                           {"{}", "character 1"},
                                           {"{a{b}", "character 1"},
                                           {"x{ }", "character 2"}}) {
        try {
            PromptTemplate{source};
            ADD_FAILURE() << source;
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find(position), std::string::npos) << error.what();
        }
    }
}

TEST(PromptTemplate, AnUnknownColumnIsNamedWithTheOnesThatExist) {
    try {
        PromptTemplate("{English} {Latex}").checkColumns({"English", "LaTeX"});
        FAIL();
    } catch (const Error& error) {
        const std::string what = error.what();
        EXPECT_NE(what.find("'Latex'"), std::string::npos);
        EXPECT_NE(what.find("English, LaTeX"), std::string::npos);
    }
    EXPECT_NO_THROW(PromptTemplate("{English}").checkColumns({"English"}));
}

TEST(PromptTemplate, BlanksFollowTheirRule) {
    const char* source = "{Title} is a film of {Year}. It was directed by {Director}. The plot: {Plot}";
    const Row row = {{"Title", "Up"}, {"Year", "2009"}, {"Director", " "}, {"Plot", "A house flies."}};
    EXPECT_EQ(filled(source, row), "Up is a film of 2009. It was directed by  . The plot: A house flies.");
    EXPECT_EQ(filled(source, row, {BlankRule::Placeholder, "somebody"}),
              "Up is a film of 2009. It was directed by somebody. The plot: A house flies.");
    EXPECT_EQ(filled(source, row, {BlankRule::SkipSentence, ""}), "Up is a film of 2009. The plot: A house flies.");
}

TEST(PromptTemplate, SkippedSentencesLeaveNoLooseEnds) {
    EXPECT_EQ(filled("Title: {t}\nCast: {c}\nPlot: {p}", {{"t", "Up"}, {"p", "x"}}, {BlankRule::SkipSentence, ""}),
              "Title: Up\nPlot: x");
    EXPECT_EQ(filled("Title: {t}\nCast: {c}", {{"t", "Up"}}, {BlankRule::SkipSentence, ""}), "Title: Up");
    EXPECT_EQ(filled("{t}. By {d}.", {{"t", "Version 2.5"}, {"d", "Ann"}}, {BlankRule::SkipSentence, ""}),
              "Version 2.5. By Ann.");
    EXPECT_EQ(filled("{t}. By {d}.", {}, {BlankRule::SkipSentence, ""}), "");
}

TEST(PromptTemplate, SpansTellWhereValuesLie) {
    const RenderedPrompt prompt = PromptTemplate("a {x} b {y}").render(lookup({{"x", "12"}, {"y", "345"}}));
    ASSERT_EQ(prompt.fields.size(), 2u);
    EXPECT_EQ(prompt.fields[0].bytes, (ByteRange{2, 4}));
    EXPECT_EQ(prompt.fields[1].bytes, (ByteRange{7, 10}));
    EXPECT_EQ(prompt.fields[1].column, "y");
}

class Example : public ::testing::Test {
protected:
    static Tokenizer make() {
        const TemporaryFolder folder;
        folder.write("tokenizer.json", smallBpe());
        folder.write("tokenizer_config.json", R"({"eos_token": "<|end|>"})");
        return loadTokenizer(folder.path());
    }
    Tokenizer tokenizer = make();
    PromptTemplate promptTemplate{"in {Q} out {A}"};
    Row row = {{"Q", "the"}, {"A", "the 12"}};

    TokenisedExample tokenise(ExampleOptions options) const {
        return tokeniseExample(promptTemplate, lookup(row), tokenizer, options);
    }
};

TEST_F(Example, AllIsTrainedAndEosIsAppended) {
    const TokenisedExample example = tokenise({});
    EXPECT_EQ(example.text, "in the out the 12");
    EXPECT_EQ(example.ids.back(), 0);
    EXPECT_EQ(example.roles.back(), TokenRole::Eos);
    EXPECT_EQ(example.trainedTokens, example.ids.size());
    auto ids = tokenizer.encode(example.text);
    ids.push_back(0);
    EXPECT_EQ(example.ids, ids);
    EXPECT_FALSE(example.isTruncated);
}

TEST_F(Example, OnlyTheTargetIsTrained) {
    const TokenisedExample example = tokenise({.trainOn = TrainOn::Target, .target = "A"});
    std::string trained;
    std::string prompt;
    for (std::size_t i = 0; i < example.ids.size(); ++i) {
        (example.roles[i] == TokenRole::Prompt ? prompt : trained) +=
            tokenizer.decode({example.ids[i]}, SkipSpecialTokens::No);
    }
    EXPECT_EQ(prompt, "in the out");
    EXPECT_EQ(trained, " the 12<|end|>");  // the space belongs to the target's first token
}

TEST_F(Example, TruncationLosesEosFirst) {
    const TokenisedExample whole = tokenise({});
    const auto size = static_cast<std::int64_t>(whole.ids.size());
    EXPECT_FALSE(tokenise({.maxLength = size}).isTruncated);
    const TokenisedExample cut = tokenise({.maxLength = size - 1});
    EXPECT_TRUE(cut.isTruncated);
    EXPECT_EQ(cut.keptTokens, whole.ids.size() - 1);
    EXPECT_EQ(cut.roles.back(), TokenRole::Truncated);
    EXPECT_EQ(cut.roles[cut.keptTokens - 1], TokenRole::Trained);
    EXPECT_EQ(cut.trainedTokens, cut.keptTokens);
}

TEST_F(Example, ATargetThatTheTemplateLacksIsAnError) {
    EXPECT_THROW(tokenise({.trainOn = TrainOn::Target, .target = "B"}), Error);
}

TEST_F(Example, AnEmptyTargetTrainsOnlyEos) {
    row["A"] = "";
    const TokenisedExample example = tokenise({.trainOn = TrainOn::Target, .target = "A"});
    EXPECT_EQ(example.trainedTokens, 1u);
    EXPECT_EQ(example.roles.back(), TokenRole::Eos);
}

TEST_F(Example, ATokenizerWithoutEosSaysSo) {
    const TemporaryFolder folder;
    folder.write("tokenizer.json", smallBpe());
    folder.write("tokenizer_config.json", R"({"pad_token": "<|end|>"})");
    const Tokenizer other = loadTokenizer(folder.path());
    EXPECT_THROW(tokeniseExample(promptTemplate, lookup(row), other, {}), Error);
    EXPECT_NO_THROW(tokeniseExample(promptTemplate, lookup(row), other, {.appendEos = false}));
}

}  // namespace
}  // namespace lathe::text::testing
