// SPDX-License-Identifier: GPL-3.0-or-later
// Equal to scikit-learn on the reference values, and to the definitions computed the slow way on random data.
#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/json.h"
#include "base/random.h"
#include "metrics/curves.h"
#include "metrics/label_report.h"
#include "metrics/metric_set.h"
#include "metrics/thresholds.h"

namespace lathe::metrics {
namespace {

namespace fs = std::filesystem;
using base::Json;

struct Data {
    std::size_t labels = 0;
    std::vector<float> scores;
    std::vector<std::uint8_t> targets;
    std::vector<float> thresholds{0.5f};

    LabelBatch batch(std::size_t begin, std::size_t end) const {
        LabelBatch out;
        out.scores = std::span(scores).subspan(begin * labels, (end - begin) * labels);
        out.targets = std::span(targets).subspan(begin * labels, (end - begin) * labels);
        out.labels = labels;
        out.thresholds = thresholds;
        return out;
    }
    std::size_t rows() const { return scores.size() / labels; }
};

Observation observe(const LabelBatch& batch) {
    Observation out;
    out.labels = batch;
    return out;
}

Data randomData(std::size_t rows, std::size_t labels, double positiveShare, bool hasTies, std::uint64_t seed) {
    base::RandomStream random(seed, 1);
    Data data;
    data.labels = labels;
    for (std::size_t i = 0; i < rows * labels; ++i) {
        const double score = random.normal();
        data.scores.push_back(static_cast<float>(hasTies ? std::round(score * 2) / 2 : score));
        data.targets.push_back(random.uniform() < positiveShare ? 1 : 0);
    }
    return data;
}

void expectValues(const Json& expected, const std::map<std::string, double>& values, const std::string& where) {
    for (auto entry = expected.begin(); entry != expected.end(); ++entry) {
        if (!findMetric(entry.key())) {
            continue;
        }
        if (entry.value().is_null()) {
            EXPECT_FALSE(values.contains(entry.key())) << where << " " << entry.key();
            continue;
        }
        ASSERT_TRUE(values.contains(entry.key())) << where << " " << entry.key();
        EXPECT_NEAR(values.at(entry.key()), entry.value().get<double>(), 1e-9) << where << " " << entry.key();
    }
}

Data fromJson(const Json& one) {
    Data data;
    data.labels = one["y"][0].size();
    data.thresholds = {one["threshold"].get<float>()};
    for (std::size_t row = 0; row < one["y"].size(); ++row) {
        for (std::size_t label = 0; label < data.labels; ++label) {
            data.targets.push_back(one["y"][row][label].get<std::uint8_t>());
            data.scores.push_back(one["logits"][row][label].get<float>());
        }
    }
    return data;
}

void expectReference(const Json& cases) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const Data data = fromJson(cases[i]);
        MetricSet set(std::vector{MetricInput::Labels});
        set.update(observe(data.batch(0, data.rows())));
        expectValues(cases[i], set.values(), "case " + std::to_string(i));
        if (cases[i].contains("per_label_f1")) {
            const auto reports = labelReports(set.scores(), data.thresholds);
            for (std::size_t label = 0; label < data.labels; ++label) {
                EXPECT_NEAR(reports[label].f1, cases[i]["per_label_f1"][label].get<double>(), 1e-6);
            }
        }
    }
}

TEST(Metrics, EqualScikitLearnOnTheReferenceValues) {
    const fs::path file = fs::path(LATHE_SHARED_DIR) / "goldens" / "metrics" / "multilabel.json";
    if (!fs::exists(file)) {
        GTEST_SKIP() << file.string() << " is not there, so there is nothing to compare with";
    }
    expectReference(base::readJsonFile(file));
}

// Written by make_reference.py beside this file: ties, labels without positives or negatives, one label, one row.
TEST(Metrics, EqualScikitLearnOnAwkwardData) {
    expectReference(base::readJsonFile(fs::path(LATHE_SOURCE_DIR) / "tests" / "metrics" / "data" / "awkward.json"));
}

class EveryMetric : public ::testing::TestWithParam<const MetricInfo*> {};

TEST_P(EveryMetric, BatchesAndMergesGiveWhatOneBatchGives) {
    const MetricInfo& info = *GetParam();
    const Data data = randomData(57, 5, 0.3, true, 9);
    const auto observation = [&](std::size_t begin, std::size_t end) {
        Observation out = observe(data.batch(begin, end));
        out.lossSum = 0.1 * static_cast<double>(end - begin);
        out.lossCount = static_cast<double>(end - begin);
        out.correct = static_cast<double>((end - begin) / 2);
        out.answered = static_cast<double>(end - begin);
        return out;
    };
    const auto whole = info.make({});
    whole->update(observation(0, 57));
    const auto first = info.make({});
    const auto second = info.make({});
    EXPECT_TRUE(std::isnan(first->value()));
    first->update(observation(0, 8));
    first->update(observation(8, 8));
    second->update(observation(8, 20));
    second->update(observation(20, 57));
    first->merge(*second);
    if (info.input != MetricInput::Answers) {
        EXPECT_NEAR(first->value(), whole->value(), 1e-12);
    } else {
        EXPECT_GT(first->value(), 0.4);
    }
    const auto empty = info.make({});
    empty->merge(*whole);
    EXPECT_NEAR(empty->value(), whole->value(), 1e-12);
    const MetricInfo* other = info.input == MetricInput::Loss ? findMetric("accuracy") : findMetric("loss");
    EXPECT_THROW(whole->merge(*other->make({})), Error);
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryMetric, ::testing::ValuesIn([] {
                             std::vector<const MetricInfo*> all;
                             for (const MetricInfo& one : registry()) {
                                 all.push_back(&one);
                             }
                             return all;
                         }()),
                         [](const auto& instance) { return std::string(instance.param->name); });

TEST(Metrics, SetsMergeAndShareTheirScores) {
    const Data data = randomData(40, 6, 0.2, true, 4);
    MetricSet whole(std::vector{MetricInput::Labels});
    whole.update(observe(data.batch(0, 40)));
    MetricSet first(std::vector{MetricInput::Labels});
    MetricSet second(std::vector{MetricInput::Labels});
    first.update(observe(data.batch(0, 13)));
    second.update(observe(data.batch(13, 40)));
    first.merge(second);
    EXPECT_EQ(first.scores().rows(), 40u);
    for (const auto& [name, value] : whole.values()) {
        EXPECT_NEAR(first.values().at(name), value, 1e-12) << name;
    }
    EXPECT_THROW(MetricSet({std::string("f1_mikro")}), Error);
    EXPECT_THROW(first.merge(MetricSet({std::string("f1_micro")})), Error);
}

TEST(Metrics, RocAucIsTheShareOfRightlyOrderedPairs) {
    const Data data = randomData(60, 3, 0.3, true, 12);
    ScoreStore store;
    store.append(data.batch(0, 60));
    for (std::size_t label = 0; label < 3; ++label) {
        double pairs = 0;
        double right = 0;
        for (std::size_t a = 0; a < 60; ++a) {
            for (std::size_t b = 0; b < 60; ++b) {
                if (store.target(a, label) && !store.target(b, label)) {
                    pairs += 1;
                    right += store.score(a, label) > store.score(b, label)    ? 1.0
                             : store.score(a, label) == store.score(b, label) ? 0.5
                                                                              : 0.0;
                }
            }
        }
        EXPECT_NEAR(areaUnderRoc(rankLabel(store, label)), right / pairs, 1e-12);
    }
}

TEST(Metrics, CurvesEncloseTheAreasOfTheirMetrics) {
    const Data data = randomData(80, 2, 0.4, true, 21);
    ScoreStore store;
    store.append(data.batch(0, 80));
    const auto roc = rocCurve(store, std::nullopt);
    double area = 0;
    for (std::size_t i = 1; i < roc.size(); ++i) {
        area += (roc[i].x - roc[i - 1].x) * (roc[i].y + roc[i - 1].y) / 2;
    }
    EXPECT_NEAR(area, areaUnderRoc(rankAll(store)), 1e-12);
    EXPECT_EQ(roc.front().x, 0);
    EXPECT_EQ(roc.back().x, 1);
    EXPECT_EQ(roc.back().y, 1);
    const auto curve = precisionRecallCurve(store, 1);
    area = 0;
    for (std::size_t i = 1; i < curve.size(); ++i) {
        area += (curve[i].x - curve[i - 1].x) * curve[i].y;
        EXPECT_LT(curve[i].threshold, curve[i - 1].threshold);
    }
    EXPECT_NEAR(area, averagePrecision(rankLabel(store, 1)), 1e-12);
    const Data fine = randomData(500, 1, 0.5, false, 22);
    ScoreStore large;
    large.append(fine.batch(0, 500));
    const auto thin = rocCurve(large, 0, 50);
    EXPECT_EQ(thin.size(), 50u);
    EXPECT_EQ(thin.back().x, 1);
}

double microF1At(const ScoreStore& store, float threshold) {
    return valuesAtThresholds(store, {&threshold, 1}).at("f1_micro");
}

TEST(Metrics, BestThresholdsBeatEveryOther) {
    for (const bool hasTies : {false, true}) {
        const Data data = randomData(70, 4, 0.25, hasTies, 33);
        ScoreStore store;
        store.append(data.batch(0, 70));
        const BestThreshold best = bestGlobalThreshold(store);
        ASSERT_TRUE(best.isDefined);
        EXPECT_NEAR(microF1At(store, best.threshold), best.value, 1e-12);
        for (int i = 0; i <= 1000; ++i) {
            EXPECT_LE(microF1At(store, static_cast<float>(i) / 1000), best.value + 1e-12);
        }
        std::vector<float> thresholds;
        for (const BestThreshold& one : bestLabelThresholds(store)) {
            thresholds.push_back(one.threshold);
        }
        const auto reports = labelReports(store, thresholds);
        const auto bests = bestLabelThresholds(store);
        for (std::size_t label = 0; label < 4; ++label) {
            EXPECT_NEAR(reports[label].f1, bests[label].value, 1e-12);
            for (int i = 0; i <= 200; ++i) {
                const float other = static_cast<float>(i) / 200;
                EXPECT_LE(labelReports(store, {&other, 1})[label].f1, bests[label].value + 1e-12);
            }
        }
        const BestThreshold jaccard = bestGlobalThresholdFor(store, "jaccard_samples", 300);
        EXPECT_NEAR(valuesAtThresholds(store, {&jaccard.threshold, 1}).at("jaccard_samples"), jaccard.value, 1e-12);
        EXPECT_THROW(bestGlobalThresholdFor(store, "roc_auc_micro"), Error);
    }
}

TEST(Metrics, ALabelThatNeverOccursKeepsTheFallback) {
    Data data = randomData(20, 2, 0.5, false, 3);
    for (std::size_t row = 0; row < 20; ++row) {
        data.targets[row * 2 + 1] = 0;
    }
    ScoreStore store;
    store.append(data.batch(0, 20));
    const auto best = bestLabelThresholds(store, 0.4f);
    EXPECT_TRUE(best[0].isDefined);
    EXPECT_FALSE(best[1].isDefined);
    EXPECT_EQ(best[1].threshold, 0.4f);
    EXPECT_TRUE(std::isnan(labelReports(store, data.thresholds)[1].rocAuc));
    EXPECT_TRUE(rocCurve(store, 1).empty());
}

TEST(Metrics, TheLargestScoreDecidesSingleLabels) {
    Data data;
    data.labels = 3;
    data.scores = {0.1f, 0.7f, 0.2f, -5.0f, -7.0f, -6.0f};
    data.targets = {0, 1, 0, 0, 0, 1};
    LabelBatch batch = data.batch(0, 2);
    batch.decision = Decision::Largest;
    batch.thresholds = {};
    const auto accuracy = findMetric("subset_accuracy")->make({});
    accuracy->update(observe(batch));
    EXPECT_DOUBLE_EQ(accuracy->value(), 0.5);
}

TEST(Metrics, ThresholdsCountAsProbabilitiesOfLogits) {
    Data data;
    data.labels = 1;
    data.scores = {0.0f, 1.0f, -1.0f};
    data.targets = {1, 1, 1};
    const auto recallAt = [&](float threshold) {
        data.thresholds = {threshold};
        const auto recall = findMetric("recall_micro")->make({});
        recall->update(observe(data.batch(0, 3)));
        return recall->value();
    };
    EXPECT_NEAR(recallAt(0.5f), 2.0 / 3, 1e-12);
    EXPECT_NEAR(recallAt(0.0f), 1.0, 1e-12);
    EXPECT_NEAR(recallAt(0.7f), 1.0 / 3, 1e-12);
    EXPECT_NEAR(recallAt(1.0f), 0.0, 1e-12);
}

TEST(Metrics, CoOccurrenceCountsPairsOfTheMostFrequentLabels) {
    Data data;
    data.labels = 3;
    data.scores.assign(9, 0.0f);
    data.targets = {1, 1, 0, 0, 1, 0, 1, 1, 1};
    ScoreStore store;
    store.append(data.batch(0, 3));
    const CoOccurrence two = coOccurrence(store, 2);
    EXPECT_EQ(two.labels, (std::vector<std::size_t>{1, 0}));
    EXPECT_EQ(two.counts, (std::vector<std::uint64_t>{3, 2, 2, 2}));
}

TEST(Metrics, BadBatchesAreRefused) {
    Data data = randomData(4, 3, 0.5, false, 1);
    const auto metric = findMetric("f1_micro")->make({});
    LabelBatch batch = data.batch(0, 4);
    batch.scores = batch.scores.subspan(1);
    EXPECT_THROW(metric->update(observe(batch)), Error);
    batch = data.batch(0, 4);
    data.thresholds = {0.5f, 0.5f};
    batch.thresholds = data.thresholds;
    EXPECT_THROW(metric->update(observe(batch)), Error);
    ScoreStore store;
    data.thresholds = {0.5f};
    data.scores[2] = std::nanf("");
    EXPECT_THROW(store.append(data.batch(0, 4)), Error);
}

}  // namespace
}  // namespace lathe::metrics
