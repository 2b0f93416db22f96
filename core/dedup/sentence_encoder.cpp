// SPDX-License-Identifier: GPL-3.0-or-later
#include "dedup/sentence_encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include <fmt/format.h>
#include <lathe/error.h>
#include <xxhash.h>

#include "base/files.h"
#include "data/text_case.h"
#include "dedup/encoder_folder.h"
#include "models/loader.h"
#include "tensor/bf16_speed.h"
#include "tensor/packed_batch.h"
#include "text/tokenizer.h"

namespace lathe::dedup {
namespace {

namespace fs = std::filesystem;
using Ids = std::vector<std::int32_t>;

/// How many special tokens the tokenizer puts after a text.
std::size_t closingTokens(const text::Tokenizer& tokenizer) {
    const text::Encoding encoding = tokenizer.encodeWithOffsets("a");
    std::size_t closing = 0;
    while (closing < encoding.ids.size() && encoding.isSpecial[encoding.ids.size() - 1 - closing] != 0) ++closing;
    return closing;
}

/// The first `limit` tokens, where the `closing` special ones at the end stay, as Hugging Face truncates.
Ids firstTokens(Ids ids, std::size_t limit, std::size_t closing) {
    if (ids.size() <= limit) return ids;
    closing = std::min(closing, limit);
    std::move(ids.end() - static_cast<std::ptrdiff_t>(closing), ids.end(), ids.begin() + static_cast<std::ptrdiff_t>(limit - closing));
    ids.resize(limit);
    return ids;
}

/// One vector of one sequence: `hidden` holds its tokens, [tokens, width].
void pool(const float* hidden, std::int64_t tokens, std::int64_t width, Pooling pooling, float* out) {
    if (pooling == Pooling::FirstToken || pooling == Pooling::LastToken) {
        const float* row = pooling == Pooling::FirstToken ? hidden : hidden + (tokens - 1) * width;
        std::copy_n(row, width, out);
        return;
    }
    std::fill_n(out, width, pooling == Pooling::Max ? -std::numeric_limits<float>::infinity() : 0.0f);
    for (std::int64_t t = 0; t < tokens; ++t) {
        const float* row = hidden + t * width;
        const float weight = pooling == Pooling::WeightedMean ? static_cast<float>(t + 1) : 1.0f;
        for (std::int64_t i = 0; i < width; ++i) out[i] = pooling == Pooling::Max ? std::max(out[i], row[i]) : out[i] + weight * row[i];
    }
    const auto count = static_cast<float>(tokens);
    float divisor = 1;
    if (pooling == Pooling::Mean) divisor = count;
    if (pooling == Pooling::MeanOverRootLength) divisor = std::sqrt(count);
    if (pooling == Pooling::WeightedMean) divisor = count * (count + 1) / 2;
    if (pooling != Pooling::Max) {
        for (std::int64_t i = 0; i < width; ++i) out[i] /= divisor;
    }
}

void normalise(float* vector, std::int64_t width) {
    double sum = 0;
    for (std::int64_t i = 0; i < width; ++i) sum += static_cast<double>(vector[i]) * vector[i];
    const auto scale = static_cast<float>(1 / std::max(std::sqrt(sum), 1e-12));
    for (std::int64_t i = 0; i < width; ++i) vector[i] *= scale;
}

std::string textKey(const std::string& text) {
    const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

/// SHA-256 over the sums of all files that decide vectors.
std::string hashOf(const EncoderFolder& encoder, const fs::path& folder, int maxLength, bool isBf16) {
    std::vector<fs::path> files;
    for (const fs::path& place : {folder, encoder.model}) {
        for (const auto& entry : fs::directory_iterator(place)) {
            const std::string extension = entry.path().extension().string();
            if (entry.is_regular_file() && (extension == ".safetensors" || extension == ".json" || extension == ".txt" || extension == ".model")) files.push_back(entry.path());
        }
        if (folder == encoder.model) break;
    }
    std::sort(files.begin(), files.end());
    std::string sums = fmt::format("length {} bf16 {} normalised {} lower {} pooling", maxLength, isBf16, encoder.isNormalized, encoder.lowersCase);
    for (const Pooling pooling : encoder.poolings) sums += fmt::format(" {}", static_cast<int>(pooling));
    for (const fs::path& file : files) sums += fmt::format("\n{} {}", file.filename().string(), base::sha256File(file));
    return base::sha256(sums);
}

}  // namespace

struct SentenceEncoder::Impl {
    EncoderFolder folder;
    EncoderOptions options;
    std::unique_ptr<models::Model> model;
    std::optional<text::Tokenizer> tokenizer;
    int maxLength = 0;
    std::size_t closing = 0;   ///< special tokens after a text
    std::string hash;

    std::int64_t width() const { return model->architecture().width * static_cast<std::int64_t>(folder.poolings.size()); }

    /// Vectors of a batch of token sequences, in its order.
    void embedBatch(const std::vector<Ids>& sequences, std::span<const std::size_t> members, EmbeddingMatrix& out) const {
        std::vector<Ids> chosen;
        for (const std::size_t member : members) chosen.push_back(sequences[member]);
        tensor::BatchOptions layout;
        layout.isRounded = true;   // few different batch sizes, so that oneDNN's kernels are made once
        const tensor::PackedBatch batch = tensor::makePackedBatch(chosen, layout);
        const torch::Tensor hidden = model->forward(batch).to(torch::kFloat32).contiguous();
        const float* rows = hidden.const_data_ptr<float>();
        const std::int64_t modelWidth = model->architecture().width;
        at::parallel_for(0, static_cast<std::int64_t>(members.size()), 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i) {
                const auto b = static_cast<std::size_t>(i);
                float* vector = out.values.data() + static_cast<std::int64_t>(members[b]) * out.width;
                for (std::size_t p = 0; p < folder.poolings.size(); ++p)
                    pool(rows + batch.offsets[b] * modelWidth, batch.lengths[b], modelWidth, folder.poolings[p], vector + static_cast<std::int64_t>(p) * modelWidth);
                if (folder.isNormalized) normalise(vector, out.width);
            }
        });
    }

    std::vector<Ids> tokenise(const std::vector<const std::string*>& texts, const std::stop_token& stop) const {
        std::vector<Ids> sequences(texts.size());
        at::parallel_for(0, static_cast<std::int64_t>(texts.size()), 64, [&](std::int64_t begin, std::int64_t end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
                if (i % 256 == 0) throwIfStopped(stop);
                Ids ids = folder.lowersCase ? tokenizer->encode(data::lowerCase(*texts[i])) : tokenizer->encode(*texts[i]);
                sequences[i] = firstTokens(std::move(ids), static_cast<std::size_t>(maxLength), closing);
                // A tokenizer without special tokens gives nothing for an empty text; a model needs one token.
                if (sequences[i].empty()) sequences[i].push_back(tokenizer->specialIds().pad.value_or(0));
            }
        });
        return sequences;
    }

    EmbeddingMatrix compute(const std::vector<const std::string*>& texts, const ProgressSink& progress, const std::stop_token& stop) const {
        EmbeddingMatrix matrix{static_cast<std::int64_t>(texts.size()), width(), {}};
        matrix.values.resize(texts.size() * static_cast<std::size_t>(matrix.width));
        std::vector<Ids> sequences = tokenise(texts, stop);
        // Sequences of one length side by side attend in one piece; the longest first, so that too little memory shows at once.
        std::vector<std::size_t> order(texts.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sequences[a].size() > sequences[b].size(); });
        const torch::InferenceMode noGradients;
        for (std::size_t begin = 0; begin < order.size();) {
            throwIfStopped(stop);
            if (progress) progress({"Embedding texts", static_cast<double>(begin), static_cast<double>(order.size())});
            std::size_t end = begin;
            std::int64_t tokens = 0;
            while (end < order.size() && (end == begin || tokens + static_cast<std::int64_t>(sequences[order[end]].size()) <= options.tokensPerBatch))
                tokens += static_cast<std::int64_t>(sequences[order[end++]].size());
            embedBatch(sequences, std::span(order).subspan(begin, end - begin), matrix);
            begin = end;
        }
        return matrix;
    }
};

SentenceEncoder::SentenceEncoder(const fs::path& folder, const EncoderOptions& options) : impl_(std::make_unique<Impl>()) {
    if (!fs::is_directory(folder))
        throw Error(ErrorCode::NotFound, fmt::format("{} is not a folder. An encoder is a folder with config.json and weights. Choose one.", folder.string()), {folder.string()});
    impl_->folder = readEncoderFolder(folder);
    impl_->options = options;
    models::LoadOptions load;
    load.head = models::HeadRequest{models::HeadKind::None, {}, {}};
    impl_->model = models::loadModel(impl_->folder.model, load).model;
    impl_->tokenizer = text::loadTokenizer(impl_->folder.model);
    impl_->closing = closingTokens(*impl_->tokenizer);
    const bool isBf16 = options.precision == EncoderPrecision::Bf16 || (options.precision == EncoderPrecision::Auto && tensor::isBf16Faster());
    if (isBf16) impl_->model->setComputeDtype(torch::kBFloat16);
    std::int64_t limit = impl_->model->architecture().maxPositions;
    if (limit <= 0) limit = 512;
    if (const auto own = impl_->tokenizer->modelMaxLength()) limit = std::min(limit, *own);
    if (impl_->folder.maxLength > 0) limit = std::min<std::int64_t>(impl_->model->architecture().maxPositions > 0 ? impl_->model->architecture().maxPositions : impl_->folder.maxLength,
                                                                    impl_->folder.maxLength);
    if (options.maxLength > 0) limit = std::min<std::int64_t>(limit, options.maxLength);
    impl_->maxLength = static_cast<int>(std::max<std::int64_t>(limit, 1));
    impl_->hash = hashOf(impl_->folder, folder, impl_->maxLength, isBf16);
}

SentenceEncoder::~SentenceEncoder() = default;

std::int64_t SentenceEncoder::width() const { return impl_->width(); }
int SentenceEncoder::maxLength() const { return impl_->maxLength; }
bool SentenceEncoder::isNormalized() const { return impl_->folder.isNormalized; }
const std::string& SentenceEncoder::hash() const { return impl_->hash; }

EmbeddingMatrix SentenceEncoder::embed(std::span<const std::string> texts, EmbeddingCache* cache, const ProgressSink& progress, std::stop_token stop) {
    EmbeddingMatrix matrix{static_cast<std::int64_t>(texts.size()), width(), {}};
    matrix.values.resize(texts.size() * static_cast<std::size_t>(matrix.width));
    std::vector<std::string> keys;
    std::vector<std::vector<float>> known(texts.size());
    if (cache != nullptr) {
        for (const std::string& text : texts) keys.push_back(textKey(text));
        known = cache->load(impl_->hash, keys);
    }
    std::vector<const std::string*> unknown;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (known[i].size() == static_cast<std::size_t>(matrix.width)) {
            std::copy(known[i].begin(), known[i].end(), matrix.values.begin() + static_cast<std::ptrdiff_t>(i * known[i].size()));
        } else {
            unknown.push_back(&texts[i]);
            places.push_back(i);
        }
    }
    const EmbeddingMatrix made = impl_->compute(unknown, progress, stop);
    std::vector<std::string> newKeys;
    std::vector<std::vector<float>> newVectors;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto row = made.row(static_cast<std::int64_t>(i));
        std::copy(row.begin(), row.end(), matrix.values.begin() + static_cast<std::ptrdiff_t>(places[i] * row.size()));
        if (cache == nullptr) continue;
        newKeys.push_back(keys[places[i]]);
        newVectors.emplace_back(row.begin(), row.end());
    }
    if (cache != nullptr && !newKeys.empty()) cache->store(impl_->hash, newKeys, newVectors);
    return matrix;
}

}  // namespace lathe::dedup
