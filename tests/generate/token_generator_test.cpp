// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/token_generator.h"

#include <cmath>
#include <filesystem>
#include <set>

#include <gmock/gmock.h>

#include <lathe/error.h>

#include "base/files.h"
#include "generate/cases.h"
#include "generate/generator.h"
#include "generate/quantised_weights.h"
#include "generate/token_record.h"
#include "models/formats/model_files.h"
#include "models/loader.h"

namespace lathe::generate {
namespace {

namespace fs = std::filesystem;
using base::Json;
using lathe::testing::generationCases;
using lathe::testing::optionsOf;

/// One thread: the tiny model's products are smaller than what a second one costs, above all on a busy machine.
models::Model& tinyModel() {
    at::set_num_threads(1);
    static const models::LoadedModel loaded = models::loadModel(LATHE_SOURCE_DIR "/tests/generate/data/tiny");
    return *loaded.model;
}

TokenRequest requestOf(const std::vector<std::vector<std::int32_t>>& prompts, const GenerationOptions& options) {
    TokenRequest request;
    request.prompts = prompts;
    request.options = options;
    return request;
}

TEST(Generation, IsWhatTransformersGenerates) {
    int wrong = 0;
    int number = 0;
    for (const Json& one : generationCases().at("generate")) {
        const TokenResult result = generateTokens(
            tinyModel(), requestOf({one.at("prompt").get<std::vector<std::int32_t>>()}, optionsOf(one.at("options"))));
        const Json& answers = one.at("answers");
        ASSERT_EQ(result.answers.front().size(), answers.size()) << number;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const auto expected = answers[i].at("ids").get<std::vector<std::int32_t>>();
            const GeneratedIds& mine = result.answers.front()[i];
            if (mine.ids != expected) {
                ++wrong;
                ADD_FAILURE() << "case " << number << " answer " << i << " " << one.at("options").dump()
                              << "\nexpected " << answers[i].at("ids").dump() << "\ngot      " << Json(mine.ids).dump();
            } else if (answers[i].at("score").is_number()) {
                EXPECT_NEAR(mine.score, answers[i].at("score").get<double>(), 1e-4 + 3e-6 * std::fabs(mine.score))
                    << number;
            }
        }
        ASSERT_LT(wrong, 5);
        ++number;
    }
    EXPECT_GT(number, 700);
}

TEST(Generation, OfManyPromptsEqualsEachAlone) {
    std::vector<std::vector<std::int32_t>> prompts{{5, 9, 12}, {40}, {3, 3, 17, 21, 30, 8}, {25, 6}, {11, 10, 9, 8}};
    for (const std::int64_t beams : {1, 3}) {
        GenerationOptions options;
        options.numBeams = beams;
        options.maxNewTokens = 15;
        options.eosIds = {2, 7};
        TokenRequest together = requestOf(prompts, options);
        together.maxRows = 7;  // several batches
        const TokenResult all = generateTokens(tinyModel(), together);
        for (std::size_t i = 0; i < prompts.size(); ++i)
            EXPECT_EQ(all.answers[i].front().ids,
                      generateTokens(tinyModel(), requestOf({prompts[i]}, options)).answers.front().front().ids)
                << beams << " " << i;
    }
}

TEST(Sampling, DependsOnTheSeedAndNotOnTheBatch) {
    GenerationOptions options;
    options.doSample = true;
    options.maxNewTokens = 20;
    options.numReturnSequences = 3;
    options.seed = 9;
    const std::vector<std::vector<std::int32_t>> prompts{{5, 9, 12}, {40}, {3, 3}};
    TokenRequest request = requestOf(prompts, options);
    const TokenResult wide = generateTokens(tinyModel(), request);
    request.maxRows = 1;
    const TokenResult narrow = generateTokens(tinyModel(), request);
    for (std::size_t i = 0; i < prompts.size(); ++i)
        for (std::size_t j = 0; j < 3; ++j) EXPECT_EQ(wide.answers[i][j].ids, narrow.answers[i][j].ids) << i << j;
    EXPECT_NE(wide.answers[0][0].ids, wide.answers[0][1].ids);
    request.options.seed = 10;
    EXPECT_NE(generateTokens(tinyModel(), request).answers[0][0].ids, wide.answers[0][0].ids);
}

TEST(Record, IsWhatAPassOverTheWholeAnswerGives) {
    const torch::NoGradGuard noGrad;
    models::Model& model = tinyModel();
    GenerationOptions options;
    options.doSample = true;
    options.topK = 0;
    options.maxNewTokens = 12;
    options.numReturnSequences = 2;
    options.seed = 4;
    const std::vector<std::vector<std::int32_t>> prompts{{5, 9, 12}, {40}, {3, 3, 7, 8}};
    TokenRequest request = requestOf(prompts, options);
    const TokenResult plain = generateTokens(model, request);
    request.options.eosIds = {plain.answers[1][0].ids[4]};  // so that answers end at different tokens
    request.recording = {1, 0.7};
    const TokenResult result = generateTokens(model, request);
    std::set<std::size_t> lengths;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        for (const GeneratedIds& answer : result.answers[i]) {
            ASSERT_TRUE(answer.record);
            lengths.insert(answer.ids.size());
            std::vector<std::int32_t> whole = prompts[i];
            whole.insert(whole.end(), answer.ids.begin(), answer.ids.end());
            const auto batch = tensor::makePackedBatch({whole});
            const auto before = static_cast<std::int64_t>(prompts[i].size()), tokens = static_cast<std::int64_t>(answer.ids.size());
            const torch::Tensor stream = model.forwardUpTo(1, batch);
            ASSERT_EQ(answer.record->stream.size(0), before + tokens);
            EXPECT_LT((answer.record->stream - stream).narrow(0, 0, before + tokens - 1).abs().max().item<float>(), 1e-5f * stream.abs().max().item<float>());
            EXPECT_EQ(answer.record->stream[before + tokens - 1].abs().max().item<float>(), 0);
            const torch::Tensor hidden = model.forward(batch).narrow(0, before - 1, tokens);
            EXPECT_LT((answer.record->hidden - hidden).abs().max().item<float>(), 1e-4f);
            const torch::Tensor ln = at::log_softmax(model.languageModelLogits(hidden) / 0.7, -1);
            for (std::int64_t t = 0; t < tokens; ++t) {
                const auto at = static_cast<std::size_t>(t);
                EXPECT_NEAR(answer.record->logProbabilities[at], ln[t][answer.ids[at]].item<double>(), 1e-4);
                EXPECT_NEAR(answer.record->entropies[at], -(ln[t].exp() * ln[t]).sum().item<double>(), 1e-4);
            }
            ASSERT_EQ(answer.record->logProbabilities.size(), answer.ids.size());
        }
    }
    EXPECT_GT(lengths.size(), 1U);
    EXPECT_FALSE(plain.answers[0][0].record);
}

TEST(Sampling, FollowsTheModelsProbabilities) {
    const std::vector<std::int32_t> prompt{5, 9, 12};
    GenerationOptions options;
    options.doSample = true;
    options.topK = 0;
    options.maxNewTokens = 1;
    options.numReturnSequences = 256;
    std::vector<double> counts(48);
    for (int round = 0; round < 16; ++round) {
        options.seed = static_cast<std::uint64_t>(round);
        const TokenResult result = generateTokens(tinyModel(), requestOf({prompt}, options));
        for (const GeneratedIds& one : result.answers.front())
            counts[static_cast<std::size_t>(one.ids.front())] += 1.0 / 4096;
    }
    for (std::int32_t token = 0; token < 48; ++token) {
        const double probability = std::exp(scoreCompletions(tinyModel(), {{prompt, {token}}}).front().logProbability);
        EXPECT_NEAR(counts[static_cast<std::size_t>(token)], probability,
                    4.5 * std::sqrt(probability * (1 - probability) / 4096) + 1e-3)
            << token;
    }
}

TEST(BeamSampling, GivesDifferentBeamsForDifferentSeeds) {
    GenerationOptions options;
    options.doSample = true;
    options.numBeams = 3;
    options.numReturnSequences = 3;
    options.maxNewTokens = 10;
    const TokenResult first = generateTokens(tinyModel(), requestOf({{5, 9, 12}}, options));
    EXPECT_EQ(first.answers.front().size(), 3u);
    EXPECT_GE(first.answers.front()[0].score, first.answers.front()[1].score);
    options.seed = 1;
    EXPECT_NE(generateTokens(tinyModel(), requestOf({{5, 9, 12}}, options)).answers.front()[0].ids,
              first.answers.front()[0].ids);
}

TEST(Steps, CarryProbabilitiesAndAlternatives) {
    GenerationOptions options;
    options.maxNewTokens = 6;
    options.topAlternatives = 10;
    TokenRequest request = requestOf({{5, 9, 12}}, options);
    std::vector<GeneratedStep> steps;
    request.onStep = [&](const GeneratedStep& step) { steps.push_back(step); };
    const GeneratedIds answer = generateTokens(tinyModel(), request).answers.front().front();
    ASSERT_EQ(steps.size(), 6u);
    double sum = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        EXPECT_EQ(steps[i].id, answer.ids[i]);
        ASSERT_EQ(steps[i].alternatives.size(), 10u);
        EXPECT_EQ(steps[i].alternatives.front().first, steps[i].id);  // greedy takes the likeliest
        EXPECT_EQ(steps[i].alternatives.front().second, steps[i].logProbability);
        sum += steps[i].logProbability;
    }
    EXPECT_DOUBLE_EQ(sum, answer.score);
    EXPECT_NEAR(scoreCompletions(tinyModel(), {{{5, 9, 12}, answer.ids}}).front().logProbability, answer.score, 1e-4);
}

TEST(Stop, IsHonouredWithinOneToken) {
    GenerationOptions options;
    options.maxNewTokens = 100;
    std::stop_source source;
    TokenRequest request = requestOf({{5, 9, 12}}, options);
    request.stop = source.get_token();
    request.onStep = [&, count = 0](const GeneratedStep&) mutable {
        if (++count == 4) source.request_stop();
    };
    const TokenResult result = generateTokens(tinyModel(), request);
    EXPECT_TRUE(result.wasStopped);
    EXPECT_EQ(result.answers.front().front().ids.size(), 4u);
    options.numBeams = 3;
    TokenRequest beams = requestOf({{5, 9, 12}, {4}}, options);
    beams.stop = source.get_token();
    const TokenResult partial = generateTokens(tinyModel(), beams);
    EXPECT_TRUE(partial.wasStopped);
    EXPECT_EQ(partial.answers.front().front().ids.size(), 1u);
}

TEST(Prompts, WithoutTokensAreRefused) { EXPECT_THROW(generateTokens(tinyModel(), requestOf({{}}, {})), Error); }

TEST(Scores, AreThoseOfTransformers) {
    std::vector<PromptAndCompletion> pairs;
    for (const Json& one : generationCases().at("scores"))
        pairs.emplace_back(one.at("prompt").get<std::vector<std::int32_t>>(),
                           one.at("completion").get<std::vector<std::int32_t>>());
    const auto scores = scoreCompletions(tinyModel(), pairs);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        EXPECT_NEAR(scores[i].logProbability, generationCases().at("scores")[i].at("logprob").get<double>(), 1e-4);
        EXPECT_EQ(scores[i].tokens, 4);
    }
    EXPECT_EQ(scoreCompletions(tinyModel(), {{{}, {4, 5}}, {{1}, {}}})[0].tokens, 1);
}

TEST(Defaults, ComeFromTheGenerationConfigFirst) {
    const GenerationDefaults both =
        generationDefaults(R"({"eos_token_id":[3,4]})", R"({"eos_token_id":9,"pad_token_id":0})");
    EXPECT_THAT(both.eosIds, ::testing::ElementsAre(3, 4));
    EXPECT_EQ(both.padId, 0);
    EXPECT_THAT(generationDefaults("", R"({"eos_token_id":9})").eosIds, ::testing::ElementsAre(9));
    EXPECT_TRUE(generationDefaults(R"({"eos_token_id":null})", R"({"eos_token_id":"x"})").eosIds.empty());
}

class Goldens : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        folder_ = fs::path(LATHE_SHARED_DIR) / "goldens" / "models" / GetParam();
        if (!fs::is_directory(folder_)) GTEST_SKIP() << "the shared goldens are not beside this checkout";
        expected_ = base::readJsonFile(folder_ / "expected.json");
    }

    fs::path folder_;
    Json expected_;
};

/// The variants of expected.json by name.
GenerationOptions variant(const std::string& name) {
    GenerationOptions options;
    options.eosIds = {3};
    options.padId = 0;
    if (name.starts_with("beam")) {
        options.numBeams = name[4] - '0';
        options.earlyStopping = EarlyStopping::Yes;
    }
    if (name.ends_with("_lp2")) options.lengthPenalty = 2.0;
    if (name.ends_with("_lp0.5")) options.lengthPenalty = 0.5;
    if (name.ends_with("rep1.3")) options.repetitionPenalty = 1.3;
    if (name.ends_with("no3gram")) options.noRepeatNgramSize = 3;
    return options;
}

TEST_P(Goldens, GenerateAndScoreAsTransformers) {
    const models::LoadedModel loaded = models::loadModel(folder_);
    const auto prompt = expected_.at("prompt").front().is_array()
                            ? expected_.at("prompt").front().get<std::vector<std::int32_t>>()
                            : expected_.at("prompt").get<std::vector<std::int32_t>>();
    for (const auto& [name, ids] : expected_.at("generate").items()) {
        GenerationOptions options = variant(name);
        options.maxNewTokens = 24;
        auto all = prompt;
        const auto answer = generateTokens(*loaded.model, requestOf({prompt}, options)).answers.front().front();
        all.insert(all.end(), answer.ids.begin(), answer.ids.end());
        EXPECT_EQ(all, ids.get<std::vector<std::int32_t>>()) << name;
    }
    Generator generator(*loaded.model, text::loadTokenizer(folder_), {});
    for (const Json& one : expected_.at("text_cases")) {
        const ScoreResult score = generator.score(one.at("prompt"), one.at("completion"));
        EXPECT_NEAR(score.logprob, one.at("logprob").get<double>(), 1e-3);
        EXPECT_EQ(score.tokens, one.at("tokens").get<std::int64_t>());
        for (const auto& [name, ids] : one.at("generate").items()) {
            GenerationOptions options = variant(name);
            options.maxNewTokens = 20;
            EXPECT_EQ(generator.generate(one.at("prompt"), options).sequences.front().ids,
                      ids.get<std::vector<std::int32_t>>())
                << one.at("prompt") << " " << name;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Shared, Goldens, ::testing::Values("gpt2", "llama", "qwen2"),
                         [](const auto& one) { return std::string(one.param); });

TEST(TextGeneration, StreamsTheSameTextThatItReturns) {
    const fs::path folder = fs::path(LATHE_SHARED_DIR) / "goldens" / "models" / "llama";
    if (!fs::is_directory(folder)) GTEST_SKIP() << "the shared goldens are not beside this checkout";
    const models::LoadedModel loaded = models::loadModel(folder);
    Generator generator(*loaded.model, text::loadTokenizer(folder), {{3}, 0});
    GenerationOptions options;
    options.maxNewTokens = 12;
    options.doSample = true;
    options.topAlternatives = 3;
    std::string streamed;
    const GenerationResult result =
        generator.generate("integral sum", options, [&](const GeneratedToken& token) { streamed += token.text; });
    EXPECT_EQ(streamed, result.sequences.front().text);
    ASSERT_EQ(result.sequences.front().tokens.size(), result.sequences.front().ids.size());
    EXPECT_EQ(result.sequences.front().tokens.front().alternatives.size(), 3u);
    EXPECT_GT(result.tokensPerSecond, 0);
    // A stop text taken from the middle of the answer ends it there.
    const std::string whole = result.sequences.front().text;
    options.stopStrings = {whole.substr(whole.size() / 2, 3)};
    streamed.clear();
    const GenerationResult cut =
        generator.generate("integral sum", options, [&](const GeneratedToken& token) { streamed += token.text; });
    EXPECT_EQ(cut.sequences.front().text, whole.substr(0, whole.find(options.stopStrings.front())));
    EXPECT_EQ(streamed, cut.sequences.front().text);
    EXPECT_LE(cut.sequences.front().ids.size(), result.sequences.front().ids.size());
}

/// SmolLM2 in f32 gives transformers' tokens; quantised weights stay close to them.
TEST(Starter, GeneratesAsTransformers) {
    const fs::path folder = fs::path(LATHE_CACHE_DIR) / "models" / "smollm2-135m-instruct";
    const fs::path golden = fs::path(LATHE_SHARED_DIR) / "goldens" / "starter" / "smollm2_f32.json";
    if (!fs::is_directory(folder) || !fs::exists(golden))
        GTEST_SKIP() << "the starter model or the shared goldens are missing";
    const models::LoadedModel loaded = models::loadModel(folder);
    const Json expected = base::readJsonFile(golden);
    for (const auto& [prompt, one] : expected.items()) {
        const auto ids = one.at("ids").get<std::vector<std::int32_t>>();
        for (const auto& [name, beams] : {std::pair{"greedy24", 1}, {"beam2_24", 2}}) {
            GenerationOptions options;
            options.numBeams = beams;
            options.earlyStopping = EarlyStopping::Yes;
            options.maxNewTokens = 24;
            options.eosIds = {2};
            auto all = ids;
            const auto answer = generateTokens(*loaded.model, requestOf({ids}, options)).answers.front().front();
            all.insert(all.end(), answer.ids.begin(), answer.ids.end());
            EXPECT_EQ(all, one.at(name).get<std::vector<std::int32_t>>()) << prompt << " " << name;
        }
    }
}

TEST(Quantised, WeightsStayCloseToTheModel) {
    const fs::path folder = fs::path(LATHE_CACHE_DIR) / "models" / "smollm2-135m-instruct";
    if (!fs::is_directory(folder)) GTEST_SKIP() << "the starter model is missing";
    const text::Tokenizer tokenizer = text::tokenizerFromGguf(*formats::openModelFiles(folder).vocabulary);
    const std::vector<PromptAndCompletion> pairs{{tokenizer.encode("The capital of France is"),
                                                  tokenizer.encode(" Paris, and it is known for the Eiffel Tower.")}};
    double reference = 0;
    for (const auto& [format, tolerance] : {std::pair{WeightFormat::F32, 0.0},
                                            {WeightFormat::BF16, 0.02},
                                            {WeightFormat::Int8, 0.05},
                                            {WeightFormat::Int4, 0.35}}) {
        const models::LoadedModel loaded = models::loadModel(folder);
        applyWeightFormat(*loaded.model, format);
        const CompletionScore score = scoreCompletions(*loaded.model, pairs).front();
        const double mean = score.logProbability / static_cast<double>(score.tokens);
        if (format == WeightFormat::F32) reference = mean;
        else EXPECT_NE(mean, reference) << weightFormatName(format);
        EXPECT_NEAR(mean, reference, tolerance) << weightFormatName(format);
    }
    EXPECT_EQ(parseWeightFormat("int8"), WeightFormat::Int8);
    EXPECT_THROW(parseWeightFormat("int2"), Error);
}

}  // namespace
}  // namespace lathe::generate
