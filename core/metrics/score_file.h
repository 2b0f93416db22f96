// SPDX-License-Identifier: GPL-3.0-or-later
/// An evaluation's scores on disk: a safetensors file with logits F32 [rows, labels], targets U8 [rows, labels] and row numbers
/// I64 [rows]; label names are in its metadata. Exact, compact (five bytes a score) and readable from Python.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "metrics/metric.h"
#include "metrics/score_store.h"

namespace lathe::metrics {

inline constexpr const char* kScoreFileName = "scores.safetensors";

struct SavedScores {
    std::vector<std::string> labels;
    std::vector<std::int64_t> rows;  ///< of the table, one a row of the store
    Decision decision = Decision::Threshold;
    ScoreStore store;
};

/// The file's bytes. labels.size() and rows.size() fit the store; throws Internal otherwise.
std::string scoreFileBytes(const ScoreStore& store, std::span<const std::string> labels, std::span<const std::int64_t> rows, Decision decision);

/// Throws NotFound, Io, or CorruptFile saying what does not fit.
SavedScores readScoreFile(const std::filesystem::path& file);

}  // namespace lathe::metrics
