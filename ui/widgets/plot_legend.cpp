// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot_legend.h"

#include "theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>

namespace lathe::widgets {
namespace {

constexpr int kSample = 22;
constexpr int kLineHeight = 20;
constexpr int kLongestLabel = 180;

} // namespace

QPen seriesPen(const QPalette& palette, int style) {
    // In units of the line's width; the first two series are solid and dashed, and a pattern repeats only together with another colour.
    static const std::array<QList<qreal>, 5> kDashes = {QList<qreal>{}, {5, 2.5}, {1.5, 2}, {6, 2, 1.5, 2}, {9, 3}};
    QPen pen(seriesColour(tokens(palette), style), 1.75);
    pen.setCapStyle(Qt::FlatCap);
    pen.setJoinStyle(Qt::RoundJoin);
    const QList<qreal>& dashes = kDashes[size_t(std::max(0, style)) % kDashes.size()];
    if (!dashes.isEmpty()) {
        pen.setDashPattern(dashes);
    }
    return pen;
}

PlotLegend::PlotLegend(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("Legend"));
}

void PlotLegend::setEntries(const QList<LegendEntry>& entries) {
    entries_ = entries;
    current_ = std::clamp(current_, 0, std::max(0, int(entries.size()) - 1));
    QStringList names;
    for (const LegendEntry& entry : entries) {
        names.append(entry.label);
    }
    setAccessibleDescription(names.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QList<QRect> PlotLegend::boxes(int width) const {
    const QFontMetrics measures(fontOf(FontRole::Secondary));
    QList<QRect> result;
    int x = 0;
    int y = 0;
    for (const LegendEntry& entry : entries_) {
        const int wanted = kSample + metrics::kSpace4 + std::min(measures.horizontalAdvance(entry.label) + 1, kLongestLabel);
        if (x > 0 && x + wanted > width) {
            x = 0;
            y += kLineHeight;
        }
        result.append(QRect(x, y, std::min(wanted, width), kLineHeight));
        x += wanted + metrics::kSpace12;
    }
    return result;
}

int PlotLegend::heightForWidth(int width) const {
    const QList<QRect> all = boxes(width);
    return all.isEmpty() ? 0 : all.last().bottom() + 1;
}

QSize PlotLegend::sizeHint() const {
    return {200, std::max(0, heightForWidth(std::max(width(), 200)))};
}

void PlotLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(fontOf(FontRole::Secondary));
    const Tokens& t = tokens(palette());
    const QList<QRect> all = boxes(width());
    for (int i = 0; i < entries_.size(); ++i) {
        const LegendEntry& entry = entries_[i];
        const QRect& box = all[i];
        QPen pen = entry.pen;
        if (!entry.isVisible) {
            pen.setColor(t.border);
        }
        pen.setWidthF(2);
        painter.setPen(pen);
        const double middle = box.center().y() + 0.5;
        painter.drawLine(QPointF(box.left(), middle), QPointF(box.left() + kSample, middle));
        const QRect textBox = box.adjusted(kSample + metrics::kSpace4, 0, 0, 0);
        QFont font = fontOf(FontRole::Secondary);
        font.setStrikeOut(!entry.isVisible);
        painter.setFont(font);
        painter.setPen(entry.isVisible ? t.text : t.disabled);
        painter.drawText(textBox, Qt::AlignVCenter | Qt::TextSingleLine, QFontMetrics(font).elidedText(entry.label, Qt::ElideMiddle, textBox.width()));
        if (hasFocus() && i == current_) {
            painter.setPen(t.accent);
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(QRectF(box).adjusted(-0.5, 1.5, 0.5, -1.5), 3, 3);
        }
    }
}

int PlotLegend::entryAt(const QPoint& position) const {
    const QList<QRect> all = boxes(width());
    for (int i = 0; i < all.size(); ++i) {
        if (all[i].contains(position)) {
            return i;
        }
    }
    return -1;
}

void PlotLegend::mousePressEvent(QMouseEvent* event) {
    const int index = entryAt(event->position().toPoint());
    if (index < 0) {
        return;
    }
    current_ = index;
    if (event->modifiers().testFlag(Qt::AltModifier)) {
        Q_EMIT isolated(entries_[index].id);
    } else {
        Q_EMIT toggled(entries_[index].id);
    }
}

void PlotLegend::keyPressEvent(QKeyEvent* event) {
    const int last = int(entries_.size()) - 1;
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) {
        current_ = std::clamp(current_ + (event->key() == Qt::Key_Right ? 1 : -1), 0, std::max(0, last));
        update();
    } else if ((event->key() == Qt::Key_Space || event->key() == Qt::Key_Return) && last >= 0) {
        if (event->modifiers().testFlag(Qt::AltModifier)) {
            Q_EMIT isolated(entries_[current_].id);
        } else {
            Q_EMIT toggled(entries_[current_].id);
        }
    } else {
        QWidget::keyPressEvent(event);
    }
}

bool PlotLegend::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int index = entryAt(help->pos());
        QToolTip::showText(help->globalPos(), index < 0 ? QString() : tr("%1\nClick hides or shows it, Alt-click shows it alone.").arg(entries_[index].label), this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace lathe::widgets
