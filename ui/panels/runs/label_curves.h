// SPDX-License-Identifier: GPL-3.0-or-later
// A curve in the unit square: all labels together, one label, and where the thresholds stand on them.
#pragma once
#include <optional>
#include <vector>

#include <QString>
#include <QWidget>

#include <lathe/label_bench.h>

namespace lathe::panels {

class LabelCurve : public QWidget {
    Q_OBJECT
public:
    /// xName and yName stand at the axes; diagonal: the line of guessing is drawn (ROC).
    LabelCurve(const QString& objectName, const QString& xName, const QString& yName, QWidget* parent = nullptr);

    void setDiagonal(bool isShown);
    void setTitle(const QString& title);
    QString title() const { return title_; }
    void setAll(std::vector<CurvePoint> points);
    /// One label's own curve over that of all; empty points take it away.
    void setOne(const QString& label, std::vector<CurvePoint> points);
    /// Draws a point where each curve passes its threshold; unset: none.
    void setThresholds(std::optional<double> all, std::optional<double> one);

    const std::vector<CurvePoint>& allPoints() const { return all_; }
    const std::vector<CurvePoint>& onePoints() const { return one_; }
    QSize sizeHint() const override { return {260, 220}; }
    QSize minimumSizeHint() const override { return {140, 130}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRectF area() const;
    QPointF at(const CurvePoint& point) const;

    QString xName_;
    QString yName_;
    QString title_;
    QString oneName_;
    bool hasDiagonal_ = false;
    std::vector<CurvePoint> all_;
    std::vector<CurvePoint> one_;
    std::optional<double> allThreshold_;
    std::optional<double> oneThreshold_;
};

/// The point that a threshold gives: the last one that is still predicted at it. Null for an empty curve.
const CurvePoint* pointAt(const std::vector<CurvePoint>& curve, double threshold);

}  // namespace lathe::panels
