// SPDX-License-Identifier: GPL-3.0-or-later
/// A run's thread, and what the run says written into the workspace on the way to its observer.
#pragma once
#include <memory>

#include <lathe/session.h>

#include "train/trainer.h"
#include "workspace/workspace.h"

namespace lathe::session {

/// Starts the run on its own thread, at a lower priority so that a window stays smooth. `workspace` may be null: then
/// nothing is remembered. The handle may be dropped; the thread then stops the run, saves, and is waited for.
std::shared_ptr<RunHandle> launchRun(train::RunInputs inputs, workspace::RunRecord record, workspace::Workspace* workspace,
                                     std::shared_ptr<TrainObserver> observer);

}  // namespace lathe::session
