// SPDX-License-Identifier: GPL-3.0-or-later
#include "sidebar_list.h"

#include "badge_paint.h"
#include "icons.h"
#include "theme.h"

#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

enum Role { kIdRole = Qt::UserRole + 1, kIconRole, kBadgeTextRole, kBadgeToneRole };

constexpr int kRowStep = 34;

class SidebarDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {metrics::kSidebarWidth, std::max(kRowStep, QFontMetrics(fontOf(FontRole::Body)).height() + 16)};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = tokens(option.palette);
        const bool isCurrent = option.state.testFlag(QStyle::State_Selected);
        const QRect box = option.rect.adjusted(metrics::kSpace8, 1, -metrics::kSpace8, -1);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (isCurrent || option.state.testFlag(QStyle::State_MouseOver)) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(isCurrent ? t.selected : mixed(t.text, t.window, 0.07));
            painter->drawRoundedRect(box, metrics::kRadius, metrics::kRadius);
        }
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setPen(t.accent);
            painter->setBrush(Qt::NoBrush);
            painter->drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), metrics::kRadius, metrics::kRadius);
        }
        const QRect iconBox(box.left() + metrics::kSpace8, box.top() + (box.height() - 18) / 2, 18, 18);
        icon(index.data(kIconRole).toString(), isCurrent ? IconTone::Accent : IconTone::Secondary).paint(painter, iconBox);

        const QString badge = index.data(kBadgeTextRole).toString();
        const auto tone = BadgeTone(index.data(kBadgeToneRole).toInt());
        const QSize badgeBox = badgeSize(badge, tone);
        const QRect badgeRect(QPoint(box.right() - metrics::kSpace8 - badgeBox.width() + 1, box.top() + (box.height() - badgeBox.height()) / 2), badgeBox);
        paintBadge(*painter, badgeRect, badge, tone, option.palette);

        QFont font = fontOf(FontRole::Body);
        if (isCurrent) {
            font.setWeight(QFont::DemiBold);
        }
        painter->setFont(font);
        painter->setPen(t.text);
        const int left = iconBox.right() + 1 + metrics::kSpace8;
        const int right = badgeBox.isEmpty() ? box.right() - metrics::kSpace8 : badgeRect.left() - metrics::kSpace4;
        const QRect textBox(left, box.top(), right - left, box.height());
        painter->drawText(textBox, Qt::AlignVCenter | Qt::TextSingleLine,
                          QFontMetrics(font).elidedText(index.data().toString(), Qt::ElideRight, textBox.width()));
        painter->restore();
    }
};

} // namespace

SidebarList::SidebarList(QWidget* parent) : QListView(parent), items_(new QStandardItemModel(this)) {
    setProperty("role", u"sidebar"_qs);
    setModel(items_);
    setItemDelegate(new SidebarDelegate(this));
    setFixedWidth(metrics::kSidebarWidth);
    setMouseTracking(true);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setFrameShape(QFrame::NoFrame);
    setUniformItemSizes(true);
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        if (current.isValid()) {
            Q_EMIT currentIdChanged(current.data(kIdRole).toString());
        }
    });
}

void SidebarList::addItem(const QString& id, const QString& title, const QString& iconName, const QString& hint) {
    auto* item = new QStandardItem(title);
    item->setData(id, kIdRole);
    item->setData(iconName, kIconRole);
    item->setData(hint.isEmpty() ? title : title + u"  "_qs + hint, Qt::ToolTipRole);
    item->setEditable(false);
    items_->appendRow(item);
}

void SidebarList::setBadge(const QString& id, const QString& text, BadgeTone tone) {
    if (QStandardItem* item = items_->item(rowOf(id))) {
        item->setData(text, kBadgeTextRole);
        item->setData(int(tone), kBadgeToneRole);
        item->setData(text.isEmpty() ? item->text() : item->text() + u", "_qs + text, Qt::AccessibleTextRole);
    }
}

QString SidebarList::badgeText(const QString& id) const {
    const QStandardItem* item = items_->item(rowOf(id));
    return item != nullptr ? item->data(kBadgeTextRole).toString() : QString();
}

QString SidebarList::currentId() const {
    return currentIndex().data(kIdRole).toString();
}

void SidebarList::setCurrentId(const QString& id) {
    const int row = rowOf(id);
    if (row >= 0) {
        setCurrentIndex(items_->index(row, 0));
    }
}

int SidebarList::count() const {
    return items_->rowCount();
}

QString SidebarList::idAt(int row) const {
    return items_->index(row, 0).data(kIdRole).toString();
}

QSize SidebarList::sizeHint() const {
    return {metrics::kSidebarWidth, 200};
}

int SidebarList::rowOf(const QString& id) const {
    for (int row = 0; row < items_->rowCount(); ++row) {
        if (items_->item(row)->data(kIdRole).toString() == id) {
            return row;
        }
    }
    return -1;
}

} // namespace lathe::widgets
