// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/setup.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/json.h"
#include "base/random.h"
#include "models/formats/gguf_model.h"
#include "models/formats/model_files.h"

namespace lathe::train {
namespace {

namespace fs = std::filesystem;

bool holdsTokenizer(const fs::path& folder) {
    for (const char* name : {"tokenizer.json", "vocab.json", "vocab.txt", "tokenizer.model", "spiece.model"}) {
        if (fs::exists(folder / name)) return true;
    }
    return false;
}

/// Chunks of shuffled rows, each sorted by falling length, as transformers' LengthGroupedSampler: like lengths meet, but not
/// always the same ones. The longest row comes first, so that memory shows its peak at once.
std::vector<std::int64_t> groupByLength(std::vector<std::int64_t> order, const tasks::Task& task, std::int64_t batchSize) {
    const auto length = [&](std::int64_t example) { return task.examples()[static_cast<std::size_t>(example)].tokens(); };
    const auto count = static_cast<std::int64_t>(order.size());
    const std::int64_t batches = std::max<std::int64_t>(1, std::min<std::int64_t>(count / (batchSize * 4), 50));
    const std::int64_t chunk = batches * batchSize;
    for (std::int64_t first = 0; first < count; first += chunk) {
        const auto begin = order.begin() + first;
        std::stable_sort(begin, order.begin() + std::min(count, first + chunk), [&](std::int64_t a, std::int64_t b) { return length(a) > length(b); });
    }
    const auto longest = std::max_element(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return length(a) < length(b); });
    if (longest != order.end()) std::iter_swap(order.begin(), longest);
    return order;
}

std::int32_t padIdOf(const tasks::Task& task, const models::Model& model) {
    const auto& ids = task.tokenizer().specialIds();
    if (ids.pad) return *ids.pad;
    if (model.architecture().padId >= 0) return static_cast<std::int32_t>(model.architecture().padId);
    return ids.eos.value_or(0);
}

models::LoadedModel load(const RunInputs& inputs, const tasks::Task& task, const fs::path& from) {
    models::LoadOptions options;
    options.head = task.head();
    options.seed = static_cast<std::uint64_t>(inputs.spec.training.seed);
    auto loaded = models::loadModel(from, options);
    const auto& architecture = loaded.model->architecture();
    const std::int64_t reach = architecture.maxPositions;
    if (reach > 0 && task.longestTokens() > reach) {
        throw Error(ErrorCode::InvalidInput, fmt::format("The longest row has {} tokens, but {} reads at most {}. Its positions end there. Set dataset.max_length to {} or less.",
                                                         task.longestTokens(), inputs.spec.model, reach, reach));
    }
    return loaded;
}

bool wantsDropout(const RunSpec& spec) {
    if (spec.training.disableDropout) return false;
    if (spec.task == "reward") return !spec.reward.disableDropout;
    if (spec.task == "dpo") return !spec.dpo.disableDropout;
    return spec.task != "ppo";  // rollouts and update must see the same network
}

std::unique_ptr<ModelRunner> makeRunner(const RunInputs& inputs, models::Model& model, const FreezingPlan& freezing, std::int32_t padId) {
    ModelRunner::Settings settings;
    settings.layout = layoutOf(inputs.spec, padId);
    settings.firstTrainableLayer = freezing.firstTrainableLayer;
    settings.usesCheckpointing = inputs.spec.training.gradientCheckpointing;
    settings.usesDropout = wantsDropout(inputs.spec);
    return std::make_unique<ModelRunner>(model, settings);
}

}  // namespace

text::Tokenizer loadTokenizerOf(const fs::path& model) {
    if (fs::is_directory(model)) {
        if (holdsTokenizer(model)) return text::loadTokenizer(model);
        const auto adapter = model / "adapter_config.json";
        if (fs::exists(adapter)) {
            const auto config = base::readJsonFile(adapter);
            if (config.contains("base_model_name_or_path") && config["base_model_name_or_path"].is_string()) {
                const fs::path base = config["base_model_name_or_path"].get<std::string>();
                if (!base.empty() && fs::exists(base) && !fs::equivalent(base, model)) return loadTokenizerOf(base);
            }
        }
    }
    const auto files = formats::openModelFiles(model);
    if (files.vocabulary) return text::tokenizerFromGguf(*files.vocabulary);
    return text::loadTokenizer(files.folder);
}

std::unique_ptr<tasks::Task> makeTaskOf(const RunInputs& inputs) {
    validateRunSpec(inputs.spec);
    if (!inputs.table || inputs.table->rowCount() == 0) {
        throw Error(ErrorCode::InvalidInput, "The dataset has no rows. There is nothing to train on. Choose another file.");
    }
    RunSpec spec = inputs.spec;
    if (!inputs.rewardModel.empty()) spec.ppo.rewardModel = inputs.rewardModel.string();  // the task knows files, not names
    return tasks::makeTask({spec, inputs.table, loadTokenizerOf(inputs.model), inputs.leftOut});
}

Plan planOf(const TrainingSpec& training, std::int64_t trainRows) {
    Plan plan;
    const std::int64_t batches = (trainRows + training.perDeviceTrainBatchSize - 1) / training.perDeviceTrainBatchSize;
    plan.rowsPerStep = training.perDeviceTrainBatchSize * training.gradientAccumulationSteps;
    plan.stepsPerEpoch = std::max<std::int64_t>(1, (batches + training.gradientAccumulationSteps - 1) / training.gradientAccumulationSteps);
    plan.totalSteps = training.maxSteps > 0 ? training.maxSteps
                                            : static_cast<std::int64_t>(std::ceil(training.numTrainEpochs * static_cast<double>(plan.stepsPerEpoch) - 1e-9));
    plan.totalSteps = std::max<std::int64_t>(1, plan.totalSteps);
    return plan;
}

Plan planOf(const RunSpec& spec, std::int64_t trainRows) {
    Plan plan = planOf(spec.training, trainRows);
    if (spec.task != "ppo" || !spec.ppo.totalEpisodes || spec.training.maxSteps > 0) return plan;
    const std::int64_t episodesPerStep = plan.rowsPerStep * (spec.ppo.algorithm == "grpo" ? spec.ppo.numGenerations : 1);
    plan.totalSteps = std::max<std::int64_t>(1, (*spec.ppo.totalEpisodes + episodesPerStep - 1) / episodesPerStep);
    return plan;
}

std::vector<std::int64_t> epochOrder(const tasks::Task& task, const TrainingSpec& training, std::int64_t epoch) {
    const auto& rows = task.train();
    if (training.trainSamplingStrategy == "sequential") return rows;
    constexpr std::uint64_t kOrderStream = 0x0de7;
    const auto order = base::permutation(static_cast<std::int64_t>(rows.size()), static_cast<std::uint64_t>(training.seed), kOrderStream + (static_cast<std::uint64_t>(epoch) << 16));
    std::vector<std::int64_t> shuffled;
    shuffled.reserve(rows.size());
    for (const auto place : order) shuffled.push_back(rows[static_cast<std::size_t>(place)]);
    if (training.trainSamplingStrategy == "group_by_length") return groupByLength(std::move(shuffled), task, training.perDeviceTrainBatchSize * training.gradientAccumulationSteps);
    return shuffled;
}

TrainingModel loadForTraining(const RunInputs& inputs, const tasks::Task& task, const fs::path& from, const Placement& placement) {
    TrainingModel result;
    result.loaded = load(inputs, task, from);
    auto& model = result.model();
    // A run that starts from an adapter learns a new one on top: what was learnt before belongs to its base, and so to the reference of dpo and ppo.
    // A checkpoint's adapter is the run's own.
    if (from == inputs.model && model.hasLora()) model.mergeAndDropLora();
    result.freezing = applyFreezing(model, inputs.spec.trainable, static_cast<std::uint64_t>(inputs.spec.training.seed));
    // The f32 values stay alive until they are split into masters; then their memory serves the optimiser's moments.
    std::vector<torch::Tensor> exact;
    for (const auto* parameter : result.freezing.trainable) exact.push_back(parameter->value.detach());
    if (placement.dtype != torch::kFloat32) model.setComputeDtype(placement.dtype);
    if (!placement.device.is_cpu()) model.moveTo(placement.device);
    std::vector<tensor::AdamWParameter> parameters;
    for (const auto* parameter : result.freezing.trainable) {
        const bool isDecayed = inputs.spec.training.weightDecay > 0 && !parameter->isBiasOrNorm();
        parameters.push_back({parameter->name, parameter->value, isDecayed ? inputs.spec.training.weightDecay : 0.0});
    }
    const auto& training = inputs.spec.training;
    result.optimizer = std::make_unique<tensor::AdamW>(std::move(parameters), tensor::AdamWSettings{training.adamBeta1, training.adamBeta2, training.adamEpsilon});
    for (std::size_t i = 0; i < exact.size(); ++i) {
        if (placement.dtype != torch::kFloat32) result.optimizer->setMaster(i, exact[i]);
        exact[i].reset();
    }
    result.padId = padIdOf(task, model);
    result.runner = makeRunner(inputs, model, result.freezing, result.padId);
    return result;
}

TrainingModel loadForEvaluation(const RunInputs& inputs, const tasks::Task& task, const Placement& placement) {
    TrainingModel result;
    result.loaded = load(inputs, task, inputs.model);
    auto& model = result.model();
    for (auto& parameter : model.parameters()) parameter.value.set_requires_grad(false);
    if (model.hasLora()) model.mergeAndDropLora();
    if (placement.dtype != torch::kFloat32) model.setComputeDtype(placement.dtype);
    if (!placement.device.is_cpu()) model.moveTo(placement.device);
    result.padId = padIdOf(task, model);
    result.runner = makeRunner(inputs, model, result.freezing, result.padId);
    return result;
}

void addPrefixCache(TrainingModel& target, const tasks::Task& task, const RunInputs& inputs) {
    const int layers = target.freezing.firstTrainableLayer;
    const bool isPaddingFree = inputs.spec.training.padding == "packed" || inputs.spec.training.padding == "dynamic";
    if (!inputs.spec.training.cacheFrozenPrefix || layers < 1 || !isPaddingFree) return;
    PrefixCache::Settings settings;
    settings.layers = std::min(layers, target.model().numLayers());
    settings.budgetBytes = static_cast<std::uint64_t>(inputs.spec.training.cacheBudgetMib) << 20;
    settings.folder = inputs.output;
    target.runner->setFreshCache(settings);
    if (inputs.spec.task == "ppo") return;  // it learns from answers that are not written yet, and asks for a cache of them
    std::vector<const tasks::Sequence*> sequences;
    for (const auto& example : task.examples()) {
        for (const auto& sequence : example.sequences) sequences.push_back(&sequence);
    }
    target.runner->setCache(std::make_unique<PrefixCache>(target.model(), std::move(sequences), settings));
}

models::ParameterSource masterSource(const TrainingModel& target) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < target.optimizer->parameters().size(); ++i) places.emplace(target.optimizer->parameters()[i].name, i);
    return [places = std::move(places), optimizer = target.optimizer.get()](const models::Parameter& parameter) {
        const auto found = places.find(parameter.name);
        return found == places.end() ? parameter.value.detach() : optimizer->master(found->second);
    };
}

std::map<std::string, double> measure(tasks::Task& task, ModelRunner& runner, const std::vector<std::int64_t>& examples, std::int64_t batchSize,
                                      const std::function<void(std::int64_t)>& between, std::map<std::string, std::string>* files) {
    const torch::NoGradGuard guard;
    runner.setEvaluating();
    const auto evaluation = task.startEvaluation();
    const auto count = static_cast<std::int64_t>(examples.size());
    for (std::int64_t first = 0; first < count; first += batchSize) {
        between(first);
        evaluation->add(runner, std::span(examples).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(std::min(batchSize, count - first))));
    }
    auto values = evaluation->values();
    if (files != nullptr) *files = evaluation->files();
    return values;
}

void translateErrors(const std::function<void()>& work) {
    constexpr const char* kAdvice = "Lower training.per_device_train_batch_size or dataset.max_length, or turn on training.gradient_checkpointing; checkpoints are kept.";
    try {
        work();
    } catch (const Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("The memory is used up. The model, its optimiser state and a batch do not fit. {}", kAdvice));
    } catch (const c10::OutOfMemoryError&) {
        throw Error(ErrorCode::OutOfMemory, fmt::format("The device's memory is used up. The model, its optimiser state and a batch do not fit. {}", kAdvice));
    } catch (const c10::Error& error) {
        const std::string text = error.what_without_backtrace();
        if (text.find("allocate memory") != std::string::npos || text.find("out of memory") != std::string::npos) {
            throw Error(ErrorCode::OutOfMemory, fmt::format("The memory is used up. The model, its optimiser state and a batch do not fit. {}", kAdvice));
        }
        throw Error(ErrorCode::Internal, fmt::format("The compute library failed: {}. This is a fault of the program. Report it with the RunSpec.", text));
    } catch (const std::filesystem::filesystem_error& error) {
        throw Error(ErrorCode::Io, fmt::format("{} cannot be used. {}. Choose another folder or free space.", error.path1().string(), error.code().message()), {error.path1().string()});
    }
}

}  // namespace lathe::train
