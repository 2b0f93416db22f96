// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "metrics/metric_files.h"

namespace lathe::metrics {

namespace {

constexpr auto kLabels = MetricInput::Labels;

constexpr std::array kMetrics = {
    MetricInfo{"loss", "Loss", "Mean loss; lower is better.", MetricInput::Loss, false, makeLoss},
    MetricInfo{"perplexity", "Perplexity", "exp(loss): among how many equally likely tokens the model is undecided.",
               MetricInput::Loss, false, makePerplexity},
    MetricInfo{"accuracy", "Accuracy", "Share of right answers.", MetricInput::Answers, true, makeAccuracy},
    MetricInfo{"jaccard_samples", "Jaccard", "Overlap of true and predicted labels, mean over rows.", kLabels, true,
               makeJaccardSamples},
    MetricInfo{"f1_micro", "F1 (micro)", "F1 over all label decisions together.", kLabels, true, makeF1Micro},
    MetricInfo{"f1_macro", "F1 (macro)", "Mean of the labels' F1: rare labels count as much as common ones.", kLabels,
               true, makeF1Macro},
    MetricInfo{"f1_samples", "F1 (samples)", "Mean of the rows' F1.", kLabels, true, makeF1Samples},
    MetricInfo{"precision_micro", "Precision (micro)", "Share of predicted labels that are right.", kLabels, true,
               makePrecisionMicro},
    MetricInfo{"precision_macro", "Precision (macro)", "Mean of the labels' precision.", kLabels, true,
               makePrecisionMacro},
    MetricInfo{"recall_micro", "Recall (micro)", "Share of true labels that are found.", kLabels, true,
               makeRecallMicro},
    MetricInfo{"recall_macro", "Recall (macro)", "Mean of the labels' recall.", kLabels, true, makeRecallMacro},
    MetricInfo{"subset_accuracy", "All labels right", "Share of rows whose labels are all right.", kLabels, true,
               makeSubsetAccuracy},
    MetricInfo{"hamming_loss", "Hamming loss", "Share of label decisions that are wrong.", kLabels, false,
               makeHammingLoss},
    MetricInfo{"roc_auc_micro", "ROC AUC (micro)",
               "Chance that a true label scores above a false one, over all labels.", kLabels, true, makeRocAucMicro},
    MetricInfo{"roc_auc_macro_defined_labels", "ROC AUC (macro)", "Mean over the labels that occur with and without.",
               kLabels, true, makeRocAucMacro},
    MetricInfo{"roc_auc_defined_labels", "Labels with a ROC AUC", "How many labels the macro ROC AUC is a mean of.",
               kLabels, true, makeRocAucDefinedLabels},
    MetricInfo{"average_precision_micro", "Average precision (micro)",
               "Area under the precision-recall curve over all labels.", kLabels, true, makeAveragePrecisionMicro},
    MetricInfo{"average_precision_macro", "Average precision (macro)", "Mean over the labels that occur.", kLabels,
               true, makeAveragePrecisionMacro},
};

}  // namespace

std::span<const MetricInfo> registry() { return kMetrics; }

const MetricInfo* findMetric(std::string_view name) {
    const auto found =
        std::find_if(kMetrics.begin(), kMetrics.end(), [&](const MetricInfo& info) { return info.name == name; });
    return found == kMetrics.end() ? nullptr : &*found;
}

}  // namespace lathe::metrics
