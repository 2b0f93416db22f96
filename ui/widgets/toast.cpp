// SPDX-License-Identifier: GPL-3.0-or-later
#include "toast.h"

#include "controls.h"
#include "elided_label.h"
#include "theme.h"

#include <QBoxLayout>
#include <QEvent>
#include <QPushButton>
#include <QTimer>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

constexpr int kLargestWidth = 560;
// Above the status line, which is 28 px high.
constexpr int kBottomGap = metrics::kRowHeight + metrics::kSpace16;

} // namespace

Toast::Toast(QWidget* window)
    : QFrame(window), label_(new ElidedLabel({}, this)), action_(button(u"toast.action"_qs, {}, ButtonKind::Normal, {}, this)), timer_(new QTimer(this)) {
    setObjectName(u"toast"_qs);
    setProperty("role", u"toast"_qs);
    setAttribute(Qt::WA_StyledBackground);
    setFrameShape(QFrame::NoFrame);
    action_->setProperty("kind", u"toast"_qs);
    auto* line = row(this, metrics::kSpace12);
    line->setContentsMargins(metrics::kSpace16, metrics::kSpace8, metrics::kSpace8, metrics::kSpace8);
    line->addWidget(label_, 1);
    line->addWidget(action_);
    QPalette light = label_->palette();
    light.setColor(QPalette::WindowText, QColor(0xF4, 0xF5, 0xF7));
    label_->setPalette(light);
    timer_->setSingleShot(true);
    connect(timer_, &QTimer::timeout, this, [this] { finish(false); });
    connect(action_, &QPushButton::clicked, this, [this] { finish(true); });
    window->installEventFilter(this);
}

Toast* Toast::show(QWidget* anyWidget, const QString& text, const QString& actionText, std::function<void()> action, std::chrono::milliseconds stay,
                   std::function<void()> expired) {
    QWidget* window = anyWidget->window();
    for (auto* previous : window->findChildren<Toast*>(Qt::FindDirectChildrenOnly)) {
        previous->finish(false);
    }
    auto* toast = new Toast(window);
    toast->label_->setText(text);
    toast->setAccessibleName(text);
    toast->action_->setText(actionText);
    toast->action_->setVisible(!actionText.isEmpty());
    toast->onAction_ = std::move(action);
    toast->onExpired_ = std::move(expired);
    toast->timer_->start(stay);
    toast->place();
    toast->QFrame::show();
    toast->raise();
    return toast;
}

Toast* Toast::showUndo(QWidget* anyWidget, const QString& text, std::function<void()> undo, std::function<void()> expired) {
    return show(anyWidget, text, tr("Undo"), std::move(undo), std::chrono::seconds(8), std::move(expired));
}

QString Toast::text() const {
    return label_->text();
}

bool Toast::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize && watched == parentWidget()) {
        place();
    }
    return QFrame::eventFilter(watched, event);
}

void Toast::enterEvent(QEnterEvent*) {
    timer_->stop();
}

void Toast::leaveEvent(QEvent*) {
    if (!isFinished_) {
        timer_->start(std::chrono::seconds(3));
    }
}

void Toast::place() {
    ensurePolished();
    const QWidget* window = parentWidget();
    const int width = std::min({sizeHint().width() + metrics::kSpace16, kLargestWidth, window->width() - 2 * metrics::kSpace16});
    const int height = sizeHint().height();
    setGeometry((window->width() - width) / 2, window->height() - height - kBottomGap, width, height);
}

void Toast::finish(bool isActed) {
    if (isFinished_) {
        return;
    }
    isFinished_ = true;
    timer_->stop();
    hide();
    setParent(nullptr);
    deleteLater();
    const auto& next = isActed ? onAction_ : onExpired_;
    if (next) {
        next();
    }
}

} // namespace lathe::widgets
