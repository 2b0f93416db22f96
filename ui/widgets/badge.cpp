// SPDX-License-Identifier: GPL-3.0-or-later
#include "badge.h"

#include "badge_paint.h"
#include "theme.h"

#include <QPainter>

namespace lathe::widgets {
namespace {

constexpr int kHeight = 18;
constexpr int kDot = 6;

struct BadgeColours {
    QColor ground;
    QColor ink;
};

BadgeColours coloursOf(const Tokens& t, BadgeTone tone) {
    switch (tone) {
    case BadgeTone::Accent:
        return {t.accentSoft, t.accent};
    case BadgeTone::Running:
        return {t.accentSoft, t.accent};
    case BadgeTone::Good:
        return {t.goodSoft, t.good};
    case BadgeTone::Warning:
        return {t.warningSoft, t.warning};
    case BadgeTone::Bad:
        return {t.badSoft, t.bad};
    case BadgeTone::Neutral:
        break;
    }
    return {mixed(t.border, t.surface, 0.7), t.secondary};
}

// Badge text keeps 4.5:1 on its own tint: the colour is moved towards the text colour until it does.
QColor legible(const QColor& ink, const QColor& ground, const QColor& text) {
    QColor result = ink;
    for (double share = 0.9; contrastRatio(result, ground) < 4.5 && share > 0; share -= 0.1) {
        result = mixed(ink, text, share);
    }
    return result;
}

} // namespace

QSize badgeSize(const QString& text, BadgeTone tone) {
    const QFontMetrics measures(fontOf(FontRole::Secondary));
    const int height = std::max(kHeight, measures.height() + 2);
    int width = text.isEmpty() ? 0 : measures.horizontalAdvance(text);
    if (tone == BadgeTone::Running) {
        width += kDot + (text.isEmpty() ? 0 : metrics::kSpace4);
    }
    return width == 0 ? QSize(0, 0) : QSize(std::max(width + 12, height), height);
}

void paintBadge(QPainter& painter, const QRect& rect, const QString& text, BadgeTone tone, const QPalette& palette) {
    if (rect.isEmpty()) {
        return;
    }
    const Tokens& t = tokens(palette);
    const BadgeColours colours = coloursOf(t, tone);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours.ground);
    painter.drawRoundedRect(rect, rect.height() / 2.0, rect.height() / 2.0);
    painter.setFont(fontOf(FontRole::Secondary));
    QRect textRect = rect.adjusted(6, 0, -6, 0);
    if (tone == BadgeTone::Running) {
        const double x = text.isEmpty() ? rect.center().x() + 0.5 - kDot / 2.0 : textRect.left();
        painter.setBrush(colours.ink);
        painter.drawEllipse(QRectF(x, rect.top() + (rect.height() - kDot) / 2.0, kDot, kDot));
        textRect.setLeft(textRect.left() + kDot + metrics::kSpace4);
    }
    painter.setPen(legible(colours.ink, colours.ground, t.text));
    painter.drawText(textRect, Qt::AlignCenter | Qt::TextSingleLine, text);
    painter.restore();
}

Badge::Badge(const QString& text, BadgeTone tone, QWidget* parent) : QWidget(parent), text_(text), tone_(tone) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(text);
}

void Badge::setText(const QString& text) {
    if (text_ != text) {
        text_ = text;
        setAccessibleName(text);
        updateGeometry();
        update();
    }
}

void Badge::setTone(BadgeTone tone) {
    if (tone_ != tone) {
        tone_ = tone;
        updateGeometry();
        update();
    }
}

QSize Badge::sizeHint() const {
    return badgeSize(text_, tone_);
}

void Badge::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintBadge(painter, QRect(QPoint(0, (height() - sizeHint().height()) / 2), sizeHint()), text_, tone_, palette());
}

} // namespace lathe::widgets
