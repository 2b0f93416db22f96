// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/runs/grid_page.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

#include <lathe/run_spec.h>

#include "bridge/sentences.h"
#include "panels/runs/run_charts.h"
#include "widgets/controls.h"
#include "widgets/format.h"
#include "widgets/text_table.h"
#include "widgets/toast.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
constexpr std::size_t kCompared = 3;

QString settingLabel(const std::string& id) {
    for (const std::string& task : runTasks())
        for (const ParamSpec& param : paramSpecs(task))
            if (param.id == id) return QCoreApplication::translate("RunSpec", param.label.c_str());
    return bridge::text(id);
}

}  // namespace

/// Columns: run, state, the settings, the metrics, epoch, duration.
class GridRows : public w::TextProvider {
public:
    GridTable table;

    int rowCount() const override { return int(table.rows.size()); }
    int columnCount() const override { return metricsBegin() + int(table.metrics.size()) + 2; }
    QString header(int column) const override {
        if (column == 0) return GridPage::tr("Run");
        if (column == 1) return GridPage::tr("State");
        if (column < metricsBegin()) return settingLabel(table.settings[std::size_t(column - 2)]);
        if (const int metric = column - metricsBegin(); metric < int(table.metrics.size())) return RunCharts::metricTitle(table.metrics[std::size_t(metric)]);
        return column == columnCount() - 2 ? GridPage::tr("Epoch") : GridPage::tr("Duration");
    }
    QString text(int row, int column) const override {
        const GridRow& cells = table.rows[std::size_t(row)];
        if (column == 0) return bridge::text(cells.id);
        if (column == 1) return bridge::stateText(cells.state);
        if (column < metricsBegin()) {
            const std::string& value = cells.values[std::size_t(column - 2)];
            return value == "null" ? GridPage::tr("none") : bridge::text(value);
        }
        if (const int metric = column - metricsBegin(); metric < int(table.metrics.size())) {
            const auto found = cells.metrics.find(table.metrics[std::size_t(metric)]);
            return found == cells.metrics.end() ? QString() : w::formatNumber(found->second);
        }
        if (column == columnCount() - 2) return cells.metrics.empty() ? QString() : w::formatNumber(cells.epoch, 3);
        return cells.seconds > 0 ? w::formatDuration(cells.seconds) : QString();
    }
    bool isNumber(int column) const override { return column >= 2; }
    QString iconName(int row, int column) const override {
        return column == 0 && row == 0 && !table.rows.front().metrics.empty() ? QStringLiteral("star") : QString();
    }
    QVariant sortKey(int row, int column) const override {
        const QString shown = text(row, column);
        bool isNumeric = false;
        if (column < metricsBegin()) {
            const double number = shown.toDouble(&isNumeric);
            return isNumeric ? QVariant(number) : QVariant(shown);
        }
        const GridRow& cells = table.rows[std::size_t(row)];
        if (const int metric = column - metricsBegin(); metric < int(table.metrics.size())) {
            const auto found = cells.metrics.find(table.metrics[std::size_t(metric)]);
            return found == cells.metrics.end() ? -1e300 : found->second;
        }
        return column == columnCount() - 2 ? cells.epoch : cells.seconds;
    }

private:
    int metricsBegin() const { return 2 + int(table.settings.size()); }
};

GridPage::GridPage(QWidget* parent) : QWidget(parent), provider_(std::make_shared<GridRows>()) {
    auto* layout = w::column(this);
    auto* bar = w::row(nullptr, 8);
    sentence_ = w::label({}, w::TextRole::Secondary, this);
    sentence_->setObjectName(QStringLiteral("runs.gridSentence"));
    sentence_->setWordWrap(true);
    auto* compare = w::button(QStringLiteral("runs.gridCompare"), tr("Compare the best"), w::ButtonKind::Normal, QStringLiteral("chart-line"), this);
    auto* save = w::button(QStringLiteral("runs.gridSave"), tr("Save as CSV"), w::ButtonKind::Quiet, QStringLiteral("download"), this);
    bar->addWidget(sentence_, 1);
    bar->addWidget(save);
    bar->addWidget(compare);
    layout->addLayout(bar);
    view_ = new w::TextTable(this);
    view_->setObjectName(QStringLiteral("runs.grid"));
    view_->setAccessibleName(tr("Results of the grid"));
    view_->setProvider(provider_);
    view_->setSortable(true);
    layout->addWidget(view_, 1);
    connect(compare, &QPushButton::clicked, this, &GridPage::compareBest);
    connect(save, &QPushButton::clicked, this, &GridPage::save);
    connect(view_, &w::TextTable::rowActivated, this, [this](int row) {
        if (row >= 0 && row < int(table_.rows.size())) Q_EMIT runsChosen({bridge::text(table_.rows[std::size_t(row)].id)});
    });
}

void GridPage::setTable(const GridTable& table) {
    const bool isSameShape = table_.name == table.name && table_.settings == table.settings && table_.metrics == table.metrics;
    table_ = table;
    provider_->table = table;
    if (isSameShape) view_->textModel()->rowsChanged();
    else {
        view_->setProvider(provider_);
        view_->sortByColumn(-1, Qt::AscendingOrder);
        view_->fitColumns(220);
    }
    const auto done = std::count_if(table.rows.begin(), table.rows.end(), [](const GridRow& row) { return row.state == RunState::Finished; });
    const QString order = table.isGreaterBetter ? tr("highest first") : tr("lowest first");
    sentence_->setText(tr("%1: %2 of %3 runs are finished. By %4 on the validation rows, %5; a run's other figures are of the same evaluation.")
                           .arg(bridge::text(table.name)).arg(done).arg(table.rows.size()).arg(RunCharts::metricTitle(table.metric), order));
}

void GridPage::compareBest() {
    QStringList best;
    for (const GridRow& row : table_.rows)
        if (!row.metrics.empty() && best.size() < qsizetype(kCompared)) best << bridge::text(row.id);
    if (!best.isEmpty()) Q_EMIT runsChosen(best);
}

void GridPage::save() {
    auto* dialog = new QFileDialog(this, tr("Save the table"));
    dialog->setObjectName(QStringLiteral("runs.gridSaveDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("CSV (*.csv)"));
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(bridge::text(table_.name) + QStringLiteral("-grid.csv"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        QSaveFile file(path);
        const std::string csv = gridCsv(table_);
        const bool isWritten = file.open(QIODevice::WriteOnly) && file.write(csv.data(), qint64(csv.size())) == qint64(csv.size()) && file.commit();
        w::Toast::show(this, isWritten ? tr("Saved %1.").arg(path) : tr("%1 could not be written. %2. Choose another place.").arg(path, file.errorString()));
    });
    dialog->open();
}

}  // namespace lathe::panels
