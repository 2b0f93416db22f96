// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>

#include <fmt/format.h>
#include <lathe/error.h>
#include <xxhash.h>

#include "dedup/similarity_impl.h"

namespace lathe {
namespace {

struct Hash128 {
    std::size_t operator()(const XXH128_hash_t& value) const { return static_cast<std::size_t>(value.low64); }
};
struct Equal128 {
    bool operator()(const XXH128_hash_t& a, const XXH128_hash_t& b) const { return XXH128_isEqual(a, b) != 0; }
};

void checkInput(const DedupInput& input, const DedupSearch& search) {
    const EmbeddingMatrix& matrix = input.embeddings;
    const auto rows = static_cast<std::size_t>(matrix.rows);
    if (matrix.rows < 0 || matrix.width < 0 || matrix.values.size() != rows * static_cast<std::size_t>(matrix.width) ||
        (!input.texts.empty() && input.texts.size() != rows) || (!input.labels.empty() && input.labels.size() != rows)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("{} embeddings, {} texts and {} label sets do not belong together. There must be one of each a row. Embed the "
                                                         "rows again.", matrix.rows, input.texts.size(), input.labels.size()));
    }
    if (matrix.rows > std::numeric_limits<std::int32_t>::max())
        throw Error(ErrorCode::Unsupported, "There are more than 2 billion rows. So many are not compared. Split the table.");
    if (!(search.floor < 1))
        throw Error(ErrorCode::InvalidInput, fmt::format("The floor {} is out of range. It must be below 1, as no cosine is above it. Choose one such as 0.5.", search.floor));
    for (const float value : matrix.values) {
        if (!std::isfinite(value)) throw Error(ErrorCode::NonFinite, "An embedding is not finite. The encoder or a text is at fault. Use f32 or another encoder.");
    }
}

/// Numbers distinct texts by their first row. Without texts every row is its own.
void findCopies(const DedupInput& input, SimilarityIndex::Impl& impl);

}  // namespace

double SimilarityIndex::Impl::labelDistance(std::int64_t a, std::int64_t b) const {
    if (labelBegin.empty()) return 0;
    const auto at = [&](std::int64_t row) { return labels.begin() + static_cast<std::ptrdiff_t>(labelBegin[static_cast<std::size_t>(row)]); };
    auto i = at(a), iEnd = at(a + 1), k = at(b), kEnd = at(b + 1);
    std::int64_t both = 0, all = 0;
    while (i != iEnd || k != kEnd) {
        ++all;
        if (k == kEnd || (i != iEnd && *i < *k)) ++i;
        else if (i == iEnd || *k < *i) ++k;
        else {
            ++both;
            ++i;
            ++k;
        }
    }
    return all == 0 ? 0 : 1 - static_cast<double>(both) / static_cast<double>(all);
}

float SimilarityIndex::Impl::similarityOf(std::int64_t a, std::int64_t b) const {
    const std::int32_t first = textOf[static_cast<std::size_t>(a)], second = textOf[static_cast<std::size_t>(b)];
    if (first == second) return 1;
    return dedup::dotProduct(vectors.data() + first * width, vectors.data() + second * width, width);
}

namespace {

void findCopies(const DedupInput& input, SimilarityIndex::Impl& impl) {
    impl.textOf.resize(static_cast<std::size_t>(impl.rows));
    std::unordered_map<XXH128_hash_t, std::int32_t, Hash128, Equal128> seen;
    for (std::int64_t row = 0; row < impl.rows; ++row) {
        auto number = static_cast<std::int32_t>(impl.firstRowOf.size());
        if (!input.texts.empty()) {
            const std::string& text = input.texts[static_cast<std::size_t>(row)];
            number = seen.emplace(XXH3_128bits(text.data(), text.size()), number).first->second;
        }
        impl.textOf[static_cast<std::size_t>(row)] = number;
        if (number == impl.textCount()) impl.firstRowOf.push_back(row);
    }
}

/// Vectors of length 1, one a distinct text; a zero vector stays zero and is similar to nothing.
void normalise(const EmbeddingMatrix& matrix, SimilarityIndex::Impl& impl) {
    impl.width = matrix.width;
    impl.vectors.resize(static_cast<std::size_t>(impl.textCount() * matrix.width));
    for (std::int64_t text = 0; text < impl.textCount(); ++text) {
        const auto from = matrix.row(impl.firstRowOf[static_cast<std::size_t>(text)]);
        double sum = 0;
        for (const float value : from) sum += static_cast<double>(value) * value;
        const double scale = sum > 0 ? 1 / std::sqrt(sum) : 0;
        float* to = impl.vectors.data() + text * matrix.width;
        for (const float value : from) *to++ = static_cast<float>(value * scale);
    }
}

void numberLabels(const DedupInput& input, SimilarityIndex::Impl& impl) {
    if (input.labels.empty()) return;
    std::map<std::string, std::int32_t> numbers;
    for (const auto& labels : input.labels) {
        for (const std::string& label : labels) numbers.emplace(label, 0);
    }
    for (auto& [name, number] : numbers) {
        number = static_cast<std::int32_t>(impl.labelNames.size());
        impl.labelNames.push_back(name);
    }
    impl.labelBegin.push_back(0);
    for (const auto& labels : input.labels) {
        std::vector<std::int32_t> set;
        for (const std::string& label : labels) set.push_back(numbers.at(label));
        std::sort(set.begin(), set.end());
        set.erase(std::unique(set.begin(), set.end()), set.end());
        impl.labels.insert(impl.labels.end(), set.begin(), set.end());
        impl.labelBegin.push_back(static_cast<std::int64_t>(impl.labels.size()));
    }
}

/// Pairs come by falling similarity, so filling in their order keeps each text's neighbours sorted.
void linkNeighbours(SimilarityIndex::Impl& impl) {
    impl.neighbourBegin.assign(static_cast<std::size_t>(impl.textCount()) + 1, 0);
    for (const dedup::FoundPair& pair : impl.pairs) {
        ++impl.neighbourBegin[static_cast<std::size_t>(pair.first) + 1];
        ++impl.neighbourBegin[static_cast<std::size_t>(pair.second) + 1];
    }
    std::partial_sum(impl.neighbourBegin.begin(), impl.neighbourBegin.end(), impl.neighbourBegin.begin());
    impl.neighbours.resize(impl.pairs.size() * 2);
    std::vector<std::int64_t> next(impl.neighbourBegin.begin(), impl.neighbourBegin.end() - 1);
    for (const dedup::FoundPair& pair : impl.pairs) {
        impl.neighbours[static_cast<std::size_t>(next[static_cast<std::size_t>(pair.first)]++)] = {pair.second, pair.similarity};
        impl.neighbours[static_cast<std::size_t>(next[static_cast<std::size_t>(pair.second)]++)] = {pair.first, pair.similarity};
    }
}

}  // namespace

SimilarityIndex::SimilarityIndex(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
SimilarityIndex::~SimilarityIndex() = default;

std::shared_ptr<const SimilarityIndex> SimilarityIndex::build(DedupInput input, const DedupSearch& search, const ProgressSink& progress, std::stop_token stop) {
    checkInput(input, search);
    auto impl = std::make_unique<Impl>();
    impl->rows = input.embeddings.rows;
    findCopies(input, *impl);
    normalise(input.embeddings, *impl);
    input.embeddings.values = {};   // a second copy of all vectors is not needed
    numberLabels(input, *impl);
    const auto start = std::chrono::steady_clock::now();
    const bool isExact = impl->textCount() <= search.exactRows;
    auto found = isExact ? dedup::findPairs(impl->vectors, impl->textCount(), impl->width, search, progress, stop)
                         : dedup::findPairsInLists(impl->vectors, impl->textCount(), impl->width, search, progress, stop);
    impl->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!isExact) impl->recall = dedup::measureRecall(impl->vectors, impl->textCount(), impl->width, found, search.recallSampleRows, progress, stop);
    impl->pairs = std::move(found.pairs);
    impl->floor = found.floor;
    linkNeighbours(*impl);
    return std::shared_ptr<const SimilarityIndex>(new SimilarityIndex(std::move(impl)));
}

std::int64_t SimilarityIndex::rowCount() const { return impl_->rows; }
std::int64_t SimilarityIndex::pairCount() const { return static_cast<std::int64_t>(impl_->pairs.size()); }
float SimilarityIndex::floor() const { return impl_->floor; }
double SimilarityIndex::pairSeconds() const { return impl_->seconds; }

SearchRecall SimilarityIndex::recallAt(double threshold) const {
    SearchRecall recall;
    recall.sampledRows = impl_->recall.rows;
    recall.isExact = recall.sampledRows == 0;
    const auto first = std::clamp<std::int64_t>(static_cast<std::int64_t>(threshold * dedup::RecallSample::kSteps + 1e-6), 0, dedup::RecallSample::kSteps);
    for (auto step = static_cast<std::size_t>(first); step < impl_->recall.all.size(); ++step) {
        recall.pairs += impl_->recall.all[step];
        recall.found += impl_->recall.found[step];
    }
    return recall;
}

std::vector<SimilarPair> SimilarityIndex::pairsNear(double threshold, std::int64_t limit) const {
    const auto& pairs = impl_->pairs;
    const auto middle = std::partition_point(pairs.begin(), pairs.end(), [&](const dedup::FoundPair& pair) { return pair.similarity > threshold; });
    auto above = middle, below = middle;
    std::vector<SimilarPair> nearest;
    while (static_cast<std::int64_t>(nearest.size()) < limit && (above != pairs.begin() || below != pairs.end())) {
        const bool takesAbove = below == pairs.end() ||
                                (above != pairs.begin() && std::prev(above)->similarity - threshold <= threshold - below->similarity);
        const dedup::FoundPair& pair = takesAbove ? *--above : *below++;
        const std::int64_t first = impl_->firstRowOf[static_cast<std::size_t>(pair.first)], second = impl_->firstRowOf[static_cast<std::size_t>(pair.second)];
        nearest.push_back({first, second, pair.similarity, false, impl_->labelDistance(first, second) > 0});
    }
    return nearest;
}

std::vector<std::int64_t> SimilarityIndex::histogram(int bins) const {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(std::max(bins, 1)));
    const double width = (1.0 - impl_->floor) / static_cast<double>(counts.size());
    for (const dedup::FoundPair& pair : impl_->pairs) {
        const auto bin = static_cast<std::int64_t>((pair.similarity - impl_->floor) / width);
        ++counts[static_cast<std::size_t>(std::clamp<std::int64_t>(bin, 0, static_cast<std::int64_t>(counts.size()) - 1))];
    }
    counts.back() += impl_->rows - impl_->textCount();
    return counts;
}

std::vector<std::vector<std::int64_t>> SimilarityIndex::clusters(double threshold) const {
    std::vector<std::int32_t> parent(static_cast<std::size_t>(impl_->textCount()));
    std::iota(parent.begin(), parent.end(), 0);
    const auto root = [&](std::int32_t text) {
        while (parent[static_cast<std::size_t>(text)] != text) {
            auto& up = parent[static_cast<std::size_t>(text)];
            text = up = parent[static_cast<std::size_t>(up)];
        }
        return text;
    };
    for (const dedup::FoundPair& pair : impl_->pairs) {
        if (pair.similarity <= static_cast<float>(threshold)) break;
        parent[static_cast<std::size_t>(root(pair.second))] = root(pair.first);
    }
    std::map<std::int32_t, std::vector<std::int64_t>> members;
    for (std::int64_t row = 0; row < impl_->rows; ++row) members[root(impl_->textOf[static_cast<std::size_t>(row)])].push_back(row);
    std::vector<std::vector<std::int64_t>> clusters;
    for (auto& [text, rows] : members) {
        if (rows.size() > 1) clusters.push_back(std::move(rows));
    }
    std::stable_sort(clusters.begin(), clusters.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    return clusters;
}

}  // namespace lathe
