// SPDX-License-Identifier: GPL-3.0-or-later
// What a multi-label run learnt, label by label, and the bench where its thresholds are moved.
#pragma once
#include <memory>

#include <QWidget>

#include <lathe/label_bench.h>

class QComboBox;
class QLabel;
class QPushButton;
class QScrollArea;
class QSlider;
class QStackedWidget;
class QTabWidget;
class QTimer;

namespace lathe::widgets {
class RowsProvider;
class TextTable;
}

namespace lathe::panels {

class LabelCurve;
class LabelOverlapView;
class LabelTable;

class LabelsPage : public QWidget {
    Q_OBJECT
public:
    explicit LabelsPage(QWidget* parent = nullptr);

    void setBench(std::shared_ptr<LabelBench> bench);
    /// No scores: says why.
    void showSentence(const QString& sentence);
    /// While the run works its model changes still, so nothing can be kept with it.
    void setRunning(bool isRunning);

private:
    QWidget* buildBar();
    QWidget* buildSides();
    void sliderMoved();
    void best();
    void keep();
    void undo();
    void rowChosen();
    /// Everything that follows from the thresholds.
    void refresh();
    void showValues();
    void showSlider();
    void showCurvePoints();
    void fillWrong();
    bool isOneForAll() const;
    std::size_t chosenLabel() const;  ///< LabelBench::kAll: none

    std::shared_ptr<LabelBench> bench_;
    std::shared_ptr<LabelTable> table_;
    std::shared_ptr<widgets::RowsProvider> wrong_;
    QStackedWidget* stack_;
    QLabel* sentence_;
    QComboBox* scope_ = nullptr;
    QLabel* which_ = nullptr;
    QSlider* slider_ = nullptr;
    QLabel* threshold_ = nullptr;
    QPushButton* best_ = nullptr;
    QPushButton* undo_ = nullptr;
    QPushButton* keep_ = nullptr;
    QLabel* values_ = nullptr;
    QLabel* note_ = nullptr;
    widgets::TextTable* view_ = nullptr;
    QTabWidget* sides_ = nullptr;
    LabelCurve* roc_ = nullptr;
    LabelCurve* pr_ = nullptr;
    LabelOverlapView* overlap_ = nullptr;
    widgets::TextTable* wrongView_ = nullptr;
    QTimer* wrongTimer_ = nullptr;
    bool isRunning_ = false;
};

}  // namespace lathe::panels
