// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <lathe/error.h>

#include "workspace/database.h"
#include "workspace/workspace.h"

namespace lathe::workspace {
namespace {

constexpr std::string_view kRunFields =
    "id, name, task, model, dataset, dataset_fingerprint, spec, output, state, sentence, created, seconds, step, total_steps, best_metric_name, best_metric";

constexpr RunState kStates[] = {RunState::Queued,  RunState::Preparing, RunState::Running, RunState::Paused,     RunState::Stopping,
                                RunState::Stopped, RunState::Finished,  RunState::Failed,  RunState::Interrupted};

RunState stateOf(std::string_view name) {
    const auto* found = std::find_if(std::begin(kStates), std::end(kStates), [&](RunState state) { return runStateName(state) == name; });
    return found == std::end(kStates) ? RunState::Failed : *found;
}

RunRecord read(const Statement& row) {
    return {.id = row.text(0), .name = row.text(1), .task = row.text(2), .model = row.text(3), .dataset = row.text(4), .datasetFingerprint = row.text(5),
            .specJson = row.text(6), .output = row.text(7), .state = stateOf(row.blob(8)), .sentence = row.text(9), .created = row.text(10),
            .seconds = row.number(11), .step = row.integer(12), .totalSteps = row.integer(13), .bestMetricName = row.text(14), .bestMetric = row.optionalNumber(15)};
}

// A point's values as (u32 name id, f64 value) pairs, so that NaN survives and a million points read fast.
constexpr std::size_t kValueBytes = sizeof(std::uint32_t) + sizeof(double);

void appendValue(std::string& bytes, std::uint32_t name, double value) {
    char buffer[kValueBytes];
    std::memcpy(buffer, &name, sizeof name);
    std::memcpy(buffer + sizeof name, &value, sizeof value);
    bytes.append(buffer, sizeof buffer);
}

}  // namespace

std::vector<RunRecord> Workspace::runs() const {
    flush();
    const auto held = database_->lock();
    Statement query(*database_, fmt::format("SELECT {} FROM runs WHERE is_removed=0 ORDER BY created DESC, id DESC", kRunFields));
    std::vector<RunRecord> found;
    while (query.step()) found.push_back(read(query));
    return found;
}

RunRecord Workspace::run(const std::string& id) const {
    flush();
    const auto held = database_->lock();
    Statement query(*database_, fmt::format("SELECT {} FROM runs WHERE id=?", kRunFields));
    query.bind(id);
    if (!query.step()) throw Error(ErrorCode::NotFound, fmt::format("There is no run {} in this workspace. It may have been removed. Look at the list of runs.", id));
    return read(query);
}

std::optional<RunRecord> Workspace::runByOutput(const std::filesystem::path& output) const {
    flush();
    const auto held = database_->lock();
    Statement query(*database_, fmt::format("SELECT {} FROM runs WHERE output=? AND is_removed=0 ORDER BY rowid DESC LIMIT 1", kRunFields));
    query.bind(output.string());
    if (!query.step()) return std::nullopt;
    return read(query);
}

std::string Workspace::newRunId(const std::string& name) const {
    const auto held = database_->lock();
    for (int number = 1;; ++number) {
        const std::string id = number == 1 ? name : fmt::format("{}-{}", name, number);
        Statement query(*database_, "SELECT 1 FROM runs WHERE id=?");
        query.bind(id);
        if (!query.step() && !std::filesystem::exists(folder_ / "runs" / id)) return id;
    }
}

void Workspace::saveRun(const RunRecord& run) {
    database_->transaction([&] {
        Statement(*database_, fmt::format("INSERT OR REPLACE INTO runs({}) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", kRunFields))
            .bind(run.id).bind(run.name).bind(run.task).bind(run.model).bind(run.dataset).bind(run.datasetFingerprint).bind(run.specJson)
            .bind(run.output.string()).bind(runStateName(run.state)).bind(run.sentence).bind(run.created).bind(run.seconds).bind(run.step)
            .bind(run.totalSteps).bind(run.bestMetricName).bind(run.bestMetric).run();
    });
}

void Workspace::removeRun(const std::string& id) {
    database_->transaction([&] { Statement(*database_, "UPDATE runs SET is_removed=1 WHERE id=?").bind(id).run(); });
}

void Workspace::restoreRun(const std::string& id) {
    database_->transaction([&] { Statement(*database_, "UPDATE runs SET is_removed=0 WHERE id=?").bind(id).run(); });
}

void Workspace::addPoint(const std::string& run, const MetricPoint& point) { enqueue(run, point); }
void Workspace::addEvent(const std::string& run, const RunEvent& event) { enqueue(run, event); }
void Workspace::addSample(const std::string& run, const SampleOutput& sample) { enqueue(run, sample); }
void Workspace::addLog(const std::string& run, LogLevel level, const std::string& sentence) { enqueue(run, LogRecord{utcNow(), level, sentence}); }
void Workspace::setProgress(const std::string& run, std::int64_t step, std::int64_t totalSteps, double seconds) {
    enqueue(run, Progress{step, totalSteps, seconds});
}

void Workspace::dropAfterStep(const std::string& run, std::int64_t step) {
    flush();
    database_->transaction([&] {
        for (const char* table : {"metric_points", "run_events", "run_samples"})
            Statement(*database_, fmt::format("DELETE FROM {} WHERE run=? AND step>?", table)).bind(run).bind(step).run();
    });
}

std::int64_t Workspace::nameId(const std::string& name) const {
    const auto known = std::find_if(nameIds_.begin(), nameIds_.end(), [&](const auto& entry) { return entry.first == name; });
    if (known != nameIds_.end()) return known->second;
    Statement(*database_, "INSERT OR IGNORE INTO metric_names(name) VALUES(?)").bind(name).run();
    Statement query(*database_, "SELECT id FROM metric_names WHERE name=?");
    query.bind(name).step();
    nameIds_.emplace_back(name, query.integer(0));
    return nameIds_.back().second;
}

void Workspace::write(const std::vector<std::pair<std::string, Queued>>& items) const {
    database_->transaction([&] {
        nameIds_.clear();  // a rolled-back transaction may have taken names with it
        Statement point(*database_, "INSERT INTO metric_points(run, split, step, epoch, seconds, tokens, nonfinite, vals) VALUES(?,?,?,?,?,?,?,?)");
        Statement event(*database_, "INSERT INTO run_events(run, step, kind, sentence) VALUES(?,?,?,?)");
        Statement sample(*database_, "INSERT INTO run_samples(run, step, epoch, prompt, expected, text, reward) VALUES(?,?,?,?,?,?,?)");
        Statement log(*database_, "INSERT INTO log_lines(run, time, level, sentence) VALUES(?,?,?,?)");
        Statement progress(*database_, "UPDATE runs SET step=?, total_steps=?, seconds=? WHERE id=?");
        for (const auto& [run, item] : items) {
            if (const auto* p = std::get_if<MetricPoint>(&item)) {
                std::string bytes;
                for (const auto& [name, value] : p->values) appendValue(bytes, static_cast<std::uint32_t>(nameId(name)), value);
                point.bind(run).bind(p->split).bind(p->step).bind(p->epoch).bind(p->seconds).bind(p->tokens).bind(std::int64_t{!p->isFinite}).bindBlob(bytes).run();
            } else if (const auto* e = std::get_if<RunEvent>(&item)) {
                event.bind(run).bind(e->step).bind(e->kind).bind(e->sentence).run();
            } else if (const auto* s = std::get_if<SampleOutput>(&item)) {
                sample.bind(run).bind(s->step).bind(s->epoch).bind(s->prompt).bind(s->expected).bind(s->text).bind(s->reward).run();
            } else if (const auto* l = std::get_if<LogRecord>(&item)) {
                log.bind(run).bind(l->time).bind(static_cast<std::int64_t>(l->level)).bind(l->sentence).run();
            } else if (const auto* g = std::get_if<Progress>(&item)) {
                progress.bind(g->step).bind(g->totalSteps).bind(g->seconds).bind(run).run();
            }
        }
    });
}

std::vector<MetricPoint> Workspace::points(const std::string& run) const {
    flush();
    const auto held = database_->lock();
    std::vector<std::string> names;
    Statement nameQuery(*database_, "SELECT id, name FROM metric_names");
    while (nameQuery.step()) {
        names.resize(std::max(names.size(), static_cast<std::size_t>(nameQuery.integer(0)) + 1));
        names[static_cast<std::size_t>(nameQuery.integer(0))] = nameQuery.text(1);
    }
    std::vector<MetricPoint> found;
    Statement query(*database_, "SELECT split, step, epoch, seconds, tokens, nonfinite, vals FROM metric_points WHERE run=? ORDER BY seq");
    query.bind(run);
    while (query.step()) {
        MetricPoint point{.step = query.integer(1), .epoch = query.number(2), .split = query.text(0), .seconds = query.number(3), .tokens = query.integer(4),
                          .values = {}, .isFinite = query.integer(5) == 0};
        const std::string_view bytes = query.blob(6);
        for (std::size_t at = 0; at + kValueBytes <= bytes.size(); at += kValueBytes) {
            std::uint32_t name = 0;
            double value = 0;
            std::memcpy(&name, bytes.data() + at, sizeof name);
            std::memcpy(&value, bytes.data() + at + sizeof name, sizeof value);
            if (name < names.size()) point.values.emplace(names[name], value);
        }
        found.push_back(std::move(point));
    }
    return found;
}

std::vector<RunEvent> Workspace::events(const std::string& run) const {
    flush();
    const auto held = database_->lock();
    Statement query(*database_, "SELECT step, kind, sentence FROM run_events WHERE run=? ORDER BY seq");
    query.bind(run);
    std::vector<RunEvent> found;
    while (query.step()) found.push_back({query.integer(0), query.text(1), query.text(2)});
    return found;
}

std::vector<SampleOutput> Workspace::samples(const std::string& run) const {
    flush();
    const auto held = database_->lock();
    Statement query(*database_, "SELECT step, epoch, prompt, expected, text, reward FROM run_samples WHERE run=? ORDER BY seq");
    query.bind(run);
    std::vector<SampleOutput> found;
    while (query.step()) found.push_back({query.integer(0), query.number(1), query.text(2), query.text(3), query.text(4), query.optionalNumber(5)});
    return found;
}

std::vector<LogRecord> Workspace::logs(const std::string& run) const {
    flush();
    const auto held = database_->lock();
    Statement query(*database_, "SELECT time, level, sentence FROM log_lines WHERE run=? ORDER BY seq");
    query.bind(run);
    std::vector<LogRecord> found;
    while (query.step()) found.push_back({query.text(0), static_cast<LogLevel>(query.integer(1)), query.text(2)});
    return found;
}

}  // namespace lathe::workspace
