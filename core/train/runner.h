// SPDX-License-Identifier: GPL-3.0-or-later
/// Runs the model for tasks: lays sequences out, and keeps what the frozen layers gave.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "models/model.h"
#include "tasks/task.h"

namespace lathe::train {

/// Output of the layers below the lowest trained one, kept over epochs. Sequences are computed in fixed groups by key, so
/// that what is stored does not depend on which batch asked first: a resumed run then has the same bits.
class PrefixCache {
public:
    struct Settings {
        int layers = 0;                       ///< layers [0, layers) are kept
        std::uint64_t budgetBytes = 0;        ///< in RAM; beyond: an unlinked, mapped file in `folder`
        std::filesystem::path folder;
    };
    /// `sequences` by key; they must outlive the cache. Throws Io if the file cannot be made.
    PrefixCache(models::Model& model, std::vector<const tasks::Sequence*> sequences, const Settings& settings);

    /// Rows of one sequence, [tokens, D], computed with its group if they are not there.
    torch::Tensor rows(std::int64_t key);
    /// Takes rows that somebody else computed.
    void put(std::int64_t key, const torch::Tensor& rows);
    std::int64_t hits() const { return hits_; }
    std::int64_t misses() const { return misses_; }
    std::uint64_t bytes() const { return bytes_; }
    bool isInFile() const { return isInFile_; }

private:
    void computeGroup(std::int64_t key);

    models::Model& model_;
    std::vector<const tasks::Sequence*> sequences_;
    std::vector<std::int64_t> offsets_;
    std::vector<std::uint8_t> isThere_;
    torch::Tensor store_;  ///< [all tokens, D]
    int layers_;
    std::int64_t hits_ = 0;
    std::int64_t misses_ = 0;
    std::uint64_t bytes_ = 0;
    bool isInFile_ = false;
};

/// The trainer's Runner. Not thread-safe.
class ModelRunner : public tasks::Runner {
public:
    struct Settings {
        tensor::BatchOptions layout;
        int firstTrainableLayer = -1;
        bool usesCheckpointing = false;
        bool usesDropout = true;
    };
    ModelRunner(models::Model& model, const Settings& settings) : model_(model), settings_(settings) {}

    /// Dropout on, drawing from a generator with this seed; or off.
    void setTraining(std::uint64_t seed);
    void setEvaluating();
    void setCache(std::unique_ptr<PrefixCache> cache);
    const PrefixCache* cache() const { return cache_.get(); }
    /// What keepFrozen() makes its caches with; unset: it keeps nothing.
    void setFreshCache(const PrefixCache::Settings& settings) { fresh_ = settings; }
    /// Sequences whose frozen layers' output was there, and those for which it had to be computed, in all.
    std::int64_t cacheHits() const { return pastHits_ + (cache_ ? cache_->hits() : 0); }
    std::int64_t cacheMisses() const { return pastMisses_ + (cache_ ? cache_->misses() : 0); }

    models::Model& model() override { return model_; }
    tasks::Hidden forward(const std::vector<const tasks::Sequence*>& sequences, const std::vector<std::int64_t>& keys, models::FinalRows rows) override;
    void keepFrozen(std::vector<const tasks::Sequence*> sequences, const std::vector<torch::Tensor>& streams = {}) override;
    int keptLayers() const override { return fresh_ ? fresh_->layers : 0; }
    const models::ForwardOptions& options() const override { return options_; }
    /// Tokens of the sequences that went through since the last call, shared beginnings counted with each.
    std::int64_t takeTokens() { return std::exchange(tokens_, 0); }

private:
    models::Model& model_;
    Settings settings_;
    models::ForwardOptions options_;
    std::unique_ptr<PrefixCache> cache_;
    std::optional<PrefixCache::Settings> fresh_;
    std::int64_t pastHits_ = 0;    ///< of caches that are gone
    std::int64_t pastMisses_ = 0;
    std::int64_t tokens_ = 0;
};

/// Layout of a RunSpec's training.padding.
tensor::BatchOptions layoutOf(const RunSpec& spec, std::int32_t padId);

}  // namespace lathe::train
