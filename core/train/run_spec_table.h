// SPDX-License-Identifier: GPL-3.0-or-later
/// The one table that ties each RunSpec field to its ParamSpec.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <lathe/run_spec.h>

namespace lathe::train {

/// Where a setting lives; the alternative is its type.
using FieldPointer = std::variant<bool*, std::int64_t*, double*, std::string*, std::vector<std::string>*, std::optional<bool>*,
                                  std::optional<std::int64_t>*, std::optional<double>*, std::optional<std::string>*>;

struct SpecEntry {
    ParamSpec spec;
    FieldPointer (*field)(RunSpec&) = nullptr;
};

/// All settings of all tasks, in the order of the JSON.
std::span<const SpecEntry> specTable();

/// The entry of an id, or nullptr.
const SpecEntry* findEntry(std::string_view id);

/// True if the entry belongs to the task.
bool appliesTo(const SpecEntry& entry, std::string_view task);

ParamValue readField(const SpecEntry& entry, const RunSpec& spec);

/// Checks type, range and choices, then stores. Throws InvalidInput naming key, value and what is allowed.
void writeField(const SpecEntry& entry, RunSpec& spec, const ParamValue& value, const std::string& where);

/// "0.5", "true", "null", "\"text\"" or "[\"a\"]", for sentences and JSON.
std::string valueText(const ParamValue& value);

}  // namespace lathe::train
