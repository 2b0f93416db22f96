// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/data/table_rows.h"

#include <algorithm>
#include <limits>

#include <QCoreApplication>

namespace lathe::panels {
namespace {

// More than any column shows on a wide screen, and little to convert.
constexpr std::size_t kDrawnBytes = 400;

}  // namespace

int TableRows::rowCount() const { return int(std::min<std::int64_t>(table_->rowCount(), std::numeric_limits<int>::max())); }
QString TableRows::header(int column) const { return QString::fromStdString(table_->columnNames()[std::size_t(column)]); }

QString TableRows::text(int row, int column) const {
    if (table_->isNull(row, column)) return QCoreApplication::translate("TableRows", "(none)");
    std::string_view cell = table_->cell(row, column);
    if (cell.size() > kDrawnBytes) {
        cell = cell.substr(0, kDrawnBytes);
        while (!cell.empty() && (static_cast<unsigned char>(cell.back()) & 0xC0) == 0x80) cell.remove_suffix(1);
        if (!cell.empty() && (static_cast<unsigned char>(cell.back()) & 0x80) != 0) cell.remove_suffix(1);
    }
    QString shown = QString::fromUtf8(cell.data(), qsizetype(cell.size()));
    shown.replace(QLatin1Char('\n'), QStringLiteral(" ↵ "));
    return shown;
}

QString cellText(const Table& table, std::int64_t row, int column) {
    const std::string_view cell = table.cell(row, column);
    return QString::fromUtf8(cell.data(), qsizetype(cell.size()));
}

}  // namespace lathe::panels
