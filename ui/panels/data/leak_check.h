// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <vector>

#include <lathe/session.h>

#include "bridge/services.h"
#include "widgets/card.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTreeWidget;

namespace lathe::panels {

/// Groups of similar rows that lie on more than one side of a split, and which of them are to be moved to one.
class LeakCheck : public widgets::Card {
    Q_OBJECT
public:
    LeakCheck(bridge::Services& services, const QString& dataset, const std::vector<std::string>& columns, QWidget* parent = nullptr);
    ~LeakCheck() override;

    /// The split that is looked at; null while it is being computed.
    void setSplit(std::shared_ptr<const Split> split);
    /// Groups that the person wants on one side.
    std::vector<StraddlingCluster> moves() const;

Q_SIGNALS:
    void movesChanged();

private:
    QLayout* buildQuestion();
    void listModels();
    void check();
    void ended();
    void findClusters();
    void showStraddling();
    void addGroup(const StraddlingCluster& cluster);

    bridge::Services& services_;
    QString dataset_;
    std::shared_ptr<const Split> split_;
    std::shared_ptr<const SimilarRows> rows_;
    std::vector<std::vector<std::int64_t>> clusters_;
    std::vector<StraddlingCluster> straddling_;
    bridge::WorkPtr work_;
    QLineEdit* text_;
    QComboBox* model_;
    QDoubleSpinBox* threshold_;
    QPushButton* check_;
    QProgressBar* progress_;
    QLabel* found_;
    QTreeWidget* tree_;
    QCheckBox* moveAll_;
};

}  // namespace lathe::panels
