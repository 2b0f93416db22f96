// SPDX-License-Identifier: GPL-3.0-or-later
#include "elided_label.h"

#include "theme.h"

#include <QEvent>
#include <QPainter>

namespace lathe::widgets {
namespace {

QString oneLine(QString text) {
    text.replace(u'\n', u' ');
    return text;
}

QFont fontFor(const QWidget* widget, bool isSecondary) {
    return isSecondary ? fontOf(FontRole::Secondary) : widget->font();
}

} // namespace

ElidedLabel::ElidedLabel(const QString& text, QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setText(text);
}

void ElidedLabel::setText(const QString& text) {
    if (text_ != text) {
        text_ = text;
        setAccessibleName(text);
        updateGeometry();
        updateTip();
        update();
    }
}

void ElidedLabel::setElideMode(Qt::TextElideMode mode) {
    mode_ = mode;
    update();
}

void ElidedLabel::setAlignment(Qt::Alignment alignment) {
    alignment_ = alignment;
    update();
}

void ElidedLabel::setSecondary(bool isSecondary) {
    isSecondary_ = isSecondary;
    updateGeometry();
    updateTip();
    update();
}

bool ElidedLabel::isElided() const {
    return QFontMetrics(fontFor(this, isSecondary_)).horizontalAdvance(oneLine(text_)) > width() || text_.contains(u'\n');
}

QSize ElidedLabel::sizeHint() const {
    const QFontMetrics measures(fontFor(this, isSecondary_));
    return {measures.horizontalAdvance(oneLine(text_)) + 1, measures.height()};
}

QSize ElidedLabel::minimumSizeHint() const {
    const QFontMetrics measures(fontFor(this, isSecondary_));
    return {std::min(sizeHint().width(), measures.averageCharWidth() * 4), measures.height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QFont font = fontFor(this, isSecondary_);
    painter.setFont(font);
    const Tokens& t = tokens(palette());
    painter.setPen(!isEnabled() ? t.disabled : isSecondary_ ? t.secondary : palette().color(QPalette::WindowText));
    painter.drawText(rect(), int(alignment_) | Qt::TextSingleLine, QFontMetrics(font).elidedText(oneLine(text_), mode_, width()));
}

void ElidedLabel::resizeEvent(QResizeEvent*) {
    updateTip();
}

void ElidedLabel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange) {
        updateGeometry();
        updateTip();
    }
    QWidget::changeEvent(event);
}

void ElidedLabel::updateTip() {
    setToolTip(isElided() ? text_ : QString());
}

} // namespace lathe::widgets
