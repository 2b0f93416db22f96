// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/preferences/training_specs.h"

#include "bridge/sentences.h"

namespace lathe::panels {

RunSpec specFor(const PairTraining& training) {
    RunSpec spec = defaultRunSpec(bridge::utf8(training.task));
    spec.name = bridge::utf8(training.set + u'-' + training.task);
    spec.output = "runs/" + spec.name;
    spec.model = bridge::utf8(training.model);
    spec.dataset.name = bridge::utf8(training.dataset);
    spec.dataset.prompt = training.usesChat ? "<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n" : "prompt";
    spec.dataset.chosen = "chosen";
    spec.dataset.rejected = "rejected";
    spec.dataset.maxLength = 256;
    spec.dataset.split.validation = 0.2;
    spec.dataset.split.groupBy = "prompt";
    spec.training.numTrainEpochs = 3;
    spec.training.perDeviceEvalBatchSize = 20;
    spec.training.warmupSteps = 0.1;
    spec.training.saveTotalLimit = 2;
    if (training.task == QStringLiteral("reward")) {
        if (training.hasMargins) spec.dataset.margin = "margin";
        // The lower layers stay as they are: their output is computed once, and a few hundred pairs move only so much.
        spec.trainable.mode = "last_layers";
        spec.trainable.lastLayers = 8;
        spec.training.perDeviceTrainBatchSize = 8;
        spec.reward.centerRewardsCoefficient = 0.01;
    } else if (training.task == QStringLiteral("ppo")) {
        spec.trainable.mode = "lora";
        spec.trainable.lora.r = 16;
        spec.trainable.lora.alpha = 32;
        spec.trainable.lora.targetModules = {"all-linear"};
        spec.training.maxSteps = 60;
        spec.training.perDeviceTrainBatchSize = 8;
        spec.training.gradientAccumulationSteps = 2;
        spec.training.learningRate = 5e-5;
        spec.training.lrSchedulerType = "constant";
        spec.training.warmupSteps = 0;
        spec.training.saveSteps = 20;
        spec.ppo.responseLength = 48;
        spec.ppo.numPpoEpochs = 2;
        spec.ppo.stopToken = "eos";
        spec.ppo.missingEosPenalty = 1.0;
        spec.ppo.klStop = 20.0;
        if (!training.rewardModel.isEmpty()) spec.ppo.rewardModel = bridge::utf8(training.rewardModel);
    } else {
        spec.trainable.mode = "lora";
        spec.trainable.lora.r = 16;
        spec.trainable.lora.alpha = 32;
        spec.trainable.lora.targetModules = {"all-linear"};
        spec.training.perDeviceTrainBatchSize = 4;
        spec.training.learningRate = 1e-4;
    }
    return spec;
}

}  // namespace lathe::panels
