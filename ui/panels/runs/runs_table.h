// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include <lathe/session.h>

#include "widgets/text_table.h"

namespace lathe::panels {

/// Columns of the table of runs.
class RunsTable : public widgets::TextProvider {
public:
    enum Column { kName, kState, kTask, kModel, kData, kBest, kSteps, kDuration, kStarted, kColumns };

    std::vector<RunInfo> runs;

    int rowCount() const override { return int(runs.size()); }
    int columnCount() const override { return kColumns; }
    QString header(int column) const override;
    QString text(int row, int column) const override;
    bool isNumber(int column) const override { return column == kBest || column == kSteps || column == kDuration; }
    QString iconName(int row, int column) const override;
};

/// Such as "2026-11-24 22:05", in local time.
QString localTime(const std::string& utc);

}  // namespace lathe::panels
