// SPDX-License-Identifier: GPL-3.0-or-later
#include "status_line.h"

#include "job_status.h"
#include "process_memory.h"
#include "widgets/controls.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"
#include "widgets/theme.h"

#include <QBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTimer>

#include <chrono>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace lathe::shell {
namespace {

constexpr int kBarWidth = 96;
constexpr int kWidestWorkspace = 360;
constexpr int kBarSteps = 1000;

} // namespace

QString jobProgressText(const Job& job) {
    switch (job.state) {
    case JobState::Waiting:
        return StatusLine::tr("Waiting");
    case JobState::Pausing:
        return StatusLine::tr("Pausing after this step");
    case JobState::Paused:
        return StatusLine::tr("Paused");
    case JobState::Stopping:
        return job.savesOnStop ? StatusLine::tr("Stopping and saving") : StatusLine::tr("Stopping");
    case JobState::Running:
        break;
    }
    const QString eta = etaText(job.secondsLeft);
    if (!eta.isEmpty()) {
        return eta;
    }
    if (job.total > 0) {
        return job.unit.isEmpty() ? StatusLine::tr("%1 of %2").arg(formatCount(job.done), formatCount(job.total))
                                  : StatusLine::tr("%1 %2 of %3").arg(job.unit, formatCount(job.done), formatCount(job.total));
    }
    return job.done > 0 ? formatCount(job.done) : StatusLine::tr("Running");
}

StatusLine::StatusLine(JobStatus& status, QWidget* parent)
    : QWidget(parent), status_(status), workspace_(new ElidedLabel), device_(label({}, TextRole::Secondary)), memory_(label({}, TextRole::Secondary)),
      work_(new QWidget), title_(button(u"shell.job"_qs, {}, ButtonKind::Quiet)), progress_(label({}, TextRole::Secondary)), bar_(new QProgressBar),
      pause_(button(u"shell.pause"_qs, {}, ButtonKind::Quiet)), stop_(button(u"shell.stop"_qs, tr("Stop"), ButtonKind::Quiet, u"player-stop"_qs)) {
    setObjectName(u"shell.status"_qs);
    setProperty("role", u"statusline"_qs);
    setAttribute(Qt::WA_StyledBackground);
    workspace_->setSecondary(true);
    workspace_->setMaximumWidth(kWidestWorkspace);
    workspace_->setElideMode(Qt::ElideMiddle);
    workspace_->setObjectName(u"shell.workspace"_qs);
    device_->setObjectName(u"shell.device"_qs);
    memory_->setObjectName(u"shell.memory"_qs);
    progress_->setObjectName(u"shell.progress"_qs);
    progress_->setAccessibleName(tr("Progress"));
    memory_->setToolTip(tr("Memory that this program uses"));
    bar_->setFixedWidth(kBarWidth);
    bar_->setTextVisible(false);
    bar_->setRange(0, kBarSteps);

    auto* work = row(work_, metrics::kSpace8);
    for (QWidget* part : {static_cast<QWidget*>(title_), static_cast<QWidget*>(bar_), static_cast<QWidget*>(progress_), static_cast<QWidget*>(pause_),
                          static_cast<QWidget*>(stop_)}) {
        work->addWidget(part);
    }
    auto* line = row(this, metrics::kSpace16);
    line->setContentsMargins(metrics::kSpace16, 1, metrics::kSpace8, 0);
    line->addWidget(workspace_);
    line->addWidget(device_);
    line->addWidget(memory_);
    line->addStretch(1);
    line->addWidget(work_);
    setFixedHeight(std::max(metrics::kRowHeight + 2, stop_->sizeHint().height() + 2));

    connect(title_, &QPushButton::clicked, this, [this] {
        if (status_.isBusy()) {
            Q_EMIT jobClicked(status_.jobs().first().panelId);
        }
    });
    connect(pause_, &QPushButton::clicked, this, [this] {
        if (!status_.isBusy()) {
            return;
        }
        const Job& job = status_.jobs().first();
        if (job.state == JobState::Paused) {
            status_.requestResume(job.id);
        } else {
            status_.requestPause(job.id);
        }
    });
    connect(stop_, &QPushButton::clicked, this, [this] {
        if (status_.isBusy()) {
            status_.requestStop(status_.jobs().first().id);
        }
    });
    connect(&status_, &JobStatus::changed, this, &StatusLine::sync);
    auto* timer = new QTimer(this);
    connect(timer, &QTimer::timeout, this, &StatusLine::syncMemory);
    timer->start(std::chrono::seconds(2));
    syncMemory();
    sync();
}

void StatusLine::syncMemory() {
    const qint64 bytes = residentMemoryBytes();
    memory_->setText(bytes > 0 ? formatBytes(bytes) : QString());
}

void StatusLine::sync() {
    workspace_->setText(formatPath(status_.workspace()));
    device_->setText(status_.device());
    work_->setVisible(status_.isBusy());
    if (!status_.isBusy()) {
        return;
    }
    const Job& job = status_.jobs().first();
    const qsizetype others = status_.jobs().size() - 1;
    title_->setText(fontMetrics().elidedText(others > 0 ? tr("%1 and %n more", nullptr, int(others)).arg(job.title) : job.title, Qt::ElideMiddle, 220));
    title_->setToolTip(job.title);
    progress_->setText(jobProgressText(job));
    bar_->setRange(0, job.total > 0 ? kBarSteps : 0);
    if (job.total > 0) {
        bar_->setValue(int(double(kBarSteps) * double(std::min(job.done, job.total)) / double(job.total)));
    }
    const bool isPaused = job.state == JobState::Paused;
    pause_->setText(isPaused ? tr("Resume") : tr("Pause"));
    pause_->setIcon(icon(isPaused ? u"player-play"_qs : u"player-pause"_qs, IconTone::Accent));
    pause_->setVisible(job.isPausable);
    pause_->setEnabled(job.state == JobState::Running || isPaused);
    stop_->setEnabled(job.state != JobState::Stopping);
    stop_->setToolTip(job.savesOnStop ? tr("Finishes this step, saves a checkpoint and ends") : tr("Ends this work"));
}

} // namespace lathe::shell
