// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include <fmt/format.h>
#include <lathe/error.h>

#include "tasks/task.h"

namespace lathe::tasks {
namespace {

struct Entry {
    std::string_view name;
    std::unique_ptr<Task> (*make)(TaskInputs);
};

constexpr std::array kTasks = {
    Entry{"causal-lm", makeCausalLm},
    Entry{"multi-label", makeMultiLabel},
    Entry{"reward", makeReward},
    Entry{"dpo", makeDpo},
    Entry{"ppo", makePpo},
};

}  // namespace

std::unique_ptr<Task> makeTask(TaskInputs inputs) {
    for (const auto& entry : kTasks) {
        if (entry.name == inputs.spec.task) return entry.make(std::move(inputs));
    }
    std::string known;
    for (const auto& entry : kTasks) known += (known.empty() ? "" : ", ") + std::string(entry.name);
    throw Error(ErrorCode::Unsupported, fmt::format("The task \"{}\" cannot be trained by this version. It knows {}. Choose one of them.", inputs.spec.task, known));
}

}  // namespace lathe::tasks
