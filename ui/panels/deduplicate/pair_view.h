// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <vector>

#include <QWidget>

#include <lathe/session.h>

class QLabel;
class QPushButton;

namespace lathe::widgets {
class DiffView;
class RowsProvider;
class TextTable;
}

namespace lathe::panels {

/// The pairs nearest to the threshold, and the chosen one side by side.
class PairView : public QWidget {
    Q_OBJECT
public:
    explicit PairView(QWidget* parent = nullptr);

    void setRows(std::shared_ptr<const SimilarRows> rows);
    void showNear(double threshold);
    const std::vector<PairOverrule>& overrules() const { return overrules_; }

Q_SIGNALS:
    void overrulesChanged();

private:
    void showPair(int row);
    void overrule(bool areDuplicates);
    QString verdictOf(const SimilarPair& pair) const;

    std::shared_ptr<const SimilarRows> rows_;
    std::vector<SimilarPair> pairs_;
    std::vector<PairOverrule> overrules_;
    double threshold_ = 0.9;
    std::shared_ptr<widgets::RowsProvider> provider_;
    widgets::TextTable* table_;
    widgets::DiffView* diff_;
    QLabel* labels_;
    QPushButton* same_;
    QPushButton* different_;
    QPushButton* clear_;
};

}  // namespace lathe::panels
