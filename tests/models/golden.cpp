// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/golden.h"

namespace lathe::models::testing {

namespace {

void flatten(const base::Json& value, std::vector<float>& out, std::vector<std::int64_t>& shape, std::size_t depth) {
    if (value.is_number()) {
        out.push_back(value.get<float>());
        return;
    }
    if (shape.size() == depth) {
        shape.push_back(static_cast<std::int64_t>(value.size()));
    }
    for (const auto& entry : value) {
        flatten(entry, out, shape, depth + 1);
    }
}

}  // namespace

Golden::Golden(const std::filesystem::path& file) : expected(base::readJsonFile(file, {std::size_t{64} << 20, 64})) {
    for (std::size_t b = 0; b < expected.at("input_ids").size(); ++b) {
        std::vector<std::int32_t> row;
        for (std::size_t t = 0; t < expected["input_ids"][b].size(); ++t) {
            if (expected["attention_mask"][b][t].get<int>() != 0) {
                row.push_back(expected["input_ids"][b][t].get<std::int32_t>());
            }
        }
        rows.push_back(row);
    }
}

torch::Tensor Golden::tensor(const char* key) const {
    std::vector<float> values;
    std::vector<std::int64_t> shape;
    flatten(expected.at(key), values, shape, 0);
    return torch::tensor(values).view(shape);
}

NextTokens nextTokens(const tensor::PackedBatch& batch) {
    std::vector<std::int64_t> rows;
    for (std::size_t b = 0; b < batch.lengths.size(); ++b) {
        for (std::int64_t t = 0; t + 1 < batch.lengths[b]; ++t) {
            rows.push_back(batch.offsets[b] + t);
        }
    }
    NextTokens next;
    next.rows = torch::tensor(rows, torch::kInt64);
    next.targets = batch.ids.index_select(0, next.rows + 1);
    return next;
}

torch::Tensor goldenLoss(Model& model, const tensor::PackedBatch& batch, const base::Json& expected,
                         const ForwardOptions& options) {
    if (model.architecture().head == HeadKind::LanguageModel) {
        const torch::Tensor hidden = model.forward(batch, options);
        const NextTokens next = nextTokens(batch);
        return at::cross_entropy_loss(model.languageModelLogits(hidden.index_select(0, next.rows)), next.targets);
    }
    const torch::Tensor logits = model.classify(batch, options);
    if (expected.contains("labels")) {
        std::vector<float> labels;
        std::vector<std::int64_t> shape;
        flatten(expected["labels"], labels, shape, 0);
        return torch::binary_cross_entropy_with_logits(logits, torch::tensor(labels).view(shape));
    }
    const torch::Tensor scores = logits.squeeze(1);
    return -torch::log_sigmoid(scores.index({torch::indexing::Slice(0, torch::indexing::None, 2)}) -
                               scores.index({torch::indexing::Slice(1, torch::indexing::None, 2)}))
                .mean();
}

}  // namespace lathe::models::testing
