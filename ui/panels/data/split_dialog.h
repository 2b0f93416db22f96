// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QDialog>

#include <lathe/data.h>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace lathe::panels {

/// Shares, seed, grouping and stratification of a split.
class SplitDialog : public QDialog {
    Q_OBJECT
public:
    SplitDialog(TablePtr table, QWidget* parent);
    SplitOptions options() const;

private:
    void count();

    TablePtr table_;
    QDoubleSpinBox* validation_;
    QDoubleSpinBox* test_;
    QSpinBox* seed_;
    QComboBox* group_;
    QComboBox* stratify_;
    QLineEdit* separator_;
    QLabel* note_;
    QPushButton* split_;
};

}  // namespace lathe::panels
