// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/checkpoints.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <lathe/error.h>

#include "base/files.h"
#include "base/json.h"
#include "models/formats/safetensors.h"

namespace lathe::train {
namespace {

namespace fs = std::filesystem;
using base::Json;
using base::OrderedJson;

constexpr const char* kManifest = "manifest.json";
constexpr const char* kStateFile = "trainer_state.json";
constexpr const char* kOptimizerFile = "optimizer.safetensors";

fs::path checkpointsOf(const fs::path& output) { return output / "checkpoints"; }

bool isTrainerFile(const fs::path& file) {
    const auto name = file.filename();
    return name == kManifest || name == kStateFile || name == kOptimizerFile;
}

OrderedJson optionalNumber(const std::optional<double>& value) { return value && std::isfinite(*value) ? OrderedJson(*value) : OrderedJson(nullptr); }

OrderedJson stateJson(const TrainerState& s, double epoch) {
    OrderedJson json;
    json["lathe_checkpoint"] = 1;
    json["step"] = s.step;
    json["epoch"] = epoch;
    json["tokens"] = s.tokens;
    json["seconds"] = s.seconds;
    json["metrics_bytes"] = s.metricsBytes;
    json["is_evaluated"] = s.isEvaluated;
    json["best_metric"] = optionalNumber(s.bestMetric);
    json["best_step"] = s.bestStep;
    json["evaluations_without_gain"] = s.evaluationsWithoutGain;
    json["plateau"] = {{"factor", s.plateau.factor}, {"best", s.plateau.best}, {"has_best", s.plateau.hasBest}, {"bad_count", s.plateau.badCount}};
    json["skipped_steps"] = s.skippedSteps;
    json["skipped_in_a_row"] = s.skippedInARow;
    json["loss_scale"] = s.lossScale;
    json["optimizer_steps"] = s.optimizerSteps;
    json["validation"] = OrderedJson::object();
    for (const auto& [name, value] : s.validation) json["validation"][name] = std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr);
    json["task_state"] = s.taskState;
    json["rng"] = {{"kind", "counter"}, {"seed_and_step", "order and dropout are functions of training.seed and step"}};
    json["spec"] = OrderedJson::parse(s.specJson);
    json["spec_sha256"] = base::sha256(s.specJson);
    json["dataset_fingerprint"] = s.datasetFingerprint;
    json["tokenizer_hash"] = s.tokenizerHash;
    json["model"] = s.model;
    json["precision"] = s.precision;
    json["device"] = s.device;
    json["threads"] = s.threads;
    json["version"] = s.version;
    return json;
}

std::int64_t nextSequence(const fs::path& output) {
    std::int64_t highest = 0;
    for (const auto& checkpoint : findCheckpoints(output)) highest = std::max(highest, checkpoint.sequence);
    return highest + 1;
}

void writeOptimizer(const fs::path& folder, const tensor::AdamW& optimizer) {
    std::vector<formats::TensorToWrite> tensors;
    for (std::size_t i = 0; i < optimizer.parameters().size(); ++i) {
        const auto& name = optimizer.parameters()[i].name;
        for (const auto& [prefix, tensor] : {std::pair{"exp_avg.", optimizer.mean(i)}, std::pair{"exp_avg_sq.", optimizer.square(i)}}) {
            if (!tensor.defined()) continue;  // no step was taken yet
            const auto plain = tensor.to(torch::kCPU).contiguous();
            const std::span<const std::byte> bytes(static_cast<const std::byte*>(plain.data_ptr()), plain.nbytes());
            auto entry = formats::rawTensor(prefix + name, plain.sizes().vec(), formats::TensorType::F32, bytes);
            entry.fill = [plain, fill = entry.fill](std::uint64_t first, std::span<std::byte> out) { fill(first, out); };  // keeps a copy alive
            tensors.push_back(std::move(entry));
        }
    }
    formats::writeSafetensors(folder / kOptimizerFile, tensors, {{"format", "pt"}, {"steps", std::to_string(optimizer.steps())}});
}

void writeManifest(const fs::path& folder, const OrderedJson& head) {
    OrderedJson manifest = head;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        base::syncFile(file);
        manifest["files"][file.filename().string()] = {{"bytes", fs::file_size(file)}, {"sha256", base::sha256File(file)}};
    }
    base::writeFileAtomically(folder / kManifest, manifest.dump(2) + "\n");
}

/// Puts `from` where `to` is; an older folder of that name is moved aside first and removed afterwards.
void replaceFolder(const fs::path& from, const fs::path& to) {
    const fs::path aside = to.string() + ".old.tmp";
    fs::remove_all(aside);
    if (fs::exists(to)) fs::rename(to, aside);
    fs::rename(from, to);
    base::syncFolder(to.parent_path());
    fs::remove_all(aside);
}

[[noreturn]] void throwIo(const fs::filesystem_error& error) {
    throw Error(ErrorCode::Io, fmt::format("{} cannot be written. {}. What was saved before is untouched. Free space or choose another folder.", error.path1().string(),
                                           error.code().message()), {error.path1().string()});
}

/// Removes the folder at its end unless it was renamed or is to be kept.
class TemporaryFolder {
public:
    struct Existing {};
    explicit TemporaryFolder(fs::path where) : path(std::move(where)) {
        fs::remove_all(path);
        fs::create_directories(path);
    }
    TemporaryFolder(fs::path where, Existing) : path(std::move(where)) {}
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!isKept_) fs::remove_all(path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    void keep() { isKept_ = true; }

    const fs::path path;

private:
    bool isKept_ = false;
};

}  // namespace

PendingCheckpoint beginCheckpoint(const fs::path& output, const CheckpointContent& content, std::uint64_t neededBytes) {
    const auto root = checkpointsOf(output);
    PendingCheckpoint pending;
    pending.temporary = root / fmt::format("checkpoint-{}.tmp", content.state.step);
    pending.place = root / fmt::format("checkpoint-{}", content.state.step);
    try {
        fs::create_directories(root);
        const auto free = base::freeDiskBytes(root);
        if (free < neededBytes) {
            throw Error(ErrorCode::Io, fmt::format("The disk of {} has {} MiB left. A checkpoint needs {} MiB there to be safe. Free space and continue; nothing is lost until then.",
                                                   root.string(), free >> 20, neededBytes >> 20), {root.string()});
        }
        TemporaryFolder temporary(pending.temporary);
        const base::DeferredSync later;
        content.saveModel(temporary.path);
        writeOptimizer(temporary.path, *content.optimizer);
        base::writeFileAtomically(temporary.path / kStateFile, stateJson(content.state, content.epoch).dump(2) + "\n");
        OrderedJson head;
        head["lathe_manifest"] = 1;
        head["sequence"] = nextSequence(output);
        head["step"] = content.state.step;
        head["epoch"] = content.epoch;
        const auto& spec = OrderedJson::parse(content.state.specJson);
        const auto metric = content.state.validation.find(spec["training"]["metric_for_best_model"].get<std::string>());
        head["metric"] = content.state.isEvaluated && metric != content.state.validation.end() ? optionalNumber(metric->second) : OrderedJson(nullptr);
        pending.manifestHead = head.dump();
        temporary.keep();
        return pending;
    } catch (const fs::filesystem_error& error) {
        throwIo(error);
    }
}

void completeCheckpoint(const PendingCheckpoint& pending) {
    try {
        const TemporaryFolder temporary(pending.temporary, TemporaryFolder::Existing{});
        writeManifest(pending.temporary, OrderedJson::parse(pending.manifestHead));
        replaceFolder(pending.temporary, pending.place);
    } catch (const fs::filesystem_error& error) {
        throwIo(error);
    }
}

std::vector<CheckpointFile> findCheckpoints(const fs::path& output) {
    std::vector<CheckpointFile> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(checkpointsOf(output), error)) {
        const auto name = entry.path().filename().string();
        if (!entry.is_directory() || !name.starts_with("checkpoint-") || name.ends_with(".tmp")) continue;
        CheckpointFile file;
        file.path = entry.path();
        try {
            const Json manifest = base::readJsonFile(entry.path() / kManifest);
            file.sequence = manifest.at("sequence").get<std::int64_t>();
            file.step = manifest.at("step").get<std::int64_t>();
            file.epoch = manifest.at("epoch").get<double>();
            if (manifest.contains("metric") && manifest["metric"].is_number()) file.metric = manifest["metric"].get<double>();
            bool isWhole = true;
            for (const auto& [fileName, facts] : manifest.at("files").items()) {
                std::error_code missing;
                const auto size = fs::file_size(entry.path() / fileName, missing);
                isWhole = isWhole && !missing && size == facts.at("bytes").get<std::uint64_t>();
                file.bytes += missing ? 0 : size;
            }
            if (isWhole) found.push_back(std::move(file));
        } catch (const std::exception&) {
            continue;  // without a readable manifest it is not a checkpoint; newestValidCheckpoint names it
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
    return found;
}

std::vector<CheckpointInfo> listCheckpoints(const fs::path& output) {
    const auto found = findCheckpoints(output);
    std::int64_t bestStep = -1;
    if (!found.empty()) {
        try {
            bestStep = readTrainerState(found.back().path).bestStep;
        } catch (const Error&) {
            bestStep = -1;  // the list is for looking; what is wrong with the newest one is said when it is used
        }
    }
    std::vector<CheckpointInfo> list;
    for (auto it = found.rbegin(); it != found.rend(); ++it) list.push_back({it->path, it->step, it->epoch, it->metric, it->bytes, it->step == bestStep});
    return list;
}

std::optional<std::string> findDamage(const fs::path& checkpoint) {
    try {
        const Json manifest = base::readJsonFile(checkpoint / kManifest);
        const auto& files = manifest.at("files");
        for (const char* needed : {kStateFile, kOptimizerFile}) {
            if (!files.contains(needed)) return fmt::format("its manifest does not list {}", needed);
        }
        for (const auto& [name, facts] : files.items()) {
            if (name.find('/') != std::string::npos || name == "..") return fmt::format("its manifest names {}, which is not a plain file name", name);
            if (!fs::exists(checkpoint / name)) return fmt::format("{} is missing", name);
            if (base::sha256File(checkpoint / name) != facts.at("sha256").get<std::string>()) return fmt::format("{} does not match its SHA-256 sum", name);
        }
        return std::nullopt;
    } catch (const Error&) {
        return "its manifest.json cannot be read";
    } catch (const Json::exception&) {
        return "its manifest.json lacks what it must say";
    }
}

std::optional<fs::path> newestValidCheckpoint(const fs::path& output, const std::function<void(const std::string&)>& skipped) {
    std::error_code error;
    std::vector<std::pair<std::int64_t, fs::path>> candidates;
    for (const auto& entry : fs::directory_iterator(checkpointsOf(output), error)) {
        const auto name = entry.path().filename().string();
        if (!entry.is_directory() || !name.starts_with("checkpoint-") || name.ends_with(".tmp")) continue;
        const auto digits = name.substr(11);
        const bool isNumber = !digits.empty() && digits.size() < 18 && digits.find_first_not_of("0123456789") == std::string::npos;
        if (isNumber) candidates.emplace_back(std::stoll(digits), entry.path());
    }
    std::map<fs::path, std::int64_t> sequences;
    for (const auto& file : findCheckpoints(output)) sequences[file.path] = file.sequence;
    // Whole ones by sequence; those without a readable manifest by the step in their name.
    std::sort(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
        const auto first = sequences.find(a.second), second = sequences.find(b.second);
        if (first != sequences.end() && second != sequences.end()) return first->second > second->second;
        return a.first > b.first;
    });
    for (const auto& [step, path] : candidates) {
        const auto damage = findDamage(path);
        if (!damage) return path;
        skipped(fmt::format("The checkpoint {} is damaged: {}. It is left out; the one before it is used.", path.filename().string(), *damage));
    }
    return std::nullopt;
}

TrainerState readTrainerState(const fs::path& checkpoint) {
    const auto file = checkpoint / kStateFile;
    const Json json = base::readJsonFile(file);
    try {
        TrainerState s;
        s.step = json.at("step").get<std::int64_t>();
        s.tokens = json.at("tokens").get<std::int64_t>();
        s.seconds = json.at("seconds").get<double>();
        s.metricsBytes = json.at("metrics_bytes").get<std::int64_t>();
        s.isEvaluated = json.at("is_evaluated").get<bool>();
        if (json.at("best_metric").is_number()) s.bestMetric = json["best_metric"].get<double>();
        s.bestStep = json.at("best_step").get<std::int64_t>();
        s.evaluationsWithoutGain = json.at("evaluations_without_gain").get<std::int64_t>();
        const auto& plateau = json.at("plateau");
        s.plateau = {plateau.at("factor").get<double>(), plateau.at("best").get<double>(), plateau.at("has_best").get<bool>(), plateau.at("bad_count").get<std::int64_t>()};
        s.skippedSteps = json.at("skipped_steps").get<std::int64_t>();
        s.skippedInARow = json.at("skipped_in_a_row").get<std::int64_t>();
        s.lossScale = json.at("loss_scale").get<double>();
        s.optimizerSteps = json.at("optimizer_steps").get<std::int64_t>();
        for (const auto& [name, value] : json.at("validation").items()) s.validation[name] = value.is_number() ? value.get<double>() : std::nan("");
        s.taskState = json.at("task_state").get<std::string>();
        s.specJson = toJson(parseRunSpec(json.at("spec").dump(), file.string()));
        s.datasetFingerprint = json.at("dataset_fingerprint").get<std::string>();
        s.tokenizerHash = json.at("tokenizer_hash").get<std::string>();
        s.model = json.at("model").get<std::string>();
        s.precision = json.at("precision").get<std::string>();
        s.device = json.at("device").get<std::string>();
        s.threads = json.at("threads").get<std::int64_t>();
        s.version = json.at("version").get<std::string>();
        return s;
    } catch (const Json::exception& error) {
        throw Error(ErrorCode::CorruptFile, fmt::format("{} lacks what a checkpoint must say: {}. Use another checkpoint.", file.string(), error.what()), {file.string()});
    }
}

void restoreOptimizer(const fs::path& checkpoint, tensor::AdamW& optimizer, std::int64_t steps) {
    optimizer.setSteps(steps);
    if (steps == 0) return;
    const auto source = formats::openSafetensors(checkpoint / kOptimizerFile);
    for (std::size_t i = 0; i < optimizer.parameters().size(); ++i) {
        const auto& parameter = optimizer.parameters()[i];
        const auto read = [&](const std::string& prefix) {
            const auto& info = source->info(prefix + parameter.name);
            if (info.type != formats::TensorType::F32 || info.shape != parameter.value.sizes().vec()) {
                throw Error(ErrorCode::CorruptFile, fmt::format("{} holds {} in another shape or type than the model. The checkpoint belongs to another run. Use another one.",
                                                                source->description(), info.name), {source->description()});
            }
            auto tensor = torch::empty(info.shape, torch::kFloat32);
            source->readRaw(info, {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()});
            return tensor;
        };
        optimizer.setMoments(i, read("exp_avg."), read("exp_avg_sq."));
    }
}

void pruneCheckpoints(const fs::path& output, std::optional<std::int64_t> limit, std::int64_t bestStep) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(checkpointsOf(output), ignored)) {
        if (entry.path().filename().string().ends_with(".tmp")) fs::remove_all(entry.path(), ignored);
    }
    if (!limit) return;
    auto found = findCheckpoints(output);
    std::int64_t surplus = static_cast<std::int64_t>(found.size()) - *limit;
    for (std::size_t i = 0; i + 1 < found.size() && surplus > 0; ++i) {  // the newest is never looked at
        if (found[i].step == bestStep) continue;
        fs::remove_all(found[i].path, ignored);
        --surplus;
    }
}

void publishBest(const fs::path& checkpoint, const fs::path& output) {
    publishBest([&](const fs::path& folder) {
        for (const auto& entry : fs::directory_iterator(checkpoint)) {
            if (!entry.is_regular_file() || isTrainerFile(entry.path())) continue;
            std::error_code error;
            fs::create_hard_link(entry.path(), folder / entry.path().filename(), error);
            if (error) fs::copy_file(entry.path(), folder / entry.path().filename());
        }
    }, output);
}

void publishBest(const std::function<void(const fs::path&)>& saveModel, const fs::path& output) {
    try {
        const TemporaryFolder temporary(output / "best.tmp");
        saveModel(temporary.path);
        base::syncFolder(temporary.path);
        replaceFolder(temporary.path, output / "best");
    } catch (const fs::filesystem_error& error) {
        throwIo(error);
    }
}

}  // namespace lathe::train
