// SPDX-License-Identifier: GPL-3.0-or-later
#include <lathe/training.h>

namespace lathe {

std::string_view runStateName(RunState state) {
    switch (state) {
        case RunState::Queued: return "queued";
        case RunState::Preparing: return "preparing";
        case RunState::Running: return "running";
        case RunState::Paused: return "paused";
        case RunState::Stopping: return "stopping";
        case RunState::Stopped: return "stopped";
        case RunState::Finished: return "finished";
        case RunState::Failed: return "failed";
        case RunState::Interrupted: break;
    }
    return "interrupted";
}

}  // namespace lathe
