// SPDX-License-Identifier: GPL-3.0-or-later
// What the status line shows about the machine and the running work. The program fills it from the bridge; the window only reads it.
#pragma once

#include <QList>
#include <QObject>
#include <QString>

namespace lathe::shell {

enum class JobState { Waiting, Running, Pausing, Paused, Stopping };

/// One piece of work.
struct Job {
    QString id;
    QString title;          ///< "english-to-latex"
    QString panelId;        ///< where a click on it leads
    JobState state = JobState::Running;
    qint64 done = 0;
    qint64 total = 0;       ///< 0: not known
    QString unit;           ///< "step", "row", "pair"
    double secondsLeft = -1;  ///< negative: not known yet; see EtaEstimator
    bool isPausable = true;
    /// Stopping saves what was done (training); the close question says so.
    bool savesOnStop = true;
    bool operator==(const Job&) const = default;
};

/// Values with a changed signal, and requests as signals. GUI thread only.
class JobStatus : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString workspace READ workspace WRITE setWorkspace NOTIFY changed)
    Q_PROPERTY(QString device READ device WRITE setDevice NOTIFY changed)
public:
    using QObject::QObject;

    QString workspace() const { return workspace_; }
    void setWorkspace(const QString& folder);
    QString device() const { return device_; }
    void setDevice(const QString& device);
    /// Work that goes on, oldest first. The first is the one in the status line.
    const QList<Job>& jobs() const { return jobs_; }
    void setJobs(const QList<Job>& jobs);
    bool isBusy() const { return !jobs_.isEmpty(); }

    /// Asked by the window; whoever runs the work listens.
    void requestPause(const QString& jobId) { Q_EMIT pauseRequested(jobId); }
    void requestResume(const QString& jobId) { Q_EMIT resumeRequested(jobId); }
    void requestStop(const QString& jobId) { Q_EMIT stopRequested(jobId); }

Q_SIGNALS:
    void changed();
    void pauseRequested(const QString& jobId);
    void resumeRequested(const QString& jobId);
    void stopRequested(const QString& jobId);

private:
    QString workspace_;
    QString device_;
    QList<Job> jobs_;
};

/// Seconds left from the median duration of the last thirty units; nothing before ten units were seen.
class EtaEstimator {
public:
    /// Tells that `done` of `total` units were finished at `secondsElapsed` (pauses removed). A smaller `done` starts over.
    void add(qint64 done, qint64 total, double secondsElapsed);
    void reset();
    /// Negative while not known.
    double secondsLeft() const;

private:
    QList<double> secondsPerUnit_;
    qint64 first_ = -1;
    qint64 done_ = 0;
    qint64 total_ = 0;
    double lastSeconds_ = 0;
};

} // namespace lathe::shell
