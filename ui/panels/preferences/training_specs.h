// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

#include <lathe/run_spec.h>

namespace lathe::panels {

/// What a training on labelled pairs needs to know.
struct PairTraining {
    QString task;         ///< "reward" or "dpo"
    QString dataset;      ///< with columns prompt, chosen, rejected and margin
    QString set;
    QString model;
    bool usesChat = true; ///< prompts go into the chat form that the model was tuned with
    bool hasMargins = false;
};

/// A spec to open in Train, with settings that fit a small set and a small machine.
RunSpec specFor(const PairTraining& training);

}  // namespace lathe::panels
