// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/runner.h"

#include <algorithm>

#include <fmt/format.h>
#include <lathe/error.h>
#include <unistd.h>

namespace lathe::train {
namespace {

/// Sequences computed together on a miss; a fixed number, so that stored bits do not depend on batches.
constexpr std::int64_t kGroup = 16;

std::vector<std::vector<std::int32_t>> idsOf(const std::vector<const tasks::Sequence*>& sequences) {
    std::vector<std::vector<std::int32_t>> ids;
    ids.reserve(sequences.size());
    for (const auto* sequence : sequences) ids.push_back(sequence->ids);
    return ids;
}

/// A tensor over a file that has no name any more, so that nothing is left behind whatever happens.
torch::Tensor mapUnnamedFile(const std::filesystem::path& folder, std::int64_t rows, std::int64_t columns, torch::ScalarType dtype) {
    const auto file = folder / fmt::format("frozen-layers.{}.tmp", ::getpid());
    try {
        auto flat = torch::from_file(file.string(), true, rows * columns, torch::TensorOptions().dtype(dtype));
        std::filesystem::remove(file);
        return flat.view({rows, columns});
    } catch (const c10::Error&) {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
        throw Error(ErrorCode::Io, fmt::format("The output of the frozen layers cannot be kept in {}. The disk may be full. Free space, raise training.cache_budget_mib or "
                                               "set training.cache_frozen_prefix to false.", folder.string()), {folder.string()});
    }
}

}  // namespace

PrefixCache::PrefixCache(models::Model& model, std::vector<const tasks::Sequence*> sequences, const Settings& settings)
    : model_(model), sequences_(std::move(sequences)), layers_(settings.layers) {
    offsets_.push_back(0);
    for (const auto* sequence : sequences_) offsets_.push_back(offsets_.back() + static_cast<std::int64_t>(sequence->ids.size()));
    isThere_.assign(sequences_.size(), 0);
    const auto& architecture = model.architecture();
    const bool isPreNorm = architecture.normPlacement == models::NormPlacement::BeforeBlock;
    const auto dtype = isPreNorm ? torch::kFloat32 : model.computeDtype();
    bytes_ = static_cast<std::uint64_t>(offsets_.back()) * static_cast<std::uint64_t>(architecture.width) * c10::elementSize(dtype);
    isInFile_ = bytes_ > settings.budgetBytes;
    store_ = isInFile_ ? mapUnnamedFile(settings.folder, offsets_.back(), architecture.width, dtype)
                       : torch::empty({offsets_.back(), architecture.width}, dtype);
}

torch::Tensor PrefixCache::rows(std::int64_t key) {
    const auto place = static_cast<std::size_t>(key);
    if (isThere_.at(place)) {
        ++hits_;
    } else {
        ++misses_;
        computeGroup(key);
    }
    return store_.narrow(0, offsets_[place], offsets_[place + 1] - offsets_[place]);
}

void PrefixCache::put(std::int64_t key, const torch::Tensor& rows) {
    const auto place = static_cast<std::size_t>(key);
    store_.narrow(0, offsets_.at(place), offsets_.at(place + 1) - offsets_[place]).copy_(rows);
    isThere_[place] = 1;
}

void PrefixCache::computeGroup(std::int64_t key) {
    const torch::NoGradGuard guard;
    const std::int64_t first = key / kGroup * kGroup;
    const std::int64_t last = std::min<std::int64_t>(first + kGroup, static_cast<std::int64_t>(sequences_.size()));
    const std::vector<const tasks::Sequence*> group(sequences_.begin() + first, sequences_.begin() + last);
    tensor::BatchOptions layout;
    layout.sharesPrefixes = model_.architecture().isCausal;  // frozen layers have no dropout
    const auto batch = tensor::makePackedBatch(idsOf(group), layout).to(model_.device());
    const auto stream = model_.forwardUpTo(layers_, batch);
    for (std::size_t b = 0; b < group.size(); ++b) {
        const std::int64_t shared = batch.sharedLength(b);
        const std::int64_t place = offsets_[static_cast<std::size_t>(first) + b];
        if (shared > 0) store_.narrow(0, place, shared).copy_(stream.narrow(0, batch.rowOf(b, 0), shared));
        store_.narrow(0, place + shared, batch.lengths[b]).copy_(stream.narrow(0, batch.offsets[b], batch.lengths[b]));
    }
    std::fill(isThere_.begin() + first, isThere_.begin() + last, std::uint8_t{1});
}

void ModelRunner::setTraining(std::uint64_t seed) {
    options_ = {};
    options_.isTraining = settings_.usesDropout;
    options_.usesCheckpointing = settings_.usesCheckpointing;
    options_.firstTrainableLayer = std::max(0, settings_.firstTrainableLayer);
    if (settings_.firstTrainableLayer < 0) options_.firstTrainableLayer = -1;
    if (model_.device().is_cpu()) {
        options_.generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    } else {
        auto generator = at::globalContext().defaultGenerator(model_.device()).clone();
        generator.set_current_seed(seed);
        options_.generator = generator;
    }
}

void ModelRunner::setCache(std::unique_ptr<PrefixCache> cache) {
    pastHits_ = cacheHits();
    pastMisses_ = cacheMisses();
    cache_ = std::move(cache);
}

void ModelRunner::keepFrozen(std::vector<const tasks::Sequence*> sequences, const std::vector<torch::Tensor>& streams) {
    setCache(sequences.empty() || !fresh_ ? nullptr : std::make_unique<PrefixCache>(model_, std::move(sequences), *fresh_));
    for (std::size_t key = 0; cache_ && key < streams.size(); ++key)
        if (streams[key].defined()) cache_->put(static_cast<std::int64_t>(key), streams[key]);
}

void ModelRunner::setEvaluating() { options_ = {}; }

tasks::Hidden ModelRunner::forward(const std::vector<const tasks::Sequence*>& sequences, const std::vector<std::int64_t>& keys, models::FinalRows rows) {
    tasks::Hidden result;
    auto options = options_;
    options.finalRows = rows;
    auto layout = settings_.layout;
    layout.sharesPrefixes = model_.architecture().isCausal && !(options_.isTraining && model_.hasDropout());
    result.batch = tensor::makePackedBatch(idsOf(sequences), layout);
    for (const auto* sequence : sequences) tokens_ += static_cast<std::int64_t>(sequence->ids.size());
    if (!cache_ || keys.size() != sequences.size()) {
        result.batch = result.batch.to(model_.device());
        result.states = model_.forward(result.batch, options);
        return result;
    }
    torch::Tensor stream;
    for (std::size_t b = 0; b < sequences.size(); ++b) {
        const std::int64_t shared = result.batch.sharedLength(b);
        auto kept = cache_->rows(keys[b]);
        kept = kept.narrow(0, shared, kept.size(0) - shared);
        if (!stream.defined()) stream = torch::zeros({result.batch.numRows(), kept.size(1)}, kept.options());
        stream.narrow(0, result.batch.offsets[b], kept.size(0)).copy_(kept);
    }
    result.batch = result.batch.to(model_.device());
    result.states = model_.forwardFrom(stream.to(model_.device()), settings_.firstTrainableLayer, result.batch, options);
    return result;
}

tensor::BatchOptions layoutOf(const RunSpec& spec, std::int32_t padId) {
    tensor::BatchOptions options;
    options.padId = padId;
    options.maxLength = spec.dataset.maxLength;
    options.isRounded = true;
    if (spec.training.padding == "dynamic") options.layout = tensor::BatchLayout::Dynamic;
    if (spec.training.padding == "max_length") options.layout = tensor::BatchLayout::MaxLength;
    return options;
}

}  // namespace lathe::train
