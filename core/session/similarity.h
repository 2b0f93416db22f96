// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>

#include <lathe/session.h>

namespace lathe::workspace {
class Workspace;
}

namespace lathe::session {

/// One vector a row of the query's text. `workspace` may be null: then nothing is kept.
EmbeddingMatrix embedRows(const TablePtr& table, const SimilarQuery& query, const std::filesystem::path& model, workspace::Workspace* workspace,
                          const ProgressSink& progress, const std::stop_token& stop);

/// Embeds, then finds all pairs above the query's floor.
std::shared_ptr<const SimilarRows> findSimilarRows(const TablePtr& table, const SimilarQuery& query, const std::filesystem::path& model,
                                                   workspace::Workspace* workspace, const ProgressSink& progress, const std::stop_token& stop);

/// The index of some rows of a table, in the order given, by their text; for the pairs that training leaves out.
std::shared_ptr<const SimilarityIndex> indexRows(const TablePtr& table, const TextTemplate& text, const std::vector<std::int64_t>& rows,
                                                 const std::filesystem::path& model, workspace::Workspace* workspace, const ProgressSink& progress,
                                                 const std::stop_token& stop);

}  // namespace lathe::session
