// SPDX-License-Identifier: GPL-3.0-or-later
// The base of every panel: what the window asks of it and what it asks of the window.
#pragma once

#include <QList>
#include <QString>
#include <QVariantMap>
#include <QWidget>

namespace lathe::widgets {

/// A line of the list of keys (Ctrl+?).
struct KeyBinding {
    QString keys;  ///< "Ctrl+O" or "←" ...
    QString text;  ///< what it does
};

/// A panel. Built by its factory the first time it is shown.
class PanelPage : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

    /// Called each time another panel or the command line opens this one with arguments, e.g. {"run": 12}. Keys are the panel's own.
    virtual void openWith(const QVariantMap& arguments) { Q_UNUSED(arguments); }
    /// Widgets for the right end of the window's header while this panel is shown; the panel keeps owning them.
    virtual QList<QWidget*> headerWidgets() { return {}; }
    /// Keys that work in this panel.
    virtual QList<KeyBinding> keyBindings() const { return {}; }
    /// False while background work of this panel's first filling goes on; the screenshot option waits for it.
    virtual bool isSettled() const { return true; }

Q_SIGNALS:
    /// Asks the window to show another panel, e.g. ("playground", {"run": 12}).
    void openRequested(const QString& panelId, const QVariantMap& arguments);
};

} // namespace lathe::widgets
