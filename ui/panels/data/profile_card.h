// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <lathe/data.h>

#include "widgets/card.h"

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

    void showWorking(const QString& column);
    void show(const ColumnProfile& profile);
    void showError(const QString& sentence);
    /// Token lengths of the column with a model's tokenizer; `maxLength` is drawn as a line.
    void showTokens(const LengthHistogram& tokens, const QString& model, std::int64_t maxLength, double cutShare);

private:
    QLabel* facts_;
    QLabel* lengthNote_;
    widgets::HistogramView* lengths_;
    QLabel* valuesHeading_;
    std::shared_ptr<widgets::RowsProvider> values_;
    widgets::TextTable* table_;
};

}  // namespace lathe::panels
