// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <deque>

#include <QElapsedTimer>

#include "bridge/services.h"
#include "widgets/panel_page.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTimer;
class QToolButton;

namespace lathe::panels {

class LabelCanvas;
class PairMaker;
class QualityCard;

/// Which of two answers is better, by keyboard. Arguments of openWith: "set" (a name), "file" or "dataset" (imported), or "prompt",
/// "answerA", "answerB" with "originA", "originB" (one pair, such as from the playground).
class PreferencesPanel : public widgets::PanelPage {
    Q_OBJECT
public:
    explicit PreferencesPanel(bridge::Services& services, QWidget* parent = nullptr);

    void openWith(const QVariantMap& arguments) override;
    QList<QWidget*> headerWidgets() override;
    QList<widgets::KeyBinding> keyBindings() const override;
    bool isSettled() const override { return isListed_ && !isLoading_; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void buildActions();
    QWidget* buildLabelling();
    QWidget* buildSide();
    void listSets();
    void openSet(const QString& name);
    void load();
    void show(const LabelState& state);
    void showAfterFlash(const LabelState& state);
    void judge(const LabelEvent& event);
    void remark(const LabelEvent& event);
    void undo();
    void measure();
    void chooseFile();
    void importFrom(const QString& nameOrFile, const QString& set);
    void loadSample();
    void makePairs();
    void showMaking();
    void addPair(const QVariantMap& arguments);
    void exportPairs();
    void train(const QString& task);
    QString newestRewardRun() const;
    void changeSet(LabelMode mode, LabelOrder order);
    void scoreByModel();
    void say(const QString& sentence, bool isBad);
    QString rater() const;

    bridge::Services& services_;
    PairMaker* maker_ = nullptr;
    QStackedWidget* stack_ = nullptr;
    LabelCanvas* canvas_ = nullptr;
    QualityCard* quality_ = nullptr;
    QComboBox* set_ = nullptr;
    QComboBox* mode_ = nullptr;
    QComboBox* rewardModel_ = nullptr;
    QLineEdit* rater_ = nullptr;
    QPushButton* import_ = nullptr;
    QPushButton* make_ = nullptr;
    QPushButton* export_ = nullptr;
    QPushButton* trainReward_ = nullptr;
    QPushButton* trainDpo_ = nullptr;
    QPushButton* runPpo_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QLabel* counts_ = nullptr;
    QLabel* rate_ = nullptr;
    QLabel* making_ = nullptr;
    QLabel* note_ = nullptr;
    QTimer* measuring_ = nullptr;
    bridge::WorkPtr work_;
    QString chosen_;
    QString wanted_;
    QElapsedTimer clock_;
    std::deque<qint64> labelled_;  ///< when the last labels were given, ms of clock_
    bool isListed_ = false;
    bool isLoading_ = false;
};

}  // namespace lathe::panels
