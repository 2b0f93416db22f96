// SPDX-License-Identifier: GPL-3.0-or-later
/// The training loop of one run; see train() for the contract.
#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tasks/task.h"
#include "train/checkpoints.h"
#include "train/run_files.h"
#include "train/setup.h"
#include "train/trainer.h"

namespace lathe::train {

class RunLoop {
public:
    RunLoop(const RunInputs& inputs, TrainObserver& observer, RunControl& control);
    RunResult run();

private:
    struct StopAsked {};  ///< leaves whatever is under way; state_ is at the last optimiser step

    // Preparing (run_loop_start.cpp)
    void prepare();
    void refuseForeignFolder() const;
    std::optional<std::filesystem::path> findResumePoint();
    /// A run that left the choice to a machine keeps it on another.
    void keepPrecision(const std::string& precision);
    void checkSameRun(const TrainerState& saved) const;
    void loadFrom(const std::optional<std::filesystem::path>& checkpoint);
    void describeStart(const std::optional<std::filesystem::path>& checkpoint);

    // One global step
    void step();
    struct UpdateResult {
        double sum = 0;
        double count = 0;
        double gradientNorm = 0;
        bool isFinite = true;
        tasks::Means extra;
        std::int64_t tokens = 0;
    };
    UpdateResult update(const tasks::Update& examples, std::size_t number, double learningRate);
    void recordStep(const UpdateResult& total, double learningRate, double seconds);
    void afterNonFinite();
    double learningRate() const;

    // Around steps (run_loop_events.cpp)
    void afterStep();
    bool isDue(const std::string& strategy, std::int64_t every) const;
    void evaluate();
    void noteMetric(double value);
    void sample();
    void tell(const SampleOutput& sample);
    void save(const std::string& reason);
    /// Waits for the checkpoint that is on its way to the disk and tells of it. Returns why it failed, or nothing.
    std::optional<std::string> collectSave();
    struct SaveJob {
        PendingCheckpoint pending;
        std::int64_t step = 0;
        std::atomic<bool> isDone{false};
        std::exception_ptr error;  ///< written before isDone
        std::jthread thread;
    };
    std::uint64_t neededBytes() const;
    void saveModelInto(const std::filesystem::path& folder);
    void publish();
    RunResult finish(RunState state);
    void pauseWith(const std::string& sentence);
    void breathe();  ///< pause, changes and stop are honoured here; throws StopAsked
    void waitWhilePaused(const std::string& sentence);
    void applyChanges();
    RunResult stopped();
    void log(LogLevel level, const std::string& sentence);
    void announce(RunState state, const std::string& sentence);
    void progress(const std::string& stage);
    double secondsSoFar() const;
    double epoch() const { return static_cast<double>(state_.step) / static_cast<double>(plan_.stepsPerEpoch); }

    const RunInputs& inputs_;
    const RunSpec& spec_;
    TrainObserver& observer_;
    RunControl& control_;
    Placement placement_;
    std::unique_ptr<tasks::Task> task_;
    TrainingModel target_;
    Plan plan_;
    TrainerState state_;
    std::unique_ptr<RunFiles> files_;
    Provenance provenance_;
    std::unique_ptr<SaveJob> saving_;
    std::filesystem::path lastCheckpoint_;
    std::int64_t lastSavedStep_ = -1;
    std::uint64_t lastCheckpointBytes_ = 0;
    bool isStopping_ = false;     ///< early stopping decided
    bool improved_ = false;       ///< the evaluation at this step is the best so far
    bool isCommitted_ = false;    ///< some but not all updates of a step are done: a stop waits for the others, else a checkpoint would lie between steps
    std::optional<std::string> stateBeforeStep_;  ///< of the task, while a step is under way: a plan may change it (PPO's coefficient)
    std::int64_t orderEpoch_ = -1;
    std::vector<std::int64_t> order_;
    UpdateResult logged_;         ///< sums since the last metric line
    std::int64_t loggedSteps_ = 0;
    std::int64_t loggedEpisodes_ = 0;
    double loggedSeconds_ = 0;
    double loggedNorm_ = 0;
    std::int64_t reportedHits_ = 0;
    std::int64_t reportedMisses_ = 0;
    std::deque<double> stepSeconds_;
    std::chrono::steady_clock::time_point started_;
    double pausedSeconds_ = 0;
    double earlierSeconds_ = 0;   ///< of the run before it was resumed
};

}  // namespace lathe::train
