// SPDX-License-Identifier: GPL-3.0-or-later
// MetricPlot's widgets, look and interaction.
#include "controls.h"
#include "format.h"
#include "metric_plot_private.h"
#include "number_edit.h"
#include "plot_legend.h"
#include "plot_readout.h"
#include "theme.h"

#include <QBoxLayout>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

constexpr int kReplotMilliseconds = 100;

/// Tick labels as the rest of the window writes numbers.
template <class Base> class TextTicker : public Base {
public:
    std::function<QString(double)> text;

protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return text(tick); }
};

QString yTickText(double value) {
    if (std::abs(value) < 1e-12) {
        return u"0"_qs;
    }
    return std::abs(value) >= 10000 ? formatShortCount(value) : writeNumber(QString::number(value, 'g', 5).toDouble());
}

} // namespace

QString plotMarkName(PlotMarkKind kind) {
    switch (kind) {
    case PlotMarkKind::Checkpoint:
        return MetricPlot::tr("checkpoint");
    case PlotMarkKind::Best:
        return MetricPlot::tr("best");
    case PlotMarkKind::Resume:
        return MetricPlot::tr("resumed");
    case PlotMarkKind::EarlyStop:
        return MetricPlot::tr("early stop");
    case PlotMarkKind::NonFinite:
        return MetricPlot::tr("not finite");
    case PlotMarkKind::Other:
        break;
    }
    return {};
}

QString plotAxisName(PlotX axis) {
    switch (axis) {
    case PlotX::Time:
        return MetricPlot::tr("time");
    case PlotX::Tokens:
        return MetricPlot::tr("tokens");
    case PlotX::Epoch:
        return MetricPlot::tr("epoch");
    case PlotX::Step:
        break;
    }
    return MetricPlot::tr("step");
}

MetricPlot::Private::Private(MetricPlot* owner) : q(owner) {
    timer.setSingleShot(true);
    connect(&timer, &QTimer::timeout, this, [this] { flush(); });
}

void MetricPlot::Private::buildWidgets() {
    heading = label({});
    QFont bold = heading->font();
    bold.setWeight(QFont::DemiBold);
    heading->setFont(bold);
    unitLabel = label({}, TextRole::Secondary);
    notice = label({}, TextRole::Warning);
    QToolButton* more = iconButton(u"plot.more"_qs, u"dots"_qs, MetricPlot::tr("Chart options"));
    connect(more, &QToolButton::clicked, this, [this, more] { makeMenu()->popup(more->mapToGlobal(QPoint(0, more->height()))); });
    auto* top = row(nullptr, metrics::kSpace8);
    top->addWidget(heading);
    top->addWidget(unitLabel);
    top->addStretch(1);
    top->addWidget(notice);
    top->addWidget(more);

    plot = new QCustomPlot(q);
    plot->setMinimumHeight(80);
    plot->setFocusPolicy(Qt::NoFocus);
    plot->setContextMenuPolicy(Qt::NoContextMenu);
    legend = new PlotLegend(q);
    connect(legend, &PlotLegend::toggled, this, &Private::toggle);
    connect(legend, &PlotLegend::isolated, this, &Private::isolate);
    auto* outer = column(q, metrics::kSpace4);
    outer->addLayout(top);
    outer->addWidget(legend);
    outer->addWidget(plot, 1);

    emptyLabel = label(MetricPlot::tr("No values yet"), TextRole::Secondary, plot);
    emptyLabel->setAlignment(Qt::AlignCenter);
    emptyLabel->setWordWrap(true);
    auto* middle = column(plot);
    middle->addWidget(emptyLabel);
    readout = new PlotReadout(plot);
    buildPlot();
}

void MetricPlot::Private::buildPlot() {
    plot->setAntialiasedElements(QCP::aePlottables | QCP::aeItems);
    plot->setNoAntialiasingOnDrag(true);
    plot->setInteractions(QCP::iRangeZoom);
    plot->setSelectionRectMode(QCP::srmZoom);
    plot->axisRect()->setRangeZoom(Qt::Horizontal);
    plot->axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom);
    plot->axisRect()->setMinimumMargins(QMargins(36, 16, 8, 20));
    plot->axisRect()->setMargins(QMargins(36, 16, 8, 20));
    plot->addLayer(u"marks"_qs, plot->layer(u"main"_qs), QCustomPlot::limBelow);
    plot->addLayer(u"cursor"_qs, plot->layer(u"main"_qs), QCustomPlot::limAbove);
    // A layer of its own buffer: moving the cross-hair repaints one line and not the curves.
    plot->layer(u"cursor"_qs)->setMode(QCPLayer::lmBuffered);
    cursorLine = new QCPItemStraightLine(plot);
    cursorLine->setLayer(u"cursor"_qs);
    cursorLine->setVisible(false);
    plot->setMouseTracking(true);
    connect(plot, &QCustomPlot::mouseMove, this, &Private::onMouseMove);
    connect(plot, &QCustomPlot::mouseDoubleClick, this, [this] { q->resetZoom(); });
    connect(plot, &QCustomPlot::mouseWheel, this, [this](QWheelEvent* event) {
        plot->axisRect()->setRangeZoom(event->modifiers().testFlag(Qt::ControlModifier) ? Qt::Vertical : Qt::Horizontal);
        isZoomed = true;
    });
    connect(plot, &QCustomPlot::mousePress, this, [this] { q->setFocus(Qt::MouseFocusReason); });
    // The chart's own slot runs first: the ranges are new by now.
    connect(plot->selectionRect(), &QCPSelectionRect::accepted, this, [this] {
        isZoomed = true;
        onUserRange();
    });
    connect(plot->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this] { onUserRange(); });
    plot->installEventFilter(this);
    applyAxes();
}

void MetricPlot::Private::applyAxes() {
    auto xTicker = QSharedPointer<TextTicker<QCPAxisTicker>>::create();
    xTicker->setTickCount(5);
    xTicker->text = [this](double value) {
        switch (axis) {
        case PlotX::Time:
            return formatDuration(value);
        case PlotX::Epoch:
            return writeNumber(QString::number(value, 'g', 4).toDouble());
        default:
            return value != std::floor(value) ? QString() : std::abs(value) >= 10000 ? formatShortCount(value) : formatCount(qint64(value));
        }
    };
    if (axis == PlotX::Time) {
        // Ticks at 1, 2, 5, 10, 15, 30 seconds or minutes instead of 1, 2, 2.5, 5.
        auto time = QSharedPointer<TextTicker<QCPAxisTickerTime>>::create();
        time->text = xTicker->text;
        time->setTickCount(4);
        plot->xAxis->setTicker(time);
    } else {
        plot->xAxis->setTicker(xTicker);
    }
    plot->xAxis->setLabel(plotAxisName(axis));
    plot->yAxis->setScaleType(isLog ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (isLog) {
        auto ticker = QSharedPointer<TextTicker<QCPAxisTickerLog>>::create();
        ticker->text = yTickText;
        plot->yAxis->setTicker(ticker);
    } else {
        auto ticker = QSharedPointer<TextTicker<QCPAxisTicker>>::create();
        ticker->text = yTickText;
        ticker->setTickCount(5);
        plot->yAxis->setTicker(ticker);
    }
}

void MetricPlot::Private::applyTheme() {
    const Tokens& t = tokens(q->palette());
    const QFont font = fontOf(FontRole::Secondary);
    plot->setBackground(QBrush(Qt::NoBrush));
    plot->setAttribute(Qt::WA_OpaquePaintEvent, false);
    plot->axisRect()->setBackground(QBrush(Qt::NoBrush));
    for (QCPAxis* one : {plot->xAxis, plot->yAxis}) {
        one->setBasePen(QPen(one == plot->xAxis ? mixed(t.secondary, t.border, 0.4) : QColor(Qt::transparent), 1));
        one->setTickPen(QPen(one == plot->xAxis ? mixed(t.secondary, t.border, 0.4) : QColor(Qt::transparent), 1));
        one->setSubTickPen(Qt::NoPen);
        one->setTickLabelColor(t.secondary);
        one->setLabelColor(t.secondary);
        one->setTickLabelFont(font);
        one->setLabelFont(font);
        one->setLabelPadding(2);
        one->setTickLabelPadding(4);
        one->setTickLengthOut(one == plot->xAxis ? 3 : 0);
        one->setTickLengthIn(0);
        one->grid()->setPen(one == plot->yAxis ? QPen(mixed(t.border, t.surface, 0.7), 1) : QPen(Qt::NoPen));
        one->grid()->setZeroLinePen(Qt::NoPen);
    }
    cursorLine->setPen(QPen(t.secondary, 1));
    QColor band = t.accent;
    band.setAlphaF(0.16F);
    plot->selectionRect()->setBrush(band);
    plot->selectionRect()->setPen(QPen(t.accent, 1));
    for (const auto& one : series) {
        const QPen pen = seriesPen(q->palette(), one->info.style);
        QPen faint = pen;
        QColor colour = pen.color();
        colour.setAlphaF(0.28F);
        faint.setColor(colour);
        faint.setStyle(Qt::SolidLine);
        faint.setWidthF(1);
        const bool hasTwoLines = isSmoothed(*one);
        one->raw->setPen(hasTwoLines ? faint : pen);
        one->line->setPen(pen);
        one->raw->setScatterStyle(one->info.isPointsOnly ? QCPScatterStyle(QCPScatterStyle::ssDisc, pen.color(), pen.color(), 5) : QCPScatterStyle());
        one->endLabel->setColor(pen.color());
        one->endLabel->setFont(font);
    }
    QFont bold = fontOf(FontRole::Body);
    bold.setWeight(QFont::DemiBold);
    heading->setFont(bold);
    syncLegend();
}

void MetricPlot::Private::syncLegend() {
    QList<LegendEntry> entries;
    for (const auto& one : series) {
        entries.append({one->info.id, one->info.label, seriesPen(q->palette(), one->info.style), one->isVisible});
    }
    legend->setEntries(entries);
    legend->setVisible(entries.size() > 1);
}

void MetricPlot::Private::changed() {
    if (!timer.isActive()) {
        const qint64 elapsed = sinceReplot.isValid() ? sinceReplot.elapsed() : kReplotMilliseconds;
        timer.start(int(std::clamp<qint64>(kReplotMilliseconds - elapsed, 0, kReplotMilliseconds)));
    }
}

void MetricPlot::Private::toggle(const QString& id) {
    if (const Series* one = find(id)) {
        q->setSeriesVisible(id, !one->isVisible);
    }
}

void MetricPlot::Private::isolate(const QString& id) {
    const bool isAlone = std::all_of(series.begin(), series.end(), [&](const auto& one) { return one->isVisible == (one->info.id == id); });
    for (const auto& one : series) {
        q->setSeriesVisible(one->info.id, isAlone || one->info.id == id);
    }
}

void MetricPlot::Private::onMouseMove(QMouseEvent* event) {
    if (event->buttons() != Qt::NoButton) {
        return;
    }
    const QRect area = plot->axisRect()->rect();
    if (!area.contains(event->pos())) {
        if (link != nullptr) {
            link->clearCursor();
        }
        hideCursor();
        return;
    }
    const double x = plot->xAxis->pixelToCoord(event->position().x());
    if (link != nullptr) {
        link->setCursor(x);
    } else {
        showCursor(x);
    }
}

bool MetricPlot::Private::eventFilter(QObject* watched, QEvent* event) {
    if (watched == plot && event->type() == QEvent::Leave) {
        if (link != nullptr) {
            link->clearCursor();
        }
        hideCursor();
    }
    if (watched == plot && event->type() == QEvent::Resize) {
        changed();  // labels and marks stand at pixels
    }
    return QObject::eventFilter(watched, event);
}

void MetricPlot::Private::onUserRange() {
    if (!isZoomed || isFollowing || link == nullptr) {
        return;
    }
    const QCPRange range = plot->xAxis->range();
    isFollowing = true;
    link->setRange(range.lower, range.upper);
    isFollowing = false;
}

QString MetricPlot::Private::xText(double x) const {
    switch (axis) {
    case PlotX::Time:
        return formatDuration(x);
    case PlotX::Tokens:
        return MetricPlot::tr("%1 tokens").arg(formatCount(qint64(x)));
    case PlotX::Epoch:
        return MetricPlot::tr("epoch %1").arg(formatNumber(x, 3));
    case PlotX::Step:
        break;
    }
    return MetricPlot::tr("step %1").arg(formatCount(qint64(x)));
}

void MetricPlot::Private::showCursor(double x) {
    const QList<PlotReading> readings = q->readingsAt(x);
    if (readings.isEmpty()) {
        hideCursor();
        return;
    }
    // The line stands at the nearest point of the first series, where the numbers are true.
    const double at = plotX(readings.first().point, axis);
    cursor = x;
    cursorLine->point1->setCoords(at, 0);
    cursorLine->point2->setCoords(at, 1);
    cursorLine->setVisible(true);
    plot->layer(u"cursor"_qs)->replot();

    QList<PlotReadout::Row> rows;
    for (const PlotReading& reading : readings) {
        const Series* one = find(reading.id);
        rows.append({reading, seriesPen(q->palette(), one->info.style)});
    }
    QStringList notes;
    const double pixel = plot->xAxis->coordToPixel(at);
    for (const PlotMark& mark : marks) {
        if (std::abs(plot->xAxis->coordToPixel(markX(mark)) - pixel) <= 4) {
            notes.append(mark.label.isEmpty() ? plotMarkName(mark.kind) : mark.label);
        }
    }
    const bool hasSmoothed = std::any_of(series.begin(), series.end(), [this](const auto& one) { return one->isVisible && isSmoothed(*one); });
    readout->setContent(xText(at), notes.join(u", "_qs), rows, hasSmoothed);
    const QRect area = plot->axisRect()->rect();
    const bool isRight = pixel > area.center().x();
    const int left = isRight ? int(pixel) - readout->width() - metrics::kSpace8 : int(pixel) + metrics::kSpace8;
    readout->move(std::clamp(left, 0, std::max(0, plot->width() - readout->width())), area.top() + metrics::kSpace4);
    readout->show();
    readout->raise();
}

void MetricPlot::Private::hideCursor() {
    cursor.reset();
    if (cursorLine->visible()) {
        cursorLine->setVisible(false);
        plot->layer(u"cursor"_qs)->replot();
    }
    readout->hide();
}

QMenu* MetricPlot::Private::makeMenu() {
    auto* menu = new QMenu(q);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* log = menu->addAction(MetricPlot::tr("&Logarithmic y axis"));
    log->setCheckable(true);
    log->setChecked(isLog);
    connect(log, &QAction::toggled, q, &MetricPlot::setLogY);
    QAction* outliers = menu->addAction(MetricPlot::tr("&Ignore outliers in view"));
    outliers->setCheckable(true);
    outliers->setChecked(isOutliersIgnored);
    connect(outliers, &QAction::toggled, q, &MetricPlot::setOutliersIgnored);
    menu->addAction(icon(u"zoom-reset"_qs), MetricPlot::tr("Show &everything"), q, &MetricPlot::resetZoom)->setEnabled(isZoomed);
    menu->addSeparator();
    menu->addAction(icon(u"table"_qs), MetricPlot::tr("Show &data"), q, &MetricPlot::showData);
    menu->addAction(icon(u"copy"_qs), MetricPlot::tr("&Copy picture"), this, [this] { QGuiApplication::clipboard()->setPixmap(plot->toPixmap(0, 0, 2)); });
    menu->addAction(icon(u"photo"_qs), MetricPlot::tr("&Save as…"), q, &MetricPlot::exportInteractively);
    return menu;
}

} // namespace lathe::widgets
