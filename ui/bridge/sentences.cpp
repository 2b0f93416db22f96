// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/sentences.h"

#include <new>

#include <QCoreApplication>

#include <lathe/error.h>

namespace lathe::bridge {

QString sentenceOf(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        return text(known.what());
    } catch (const std::bad_alloc&) {
        return QCoreApplication::translate("bridge", "There is not enough memory for this. Use a smaller batch, a shorter max_length or LoRA.");
    } catch (const std::exception& other) {
        return QCoreApplication::translate("bridge", "Something went wrong inside Lathe: %1. Please report it with this sentence.").arg(QString::fromUtf8(other.what()));
    }
}

QString stateText(RunState state) {
    const char* name = "";
    switch (state) {
        case RunState::Queued: name = QT_TRANSLATE_NOOP("bridge", "Waiting"); break;
        case RunState::Preparing: name = QT_TRANSLATE_NOOP("bridge", "Preparing"); break;
        case RunState::Running: name = QT_TRANSLATE_NOOP("bridge", "Running"); break;
        case RunState::Paused: name = QT_TRANSLATE_NOOP("bridge", "Paused"); break;
        case RunState::Stopping: name = QT_TRANSLATE_NOOP("bridge", "Stopping"); break;
        case RunState::Stopped: name = QT_TRANSLATE_NOOP("bridge", "Stopped"); break;
        case RunState::Finished: name = QT_TRANSLATE_NOOP("bridge", "Finished"); break;
        case RunState::Failed: name = QT_TRANSLATE_NOOP("bridge", "Failed"); break;
        case RunState::Interrupted: name = QT_TRANSLATE_NOOP("bridge", "Interrupted"); break;
    }
    return QCoreApplication::translate("bridge", name);
}

}  // namespace lathe::bridge
