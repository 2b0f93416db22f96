// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QDialog>
#include <array>

#include "bridge/services.h"
#include "panels/preferences/pair_maker.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace lathe::panels {

/// Asks for prompts (typed, or a column of a dataset) and the two writers.
class PairsDialog : public QDialog {
    Q_OBJECT
public:
    PairsDialog(bridge::Services& services, const QString& set, QWidget* parent = nullptr);

Q_SIGNALS:
    void chosen(const PairOrder& order);

private:
    void addWriter(std::size_t index, const QString& heading, double temperature);
    void listColumns();
    void takeColumn();
    void update();
    void finish();

    bridge::Services& services_;
    QString set_;
    QComboBox* dataset_ = nullptr;
    QComboBox* column_ = nullptr;
    QSpinBox* count_ = nullptr;
    QPlainTextEdit* prompts_ = nullptr;
    std::array<QComboBox*, 2> models_{};
    std::array<QDoubleSpinBox*, 2> temperatures_{};
    QSpinBox* length_ = nullptr;
    QCheckBox* chat_ = nullptr;
    QLabel* note_ = nullptr;
    QPushButton* start_ = nullptr;
    bridge::WorkPtr work_;
};

}  // namespace lathe::panels
