// SPDX-License-Identifier: GPL-3.0-or-later
/// Rows in lists by nearest centre, as an inverted file has them (Sivic and Zisserman 2003); FAISS finds the centres.
#pragma once
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include <lathe/progress.h>

namespace lathe::dedup {

struct RowLists {
    std::int64_t lists = 0;
    std::int64_t probes = 0;            ///< of a row
    std::vector<std::uint16_t> nearest; ///< [rows, probes]: the lists of the nearest centres, nearest first; the first is the row's own

    std::span<const std::uint16_t> of(std::int64_t row) const {
        return {nearest.data() + static_cast<std::size_t>(row * probes), static_cast<std::size_t>(probes)};
    }
};

/// rows: normalised, [count, width]. Memory: 2 bytes a row and probe, and a sample of 64 rows a list. Throws Cancelled.
RowLists makeRowLists(std::span<const float> rows, std::int64_t count, std::int64_t width, std::int64_t lists, std::int64_t probes,
                      const ProgressSink& progress, const std::stop_token& stop);

}  // namespace lathe::dedup
