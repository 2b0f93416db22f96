// SPDX-License-Identifier: GPL-3.0-or-later
// MetricPlot's data: filling graphs, ranges, end labels and marks.
#include "metric_plot_private.h"
#include "plot_legend.h"
#include "plot_readout.h"
#include "theme.h"

#include <QLabel>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kMostEndLabels = 8;
constexpr int kWidestEndLabel = 136;
constexpr int kMostMarks = 400;

double drawable(double value) {
    return std::isfinite(value) ? value : kNaN;
}

/// Mean distance of a series' points on the axis; 0 when there are fewer than two.
double spacing(const QList<PlotPoint>& points, PlotX axis) {
    return points.size() < 2 ? 0 : (plotX(points.last(), axis) - plotX(points.first(), axis)) / double(points.size() - 1);
}

QColor markColour(const Tokens& t, PlotMarkKind kind) {
    switch (kind) {
    case PlotMarkKind::Best:
        return t.good;
    case PlotMarkKind::Resume:
        return t.accent;
    case PlotMarkKind::EarlyStop:
        return t.warning;
    case PlotMarkKind::NonFinite:
        return t.bad;
    default:
        return t.secondary;
    }
}

} // namespace

MetricPlot::Private::Series* MetricPlot::Private::find(const QString& id) {
    return const_cast<Series*>(std::as_const(*this).find(id));
}

const MetricPlot::Private::Series* MetricPlot::Private::find(const QString& id) const {
    const auto found = std::find_if(series.begin(), series.end(), [&](const auto& one) { return one->info.id == id; });
    return found != series.end() ? found->get() : nullptr;
}

void MetricPlot::Private::makeGraphs(Series& one) {
    one.raw = plot->addGraph();
    one.line = plot->addGraph();
    for (QCPGraph* graph : {one.raw, one.line}) {
        graph->setAdaptiveSampling(true);
        graph->removeFromLegend();
    }
    one.endLabel = new QCPItemText(plot);
    one.endLabel->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    one.endLabel->position->setType(QCPItemPosition::ptAxisRectRatio);
    one.endLabel->position->setAxisRect(plot->axisRect());
    one.endLabel->setPadding(QMargins(6, 0, 0, 0));
    one.endLabel->setClipToAxisRect(false);
    one.endLabel->setVisible(false);
}

void MetricPlot::Private::dropGraphs(Series& one) {
    plot->removeGraph(one.raw);
    plot->removeGraph(one.line);
    plot->removeItem(one.endLabel);
}

void MetricPlot::Private::markAllDirty() {
    for (const auto& one : series) {
        one->isDirty = true;
    }
}

void MetricPlot::Private::flush() {
    // Runs that log at different density are smoothed by distance, so that the same weight means the same on each.
    double least = 0;
    double most = 0;
    for (const auto& one : series) {
        const double gap = one->isVisible && isSmoothed(*one) ? spacing(one->points, axis) : 0;
        if (gap > 0) {
            least = least == 0 ? gap : std::min(least, gap);
            most = std::max(most, gap);
        }
    }
    const bool wantsDistance = most > 1.5 * least && least > 0;
    if (wantsDistance != isByDistance) {
        isByDistance = wantsDistance;
        markAllDirty();
    }
    bool hasNew = !timer.isActive();
    bool hasPoints = false;
    for (const auto& one : series) {
        if (one->isDirty || (isByDistance && isSmoothed(*one) && one->drawn < one->points.size())) {
            fill(*one);
            hasNew = true;
        } else if (one->drawn < one->points.size()) {
            extend(*one);
            hasNew = true;
        }
        one->raw->setVisible(one->isVisible);
        one->line->setVisible(one->isVisible && isSmoothed(*one));
        hasPoints = hasPoints || !one->points.isEmpty();
    }
    if (!hasNew) {
        return;
    }
    emptyLabel->setVisible(!hasPoints);
    if (!isZoomed) {
        rescale();
    }
    syncNotice();
    placeMarks();
    placeEndLabels();
    plot->replot(QCustomPlot::rpQueuedReplot);
    sinceReplot.start();
}

void MetricPlot::Private::fill(Series& one) {
    one.smooth = !isSmoothed(one)    ? QList<double>()
                 : isByDistance      ? smoothedByDistance(one.points, smoothing, axis)
                                     : smoothed(one.points, smoothing);
    one.emaLast = 0;
    one.emaSeen = 1;
    QVector<QCPGraphData> raw;
    QVector<QCPGraphData> line;
    raw.reserve(one.points.size());
    line.reserve(one.smooth.size());
    for (qsizetype i = 0; i < one.points.size(); ++i) {
        const PlotPoint& point = one.points[i];
        const double x = plotX(point, axis);
        if (std::isfinite(point.value) && isSmoothed(one)) {
            one.emaLast = smoothing * one.emaLast + (1 - smoothing) * point.value;
            one.emaSeen *= smoothing;
        }
        if (!std::isfinite(x)) {
            continue;
        }
        raw.append({x, drawable(point.value)});
        if (!one.smooth.isEmpty() && std::isfinite(one.smooth[i])) {
            line.append({x, one.smooth[i]});
        }
    }
    one.raw->data()->set(raw, true);
    one.line->data()->set(line, true);
    one.drawn = one.points.size();
    one.isDirty = false;
}

void MetricPlot::Private::extend(Series& one) {
    for (qsizetype i = one.drawn; i < one.points.size(); ++i) {
        const PlotPoint& point = one.points[i];
        const double x = plotX(point, axis);
        if (isSmoothed(one)) {
            double shown = kNaN;
            if (std::isfinite(point.value)) {
                one.emaLast = smoothing * one.emaLast + (1 - smoothing) * point.value;
                one.emaSeen *= smoothing;
                shown = one.emaLast / (1 - one.emaSeen);
            }
            one.smooth.append(shown);
            if (std::isfinite(x) && std::isfinite(shown)) {
                one.line->addData(x, shown);
            }
        }
        if (std::isfinite(x)) {
            one.raw->addData(x, drawable(point.value));
        }
    }
    one.drawn = one.points.size();
}

void MetricPlot::Private::rescale() {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const auto& one : series) {
        if (one->isVisible && !one->raw->data()->isEmpty()) {
            low = std::min(low, one->raw->data()->constBegin()->key);
            high = std::max(high, (one->raw->data()->constEnd() - 1)->key);
        }
    }
    if (!(low <= high)) {
        low = 0;
        high = 1;
    }
    if (low == high) {
        low -= 0.5;
        high += 0.5;
    }
    isFollowing = true;
    plot->xAxis->setRange(low, high);
    isFollowing = false;
    rescaleY();
}

void MetricPlot::Private::rescaleY() {
    QList<double> values;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    const QCPRange range = plot->xAxis->range();
    for (const auto& one : series) {
        if (!one->isVisible) {
            continue;
        }
        const auto end = one->raw->data()->findEnd(range.upper, false);
        for (auto at = one->raw->data()->findBegin(range.lower, false); at < end; ++at) {
            if (!std::isfinite(at->value) || (isLog && at->value <= 0)) {
                continue;
            }
            low = std::min(low, at->value);
            high = std::max(high, at->value);
            if (isOutliersIgnored) {
                values.append(at->value);
            }
        }
    }
    if (values.size() >= 20) {
        const auto at = [&](double share) {
            const auto nth = values.begin() + qsizetype(share * double(values.size() - 1));
            std::nth_element(values.begin(), nth, values.end());
            return *nth;
        };
        low = at(0.05);
        high = at(0.95);
    }
    if (!(low <= high)) {
        low = isLog ? 0.1 : 0;
        high = 1;
    }
    if (isLog) {
        const double pad = std::pow(std::max(high / low, 1.5), 0.06);
        plot->yAxis->setRange(low / pad, high * pad);
        return;
    }
    const double pad = high > low ? (high - low) * 0.06 : std::max(std::abs(high) * 0.1, 1e-9);
    // A curve that is never negative does not get a negative axis from its padding.
    plot->yAxis->setRange(low >= 0 ? std::max(0.0, low - pad) : low - pad, high + pad);
}

void MetricPlot::Private::syncNotice() {
    qsizetype hidden = 0;
    if (isLog) {
        for (const auto& one : series) {
            if (one->isVisible) {
                hidden += std::count_if(one->points.begin(), one->points.end(), [](const PlotPoint& point) { return point.value <= 0; });
            }
        }
    }
    notice->setText(hidden > 0 ? MetricPlot::tr("%n value(s) of 0 or less not shown", nullptr, int(hidden)) : QString());
    notice->setVisible(hidden > 0);
}

void MetricPlot::Private::placeEndLabels() {
    struct Wanted {
        Series* one;
        double y;
    };
    std::vector<Wanted> wanted;
    for (const auto& one : series) {
        one->endLabel->setVisible(false);
        const auto& data = isSmoothed(*one) ? one->line->data() : one->raw->data();
        if (one->isVisible && !data->isEmpty()) {
            wanted.push_back({one.get(), (data->constEnd() - 1)->value});
        }
    }
    const QFontMetrics measures(fontOf(FontRole::Secondary));
    int width = 0;
    const bool isShown = wanted.size() > 1 && wanted.size() <= kMostEndLabels;
    for (const Wanted& one : wanted) {
        width = std::max(width, std::min(measures.horizontalAdvance(one.one->info.label) + 10, kWidestEndLabel));
    }
    QMargins margins = plot->axisRect()->margins();
    margins.setRight(isShown ? width : 12);
    margins.setTop(marks.isEmpty() ? 8 : 18);
    plot->axisRect()->setMargins(margins);
    if (!isShown) {
        return;
    }
    // The left margin follows from the tick labels only during a replot, so positions are taken after the layout.
    plot->plotLayout()->update(QCPLayoutElement::upPreparation);
    plot->plotLayout()->update(QCPLayoutElement::upMargins);
    plot->plotLayout()->update(QCPLayoutElement::upLayout);
    const QRect area = plot->axisRect()->rect();
    for (Wanted& one : wanted) {
        one.y = std::clamp(plot->yAxis->coordToPixel(one.y), double(area.top()), double(area.bottom()));
    }
    std::sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) { return a.y < b.y; });
    const double step = measures.height() - 1;
    for (size_t i = 1; i < wanted.size(); ++i) {
        wanted[i].y = std::max(wanted[i].y, wanted[i - 1].y + step);
    }
    double lowest = area.bottom() + step / 2;
    for (size_t i = wanted.size(); i-- > 0;) {
        wanted[i].y = std::min(wanted[i].y, lowest);
        lowest = wanted[i].y - step;
    }
    for (const Wanted& one : wanted) {
        one.one->endLabel->setText(measures.elidedText(one.one->info.label, Qt::ElideMiddle, width - 8));
        one.one->endLabel->position->setCoords(1, (one.y - area.top()) / std::max(1, area.height()));
        one.one->endLabel->setVisible(true);
    }
}

double MetricPlot::Private::markX(const PlotMark& mark) const {
    if (axis == PlotX::Step) {
        return mark.step;
    }
    const Series* owner = mark.seriesId.isEmpty() ? nullptr : find(mark.seriesId);
    if (owner == nullptr && !series.empty()) {
        owner = series.front().get();
    }
    if (owner == nullptr || owner->points.isEmpty()) {
        return kNaN;
    }
    const auto at = std::lower_bound(owner->points.begin(), owner->points.end(), mark.step, [](const PlotPoint& point, double step) { return point.step < step; });
    return plotX(at == owner->points.end() ? owner->points.last() : *at, axis);
}

void MetricPlot::Private::placeMarks() {
    for (QCPItemLine* line : markLines) {
        plot->removeItem(line);
    }
    for (QCPItemText* text : markTexts) {
        plot->removeItem(text);
    }
    markLines.clear();
    markTexts.clear();
    const Tokens& t = tokens(q->palette());
    const QFontMetrics measures(fontOf(FontRole::Secondary));
    double lastRight = -1e9;
    QList<PlotMark> ordered = marks.mid(0, kMostMarks);
    std::stable_sort(ordered.begin(), ordered.end(), [](const PlotMark& a, const PlotMark& b) { return a.step < b.step; });
    const auto lastBest = std::find_if(ordered.crbegin(), ordered.crend(), [](const PlotMark& mark) { return mark.kind == PlotMarkKind::Best; });
    for (const PlotMark& mark : std::as_const(ordered)) {
        const double x = markX(mark);
        if (!std::isfinite(x) || !plot->xAxis->range().contains(x)) {
            continue;
        }
        auto* line = new QCPItemLine(plot);
        line->setLayer(u"marks"_qs);
        line->setPen(QPen(markColour(t, mark.kind), 1, mark.kind == PlotMarkKind::Checkpoint ? Qt::DotLine : Qt::DashLine));
        for (QCPItemPosition* end : {line->start, line->end}) {
            end->setTypeX(QCPItemPosition::ptPlotCoords);
            end->setTypeY(QCPItemPosition::ptAxisRectRatio);
            end->setAxisRect(plot->axisRect());
        }
        line->start->setCoords(x, 0);
        line->end->setCoords(x, 1);
        markLines.push_back(line);
        // Labels stand above the plot; one that would run into its neighbour is left to the cross-hair's read-out.
        const QString text = mark.label.isEmpty() ? plotMarkName(mark.kind) : mark.label;
        const double pixel = plot->xAxis->coordToPixel(x);
        const double half = measures.horizontalAdvance(text) / 2.0;
        const bool isSurpassed = mark.kind == PlotMarkKind::Best && &mark != &*lastBest;
        if (text.isEmpty() || isSurpassed || pixel - half < lastRight + 6) {
            continue;
        }
        lastRight = pixel + half;
        auto* item = new QCPItemText(plot);
        item->setLayer(u"marks"_qs);
        item->setClipToAxisRect(false);
        item->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
        item->position->setTypeX(QCPItemPosition::ptPlotCoords);
        item->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        item->position->setAxisRect(plot->axisRect());
        item->position->setCoords(x, 0);
        item->setText(text);
        item->setFont(fontOf(FontRole::Secondary));
        item->setColor(markColour(t, mark.kind));
        markTexts.push_back(item);
    }
}

} // namespace lathe::widgets
