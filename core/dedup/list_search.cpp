// SPDX-License-Identifier: GPL-3.0-or-later
#include "dedup/list_search.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "dedup/row_lists.h"
#include "dedup/tile_scan.h"

namespace lathe::dedup {
namespace {

constexpr std::int64_t kMostProbes = 64;
constexpr std::int64_t kLeastRowsOfList = 40;   // as FAISS advises
constexpr std::int64_t kCalibrationRows = 256;
constexpr std::int64_t kSampleTile = 16'384;

/// Every count/sample-th row from `shift` of a step on, so that two samples differ.
std::vector<std::int64_t> sampleOf(std::int64_t count, std::int64_t sample, double shift) {
    sample = std::min(sample, count);
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < sample; ++i) rows.push_back(static_cast<std::int64_t>((static_cast<double>(i) + shift) * static_cast<double>(count) / static_cast<double>(sample)));
    return rows;
}

/// Calls hit(sampled row, other row, similarity) for all pairs of sampled rows above the floor, in parallel.
template <class Hit>
void compareWithAll(std::span<const float> rows, std::int64_t count, std::int64_t width, const std::vector<std::int64_t>& sample, float floor, const std::stop_token& stop, Hit hit) {
    const torch::InferenceMode noGradients;
    const torch::Tensor all = torch::from_blob(const_cast<float*>(rows.data()), {count, width}, torch::kFloat32);
    const torch::Tensor chosen = all.index_select(0, torch::tensor(sample, torch::kInt64));
    for (std::int64_t first = 0; first < count; first += kSampleTile) {
        throwIfStopped(stop);
        const torch::Tensor product = at::mm(chosen, all.narrow(0, first, std::min(kSampleTile, count - first)).t());
        at::parallel_for(0, chosen.size(0), 16, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t r = begin; r < end; ++r) {
                const std::int64_t row = sample[static_cast<std::size_t>(r)];
                scanRow(product, r, 0, floor, [&](std::int64_t c) {
                    const std::int64_t other = first + c;
                    if (other == row) return;
                    const float similarity = dotProduct(rows.data() + std::min(row, other) * width, rows.data() + std::max(row, other) * width, width);
                    if (similarity > floor) hit(row, other, similarity);
                });
            }
        });
    }
}

/// How many lists a row must look into for the wished share of a sample's pairs.
std::int64_t probesFor(std::span<const float> rows, std::int64_t count, std::int64_t width, const RowLists& lists, const DedupSearch& search, const std::stop_token& stop) {
    std::array<std::atomic<std::int64_t>, kMostProbes> pairsFirstFoundWith{};
    std::atomic<std::int64_t> pairs = 0;
    const auto rankIn = [&](std::int64_t row, std::int64_t other) {
        const auto probed = lists.of(row);
        return std::find(probed.begin(), probed.end(), lists.of(other).front()) - probed.begin();
    };
    compareWithAll(rows, count, width, sampleOf(count, kCalibrationRows, 0), search.floor, stop, [&](std::int64_t row, std::int64_t other, float) {
        const auto rank = std::min(rankIn(row, other), rankIn(other, row));
        ++pairs;
        if (rank < lists.probes) ++pairsFirstFoundWith[static_cast<std::size_t>(rank)];
    });
    std::int64_t found = 0;
    for (std::int64_t probes = 1; probes < lists.probes; ++probes) {
        found += pairsFirstFoundWith[static_cast<std::size_t>(probes - 1)];
        if (static_cast<double>(found) >= search.recallTarget * static_cast<double>(pairs)) return probes;
    }
    return lists.probes;
}

/// The rows of each list, and those that look into it, ascending.
struct ListMembers {
    std::vector<std::int64_t> begin;
    std::vector<std::int32_t> rows;

    ListMembers(const RowLists& lists, std::int64_t count, std::int64_t probes) : begin(static_cast<std::size_t>(lists.lists) + 1) {
        for (std::int64_t row = 0; row < count; ++row) {
            for (const std::uint16_t list : lists.of(row).first(static_cast<std::size_t>(probes))) ++begin[list + 1u];
        }
        for (std::size_t list = 1; list < begin.size(); ++list) begin[list] += begin[list - 1];
        rows.resize(static_cast<std::size_t>(begin.back()));
        std::vector<std::int64_t> next(begin.begin(), begin.end() - 1);
        for (std::int64_t row = 0; row < count; ++row) {
            for (const std::uint16_t list : lists.of(row).first(static_cast<std::size_t>(probes))) rows[static_cast<std::size_t>(next[list]++)] = static_cast<std::int32_t>(row);
        }
    }

    std::span<const std::int32_t> of(std::int64_t list) const {
        const auto from = static_cast<std::size_t>(begin[static_cast<std::size_t>(list)]);
        return {rows.data() + from, static_cast<std::size_t>(begin[static_cast<std::size_t>(list) + 1]) - from};
    }
};

torch::Tensor gather(const torch::Tensor& screen, std::span<const std::int32_t> rows) {
    return screen.index_select(0, torch::from_blob(const_cast<std::int32_t*>(rows.data()), {static_cast<std::int64_t>(rows.size())}, torch::kInt32));
}

class ListSearch {
public:
    ListSearch(std::span<const float> rows, std::int64_t width, const RowLists& lists, std::int64_t probes, PairStore& store)
        : rows_(rows), width_(width), lists_(lists), probes_(static_cast<std::size_t>(probes)), store_(store) {}

    /// Pairs of `lookers` with `members` of one list.
    void collect(std::span<const std::int32_t> lookers, std::span<const std::int32_t> members, const torch::Tensor& product) const {
        const float floor = store_.floor();
        at::parallel_for(0, static_cast<std::int64_t>(lookers.size()), 64, [&](std::int64_t begin, std::int64_t end) {
            std::vector<FoundPair> found;
            for (std::int64_t r = begin; r < end; ++r) {
                const std::int32_t row = lookers[static_cast<std::size_t>(r)];
                scanRow(product, r, 0, floor, [&](std::int64_t c) {
                    const std::int32_t other = members[static_cast<std::size_t>(c)];
                    // Where both see each other, the earlier row's look counts.
                    if (row == other || (row > other && sees(other, row))) return;
                    const auto [first, second] = std::minmax(row, other);
                    const float similarity = dotProduct(rows_.data() + first * width_, rows_.data() + second * width_, width_);
                    if (similarity > floor) found.push_back({first, second, similarity});
                });
            }
            store_.add(found);
        });
    }

private:
    bool sees(std::int32_t row, std::int32_t other) const {
        const auto probed = lists_.of(row).first(probes_);
        return std::find(probed.begin(), probed.end(), lists_.of(other).front()) != probed.end();
    }

    std::span<const float> rows_;
    std::int64_t width_;
    const RowLists& lists_;
    std::size_t probes_;
    PairStore& store_;
};

}  // namespace

PairSearchResult findPairsInLists(std::span<const float> rows, std::int64_t count, std::int64_t width, const DedupSearch& search, const ProgressSink& progress,
                                  const std::stop_token& stop) {
    const torch::InferenceMode noGradients;
    // Twice the root: sorting rows into lists and comparing within them then cost about the same.
    const auto wanted = static_cast<std::int64_t>(2 * std::sqrt(static_cast<double>(count)));
    const RowLists lists = makeRowLists(rows, count, width, std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(1, count / kLeastRowsOfList)), kMostProbes, progress, stop);
    const std::int64_t probes = probesFor(rows, count, width, lists, search, stop);
    const ListMembers members(lists, count, 1), lookers(lists, count, probes);
    PairStore store(search.floor, search.maxPairs);
    const torch::Tensor vectors = torch::from_blob(const_cast<float*>(rows.data()), {count, width}, torch::kFloat32);
    const torch::Tensor screen = usesBf16(search) ? vectors.to(torch::kBFloat16) : vectors;
    const ListSearch look(rows, width, lists, probes, store);
    const auto step = static_cast<std::size_t>(std::max<std::int64_t>(search.tileRows, 64));
    double all = 0, done = 0;
    for (std::int64_t list = 0; list < lists.lists; ++list) all += static_cast<double>(members.of(list).size()) * static_cast<double>(lookers.of(list).size());
    for (std::int64_t list = 0; list < lists.lists; ++list) {
        const auto inList = members.of(list), looking = lookers.of(list);
        for (std::size_t m = 0; m < inList.size(); m += 2 * step) {
            const auto some = inList.subspan(m, std::min(2 * step, inList.size() - m));
            const torch::Tensor columns = gather(screen, some).t();
            for (std::size_t r = 0; r < looking.size(); r += step) {
                throwIfStopped(stop);
                const auto tile = looking.subspan(r, std::min(step, looking.size() - r));
                look.collect(tile, some, at::mm(gather(screen, tile), columns));
                store.trim();
                done += static_cast<double>(tile.size()) * static_cast<double>(some.size());
                if (progress) progress({"Comparing rows", done, all});
            }
        }
    }
    return {store.take(), store.floor()};
}

RecallSample measureRecall(std::span<const float> rows, std::int64_t count, std::int64_t width, const PairSearchResult& result, std::int64_t sampleRows,
                           const ProgressSink& progress, const std::stop_token& stop) {
    if (progress) progress({"Measuring what was found", 0, 0});
    RecallSample recall;
    const std::vector<std::int64_t> sample = sampleOf(count, sampleRows, 0.5);
    recall.rows = static_cast<std::int64_t>(sample.size());
    const auto stepOf = [](float similarity) { return static_cast<std::size_t>(std::clamp<std::int64_t>(static_cast<std::int64_t>(similarity * RecallSample::kSteps), 0, RecallSample::kSteps)); };
    std::vector<std::atomic<std::int64_t>> all(RecallSample::kSteps + 1);
    compareWithAll(rows, count, width, sample, result.floor, stop, [&](std::int64_t, std::int64_t, float similarity) { ++all[stepOf(similarity)]; });
    std::copy(all.begin(), all.end(), recall.all.begin());
    std::vector<bool> isSampled(static_cast<std::size_t>(count));
    for (const std::int64_t row : sample) isSampled[static_cast<std::size_t>(row)] = true;
    for (const FoundPair& pair : result.pairs)
        recall.found[stepOf(pair.similarity)] += isSampled[static_cast<std::size_t>(pair.first)] + isSampled[static_cast<std::size_t>(pair.second)];
    return recall;
}

}  // namespace lathe::dedup
