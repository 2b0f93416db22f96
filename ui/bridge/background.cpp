// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/background.h"

#include <algorithm>

#include <QMetaObject>

namespace lathe::bridge {

Background::Background(QObject* parent) : QObject(parent) {
    // One long import must not keep a short look-up waiting; the compute library has its own threads.
    pool_.setMaxThreadCount(4);
}

Background::~Background() {
    for (const auto& entry : running_)
        if (const WorkPtr work = entry.lock()) work->cancel();
    pool_.waitForDone();
}

void Background::track(const WorkPtr& work) {
    std::erase_if(running_, [](const std::weak_ptr<Work>& entry) { return entry.expired(); });
    running_.push_back(work);
}

void Background::post(const QPointer<QObject>& context, std::function<void()> function) {
    // The pointer is looked at on the window's thread only, where the context is destroyed too.
    QMetaObject::invokeMethod(this, [context, function = std::move(function)] { if (context) function(); }, Qt::QueuedConnection);
}

}  // namespace lathe::bridge
