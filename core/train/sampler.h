// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/model.h"
#include "tasks/task.h"
#include "text/tokenizer.h"

namespace lathe::train {

/// Greedy continuations of all prompts side by side, new text only, up to EOS or `maxNewTokens`. `between` is called before
/// each token and may throw. For the samples that a run shows; core/generate has the full decoder.
std::vector<std::string> completeGreedily(models::Model& model, const text::Tokenizer& tokenizer, const std::vector<tasks::SamplePrompt>& prompts,
                                          std::int64_t maxNewTokens, const std::function<void()>& between);

}  // namespace lathe::train
