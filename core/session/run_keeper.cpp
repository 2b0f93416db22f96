// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_keeper.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <thread>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <lathe/error.h>

#include "train/run_files.h"

namespace lathe::session {
namespace {

/// Keeps what comes by in the workspace, then hands it on.
class Recorder : public TrainObserver {
public:
    Recorder(workspace::RunRecord record, workspace::Workspace* workspace, std::shared_ptr<TrainObserver> next)
        : record_(std::move(record)), workspace_(workspace), next_(std::move(next)) {}

    void stateChanged(RunState state, const std::string& sentence) override {
        state_.store(state);
        record_.state = state;
        record_.sentence = sentence;
        // The good ends are told by ended(), when the result is known and saved.
        if (state == RunState::Finished || state == RunState::Stopped) return;
        save();
        if (next_) next_->stateChanged(state, sentence);
    }
    void progressed(const StepProgress& now) override {
        record_.step = now.step;
        record_.totalSteps = now.totalSteps;
        if (next_) next_->progressed(now);
    }
    void measured(const MetricPoint& point) override {
        record_.seconds = point.seconds;
        if (workspace_ != nullptr) {
            workspace_->addPoint(record_.id, point);
            workspace_->setProgress(record_.id, record_.step, record_.totalSteps, record_.seconds);
        }
        if (next_) next_->measured(point);
    }
    void happened(const RunEvent& event) override {
        // Going back to a checkpoint: what was measured after it will be measured again.
        if (workspace_ != nullptr && event.kind == "resume") workspace_->dropAfterStep(record_.id, event.step);
        if (workspace_ != nullptr) workspace_->addEvent(record_.id, event);
        if (next_) next_->happened(event);
    }
    void sampled(const SampleOutput& sample) override {
        if (workspace_ != nullptr) workspace_->addSample(record_.id, sample);
        if (next_) next_->sampled(sample);
    }
    void logged(LogLevel level, const std::string& sentence) override {
        if (workspace_ != nullptr) workspace_->addLog(record_.id, level, sentence);
        if (next_) next_->logged(level, sentence);
    }

    void ended(const RunResult& result) {
        record_.seconds = result.seconds;
        record_.step = result.steps;
        record_.bestMetricName = result.bestMetricName;
        if (!result.bestMetricName.empty()) record_.bestMetric = result.bestMetric;
        if (record_.state != result.state) record_.sentence.clear();
        record_.state = result.state;
        state_.store(result.state);
        save();
        if (next_) next_->stateChanged(result.state, record_.sentence);
    }
    RunState state() const { return state_.load(); }

private:
    void save() {
        if (workspace_ == nullptr) return;
        try {
            workspace_->saveRun(record_);
        } catch (const Error& error) {
            // Training goes on: the output folder has everything, and the workspace tries again at the next change.
            if (next_) next_->logged(LogLevel::Warning, error.what());
        }
    }

    workspace::RunRecord record_;
    workspace::Workspace* workspace_;
    std::shared_ptr<TrainObserver> next_;
    std::atomic<RunState> state_{RunState::Queued};
};

/// Ten steps nicer than the window's thread; the compute library's threads inherit it from here.
void lowerPriority() { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10); }

class LocalRun : public RunHandle {
public:
    LocalRun(train::RunInputs inputs, workspace::RunRecord record, workspace::Workspace* workspace, std::shared_ptr<TrainObserver> observer)
        : id_(record.id), recorder_(std::move(record), workspace, std::move(observer)), result_(promise_.get_future().share()) {
        thread_ = std::jthread([this, inputs = std::move(inputs)] { work(inputs); });
    }
    ~LocalRun() override { control_.stop(); }

    const std::string& id() const override { return id_; }
    RunState state() const override { return recorder_.state(); }
    void pause() override { control_.pause(); }
    void resume() override { control_.resume(); }
    void stop() override { control_.stop(); }
    void change(const std::string& id, double value) override { control_.change(id, value); }
    RunResult wait() override { return result_.get(); }

private:
    void work(const train::RunInputs& inputs) {
        lowerPriority();
        try {
            const RunResult result = train::train(inputs, recorder_, control_);
            recorder_.ended(result);
            promise_.set_value(result);
        } catch (const Error& error) {
            recorder_.stateChanged(RunState::Failed, error.what());
            promise_.set_exception(std::current_exception());
        } catch (...) {
            recorder_.stateChanged(RunState::Failed, "Something went wrong inside Lathe. The run's newest checkpoint is kept. Please report this.");
            promise_.set_exception(std::current_exception());
        }
    }

    std::string id_;
    Recorder recorder_;
    train::RunControl control_;
    std::promise<RunResult> promise_;
    std::shared_future<RunResult> result_;
    std::jthread thread_;  // last: joined before what it uses goes
};

/// A run that began without this workspace brings its curves and samples along.
void adoptHistory(workspace::Workspace& workspace, const std::string& run, const std::filesystem::path& output) {
    for (const MetricPoint& point : train::readPoints(output)) workspace.addPoint(run, point);
    for (const SampleOutput& sample : train::readSamples(output)) workspace.addSample(run, sample);
}

}  // namespace

std::shared_ptr<RunHandle> launchRun(train::RunInputs inputs, workspace::RunRecord record, workspace::Workspace* workspace,
                                     std::shared_ptr<TrainObserver> observer) {
    if (workspace != nullptr) {
        workspace->saveRun(record);
        if (inputs.start == train::Start::Resume && workspace->points(record.id).empty()) adoptHistory(*workspace, record.id, inputs.output);
    }
    return std::make_shared<LocalRun>(std::move(inputs), std::move(record), workspace, std::move(observer));
}

}  // namespace lathe::session
