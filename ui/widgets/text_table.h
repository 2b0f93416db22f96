// SPDX-License-Identifier: GPL-3.0-or-later
// A table over a provider of texts: fast for a million rows, 28-pixel rows, elided cells.
#pragma once

#include <QAbstractTableModel>
#include <QTableView>

#include <functional>
#include <memory>

class QSortFilterProxyModel;

namespace lathe::widgets {

/// Where a table's texts come from. Called on the GUI thread for visible cells only, so every call must be quick.
class TextProvider {
public:
    virtual ~TextProvider() = default;
    virtual int rowCount() const = 0;
    virtual int columnCount() const = 0;
    virtual QString header(int column) const = 0;
    virtual QString text(int row, int column) const = 0;
    /// Right-aligned, tabular figures.
    virtual bool isNumber(int column) const { Q_UNUSED(column); return false; }
    /// Drawn in secondary colour (blank or missing value).
    virtual bool isFaint(int row, int column) const { Q_UNUSED(row); Q_UNUSED(column); return false; }
    /// Icon name before the text; empty: none.
    virtual QString iconName(int row, int column) const { Q_UNUSED(row); Q_UNUSED(column); return {}; }
    /// A key to sort by instead of the text; used only when the view's sorting is on.
    virtual QVariant sortKey(int row, int column) const { return text(row, column); }
};

/// A provider over rows held in memory.
class RowsProvider : public TextProvider {
public:
    QStringList headers;
    QList<QStringList> rows;
    QList<int> numberColumns;

    int rowCount() const override { return int(rows.size()); }
    int columnCount() const override { return int(headers.size()); }
    QString header(int column) const override { return headers.value(column); }
    QString text(int row, int column) const override { return rows.value(row).value(column); }
    bool isNumber(int column) const override { return numberColumns.contains(column); }
};

class TextTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;
    void setProvider(std::shared_ptr<const TextProvider> provider);
    const TextProvider* provider() const { return provider_.get(); }
    /// Repaints rows whose texts changed; with no arguments all. Call rowsChanged() when their number changed.
    void refresh(int firstRow = 0, int lastRow = -1);
    void rowsChanged();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::shared_ptr<const TextProvider> provider_;
    int rows_ = 0;
};

/// The view. Whole rows are chosen; Ctrl+C copies them as tab-separated text; cells that do not fit show their text as a tooltip.
class TextTable : public QTableView {
    Q_OBJECT
public:
    explicit TextTable(QWidget* parent = nullptr);
    TextTableModel* textModel() const { return model_; }
    void setProvider(std::shared_ptr<const TextProvider> provider);
    /// Sorting by header click, through a proxy: for tables of up to some ten thousand rows.
    void setSortable(bool isSortable);
    /// Sets column widths from the headers and the first hundred rows, at most `largest` pixels each.
    void fitColumns(int largest = 320);
    /// The provider's row of a view row, and back, through the sorting.
    int providerRow(const QModelIndex& viewIndex) const;
    QModelIndex viewIndex(int providerRow, int column = 0) const;
    /// Chosen provider rows, ascending.
    QList<int> selectedRows() const;
    void selectProviderRow(int providerRow);

Q_SIGNALS:
    /// The current row by key or mouse, as the provider counts; -1: none.
    void currentRowChanged(int providerRow);
    void rowActivated(int providerRow);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    void connectSelection();
    TextTableModel* model_;
    QSortFilterProxyModel* proxy_ = nullptr;
};

} // namespace lathe::widgets
