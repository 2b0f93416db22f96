// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <QObject>
#include <QString>
#include <QTimer>

#include <lathe/session.h>

#include "bridge/background.h"

namespace lathe::bridge {

/// What came from one run since the last tick: curves lose no point, counters keep the newest.
struct RunNews {
    std::vector<MetricPoint> points;
    std::vector<RunEvent> events;
    std::vector<SampleOutput> samples;
    std::vector<std::pair<LogLevel, std::string>> logs;
    std::optional<StepProgress> progress;
    std::optional<std::pair<RunState, std::string>> state;

    bool isEmpty() const { return points.empty() && events.empty() && samples.empty() && logs.empty() && !progress && !state; }
};

/// Everything stored about a run, for a panel that opens it.
struct RunHistory {
    RunInfo info;
    std::vector<MetricPoint> points;
    std::vector<RunEvent> events;
    std::vector<SampleOutput> samples;
    std::vector<LogLine> logs;
    std::vector<CheckpointInfo> checkpoints;
};

/// Training runs: starts, steers and remembers them. Lives on the window's thread. What a run says is collected and
/// given on every 33 ms at most, one signal a kind, so that a fast run cannot flood the window.
class Runs : public QObject {
    Q_OBJECT
public:
    Runs(Session& session, Background& background, QObject* parent = nullptr);
    ~Runs() override;

    const std::vector<RunInfo>& list() const { return list_; }
    const RunInfo* find(const QString& id) const;
    /// The run of this process that works now; empty if none does.
    QString activeId() const { return activeId_; }
    RunState activeState() const { return activeState_; }
    StepProgress activeProgress() const { return activeProgress_; }

    void refresh();
    /// `started` or `startFailed` follows.
    void start(const RunSpec& spec);
    /// Keeps a waiting run for each combination and starts the first, or leaves that to the run that works now. `gridQueued`, then `started` follow,
    /// or `startFailed`.
    void startGrid(const RunSpec& base, const std::vector<GridAxis>& axes);
    /// A waiting run is started, and those that wait after it follow.
    void continueRun(const QString& id);
    void pause();
    void resume();
    void stop();
    /// Of the active run, while it goes on or waits: "ppo.kl_coef".
    void change(const QString& id, double value);
    /// Asks the active run to stop and waits until it has saved; for closing the window.
    void stopAndWait();

    void remove(const QString& id);  ///< `removed` follows; undo with restore
    void restore(const QString& id);
    WorkPtr history(QObject* context, const QString& id, std::function<void(const RunHistory&)> done, Background::Failed failed);

    WorkPtr grid(QObject* context, const QString& id, std::function<void(const GridTable&)> done, Background::Failed failed);

    WorkPtr labelBench(QObject* context, const QString& id, std::function<void(const std::shared_ptr<LabelBench>&)> done, Background::Failed failed);

    WorkPtr check(QObject* context, const RunSpec& spec, std::function<void(const std::vector<SpecCheck>&)> done, Background::Failed failed);
    WorkPtr forecast(QObject* context, const RunSpec& spec, Session::Probe probe, std::function<void(const Forecast&)> done, Background::Failed failed);
    WorkPtr proveAccumulation(QObject* context, const RunSpec& spec, std::int64_t rows, std::int64_t parts, std::function<void(const AccumulationProof&)> done,
                              Background::Failed failed);
    WorkPtr checkPrecision(QObject* context, const RunSpec& spec, std::function<void(const PrecisionCheck&)> done, Background::Failed failed);
    WorkPtr previewRow(QObject* context, const RunSpec& spec, std::int64_t row, std::function<void(const std::vector<TokenView>&)> done,
                       Background::Failed failed);

Q_SIGNALS:
    void changed();
    void started(const QString& id);
    void startFailed(const QString& sentence);
    void gridQueued(const QStringList& ids);
    void failed(const QString& sentence);
    void removed(const QString& id);
    void stateChanged(const QString& id, lathe::RunState state, const QString& sentence);
    void progressed(const QString& id, const lathe::StepProgress& progress);
    void measured(const QString& id, const std::vector<lathe::MetricPoint>& points);
    void happened(const QString& id, const std::vector<lathe::RunEvent>& events);
    void sampled(const QString& id, const std::vector<lathe::SampleOutput>& samples);

private:
    class Listener;
    void begin(std::function<std::shared_ptr<RunHandle>(const std::shared_ptr<TrainObserver>&)> start);
    void startQueued(const QString& id);
    void startNext();
    void giveNews();

    Session& session_;
    Background& background_;
    std::vector<RunInfo> list_;
    std::shared_ptr<Listener> listener_;
    std::shared_ptr<RunHandle> active_;
    QString activeId_;
    RunState activeState_ = RunState::Finished;
    StepProgress activeProgress_;
    bool isBeginning_ = false;  ///< a run was asked for and has not started yet
    QString lastTried_;         ///< waiting run that was started last
    bool goesOn_ = false;       ///< the next waiting run starts when the present one has ended
    QTimer tick_;
};

}  // namespace lathe::bridge
