// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

namespace lathe::shell {
class MainWindow;
}

namespace lathe::app {

/// Waits until the window says that it has settled (at least 1.5 s, at most 30 s), saves a picture of it and ends the program: 0, or 1 when it cannot be written.
class Screenshot : public QObject {
    Q_OBJECT
public:
    Screenshot(shell::MainWindow& window, const QString& file, QObject* parent);

private:
    void look();

    shell::MainWindow& window_;
    QString file_;
    QTimer timer_;
    QElapsedTimer elapsed_;
};

} // namespace lathe::app
