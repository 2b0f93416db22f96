// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/trainer.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "train/run_loop.h"
#include "train/setup.h"

namespace lathe::train {

void RunControl::pause() {
    const std::lock_guard lock(mutex_);
    isPaused_ = true;
}

void RunControl::resume() {
    {
        const std::lock_guard lock(mutex_);
        isPaused_ = false;
    }
    changed_.notify_all();
}

void RunControl::stop() {
    stop_.request_stop();
    {
        const std::lock_guard lock(mutex_);  // a waiter is either before its test or inside wait; it cannot miss the call
    }
    changed_.notify_all();
}

bool RunControl::isPauseAsked() const {
    const std::lock_guard lock(mutex_);
    return isPaused_;
}

bool RunControl::waitWhilePaused() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !isPaused_ || stop_.stop_requested(); });
    return !stop_.stop_requested();
}

namespace {

/// Gradients are freed and made anew each step: keep their pages instead of giving them back to the system in between.
void keepFreedMemory() {
#ifdef __GLIBC__
    constexpr int kLargest = 32 << 20;  // glibc's own limit for blocks that come from its heap
    mallopt(M_MMAP_THRESHOLD, kLargest);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

}  // namespace

RunResult train(const RunInputs& inputs, TrainObserver& observer, RunControl& control) {
    RunResult result;
    keepFreedMemory();
    translateErrors([&] { result = RunLoop(inputs, observer, control).run(); });
    return result;
}

}  // namespace lathe::train
