// SPDX-License-Identifier: GPL-3.0-or-later
#include "screenshot.h"

#include "shell/main_window.h"

#include <QApplication>
#include <QPixmap>

#include <chrono>
#include <cstdio>

namespace lathe::app {
namespace {

constexpr qint64 kLeastMilliseconds = 1500;
constexpr qint64 kMostMilliseconds = 30000;

} // namespace

Screenshot::Screenshot(shell::MainWindow& window, const QString& file, QObject* parent) : QObject(parent), window_(window), file_(file) {
    connect(&timer_, &QTimer::timeout, this, &Screenshot::look);
    timer_.start(std::chrono::milliseconds(100));
    elapsed_.start();
}

void Screenshot::look() {
    const qint64 waited = elapsed_.elapsed();
    if (waited < kLeastMilliseconds || (!window_.isSettled() && waited < kMostMilliseconds)) {
        return;
    }
    timer_.stop();
    if (!window_.grab().save(file_)) {
        std::fprintf(stderr, "error: The picture could not be written to %s. Choose a folder that exists and a name that ends in .png.\n", qPrintable(file_));
        QCoreApplication::exit(1);
        return;
    }
    QCoreApplication::exit(0);
}

} // namespace lathe::app
