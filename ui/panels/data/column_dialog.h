// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QDialog>

#include <lathe/data.h>

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace lathe::panels {

/// Composes a column from a template over the others, with a live preview of any row.
class ColumnDialog : public QDialog {
    Q_OBJECT
public:
    ColumnDialog(TablePtr table, QWidget* parent);

    QString name() const;
    TextTemplate source() const;

private:
    void preview();

    TablePtr table_;
    QLineEdit* name_;
    QPlainTextEdit* template_;
    QComboBox* blanks_;
    QLineEdit* placeholder_;
    QSpinBox* row_;
    QPlainTextEdit* preview_;
    QLabel* note_;
    QPushButton* add_;
};

}  // namespace lathe::panels
