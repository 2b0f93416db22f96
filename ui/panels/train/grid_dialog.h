// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <vector>

#include <QDialog>

#include <lathe/grid.h>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace lathe::panels {

/// A few values each of some settings; says how many runs that makes and what is wrong with them.
class GridDialog : public QDialog {
    Q_OBJECT
public:
    /// `layers`: blocks of the model, to suggest how many of them are trained; 0 if unknown.
    GridDialog(RunSpec base, int layers, QWidget* parent);

    /// Settings that have values.
    const std::vector<GridAxis>& axes() const { return axes_; }

private:
    struct Line {
        QComboBox* setting;
        QLineEdit* values;
    };
    void addLine(const QString& setting, const QString& values);
    QString suggestion(const std::string& id) const;
    void count();

    RunSpec base_;
    int layers_;
    std::vector<GridAxis> axes_;
    QVBoxLayout* lines_;
    std::vector<Line> list_;
    QLabel* note_;
    QPushButton* queue_;
};

}  // namespace lathe::panels
