// SPDX-License-Identifier: GPL-3.0-or-later
/// Points of ROC and precision-recall curves.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "metrics/score_store.h"

namespace lathe::metrics {

struct CurvePoint {
    double x = 0;          ///< ROC: false positive rate; precision-recall: recall
    double y = 0;          ///< ROC: true positive rate; precision-recall: precision
    double threshold = 0;  ///< probability from which on labels are predicted; +inf at the start (nothing predicted)
};

/// Points at every distinct score, from "nothing predicted" on, as scikit-learn's roc_curve(drop_intermediate=False).
/// nullopt = all labels together. Empty if a class is missing. At most `maxPoints` are returned, evenly chosen with
/// both ends kept; 0 = all.
std::vector<CurvePoint> rocCurve(const ScoreStore& store, std::optional<std::size_t> label, std::size_t maxPoints = 0);
/// The same for precision over recall, starting at recall 0 and precision 1 (precision_recall_curve, reversed).
std::vector<CurvePoint> precisionRecallCurve(const ScoreStore& store, std::optional<std::size_t> label,
                                             std::size_t maxPoints = 0);

}  // namespace lathe::metrics
