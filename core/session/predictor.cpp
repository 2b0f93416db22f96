// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/predictor.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/json.h"
#include "models/loader.h"
#include "tensor/torch.h"

namespace lathe::session {
namespace {

constexpr std::int64_t kTokensPerBatch = 4'096;

/// Ids cut as transformers cuts them: the closing token stays.
std::vector<std::int32_t> encodeCut(const text::Tokenizer& tokenizer, const std::string& text, std::int64_t maxLength) {
    std::vector<std::int32_t> ids = tokenizer.encode(text);
    if (static_cast<std::int64_t>(ids.size()) > maxLength) {
        const std::int32_t last = ids.back();
        ids.resize(static_cast<std::size_t>(maxLength));
        if (tokenizer.isSpecial(last)) ids.back() = last;
    }
    if (ids.empty()) {  // a blank cell, and a tokenizer that frames nothing: what such a model sees of an empty text is its end
        const auto& special = tokenizer.specialIds();
        ids.push_back(special.eos.value_or(special.bos.value_or(special.pad.value_or(0))));
    }
    return ids;
}

/// One threshold a label: what was asked for, else what the training found best and kept beside the model.
std::vector<float> thresholdsOf(const PredictQuery& query, const ResolvedModel& model, const std::vector<std::string>& labels) {
    if (query.threshold) return std::vector<float>(labels.size(), static_cast<float>(*query.threshold));
    std::vector<float> thresholds(labels.size(), 0.5F);
    const auto file = model.path / "thresholds.json";
    if (!std::filesystem::exists(file)) return thresholds;
    const base::Json kept = base::readJsonFile(file);
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (kept.contains("labels") && kept["labels"].contains(labels[i])) thresholds[i] = kept["labels"][labels[i]].get<float>();
    return thresholds;
}

}  // namespace

Predictions predictRows(const TablePtr& table, const PredictQuery& query, const ResolvedModel& resolved, const ProgressSink& progress,
                        const std::stop_token& stop) {
    const auto start = std::chrono::steady_clock::now();
    const text::Tokenizer tokenizer = loadModelTokenizer(resolved);
    models::LoadedModel loaded = models::loadModel(resolved.path);
    models::Model& model = *loaded.model;
    if (model.architecture().head != models::HeadKind::Classification)
        throw Error(ErrorCode::InvalidInput, fmt::format("{} cannot predict labels. It has no classification head. Train it on the task multi-label first.", resolved.name));
    Predictions result;
    result.labels = loaded.labels;
    result.isSingle = base::parseJson(model.configJson(), "config.json").value("problem_type", "") == "single_label_classification";
    result.thresholds = thresholdsOf(query, resolved, result.labels);

    const FilledTemplate filled(table, query.text);
    std::vector<std::vector<std::int32_t>> ids;
    for (std::int64_t row = 0; row < table->rowCount(); ++row) ids.push_back(encodeCut(tokenizer, filled.row(row), query.maxLength));
    // Rows of like length share an attention call.
    std::vector<std::size_t> order(ids.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ids[a].size() < ids[b].size(); });
    result.probabilities.resize(ids.size());
    const torch::InferenceMode inference;
    for (std::size_t next = 0; next < order.size();) {
        throwIfStopped(stop);
        std::vector<std::vector<std::int32_t>> sequences;
        const std::size_t first = next;
        for (std::int64_t tokens = 0; next < order.size() && (tokens == 0 || tokens + static_cast<std::int64_t>(ids[order[next]].size()) <= kTokensPerBatch); ++next) {
            sequences.push_back(ids[order[next]]);
            tokens += static_cast<std::int64_t>(sequences.back().size());
        }
        const tensor::PackedBatch batch = tensor::makePackedBatch(sequences);
        const torch::Tensor logits = model.classify(batch);
        const torch::Tensor probabilities = (result.isSingle ? logits.softmax(1) : logits.sigmoid()).to(torch::kFloat32).contiguous();
        for (std::size_t i = first; i < next; ++i) {
            const float* row = probabilities.const_data_ptr<float>() + (i - first) * result.labels.size();
            result.probabilities[order[i]].assign(row, row + result.labels.size());
        }
        if (progress) progress({"Predicting", static_cast<double>(next), static_cast<double>(order.size())});
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

}  // namespace lathe::session
