// SPDX-License-Identifier: GPL-3.0-or-later
/// What a sentence-transformers folder says about pooling, normalisation and length.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace lathe::dedup {

enum class Pooling { FirstToken, Mean, Max, MeanOverRootLength, WeightedMean, LastToken };

struct EncoderFolder {
    std::filesystem::path model;      ///< where config.json and the weights lie
    std::vector<Pooling> poolings;    ///< their vectors stand side by side
    bool isNormalized = false;
    bool lowersCase = false;
    int maxLength = 0;                ///< in tokens, special ones included; 0 = nothing is said
};

/// Reads modules.json, sentence_bert_config.json and the pooling's config.json. Without modules.json: mean pooling and no
/// normalisation, as sentence-transformers takes a plain model. Throws NotFound, CorruptFile, Unsupported (other modules).
EncoderFolder readEncoderFolder(const std::filesystem::path& folder);

}  // namespace lathe::dedup
