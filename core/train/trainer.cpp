// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/trainer.h"

#include <utility>

#include "tensor/cpu_allocator.h"
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

void RunControl::change(const std::string& id, double value) {
    const std::lock_guard lock(mutex_);
    changes_.emplace_back(id, value);
}

std::vector<std::pair<std::string, double>> RunControl::takeChanges() {
    const std::lock_guard lock(mutex_);
    return std::exchange(changes_, {});
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

RunResult train(const RunInputs& inputs, TrainObserver& observer, RunControl& control) {
    RunResult result;
    tensor::useCachingCpuAllocator();
    translateErrors([&] { result = RunLoop(inputs, observer, control).run(); });
    tensor::releaseCachedCpuMemory();
    return result;
}

}  // namespace lathe::train
