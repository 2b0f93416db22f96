// SPDX-License-Identifier: GPL-3.0-or-later
// A chart of training metrics: several runs, smoothing, log axis, cross-hair shared between charts, marks, export.
#pragma once

#include "plot_data.h"

#include <QWidget>

#include <memory>

namespace lathe::widgets {

/// Shares the cross-hair and the visible x range between charts. Make one for a group of charts and hand it to each.
class PlotLink : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

public Q_SLOTS:
    void setCursor(double x);
    void clearCursor();
    void setRange(double low, double high);
    void resetRange();

Q_SIGNALS:
    void cursorMoved(double x);
    void cursorCleared();
    void rangeChanged(double low, double high);
    void rangeReset();
};

/// One chart. GUI thread only; replots at most ten times a second however often points arrive.
/// Drag zooms, the wheel zooms x (with Ctrl: y), double click or 0 shows everything again, legend click hides, Alt-click isolates, Left and Right move the
/// cross-hair.
class MetricPlot : public QWidget {
    Q_OBJECT
public:
    explicit MetricPlot(QWidget* parent = nullptr);
    ~MetricPlot() override;

    /// Heading, and the y axis's unit ("nats", "tokens/s"; may be empty).
    void setTitle(const QString& title);
    QString title() const;
    void setUnit(const QString& unit);

    /// Adds a series, or renames the one with that id. Colour and dash follow `style`, or the order of adding when it is negative.
    void setSeries(const PlotSeries& series);
    void removeSeries(const QString& id);
    void clear();
    QStringList seriesIds() const;
    /// Replaces all points of a series. Points need not be sorted; non-finite values are kept for export and not drawn.
    void setPoints(const QString& id, const QList<PlotPoint>& points);
    /// Adds points at the end (live).
    void append(const QString& id, const QList<PlotPoint>& points);
    const QList<PlotPoint>& points(const QString& id) const;
    void setSeriesVisible(const QString& id, bool isVisible);

    /// Vertical lines with labels. Positions are steps.
    void setMarks(const QList<PlotMark>& marks);

    /// Smoothing weight w in [0, 0.999]; 0 shows only the raw line. See smoothed().
    void setSmoothing(double weight);
    double smoothing() const;
    void setLogY(bool isLog);
    bool isLogY() const;
    void setXAxis(PlotX axis);
    PlotX xAxis() const;
    /// Limits the view, not the data, to the 5th to 95th percentile of y.
    void setOutliersIgnored(bool isIgnored);
    /// Joins a group; the link must outlive the chart or be destroyed first (both are safe).
    void setLink(PlotLink* link);
    /// Text in the middle while there are no points.
    void setEmptyText(const QString& text);

    /// What the cross-hair shows at x, highest value first; empty when x is outside the data.
    QList<PlotReading> readingsAt(double x) const;

    /// Writes by suffix: .png (800 x 450 times `scale`), .svg, .pdf, .csv. Pictures are in the light theme. Returns an empty text, or a sentence saying what failed.
    QString exportTo(const QString& file, double scale = 2.0) const;
    /// The numbers as CSV: series, step, seconds, tokens, epoch, value, smoothed.
    QByteArray toCsv() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

public Q_SLOTS:
    /// Shows all points again.
    void resetZoom();
    /// Opens the numbers as a table in a window of its own.
    void showData();
    /// Asks for a file name and exports.
    void exportInteractively();

Q_SIGNALS:
    void seriesVisibilityChanged(const QString& id, bool isVisible);

protected:
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    class Private;
    std::unique_ptr<Private> d_;
};

} // namespace lathe::widgets
