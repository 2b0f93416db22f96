// SPDX-License-Identifier: GPL-3.0-or-later
// The names of a chart's series with their line samples; click hides, Alt-click isolates.
#pragma once

#include <QColor>
#include <QList>
#include <QPen>
#include <QWidget>

namespace lathe::widgets {

struct LegendEntry {
    QString id;
    QString label;
    QPen pen;
    bool isVisible = true;
};

/// The pen of a series: colour and dash pattern by index, so that colour is never the only difference.
QPen seriesPen(const QPalette& palette, int style);

class PlotLegend : public QWidget {
    Q_OBJECT
public:
    explicit PlotLegend(QWidget* parent = nullptr);
    void setEntries(const QList<LegendEntry>& entries);

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;

Q_SIGNALS:
    void toggled(const QString& id);
    void isolated(const QString& id);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    QList<QRect> boxes(int width) const;
    int entryAt(const QPoint& position) const;

    QList<LegendEntry> entries_;
    int current_ = 0;
};

} // namespace lathe::widgets
