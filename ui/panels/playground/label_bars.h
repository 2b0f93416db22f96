// SPDX-License-Identifier: GPL-3.0-or-later
// Probabilities of labels as bars, likeliest first, with a tick at each label's threshold.
#pragma once
#include <vector>

#include <QScrollArea>

#include <lathe/session.h>

namespace lathe::panels {

class LabelBars : public QScrollArea {
    Q_OBJECT
public:
    explicit LabelBars(QWidget* parent = nullptr);

    /// One row of predictions.
    void setPredictions(const Predictions& predictions);
    void clear();
    /// Labels that count as predicted, likeliest first.
    QStringList predicted() const;
    int count() const { return int(bars_.size()); }

private:
    struct Bar {
        QString label;
        double probability = 0;
        double threshold = 0;
        bool isPredicted = false;
    };
    class Canvas;
    std::vector<Bar> bars_;
    bool hasThresholds_ = true;
    Canvas* canvas_;
};

}  // namespace lathe::panels
