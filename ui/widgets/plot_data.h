// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart is made of, and the arithmetic on it that needs no widget.
#pragma once

#include <QColor>
#include <QList>
#include <QString>

namespace lathe::widgets {

/// One measured value. Coordinates that are not known may be NaN.
struct PlotPoint {
    double step = 0;
    double seconds = 0;  ///< since the start of the run, pauses removed
    double tokens = 0;   ///< seen so far
    double epoch = 0;
    double value = 0;
};

/// What x means.
enum class PlotX { Step, Time, Tokens, Epoch };

double plotX(const PlotPoint& point, PlotX axis);

struct PlotSeries {
    QString id;
    QString label;
    int style = -1;  ///< index into colours and dash patterns; negative: order of adding
    bool isPointsOnly = false;  ///< few, far points (evaluation): draw markers on the line
};

enum class PlotMarkKind { Checkpoint, Best, Resume, EarlyStop, NonFinite, Other };

struct PlotMark {
    PlotMarkKind kind = PlotMarkKind::Other;
    double step = 0;
    QString label;  ///< empty: the kind's own word
    QString seriesId;  ///< whose step; used to place it when x is time or tokens. Empty: the first series
};

/// One line of the cross-hair's read-out.
struct PlotReading {
    QString id;
    QString label;
    QColor colour;
    PlotPoint point;
    double smoothed = 0;
};

/// Debiased exponential moving average: last = w·last + (1−w)·x, shown = last / (1 − wⁿ). Non-finite values are skipped and give NaN at their place.
/// The same as TensorBoard's and W&B's.
QList<double> smoothed(const QList<PlotPoint>& points, double weight);

/// The same with time weighting: the weight of a step is w to the power of its distance in x, relative to the mean distance.
QList<double> smoothedByDistance(const QList<PlotPoint>& points, double weight, PlotX axis);

} // namespace lathe::widgets
