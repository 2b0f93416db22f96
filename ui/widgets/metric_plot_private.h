// SPDX-License-Identifier: GPL-3.0-or-later
// The inside of MetricPlot, shared by its .cpp files only.
#pragma once

#include "metric_plot.h"
#include "qcustomplot_header.h"

#include <QElapsedTimer>
#include <QPointer>
#include <QTimer>

#include <optional>
#include <vector>


class QLabel;

namespace lathe::widgets {

class PlotLegend;
class PlotReadout;

/// Everything a chart holds. The widgets belong to the chart.
class MetricPlot::Private : public QObject {
public:
    struct Series {
        PlotSeries info;
        QList<PlotPoint> points;
        QList<double> smooth;      // as long as points
        bool isVisible = true;
        bool isDirty = true;       // the graphs must be filled anew
        qsizetype drawn = 0;       // points that the graphs have
        double emaLast = 0;        // running state of the smoothing, for appending
        double emaSeen = 1;
        QCPGraph* raw = nullptr;
        QCPGraph* line = nullptr;
        QCPItemText* endLabel = nullptr;
    };

    explicit Private(MetricPlot* owner);

    Series* find(const QString& id);
    const Series* find(const QString& id) const;
    bool isSmoothed(const Series& one) const { return smoothing > 0 && !one.info.isPointsOnly; }

    void buildWidgets();
    void buildPlot();
    void applyTheme();
    void applyAxes();
    void makeGraphs(Series& one);
    void dropGraphs(Series& one);
    /// Asks for a replot: at once when the last one is 100 ms ago, else then.
    void changed();
    void markAllDirty();
    void flush();
    void fill(Series& one);
    void extend(Series& one);
    void placeEndLabels();
    void placeMarks();
    void rescale();
    void rescaleY();
    void syncLegend();
    void syncNotice();
    double markX(const PlotMark& mark) const;
    void showCursor(double x);
    void hideCursor();
    void onMouseMove(QMouseEvent* event);
    bool eventFilter(QObject* watched, QEvent* event) override;
    void onUserRange();
    void toggle(const QString& id);
    void isolate(const QString& id);
    QMenu* makeMenu();
    QString xText(double x) const;

    MetricPlot* q;
    QLabel* heading = nullptr;
    QLabel* unitLabel = nullptr;
    QLabel* notice = nullptr;
    QLabel* emptyLabel = nullptr;
    QCustomPlot* plot = nullptr;
    PlotLegend* legend = nullptr;
    PlotReadout* readout = nullptr;
    QCPItemStraightLine* cursorLine = nullptr;
    QPointer<PlotLink> link;
    QTimer timer;
    QElapsedTimer sinceReplot;
    std::vector<std::unique_ptr<Series>> series;
    QList<PlotMark> marks;
    std::vector<QCPItemLine*> markLines;
    std::vector<QCPItemText*> markTexts;
    QString unit;
    double smoothing = 0;
    bool isByDistance = false;
    bool isLog = false;
    PlotX axis = PlotX::Step;
    bool isOutliersIgnored = false;
    bool isZoomed = false;
    bool isFollowing = false;  // taking a range or cursor from the link
    std::optional<double> cursor;
    int nextStyle = 0;
};

/// The kind of a mark in words, and its colour.
QString plotMarkName(PlotMarkKind kind);
/// What x is called on the axis.
QString plotAxisName(PlotX axis);

} // namespace lathe::widgets
