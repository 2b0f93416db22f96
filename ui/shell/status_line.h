// SPDX-License-Identifier: GPL-3.0-or-later
// The line at the bottom of the window: workspace, device, memory, running work.
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;
class QTimer;

namespace lathe::widgets {
class ElidedLabel;
}

namespace lathe::shell {

struct Job;
class JobStatus;

/// What is shown for a job besides its title: "About 3 minutes left" or "step 340 of 1,200".
QString jobProgressText(const Job& job);

class StatusLine : public QWidget {
    Q_OBJECT
public:
    StatusLine(JobStatus& status, QWidget* parent);

Q_SIGNALS:
    /// The job's title was clicked.
    void jobClicked(const QString& panelId);

private:
    void sync();
    void syncMemory();

    JobStatus& status_;
    widgets::ElidedLabel* workspace_;
    QLabel* device_;
    QLabel* memory_;
    QWidget* work_;
    QPushButton* title_;
    QLabel* progress_;
    QProgressBar* bar_;
    QPushButton* pause_;
    QPushButton* stop_;
};

} // namespace lathe::shell
