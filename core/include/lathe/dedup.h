// SPDX-License-Identifier: GPL-3.0-or-later
/// Semantic deduplication: similar pairs found once, then any threshold answered at once.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <lathe/progress.h>

namespace lathe {

/// Row-major matrix of f32: one embedding a row.
struct EmbeddingMatrix {
    std::int64_t rows = 0;
    std::int64_t width = 0;
    std::vector<float> values;

    std::span<const float> row(std::int64_t i) const {
        return {values.data() + static_cast<std::size_t>(i * width), static_cast<std::size_t>(width)};
    }
};

/// Writes a .npy file (format 1.0, little-endian float32, C order), atomically. Throws Io.
void writeNpy(const EmbeddingMatrix& matrix, const std::filesystem::path& file);

/// A verdict of a person on one pair of rows, whatever their similarity.
struct PairOverrule {
    std::int64_t first = 0;
    std::int64_t second = 0;
    bool areDuplicates = false;   ///< false: never one because of the other; true: always
};

struct DedupRules {
    double threshold = 0.9;                   ///< cosine; a row goes if it is above this to a kept earlier row
    bool keepsDifferentLabels = false;        ///< pairs whose label sets differ by more than maxLabelDistance are no duplicates
    double maxLabelDistance = 0.0;            ///< Jaccard distance, [0, 1]
    std::vector<PairOverrule> overrules;
    std::int64_t fixedRows = 0;               ///< the first so many rows stay whatever they resemble, and exclude later ones
};

struct RemovedRow {
    std::int64_t row = 0;
    std::int64_t kept = 0;        ///< the kept row that it is most similar to
    float similarity = 0;         ///< 1 for an exact copy
    bool isExact = false;         ///< the same text
};

/// A kept row and what goes because of it.
struct DuplicateGroup {
    std::int64_t kept = 0;
    std::vector<std::int64_t> removed;
};

struct LabelLoss {
    std::string label;
    std::int64_t before = 0;
    std::int64_t after = 0;
};

struct DedupAnswer {
    double threshold = 0;
    std::vector<std::int64_t> kept;         ///< ascending
    std::vector<RemovedRow> removed;        ///< ascending by row
    std::int64_t groupCount = 0;
    std::int64_t exactCount = 0;            ///< of the removed: exact copies
    std::int64_t savedByLabels = 0;         ///< rows that the label guard kept
};

struct SimilarPair {
    std::int64_t first = 0;       ///< the earlier row
    std::int64_t second = 0;
    float similarity = 0;
    bool isExact = false;
    bool hasOtherLabels = false;  ///< label sets differ
};

struct DedupInput {
    EmbeddingMatrix embeddings;                     ///< need not be normalised; one row a text
    std::vector<std::string> texts;                 ///< for exact copies; empty = none are looked for
    std::vector<std::vector<std::string>> labels;   ///< one set a row; empty = none
};

struct DedupSearch {
    float floor = 0.5f;                     ///< pairs at or below are not stored; below 1
    std::int64_t maxPairs = 16'000'000;     ///< beyond it the floor rises; 8 bytes a pair
    std::int64_t tileRows = 2'048;
    enum class Screen { Auto, F32, Bf16 } screen = Screen::Auto;   ///< Bf16: found in bf16 with a margin, decided in f32
    std::int64_t exactRows = 100'000;       ///< up to so many distinct texts every pair is looked at; beyond, FAISS's lists choose which
    double recallTarget = 0.99;             ///< of the list search: the share of a sample's pairs that it is set up to find
    std::int64_t recallSampleRows = 1'000;  ///< of the list search: rows that are compared with all to measure what was found
};

/// What a search found of the pairs above a threshold, measured on a sample of rows that were compared with all.
struct SearchRecall {
    bool isExact = true;            ///< every pair was looked at; nothing had to be measured
    std::int64_t sampledRows = 0;
    std::int64_t pairs = 0;         ///< that the sampled rows have above the threshold
    std::int64_t found = 0;         ///< of these

    double share() const { return pairs == 0 ? 1.0 : static_cast<double>(found) / static_cast<double>(pairs); }
};

/// All similar pairs of a set of rows. Immutable once made; every const member may be called from any thread.
class SimilarityIndex {
public:
    struct Impl;   ///< for core/dedup only

    /// Blocks; memory beyond the input: two tiles and the pairs, and above exactRows 130 bytes a row. Throws InvalidInput (rows that do not match, values that
    /// are not finite), Cancelled.
    static std::shared_ptr<const SimilarityIndex> build(DedupInput input, const DedupSearch& search = {}, const ProgressSink& progress = {},
                                                        std::stop_token stop = {});
    ~SimilarityIndex();
    SimilarityIndex(const SimilarityIndex&) = delete;
    SimilarityIndex& operator=(const SimilarityIndex&) = delete;

    std::int64_t rowCount() const;
    std::int64_t pairCount() const;     ///< stored, exact copies not counted
    float floor() const;                ///< no threshold below it can be answered; at least what was asked for
    double pairSeconds() const;         ///< what the search took, measuring its recall not counted
    SearchRecall recallAt(double threshold) const;

    /// The rows in order; a row is kept unless its similarity to a kept earlier row is above the threshold. Exact copies go
    /// at any threshold. Under 16 ms at 100,000 rows. Throws InvalidInput for a threshold below floor() or above 1.
    DedupAnswer answer(const DedupRules& rules) const;

    /// The threshold that keeps `rows` rows, or as near to it as any does.
    double thresholdFor(std::int64_t rows, const DedupRules& rules) const;

    /// Pairs whose similarity is nearest to the threshold, nearest first.
    std::vector<SimilarPair> pairsNear(double threshold, std::int64_t limit) const;

    /// Pairs by similarity in equal bins over [floor(), 1].
    std::vector<std::int64_t> histogram(int bins) const;

    /// Rows connected by pairs above the threshold (exact copies, too); sets of at least two, for leakage checks.
    std::vector<std::vector<std::int64_t>> clusters(double threshold) const;

    /// Groups of an answer, largest first.
    std::vector<DuplicateGroup> groups(const DedupAnswer& answer) const;

    /// Labels of which rows go, with counts; those that become rarer than `rareCount` first.
    std::vector<LabelLoss> labelLosses(const DedupAnswer& answer, std::int64_t rareCount) const;

private:
    explicit SimilarityIndex(std::unique_ptr<const Impl> impl);
    std::unique_ptr<const Impl> impl_;
};

/// {"threshold", "rows", "kept": [row, …], "removed": [{"row", "kept", "similarity"}, …], "seconds", …}, atomically. Throws Io.
void writeDedupReportJson(const SimilarityIndex& index, const DedupAnswer& answer, double seconds, const std::filesystem::path& file);
/// row, kept, similarity, exact: one line a removed row.
void writeDedupReportCsv(const DedupAnswer& answer, const std::filesystem::path& file);

}  // namespace lathe
