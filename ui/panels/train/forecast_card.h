// SPDX-License-Identifier: GPL-3.0-or-later
// What a run will need: counts, memory, time, padding of each layout, the learning-rate curve.
#pragma once
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

    void show(const Forecast& forecast);
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
    QLabel* padding_;
    class RateCurve* curve_;
    double secondsPerEpoch_ = -1;
};

}  // namespace lathe::panels
