// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/pairs.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::tasks {

PromptSource::PromptSource(const std::string& source, const Table& table) {
    if (source.empty()) return;
    if (table.columnIndex(source) || source.find('{') == std::string::npos) {
        table.requireColumn(source);
        column_ = source;
        return;
    }
    template_.emplace(source);
    template_->checkColumns(table.columnNames());
}

std::string PromptSource::text(const Table& table, std::int64_t row) const {
    if (template_) return template_->render([&](const std::string& column) { return cellText(table, row, column); }).text;
    return column_.empty() ? std::string() : std::string(table.cell(row, table.requireColumn(column_)));
}

PairSource::PairSource(const DatasetSpec& dataset, const Table& table) {
    const bool isFromRatings = dataset.ratings.has_value();
    prompt_ = PromptSource(dataset.prompt.value_or(isFromRatings ? "prompt" : ""), table);
    chosen_ = table.requireColumn(dataset.chosen.value_or("chosen"));
    rejected_ = table.requireColumn(dataset.rejected.value_or("rejected"));
    if (dataset.margin) margin_ = table.requireColumn(*dataset.margin);
    else if (isFromRatings) margin_ = table.columnIndex("margin").value_or(-1);
}

PairText PairSource::text(const Table& table, std::int64_t row) const {
    return {prompt_.text(table, row), std::string(table.cell(row, chosen_)), std::string(table.cell(row, rejected_))};
}

double PairSource::margin(const Table& table, std::int64_t row) const {
    if (margin_ < 0 || table.isBlank(row, margin_)) return 0;
    const std::string_view cell = table.cell(row, margin_);
    double value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) {
        ErrorContext context;
        context.row = row;
        throw Error(ErrorCode::InvalidInput, fmt::format("The margin \"{}\" in row {} is not a number. Column {} must hold numbers. Correct it or choose no margin.", cell, row + 1,
                                                         table.columnNames()[static_cast<std::size_t>(margin_)]), context);
    }
    return value;
}

Sequence answerSequence(const text::Tokenizer& tokenizer, const std::string& prompt, const std::string& completion, std::int64_t maxLength, Ending ending, bool& isCut) {
    Sequence sequence;
    if (!prompt.empty()) sequence.ids = tokenizer.encode(prompt);
    const auto answer = tokenizer.encode(completion, text::AddSpecialTokens::No);
    sequence.isTrained.assign(sequence.ids.size(), 0);
    sequence.ids.insert(sequence.ids.end(), answer.begin(), answer.end());
    if (ending == Ending::Eos) {
        const auto eos = tokenizer.specialIds().eos;
        if (!eos) throw Error(ErrorCode::InvalidInput, "The tokenizer has no end-of-text token. Without it the model cannot learn to stop. Choose a model whose tokenizer has one.");
        // As TRL: an answer that ends with it already gets no second one.
        if (answer.empty() || answer.back() != *eos) sequence.ids.push_back(*eos);
    }
    sequence.isTrained.resize(sequence.ids.size(), 1);
    if (maxLength > 0 && static_cast<std::int64_t>(sequence.ids.size()) > maxLength) {
        sequence.ids.resize(static_cast<std::size_t>(maxLength));
        sequence.isTrained.resize(static_cast<std::size_t>(maxLength));
        isCut = true;
    }
    return sequence;
}

Targets answerTargets(const std::vector<const Sequence*>& sequences, const tensor::PackedBatch& batch) {
    std::vector<std::int64_t> rows, ids, owner;
    Targets targets;
    for (std::size_t b = 0; b < sequences.size(); ++b) {
        const Sequence& sequence = *sequences[b];
        const std::size_t before = rows.size();
        for (std::size_t i = 1; i < sequence.ids.size(); ++i) {
            if (!sequence.isTrained[i]) continue;
            rows.push_back(batch.rowOf(b, static_cast<std::int64_t>(i) - 1));
            ids.push_back(sequence.ids[i]);
            owner.push_back(static_cast<std::int64_t>(b));
        }
        targets.counts.push_back(static_cast<std::int64_t>(rows.size() - before));
    }
    const auto device = batch.ids.device();
    targets.rows = torch::tensor(rows, torch::kInt64).to(device);
    targets.ids = torch::tensor(ids, torch::kInt64).to(device);
    targets.sequence = torch::tensor(owner, torch::kInt64).to(device);
    return targets;
}

torch::Tensor sumBySequence(const torch::Tensor& values, const Targets& targets) {
    return torch::zeros({static_cast<std::int64_t>(targets.counts.size())}, values.options().requires_grad(false)).index_add(0, targets.sequence, values);
}

std::vector<TokenView> viewPair(const text::Tokenizer& tokenizer, const Sequence& chosen, const Sequence& rejected) {
    std::vector<TokenView> views;
    const auto eos = tokenizer.specialIds().eos;
    const auto add = [&](const Sequence& sequence) {
        for (std::size_t i = 0; i < sequence.ids.size(); ++i) {
            const std::int32_t id = sequence.ids[i];
            const bool isEnd = eos && id == *eos && i + 1 == sequence.ids.size();
            std::string text = tokenizer.decode({id}, text::SkipSpecialTokens::No);
            if (text.empty()) text = tokenizer.tokenText(id);
            views.push_back({id, std::move(text), !sequence.isTrained[i] ? TokenRole::Prompt : isEnd ? TokenRole::Eos : TokenRole::Trained});
        }
    };
    add(chosen);
    views.push_back({-1, "\n", TokenRole::Padding});
    add(rejected);
    return views;
}

}  // namespace lathe::tasks
