// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace lathe {

/// A setting's value. monostate is JSON null ("not set").
using ParamValue = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

enum class ParamType { Bool, Integer, Number, Text, TextList, Choice };

/// Everything the JSON reader, the form, `--set` and the help need to know about one setting.
struct ParamSpec {
    std::string id;     ///< dotted path in the RunSpec, such as "training.learning_rate"
    ParamType type = ParamType::Text;
    std::string label;  ///< for the form, such as "Learning rate"
    std::string help;   ///< one sentence: what it does and what it costs
    std::string unit;   ///< such as "tokens"; empty if none
    std::string group;  ///< form section, such as "Optimiser and schedule"
    ParamValue defaultValue;
    bool isNullable = false;
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::vector<std::string> choices;    ///< for Choice
    std::vector<std::string> tasks;      ///< tasks that have it; empty = all
    std::string shownWhen;               ///< "trainable.mode=lora" or empty: always shown
    bool isAdvanced = false;             ///< folded under "More" in the form
};

}  // namespace lathe
