// SPDX-License-Identifier: GPL-3.0-or-later
// What the window knows about a panel.
#pragma once

#include "widgets/badge.h"

#include <QKeySequence>
#include <QObject>
#include <QString>

#include <functional>

class QWidget;

namespace lathe::shell {

/// A live badge on a panel's row in the sidebar. Whoever knows sets it; the sidebar follows.
class BadgeSource : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    /// Running shows a dot even without text ("42 %"); any other tone with an empty text shows nothing.
    void set(const QString& text, widgets::BadgeTone tone);
    QString text() const { return text_; }
    widgets::BadgeTone tone() const { return tone_; }

Q_SIGNALS:
    void changed();

private:
    QString text_;
    widgets::BadgeTone tone_ = widgets::BadgeTone::Neutral;
};

/// One row of the table of panels. The factory is called once, the first time the panel is shown; a widgets::PanelPage gets
/// arguments, header widgets and key lists, any other QWidget works too.
struct PanelInfo {
    QString id;
    QString title;
    QString iconName;
    QKeySequence shortcut;
    std::function<QWidget*(QWidget* parent)> factory;
    BadgeSource* badge = nullptr;  ///< may be null; not owned
};

} // namespace lathe::shell
