// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/runs/label_curves.h"

#include <algorithm>
#include <cmath>

#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include "widgets/format.h"
#include "widgets/theme.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
constexpr int kTitleHeight = 20;
constexpr int kAxisHeight = 18;
constexpr double kNearPixels = 24;

}  // namespace

const CurvePoint* pointAt(const std::vector<CurvePoint>& curve, double threshold) {
    if (curve.empty()) return nullptr;
    // Thresholds fall along the curve; the first point stands for "nothing is predicted".
    const auto after = std::partition_point(curve.begin() + 1, curve.end(), [&](const CurvePoint& point) { return point.threshold >= threshold; });
    return &*(after - 1);
}

LabelCurve::LabelCurve(const QString& objectName, const QString& xName, const QString& yName, QWidget* parent) : QWidget(parent), xName_(xName), yName_(yName) {
    setObjectName(objectName);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void LabelCurve::setDiagonal(bool isShown) {
    hasDiagonal_ = isShown;
    update();
}

void LabelCurve::setTitle(const QString& title) {
    title_ = title;
    setAccessibleName(title);
    update();
}

void LabelCurve::setAll(std::vector<CurvePoint> points) {
    all_ = std::move(points);
    update();
}

void LabelCurve::setOne(const QString& label, std::vector<CurvePoint> points) {
    oneName_ = label;
    one_ = std::move(points);
    update();
}

void LabelCurve::setThresholds(std::optional<double> all, std::optional<double> one) {
    allThreshold_ = all;
    oneThreshold_ = one;
    update();
}

QRectF LabelCurve::area() const {
    const QRectF whole = QRectF(rect()).adjusted(30, kTitleHeight + 4, -8, -kAxisHeight - 2);
    // A square, so that the slope of a curve can be read; it stands left, under its title.
    const double side = std::max(20.0, std::min(whole.width(), whole.height()));
    return {whole.left(), whole.top(), side, side};
}

QPointF LabelCurve::at(const CurvePoint& point) const {
    const QRectF box = area();
    return {box.left() + point.x * box.width(), box.bottom() - point.y * box.height()};
}

void LabelCurve::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const w::Tokens& t = w::tokens(palette());
    const QRectF box = area();
    painter.setFont(w::fontOf(w::FontRole::Body));
    painter.setPen(t.text);
    painter.drawText(QRectF(0, 0, width(), kTitleHeight), Qt::AlignLeft | Qt::AlignVCenter, painter.fontMetrics().elidedText(title_, Qt::ElideRight, width()));
    painter.setFont(w::fontOf(w::FontRole::Secondary));
    painter.setPen(QPen(t.border, 1));
    for (int i = 0; i <= 4; ++i) {
        const double x = std::round(box.left() + box.width() * i / 4) + 0.5;
        const double y = std::round(box.top() + box.height() * i / 4) + 0.5;
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()));
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
    }
    if (hasDiagonal_) {
        painter.setPen(QPen(t.secondary, 1, Qt::DashLine));
        painter.drawLine(box.bottomLeft(), box.topRight());
    }
    painter.setPen(t.secondary);
    painter.drawText(QRectF(0, box.top() - 8, 26, 16), Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("1"));
    painter.drawText(QRectF(0, box.bottom() - 8, 26, 16), Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("0"));
    painter.drawText(QRectF(box.left(), box.bottom() + 2, box.width(), kAxisHeight), Qt::AlignHCenter | Qt::AlignTop,
                     painter.fontMetrics().elidedText(xName_, Qt::ElideRight, int(box.width())));
    painter.save();
    painter.translate(14, box.center().y());
    painter.rotate(-90);
    painter.drawText(QRectF(-box.height() / 2 + 8, -8, box.height() - 16, 16), Qt::AlignCenter, painter.fontMetrics().elidedText(yName_, Qt::ElideRight, int(box.height()) - 16));
    painter.restore();
    const auto draw = [&](const std::vector<CurvePoint>& curve, const QColor& colour, double lineWidth, std::optional<double> threshold) {
        if (curve.empty()) return;
        QPainterPath path(at(curve.front()));
        for (const CurvePoint& point : curve) path.lineTo(at(point));
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, lineWidth));
        painter.drawPath(path);
        if (!threshold) return;
        painter.setBrush(colour);
        painter.setPen(QPen(t.surface, 1.5));
        painter.drawEllipse(at(*pointAt(curve, *threshold)), 5, 5);
    };
    draw(all_, one_.empty() ? t.accent : w::mixed(t.secondary, t.surface, 0.6), 1.6, allThreshold_);
    draw(one_, t.accent, 2, oneThreshold_);
    if (all_.empty()) {
        painter.setPen(t.secondary);
        painter.drawText(box, Qt::AlignCenter | Qt::TextWordWrap, tr("Needs rows with and without the label"));
    }
}

bool LabelCurve::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const std::vector<CurvePoint>& curve = one_.empty() ? all_ : one_;
        const CurvePoint* nearest = nullptr;
        double distance = kNearPixels;
        for (const CurvePoint& point : curve) {
            const QPointF away = at(point) - QPointF(help->pos());
            if (std::hypot(away.x(), away.y()) >= distance) continue;
            distance = std::hypot(away.x(), away.y());
            nearest = &point;
        }
        if (nearest == nullptr || !std::isfinite(nearest->threshold)) QToolTip::hideText();
        else QToolTip::showText(help->globalPos(), tr("%1 %2, %3 %4 from a probability of %5 on").arg(xName_, w::formatNumber(nearest->x, 3), yName_, w::formatNumber(nearest->y, 3), w::formatNumber(nearest->threshold, 3)), this);
        return true;
    }
    return QWidget::event(event);
}

}  // namespace lathe::panels
