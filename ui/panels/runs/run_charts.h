// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <map>
#include <vector>

#include <QWidget>

#include <lathe/training.h>

class QGridLayout;
class QSlider;
class QComboBox;
class QCheckBox;
class QLabel;
class QScrollArea;

namespace lathe::widgets {
class MetricPlot;
class PlotLink;
struct PlotMark;
struct PlotPoint;
}

namespace lathe::panels {

/// Charts of some runs, side by side in a grid, with one cross-hair and one zoom.
class RunCharts : public QWidget {
    Q_OBJECT
public:
    explicit RunCharts(QWidget* parent = nullptr);
    /// "F1, micro" for "f1_micro"; the name itself of a metric that nobody listed.
    static QString metricTitle(const std::string& metric);

    void clear();
    /// Adds a run, or replaces its points. Colours follow the order of adding.
    void setRun(const QString& id, const std::vector<MetricPoint>& points, const std::vector<RunEvent>& events);
    /// Live points and marks of a run that is shown; others are passed over.
    void append(const QString& id, const std::vector<MetricPoint>& points);
    void addEvents(const QString& id, const std::vector<RunEvent>& events);

private:
    QWidget* buildTools();
    widgets::MetricPlot* chartOf(const std::string& metric);
    void add(const QString& id, const std::vector<MetricPoint>& points);
    void arrange();
    void resizeEvent(QResizeEvent* event) override;

    QGridLayout* grid_;
    QScrollArea* scroll_;
    QSlider* smoothing_;
    QComboBox* axis_;
    QCheckBox* log_;
    QCheckBox* outliers_;
    widgets::PlotLink* link_;
    std::vector<QString> order_;  ///< of runs
    std::map<std::string, widgets::MetricPlot*> charts_;  ///< by metric
    std::map<QString, std::vector<RunEvent>> events_;
};

}  // namespace lathe::panels
