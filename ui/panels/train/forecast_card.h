// SPDX-License-Identifier: GPL-3.0-or-later
// What a run will need: counts, memory, time, padding of each layout, the learning-rate curve.
#pragma once
#include <vector>

#include <lathe/training.h>

#include "widgets/card.h"

class QGridLayout;
class QLabel;
class QPushButton;

namespace lathe::panels {

class ForecastCard : public widgets::Card {
    Q_OBJECT
public:
    explicit ForecastCard(QWidget* parent = nullptr);

    /// basis: what a timed batch holds for, such as the model's name: with another one times are unknown again.
    void show(const Forecast& forecast, const QString& basis);
    void showError(const QString& sentence);
    void setProbing(bool isProbing);

Q_SIGNALS:
    void probeRequested();

private:
    QLabel* value(const QString& name, const QString& label, int row, int column);

    QGridLayout* grid_;
    QLabel* note_;
    QPushButton* probe_;
    QLabel* rows_;
    QLabel* parameters_;
    QLabel* steps_;
    QLabel* memory_;
    QLabel* time_;
    QLabel* precision_;
    struct Layout {
        const char* padding;
        QLabel* waste;
        QLabel* time;
    };
    void showPaddings(const Forecast& forecast);
    /// Seconds of this much work: measured, or from what was measured with other settings; -1 before anything was.
    double secondsOf(double work) const;

    std::vector<Layout> layouts_;
    QLabel* basis_;
    class RateCurve* curve_;
    double secondsPerWork_ = -1;  ///< of the last timed batch; later settings are scaled from it
    QString timedFor_;            ///< basis, precision and device of that batch
};

}  // namespace lathe::panels
