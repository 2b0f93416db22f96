// SPDX-License-Identifier: GPL-3.0-or-later
#include "grid_table.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <vector>

#include <fmt/format.h>
#include <lathe/error.h>

namespace lathe::cli {
namespace {

constexpr std::size_t kShownMetrics = 5;

std::string cellOf(const GridRow& row, const std::string& metric) {
    const auto found = row.metrics.find(metric);
    return found == row.metrics.end() ? "-" : fmt::format("{:.4f}", found->second);
}

/// "training.learning_rate" -> "learning_rate".
std::string shortName(const std::string& id) { return id.substr(id.rfind('.') + 1); }

Json jsonOf(const GridTable& table) {
    Json rows = Json::array();
    for (const GridRow& row : table.rows) {
        Json settings = Json::object(), metrics = Json::object();
        for (std::size_t i = 0; i < table.settings.size(); ++i) settings[table.settings[i]] = row.values[i];
        for (const auto& [name, value] : row.metrics) metrics[name] = std::isfinite(value) ? Json(value) : Json();
        rows.push_back({{"run", row.id}, {"state", runStateName(row.state)}, {"settings", settings}, {"epoch", row.epoch}, {"seconds", row.seconds}, {"metrics", metrics}});
    }
    return {{"grid", table.name}, {"metric", table.metric}, {"greater_is_better", table.isGreaterBetter}, {"rows", rows}};
}

}  // namespace

void showGrid(Output& output, const GridTable& table) {
    if (output.isJson) return output.json(jsonOf(table));
    std::vector<std::string> metrics(table.metrics.begin(), table.metrics.begin() + static_cast<std::ptrdiff_t>(std::min(kShownMetrics, table.metrics.size())));
    std::vector<std::vector<std::string>> lines{{"run"}};
    for (const std::string& id : table.settings) lines[0].push_back(shortName(id));
    lines[0].insert(lines[0].end(), metrics.begin(), metrics.end());
    lines[0].insert(lines[0].end(), {"epoch", "time"});
    for (const GridRow& row : table.rows) {
        std::vector<std::string> line{row.id};
        line.insert(line.end(), row.values.begin(), row.values.end());
        for (const std::string& metric : metrics) line.push_back(cellOf(row, metric));
        line.push_back(fmt::format("{:g}", row.epoch));
        line.push_back(durationText(row.seconds));
        lines.push_back(std::move(line));
    }
    std::vector<std::size_t> widths(lines[0].size());
    for (const auto& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
    for (const auto& line : lines) {
        std::string text = fmt::format("{:<{}}", line[0], widths[0]);
        for (std::size_t i = 1; i < line.size(); ++i) text += fmt::format("  {:>{}}", line[i], widths[i]);
        output.line(text);
    }
}

void writeGridCsv(const GridTable& table, const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "grid.csv";
    std::ofstream out(file, std::ios::binary);
    out << gridCsv(table);
    out.close();
    if (!out) throw Error(ErrorCode::Io, fmt::format("{} cannot be written. The disk may be full or the folder read-only. The runs themselves are kept.", file.string()), {file.string()});
}

}  // namespace lathe::cli
