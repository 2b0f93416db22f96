// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "bridge/services.h"
#include "widgets/panel_page.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QStackedWidget;

namespace lathe::panels {

class PairView;
class ThresholdCard;

/// Arguments of openWith: "dataset" (a name).
class DeduplicatePanel : public widgets::PanelPage {
    Q_OBJECT
public:
    explicit DeduplicatePanel(bridge::Services& services, QWidget* parent = nullptr);

    void openWith(const QVariantMap& arguments) override;
    QList<QWidget*> headerWidgets() override;
    bool isSettled() const override { return !work_; }

private:
    QWidget* buildQuestion();
    QWidget* buildAnswer();
    void listChoices();
    void datasetChosen();
    void useRecipe();
    void find();
    void show(std::shared_ptr<const SimilarRows> rows);
    void apply();
    void saveReport();
    void say(const QString& sentence, bool isBad);

    bridge::Services& services_;
    QStackedWidget* stack_ = nullptr;
    QStackedWidget* result_ = nullptr;
    QComboBox* dataset_ = nullptr;
    QComboBox* model_ = nullptr;
    QComboBox* labels_ = nullptr;
    QLineEdit* separator_ = nullptr;
    QPlainTextEdit* text_ = nullptr;
    QPushButton* find_ = nullptr;
    QPushButton* apply_ = nullptr;
    QPushButton* report_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QLabel* note_ = nullptr;
    ThresholdCard* threshold_ = nullptr;
    PairView* pairs_ = nullptr;
    bridge::WorkPtr work_;
    std::shared_ptr<const SimilarRows> rows_;
    QString found_;  ///< dataset that rows_ are of
    QString templateOf_;
    QString wantedSample_;         ///< whose recipe is to be used once it is there
    double firstThreshold_ = 0.9;  ///< where the slider stands first
};

}  // namespace lathe::panels
