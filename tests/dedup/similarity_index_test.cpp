// SPDX-License-Identifier: GPL-3.0-or-later
// The index against the plain rule on a full f32 matrix.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <numeric>
#include <random>

#include <gtest/gtest.h>
#include <lathe/dedup.h>
#include <lathe/error.h>

#include "base/json.h"
#include "data/scratch.h"
#include "dedup/pair_search.h"

namespace lathe {
namespace {

/// Points around centres, so that there are similar rows at every distance.
EmbeddingMatrix drawn(std::int64_t rows, std::int64_t width, std::uint64_t seed, double spread = 0.35, std::int64_t centres = 0) {
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal;
    if (centres == 0) centres = std::max<std::int64_t>(2, rows / 8);
    std::vector<float> middle(static_cast<std::size_t>(centres * width));
    for (float& value : middle) value = normal(random);
    EmbeddingMatrix matrix{rows, width, {}};
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto centre = std::uniform_int_distribution<std::int64_t>(0, centres - 1)(random);
        const auto scale = static_cast<float>(spread * std::uniform_real_distribution<>(0, 2)(random));
        for (std::int64_t i = 0; i < width; ++i) matrix.values.push_back(middle[static_cast<std::size_t>(centre * width + i)] + scale * normal(random));
    }
    return matrix;
}

/// The textbook: full cosine matrix in f32, rows in order.
struct Textbook {
    explicit Textbook(const EmbeddingMatrix& matrix) : rows(matrix.rows), width(matrix.width), vectors(matrix.values) {
        for (std::int64_t row = 0; row < rows; ++row) {
            float* v = vectors.data() + row * width;
            double sum = 0;
            for (std::int64_t i = 0; i < width; ++i) sum += static_cast<double>(v[i]) * v[i];
            for (std::int64_t i = 0; i < width; ++i) v[i] = static_cast<float>(v[i] / std::sqrt(sum));
        }
    }
    float cosine(std::int64_t a, std::int64_t b) const { return dedup::dotProduct(vectors.data() + a * width, vectors.data() + b * width, width); }
    std::vector<std::int64_t> kept(float threshold) const {
        std::vector<std::int64_t> chosen;
        for (std::int64_t row = 0; row < rows; ++row) {
            if (std::none_of(chosen.begin(), chosen.end(), [&](std::int64_t other) { return cosine(other, row) > threshold; })) chosen.push_back(row);
        }
        return chosen;
    }
    std::int64_t rows, width;
    std::vector<float> vectors;
};

DedupRules at(double threshold) {
    DedupRules rules;
    rules.threshold = threshold;
    return rules;
}

TEST(SimilarityIndex, EveryThresholdGivesWhatTheFullMatrixGives) {
    for (const auto screen : {DedupSearch::Screen::F32, DedupSearch::Screen::Bf16}) {
        for (const std::int64_t rows : {1, 2, 65, 700}) {
            const EmbeddingMatrix matrix = drawn(rows, 48, static_cast<std::uint64_t>(rows));
            const Textbook textbook(matrix);
            DedupSearch search;
            search.screen = screen;
            search.tileRows = 64;
            search.floor = 0.3f;
            const auto index = SimilarityIndex::build({matrix, {}, {}}, search);
            for (const double threshold : {0.3, 0.5, 0.62, 0.75, 0.8, 0.9, 0.97, 1.0}) {
                const DedupAnswer answer = index->answer(at(threshold));
                EXPECT_EQ(answer.kept, textbook.kept(static_cast<float>(threshold))) << rows << " rows at " << threshold;
                EXPECT_EQ(answer.kept.size() + answer.removed.size(), static_cast<std::size_t>(rows));
                for (const RemovedRow& removed : answer.removed) {
                    EXPECT_GT(removed.similarity, static_cast<float>(threshold));
                    EXPECT_LT(removed.kept, removed.row);
                    EXPECT_TRUE(std::binary_search(answer.kept.begin(), answer.kept.end(), removed.kept));
                    for (const std::int64_t other : answer.kept) {
                        if (other >= removed.row) break;
                        EXPECT_LE(textbook.cosine(other, removed.row), removed.similarity);
                    }
                }
            }
        }
    }
}

TEST(SimilarityIndex, WithAndWithoutAnOverruleTheSameRowsGo) {
    // An overrule on a pair that is far apart changes nothing, but takes the other way through the pairs.
    const EmbeddingMatrix matrix = drawn(400, 24, 21);
    std::vector<std::string> texts;
    for (int row = 0; row < 400; ++row) texts.push_back(std::to_string(row % 350));
    EmbeddingMatrix copies = matrix;
    for (int row = 350; row < 400; ++row) std::copy_n(matrix.row(row - 350).begin(), 24, copies.values.begin() + row * 24);
    const auto index = SimilarityIndex::build({copies, texts, {}}, {});
    for (const double threshold : {0.5, 0.7, 0.85, 0.95, 1.0}) {
        DedupRules rules = at(threshold);
        const DedupAnswer plain = index->answer(rules);
        std::int64_t far = 1;
        while (far < 350 && Textbook(copies).cosine(0, far) > 0.3f) ++far;
        rules.overrules = {{0, far, false}};
        const DedupAnswer asked = index->answer(rules);
        EXPECT_EQ(plain.kept, asked.kept);
        EXPECT_EQ(plain.groupCount, asked.groupCount);
        EXPECT_EQ(plain.exactCount, asked.exactCount);
        ASSERT_EQ(plain.removed.size(), asked.removed.size());
        for (std::size_t i = 0; i < plain.removed.size(); ++i) {
            EXPECT_EQ(plain.removed[i].kept, asked.removed[i].kept) << threshold;
            EXPECT_EQ(plain.removed[i].similarity, asked.removed[i].similarity);
        }
    }
}

TEST(SimilarityIndex, FixedRowsStayAndExcludeLaterOnes) {
    const EmbeddingMatrix matrix{5, 2, {1, 0, 1, 0, 0, 1, 1, 0, 0, 1}};
    const auto index = SimilarityIndex::build({matrix, {"a", "a", "b", "a", "c"}, {}}, {});
    DedupRules rules = at(0.9);
    rules.fixedRows = 2;
    const DedupAnswer answer = index->answer(rules);
    EXPECT_EQ(answer.kept, (std::vector<std::int64_t>{0, 1, 2})) << "both fixed copies stay";
    ASSERT_EQ(answer.removed.size(), 2u);
    EXPECT_EQ(answer.removed[0].row, 3);
    EXPECT_TRUE(answer.removed[0].isExact);
    EXPECT_EQ(answer.removed[1].row, 4);
    EXPECT_EQ(answer.removed[1].kept, 2);
}

TEST(SimilarityIndex, TheThresholdIsStrict) {
    const EmbeddingMatrix matrix{2, 2, {1, 0, 0.6f, 0.8f}};
    DedupSearch search;
    search.floor = 0.1f;
    const auto index = SimilarityIndex::build({matrix, {}, {}}, search);
    const float exact = index->pairsNear(0.5, 1).at(0).similarity;
    EXPECT_EQ(index->answer(at(exact)).kept.size(), 2u);
    EXPECT_EQ(index->answer(at(std::nextafter(exact, 0.0f))).kept.size(), 1u);
}

TEST(SimilarityIndex, ExactCopiesGoAtAnyThreshold) {
    const EmbeddingMatrix matrix{4, 2, {1, 0, 0, 1, 1, 0, 1, 0}};
    const auto index = SimilarityIndex::build({matrix, {"a", "b", "a", "a"}, {}}, {});
    const DedupAnswer answer = index->answer(at(1.0));
    EXPECT_EQ(answer.kept, (std::vector<std::int64_t>{0, 1}));
    EXPECT_EQ(answer.exactCount, 2);
    EXPECT_EQ(answer.groupCount, 1);
    EXPECT_TRUE(answer.removed[1].isExact);
    EXPECT_EQ(index->groups(answer).at(0).removed, (std::vector<std::int64_t>{2, 3}));
}

TEST(SimilarityIndex, ACopyOfARemovedRowGoesBecauseOfTheKeptOne) {
    // Row 1 is near row 0; row 3 is a copy of row 1.
    const EmbeddingMatrix matrix{4, 2, {1, 0, 0.98f, 0.2f, 0, 1, 0.98f, 0.2f}};
    const auto index = SimilarityIndex::build({matrix, {"a", "b", "c", "b"}, {}}, {});
    const DedupAnswer answer = index->answer(at(0.9));
    EXPECT_EQ(answer.kept, (std::vector<std::int64_t>{0, 2}));
    EXPECT_EQ(answer.removed[1].kept, 0);
    EXPECT_FALSE(answer.removed[1].isExact);
}

TEST(SimilarityIndex, DifferentLabelsAreKeptWhenAsked) {
    const EmbeddingMatrix matrix{3, 2, {1, 0, 0.99f, 0.05f, 0.99f, 0.06f}};
    const auto index = SimilarityIndex::build({matrix, {}, {{"x", "y"}, {"z"}, {"y", "x"}}}, {});
    DedupRules rules = at(0.9);
    EXPECT_EQ(index->answer(rules).kept.size(), 1u);
    rules.keepsDifferentLabels = true;
    const DedupAnswer guarded = index->answer(rules);
    EXPECT_EQ(guarded.kept, (std::vector<std::int64_t>{0, 1}));
    EXPECT_EQ(guarded.savedByLabels, 1);
    rules.maxLabelDistance = 1.0;
    EXPECT_EQ(index->answer(rules).kept.size(), 1u);
    EXPECT_TRUE(index->pairsNear(0.9, 10).at(0).hasOtherLabels || index->pairsNear(0.9, 10).at(1).hasOtherLabels);
    const auto losses = index->labelLosses(guarded, 2);
    ASSERT_EQ(losses.size(), 2u);
    EXPECT_EQ(losses[0].before, 2);
    EXPECT_EQ(losses[0].after, 1);
}

TEST(SimilarityIndex, OverrulesWinOverSimilarity) {
    const EmbeddingMatrix matrix{3, 2, {1, 0, 0.99f, 0.05f, 0, 1}};
    const auto index = SimilarityIndex::build({matrix, {}, {}}, {});
    DedupRules rules = at(0.9);
    rules.overrules = {{1, 0, false}};
    EXPECT_EQ(index->answer(rules).kept, (std::vector<std::int64_t>{0, 1, 2}));
    rules.overrules = {{0, 1, false}, {0, 2, true}};
    const DedupAnswer answer = index->answer(rules);
    EXPECT_EQ(answer.kept, (std::vector<std::int64_t>{0, 1}));
    EXPECT_EQ(answer.removed.at(0).row, 2);
    EXPECT_NEAR(answer.removed.at(0).similarity, 0, 1e-6);
    rules.overrules = {{0, 7, true}};
    EXPECT_THROW(index->answer(rules), Error);
}

TEST(SimilarityIndex, KeepRowsSolvesForTheThreshold) {
    const auto index = SimilarityIndex::build({drawn(800, 32, 5), {}, {}}, {});
    const auto most = static_cast<std::int64_t>(index->answer(at(1.0)).kept.size());
    const auto least = static_cast<std::int64_t>(index->answer(at(index->floor())).kept.size());
    for (const std::int64_t wanted : {least + 1, (least + most) / 2, most - 3}) {
        const double threshold = index->thresholdFor(wanted, {});
        EXPECT_NEAR(static_cast<double>(index->answer(at(threshold)).kept.size()), static_cast<double>(wanted), 1.0);
    }
    EXPECT_EQ(static_cast<std::int64_t>(index->answer(at(index->thresholdFor(10'000, {}))).kept.size()), most);
    EXPECT_EQ(static_cast<std::int64_t>(index->answer(at(index->thresholdFor(0, {}))).kept.size()), least);
}

TEST(SimilarityIndex, TheFloorRisesWhenPairsAreTooMany) {
    const EmbeddingMatrix matrix = drawn(600, 16, 9, 0.3, 3);
    DedupSearch search;
    search.maxPairs = 2'000;
    search.tileRows = 64;
    const auto index = SimilarityIndex::build({matrix, {}, {}}, search);
    EXPECT_LE(index->pairCount(), 2'000);
    EXPECT_GT(index->floor(), 0.5f);
    const Textbook textbook(matrix);
    const double threshold = index->floor() + (1 - index->floor()) / 4;
    EXPECT_EQ(index->answer(at(threshold)).kept, textbook.kept(static_cast<float>(threshold)));
    EXPECT_THROW(index->answer(at(0.5)), Error);
}

TEST(SimilarityIndex, ListSearchFindsNearlyAllPairsAndSaysHowMany) {
    const EmbeddingMatrix matrix = drawn(6'000, 48, 21);
    const auto exact = SimilarityIndex::build({matrix, {}, {}}, {});
    DedupSearch search;
    search.exactRows = 1'000;
    for (const auto screen : {DedupSearch::Screen::F32, DedupSearch::Screen::Bf16}) {
        search.screen = screen;
        const auto found = SimilarityIndex::build({matrix, {}, {}}, search);
        const auto share = static_cast<double>(found->pairCount()) / static_cast<double>(exact->pairCount());
        const SearchRecall recall = found->recallAt(found->floor());
        std::cout << found->pairCount() << " of " << exact->pairCount() << " pairs (" << share << "), measured " << recall.share() << " on " << recall.sampledRows << " rows\n";
        EXPECT_LE(found->pairCount(), exact->pairCount());
        EXPECT_GT(share, 0.97);
        EXPECT_FALSE(recall.isExact);
        EXPECT_EQ(recall.sampledRows, 1'000);
        EXPECT_GT(recall.pairs, 1'000);
        EXPECT_NEAR(recall.share(), share, 0.02);
        EXPECT_LE(found->recallAt(0.9).pairs, recall.pairs);
        // What was found has the exact similarities.
        const auto strongest = exact->pairsNear(1.0, 20), again = found->pairsNear(1.0, 20);
        for (std::size_t i = 0; i < strongest.size(); ++i) EXPECT_EQ(strongest[i].similarity, again[i].similarity);
    }
    EXPECT_TRUE(exact->recallAt(0.9).isExact);
    EXPECT_EQ(exact->recallAt(0.9).share(), 1.0);
}

TEST(SimilarityIndex, ListSearchMeasuresWhatItMisses) {
    // Hardly any structure for lists to follow: a search that looks into few must miss pairs, and must say so.
    const EmbeddingMatrix matrix = drawn(4'000, 12, 5, 1.5, 4'000);
    DedupSearch search;
    search.floor = 0.3f;
    const auto exact = SimilarityIndex::build({matrix, {}, {}}, search);
    search.exactRows = 0;
    search.recallTarget = 0.4;
    const auto found = SimilarityIndex::build({matrix, {}, {}}, search);
    const auto share = static_cast<double>(found->pairCount()) / static_cast<double>(exact->pairCount());
    EXPECT_LT(share, 0.97);
    EXPECT_NEAR(found->recallAt(found->floor()).share(), share, 0.05);
}

TEST(SimilarityIndex, AStopEndsAListSearch) {
    std::stop_source source;
    DedupSearch search;
    search.exactRows = 0;
    const auto stopAtOnce = [&](const Progress&) { source.request_stop(); };
    EXPECT_THROW(SimilarityIndex::build({drawn(2'000, 16, 3), {}, {}}, search, stopAtOnce, source.get_token()), Error);
}

TEST(SimilarityIndex, PairsClustersAndHistogramAgree) {
    const EmbeddingMatrix matrix = drawn(300, 24, 11);
    const auto index = SimilarityIndex::build({matrix, {}, {}}, {});
    const auto counts = index->histogram(50);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}), index->pairCount());
    const auto near = index->pairsNear(0.8, 20);
    ASSERT_EQ(near.size(), 20u);
    for (std::size_t i = 1; i < near.size(); ++i) EXPECT_LE(std::abs(near[i - 1].similarity - 0.8), std::abs(near[i].similarity - 0.8) + 1e-7);
    const auto clusters = index->clusters(0.8);
    std::size_t members = 0;
    for (const auto& cluster : clusters) members += cluster.size();
    EXPECT_GE(members, index->answer(at(0.8)).removed.size());
}

TEST(SimilarityIndex, WrongInputIsRefused) {
    EXPECT_THROW(SimilarityIndex::build({{2, 2, {1, 0, 1}}, {}, {}}, {}), Error);
    EXPECT_THROW(SimilarityIndex::build({{1, 2, {1, NAN}}, {}, {}}, {}), Error);
    EXPECT_THROW(SimilarityIndex::build({{1, 2, {1, 0}}, {"a", "b"}, {}}, {}), Error);
    const auto none = SimilarityIndex::build({{0, 2, {}}, {}, {}}, {});
    EXPECT_TRUE(none->answer(at(0.9)).kept.empty());
    const auto zeros = SimilarityIndex::build({{2, 2, {0, 0, 0, 0}}, {}, {}}, {});
    EXPECT_EQ(zeros->answer(at(0.9)).kept.size(), 2u);
}

TEST(SimilarityIndex, AStopEndsTheSearch) {
    std::stop_source source;
    source.request_stop();
    EXPECT_THROW(SimilarityIndex::build({drawn(200, 8, 1), {}, {}}, {}, {}, source.get_token()), Error);
}

TEST(SimilarityIndex, ReportsAndMatricesAreWritten) {
    testing::Scratch scratch;
    const EmbeddingMatrix matrix{3, 2, {1, 0, 0.99f, 0.05f, 0, 1}};
    const auto index = SimilarityIndex::build({matrix, {}, {}}, {});
    const DedupAnswer answer = index->answer(at(0.9));
    writeDedupReportJson(*index, answer, 1.5, scratch.path("r.json"));
    const base::Json report = base::readJsonFile(scratch.path("r.json"));
    EXPECT_EQ(report["kept"], (base::Json{0, 2}));
    EXPECT_EQ(report["removed"][0]["row"], 1);
    EXPECT_EQ(report["removed"][0]["kept"], 0);
    EXPECT_EQ(report["seconds"], 1.5);
    EXPECT_EQ(report["search"], "exact");
    DedupSearch search;
    search.exactRows = 0;
    const auto inLists = SimilarityIndex::build({drawn(300, 8, 4), {}, {}}, search);
    writeDedupReportJson(*inLists, inLists->answer(at(0.9)), 1, scratch.path("l.json"));
    const base::Json measured = base::readJsonFile(scratch.path("l.json"));
    EXPECT_EQ(measured["search"], "faiss");
    EXPECT_EQ(measured["recall"]["sampled_rows"], 300);
    EXPECT_GT(measured["recall"]["share"], 0.5);
    writeDedupReportCsv(answer, scratch.path("r.csv"));
    EXPECT_EQ(testing::slurp(scratch.path("r.csv")).find("1,0,0.99"), std::string("row,kept,similarity,exact\n").size());
    writeNpy(matrix, scratch.path("e.npy"));
    const std::string bytes = testing::slurp(scratch.path("e.npy"));
    EXPECT_TRUE(bytes.starts_with("\x93NUMPY"));
    const std::size_t header = 10 + static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
    EXPECT_EQ(header % 64, 0u);
    EXPECT_EQ(bytes.size(), header + 6 * sizeof(float));
    EXPECT_NE(bytes.find("'shape': (3, 2)"), std::string::npos);
}

}  // namespace
}  // namespace lathe
