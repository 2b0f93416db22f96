// SPDX-License-Identifier: GPL-3.0-or-later
/// What a run writes beside checkpoints: run.json, metrics.jsonl, events.out.tfevents.*, log.txt.
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <lathe/grid.h>
#include <lathe/run_spec.h>
#include <lathe/training.h>

#include "train/event_file.h"

namespace lathe::train {

/// Where a run came from; part of run.json.
struct Provenance {
    std::string model;               ///< resolved path
    std::string datasetFingerprint;
    std::string tokenizerHash;
    std::string device;
    std::string precision;
    int threads = 0;
    std::string started;             ///< UTC, ISO 8601
};

class RunFiles {
public:
    /// Makes the folder and opens the files. metricsBytes >= 0: a resumed run; metrics.jsonl is cut back to that length first.
    /// Throws Io.
    RunFiles(const std::filesystem::path& folder, std::int64_t metricsBytes);

    void writeRunFile(const RunSpec& spec, const Provenance& provenance, const RunResult* result);
    void addPoint(const MetricPoint& point);
    void addSample(const SampleOutput& sample);
    void log(LogLevel level, const std::string& sentence);
    std::int64_t metricsBytes();  ///< length of metrics.jsonl so far
    const std::filesystem::path& folder() const { return folder_; }

private:
    std::filesystem::path folder_;
    std::ofstream metrics_;
    std::ofstream log_;
    std::ofstream samples_;
    std::unique_ptr<EventFile> events_;
};

/// What metrics.jsonl and samples.jsonl of a run's folder hold; empty without the file. A last line that was cut off by a kill
/// is left out, as are lines of another program.
std::vector<MetricPoint> readPoints(const std::filesystem::path& folder);
std::vector<SampleOutput> readSamples(const std::filesystem::path& folder);

/// Settings, state and points of the run in a folder. Throws NotFound, CorruptFile.
GridRun readRun(const std::filesystem::path& folder);

/// Now, as UTC in ISO 8601.
std::string utcNow();

}  // namespace lathe::train
