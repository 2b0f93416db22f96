// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/run_files.h"

#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <functional>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <lathe/error.h>
#include <lathe/version.h>

#include "base/files.h"
#include "base/json.h"
#include "tensor/torch.h"
#include "tensor/torch_version.h"

namespace lathe::train {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file) {
    throw Error(ErrorCode::Io, fmt::format("{} cannot be written. The disk may be full or the folder read-only. Free space or choose another output folder.", file.string()), {file.string()});
}

void writeLine(std::ofstream& out, const std::string& line, const std::filesystem::path& file) {
    out << line << '\n';
    out.flush();
    if (!out) refuse(file);
}

base::OrderedJson numberOrNull(double value) { return std::isfinite(value) ? base::OrderedJson(value) : base::OrderedJson(nullptr); }

}  // namespace

std::string utcNow() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

RunFiles::RunFiles(const std::filesystem::path& folder, std::int64_t metricsBytes) : folder_(folder) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) {
        throw Error(ErrorCode::Io, fmt::format("The output folder {} cannot be made. {}. Choose a folder that can be written.", folder_.string(), error.message()), {folder_.string()});
    }
    const auto metricsFile = folder_ / "metrics.jsonl";
    if (metricsBytes >= 0 && std::filesystem::exists(metricsFile) && static_cast<std::int64_t>(std::filesystem::file_size(metricsFile)) > metricsBytes) {
        std::filesystem::resize_file(metricsFile, static_cast<std::uintmax_t>(metricsBytes));
    }
    const auto mode = std::ios::binary | (metricsBytes >= 0 ? std::ios::app : std::ios::trunc);
    metrics_.open(metricsFile, mode);
    if (!metrics_) refuse(metricsFile);
    log_.open(folder_ / "log.txt", mode);
    if (!log_) refuse(folder_ / "log.txt");
    samples_.open(folder_ / "samples.jsonl", mode);
    events_ = std::make_unique<EventFile>(folder_);
}

void RunFiles::writeRunFile(const RunSpec& spec, const Provenance& provenance, const RunResult* result) {
    base::OrderedJson root;
    root["lathe"] = 1;
    root["version"] = std::string(kVersion);
    root["spec"] = base::OrderedJson::parse(toJson(spec));
    root["provenance"] = base::OrderedJson{{"model", provenance.model}, {"dataset_fingerprint", provenance.datasetFingerprint}, {"tokenizer_hash", provenance.tokenizerHash},
                          {"libtorch", std::string(tensor::torchVersion())}, {"device", provenance.device}, {"precision", provenance.precision}, {"threads", provenance.threads},
                          {"started", provenance.started}};
    if (result != nullptr) {
        auto& outcome = root["result"];
        outcome = base::OrderedJson{{"state", std::string(runStateName(result->state))}, {"ended", utcNow()}, {"steps", result->steps}, {"epochs", result->epochs},
                   {"seconds", result->seconds}, {"best_metric_name", result->bestMetricName}, {"best_metric", numberOrNull(result->bestMetric)},
                   {"skipped_steps", result->skippedSteps}};
        for (const auto& [name, value] : result->validation) outcome["validation"][name] = numberOrNull(value);
    } else {
        root["result"] = nullptr;
    }
    base::writeFileAtomically(folder_ / "run.json", root.dump(2, ' ', false, base::OrderedJson::error_handler_t::replace) + "\n");
}

namespace {

/// Calls for each line that is a JSON object.
void forEachLine(const std::filesystem::path& file, const std::function<void(const base::OrderedJson&)>& read) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        const auto value = base::OrderedJson::parse(line, nullptr, false);
        if (value.is_object()) read(value);
    }
}

}  // namespace

std::vector<MetricPoint> readPoints(const std::filesystem::path& folder) {
    std::vector<MetricPoint> points;
    forEachLine(folder / "metrics.jsonl", [&](const base::OrderedJson& line) {
        if (!line.contains("step") || !line["step"].is_number_integer()) return;
        MetricPoint point;
        for (const auto& [name, value] : line.items()) {
            if (name == "step") point.step = value.get<std::int64_t>();
            else if (name == "split" && value.is_string()) point.split = value.get<std::string>();
            else if (name == "nonfinite") point.isFinite = false;
            else if (name == "epoch" && value.is_number()) point.epoch = value.get<double>();
            else if (name == "tokens" && value.is_number()) point.tokens = value.get<std::int64_t>();
            else if (name == "seconds" && value.is_number()) point.seconds = value.get<double>();
            else if (value.is_number()) point.values[name] = value.get<double>();
            else if (value.is_null()) point.values[name] = std::nan("");
        }
        points.push_back(std::move(point));
    });
    return points;
}

GridRun readRun(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "run.json";
    const auto root = base::OrderedJson::parse(base::readFile(file), nullptr, false);
    if (!root.is_object() || !root.contains("spec"))
        throw Error(ErrorCode::CorruptFile, fmt::format("{} is not a run's file. It has no settings in it. Choose the folder of a run.", file.string()), {file.string()});
    GridRun run{folder.filename().string(), parseRunSpec(root["spec"].dump(), file.string()), RunState::Interrupted, 0, readPoints(folder)};
    if (const auto result = root.value("result", base::OrderedJson()); result.is_object()) {
        run.seconds = result.value("seconds", 0.0);
        if (result.value("state", std::string()) == runStateName(RunState::Finished)) run.state = RunState::Finished;
    }
    return run;
}

std::vector<SampleOutput> readSamples(const std::filesystem::path& folder) {
    std::vector<SampleOutput> samples;
    std::set<std::tuple<std::int64_t, std::string, std::string>> seen;  // a run that goes on from a checkpoint writes what came after it once more
    forEachLine(folder / "samples.jsonl", [&](const base::OrderedJson& line) {
        const auto text = [&](const char* name) { return line.value(name, std::string()); };
        if (!line.contains("step") || !line["step"].is_number_integer()) return;
        if (!seen.emplace(line["step"].get<std::int64_t>(), text("prompt"), text("text")).second) return;
        samples.push_back({line["step"].get<std::int64_t>(), line.value("epoch", 0.0), text("prompt"), text("expected"), text("text"), {}});
        if (const auto reward = line.find("reward"); reward != line.end() && reward->is_number()) samples.back().reward = reward->get<double>();
    });
    return samples;
}

void RunFiles::addPoint(const MetricPoint& point) {
    base::OrderedJson line;
    line["step"] = point.step;
    line["epoch"] = point.epoch;
    line["split"] = point.split;
    for (const char* first : {"loss", "learning_rate", "grad_norm"}) {
        if (const auto found = point.values.find(first); found != point.values.end()) line[first] = numberOrNull(found->second);
    }
    line["tokens"] = point.tokens;
    line["seconds"] = std::round(point.seconds * 1e3) / 1e3;
    for (const auto& [name, value] : point.values) {
        if (!line.contains(name)) line[name] = numberOrNull(value);
    }
    if (!point.isFinite) line["nonfinite"] = true;
    writeLine(metrics_, line.dump(), folder_ / "metrics.jsonl");
    for (const auto& [name, value] : point.values) events_->addScalar(point.split + "/" + name, point.step, value);
}

void RunFiles::addSample(const SampleOutput& sample) {
    base::OrderedJson line = {{"step", sample.step}, {"epoch", sample.epoch}, {"prompt", sample.prompt}, {"expected", sample.expected}, {"text", sample.text}};
    if (sample.reward) line["reward"] = numberOrNull(*sample.reward);
    writeLine(samples_, line.dump(-1, ' ', false, base::OrderedJson::error_handler_t::replace), folder_ / "samples.jsonl");
}

void RunFiles::log(LogLevel level, const std::string& sentence) {
    const char* name = level == LogLevel::Error ? "error" : level == LogLevel::Warning ? "warning" : "info";
    writeLine(log_, fmt::format("{} {} {}", utcNow(), name, sentence), folder_ / "log.txt");
}

std::int64_t RunFiles::metricsBytes() { return static_cast<std::int64_t>(metrics_.tellp()); }

}  // namespace lathe::train
