// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/runs.h"

#include <algorithm>
#include <chrono>
#include <mutex>

namespace lathe::bridge {
namespace {

using namespace std::chrono_literals;

bool hasEnded(RunState state) {
    return state == RunState::Stopped || state == RunState::Finished || state == RunState::Failed || state == RunState::Interrupted;
}

}  // namespace

/// Stores what the run's thread says until the window's next tick.
class Runs::Listener : public TrainObserver {
public:
    void stateChanged(RunState state, const std::string& sentence) override { change([&] { news_.state = {state, sentence}; }); }
    void progressed(const StepProgress& now) override { change([&] { news_.progress = now; }); }
    void measured(const MetricPoint& point) override { change([&] { news_.points.push_back(point); }); }
    void happened(const RunEvent& event) override { change([&] { news_.events.push_back(event); }); }
    void sampled(const SampleOutput& sample) override { change([&] { news_.samples.push_back(sample); }); }
    void logged(LogLevel level, const std::string& sentence) override { change([&] { news_.logs.emplace_back(level, sentence); }); }

    RunNews take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(news_, {});
    }

private:
    template <class Change>
    void change(Change apply) {
        const std::lock_guard lock(mutex_);
        apply();
    }

    std::mutex mutex_;
    RunNews news_;
};

Runs::Runs(Session& session, Background& background, QObject* parent) : QObject(parent), session_(session), background_(background) {
    tick_.setInterval(33ms);
    connect(&tick_, &QTimer::timeout, this, &Runs::giveNews);
}

Runs::~Runs() { stopAndWait(); }

const RunInfo* Runs::find(const QString& id) const {
    const auto found = std::find_if(list_.begin(), list_.end(), [&](const RunInfo& run) { return text(run.id) == id; });
    return found == list_.end() ? nullptr : &*found;
}

void Runs::refresh() {
    background_.run(
        this, [this](std::stop_token, const ProgressSink&) { return session_.runs(); },
        [this](std::vector<RunInfo> list) {
            list_ = std::move(list);
            Q_EMIT changed();
            if (goesOn_) startNext();
        },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void Runs::begin(std::function<std::shared_ptr<RunHandle>(const std::shared_ptr<TrainObserver>&)> start) {
    if (!activeId_.isEmpty() || isBeginning_) {
        Q_EMIT startFailed(tr("A run is working already. Two at once would slow each other down. Wait for it or stop it first."));
        return;
    }
    isBeginning_ = true;
    auto listener = std::make_shared<Listener>();
    background_.run(
        this, [start = std::move(start), listener](std::stop_token, const ProgressSink&) { return start(listener); },
        [this, listener](std::shared_ptr<RunHandle> handle) {
            isBeginning_ = false;
            listener_ = listener;
            active_ = std::move(handle);
            activeId_ = text(active_->id());
            activeState_ = RunState::Preparing;
            activeProgress_ = {};
            tick_.start();
            refresh();
            Q_EMIT started(activeId_);
        },
        [this](const QString& sentence) {
            isBeginning_ = false;
            Q_EMIT startFailed(sentence);
            if (goesOn_) refresh();  // it is marked as failed there; the next one's turn
        });
}

/// Also for the one that a person chose out of turn.
void Runs::startQueued(const QString& id) {
    goesOn_ = true;
    lastTried_ = id;
    begin([this, id = utf8(id)](const std::shared_ptr<TrainObserver>& observer) { return session_.startQueued(id, observer); });
}

void Runs::startNext() {
    if (!activeId_.isEmpty() || isBeginning_) return;
    // The list has the newest first; those that were queued together stand in falling order.
    const auto next = std::find_if(list_.rbegin(), list_.rend(), [](const RunInfo& run) { return run.state == RunState::Queued; });
    // One that still waits after it was tried could not even be marked as failed, such as on a full disk: trying on would never end.
    goesOn_ = next != list_.rend() && text(next->id) != lastTried_;
    if (goesOn_) startQueued(text(next->id));
}

void Runs::startGrid(const RunSpec& base, const std::vector<GridAxis>& axes) {
    background_.run(
        this, [this, base, axes](std::stop_token, const ProgressSink&) { return session_.queueGrid(base, axes); },
        [this](const std::vector<std::string>& ids) {
            QStringList queued;
            for (const std::string& id : ids) queued << text(id);
            goesOn_ = true;
            Q_EMIT gridQueued(queued);
            refresh();
        },
        [this](const QString& sentence) { Q_EMIT startFailed(sentence); });
}

void Runs::start(const RunSpec& spec) {
    begin([this, spec](const std::shared_ptr<TrainObserver>& observer) { return session_.startRun(spec, observer); });
}

void Runs::continueRun(const QString& id) {
    if (const RunInfo* run = find(id); run != nullptr && run->state == RunState::Queued) return startQueued(id);
    begin([this, id](const std::shared_ptr<TrainObserver>& observer) {
        return session_.continueRun(parseRunSpec(session_.run(utf8(id)).specJson, "the run's settings"), observer);
    });
}

void Runs::pause() { if (active_) active_->pause(); }
void Runs::resume() { if (active_) active_->resume(); }
void Runs::stop() {
    goesOn_ = false;  // who stops a run of a grid wants the machine back; those that wait stay in the list
    if (active_) active_->stop();
}
void Runs::change(const QString& id, double value) { if (active_) active_->change(utf8(id), value); }

void Runs::stopAndWait() {
    goesOn_ = false;
    if (!active_) return;
    active_->stop();
    try {
        active_->wait();
    } catch (const std::exception&) {
        // The run's own state and log already say why it failed.
    }
    giveNews();
}

void Runs::giveNews() {
    if (!listener_) return;
    const RunNews news = listener_->take();
    const QString id = activeId_;
    if (news.progress) {
        activeProgress_ = *news.progress;
        Q_EMIT progressed(id, activeProgress_);
    }
    if (!news.points.empty()) Q_EMIT measured(id, news.points);
    if (!news.events.empty()) Q_EMIT happened(id, news.events);
    if (!news.samples.empty()) Q_EMIT sampled(id, news.samples);
    if (!news.state) return;
    activeState_ = news.state->first;
    if (hasEnded(activeState_)) {
        tick_.stop();
        listener_.reset();
        active_.reset();
        activeId_.clear();
        refresh();
    }
    Q_EMIT stateChanged(id, news.state->first, text(news.state->second));
}

void Runs::remove(const QString& id) {
    background_.run(
        this, [this, id](std::stop_token, const ProgressSink&) { session_.removeRun(utf8(id)); }, [this, id] { Q_EMIT removed(id); refresh(); },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void Runs::restore(const QString& id) {
    background_.run(
        this, [this, id](std::stop_token, const ProgressSink&) { session_.restoreRun(utf8(id)); }, [this] { refresh(); },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

WorkPtr Runs::history(QObject* context, const QString& id, std::function<void(const RunHistory&)> done, Background::Failed failed) {
    return background_.run(
        context,
        [this, id = utf8(id)](std::stop_token, const ProgressSink&) {
            return RunHistory{session_.run(id), session_.metrics(id), session_.events(id), session_.samples(id), session_.logLines(id), session_.checkpoints(id)};
        },
        std::move(done), std::move(failed));
}

WorkPtr Runs::grid(QObject* context, const QString& id, std::function<void(const GridTable&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, id = utf8(id)](std::stop_token, const ProgressSink&) { return session_.grid(id); }, std::move(done), std::move(failed));
}

WorkPtr Runs::labelBench(QObject* context, const QString& id, std::function<void(const std::shared_ptr<LabelBench>&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, id = utf8(id)](std::stop_token stop, const ProgressSink&) { return session_.labelBench(id, std::move(stop)); }, std::move(done), std::move(failed));
}

WorkPtr Runs::check(QObject* context, const RunSpec& spec, std::function<void(const std::vector<SpecCheck>&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, spec](std::stop_token stop, const ProgressSink&) { return session_.check(spec, std::move(stop)); }, std::move(done), std::move(failed));
}

WorkPtr Runs::forecast(QObject* context, const RunSpec& spec, Session::Probe probe, std::function<void(const Forecast&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, spec, probe](std::stop_token stop, const ProgressSink&) { return session_.forecast(spec, probe, std::move(stop)); }, std::move(done),
        std::move(failed));
}

WorkPtr Runs::proveAccumulation(QObject* context, const RunSpec& spec, std::int64_t rows, std::int64_t parts, std::function<void(const AccumulationProof&)> done,
                                Background::Failed failed) {
    return background_.run(
        context, [this, spec, rows, parts](std::stop_token stop, const ProgressSink&) { return session_.proveAccumulation(spec, rows, parts, std::move(stop)); }, std::move(done),
        std::move(failed));
}

WorkPtr Runs::checkPrecision(QObject* context, const RunSpec& spec, std::function<void(const PrecisionCheck&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, spec](std::stop_token stop, const ProgressSink&) { return session_.checkPrecision(spec, std::move(stop)); }, std::move(done), std::move(failed));
}

WorkPtr Runs::previewRow(QObject* context, const RunSpec& spec, std::int64_t row, std::function<void(const std::vector<TokenView>&)> done,
                         Background::Failed failed) {
    return background_.run(
        context, [this, spec, row](std::stop_token stop, const ProgressSink&) { return session_.previewRow(spec, row, std::move(stop)); }, std::move(done),
        std::move(failed));
}

}  // namespace lathe::bridge
