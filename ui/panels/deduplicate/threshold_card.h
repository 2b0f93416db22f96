// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>

#include <lathe/session.h>

#include "widgets/card.h"

class QCheckBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;

namespace lathe::widgets {
class HistogramView;
}

namespace lathe::panels {

/// Answers while the slider is dragged.
class ThresholdCard : public widgets::Card {
    Q_OBJECT
public:
    explicit ThresholdCard(QWidget* parent = nullptr);

    void setRows(std::shared_ptr<const SimilarRows> rows, double threshold);
    void setOverrules(const std::vector<PairOverrule>& overrules);
    const DedupAnswer& answer() const { return answer_; }
    const DedupRules& rules() const { return rules_; }

Q_SIGNALS:
    void answered();

private:
    void setThreshold(double threshold);
    void solve();
    void ask();

    std::shared_ptr<const SimilarRows> rows_;
    DedupRules rules_;
    DedupAnswer answer_;
    widgets::HistogramView* histogram_;
    QSlider* slider_;
    QLabel* value_;
    QLabel* sentence_;
    QLabel* warning_;
    QSpinBox* keep_;
    QPushButton* solve_;
    QCheckBox* guard_;
    QDoubleSpinBox* distance_;
};

}  // namespace lathe::panels
