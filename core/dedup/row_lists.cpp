// SPDX-License-Identifier: GPL-3.0-or-later
// The only file that knows FAISS (1.7.3). Its products go through the BLAS that libtorch carries, its threads through the same OpenMP.
#include "dedup/row_lists.h"

#include <algorithm>

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <faiss/impl/FaissException.h>
#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::dedup {
namespace {

constexpr int kRounds = 8;               // the centres hardly move after that
constexpr int kSampleOfList = 64;        // rows that a centre is learnt from
constexpr std::int64_t kAssigned = 8'192;  // rows a call, so that a stop is heard

/// Spherical k-means, a round a call, because FAISS hears no stop inside one. It goes on from the centres that are there.
void findCentres(std::span<const float> rows, std::int64_t count, std::int64_t width, std::int64_t lists, faiss::IndexFlatIP& centres,
                 const ProgressSink& progress, const std::stop_token& stop) {
    faiss::ClusteringParameters parameters;
    parameters.niter = 1;
    parameters.spherical = true;
    parameters.min_points_per_centroid = 1;
    parameters.max_points_per_centroid = kSampleOfList;
    parameters.seed = 42;
    faiss::Clustering clustering(static_cast<int>(width), static_cast<int>(lists), parameters);
    for (int round = 0; round < kRounds; ++round) {
        throwIfStopped(stop);
        if (progress) progress({"Sorting rows into lists", static_cast<double>(round), kRounds + 2.0});
        centres.reset();
        clustering.train(count, rows.data(), centres);
    }
}

RowLists assign(std::span<const float> rows, std::int64_t count, std::int64_t width, std::int64_t probes, const faiss::IndexFlatIP& centres,
                const ProgressSink& progress, const std::stop_token& stop) {
    RowLists result;
    result.lists = centres.ntotal;
    result.probes = probes;
    result.nearest.resize(static_cast<std::size_t>(count * probes));
    std::vector<float> similarities(static_cast<std::size_t>(std::min(count, kAssigned) * probes));
    std::vector<faiss::Index::idx_t> labels(similarities.size());
    for (std::int64_t first = 0; first < count; first += kAssigned) {
        throwIfStopped(stop);
        if (progress) progress({"Sorting rows into lists", kRounds + 2.0 * static_cast<double>(first) / static_cast<double>(count), kRounds + 2.0});
        const std::int64_t some = std::min(kAssigned, count - first);
        centres.search(some, rows.data() + first * width, probes, similarities.data(), labels.data());
        for (std::int64_t i = 0; i < some * probes; ++i)
            result.nearest[static_cast<std::size_t>(first * probes + i)] = static_cast<std::uint16_t>(std::max<faiss::Index::idx_t>(labels[static_cast<std::size_t>(i)], 0));
    }
    return result;
}

}  // namespace

RowLists makeRowLists(std::span<const float> rows, std::int64_t count, std::int64_t width, std::int64_t lists, std::int64_t probes, const ProgressSink& progress,
                      const std::stop_token& stop) {
    lists = std::clamp<std::int64_t>(lists, 1, std::min<std::int64_t>(count, 65'535));
    try {
        faiss::IndexFlatIP centres(width);
        findCentres(rows, count, width, lists, centres, progress, stop);
        return assign(rows, count, width, std::clamp<std::int64_t>(probes, 1, lists), centres, progress, stop);
    } catch (const faiss::FaissException& error) {
        throw Error(ErrorCode::Internal, fmt::format("The rows could not be sorted into lists. FAISS says: {}. Compare all pairs instead, which takes longer.", error.what()));
    }
}

}  // namespace lathe::dedup
