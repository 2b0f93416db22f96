// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

#include "widgets/card.h"

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;

namespace lathe::widgets {
class LatexView;
}

namespace lathe::panels {

/// One of two answers, without a word about who wrote it. A formula is rendered; what does not render is shown as text.
class AnswerCard : public widgets::Card {
    Q_OBJECT
public:
    /// side: "left" or "right", part of the object names.
    AnswerCard(const QString& side, const QString& heading, QWidget* parent = nullptr);

    void setAnswer(const QString& text);
    QString answer() const { return answer_; }
    /// 1 to 10, or 0 for none yet; shown in rating mode only.
    void setRating(int rating);
    enum class Mode { Choose, Rate };
    /// isNext: the digit that comes now rates this one.
    void setMode(Mode mode, bool isNext);
    QPushButton* chooseButton() const { return choose_; }

private:
    void showText();

    QString answer_;
    QStackedWidget* views_ = nullptr;
    QPlainTextEdit* text_ = nullptr;
    widgets::LatexView* formula_ = nullptr;
    QPushButton* choose_ = nullptr;
    QLabel* rating_ = nullptr;
};

/// True for text that may be one formula: it has a command, a power or an index and no line breaks of prose.
bool looksLikeLatex(const QString& text);

}  // namespace lathe::panels
