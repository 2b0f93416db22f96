// SPDX-License-Identifier: GPL-3.0-or-later
// The small table beside a chart's cross-hair.
#pragma once

#include "plot_data.h"

#include <QPen>
#include <QWidget>

namespace lathe::widgets {

class PlotReadout : public QWidget {
    Q_OBJECT
public:
    struct Row {
        PlotReading reading;
        QPen pen;
    };
    explicit PlotReadout(QWidget* parent);
    /// `heading` is x in words ("step 340"); `note` names marks at this place.
    void setContent(const QString& heading, const QString& note, const QList<Row>& rows, bool isSmoothed);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString heading_;
    QString note_;
    QList<Row> rows_;
    bool isSmoothed_ = false;
};

} // namespace lathe::widgets
