// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QTimer>

#include "bridge/services.h"
#include "shell/job_status.h"

namespace lathe::app {

/// Tells the window's status line about the run that works, and passes its Pause and Stop on to it.
class JobFeed : public QObject {
    Q_OBJECT
public:
    JobFeed(bridge::Services& services, shell::JobStatus& status, QObject* parent = nullptr);

private:
    void update();

    bridge::Services& services_;
    shell::JobStatus& status_;
};

}  // namespace lathe::app
