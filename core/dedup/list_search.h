// SPDX-License-Identifier: GPL-3.0-or-later
/// Similar pairs of many rows: each row is compared with the rows of its nearest lists only, and what that misses is measured.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "dedup/pair_search.h"

namespace lathe::dedup {

/// Every pair of two rows of which one looks into the other's list; similarities are the exact ones. As many lists are looked into
/// as a sample of rows needs for search.recallTarget of its pairs above the floor, at most 64. Memory: 130 bytes a row, a bf16 copy
/// of the rows, two tiles, the pairs. Throws Cancelled.
PairSearchResult findPairsInLists(std::span<const float> rows, std::int64_t count, std::int64_t width, const DedupSearch& search,
                                  const ProgressSink& progress, const std::stop_token& stop);

/// How many pairs a sample of rows has and how many of them were found, by similarity in steps of 0.001.
struct RecallSample {
    static constexpr std::int64_t kSteps = 1'000;   ///< over [0, 1]
    std::int64_t rows = 0;                          ///< 0: nothing was sampled
    std::vector<std::int64_t> all = std::vector<std::int64_t>(kSteps + 1);
    std::vector<std::int64_t> found = std::vector<std::int64_t>(kSteps + 1);
};

/// Compares a sample of rows with all rows and looks which of their pairs above result.floor are in result.pairs.
RecallSample measureRecall(std::span<const float> rows, std::int64_t count, std::int64_t width, const PairSearchResult& result, std::int64_t sampleRows,
                           const ProgressSink& progress, const std::stop_token& stop);

}  // namespace lathe::dedup
