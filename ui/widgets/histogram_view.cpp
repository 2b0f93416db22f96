// SPDX-License-Identifier: GPL-3.0-or-later
#include "histogram_view.h"

#include "format.h"
#include "theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

constexpr int kAxisHeight = 20;

QString xText(double value, int decimals) {
    return QLocale().toString(value, 'f', decimals);
}

} // namespace

HistogramView::HistogramView(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void HistogramView::setBins(const QList<double>& counts, double low, double high) {
    counts_ = counts;
    low_ = low;
    high_ = high > low ? high : low + 1;
    updateDescription();
    update();
}

void HistogramView::setAxis(const QString& xLabel, const QString& countLabel) {
    xLabel_ = xLabel;
    countLabel_ = countLabel;
    updateDescription();
    update();
}

void HistogramView::setDecimals(int decimals) {
    decimals_ = std::clamp(decimals, 0, 6);
    update();
}

void HistogramView::setMarker(std::optional<double> value, const QString& label) {
    marker_ = value;
    markerLabel_ = label;
    updateDescription();
    update();
}

void HistogramView::setMarkerMovable(bool isMovable, double step) {
    isMovable_ = isMovable;
    step_ = step;
    setFocusPolicy(isMovable ? Qt::StrongFocus : Qt::NoFocus);
    setMouseTracking(isMovable);
}

void HistogramView::setLogCounts(bool isLog) {
    isLog_ = isLog;
    update();
}

QSize HistogramView::sizeHint() const {
    return {320, 140};
}

QSize HistogramView::minimumSizeHint() const {
    return {120, 72};
}

QRectF HistogramView::plotArea() const {
    const int top = markerLabel_.isEmpty() ? metrics::kSpace4 : QFontMetrics(fontOf(FontRole::Secondary)).height() + metrics::kSpace4;
    return QRectF(rect()).adjusted(1, top, -1, -kAxisHeight);
}

double HistogramView::valueAt(double x) const {
    const QRectF area = plotArea();
    return low_ + std::clamp((x - area.left()) / area.width(), 0.0, 1.0) * (high_ - low_);
}

double HistogramView::xOf(double value) const {
    const QRectF area = plotArea();
    return area.left() + std::clamp((value - low_) / (high_ - low_), 0.0, 1.0) * area.width();
}

double HistogramView::barHeight(double count, double full) const {
    if (count <= 0 || full <= 0) {
        return 0;
    }
    const double share = isLog_ ? std::log1p(count) / std::log1p(full) : count / full;
    // A bin that is not empty is always visible.
    return std::max(1.0, share * plotArea().height());
}

void HistogramView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Tokens& t = tokens(palette());
    const QRectF area = plotArea();
    painter.setFont(fontOf(FontRole::Secondary));
    const double full = counts_.isEmpty() ? 0 : *std::max_element(counts_.begin(), counts_.end());
    const double width = counts_.isEmpty() ? 0 : area.width() / double(counts_.size());
    const double gap = width > 4 ? 1 : 0;
    const double binSpan = counts_.isEmpty() ? 0 : (high_ - low_) / double(counts_.size());
    for (qsizetype i = 0; i < counts_.size(); ++i) {
        const double height = barHeight(counts_[i], full);
        const bool isChosen = marker_ && low_ + binSpan * (double(i) + 0.5) >= *marker_;
        const QColor colour = isChosen ? t.accent : mixed(marker_ ? t.secondary : t.accent, t.surface, marker_ ? 0.55 : 0.85);
        painter.fillRect(QRectF(area.left() + double(i) * width, area.bottom() - height, std::max(1.0, width - gap), height), colour);
    }
    painter.setPen(t.border);
    painter.drawLine(area.bottomLeft(), area.bottomRight());

    painter.setPen(t.secondary);
    const QRectF axis(area.left(), area.bottom() + 2, area.width(), kAxisHeight - 2);
    painter.drawText(axis, Qt::AlignLeft | Qt::AlignVCenter, xText(low_, decimals_));
    painter.drawText(axis, Qt::AlignRight | Qt::AlignVCenter, xText(high_, decimals_));
    painter.drawText(axis, Qt::AlignCenter, xLabel_);

    if (marker_) {
        const double x = std::round(xOf(*marker_)) + 0.5;
        painter.setPen(QPen(hasFocus() ? t.accent : t.text, hasFocus() ? 2 : 1, isMovable_ ? Qt::SolidLine : Qt::DashLine));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        painter.setPen(t.text);
        const double textWidth = painter.fontMetrics().horizontalAdvance(markerLabel_);
        const double left = std::clamp(x - textWidth / 2, area.left(), std::max(area.left(), area.right() - textWidth));
        painter.drawText(QRectF(left, 0, textWidth + 1, area.top()), Qt::AlignLeft | Qt::AlignTop | Qt::TextSingleLine, markerLabel_);
    }
}

void HistogramView::mousePressEvent(QMouseEvent* event) {
    if (isMovable_ && event->button() == Qt::LeftButton) {
        moveMarker(valueAt(event->position().x()));
    }
}

void HistogramView::mouseMoveEvent(QMouseEvent* event) {
    if (!isMovable_) {
        return;
    }
    setCursor(marker_ && std::abs(xOf(*marker_) - event->position().x()) < 5 ? Qt::SplitHCursor : Qt::ArrowCursor);
    if (event->buttons().testFlag(Qt::LeftButton)) {
        moveMarker(valueAt(event->position().x()));
    }
}

void HistogramView::keyPressEvent(QKeyEvent* event) {
    const double now = marker_.value_or(low_);
    switch (isMovable_ ? event->key() : 0) {
    case Qt::Key_Left:
    case Qt::Key_Down:
        return moveMarker(now - step_);
    case Qt::Key_Right:
    case Qt::Key_Up:
        return moveMarker(now + step_);
    case Qt::Key_PageDown:
        return moveMarker(now - 10 * step_);
    case Qt::Key_PageUp:
        return moveMarker(now + 10 * step_);
    case Qt::Key_Home:
        return moveMarker(low_);
    case Qt::Key_End:
        return moveMarker(high_);
    default:
        QWidget::keyPressEvent(event);
    }
}

bool HistogramView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !counts_.isEmpty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const double span = (high_ - low_) / double(counts_.size());
        const auto bin = std::clamp<qsizetype>(qsizetype((valueAt(help->pos().x()) - low_) / span), 0, counts_.size() - 1);
        QToolTip::showText(help->globalPos(),
                           tr("%1 to %2 %3: %4 %5")
                               .arg(xText(low_ + span * double(bin), decimals_), xText(low_ + span * double(bin + 1), decimals_), xLabel_,
                                    formatCount(qint64(counts_[bin])), countLabel_),
                           this);
        return true;
    }
    return QWidget::event(event);
}

void HistogramView::moveMarker(double value) {
    value = std::clamp(std::round(value / step_) * step_, low_, high_);
    if (!marker_ || *marker_ != value) {
        marker_ = value;
        updateDescription();
        update();
        Q_EMIT markerMoved(value);
    }
}

void HistogramView::updateDescription() {
    double total = 0;
    for (const double count : counts_) {
        total += count;
    }
    QString text = tr("Histogram of %1 %2 from %3 to %4 %5")
                       .arg(formatCount(qint64(total)), countLabel_, xText(low_, decimals_), xText(high_, decimals_), xLabel_);
    if (marker_) {
        text += u"; "_qs + (markerLabel_.isEmpty() ? xText(*marker_, decimals_) : markerLabel_);
    }
    setAccessibleDescription(text);
}

} // namespace lathe::widgets
