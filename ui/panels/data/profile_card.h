// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include <lathe/data.h>

#include "widgets/card.h"

class QComboBox;
class QLabel;
class QVBoxLayout;

namespace lathe::widgets {
class HistogramView;
class RowsProvider;
class TextTable;
}

namespace lathe::panels {

/// What is in a column.
class ProfileCard : public widgets::Card {
    Q_OBJECT
public:
    explicit ProfileCard(QWidget* parent = nullptr);

    /// Another column: its separator is found out again.
    void showWorking(const QString& column);
    /// As profileColumn takes it: empty = find out, "none" = no labels.
    std::string separator() const;
    void show(const ColumnProfile& profile);
    void showError(const QString& sentence);
    /// Token lengths of the column with a model's tokenizer; `maxLength` is drawn as a line.
    void showTokens(const LengthHistogram& tokens, const QString& model, std::int64_t maxLength, double cutShare);

Q_SIGNALS:
    void separatorChosen();

private:
    void listValues();

    ColumnProfile profile_;
    QString column_;
    QLabel* facts_;
    QLabel* lengthNote_;
    widgets::HistogramView* lengths_;
    QComboBox* valuesOf_;
    QComboBox* separator_;
    std::shared_ptr<widgets::RowsProvider> values_;
    widgets::TextTable* table_;
};

}  // namespace lathe::panels
