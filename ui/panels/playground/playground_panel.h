// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QList>

#include "bridge/services.h"
#include "widgets/panel_page.h"

class QCheckBox;
class QComboBox;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace lathe::widgets {
class ParamForm;
}

namespace lathe::panels {

class AnswerPane;

/// Arguments of openWith: "model" (a name), "prompt" (text).
class PlaygroundPanel : public widgets::PanelPage {
    Q_OBJECT
public:
    explicit PlaygroundPanel(bridge::Services& services, QWidget* parent = nullptr);

    void openWith(const QVariantMap& arguments) override;
    QList<QWidget*> headerWidgets() override;
    QList<widgets::KeyBinding> keyBindings() const override;
    bool isSettled() const override;

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* buildSettings();
    QWidget* buildPrompt();
    void addPane();
    void removePane(AnswerPane* pane);
    void generate();
    void stop();
    void paneFinished();

    bridge::Services& services_;
    QPlainTextEdit* prompt_ = nullptr;
    QCheckBox* chat_ = nullptr;
    QCheckBox* differences_ = nullptr;
    QComboBox* preset_ = nullptr;
    widgets::ParamForm* form_ = nullptr;
    QPushButton* generate_ = nullptr;
    QPushButton* addPane_ = nullptr;
    QSplitter* panes_ = nullptr;
    QList<AnswerPane*> list_;
    int numbered_ = 0;
};

}  // namespace lathe::panels
