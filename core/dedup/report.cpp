// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <lathe/dedup.h>

#include "base/files.h"
#include "base/json.h"

namespace lathe {

void writeDedupReportJson(const SimilarityIndex& index, const DedupAnswer& answer, double seconds, const std::filesystem::path& file) {
    base::OrderedJson report;
    report["threshold"] = answer.threshold;
    report["rows"] = index.rowCount();
    report["kept_rows"] = answer.kept.size();
    report["removed_rows"] = answer.removed.size();
    report["groups"] = answer.groupCount;
    report["exact_copies"] = answer.exactCount;
    report["kept_by_labels"] = answer.savedByLabels;
    report["floor"] = index.floor();
    report["pairs"] = index.pairCount();
    report["pair_seconds"] = index.pairSeconds();
    const SearchRecall recall = index.recallAt(answer.threshold);
    report["search"] = recall.isExact ? "exact" : "faiss";
    if (!recall.isExact) report["recall"] = {{"share", recall.share()}, {"threshold", answer.threshold}, {"sampled_rows", recall.sampledRows}, {"pairs", recall.pairs}, {"found", recall.found}};
    report["seconds"] = seconds;
    report["kept"] = answer.kept;
    auto& removed = report["removed"] = base::OrderedJson::array();
    for (const RemovedRow& row : answer.removed) removed.push_back({{"row", row.row}, {"kept", row.kept}, {"similarity", row.similarity}, {"exact", row.isExact}});
    base::writeFileAtomically(file, report.dump(1) + "\n");
}

void writeDedupReportCsv(const DedupAnswer& answer, const std::filesystem::path& file) {
    std::string text = "row,kept,similarity,exact\n";
    for (const RemovedRow& row : answer.removed) text += fmt::format("{},{},{:.6f},{}\n", row.row, row.kept, row.similarity, row.isExact ? "yes" : "no");
    base::writeFileAtomically(file, text);
}

}  // namespace lathe
