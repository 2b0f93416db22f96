// SPDX-License-Identifier: GPL-3.0-or-later
#include <lathe/grid.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lathe/error.h>

#include "base/json.h"
#include "tasks/task.h"
#include "train/run_spec_table.h"

namespace lathe {
namespace {

[[noreturn]] void refuse(const std::string& sentence) { throw Error(ErrorCode::InvalidInput, sentence); }

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Where the comma after a value is; commas inside brackets and quotes belong to the value.
std::size_t valueEnd(std::string_view text) {
    int depth = 0;
    bool isQuoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) isQuoted = !isQuoted;
        if (isQuoted) continue;
        if (text[i] == '[') ++depth;
        if (text[i] == ']') --depth;
        if (text[i] == ',' && depth <= 0) return i;
    }
    return text.size();
}

/// The setting that must have a value for `id` to count, such as trainable.mode=last_layers.
void setWhatItNeeds(RunSpec& spec, std::string_view id) {
    const train::SpecEntry* entry = train::findEntry(id);
    if (entry == nullptr) return;  // setParam says so
    const std::string& condition = entry->spec.shownWhen;
    if (const auto equals = condition.find('='); equals != std::string::npos) setParam(spec, condition.substr(0, equals), condition.substr(equals + 1));
}

void checkAxes(const std::vector<GridAxis>& axes) {
    constexpr std::array<std::string_view, 6> fixed = {"name", "task", "output", "grid", "dataset.file", "dataset.name"};
    if (axes.empty()) refuse("The grid has no setting to vary. Every run would be the same. Name at least one with its values.");
    std::set<std::string> seen;
    std::size_t runs = 1;
    for (const GridAxis& axis : axes) {
        if (std::find(fixed.begin(), fixed.end(), axis.id) != fixed.end()) refuse(fmt::format("{} cannot be varied by a grid. It says which runs belong together. Choose another setting.", axis.id));
        if (!seen.insert(axis.id).second) refuse(fmt::format("{} stands in the grid twice. Each setting has one list of values. Put all its values into one.", axis.id));
        if (axis.values.empty()) refuse(fmt::format("{} has no values. A grid needs at least one a setting. Write them with commas between.", axis.id));
        runs *= axis.values.size();
        if (runs > kMaxGridRuns) refuse(fmt::format("The grid has more than {} runs. That would take very long. Leave out values or settings.", kMaxGridRuns));
    }
}

/// The evaluation that load_best_model_at_end goes back to; the last one if the deciding metric is not there.
const MetricPoint* bestEvaluation(const std::vector<MetricPoint>& points, const std::string& metric, bool isGreaterBetter) {
    const MetricPoint* best = nullptr;
    double bestValue = 0;
    for (const MetricPoint& point : points) {
        if (point.split != "validation") continue;
        const auto found = point.values.find(metric);
        const double value = found == point.values.end() ? std::nan("") : found->second;
        const bool isBetter = best == nullptr || std::isnan(bestValue) || (isGreaterBetter ? value > bestValue : value < bestValue);
        if (!isBetter) continue;
        best = &point;
        bestValue = value;
    }
    return best;
}

std::string plainText(const ParamValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return train::valueText(value);
}

std::vector<std::string> differingSettings(const std::vector<GridRun>& runs) {
    std::vector<std::string> differing;
    for (const train::SpecEntry& entry : train::specTable()) {
        const std::string& id = entry.spec.id;
        if (id == "name" || id == "output" || id == "grid" || !train::appliesTo(entry, runs.front().spec.task)) continue;
        const ParamValue first = train::readField(entry, runs.front().spec);
        if (std::any_of(runs.begin(), runs.end(), [&](const GridRun& run) { return train::readField(entry, run.spec) != first; })) differing.push_back(id);
    }
    return differing;
}

std::vector<std::string> metricOrder(const GridTable& table) {
    std::set<std::string> names;
    for (const GridRow& row : table.rows)
        for (const auto& [name, value] : row.metrics) names.insert(name);
    std::vector<std::string> order;
    for (const std::string& first : {table.metric, std::string("loss")})
        if (names.erase(first) > 0) order.push_back(first);
    order.insert(order.end(), names.begin(), names.end());
    return order;
}

std::string csvCell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

}  // namespace

GridAxis parseGridAxis(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || trimmed(text.substr(0, equals)).empty())
        refuse(fmt::format("The grid axis \"{}\" names no values. It must look like training.learning_rate=1e-4,3e-4. Add \"=VALUE,VALUE\".", text));
    return parseGridAxis(trimmed(text.substr(0, equals)), text.substr(equals + 1));
}

GridAxis parseGridAxis(std::string_view id, std::string_view values) {
    GridAxis axis{std::string(id), {}};
    for (std::string_view rest = values; !trimmed(rest).empty();) {
        const std::size_t end = valueEnd(rest);
        const std::string value(trimmed(rest.substr(0, end)));
        if (value.empty()) refuse(fmt::format("{}: \"{}\" has a comma without a value. Each value stands between two commas. Write a value or take the comma out.", id, values));
        if (std::find(axis.values.begin(), axis.values.end(), value) != axis.values.end())
            refuse(fmt::format("{}: the value {} stands there twice. The same run would be made again. Leave one out.", id, value));
        axis.values.push_back(value);
        rest = end < rest.size() ? rest.substr(end + 1) : std::string_view();
    }
    if (axis.values.empty()) refuse(fmt::format("{} has no values. A grid needs at least one a setting. Write them with commas between.", id));
    return axis;
}

std::vector<RunSpec> gridSpecs(const RunSpec& base, const std::string& name, const std::vector<GridAxis>& axes) {
    checkAxes(axes);
    std::vector<RunSpec> specs{base};
    for (const GridAxis& axis : axes) {
        std::vector<RunSpec> wider;
        for (const RunSpec& spec : specs) {
            for (const std::string& value : axis.values) {
                wider.push_back(spec);
                setWhatItNeeds(wider.back(), axis.id);
                setParam(wider.back(), axis.id, value);
            }
        }
        specs = std::move(wider);
    }
    std::set<std::string> seen;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        if (!seen.insert(toJson(specs[i])).second) refuse("Two values of the grid mean the same, such as 1e-4 and 0.0001. The same run would be made again. Leave one out.");
        specs[i].name = fmt::format("{}-{:02}", name, i + 1);
        specs[i].output = "runs/" + specs[i].name;
        specs[i].grid = name;
        validateRunSpec(specs[i]);
    }
    return specs;
}

GridTable gridTable(const std::vector<GridRun>& runs) {
    GridTable table;
    if (runs.empty()) return table;
    const RunSpec& first = runs.front().spec;
    table.name = first.grid.value_or(first.name);
    table.metric = first.training.metricForBestModel;
    table.isGreaterBetter = first.training.greaterIsBetter.value_or(tasks::isGreaterBetter(table.metric));
    table.settings = differingSettings(runs);
    for (const GridRun& run : runs) {
        GridRow row{run.id, run.state, run.seconds, {}, 0, {}};
        for (const std::string& id : table.settings) row.values.push_back(plainText(train::readField(*train::findEntry(id), run.spec)));
        if (const MetricPoint* best = bestEvaluation(run.points, table.metric, table.isGreaterBetter)) {
            row.epoch = best->epoch;
            row.metrics = best->values;
        }
        table.rows.push_back(std::move(row));
    }
    const auto rank = [&](const GridRow& row) {
        const auto found = row.metrics.find(table.metric);
        if (found == row.metrics.end() || std::isnan(found->second)) return std::numeric_limits<double>::infinity();
        return table.isGreaterBetter ? -found->second : found->second;
    };
    std::stable_sort(table.rows.begin(), table.rows.end(), [&](const GridRow& a, const GridRow& b) { return rank(a) < rank(b); });
    table.metrics = metricOrder(table);
    return table;
}

std::string gridCsv(const GridTable& table) {
    std::vector<std::string> line{"run", "state"};
    line.insert(line.end(), table.settings.begin(), table.settings.end());
    line.insert(line.end(), {"epoch", "seconds"});
    line.insert(line.end(), table.metrics.begin(), table.metrics.end());
    std::string csv = fmt::format("{}\r\n", fmt::join(line, ","));
    for (const GridRow& row : table.rows) {
        line = {csvCell(row.id), std::string(runStateName(row.state))};
        for (const std::string& value : row.values) line.push_back(csvCell(value));
        line.push_back(fmt::format("{}", row.epoch));
        line.push_back(fmt::format("{:.3f}", row.seconds));
        for (const std::string& name : table.metrics) {
            const auto found = row.metrics.find(name);
            line.push_back(found == row.metrics.end() ? std::string() : fmt::format("{}", found->second));
        }
        csv += fmt::format("{}\r\n", fmt::join(line, ","));
    }
    return csv;
}

}  // namespace lathe
