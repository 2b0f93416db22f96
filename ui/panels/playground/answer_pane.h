// SPDX-License-Identifier: GPL-3.0-or-later
// One model's answer as it streams.
#pragma once
#include <QFrame>
#include <QVariantMap>

#include "bridge/services.h"

class QComboBox;
class QLabel;
class QStackedWidget;
class QTextBrowser;
class QToolButton;

namespace lathe::widgets {
class Card;
class TokenView;
}

namespace lathe::panels {

class BeamList;
class LabelBars;

class AnswerPane : public QFrame {
    Q_OBJECT
public:
    AnswerPane(bridge::Services& services, int number, QWidget* parent = nullptr);

    QString model() const;
    void setModel(const QString& name);
    void setClosable(bool isClosable);
    void ask(const QString& prompt, bool isChat, const GenerationOptions& options);
    void stop();
    bool isWorking() const { return isWorking_; }
    QString answer() const { return answer_; }
    /// Marks words that another answer has not; empty shows the plain text.
    void compareWith(const QString& other);

Q_SIGNALS:
    void finished();
    void closeRequested();

private:
    enum View { kText, kTokens, kBeams, kLabels };
    void listModels();
    bool isClassifier() const;
    void showPage();
    void classify(const QString& text);
    void add(const GeneratedToken& token);
    void show(const GenerationResult& result);
    void showAnswer();
    QString tokenTip(const GeneratedToken& token) const;

    bridge::Services& services_;
    QString prefix_;
    QComboBox* model_;
    QComboBox* view_;
    QToolButton* close_;
    QStackedWidget* pages_;
    QTextBrowser* text_;
    widgets::TokenView* tokens_;
    BeamList* beams_;
    LabelBars* labels_;
    QLabel* alternatives_;
    QLabel* note_;
    bridge::WorkPtr work_;
    std::vector<GeneratedToken> streamed_;
    std::vector<GeneratedText> sequences_;
    QString answer_;
    QString other_;
    QString wanted_;
    int generation_ = 0;
    bool isWorking_ = false;
    bool isClassifying_ = false;
};

}  // namespace lathe::panels
