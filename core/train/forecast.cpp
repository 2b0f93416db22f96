// SPDX-License-Identifier: GPL-3.0-or-later
/// Looking at a run before it starts: counts, memory, padding, checks, the tokens of a row; and measuring a model.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "models/formats/model_files.h"
#include "train/schedule.h"
#include "train/setup.h"

namespace lathe::train {
namespace {

namespace fs = std::filesystem;

std::vector<std::int64_t> lengthsOf(const tasks::Task& task, const std::vector<std::int64_t>& order) {
    std::vector<std::int64_t> lengths;
    for (const auto example : order) {
        for (const auto& sequence : task.examples()[static_cast<std::size_t>(example)].sequences) lengths.push_back(static_cast<std::int64_t>(sequence.ids.size()));
    }
    return lengths;
}

/// Share of computed positions that are padding, in batches of `batch` sequences in this order.
double wasteOf(const std::vector<std::int64_t>& lengths, std::int64_t batch, std::int64_t fixedLength) {
    double real = 0, computed = 0;
    for (std::size_t first = 0; first < lengths.size(); first += static_cast<std::size_t>(batch)) {
        const auto last = std::min(lengths.size(), first + static_cast<std::size_t>(batch));
        std::int64_t longest = fixedLength;
        for (auto i = first; i < last; ++i) {
            real += static_cast<double>(lengths[i]);
            longest = std::max(longest, lengths[i]);
        }
        computed += static_cast<double>(longest) * static_cast<double>(last - first);
    }
    return computed > 0 ? 1.0 - real / computed : 0.0;
}

std::vector<PaddingForecast> paddingsOf(const tasks::Task& task, const RunSpec& spec) {
    const auto& training = spec.training;
    const std::int64_t batch = training.perDeviceTrainBatchSize;
    TrainingSpec shuffled = training;
    if (shuffled.trainSamplingStrategy == "group_by_length") shuffled.trainSamplingStrategy = "random";
    const auto usual = lengthsOf(task, epochOrder(task, shuffled, 0));
    TrainingSpec grouped = training;
    grouped.trainSamplingStrategy = "group_by_length";
    const auto sorted = lengthsOf(task, epochOrder(task, grouped, 0));
    return {{"packed", 0.0, -1, 0}, {"dynamic", wasteOf(usual, batch, 0), -1, 0}, {"group_by_length", wasteOf(sorted, batch, 0), -1, 0},
            {"max_length", wasteOf(usual, batch, spec.dataset.maxLength), -1, 0}};
}

/// Share of padding in the layout that the spec chooses.
double usedWaste(const Forecast& forecast, const TrainingSpec& training) {
    if (training.padding == "packed") return 0.0;
    if (training.padding == "max_length") return forecast.paddings[3].wasteShare;
    return forecast.paddings[training.trainSamplingStrategy == "group_by_length" ? 2 : 1].wasteShare;
}

double eosShare(const tasks::Task& task) {
    const auto eos = task.tokenizer().specialIds().eos;
    if (!eos || task.train().empty()) return 0;
    std::int64_t with = 0;
    for (const auto example : task.train()) {
        const auto& ids = task.examples()[static_cast<std::size_t>(example)].sequences.front().ids;
        with += !ids.empty() && ids.back() == *eos ? 1 : 0;
    }
    return static_cast<double>(with) / static_cast<double>(task.train().size());
}

std::uint64_t availableMemory() {
    std::ifstream file("/proc/meminfo");
    std::string key, unit;
    std::uint64_t value = 0;
    while (file >> key >> value >> unit) {
        if (key == "MemAvailable:") return value << 10;
    }
    return 0;
}

/// True where the last layer computes one row a sequence behind its keys and values.
bool readsPooledRows(const tasks::Task& task) {
    const auto head = task.head();
    return head && head->kind == models::HeadKind::Classification;
}

/// Bytes that autograd keeps of a batch: per token and layer about 34 D-wide values (Korthikanti et al. 2022, eq. 2, without
/// the attention matrix, which flash attention does not keep). A last layer for pooled rows keeps its input and queries, keys and values.
std::uint64_t activationBytes(const models::Architecture& a, std::int64_t tokens, std::int64_t trainedLayers, std::uint64_t elementBytes, bool isCheckpointed, bool isPooled) {
    const double perLayer = isCheckpointed ? 2.0 : 8.0 + 3.0 * static_cast<double>(a.innerWidth) / static_cast<double>(std::max<std::int64_t>(1, a.width)) + 4.0;
    const double last = isPooled ? std::min(5.0, perLayer) : perLayer;
    const double layers = static_cast<double>(trainedLayers - 1) * perLayer + last;
    const double logits = static_cast<double>(32u << 20);
    return static_cast<std::uint64_t>(layers * static_cast<double>(tokens) * static_cast<double>(a.width) * static_cast<double>(elementBytes) + logits);
}

void fillCounts(Forecast& forecast, const tasks::Task& task, const RunInputs& inputs) {
    const auto plan = planOf(inputs.spec, static_cast<std::int64_t>(task.train().size()));
    forecast.trainRows = static_cast<std::int64_t>(task.train().size());
    forecast.validationRows = static_cast<std::int64_t>(task.validation().size());
    forecast.stepsPerEpoch = plan.stepsPerEpoch;
    forecast.totalSteps = plan.totalSteps;
    forecast.longestTokens = task.longestTokens();
    const auto all = static_cast<double>(task.examples().size());
    forecast.cutShare = all > 0 ? static_cast<double>(task.cutRows()) / all : 0;
    forecast.paddings = paddingsOf(task, inputs.spec);
    forecast.learningRates = scheduleCurve(inputs.spec.training, plan.totalSteps, 200);
}

/// Longest batch of the run in real tokens.
std::int64_t largestBatch(const tasks::Task& task, std::int64_t batchSize) {
    std::vector<std::int64_t> tokens;
    for (const auto example : task.train()) tokens.push_back(task.examples()[static_cast<std::size_t>(example)].tokens());
    std::sort(tokens.rbegin(), tokens.rend());
    std::int64_t total = 0;
    for (std::size_t i = 0; i < tokens.size() && static_cast<std::int64_t>(i) < batchSize; ++i) total += tokens[i];
    return total;
}

void fillMemory(Forecast& forecast, const tasks::Task& task, const RunInputs& inputs, TrainingModel& target, const Placement& placement) {
    const auto& freezing = target.freezing;
    const std::uint64_t element = placement.dtype == torch::kFloat32 ? 4 : 2;
    const auto total = static_cast<std::uint64_t>(freezing.totalCount);
    const auto trained = static_cast<std::uint64_t>(freezing.trainableCount);
    forecast.totalParameters = freezing.totalCount;
    forecast.trainableParameters = freezing.trainableCount;
    forecast.weightBytes = total * element;
    forecast.gradientBytes = trained * element;
    forecast.optimizerBytes = trained * (element == 4 ? 8 : 10);
    const int layers = target.model().numLayers();
    const std::int64_t trainedLayers = layers - std::clamp(freezing.firstTrainableLayer, 0, layers);
    const std::int64_t tokens = inputs.spec.training.padding == "max_length" ? inputs.spec.dataset.maxLength * inputs.spec.training.perDeviceTrainBatchSize
                                                                             : largestBatch(task, inputs.spec.training.perDeviceTrainBatchSize);
    forecast.activationBytes = activationBytes(target.model().architecture(), tokens, std::max<std::int64_t>(1, trainedLayers), element, inputs.spec.training.gradientCheckpointing, readsPooledRows(task));
    forecast.checkpointBytes = trained * 8 + (target.model().hasLora() ? trained : total) * 4;
}

/// Multiply-adds of an epoch: each matrix once forward; once more for the graph above the lowest trained layer; once more for its own
/// gradient. Attention's part, which grows with length squared, is small at the lengths of these tasks and is left out; so is what meets one row a sequence.
void fillWork(Forecast& forecast, const tasks::Task& task, const RunInputs& inputs, TrainingModel& target) {
    const auto& model = std::as_const(target).model();
    const int lowest = target.freezing.firstTrainableLayer;
    const bool isPooled = readsPooledRows(task);
    const auto isLeftOut = [&](const models::Parameter& parameter) { return parameter.layer < 0 || parameter.isBiasOrNorm() || (isPooled && parameter.isBehindLastAttention); };
    double forward = 0, above = 0, trained = 0;
    for (const auto& parameter : model.parameters()) {
        if (isLeftOut(parameter)) continue;
        const auto size = static_cast<double>(parameter.value.numel());
        forward += size;
        if (parameter.layer >= lowest) above += size;
    }
    for (const auto* parameter : target.freezing.trainable) trained += isLeftOut(*parameter) ? 0.0 : static_cast<double>(parameter->value.numel());
    double tokens = 0;
    for (const auto example : task.train()) tokens += static_cast<double>(task.examples()[static_cast<std::size_t>(example)].tokens());
    const auto& training = inputs.spec.training;
    const bool isCached = training.cacheFrozenPrefix && lowest >= 1 && training.padding != "max_length" && inputs.spec.task != "ppo";
    const double perToken = forward + above + trained;
    for (auto& padding : forecast.paddings) padding.work = tokens / std::max(0.01, 1.0 - padding.wasteShare) * perToken;
    const double computed = tokens / std::max(0.01, 1.0 - usedWaste(forecast, training));
    forecast.work = computed * perToken;
    forecast.laterWork = computed * (isCached ? above + above + trained : perToken);
}

/// Seconds of one training step in each layout, from the first batch; scaled to an epoch by computed positions.
void probe(Forecast& forecast, tasks::Task& task, const RunInputs& inputs, TrainingModel& target, const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    const auto order = epochOrder(task, inputs.spec.training, 0);
    const std::int64_t size = std::min<std::int64_t>(inputs.spec.training.perDeviceTrainBatchSize, static_cast<std::int64_t>(order.size()));
    std::vector<double> seconds;
    std::int64_t probedTokens = 0;
    for (int attempt = 0; attempt < 3; ++attempt) {  // the first one warms caches and makes the optimiser's moments
        throwIfStopped(stop);
        const auto first = static_cast<std::size_t>(attempt * size) % order.size();
        const auto batch = std::span(order).subspan(first, std::min(static_cast<std::size_t>(size), order.size() - first));
        target.runner->takeTokens();
        const auto begin = Clock::now();
        target.runner->setTraining(1);
        auto loss = task.loss(*target.runner, batch, 1.0);
        if (loss.value.requires_grad()) loss.value.backward();
        target.optimizer->gradientNorm();
        target.optimizer->step(0.0, 0.0);
        target.optimizer->clearGradients();
        if (attempt > 0) {
            seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
            probedTokens += target.runner->takeTokens();
        }
    }
    double spent = 0;
    for (const double one : seconds) spent += one;
    double tokens = 0;
    for (const auto example : order) tokens += static_cast<double>(task.examples()[static_cast<std::size_t>(example)].tokens());
    // A step costs a fixed part (the optimiser) and a part by tokens; batches of like size make the simple ratio good enough.
    const double batches = std::ceil(static_cast<double>(order.size()) / static_cast<double>(size));
    const double byBatch = spent / static_cast<double>(seconds.size()) * batches;
    const double byToken = probedTokens > 0 ? spent / static_cast<double>(probedTokens) * tokens : byBatch;
    forecast.secondsPerEpoch = 0.5 * (byBatch + byToken);
    for (auto& padding : forecast.paddings) padding.secondsPerEpoch = forecast.secondsPerEpoch * padding.work / std::max(1.0, forecast.work);
    if (forecast.laterWork < forecast.work) forecast.secondsPerLaterEpoch = forecast.secondsPerEpoch * forecast.laterWork / forecast.work;
}

std::string mib(std::uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

void checkTokens(const tasks::Task& task, const RunSpec& spec, std::vector<SpecCheck>& checks) {
    const auto rows = static_cast<double>(task.examples().size());
    if (rows == 0) return;
    const double cut = static_cast<double>(task.cutRows()) / rows;
    if (cut > 0.5) checks.push_back({CheckLevel::Warning, fmt::format("{:.0f} % of the rows are longer than {} tokens and are cut. Raise dataset.max_length.", cut * 100, spec.dataset.maxLength), "dataset.max_length"});
    else if (cut > 0) checks.push_back({CheckLevel::Good, fmt::format("{} rows are longer than {} tokens and are cut.", task.cutRows(), spec.dataset.maxLength), "dataset.max_length"});
    if (task.skippedRows() > 0) checks.push_back({CheckLevel::Warning, fmt::format("{} rows have nothing to learn from and are left out.", task.skippedRows()), "dataset.template"});
    if (spec.dataset.dedupThreshold)
        checks.push_back({CheckLevel::Good, fmt::format("{} near-copies above {} leave the {} training rows.", task.leftOutRows(), *spec.dataset.dedupThreshold,
                                                        static_cast<std::int64_t>(task.train().size()) + task.leftOutRows()), "dataset.dedup_threshold"});
    if (task.validation().empty()) checks.push_back({CheckLevel::Warning, "No rows are kept for validation. Overfitting will not show.", "dataset.split.validation"});
    else if (spec.training.loadBestModelAtEnd && spec.training.saveStrategy == "no" && spec.training.evalStrategy != "no")
        checks.push_back({CheckLevel::Warning, "Nothing is saved on the way, so the last model is published and not the best one. Set training.save_strategy to \"epoch\" or \"best\".", "training.save_strategy"});
    if (spec.task != "causal-lm") return;
    const double share = eosShare(task);
    if (share < 0.5) checks.push_back({CheckLevel::Warning, fmt::format("Only {:.0f} % of the training rows end with the end-of-text token. The model will not learn to stop.", share * 100), "dataset.max_length"});
    else checks.push_back({CheckLevel::Good, fmt::format("{:.0f} % of the training rows end with the end-of-text token.", share * 100), ""});
}

void checkResources(const RunInputs& inputs, std::vector<SpecCheck>& checks) {
    const auto files = formats::openModelFiles(inputs.model);
    std::uint64_t parameters = 0;
    for (const auto& tensor : files.tensors->tensors()) parameters += tensor.elements;
    const bool isHalf = choosePlacement(inputs.spec.training).precision != "f32";
    const bool isAll = inputs.spec.trainable.mode == "all";
    const std::uint64_t needed = parameters * (isAll ? (isHalf ? 14 : 16) : (isHalf ? 2 : 4));
    const std::uint64_t available = availableMemory();
    if (available > 0 && needed > available) {
        checks.push_back({CheckLevel::Blocking, fmt::format("About {} of memory are needed, {} are free. Train fewer layers or LoRA, or choose a smaller model.", mib(needed), mib(available)), "trainable.mode"});
    } else if (available > 0 && needed > available / 10 * 8) {
        checks.push_back({CheckLevel::Warning, fmt::format("About {} of memory are needed, {} are free. That is close.", mib(needed), mib(available)), "trainable.mode"});
    }
    if (inputs.spec.training.saveStrategy == "no") return;
    const std::uint64_t disk = 2 * parameters * (isAll ? 12 : 4) + (std::uint64_t{64} << 20);
    const std::uint64_t free = base::freeDiskBytes(inputs.output.empty() ? fs::current_path() : inputs.output);
    if (free < disk) checks.push_back({CheckLevel::Warning, fmt::format("The disk of the output folder has {} left. Saving needs {}.", mib(free), mib(disk)), "output"});
}

}  // namespace

std::vector<SpecCheck> check(const RunInputs& inputs, std::stop_token stop) {
    std::vector<SpecCheck> checks;
    const auto guarded = [&](const std::function<void()>& work) {
        try {
            translateErrors(work);
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Cancelled) throw;
            checks.push_back({CheckLevel::Blocking, error.what(), ""});
        }
    };
    guarded([&] { choosePlacement(inputs.spec.training); });
    guarded([&] {
        const auto task = makeTaskOf(inputs);
        task->prepare({}, stop);
        checkTokens(*task, inputs.spec, checks);
        const auto plan = planOf(inputs.spec, static_cast<std::int64_t>(task->train().size()));
        scheduleFactor(inputs.spec.training, 0, plan.totalSteps);
    });
    guarded([&] { checkResources(inputs, checks); });
    std::stable_sort(checks.begin(), checks.end(), [](const SpecCheck& a, const SpecCheck& b) { return a.level > b.level; });
    return checks;
}

Forecast forecast(const RunInputs& inputs, Probe wanted, std::stop_token stop) {
    Forecast result;
    translateErrors([&] {
        const auto placement = choosePlacement(inputs.spec.training);
        result.precision = placement.precision;
        result.device = placement.device.str();
        const auto task = makeTaskOf(inputs);
        task->prepare({}, stop);
        fillCounts(result, *task, inputs);
        throwIfStopped(stop);
        auto target = loadForTraining(inputs, *task, inputs.model, placement);
        fillMemory(result, *task, inputs, target, placement);
        fillWork(result, *task, inputs, target);
        throwIfStopped(stop);
        if (wanted == Probe::Yes && inputs.spec.task != "ppo") probe(result, *task, inputs, target, stop);
    });
    return result;
}

std::vector<TokenView> previewRow(const RunInputs& inputs, std::int64_t row, std::stop_token stop) {
    std::vector<TokenView> views;
    translateErrors([&] {
        throwIfStopped(stop);
        if (row < 0 || !inputs.table || row >= inputs.table->rowCount()) {
            throw Error(ErrorCode::InvalidInput, fmt::format("There is no row {}. The dataset has {} rows. Choose one of them.", row, inputs.table ? inputs.table->rowCount() : 0));
        }
        views = makeTaskOf(inputs)->preview(row);
    });
    return views;
}

Evaluation evaluate(const RunInputs& inputs, const std::string& split, const ProgressSink& progress, std::stop_token stop) {
    Evaluation result;
    translateErrors([&] {
        const auto begin = std::chrono::steady_clock::now();
        const auto task = makeTaskOf(inputs);
        task->prepare(progress, stop);
        std::vector<std::int64_t> rows;
        if (split == "train") rows = task->train();
        else if (split == "validation") rows = task->validation();
        else if (split == "test") rows = task->test();
        else if (split == "all") for (std::size_t i = 0; i < task->examples().size(); ++i) rows.push_back(static_cast<std::int64_t>(i));
        else throw Error(ErrorCode::InvalidInput, fmt::format("There is no part \"{}\". Allowed is train, validation, test or all. Correct the value.", split));
        if (rows.empty()) throw Error(ErrorCode::InvalidInput, fmt::format("The part \"{}\" has no rows. dataset.split leaves none for it. Choose another part.", split));
        auto target = loadForEvaluation(inputs, *task, choosePlacement(inputs.spec.training));
        task->begin(*target.runner, stop);
        const auto total = static_cast<double>(rows.size());
        result.values = measure(*task, *target.runner, rows, inputs.spec.training.perDeviceEvalBatchSize, [&](std::int64_t done) {
            throwIfStopped(stop);
            if (progress) progress({"Evaluating", static_cast<double>(done), total});
        });
        result.rows = static_cast<std::int64_t>(rows.size());
        result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    });
    return result;
}

}  // namespace lathe::train
