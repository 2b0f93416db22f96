// SPDX-License-Identifier: GPL-3.0-or-later
/// dataset.dedup_threshold: which training rows a run leaves out.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <lathe/dedup.h>
#include <lathe/progress.h>
#include <lathe/run_spec.h>
#include <lathe/table.h>

namespace lathe::workspace {
class Workspace;
}

namespace lathe::session {

/// Finds training rows that are nearly the same as a validation or test row or as an earlier training row that is kept. Rows
/// that are measured with all stay, so that runs with different thresholds are measured on the same ones. Remembers the last
/// search, so that another threshold on the same rows is answered at once. Thread-safe.
class NearCopies {
public:
    /// Ascending rows of the table; empty if the spec has no threshold. `encoder`: what spec.dataset.dedupModel stands for.
    /// `workspace` may be null: then no embedding is kept. Blocks; throws InvalidInput, NotFound, Cancelled.
    std::vector<std::int64_t> find(const RunSpec& spec, const TablePtr& table, const std::string& fingerprint, const std::filesystem::path& encoder,
                                   workspace::Workspace* workspace, const ProgressSink& progress, const std::stop_token& stop);

private:
    struct Search {
        std::vector<std::int64_t> rows;  ///< of the table, in the order of the index
        std::int64_t fixedRows = 0;      ///< the first so many are not trained on
        std::shared_ptr<const SimilarityIndex> index;
    };
    std::mutex searching_;                 ///< one search at a time: a form's checks and its forecast ask for the same at once
    std::mutex mutex_;
    std::string key_;                      ///< guarded by mutex_
    std::shared_ptr<const Search> last_;   ///< guarded by mutex_
};

}  // namespace lathe::session
