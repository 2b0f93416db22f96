// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <vector>

#include <QDialog>

#include <lathe/data.h>

#include "bridge/services.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace lathe::panels {

class LeakCheck;

/// Shares, seed, grouping and stratification of a split, what leaks over it, and what becomes of it.
class SplitDialog : public QDialog {
    Q_OBJECT
public:
    SplitDialog(bridge::Services& services, const QString& dataset, TablePtr table, QWidget* parent);
    ~SplitDialog() override;

    /// As it was when the dialog was accepted; never null then.
    std::shared_ptr<const Split> split() const { return computed_; }
    std::vector<StraddlingCluster> moves() const;
    /// A column of the dataset, or datasets of their own.
    bool isColumn() const;
    QString howMade() const;

private:
    QLayout* buildForm();
    SplitOptions options() const;
    void compute();
    void showCounts();

    bridge::Services& services_;
    TablePtr table_;
    std::shared_ptr<const Split> computed_;
    bridge::WorkPtr work_;
    QDoubleSpinBox* validation_;
    QDoubleSpinBox* test_;
    QSpinBox* seed_;
    QComboBox* group_;
    QComboBox* stratify_;
    QLineEdit* separator_;
    QComboBox* into_;
    LeakCheck* leaks_;
    QLabel* note_;
    QPushButton* split_;
};

}  // namespace lathe::panels
