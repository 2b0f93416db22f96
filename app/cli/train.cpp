// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "command.h"
#include "grid_table.h"
#include "spec_file.h"

namespace lathe::cli {
namespace {

struct Options {
    std::string spec;
    std::string defaultTask;
    std::vector<std::string> settings;
    std::vector<std::string> grid;
    bool isResume = false;
    std::string output;
};

Json pointJson(const MetricPoint& point) {
    Json value{{"step", point.step}, {"epoch", point.epoch}, {"split", point.split}};
    for (const auto& [name, number] : point.values) value[name] = number;
    value["tokens"] = point.tokens;
    value["seconds"] = point.seconds;
    if (!point.isFinite) value["nonfinite"] = true;
    return value;
}

/// Shows a run on the terminal, or as JSON lines.
class TerminalObserver : public TrainObserver {
public:
    TerminalObserver(Output& output, std::stop_source stop) : output_(output), stop_(std::move(stop)) {}

    /// Why the run paused by itself, such as a full disk; empty if it did not. To be asked after the run has ended.
    const std::string& pauseSentence() const { return pauseSentence_; }

    void stateChanged(RunState state, const std::string& sentence) override {
        if (state == RunState::Paused) {
            // Nobody can put it right and press Go on here; --resume does that.
            pauseSentence_ = sentence;
            stop_.request_stop();
        }
        if (output_.isJson) output_.json({{"state", runStateName(state)}, {"sentence", sentence}});
    }
    void progressed(const StepProgress& now) override {
        const std::string left = secondsLeftText(now.secondsLeft);
        const std::string loss = lastLoss_.empty() ? "" : fmt::format("loss {}  ", lastLoss_);
        const std::string speed = now.tokensPerSecond > 0 ? fmt::format("{:.0f} tokens/s  ", now.tokensPerSecond) : "";
        output_.progress({now.stage, static_cast<double>(now.step), static_cast<double>(now.totalSteps)},
                         fmt::format("step {} of {}  {}{}{}", now.step, now.totalSteps, loss, speed, left));
    }
    void measured(const MetricPoint& point) override {
        if (output_.isJson) return output_.json(pointJson(point));
        if (const auto loss = point.values.find("loss"); point.split == "train" && loss != point.values.end()) lastLoss_ = fmt::format("{:.4f}", loss->second);
        if (point.split == "train") return;
        std::string text;
        for (const auto& [name, number] : point.values) text += fmt::format("  {} {:.4f}", name, number);
        output_.line(fmt::format("epoch {:.2f}, step {}: {}{}", point.epoch, point.step, point.split, text));
    }
    void happened(const RunEvent& event) override {
        if (output_.isJson) output_.json({{"event", event.kind}, {"step", event.step}, {"sentence", event.sentence}});
        else if (event.kind != "checkpoint") output_.line(event.sentence);
    }
    void sampled(const SampleOutput& sample) override {
        if (!output_.isJson) return;
        Json line{{"sample", sample.text}, {"prompt", sample.prompt}, {"expected", sample.expected}, {"step", sample.step}};
        if (sample.reward) line["reward"] = *sample.reward;
        output_.json(line);
    }
    void logged(LogLevel level, const std::string& sentence) override {
        if (level != LogLevel::Info) output_.remark((level == LogLevel::Warning ? "warning: " : "error: ") + sentence);
        else output_.line(sentence);
    }

private:
    Output& output_;
    std::stop_source stop_;
    std::string pauseSentence_;
    std::string lastLoss_;
};

void report(Output& output, const RunResult& result, const std::string& folder) {
    if (output.isJson) {
        output.json({{"result", runStateName(result.state)}, {"steps", result.steps}, {"epochs", result.epochs}, {"seconds", result.seconds},
                     {"best_metric", result.bestMetricName}, {"best", result.bestMetric}, {"best_model", result.bestModel.string()},
                     {"last_checkpoint", result.lastCheckpoint.string()}, {"skipped_steps", result.skippedSteps}, {"output", folder}});
        return;
    }
    output.line(fmt::format("{} after {} steps in {}.", result.state == RunState::Finished ? "Finished" : "Stopped", result.steps, durationText(result.seconds)));
    if (!result.bestMetricName.empty()) output.line(fmt::format("Best {}: {:.4f}.", result.bestMetricName, result.bestMetric));
    if (!result.bestModel.empty()) output.line(fmt::format("Model: {}", result.bestModel.string()));
    if (result.state == RunState::Stopped && !result.lastCheckpoint.empty()) output.line(fmt::format("Continue it with --resume. Checkpoint: {}", result.lastCheckpoint.string()));
}

/// Trains as one RunSpec says, to the end or a stop.
RunState train(Context& context, const RunSpec& spec, bool isResume) {
    Session& session = context.session();
    const auto observer = std::make_shared<TerminalObserver>(context.output, context.stop);
    const auto handle = isResume ? session.continueRun(spec, observer) : session.startRun(spec, observer);
    const std::stop_callback stopRun(context.stop.get_token(), [&handle] { handle->stop(); });
    const RunResult result = handle->wait();
    if (!observer->pauseSentence().empty()) throw Error(ErrorCode::Io, observer->pauseSentence());
    report(context.output, result, spec.output);
    return result.state;
}

bool isFinished(const std::filesystem::path& folder) {
    std::ifstream file(folder / "run.json");
    const Json run = Json::parse(file, nullptr, false);
    return run.is_object() && run.contains("result") && run["result"].is_object() && run["result"].value("state", std::string()) == runStateName(RunState::Finished);
}

/// Says which run of several comes now. True if it was finished before and is passed over.
bool announce(Context& context, const RunSpec& spec, std::size_t place, std::size_t of, bool isResume) {
    const bool wasFinished = isResume && isFinished(spec.output);
    if (context.output.isJson) context.output.json({{"run", place + 1}, {"of", of}, {"name", spec.name}, {"finished_before", wasFinished}});
    else context.output.line(fmt::format("Run {} of {}: {}{}", place + 1, of, spec.name, wasFinished ? " (finished before)" : ""));
    return wasFinished;
}

RunState trainOneOf(Context& context, const RunSpec& spec, bool isResume) {
    return train(context, spec, isResume && std::filesystem::exists(spec.output));
}

void runSequence(Context& context, const std::vector<RunSpec>& steps, bool isResume) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (announce(context, steps[i], i, steps.size(), isResume)) continue;
        if (trainOneOf(context, steps[i], isResume) != RunState::Finished) return;
    }
}

/// All combinations, one run each; a run that fails is told and passed over. Then the table of results.
void runGrid(Context& context, const RunSpec& base, const Options& options) {
    std::vector<GridAxis> axes;
    for (const std::string& axis : options.grid) axes.push_back(parseGridAxis(axis));
    std::vector<RunSpec> specs = gridSpecs(base, base.name, axes);
    const std::filesystem::path folder = options.output.empty() ? "runs/" + base.name : options.output;
    keepIn(folder, specs);
    std::vector<std::filesystem::path> done;
    std::size_t failures = 0;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        bool isDone = announce(context, specs[i], i, specs.size(), options.isResume);
        try {
            if (!isDone && trainOneOf(context, specs[i], options.isResume) != RunState::Finished) break;
            isDone = true;
        } catch (const Error& error) {
            if (context.stop.stop_requested() || error.code() == ErrorCode::Io) throw;
            ++failures;
            context.output.remark(fmt::format("error: {}: {}", specs[i].name, error.what()));
        }
        if (isDone) done.push_back(specs[i].output);
    }
    if (!done.empty()) {
        const GridTable table = context.session().gridOfFolders(done);
        showGrid(context.output, table);
        writeGridCsv(table, folder);
    }
    if (failures > 0)
        throw Error(ErrorCode::InvalidInput, fmt::format("{} of the {} runs of the grid failed. Each said why above. Put that right; --resume runs only those that are not finished.", failures, specs.size()));
}

void run(Context& context, const Options& options) {
    if (!options.defaultTask.empty()) {
        std::fputs(toJson(defaultRunSpec(options.defaultTask)).c_str(), stdout);
        return;
    }
    if (options.spec.empty()) throw CLI::RequiredError("SPEC.json or --default TASK");
    std::vector<RunSpec> steps = readSpecFiles(options.spec, options.settings);
    if (!options.grid.empty()) {
        if (steps.size() > 1)
            throw Error(ErrorCode::InvalidInput, fmt::format("{} is a sequence of {} runs. A grid varies one run. Give --grid a RunSpec without \"steps\".", options.spec, steps.size()), {options.spec});
        return runGrid(context, steps.front(), options);
    }
    if (steps.size() == 1) {
        if (!options.output.empty()) steps.front().output = options.output;
        train(context, steps.front(), options.isResume);
        return;
    }
    if (!options.output.empty()) keepIn(options.output, steps);
    runSequence(context, steps, options.isResume);
}

}  // namespace

void addTrain(CLI::App& app, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("train", "Fine-tune a model as a RunSpec says");
    command->add_option("spec", options->spec, "RunSpec file, or a sequence of them (\"steps\")");
    command->add_option("--set", options->settings, "Change a setting, such as training.learning_rate=1e-4")->take_all();
    command->add_option("--grid", options->grid, "Train once for each value, such as training.learning_rate=1e-4,3e-4; with several, for each combination. Ends with a table of results")->take_all();
    command->add_flag("--resume", options->isResume, "Continue the newest checkpoint in the output folder");
    command->add_option("--output", options->output, "Folder of the run, or of the runs of a sequence or grid (default: the spec's)");
    command->add_option("--default", options->defaultTask, "Print a full RunSpec of this task");
    command->callback([&context, options] { run(context, *options); });
}

}  // namespace lathe::cli
