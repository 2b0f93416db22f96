// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/preferences/answer_card.h"

#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "widgets/controls.h"
#include "widgets/latex_view.h"

namespace lathe::panels {

namespace w = widgets;

namespace {

constexpr qsizetype kLongestFormula = 2000;

/// Without the marks that put a formula into a text.
QString bareFormula(const QString& text) {
    QString bare = text.trimmed();
    for (const auto& [open, close] : {std::pair(u"$$"_qs, u"$$"_qs), {u"$"_qs, u"$"_qs}, {u"\\["_qs, u"\\]"_qs}, {u"\\("_qs, u"\\)"_qs}}) {
        if (bare.size() <= open.size() + close.size() || !bare.startsWith(open) || !bare.endsWith(close)) continue;
        return bare.mid(open.size(), bare.size() - open.size() - close.size()).trimmed();
    }
    return bare;
}

}  // namespace

bool looksLikeLatex(const QString& text) {
    static const QRegularExpression mark(u"\\\\[a-zA-Z]+|[\\^_]\\{|[A-Za-z0-9)][\\^_][A-Za-z0-9]"_qs);
    // Three words in a row are prose, even with a command among them.
    static const QRegularExpression prose(u"(?<![\\\\A-Za-z{])[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}"_qs);
    const QString bare = bareFormula(text);
    return !bare.isEmpty() && bare.size() <= kLongestFormula && mark.match(bare).hasMatch() && !prose.match(bare).hasMatch();
}

AnswerCard::AnswerCard(const QString& side, const QString& heading, QWidget* parent) : Card(heading, parent) {
    setObjectName(u"preferences.%1"_qs.arg(side));
    views_ = new QStackedWidget(this);
    text_ = new QPlainTextEdit(views_);
    text_->setObjectName(u"preferences.%1Text"_qs.arg(side));
    text_->setAccessibleName(heading);
    text_->setReadOnly(true);
    text_->setFocusPolicy(Qt::ClickFocus);
    text_->setFrameShape(QFrame::NoFrame);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    formula_ = new w::LatexView(views_);
    formula_->setObjectName(u"preferences.%1Formula"_qs.arg(side));
    formula_->setFocusPolicy(Qt::NoFocus);
    views_->addWidget(text_);
    views_->addWidget(formula_);
    body()->addWidget(views_, 1);
    rating_ = w::label({}, w::TextRole::Title, this);
    rating_->setObjectName(u"preferences.%1Rating"_qs.arg(side));
    rating_->setAlignment(Qt::AlignCenter);
    body()->addWidget(rating_);
    choose_ = w::button(u"preferences.choose%1"_qs.arg(side == u"left"_qs ? u"Left"_qs : u"Right"_qs), side == u"left"_qs ? tr("This one is better   ← 1") : tr("This one is better   → 2"),
                        w::ButtonKind::Normal, {}, this);
    choose_->setFocusPolicy(Qt::NoFocus);
    body()->addWidget(choose_);
    connect(formula_, &w::LatexView::rendered, this, [this] { if (!formula_->error().isEmpty()) showText(); });
    setMode(Mode::Choose, false);
}

void AnswerCard::setAnswer(const QString& text) {
    answer_ = text;
    text_->setPlainText(text.isEmpty() ? tr("(an empty answer)") : text);
    setRating(0);
    if (!looksLikeLatex(text)) {
        showText();
        return;
    }
    formula_->setToolTip(text);
    formula_->setTex(bareFormula(text));
    views_->setCurrentWidget(formula_);
}

void AnswerCard::showText() { views_->setCurrentWidget(text_); }

void AnswerCard::setRating(int rating) { rating_->setText(rating == 0 ? u"–"_qs : tr("%1 of 10").arg(rating)); }

void AnswerCard::setMode(Mode mode, bool isNext) {
    choose_->setVisible(mode == Mode::Choose);
    rating_->setVisible(mode == Mode::Rate);
    if (mode == Mode::Rate) setSelected(isNext);
}

}  // namespace lathe::panels
