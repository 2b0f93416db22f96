// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/runs/label_overlap.h"

#include <algorithm>

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include "bridge/sentences.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
constexpr int kMostNameWidth = 130;
constexpr int kGap = 8;

}  // namespace

LabelOverlapView::LabelOverlapView(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("runs.labels.overlap"));
    setAccessibleName(tr("Labels that occur together"));
}

void LabelOverlapView::setOverlap(LabelOverlap overlap) {
    overlap_ = std::move(overlap);
    measure();
    update();
}

void LabelOverlapView::measure() {
    const QFontMetrics text(w::fontOf(w::FontRole::Secondary));
    int longest = 0;
    int widestCount = 0;
    const int size = int(overlap_.labels.size());
    for (int i = 0; i < size; ++i) {
        longest = std::max(longest, text.horizontalAdvance(bridge::text(overlap_.labels[std::size_t(i)])));
        widestCount = std::max(widestCount, text.horizontalAdvance(w::formatCount(qint64(count(i, i)))));
    }
    nameWidth_ = std::min(longest, kMostNameWidth);
    headHeight_ = nameWidth_;
    cell_ = std::max({26, widestCount + 8, text.height() + 8});
    setFixedSize(nameWidth_ + kGap + cell_ * size + 1, headHeight_ + kGap + cell_ * size + 1);
}

QPoint LabelOverlapView::centreOf(int row, int column) const { return {nameWidth_ + kGap + column * cell_ + cell_ / 2, headHeight_ + kGap + row * cell_ + cell_ / 2}; }

void LabelOverlapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const w::Tokens& t = w::tokens(palette());
    painter.setFont(w::fontOf(w::FontRole::Secondary));
    const QFontMetrics text = painter.fontMetrics();
    const int size = int(overlap_.labels.size());
    for (int i = 0; i < size; ++i) {
        const QString name = text.elidedText(bridge::text(overlap_.labels[std::size_t(i)]), Qt::ElideRight, nameWidth_);
        painter.setPen(t.secondary);
        painter.drawText(QRect(0, headHeight_ + kGap + i * cell_, nameWidth_, cell_), Qt::AlignRight | Qt::AlignVCenter, name);
        painter.save();
        painter.translate(nameWidth_ + kGap + i * cell_ + cell_ / 2, headHeight_);
        painter.rotate(-90);
        painter.drawText(QRect(0, -cell_ / 2, headHeight_, cell_), Qt::AlignLeft | Qt::AlignVCenter, name);
        painter.restore();
    }
    for (int row = 0; row < size; ++row) {
        for (int column = 0; column < size; ++column) {
            const QRect box(nameWidth_ + kGap + column * cell_, headHeight_ + kGap + row * cell_, cell_, cell_);
            const double share = count(row, row) > 0 ? double(count(row, column)) / double(count(row, row)) : 0;
            const QColor ground = row == column ? w::mixed(t.secondary, t.surface, 0.25) : w::mixed(t.accent, t.surface, share);
            painter.fillRect(box.adjusted(0, 0, -1, -1), ground);
            if (count(row, column) == 0) continue;
            painter.setPen(w::contrastRatio(t.text, ground) >= w::contrastRatio(t.onAccent, ground) ? t.text : t.onAccent);
            painter.drawText(box, Qt::AlignCenter, w::formatCount(qint64(count(row, column))));
        }
    }
}

QString LabelOverlapView::sentenceAt(const QPoint& place) const {
    const int size = int(overlap_.labels.size());
    const QPoint inside = place - QPoint(nameWidth_ + kGap, headHeight_ + kGap);
    if (inside.x() < 0 || inside.y() < 0) return {};
    const int row = inside.y() / cell_;
    const int column = inside.x() / cell_;
    if (row >= size || column >= size) return {};
    const QString one = bridge::text(overlap_.labels[std::size_t(row)]);
    if (row == column) return tr("%1 rows have %2").arg(w::formatCount(qint64(count(row, row))), one);
    const double share = count(row, row) > 0 ? double(count(row, column)) / double(count(row, row)) : 0;
    return tr("%1 rows have both %2 and %3: %4 of %2").arg(w::formatCount(qint64(count(row, column))), one, bridge::text(overlap_.labels[std::size_t(column)]), w::formatShare(share));
}

bool LabelOverlapView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString sentence = sentenceAt(help->pos());
        if (sentence.isEmpty()) QToolTip::hideText();
        else QToolTip::showText(help->globalPos(), sentence, this);
        return true;
    }
    return QWidget::event(event);
}

void LabelOverlapView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) measure();
}

}  // namespace lathe::panels
