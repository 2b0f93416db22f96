// SPDX-License-Identifier: GPL-3.0-or-later
// Bars over equal bins with an optional movable marker line.
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

#include <optional>

namespace lathe::widgets {

class HistogramView : public QWidget {
    Q_OBJECT
public:
    explicit HistogramView(QWidget* parent = nullptr);

    /// Counts of equal bins that cover [low, high].
    void setBins(const QList<double>& counts, double low, double high);
    /// Text below the axis ("tokens") and what one bar counts ("rows"), for the tooltip.
    void setAxis(const QString& xLabel, const QString& countLabel);
    /// How x values are written; decimals in [0, 6].
    void setDecimals(int decimals);
    /// A vertical line with a label; bars at or above it are tinted as chosen. No value: no line.
    void setMarker(std::optional<double> value, const QString& label = {});
    std::optional<double> marker() const { return marker_; }
    /// Lets the person drag the line, or move it by arrow keys (Page keys for ten steps).
    void setMarkerMovable(bool isMovable, double step = 0.01);
    /// Counts on a log axis, for long tails.
    void setLogCounts(bool isLog);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// The person moved the marker.
    void markerMoved(double value);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRectF plotArea() const;
    double valueAt(double x) const;
    double xOf(double value) const;
    double barHeight(double count, double full) const;
    void moveMarker(double value);
    void updateDescription();

    QList<double> counts_;
    double low_ = 0;
    double high_ = 1;
    QString xLabel_, countLabel_, markerLabel_;
    int decimals_ = 0;
    std::optional<double> marker_;
    bool isMovable_ = false;
    double step_ = 0.01;
    bool isLog_ = false;
};

} // namespace lathe::widgets
