// SPDX-License-Identifier: GPL-3.0-or-later
#include "job_feed.h"

namespace lathe::app {

JobFeed::JobFeed(bridge::Services& services, shell::JobStatus& status, QObject* parent) : QObject(parent), services_(services), status_(status) {
    status_.setWorkspace(services_.workspaceFolder());
    status_.setDevice(services_.deviceText());
    bridge::Runs& runs = services_.runs();
    connect(&runs, &bridge::Runs::started, this, &JobFeed::update);
    connect(&runs, &bridge::Runs::progressed, this, &JobFeed::update);
    connect(&runs, &bridge::Runs::stateChanged, this, &JobFeed::update);
    connect(&status_, &shell::JobStatus::pauseRequested, &runs, &bridge::Runs::pause);
    connect(&status_, &shell::JobStatus::resumeRequested, &runs, &bridge::Runs::resume);
    connect(&status_, &shell::JobStatus::stopRequested, &runs, &bridge::Runs::stop);
}

void JobFeed::update() {
    const bridge::Runs& runs = services_.runs();
    if (runs.activeId().isEmpty()) return status_.setJobs({});
    shell::Job job;
    job.id = runs.activeId();
    job.title = runs.activeId();
    job.panelId = QStringLiteral("runs");
    switch (runs.activeState()) {
        case RunState::Queued:
        case RunState::Preparing: job.state = shell::JobState::Waiting; break;
        case RunState::Paused: job.state = shell::JobState::Paused; break;
        case RunState::Stopping: job.state = shell::JobState::Stopping; break;
        default: job.state = shell::JobState::Running;
    }
    const StepProgress progress = runs.activeProgress();
    job.done = progress.step;
    job.total = progress.totalSteps;
    job.unit = tr("step");
    job.secondsLeft = progress.secondsLeft;
    status_.setJobs({job});
}

}  // namespace lathe::app
