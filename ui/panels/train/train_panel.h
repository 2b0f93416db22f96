// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>

#include "bridge/sequences.h"
#include "bridge/services.h"
#include "panels/train/recipes.h"
#include "widgets/panel_page.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QTimer;
class QVBoxLayout;

namespace lathe::widgets {
class EmptyState;
class ParamForm;
class TokenView;
}

namespace lathe::panels {

class BatchProof;
class ForecastCard;
class LayerTree;
class SequenceBar;

/// Arguments of openWith: "dataset" (a name), "model" (a name), "spec" (RunSpec JSON), "recipe" (its name; of a guided sequence: its next step).
class TrainPanel : public widgets::PanelPage {
    Q_OBJECT
public:
    explicit TrainPanel(bridge::Services& services, QWidget* parent = nullptr);

    void openWith(const QVariantMap& arguments) override;
    QList<QWidget*> headerWidgets() override;
    QList<widgets::KeyBinding> keyBindings() const override;
    bool isSettled() const override { return pending_ == 0 && !wait_->isActive(); }

private:
    QWidget* buildForm();
    QWidget* buildRight();
    QWidget* buildBottom();
    void buildTimer();
    void listChoices();
    void listLayers();
    void takeUpSplitColumn();
    void setTask(const QString& task);
    void setSpec(const RunSpec& spec);
    std::optional<RunSpec> currentSpec();
    void useRecipe(int index);
    void useSample(const QString& sampleFile, const RunSpec& spec);
    void openSequence(int index);
    void openStep(int step);
    void showSequence();
    void fieldChanged(const QString& id);
    void showLayers();
    void refresh();
    void showPreview(const std::vector<TokenView>& tokens);
    void showChecks(const std::vector<SpecCheck>& checks);
    void probe();
    void start();
    void askGrid();
    void makePairs();     ///< or stops making them
    void updatePairs();
    void copySpec();
    void copyCommand();
    QString commandText(const RunSpec& spec) const;
    void updateStart();
    void loadDraft();
    void saveDraft();

    bridge::Services& services_;
    QList<Recipe> recipes_;
    QString task_;
    QStackedWidget* pages_ = nullptr;
    widgets::EmptyState* empty_ = nullptr;
    QComboBox* recipe_ = nullptr;
    QList<bridge::Sequence> sequences_;
    SequenceBar* sequenceBar_ = nullptr;
    int sequence_ = -1;  ///< shown; -1: none
    int step_ = 0;       ///< of it, in the form
    int sampleRound_ = 0;
    widgets::ParamForm* form_ = nullptr;
    LayerTree* layers_ = nullptr;
    BatchProof* accumulation_ = nullptr;
    BatchProof* precision_ = nullptr;
    QLabel* splitNote_ = nullptr;
    widgets::TokenView* preview_ = nullptr;
    QLabel* previewNote_ = nullptr;
    QSpinBox* previewRow_ = nullptr;
    ForecastCard* forecast_ = nullptr;
    QVBoxLayout* checks_ = nullptr;
    QLabel* error_ = nullptr;
    QPushButton* start_ = nullptr;
    QPushButton* pairs_ = nullptr;   ///< ppo only
    bridge::WorkPtr pairWork_;       ///< while pairs are made
    QPushButton* grid_ = nullptr;
    QTimer* wait_ = nullptr;
    std::vector<bridge::WorkPtr> works_;
    QString layersOf_;
    QString wantedDataset_;
    QString splitTakenOf_;  ///< fingerprint of the version whose split column was looked at
    int pending_ = 0;
    int round_ = 0;
    bool isBlocked_ = false;
    bool isStarting_ = false;
};

}  // namespace lathe::panels
