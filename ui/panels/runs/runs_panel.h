// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <map>

#include "bridge/sequences.h"
#include "bridge/services.h"
#include "widgets/panel_page.h"

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;
class QTabWidget;

namespace lathe::widgets {
class EmptyState;
class TextTable;
}

namespace lathe::panels {

class CheckpointsPage;
class GridPage;
class HealthCard;
class LabelsPage;
class RunCharts;
class RunsTable;
class SamplesPage;
class SettingsPage;

/// Arguments of openWith: "run" (an id).
class RunsPanel : public widgets::PanelPage {
    Q_OBJECT
public:
    explicit RunsPanel(bridge::Services& services, QWidget* parent = nullptr);

    void openWith(const QVariantMap& arguments) override;
    QList<QWidget*> headerWidgets() override;
    bool isSettled() const override { return loading_ == 0; }

private:
    QWidget* buildTable();
    QWidget* buildPages();
    void buildActions();
    void listRuns();
    void selectionChanged();
    void load(const QString& id);
    void show(const QString& id, const bridge::RunHistory& history);
    void loadLabels();
    void loadGrid();
    void updateActions();
    void tryIt();
    void useSettings();
    void remove();
    void openNextStep();
    QString nextStepTitle(const RunInfo& run) const;
    void askCoefficient(double present);
    void showHealth(const QString& id, const bridge::RunHistory& history);
    const RunInfo* current() const;

    bridge::Services& services_;
    std::shared_ptr<RunsTable> provider_;
    QStackedWidget* stack_ = nullptr;
    widgets::TextTable* table_ = nullptr;
    QTabWidget* tabs_ = nullptr;
    HealthCard* health_ = nullptr;
    RunCharts* charts_ = nullptr;
    LabelsPage* labels_ = nullptr;
    GridPage* grid_ = nullptr;
    SamplesPage* samples_ = nullptr;
    CheckpointsPage* checkpoints_ = nullptr;
    SettingsPage* settings_ = nullptr;
    QPlainTextEdit* log_ = nullptr;
    QLabel* sentence_ = nullptr;
    QWidget* actions_ = nullptr;
    QPushButton* pause_ = nullptr;
    QPushButton* stop_ = nullptr;
    QPushButton* continue_ = nullptr;
    QPushButton* try_ = nullptr;
    QPushButton* next_ = nullptr;
    QList<bridge::Sequence> sequences_;
    QPushButton* again_ = nullptr;
    QPushButton* remove_ = nullptr;
    QStringList chosen_;
    QStringList wanted_;   ///< to be chosen once they are listed
    QString lastStarted_;
    QStringList shown_;  ///< chosen runs whose history is in the charts
    std::map<QString, std::vector<MetricPoint>> waiting_;
    int loading_ = 0;
    int round_ = 0;
    QString gridOf_;    ///< run whose grid is shown or on its way
    QString labelsOf_;  ///< run whose labels are shown or on their way
};

}  // namespace lathe::panels
