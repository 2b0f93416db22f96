// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include "bridge/services.h"
#include "panels/latex/converter.h"
#include "widgets/panel_page.h"

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;
class QTimer;
class QToolButton;
class QHBoxLayout;

namespace lathe::widgets {
class LatexView;
}

namespace lathe::panels {

class TableMode;

/// English to a formula, with any language model. Arguments of openWith: "model" (a name).
class LatexPanel : public widgets::PanelPage {
    Q_OBJECT
public:
    explicit LatexPanel(bridge::Services& services, QWidget* parent = nullptr);

    void openWith(const QVariantMap& arguments) override;
    QList<QWidget*> headerWidgets() override;
    QList<widgets::KeyBinding> keyBindings() const override;
    bool isSettled() const override { return !isWorking_ && isListed_; }

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* buildTyping();
    QWidget* buildEnglish();
    QWidget* buildFormula();
    void listModels();
    void chooseModel(const QString& name);
    void convert();
    void show(const GenerationResult& result);
    void takeAlternative(int index);
    void keepCorrection();
    void say(const QString& sentence, bool isBad);

    bridge::Services& services_;
    Converter converter_;
    QComboBox* model_ = nullptr;
    QComboBox* beams_ = nullptr;
    QToolButton* tableSwitch_ = nullptr;
    QStackedWidget* modes_ = nullptr;
    TableMode* table_ = nullptr;
    QPlainTextEdit* english_ = nullptr;
    QPushButton* convert_ = nullptr;
    widgets::LatexView* formula_ = nullptr;
    QPlainTextEdit* source_ = nullptr;
    QHBoxLayout* alternatives_ = nullptr;
    QPushButton* correct_ = nullptr;
    QLabel* note_ = nullptr;
    QTimer* pause_ = nullptr;
    bridge::WorkPtr work_;
    std::vector<QString> answers_;
    QString wantedModel_;
    int generation_ = 0;  ///< counts conversions, so that an answer to an older text is not shown
    bool isWorking_ = false;
    bool isListed_ = false;
};

}  // namespace lathe::panels
