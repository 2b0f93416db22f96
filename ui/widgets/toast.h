// SPDX-License-Identifier: GPL-3.0-or-later
// A passing message at the bottom of the window, with an optional action such as Undo.
#pragma once

#include <QFrame>

#include <chrono>
#include <functional>

class QPushButton;
class QTimer;

namespace lathe::widgets {

class ElidedLabel;

/// Sits over the bottom edge of the window it belongs to. At most one a window: a new message replaces the one before.
class Toast : public QFrame {
    Q_OBJECT
public:
    /// Shows a message in the window of `anyWidget`. With `actionText` there is a button that calls `action` once and closes. It stays for `stay` (not while
    /// the pointer is on it), then calls `expired`, if any: the moment at which what could be undone becomes final. A replaced message expires too.
    static Toast* show(QWidget* anyWidget, const QString& text, const QString& actionText = {}, std::function<void()> action = {},
                       std::chrono::milliseconds stay = std::chrono::seconds(5), std::function<void()> expired = {});
    /// Show() with "Undo" for eight seconds.
    static Toast* showUndo(QWidget* anyWidget, const QString& text, std::function<void()> undo, std::function<void()> expired = {});

    QString text() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    explicit Toast(QWidget* window);
    void place();
    void finish(bool isActed);

    ElidedLabel* label_;
    QPushButton* action_;
    QTimer* timer_;
    std::function<void()> onAction_;
    std::function<void()> onExpired_;
    bool isFinished_ = false;
};

} // namespace lathe::widgets
