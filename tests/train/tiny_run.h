// SPDX-License-Identifier: GPL-3.0-or-later
/// A two-layer GPT-2 with a byte tokenizer and a small table, made in a temporary folder: runs take milliseconds a step.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <lathe/run_spec.h>
#include <lathe/table.h>
#include <lathe/training.h>

#include "train/trainer.h"

namespace lathe::train {

/// A folder that is removed at the end of the test.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Writes config.json, model.safetensors and tokenizer.json. dropout is GPT-2's three rates.
void writeTinyModel(const std::filesystem::path& folder, double dropout = 0.0, const std::string& family = "gpt2");

/// Columns Question, Answer, Group: `rows` different sums.
TablePtr tinyTable(std::int64_t rows);

/// Two epochs over the tiny table, f32, one checkpoint an epoch, no samples.
RunSpec tinySpec();

/// Keeps all that a run says; `onMeasured` may stop or pause it.
class RecordingObserver : public TrainObserver {
public:
    void stateChanged(RunState state, const std::string& sentence) override;
    void measured(const MetricPoint& point) override;
    void happened(const RunEvent& event) override { events.push_back(event); }
    void sampled(const SampleOutput& sample) override { samples.push_back(sample); }
    void logged(LogLevel, const std::string& sentence) override { sentences.push_back(sentence); }

    std::vector<double> losses() const;  ///< of train points, in order
    std::int64_t count(const std::string& eventKind) const;

    std::vector<std::pair<RunState, std::string>> states;
    std::vector<MetricPoint> points;
    std::vector<RunEvent> events;
    std::vector<SampleOutput> samples;
    std::vector<std::string> sentences;
    std::function<void(const MetricPoint&)> onMeasured;
    std::function<void(RunState)> onState;
};

/// What a run left: SHA-256 of best/model.safetensors (or the adapter).
std::string weightsHash(const std::filesystem::path& folder);

}  // namespace lathe::train
