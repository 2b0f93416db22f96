// SPDX-License-Identifier: GPL-3.0-or-later
#include "controls.h"
#include "metric_plot_private.h"
#include "plot_legend.h"
#include "plot_readout.h"
#include "theme.h"

#include <QBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace lathe::widgets {

void PlotLink::setCursor(double x) {
    Q_EMIT cursorMoved(x);
}

void PlotLink::clearCursor() {
    Q_EMIT cursorCleared();
}

void PlotLink::setRange(double low, double high) {
    Q_EMIT rangeChanged(low, high);
}

void PlotLink::resetRange() {
    Q_EMIT rangeReset();
}

MetricPlot::MetricPlot(QWidget* parent) : QWidget(parent), d_(std::make_unique<Private>(this)) {
    setFocusPolicy(Qt::StrongFocus);
    d_->buildWidgets();
    d_->applyTheme();
}

MetricPlot::~MetricPlot() = default;

void MetricPlot::setTitle(const QString& title) {
    d_->heading->setText(title);
    setAccessibleName(title);
}

QString MetricPlot::title() const {
    return d_->heading->text();
}

void MetricPlot::setUnit(const QString& unit) {
    d_->unit = unit;
    d_->unitLabel->setText(unit);
}

void MetricPlot::setSeries(const PlotSeries& info) {
    Private::Series* known = d_->find(info.id);
    if (known == nullptr) {
        d_->series.push_back(std::make_unique<Private::Series>());
        known = d_->series.back().get();
        known->info = info;
        if (info.style < 0) {
            known->info.style = d_->nextStyle++;
        }
        d_->makeGraphs(*known);
    } else {
        const int style = info.style < 0 ? known->info.style : info.style;
        known->info = info;
        known->info.style = style;
        known->isDirty = true;
    }
    d_->applyTheme();
    d_->changed();
}

void MetricPlot::removeSeries(const QString& id) {
    const auto found = std::find_if(d_->series.begin(), d_->series.end(), [&](const auto& one) { return one->info.id == id; });
    if (found != d_->series.end()) {
        d_->dropGraphs(**found);
        d_->series.erase(found);
        d_->syncLegend();
        d_->changed();
    }
}

void MetricPlot::clear() {
    for (const auto& one : d_->series) {
        d_->dropGraphs(*one);
    }
    d_->series.clear();
    d_->nextStyle = 0;
    d_->marks.clear();
    d_->isZoomed = false;
    d_->hideCursor();
    d_->syncLegend();
    d_->changed();
}

QStringList MetricPlot::seriesIds() const {
    QStringList ids;
    for (const auto& one : d_->series) {
        ids.append(one->info.id);
    }
    return ids;
}

void MetricPlot::setPoints(const QString& id, const QList<PlotPoint>& points) {
    if (Private::Series* one = d_->find(id)) {
        one->points = points;
        const auto byStep = [](const PlotPoint& a, const PlotPoint& b) { return a.step < b.step; };
        if (!std::is_sorted(one->points.cbegin(), one->points.cend(), byStep)) {
            std::stable_sort(one->points.begin(), one->points.end(), byStep);
        }
        one->isDirty = true;
        d_->changed();
    }
}

void MetricPlot::append(const QString& id, const QList<PlotPoint>& points) {
    Private::Series* one = d_->find(id);
    if (one == nullptr || points.isEmpty()) {
        return;
    }
    // A run that was resumed from an earlier checkpoint repeats steps: then the whole is sorted again.
    const bool isInOrder = one->points.isEmpty() || points.first().step >= one->points.last().step;
    if (!isInOrder || !std::is_sorted(points.begin(), points.end(), [](const PlotPoint& a, const PlotPoint& b) { return a.step < b.step; })) {
        setPoints(id, one->points + points);
        return;
    }
    one->points += points;
    d_->changed();
}

const QList<PlotPoint>& MetricPlot::points(const QString& id) const {
    static const QList<PlotPoint> kNone;
    const Private::Series* one = d_->find(id);
    return one != nullptr ? one->points : kNone;
}

void MetricPlot::setSeriesVisible(const QString& id, bool isVisible) {
    Private::Series* one = d_->find(id);
    if (one != nullptr && one->isVisible != isVisible) {
        one->isVisible = isVisible;
        d_->syncLegend();
        d_->changed();
        Q_EMIT seriesVisibilityChanged(id, isVisible);
    }
}

void MetricPlot::setMarks(const QList<PlotMark>& marks) {
    d_->marks = marks;
    d_->changed();
}

void MetricPlot::setSmoothing(double weight) {
    weight = std::clamp(weight, 0.0, 0.999);
    if (weight != d_->smoothing) {
        d_->smoothing = weight;
        d_->markAllDirty();
        d_->applyTheme();
        d_->changed();
    }
}

double MetricPlot::smoothing() const {
    return d_->smoothing;
}

void MetricPlot::setLogY(bool isLog) {
    if (isLog != d_->isLog) {
        d_->isLog = isLog;
        d_->applyAxes();
        d_->changed();
    }
}

bool MetricPlot::isLogY() const {
    return d_->isLog;
}

void MetricPlot::setXAxis(PlotX axis) {
    if (axis != d_->axis) {
        d_->axis = axis;
        d_->isZoomed = false;
        d_->hideCursor();
        d_->markAllDirty();
        d_->applyAxes();
        d_->changed();
    }
}

PlotX MetricPlot::xAxis() const {
    return d_->axis;
}

void MetricPlot::setOutliersIgnored(bool isIgnored) {
    d_->isOutliersIgnored = isIgnored;
    d_->changed();
}

void MetricPlot::setLink(PlotLink* link) {
    if (d_->link != nullptr) {
        d_->link->disconnect(d_.get());
    }
    d_->link = link;
    if (link == nullptr) {
        return;
    }
    connect(link, &PlotLink::cursorMoved, d_.get(), [this](double x) { d_->showCursor(x); });
    connect(link, &PlotLink::cursorCleared, d_.get(), [this] { d_->hideCursor(); });
    connect(link, &PlotLink::rangeChanged, d_.get(), [this](double low, double high) {
        d_->isFollowing = true;
        d_->isZoomed = true;
        d_->plot->xAxis->setRange(low, high);
        d_->rescaleY();
        d_->changed();
        d_->isFollowing = false;
    });
    connect(link, &PlotLink::rangeReset, d_.get(), [this] {
        d_->isZoomed = false;
        d_->changed();
    });
}

void MetricPlot::setEmptyText(const QString& text) {
    d_->emptyLabel->setText(text);
}

QList<PlotReading> MetricPlot::readingsAt(double x) const {
    d_->flush();
    QList<PlotReading> result;
    for (const auto& one : d_->series) {
        if (!one->isVisible || one->points.isEmpty()) {
            continue;
        }
        // Points are in the order of their steps, and time, tokens and epochs grow with steps.
        const auto begin = one->points.cbegin();
        const auto end = one->points.cend();
        auto at = std::lower_bound(begin, end, x, [this](const PlotPoint& point, double value) { return plotX(point, d_->axis) < value; });
        if (at == end || (at != begin && x - plotX(*(at - 1), d_->axis) < plotX(*at, d_->axis) - x)) {
            --at;
        }
        const double first = plotX(*begin, d_->axis);
        const double last = plotX(*(end - 1), d_->axis);
        const double slack = (last - first) * 0.02 + 1e-12;
        if (x < first - slack || x > last + slack) {
            continue;
        }
        const qsizetype index = at - begin;
        result.append({one->info.id, one->info.label, seriesColour(tokens(palette()), one->info.style), *at,
                       d_->isSmoothed(*one) && index < one->smooth.size() ? one->smooth[index] : at->value});
    }
    std::stable_sort(result.begin(), result.end(), [](const PlotReading& a, const PlotReading& b) { return a.smoothed > b.smoothed; });
    return result;
}

QSize MetricPlot::sizeHint() const {
    return {420, 260};
}

QSize MetricPlot::minimumSizeHint() const {
    return {220, 160};
}

void MetricPlot::resetZoom() {
    d_->isZoomed = false;
    d_->changed();
    if (d_->link != nullptr && !d_->isFollowing) {
        d_->isFollowing = true;
        d_->link->resetRange();
        d_->isFollowing = false;
    }
}

void MetricPlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        d_->applyTheme();
        d_->changed();
    }
    QWidget::changeEvent(event);
}

void MetricPlot::contextMenuEvent(QContextMenuEvent* event) {
    d_->makeMenu()->popup(event->globalPos());
}

void MetricPlot::keyPressEvent(QKeyEvent* event) {
    const QCPRange range = d_->plot->xAxis->range();
    const double step = range.size() / 100;
    const double now = d_->cursor.value_or(range.center());
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const double next = std::clamp(now + (event->key() == Qt::Key_Left ? -step : step), range.lower, range.upper);
        if (d_->link != nullptr) {
            d_->link->setCursor(next);
        } else {
            d_->showCursor(next);
        }
        return;
    }
    case Qt::Key_Escape:
        return d_->hideCursor();
    case Qt::Key_0:
        return resetZoom();
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace lathe::widgets
