// SPDX-License-Identifier: GPL-3.0-or-later
/// Hyper-parameter grids: a few values each of some settings, one run for each combination, and a table of what came out.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lathe/run_spec.h>
#include <lathe/training.h>

namespace lathe {

/// A setting and the values it takes, as `--set` writes them ("1e-4", "null", "auto").
struct GridAxis {
    std::string id;
    std::vector<std::string> values;
};

/// Most runs that one grid may have.
inline constexpr std::size_t kMaxGridRuns = 100;

/// Reads "training.learning_rate=1e-4,3e-4" (or only the values, split at commas, with an id given). Throws InvalidInput.
GridAxis parseGridAxis(std::string_view text);
GridAxis parseGridAxis(std::string_view id, std::string_view values);

/// One spec for each combination, the last axis changing fastest, named "NAME-01", …, with `grid` = `name`. A setting that only counts
/// under another ("trainable.last_layers" under mode last_layers) sets that, too. Throws InvalidInput for no axis, a value given twice, an
/// unknown or unfit setting, one that a grid cannot vary (name, task, output, grid), or more than kMaxGridRuns.
std::vector<RunSpec> gridSpecs(const RunSpec& base, const std::string& name, const std::vector<GridAxis>& axes);

/// What a run of a grid has come to.
struct GridRun {
    std::string id;
    RunSpec spec;
    RunState state = RunState::Queued;
    double seconds = 0;
    std::vector<MetricPoint> points;
};

struct GridRow {
    std::string id;
    RunState state = RunState::Queued;
    double seconds = 0;
    std::vector<std::string> values;         ///< of the table's settings
    double epoch = 0;                        ///< of the evaluation shown
    std::map<std::string, double> metrics;   ///< of the best evaluation; empty before the first
};

/// Rows best first; those without an evaluation last, in the order given.
struct GridTable {
    std::string name;
    std::string metric;                  ///< the one that decides: training.metric_for_best_model
    bool isGreaterBetter = false;
    std::vector<std::string> settings;   ///< that differ between the runs, in the order of the RunSpec
    std::vector<std::string> metrics;    ///< the deciding one first, then loss, then by name
    std::vector<GridRow> rows;
};

/// Throws nothing for runs without points.
GridTable gridTable(const std::vector<GridRun>& runs);

/// Header and one line a row, as RFC 4180.
std::string gridCsv(const GridTable& table);

}  // namespace lathe
