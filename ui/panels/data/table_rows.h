// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <lathe/table.h>

#include "widgets/text_table.h"

namespace lathe::panels {

/// Cells of a core table, read when they are drawn. Long cells are cut for drawing only.
class TableRows : public widgets::TextProvider {
public:
    explicit TableRows(TablePtr table) : table_(std::move(table)) {}

    int rowCount() const override;
    int columnCount() const override { return table_->columnCount(); }
    QString header(int column) const override;
    QString text(int row, int column) const override;
    bool isFaint(int row, int column) const override { return table_->isBlank(row, column); }

private:
    TablePtr table_;
};

/// A whole cell.
QString cellText(const Table& table, std::int64_t row, int column);

}  // namespace lathe::panels
