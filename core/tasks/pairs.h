// SPDX-License-Identifier: GPL-3.0-or-later
/// Prompts with a better and a worse answer from a table; shared by the tasks that learn from pairs.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <lathe/run_spec.h>
#include <lathe/table.h>
#include <lathe/training.h>

#include "tasks/task.h"
#include "text/prompt_template.h"
#include "text/tokenizer.h"

namespace lathe::tasks {

/// dataset.prompt: the name of a column, or a template with {Column} fields; unset = no prompt.
class PromptSource {
public:
    PromptSource() = default;
    /// Throws InvalidInput (template) and NotFound (column).
    PromptSource(const std::string& source, const Table& table);
    std::string text(const Table& table, std::int64_t row) const;

private:
    std::string column_;
    std::optional<text::PromptTemplate> template_;
};

struct PairText {
    std::string prompt;
    std::string chosen;
    std::string rejected;
};

/// The columns of a RunSpec for reward and dpo. With dataset.ratings they are prompt, chosen, rejected and margin.
class PairSource {
public:
    PairSource(const DatasetSpec& dataset, const Table& table);
    PairText text(const Table& table, std::int64_t row) const;
    /// 0 without a margin column or where its cell is blank. Throws InvalidInput, naming the row, for text that is not a number.
    double margin(const Table& table, std::int64_t row) const;

private:
    PromptSource prompt_;
    int chosen_ = 0;
    int rejected_ = 0;
    int margin_ = -1;
};

enum class Ending { None, Eos };

/// ids = tokenize(prompt), then tokenize(completion) without special tokens, then EOS if asked for; the completion is what is trained.
/// Cut at the end to maxLength (0 = no limit); `isCut` is set then.
Sequence answerSequence(const text::Tokenizer& tokenizer, const std::string& prompt, const std::string& completion, std::int64_t maxLength, Ending ending, bool& isCut);

/// Positions that predict the trained tokens of some sequences in a batch, and these tokens.
struct Targets {
    torch::Tensor rows;                ///< [n]
    torch::Tensor ids;                 ///< [n]
    torch::Tensor sequence;            ///< [n], which sequence each belongs to
    std::vector<std::int64_t> counts;  ///< of each sequence
};
Targets answerTargets(const std::vector<const Sequence*>& sequences, const tensor::PackedBatch& batch);

/// [B], from [n] values of the targets.
torch::Tensor sumBySequence(const torch::Tensor& values, const Targets& targets);

/// Tokens of the chosen answer, then of the rejected one, for "What will be trained".
std::vector<TokenView> viewPair(const text::Tokenizer& tokenizer, const Sequence& chosen, const Sequence& rejected);

}  // namespace lathe::tasks
