// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

#include <lathe/run_spec.h>

namespace lathe::panels {

/// What a training on labelled pairs needs to know.
struct PairTraining {
    QString task;         ///< "reward", "dpo" or "ppo"
    QString dataset;      ///< with columns prompt, chosen, rejected and margin
    QString set;
    QString model;
    bool usesChat = true; ///< prompts go into the chat form that the model was tuned with
    bool hasMargins = false;
    QString rewardModel;  ///< ppo: a run whose model scores the answers; empty: the person has to choose
};

/// A spec to open in Train, with settings that fit a small set and a small machine.
RunSpec specFor(const PairTraining& training);

}  // namespace lathe::panels
