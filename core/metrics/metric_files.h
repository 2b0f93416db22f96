// SPDX-License-Identifier: GPL-3.0-or-later
/// The function that each metric's file gives to the registry. Internal to core/metrics.
#pragma once
#include <memory>

#include "metrics/metric.h"

namespace lathe::metrics {

using MakeMetric = std::unique_ptr<Metric>(const MetricOptions& options);

MakeMetric makeLoss, makePerplexity, makeAccuracy;
MakeMetric makeJaccardSamples;
MakeMetric makeF1Micro, makeF1Macro, makeF1Samples;
MakeMetric makePrecisionMicro, makePrecisionMacro;
MakeMetric makeRecallMicro, makeRecallMacro;
MakeMetric makeSubsetAccuracy;
MakeMetric makeHammingLoss;
MakeMetric makeRocAucMicro, makeRocAucMacro, makeRocAucDefinedLabels;
MakeMetric makeAveragePrecisionMicro, makeAveragePrecisionMacro;

}  // namespace lathe::metrics
