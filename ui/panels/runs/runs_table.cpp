// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/runs/runs_table.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include "bridge/sentences.h"
#include "widgets/format.h"

namespace lathe::panels {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("lathe::panels::RunsTable", text); }

}  // namespace

QString localTime(const std::string& utc) {
    const QDateTime time = QDateTime::fromString(bridge::text(utc), Qt::ISODate);
    return time.isValid() ? QLocale().toString(time.toLocalTime(), QStringLiteral("yyyy-MM-dd HH:mm")) : bridge::text(utc);
}

QString RunsTable::header(int column) const {
    switch (column) {
        case kName: return tr("Run");
        case kState: return tr("State");
        case kTask: return tr("Task");
        case kModel: return tr("Model");
        case kData: return tr("Data");
        case kBest: return tr("Best");
        case kSteps: return tr("Steps");
        case kDuration: return tr("Duration");
        default: return tr("Started");
    }
}

QString RunsTable::text(int row, int column) const {
    const RunInfo& run = runs[std::size_t(row)];
    if (run.state == RunState::Queued && (column == kSteps || column == kDuration || column == kStarted)) return {};
    switch (column) {
        case kName: return bridge::text(run.id);
        case kState: return bridge::stateText(run.state);
        case kTask: return bridge::text(run.task);
        case kModel: return bridge::text(run.model);
        case kData: return bridge::text(run.dataset);
        case kBest: return run.bestMetric ? QStringLiteral("%1 %2").arg(bridge::text(run.bestMetricName), widgets::formatNumber(*run.bestMetric)) : QString();
        case kSteps:
            return run.totalSteps > 0 ? tr("%1 of %2").arg(widgets::formatCount(run.step), widgets::formatCount(run.totalSteps)) : widgets::formatCount(run.step);
        case kDuration: return widgets::formatDuration(run.seconds);
        default: return localTime(run.created);
    }
}

QString RunsTable::iconName(int row, int column) const {
    if (column != kState) return {};
    switch (runs[std::size_t(row)].state) {
        case RunState::Finished: return QStringLiteral("circle-check");
        case RunState::Failed: return QStringLiteral("circle-x");
        case RunState::Interrupted: return QStringLiteral("alert-triangle");
        case RunState::Queued: return QStringLiteral("clock");
        case RunState::Paused: return QStringLiteral("player-pause");
        case RunState::Stopped: return QStringLiteral("player-stop");
        default: return QStringLiteral("player-play");
    }
}

}  // namespace lathe::panels
