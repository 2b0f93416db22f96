// SPDX-License-Identifier: GPL-3.0-or-later
// The list of panels at the left: icon, name, live badge.
#pragma once

#include "badge.h"

#include <QListView>
#include <QString>

class QStandardItemModel;

namespace lathe::widgets {

class SidebarList : public QListView {
    Q_OBJECT
public:
    explicit SidebarList(QWidget* parent = nullptr);

    /// Adds a row; `hint` (a shortcut in words) goes into the tooltip.
    void addItem(const QString& id, const QString& title, const QString& iconName, const QString& hint);
    /// A badge at the right of a row; an empty text and a tone other than Running removes it.
    void setBadge(const QString& id, const QString& text, BadgeTone tone);
    QString badgeText(const QString& id) const;
    QString currentId() const;
    void setCurrentId(const QString& id);
    int count() const;
    QString idAt(int row) const;

    QSize sizeHint() const override;

Q_SIGNALS:
    void currentIdChanged(const QString& id);

private:
    int rowOf(const QString& id) const;
    QStandardItemModel* items_;
};

} // namespace lathe::widgets
