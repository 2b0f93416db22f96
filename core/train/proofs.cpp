// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/proofs.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

#include "train/setup.h"

namespace lathe::train {
namespace {

using Clock = std::chrono::steady_clock;

struct Gradients {
    double loss = 0;
    double seconds = 0;
    std::vector<torch::Tensor> values;  ///< f32, in the optimiser's order; undefined where a parameter got none
};

RunInputs withoutDropout(const RunInputs& inputs) {
    if (inputs.spec.task == "ppo")
        throw Error(ErrorCode::Unsupported, "This cannot be shown for the task ppo. It writes its own answers in each step, so no two passes see the same rows. Try it with another task.");
    RunInputs still = inputs;
    still.spec.training.disableDropout = true;
    still.spec.reward.disableDropout = true;
    still.spec.dpo.disableDropout = true;
    return still;
}

/// The examples in `parts` batches, their gradients summed and divided once by all units, exactly as a step of the run does it.
Gradients gradientsOf(tasks::Task& task, TrainingModel& target, std::span<const std::int64_t> examples, std::int64_t parts, const std::stop_token& stop) {
    double units = 0;
    for (const auto example : examples) units += task.weight(example);
    const auto size = (examples.size() + static_cast<std::size_t>(parts) - 1) / static_cast<std::size_t>(parts);
    Gradients result;
    double sum = 0, count = 0;
    target.optimizer->clearGradients();
    const auto begin = Clock::now();
    for (std::size_t first = 0; first < examples.size(); first += size) {
        throwIfStopped(stop);
        target.runner->setTraining(1);
        auto loss = task.loss(*target.runner, examples.subspan(first, std::min(size, examples.size() - first)), 1.0 / std::max(1.0, units));
        if (loss.value.requires_grad()) loss.value.backward();
        sum += loss.sum;
        count += loss.count;
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    result.loss = count > 0 ? sum / count : 0;
    for (const auto& parameter : target.optimizer->parameters()) {
        const torch::Tensor& gradient = parameter.value.grad();
        result.values.push_back(gradient.defined() ? gradient.detach().to(torch::kCPU, torch::kFloat32).clone() : torch::Tensor());
    }
    target.optimizer->clearGradients();
    return result;
}

struct Distance {
    double norm = 0;      ///< of the first
    double relative = 0;  ///< norm of the difference / norm of the first
    double largest = 0;
    double cosine = 1;
};

Distance distanceOf(const Gradients& a, const Gradients& b) {
    double squareA = 0, squareB = 0, squareDifference = 0, product = 0;
    Distance distance;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        if (!a.values[i].defined() && !b.values[i].defined()) continue;
        const torch::Tensor one = (a.values[i].defined() ? a.values[i] : torch::zeros_like(b.values[i])).flatten().to(torch::kFloat64);
        const torch::Tensor other = (b.values[i].defined() ? b.values[i] : torch::zeros_like(a.values[i])).flatten().to(torch::kFloat64);
        const torch::Tensor difference = one - other;
        squareA += one.dot(one).item<double>();
        squareB += other.dot(other).item<double>();
        product += one.dot(other).item<double>();
        squareDifference += difference.dot(difference).item<double>();
        distance.largest = std::max(distance.largest, difference.abs().max().item<double>());
    }
    distance.norm = std::sqrt(squareA);
    distance.relative = squareA > 0 ? std::sqrt(squareDifference / squareA) : std::sqrt(squareDifference);
    distance.cosine = squareA > 0 && squareB > 0 ? product / std::sqrt(squareA * squareB) : 1;
    return distance;
}

std::vector<std::int64_t> firstRows(const tasks::Task& task, const RunSpec& spec, std::int64_t rows, std::int64_t least) {
    std::vector<std::int64_t> order = epochOrder(task, spec.training, 0);
    if (static_cast<std::int64_t>(order.size()) < least)
        throw Error(ErrorCode::InvalidInput, fmt::format("There are {} rows to train on. This needs at least {}. Choose a larger dataset or a smaller validation share.", order.size(), least));
    order.resize(std::min(order.size(), static_cast<std::size_t>(rows)));
    return order;
}

std::uint64_t weightBytes(models::Model& model) {
    std::uint64_t bytes = 0;
    for (const auto& parameter : model.parameters()) bytes += parameter.value.nbytes();
    return bytes;
}

}  // namespace

AccumulationProof proveAccumulation(const RunInputs& asked, std::int64_t rows, std::int64_t parts, std::stop_token stop) {
    AccumulationProof proof;
    translateErrors([&] {
        RunInputs inputs = withoutDropout(asked);
        inputs.spec.training.precision = "f32";
        const auto task = makeTaskOf(inputs);
        task->prepare({}, stop);
        const auto examples = firstRows(*task, inputs.spec, rows, parts);
        auto target = loadForTraining(inputs, *task, inputs.model, choosePlacement(inputs.spec.training));
        task->begin(*target.runner, stop);
        const Gradients whole = gradientsOf(*task, target, examples, 1, stop);
        const Gradients summed = gradientsOf(*task, target, examples, parts, stop);
        const Distance distance = distanceOf(whole, summed);
        proof.rows = static_cast<std::int64_t>(examples.size());
        proof.parts = parts;
        proof.lossWhole = whole.loss;
        proof.lossParts = summed.loss;
        proof.gradientNorm = distance.norm;
        proof.largestDifference = distance.largest;
        proof.relativeDifference = distance.relative;
    });
    return proof;
}

PrecisionCheck checkPrecision(const RunInputs& asked, std::stop_token stop) {
    PrecisionCheck check;
    translateErrors([&] {
        RunInputs inputs = withoutDropout(asked);
        Gradients results[2];
        std::uint64_t bytes[2] = {0, 0};
        const char* names[2] = {"f32", "bf16"};
        for (int i = 0; i < 2; ++i) {  // one after the other, so that only one model is in memory
            inputs.spec.training.precision = names[i];
            const auto task = makeTaskOf(inputs);
            task->prepare({}, stop);
            const auto examples = firstRows(*task, inputs.spec, inputs.spec.training.perDeviceTrainBatchSize, 1);
            auto target = loadForTraining(inputs, *task, inputs.model, choosePlacement(inputs.spec.training));
            task->begin(*target.runner, stop);
            gradientsOf(*task, target, examples, 1, stop);  // the first pass warms caches
            results[i] = gradientsOf(*task, target, examples, 1, stop);
            bytes[i] = weightBytes(target.model());
            check.rows = static_cast<std::int64_t>(examples.size());
        }
        const Distance distance = distanceOf(results[0], results[1]);
        check.lossF32 = results[0].loss;
        check.lossBf16 = results[1].loss;
        check.secondsF32 = results[0].seconds;
        check.secondsBf16 = results[1].seconds;
        check.weightBytesF32 = bytes[0];
        check.weightBytesBf16 = bytes[1];
        check.relativeDifference = distance.relative;
        check.cosine = distance.cosine;
    });
    return check;
}

}  // namespace lathe::train
