// SPDX-License-Identifier: GPL-3.0-or-later
/// What a judgement says about a pair, whether it was chosen or rated. Private to core/preference.
#pragma once
#include <lathe/preference.h>

namespace lathe::preference {

/// A, B, Tie, BothBad or Skip; ratings are compared.
LabelKind verdictOf(const Judgement& judgement);

/// True for the judgements of `rater`, or for all if it is empty.
inline bool isOf(const Judgement& judgement, const std::string& rater) { return rater.empty() || judgement.rater == rater; }

}  // namespace lathe::preference
