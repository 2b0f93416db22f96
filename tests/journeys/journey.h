// SPDX-License-Identifier: GPL-3.0-or-later
// A window on a fresh workspace, and the verbs of a person in front of it.
#pragma once
#include <functional>
#include <memory>

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QPointer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include "bridge/services.h"
#include "job_feed.h"
#include "shell/job_status.h"
#include "shell/main_window.h"
#include "widgets/theme.h"

namespace lathe::tests {

class Journey {
public:
    /// Opens the window on `workspace`, or on a new one.
    explicit Journey(const QString& workspace = {});
    ~Journey();

    shell::MainWindow& window() { return *window_; }
    bridge::Services& services() { return *services_; }
    widgets::Theme& theme() { return *theme_; }
    QString workspace() const { return workspace_; }

    /// Closes the window and opens it again on the same workspace, as after a restart.
    void restart();
    void show(const QString& panel);

    template <class Widget = QWidget>
    Widget* find(const QString& objectName) {
        for (Widget* each : window_->findChildren<Widget*>(objectName))
            if (each->isVisible()) return each;
        return window_->findChild<Widget*>(objectName);
    }
    /// Clicks a visible, enabled button; waits for it to become so. False (with a warning that says why) if it never does.
    bool click(const QString& objectName, int timeoutMilliseconds = 20'000);
    bool choose(const QString& comboBox, const QString& text);
    QString textOf(const QString& label);
    /// Moves the focus with Tab until it is on the widget of that name. False (with a warning) if Tab never comes there.
    bool focusByKeys(const QString& objectName);
    /// The same, then the space bar, once the button is enabled.
    bool pressByKeys(const QString& objectName, int timeoutMilliseconds = 20'000);
    /// Clicks the tab with this text; waits for it to be there.
    bool clickTab(const QString& tabWidget, const QString& text);

    /// Largest gap between two events of the window's thread since the last call.
    qint64 longestGapMilliseconds();

private:
    void open();
    void close();

    QTemporaryDir scratch_;
    QString workspace_;
    std::unique_ptr<QSettings> settings_;
    std::unique_ptr<widgets::Theme> theme_;
    std::unique_ptr<bridge::Services> services_;
    std::unique_ptr<shell::JobStatus> status_;
    std::unique_ptr<app::JobFeed> feed_;
    std::unique_ptr<shell::MainWindow> window_;
    QTimer heartbeat_;
    QElapsedTimer sinceBeat_;
    qint64 longestGap_ = 0;
};

/// A tiny random language model of the shared goldens; empty where they are not there.
QString tinyModelFolder();

}  // namespace lathe::tests
