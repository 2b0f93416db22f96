// SPDX-License-Identifier: GPL-3.0-or-later
/// Learning-rate schedules as transformers/optimization.py (5.24) defines them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <lathe/run_spec.h>

namespace lathe::train {

/// Warm-up in steps: a number >= 1 is steps, below it a share of all steps rounded up.
std::int64_t warmupStepsOf(double warmup, std::int64_t totalSteps);

/// Factor on the learning rate for the update after `step` updates were done. Pure, so a resumed run needs no state.
/// "reduce_lr_on_plateau" gives 1 here; PlateauRule has its factor. Throws InvalidInput for an unknown type or settings
/// that it lacks.
double scheduleFactor(const TrainingSpec& training, std::int64_t step, std::int64_t totalSteps);

/// Factors of at most `points` evenly spaced steps, for the form's curve.
std::vector<double> scheduleCurve(const TrainingSpec& training, std::int64_t totalSteps, std::int64_t points);

/// torch.optim.lr_scheduler.ReduceLROnPlateau with its defaults: factor 0.1, patience 10, relative threshold 1e-4.
struct PlateauRule {
    double factor = 1;
    double best = 0;
    bool hasBest = false;
    std::int64_t badCount = 0;
    void observe(double value, bool isGreaterBetter);
};

}  // namespace lathe::train
