// SPDX-License-Identifier: GPL-3.0-or-later
// A thousand news articles, ten of them told again in other words: the default threshold finds these ten and touches no other.
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <lathe/data.h>
#include <lathe/dedup.h>

#include "data/scratch.h"
#include "dedup/sentence_encoder.h"
#include "tensor/kernels.h"

namespace lathe {
namespace {

namespace fs = std::filesystem;
const fs::path kModel = fs::path(LATHE_CACHE_DIR) / "models" / "all-minilm-l6-v2";
const fs::path kArticles = fs::path(LATHE_SHARED_DIR) / "data" / "d_dedup" / "minhash_articles_dev.csv";

TEST(PlantedArticles, AreFoundAtTheDefaultThresholdAndNoOtherIsTouched) {
    if (!fs::exists(kModel / "config.json")) GTEST_SKIP() << "the starter encoder is not set up in " << kModel;
    if (!fs::exists(kArticles)) GTEST_SKIP() << kArticles << " is absent";
    testing::Scratch scratch;
    importFile(kArticles, {}, scratch.path("articles.arrow"));
    const TablePtr table = Table::open(scratch.path("articles.arrow"));
    const int id = table->requireColumn("id"), text = table->requireColumn("text"), copyOf = table->requireColumn("duplicate_of");
    std::map<std::string, std::int64_t> rowOf;
    std::vector<std::string> texts;
    for (std::int64_t row = 0; row < table->rowCount(); ++row) {
        rowOf.emplace(table->cell(row, id), row);
        texts.emplace_back(table->cell(row, text));
    }
    using Pair = std::pair<std::int64_t, std::int64_t>;
    std::set<Pair> planted;
    for (std::int64_t row = 0; row < table->rowCount(); ++row) {
        if (!table->isBlank(row, copyOf)) planted.insert(std::minmax(row, rowOf.at(std::string(table->cell(row, copyOf)))));
    }
    ASSERT_EQ(planted.size(), 10u);
    for (const auto precision : {dedup::EncoderPrecision::F32, dedup::EncoderPrecision::Bf16}) {
        // Without bf16 instructions this takes minutes, and nobody gets it there unless they ask for it.
        if (precision == dedup::EncoderPrecision::Bf16 && !tensor::kernels::multipliesBf16()) continue;
        dedup::SentenceEncoder encoder(kModel, {.precision = precision});
        const auto index = SimilarityIndex::build({encoder.embed(texts), texts, {}}, {});
        const DedupAnswer answer = index->answer({});
        std::set<Pair> found;
        for (const RemovedRow& removed : answer.removed) found.insert(std::minmax(removed.row, removed.kept));
        EXPECT_EQ(found, planted) << "at " << answer.threshold;
        float weakestPlanted = 1, strongestOther = 0;
        for (const SimilarPair& pair : index->pairsNear(1.0, 200)) {
            if (planted.contains({pair.first, pair.second})) weakestPlanted = std::min(weakestPlanted, pair.similarity);
            else strongestOther = std::max(strongestOther, pair.similarity);
        }
        std::cout << "planted pairs are at " << weakestPlanted << " or above, others at " << strongestOther << " or below\n";
    }
}

}  // namespace
}  // namespace lathe
