// SPDX-License-Identifier: GPL-3.0-or-later
/// The three readers behind previewImport and importFile. Each takes the mapped file.
#pragma once
#include <string_view>

#include <lathe/data.h>

#include "data/encoding.h"

namespace lathe::data {

struct ImportJob {
    std::filesystem::path file;
    std::string_view bytes;               ///< empty for Parquet, which Arrow reads itself
    ImportOptions options;
    std::filesystem::path output;         ///< unused in previews
    ProgressSink progress;
    std::stop_token stop;
};

inline constexpr std::size_t kPreviewRows = 20;
inline constexpr std::size_t kPreviewBytes = 1u << 20;
inline constexpr std::size_t kMaxListedProblems = 10'000;

/// The encoding that options ask for, or the one that is found out; the mark's length either way.
EncodingGuess encodingFor(std::string_view bytes, const ImportOptions& options, const std::stop_token& stop);

/// Adds to a report's list while it is short, and always to its counts. text is cut and mended.
void addProblem(ImportReport& report, std::int64_t line, std::string reason, std::string_view text, bool isKept);

ImportPreview previewCsv(const ImportJob& job);
ImportReport importCsv(const ImportJob& job);

ImportPreview previewJsonl(const ImportJob& job);
ImportReport importJsonl(const ImportJob& job);

ImportPreview previewParquet(const ImportJob& job);
ImportReport importParquet(const ImportJob& job);

}  // namespace lathe::data
