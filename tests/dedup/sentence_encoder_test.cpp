// SPDX-License-Identifier: GPL-3.0-or-later
// Embeddings against sentence-transformers' values for the starter encoder; skipped where either is absent.
#include <cmath>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>
#include <lathe/error.h>

#include "base/json.h"
#include "data/scratch.h"
#include "dedup/encoder_folder.h"
#include "dedup/sentence_encoder.h"

namespace lathe::dedup {
namespace {

namespace fs = std::filesystem;
const fs::path kModel = fs::path(LATHE_CACHE_DIR) / "models" / "all-minilm-l6-v2";
const fs::path kGolden = fs::path(LATHE_SHARED_DIR) / "goldens" / "starter" / "minilm_embeddings.json";

double cosine(std::span<const float> a, const std::vector<float>& b) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += static_cast<double>(a[i]) * b[i];
        aa += static_cast<double>(a[i]) * a[i];
        bb += static_cast<double>(b[i]) * b[i];
    }
    return ab / std::sqrt(aa * bb);
}

class MapCache final : public EmbeddingCache {
public:
    std::vector<std::vector<float>> load(const std::string& model, std::span<const std::string> keys) override {
        std::vector<std::vector<float>> found;
        for (const std::string& key : keys) {
            const auto entry = values.find(model + key);
            found.push_back(entry == values.end() ? std::vector<float>() : entry->second);
            hits += entry != values.end();
        }
        return found;
    }
    void store(const std::string& model, std::span<const std::string> keys, std::span<const std::vector<float>> vectors) override {
        for (std::size_t i = 0; i < keys.size(); ++i) values[model + keys[i]] = vectors[i];
    }
    std::map<std::string, std::vector<float>> values;
    int hits = 0;
};

class StarterEncoder : public ::testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(kModel / "config.json")) GTEST_SKIP() << "the starter encoder is not set up in " << kModel;
        if (!fs::exists(kGolden)) GTEST_SKIP() << "../shared/goldens is absent";
        const base::Json golden = base::readJsonFile(kGolden);
        texts = golden["texts"].get<std::vector<std::string>>();
        expected = golden["embeddings"].get<std::vector<std::vector<float>>>();
    }
    std::vector<std::string> texts;
    std::vector<std::vector<float>> expected;
};

TEST_F(StarterEncoder, VectorsEqualTheReferenceInF32) {
    EncoderOptions options;
    options.precision = EncoderPrecision::F32;
    SentenceEncoder encoder(kModel, options);
    EXPECT_EQ(encoder.width(), 384);
    EXPECT_EQ(encoder.maxLength(), 256);
    EXPECT_TRUE(encoder.isNormalized());
    const EmbeddingMatrix matrix = encoder.embed(texts);
    float worst = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto row = matrix.row(static_cast<std::int64_t>(i));
        EXPECT_GT(cosine(row, expected[i]), 0.99999) << texts[i];
        for (std::size_t k = 0; k < row.size(); ++k) worst = std::max(worst, std::abs(row[k] - expected[i][k]));
    }
    EXPECT_LT(worst, 1e-5f);
}

TEST_F(StarterEncoder, VectorsAreNearTheReferenceInBf16) {
    EncoderOptions options;
    options.precision = EncoderPrecision::Bf16;
    SentenceEncoder encoder(kModel, options);
    const EmbeddingMatrix matrix = encoder.embed(texts);
    for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_GT(cosine(matrix.row(static_cast<std::int64_t>(i)), expected[i]), 0.999) << texts[i];
}

TEST_F(StarterEncoder, TheTextbookExampleFollowsTheReference) {
    EncoderOptions options;
    options.precision = EncoderPrecision::F32;
    SentenceEncoder encoder(kModel, options);
    const std::vector<std::string> five(texts.begin(), texts.begin() + 5);
    const auto index = SimilarityIndex::build({encoder.embed(five), five, {}}, {});
    const auto cosines = base::readJsonFile(kGolden)["cosine_first5"].get<std::vector<std::vector<double>>>();
    for (const double threshold : {0.6, 0.7, 0.8, 0.9, 0.95}) {
        std::vector<std::int64_t> kept;
        for (std::size_t row = 0; row < 5; ++row) {
            if (std::none_of(kept.begin(), kept.end(), [&](std::int64_t other) { return cosines[static_cast<std::size_t>(other)][row] > threshold; }))
                kept.push_back(static_cast<std::int64_t>(row));
        }
        DedupRules rules;
        rules.threshold = threshold;
        EXPECT_EQ(index->answer(rules).kept, kept) << threshold;
    }
}

TEST_F(StarterEncoder, LongTextsAreCutAsTheFolderSays) {
    EncoderOptions options;
    options.precision = EncoderPrecision::F32;
    SentenceEncoder encoder(kModel, options);
    std::string text;
    for (int i = 0; i < 254; ++i) text += "word ";
    const std::vector<std::string> both{text, text + "and much more that is cut off"};
    const EmbeddingMatrix matrix = encoder.embed(both);
    for (std::int64_t i = 0; i < matrix.width; ++i) EXPECT_NEAR(matrix.row(0)[static_cast<std::size_t>(i)], matrix.row(1)[static_cast<std::size_t>(i)], 1e-6);
}

TEST_F(StarterEncoder, AloneAndInABatchAreTheSameAndKnownTextsAreNotComputedAgain) {
    EncoderOptions options;
    options.precision = EncoderPrecision::F32;
    options.tokensPerBatch = 64;
    SentenceEncoder encoder(kModel, options);
    MapCache cache;
    const EmbeddingMatrix all = encoder.embed(texts, &cache);
    EXPECT_EQ(cache.hits, 0);
    const EmbeddingMatrix again = encoder.embed(texts, &cache);
    EXPECT_EQ(cache.hits, static_cast<int>(texts.size()));
    EXPECT_EQ(all.values, again.values);
    const EmbeddingMatrix alone = encoder.embed(std::span(texts).subspan(3, 1));
    for (std::size_t i = 0; i < 384; ++i) EXPECT_NEAR(alone.values[i], all.row(3)[i], 2e-6);
}

TEST(EncoderFolder, PoolingAndLengthsAreRead) {
    testing::Scratch scratch;
    fs::create_directories(scratch.path("1_Pooling"));
    scratch.write("modules.json", R"([{"path": "", "type": "sentence_transformers.models.Transformer"},
        {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])");
    scratch.write("sentence_bert_config.json", R"({"max_seq_length": 128, "do_lower_case": true})");
    scratch.write("1_Pooling/config.json", R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true})");
    const EncoderFolder folder = readEncoderFolder(scratch.folder());
    EXPECT_EQ(folder.poolings, (std::vector<Pooling>{Pooling::FirstToken, Pooling::Mean}));
    EXPECT_EQ(folder.maxLength, 128);
    EXPECT_TRUE(folder.lowersCase);
    EXPECT_FALSE(folder.isNormalized);
    scratch.write("1_Pooling/config.json", R"({"embedding_dimension": 8, "pooling_mode": "lasttoken"})");
    EXPECT_EQ(readEncoderFolder(scratch.folder()).poolings, (std::vector<Pooling>{Pooling::LastToken}));
    scratch.write("1_Pooling/config.json", R"({"pooling_mode": "unheard"})");
    EXPECT_THROW(readEncoderFolder(scratch.folder()), Error);
    scratch.write("modules.json", R"([{"path": "../../etc", "type": "x.Transformer"}])");
    EXPECT_THROW(readEncoderFolder(scratch.folder()), Error);
    scratch.write("modules.json", R"([{"path": "2_Dense", "type": "x.Dense"}])");
    EXPECT_THROW(readEncoderFolder(scratch.folder()), Error);
}

TEST(EncoderFolder, AFolderWithoutModulesIsMeanPooled) {
    testing::Scratch scratch;
    const EncoderFolder folder = readEncoderFolder(scratch.folder());
    EXPECT_EQ(folder.poolings, (std::vector<Pooling>{Pooling::Mean}));
    EXPECT_FALSE(folder.isNormalized);
    EXPECT_THROW(SentenceEncoder(scratch.path("none")), Error);
}

}  // namespace
}  // namespace lathe::dedup
