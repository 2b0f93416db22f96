// SPDX-License-Identifier: GPL-3.0-or-later
/// Texts to vectors with any encoder folder, as sentence-transformers does it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <lathe/dedup.h>
#include <lathe/progress.h>

namespace lathe::dedup {

enum class EncoderPrecision { Auto, F32, Bf16 };   ///< Auto: bf16 where the processor multiplies it faster

struct EncoderOptions {
    EncoderPrecision precision = EncoderPrecision::Auto;
    std::int64_t tokensPerBatch = 4'096;
    int maxLength = 0;                             ///< in tokens; 0 = the folder's own
};

/// Where vectors are kept between uses; keys are hashes of text. May be empty on both sides.
class EmbeddingCache {
public:
    virtual ~EmbeddingCache() = default;
    /// At the positions of keys: the vector, or an empty one.
    virtual std::vector<std::vector<float>> load(const std::string& model, std::span<const std::string> keys) = 0;
    virtual void store(const std::string& model, std::span<const std::string> keys, std::span<const std::vector<float>> vectors) = 0;
};

/// A model folder with its tokenizer, pooling (modules.json, 1_Pooling/config.json) and length limit
/// (sentence_bert_config.json). Folders without these are mean-pooled, as sentence-transformers does. One thread at a time.
class SentenceEncoder {
public:
    /// Throws NotFound, CorruptFile, Unsupported (a decoder-only or unknown pooling).
    explicit SentenceEncoder(const std::filesystem::path& folder, const EncoderOptions& options = {});
    ~SentenceEncoder();
    SentenceEncoder(const SentenceEncoder&) = delete;
    SentenceEncoder& operator=(const SentenceEncoder&) = delete;

    std::int64_t width() const;
    int maxLength() const;
    bool isNormalized() const;         ///< the folder asks for vectors of length 1
    /// SHA-256 over weights, settings and precision; the model's part of cache keys.
    const std::string& hash() const;

    /// One vector a text, in order, f32. With a cache, only unknown texts are computed. Throws Cancelled.
    EmbeddingMatrix embed(std::span<const std::string> texts, EmbeddingCache* cache = nullptr, const ProgressSink& progress = {}, std::stop_token stop = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lathe::dedup
