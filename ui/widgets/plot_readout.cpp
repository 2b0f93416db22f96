// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot_readout.h"

#include "format.h"
#include "theme.h"

#include <QPainter>

#include <algorithm>

namespace lathe::widgets {
namespace {

constexpr int kLine = 18;
constexpr int kSample = 16;
constexpr int kNumber = 68;
constexpr int kLongestLabel = 160;
constexpr int kMostRows = 10;

} // namespace

PlotReadout::PlotReadout(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void PlotReadout::setContent(const QString& heading, const QString& note, const QList<Row>& rows, bool isSmoothed) {
    heading_ = heading;
    note_ = note;
    rows_ = rows.mid(0, kMostRows);
    isSmoothed_ = isSmoothed;
    resize(sizeHint());
    update();
}

QSize PlotReadout::sizeHint() const {
    const QFontMetrics measures(fontOf(FontRole::Secondary));
    int label = 0;
    for (const Row& row : rows_) {
        label = std::max(label, std::min(measures.horizontalAdvance(row.reading.label), kLongestLabel));
    }
    const int table = kSample + metrics::kSpace8 + label + kNumber * (isSmoothed_ ? 2 : 1);
    const int width = std::max({table, measures.horizontalAdvance(heading_), std::min(measures.horizontalAdvance(note_), 260)});
    return {width + 2 * metrics::kSpace8, kLine * int(rows_.size() + 1 + (note_.isEmpty() ? 0 : 1)) + metrics::kSpace8};
}

void PlotReadout::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Tokens& t = tokens(palette());
    QColor ground = t.surface;
    ground.setAlphaF(0.94F);
    painter.setPen(t.border);
    painter.setBrush(ground);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), metrics::kRadius, metrics::kRadius);
    const QFont font = fontOf(FontRole::Secondary);
    const QFontMetrics measures(font);
    painter.setFont(font);
    const int left = metrics::kSpace8;
    const int right = width() - metrics::kSpace8;
    int y = metrics::kSpace4;
    const auto write = [&](const QRect& box, Qt::Alignment alignment, const QColor& colour, const QString& text) {
        painter.setPen(colour);
        painter.drawText(box, int(alignment | Qt::AlignVCenter) | Qt::TextSingleLine, measures.elidedText(text, Qt::ElideMiddle, box.width()));
    };
    write(QRect(left, y, right - left, kLine), Qt::AlignLeft, t.secondary, heading_);
    y += kLine;
    if (!note_.isEmpty()) {
        write(QRect(left, y, right - left, kLine), Qt::AlignLeft, t.warning, note_);
        y += kLine;
    }
    for (const Row& row : rows_) {
        QPen pen = row.pen;
        pen.setWidthF(2);
        painter.setPen(pen);
        painter.drawLine(QPointF(left, y + kLine / 2.0), QPointF(left + kSample, y + kLine / 2.0));
        const int labelLeft = left + kSample + metrics::kSpace8;
        const int numbers = kNumber * (isSmoothed_ ? 2 : 1);
        write(QRect(labelLeft, y, right - numbers - labelLeft, kLine), Qt::AlignLeft, t.text, row.reading.label);
        write(QRect(right - numbers, y, kNumber, kLine), Qt::AlignRight, t.text, formatNumber(isSmoothed_ ? row.reading.smoothed : row.reading.point.value));
        if (isSmoothed_) {
            write(QRect(right - kNumber, y, kNumber, kLine), Qt::AlignRight, t.secondary, formatNumber(row.reading.point.value));
        }
        y += kLine;
    }
}

} // namespace lathe::widgets
