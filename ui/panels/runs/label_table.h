// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include <lathe/label_bench.h>

#include "widgets/text_table.h"

namespace lathe::panels {

/// Columns of the table a label.
class LabelTable : public widgets::TextProvider {
public:
    enum Column { kLabel, kSupport, kPredicted, kPrecision, kRecall, kF1, kAuc, kThreshold, kColumns };

    std::vector<LabelRow> rows;

    int rowCount() const override { return int(rows.size()); }
    int columnCount() const override { return kColumns; }
    QString header(int column) const override;
    QString text(int row, int column) const override;
    bool isNumber(int column) const override { return column != kLabel; }
    QVariant sortKey(int row, int column) const override;
};

}  // namespace lathe::panels
