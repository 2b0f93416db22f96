// SPDX-License-Identifier: GPL-3.0-or-later
#include "text_table.h"

#include "icons.h"
#include "theme.h"

#include <QAbstractItemDelegate>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QStyledItemDelegate>
#include <QToolTip>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

enum Role { kNumberRole = Qt::UserRole + 1, kFaintRole, kIconNameRole, kSortRole };

// Cells are one line and never need more characters than fit a wide screen.
constexpr qsizetype kLongestShown = 400;
constexpr int kPadding = metrics::kSpace8;

QString oneLine(const QString& text) {
    QString result = text.left(kLongestShown);
    for (QChar& c : result) {
        if (c == u'\n' || c == u'\r' || c == u'\t') {
            c = u' ';
        }
    }
    return result;
}

/// Paints a cell without the style sheet engine: a million-row table then scrolls at the speed of its text.
class TextDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = tokens(option.palette);
        const QRect& box = option.rect;
        if (option.state.testFlag(QStyle::State_Selected)) {
            painter->fillRect(box, t.selected);
        }
        painter->setPen(mixed(t.border, t.surface, 0.5));
        painter->drawLine(box.bottomLeft(), box.bottomRight());
        QRect textBox = box.adjusted(kPadding, 0, -kPadding, 0);
        const QString iconName = index.data(kIconNameRole).toString();
        if (!iconName.isEmpty()) {
            icon(iconName, IconTone::Secondary).paint(painter, QRect(textBox.left(), box.center().y() - 7, 16, 16));
            textBox.setLeft(textBox.left() + 16 + metrics::kSpace8);
        }
        const bool isNumber = index.data(kNumberRole).toBool();
        const QFont font = isNumber ? fontOf(FontRole::Figures) : option.font;
        painter->setFont(font);
        painter->setPen(index.data(kFaintRole).toBool() ? t.secondary : t.text);
        const QString shown = QFontMetrics(font).elidedText(oneLine(index.data().toString()), Qt::ElideRight, textBox.width());
        painter->drawText(textBox, int(Qt::AlignVCenter | Qt::TextSingleLine | (isNumber ? Qt::AlignRight : Qt::AlignLeft)), shown);
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setPen(t.accent);
            painter->drawRect(box.adjusted(0, 0, -1, -2));
        }
    }
};

/// Sorts by the provider's keys, falling back to a locale-aware comparison of texts.
class SortProxy : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override {
        const QVariant a = left.data(kSortRole);
        const QVariant b = right.data(kSortRole);
        if (a.typeId() == QMetaType::QString || b.typeId() == QMetaType::QString) {
            return QString::localeAwareCompare(a.toString(), b.toString()) < 0;
        }
        return QVariant::compare(a, b) == QPartialOrdering::Less;
    }
};

} // namespace

void TextTableModel::setProvider(std::shared_ptr<const TextProvider> provider) {
    beginResetModel();
    provider_ = std::move(provider);
    rows_ = provider_ ? provider_->rowCount() : 0;
    endResetModel();
}

void TextTableModel::refresh(int firstRow, int lastRow) {
    if (rows_ > 0 && columnCount() > 0) {
        const int last = lastRow < 0 ? rows_ - 1 : std::min(lastRow, rows_ - 1);
        Q_EMIT dataChanged(index(std::clamp(firstRow, 0, rows_ - 1), 0), index(last, columnCount() - 1));
    }
}

void TextTableModel::rowsChanged() {
    const int now = provider_ ? provider_->rowCount() : 0;
    if (now > rows_) {
        beginInsertRows({}, rows_, now - 1);
        rows_ = now;
        endInsertRows();
    } else if (now < rows_) {
        beginResetModel();
        rows_ = now;
        endResetModel();
    } else {
        refresh();
    }
}

int TextTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : rows_;
}

int TextTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || !provider_ ? 0 : provider_->columnCount();
}

QVariant TextTableModel::data(const QModelIndex& index, int role) const {
    if (!provider_ || !index.isValid() || index.row() >= rows_) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
        return provider_->text(index.row(), index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (provider_->isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft));
    case kNumberRole:
        return provider_->isNumber(index.column());
    case kFaintRole:
        return provider_->isFaint(index.row(), index.column());
    case kIconNameRole:
        return provider_->iconName(index.row(), index.column());
    case kSortRole:
        return provider_->sortKey(index.row(), index.column());
    default:
        return {};
    }
}

QVariant TextTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (!provider_ || orientation != Qt::Horizontal || section >= provider_->columnCount()) {
        return {};
    }
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole) {
        return provider_->header(section);
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::AlignVCenter | (provider_->isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
    }
    return {};
}

TextTable::TextTable(QWidget* parent) : QTableView(parent), model_(new TextTableModel(this)) {
    setModel(model_);
    setItemDelegate(new TextDelegate(this));
    setShowGrid(false);
    setWordWrap(false);
    setSelectionBehavior(SelectRows);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(metrics::kRowHeight);
    verticalHeader()->setDefaultSectionSize(metrics::kRowHeight);
    horizontalHeader()->setMinimumSectionSize(48);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setTextElideMode(Qt::ElideRight);
    connect(this, &QTableView::activated, this, [this](const QModelIndex& index) { Q_EMIT rowActivated(providerRow(index)); });
    connectSelection();
}

void TextTable::setProvider(std::shared_ptr<const TextProvider> provider) {
    model_->setProvider(std::move(provider));
}

void TextTable::setSortable(bool isSortable) {
    if (isSortable == (proxy_ != nullptr)) {
        return;
    }
    QItemSelectionModel* previous = selectionModel();
    if (isSortable) {
        proxy_ = new SortProxy(this);
        proxy_->setSourceModel(model_);
        // Unsorted at first: the order of the provider.
        horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
        setModel(proxy_);
    } else {
        setModel(model_);
        delete proxy_;
        proxy_ = nullptr;
    }
    setSortingEnabled(isSortable);
    delete previous;
    connectSelection();
}

void TextTable::connectSelection() {
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { Q_EMIT currentRowChanged(providerRow(current)); });
}

void TextTable::fitColumns(int largest) {
    const TextProvider* provider = model_->provider();
    if (provider == nullptr) {
        return;
    }
    QFont headerFont = fontOf(FontRole::Secondary);
    headerFont.setWeight(QFont::DemiBold);
    const QFontMetrics headerMeasures(headerFont);
    const QFontMetrics measures(font());
    const int rows = std::min(provider->rowCount(), 100);
    for (int column = 0; column < provider->columnCount(); ++column) {
        int width = headerMeasures.horizontalAdvance(provider->header(column)) + 16 + (proxy_ != nullptr ? 16 : 0);
        for (int row = 0; row < rows && width < largest; ++row) {
            const int extra = provider->iconName(row, column).isEmpty() ? 0 : 24;
            width = std::max(width, measures.horizontalAdvance(oneLine(provider->text(row, column))) + extra);
        }
        setColumnWidth(column, std::min(width + 2 * kPadding + 2, largest));
    }
}

int TextTable::providerRow(const QModelIndex& viewIndex) const {
    return proxy_ != nullptr ? proxy_->mapToSource(viewIndex).row() : viewIndex.row();
}

QModelIndex TextTable::viewIndex(int providerRow, int column) const {
    const QModelIndex index = model_->index(providerRow, column);
    return proxy_ != nullptr ? proxy_->mapFromSource(index) : index;
}

QList<int> TextTable::selectedRows() const {
    QList<int> rows;
    for (const QModelIndex& index : selectionModel()->selectedRows()) {
        rows.append(providerRow(index));
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

void TextTable::selectProviderRow(int providerRow) {
    const QModelIndex index = viewIndex(providerRow);
    if (index.isValid()) {
        setCurrentIndex(index);
        scrollTo(index);
    }
}

void TextTable::keyPressEvent(QKeyEvent* event) {
    if (!event->matches(QKeySequence::Copy) || model_->provider() == nullptr) {
        QTableView::keyPressEvent(event);
        return;
    }
    QStringList lines;
    for (const int row : selectedRows()) {
        QStringList cells;
        for (int column = 0; column < model_->columnCount(); ++column) {
            QString cell = model_->provider()->text(row, column);
            // Quoting keeps a cell with line ends together when it is pasted into a spreadsheet.
            if (cell.contains(u'\n') || cell.contains(u'\t') || cell.contains(u'"')) {
                cell = u'"' + cell.replace(u"\""_qs, u"\"\""_qs) + u'"';
            }
            cells.append(cell);
        }
        lines.append(cells.join(u'\t'));
    }
    QGuiApplication::clipboard()->setText(lines.join(u'\n'));
}

bool TextTable::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QModelIndex index = indexAt(help->pos());
        const QString text = index.data().toString();
        const bool isCut = index.isValid() && (text.contains(u'\n') || QFontMetrics(font()).horizontalAdvance(oneLine(text)) > visualRect(index).width() - 2 * kPadding);
        // A very long text would fill the screen; the detail pane shows it whole.
        QToolTip::showText(help->globalPos(), isCut ? text.left(1000) + (text.size() > 1000 ? u"…"_qs : QString()) : QString(), this);
        return true;
    }
    return QTableView::viewportEvent(event);
}

} // namespace lathe::widgets
