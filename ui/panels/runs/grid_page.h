// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>

#include <QWidget>

#include <lathe/grid.h>

class QLabel;

namespace lathe::widgets {
class TextTable;
}

namespace lathe::panels {

class GridRows;

/// The results of a grid: a row a run, best first, with the settings that differ and the metrics of its best evaluation.
class GridPage : public QWidget {
    Q_OBJECT
public:
    explicit GridPage(QWidget* parent = nullptr);
    void setTable(const GridTable& table);

Q_SIGNALS:
    /// Runs to be shown in the charts.
    void runsChosen(const QStringList& ids);

private:
    void compareBest();
    void save();

    GridTable table_;
    std::shared_ptr<GridRows> provider_;
    widgets::TextTable* view_;
    QLabel* sentence_;
};

}  // namespace lathe::panels
