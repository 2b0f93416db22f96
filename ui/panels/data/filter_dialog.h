// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include <QDialog>

#include <lathe/data.h>

class QComboBox;
class QLabel;
class QLineEdit;
class QVBoxLayout;
class QPushButton;
class QCheckBox;

namespace lathe::panels {

/// Conditions that rows must meet; shows how many do.
class FilterDialog : public QDialog {
    Q_OBJECT
public:
    FilterDialog(TablePtr table, QWidget* parent);
    std::vector<FilterCondition> conditions() const;

private:
    struct Line {
        QComboBox* column;
        QComboBox* test;
        QLineEdit* value;
    };
    void addLine();
    void count();

    TablePtr table_;
    QVBoxLayout* lines_;
    std::vector<Line> list_;
    QCheckBox* case_;
    QLabel* note_;
    QPushButton* apply_;
};

}  // namespace lathe::panels
