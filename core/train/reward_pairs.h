// SPDX-License-Identifier: GPL-3.0-or-later
/// Preference pairs without a person: a model's own answers, told apart by the rewards of a ppo run.
#pragma once
#include <stop_token>
#include <vector>

#include <lathe/preference.h>
#include <lathe/progress.h>

#include "tasks/task.h"
#include "train/trainer.h"

namespace lathe::train {

/// Items with a label of the rater "rewards" each. The best answer that ends is chosen, of equal ones the one that the model writes most often; rejected
/// are the most frequent of those that score less. Throws InvalidInput if the task is not ppo or no prompt gives a pair.
std::vector<ImportedItem> rewardPairs(const RunInputs& inputs, const RewardPairOptions& options, RewardPairReport& report, const ProgressSink& progress,
                                      std::stop_token stop);

/// The pairs of one prompt's answers, best and most frequent first: (chosen, rejected) as indices of `answers`.
std::vector<std::pair<std::size_t, std::size_t>> pairAnswers(const std::vector<tasks::ScoredAnswer>& answers, std::int64_t most);

}  // namespace lathe::train
