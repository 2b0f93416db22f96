// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <lathe/models.h>

#include "widgets/card.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace lathe::panels {

/// Chooses how a model is written for other programs.
class ExportCard : public widgets::Card {
    Q_OBJECT
public:
    explicit ExportCard(QWidget* parent = nullptr);
    void setModel(const ModelInfo* model);
    void setProgress(const QString& text);
    void setResult(const QString& sentence, bool isBad);

Q_SIGNALS:
    void exportRequested(const lathe::ModelExportOptions& options);

private:
    void listTypes();
    void choose();

    QString name_;
    QComboBox* format_;
    QComboBox* dtype_;
    QPushButton* export_;
    QLabel* note_;
};

}  // namespace lathe::panels
