// SPDX-License-Identifier: GPL-3.0-or-later
/// What stands behind lathe::SimilarityIndex.
#pragma once
#include <string>
#include <vector>

#include <lathe/dedup.h>

#include "dedup/list_search.h"
#include "dedup/pair_search.h"

namespace lathe {

struct SimilarityIndex::Impl {
    struct Neighbour {
        std::int32_t text;
        float similarity;
    };

    std::int64_t rows = 0;
    std::int64_t width = 0;
    std::vector<float> vectors;                        ///< normalised, one a distinct text
    std::vector<std::int32_t> textOf;                  ///< of each row; distinct texts are numbered by first row
    std::vector<std::int64_t> firstRowOf;              ///< of each distinct text
    std::vector<dedup::FoundPair> pairs;               ///< of distinct texts, by falling similarity
    std::vector<std::int64_t> neighbourBegin;          ///< into neighbours, by distinct text
    std::vector<Neighbour> neighbours;                 ///< both directions, by falling similarity
    std::vector<std::string> labelNames;
    std::vector<std::int64_t> labelBegin;              ///< into labels, by row; empty without labels
    std::vector<std::int32_t> labels;                  ///< sorted within a row
    float floor = 0;
    double seconds = 0;
    dedup::RecallSample recall;                        ///< of a list search; no rows where every pair was looked at

    std::int64_t textCount() const { return static_cast<std::int64_t>(firstRowOf.size()); }
    /// 1 - |A and B| / |A or B|; 0 for two empty sets or without labels.
    double labelDistance(std::int64_t a, std::int64_t b) const;
    float similarityOf(std::int64_t a, std::int64_t b) const;
};

}  // namespace lathe
