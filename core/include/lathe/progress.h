// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <functional>
#include <stop_token>
#include <string>

namespace lathe {

/// How far a piece of long work is. total <= 0 means unknown.
struct Progress {
    std::string stage;  ///< for people, such as "Reading rows"
    double done = 0;
    double total = 0;
};

/// Called on the thread that does the work; must be cheap and must not throw.
using ProgressSink = std::function<void(const Progress&)>;

/// Throws Error(Cancelled) when a stop was asked for.
void throwIfStopped(const std::stop_token& stop);

}  // namespace lathe
