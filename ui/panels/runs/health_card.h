// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include <QWidget>

#include <lathe/ppo_health.h>

class QGridLayout;
class QLabel;
class QPushButton;

namespace lathe::panels {

/// Lights over the charts of a ppo run, one sentence each; hidden for every other run. What a light means is core's to say.
class HealthCard : public QWidget {
    Q_OBJECT
public:
    explicit HealthCard(QWidget* parent = nullptr);

    void clear();
    /// The run that is shown; nothing is if it is no ppo run.
    void setRun(const RunSpec& spec, const std::vector<MetricPoint>& points);
    void append(const std::vector<MetricPoint>& points);
    /// The coefficient may be changed while the run is at work.
    void setActive(bool isActive);

Q_SIGNALS:
    void coefficientAsked(double present);

private:
    void fill();

    QGridLayout* grid_;
    QLabel* waiting_;
    QPushButton* coefficient_;
    PpoSpec spec_;
    std::vector<MetricPoint> points_;
};

}  // namespace lathe::panels
