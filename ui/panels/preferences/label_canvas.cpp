// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/preferences/label_canvas.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "panels/preferences/answer_card.h"
#include "widgets/card.h"
#include "widgets/controls.h"

namespace lathe::panels {

namespace w = widgets;

namespace {

QString textOf(const std::string& utf8) { return QString::fromStdString(utf8); }

}  // namespace

LabelCanvas::LabelCanvas(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("preferences.canvas"));
    setAccessibleName(tr("The pair to judge"));
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_InputMethodEnabled, false);
    auto* layout = w::column(this, 12);
    auto* promptCard = new w::Card(tr("Prompt"), this);
    prompt_ = new QPlainTextEdit(promptCard);
    prompt_->setObjectName(QStringLiteral("preferences.prompt"));
    prompt_->setAccessibleName(tr("Prompt"));
    prompt_->setReadOnly(true);
    prompt_->setFocusPolicy(Qt::ClickFocus);
    prompt_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    prompt_->setFrameShape(QFrame::NoFrame);
    prompt_->setMaximumHeight(110);
    promptCard->body()->addWidget(prompt_);
    promptNote_ = w::label({}, w::TextRole::Secondary, promptCard);
    promptNote_->setObjectName(QStringLiteral("preferences.mode"));
    promptCard->addHeaderWidget(promptNote_);
    layout->addWidget(promptCard);
    auto* answers = w::row(nullptr, 12);
    left_ = new AnswerCard(QStringLiteral("left"), tr("Left answer"), this);
    right_ = new AnswerCard(QStringLiteral("right"), tr("Right answer"), this);
    answers->addWidget(left_, 1);
    answers->addWidget(right_, 1);
    layout->addLayout(answers, 1);
    layout->addWidget(buildButtons());
    note_ = new QLineEdit(this);
    note_->setObjectName(QStringLiteral("preferences.note"));
    note_->setAccessibleName(tr("Note on this pair"));
    note_->setPlaceholderText(tr("A note on this pair; Enter keeps it, Esc leaves it"));
    note_->setVisible(false);
    connect(note_, &QLineEdit::returnPressed, this, &LabelCanvas::keepNote);
    layout->addWidget(note_);
    connect(left_->chooseButton(), &QPushButton::clicked, this, [this] { press(LabelKey::Left, false); });
    connect(right_->chooseButton(), &QPushButton::clicked, this, [this] { press(LabelKey::Right, false); });
    showNothing(QString());
}

QWidget* LabelCanvas::buildButtons() {
    auto* bar = new QWidget(this);
    auto* row = w::row(bar, 8);
    const auto add = [&](const char* name, const QString& text, const char* icon, LabelKey key) {
        auto* button = w::button(QStringLiteral("preferences.") + QLatin1String(name), text, w::ButtonKind::Normal, QLatin1String(icon), bar);
        button->setFocusPolicy(Qt::NoFocus);  // the keys stay with the canvas
        connect(button, &QPushButton::clicked, this, [this, key] { press(key, false); });
        row->addWidget(button);
        return button;
    };
    undo_ = add("undo", tr("Undo   ⌫"), "arrow-back-up", LabelKey::Undo);
    row->addStretch();
    tie_ = add("tie", tr("Equal   3"), "equal", LabelKey::Tie);
    bothBad_ = add("bothBad", tr("Both bad   4"), "circle-x", LabelKey::BothBad);
    skip_ = add("skip", tr("Skip   Space"), "player-skip-forward", LabelKey::Skip);
    row->addStretch();
    flag_ = add("flag", tr("Flag   F"), "flag", LabelKey::Flag);
    flag_->setCheckable(true);
    noteButton_ = add("addNote", tr("Note   N"), "pencil", LabelKey::Note);
    return bar;
}

void LabelCanvas::showPair(const LabelTask& task, LabelMode mode) {
    task_ = task;
    mode_ = mode;
    isWaiting_ = false;
    leftRating_ = 0;
    prompt_->setPlainText(textOf(task.item.prompt));
    const bool isSwapped = task.entry.isSwapped;
    left_->setAnswer(textOf(isSwapped ? task.item.answerB : task.item.answerA));
    right_->setAnswer(textOf(isSwapped ? task.item.answerA : task.item.answerB));
    left_->setSelected(false);
    right_->setSelected(false);
    flag_->setChecked(task.isFlagged);
    note_->setText(textOf(task.note));
    note_->setVisible(!task.note.empty());
    updateMode();
    shown_.start();
}

void LabelCanvas::showNothing(const QString& sentence) {
    task_.reset();
    isWaiting_ = false;
    prompt_->setPlainText(sentence);
    for (AnswerCard* card : {left_, right_}) card->setVisible(false);
    note_->setVisible(false);
    for (QPushButton* button : {tie_, bothBad_, skip_, flag_, noteButton_}) button->setEnabled(false);
    promptNote_->clear();
}

void LabelCanvas::updateMode() {
    const bool isRating = mode_ == LabelMode::Ratings;
    for (AnswerCard* card : {left_, right_}) card->setVisible(true);
    left_->setMode(isRating ? AnswerCard::Mode::Rate : AnswerCard::Mode::Choose, leftRating_ == 0);
    right_->setMode(isRating ? AnswerCard::Mode::Rate : AnswerCard::Mode::Choose, leftRating_ != 0);
    left_->setRating(leftRating_);
    for (QPushButton* button : {skip_, flag_, noteButton_}) button->setEnabled(true);
    for (QPushButton* button : {tie_, bothBad_}) {
        button->setEnabled(!isRating);
        button->setVisible(!isRating);
    }
    promptNote_->setText(!isRating ? tr("Which answer is better?") : leftRating_ == 0 ? tr("Rate the left answer: 1 to 9, 0 is ten") : tr("Rate the right answer: 1 to 9, 0 is ten"));
}

void LabelCanvas::unlock() { isWaiting_ = false; }

void LabelCanvas::setCanUndo(bool canUndo) { undo_->setEnabled(canUndo); }

bool LabelCanvas::isLocked() const { return isWaiting_ || !task_ || shown_.elapsed() < kLock.count(); }

bool LabelCanvas::event(QEvent* event) {
    // Plain keys belong to the pair, whatever shortcuts the window has.
    if (event->type() == QEvent::ShortcutOverride && labelKeyOf(*static_cast<QKeyEvent*>(event)) != LabelKey::None) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void LabelCanvas::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && note_->isVisible()) {
        note_->setVisible(false);
        setFocus();
        return;
    }
    if (event->isAutoRepeat()) return;
    const int rating = ratingKeyOf(*event);
    if (mode_ == LabelMode::Ratings && rating != 0) return rate(rating, true);
    const LabelKey key = labelKeyOf(*event);
    if (key == LabelKey::None) return QWidget::keyPressEvent(event);
    press(key, true);
}

void LabelCanvas::press(LabelKey key, bool isByKeyboard) {
    if (key == LabelKey::Undo) {
        if (leftRating_ != 0) {  // first the digit of this pair
            leftRating_ = 0;
            updateMode();
        } else if (!isWaiting_ && undo_->isEnabled()) {
            isWaiting_ = true;
            Q_EMIT undoAsked();
        }
        return;
    }
    if (!task_ || isWaiting_) return;
    if (key == LabelKey::Flag) return toggleFlag();
    if (key == LabelKey::Note) {
        note_->setVisible(true);
        note_->setFocus();
        return;
    }
    const bool isChoice = key != LabelKey::Skip;
    if (isLocked() || (isChoice && mode_ == LabelMode::Ratings)) return;
    const bool isSwapped = task_->entry.isSwapped;
    switch (key) {
        case LabelKey::Left: left_->setSelected(true); return choose(isSwapped ? LabelKind::B : LabelKind::A, isByKeyboard);
        case LabelKey::Right: right_->setSelected(true); return choose(isSwapped ? LabelKind::A : LabelKind::B, isByKeyboard);
        case LabelKey::Tie: return choose(LabelKind::Tie, isByKeyboard);
        case LabelKey::BothBad: return choose(LabelKind::BothBad, isByKeyboard);
        default: return choose(LabelKind::Skip, isByKeyboard);
    }
}

void LabelCanvas::rate(int rating, bool isByKeyboard) {
    if (isLocked()) return;
    if (leftRating_ == 0) {
        leftRating_ = rating;
        updateMode();
        return;
    }
    right_->setRating(rating);
    LabelEvent event = blank();
    event.kind = LabelKind::Rating;
    event.ratingA = task_->entry.isSwapped ? rating : leftRating_;
    event.ratingB = task_->entry.isSwapped ? leftRating_ : rating;
    send(event, isByKeyboard);
}

void LabelCanvas::choose(LabelKind kind, bool isByKeyboard) {
    LabelEvent event = blank();
    event.kind = kind;
    send(event, isByKeyboard);
}

LabelEvent LabelCanvas::blank() const {
    LabelEvent event;
    event.item = task_->item.id;
    event.showing = task_->entry.showing;
    event.isSwapped = task_->entry.isSwapped;
    event.dwellMs = double(shown_.elapsed());
    return event;
}

void LabelCanvas::send(LabelEvent event, bool isByKeyboard) {
    event.isByKeyboard = isByKeyboard;
    isWaiting_ = true;
    Q_EMIT judged(event);
}

void LabelCanvas::toggleFlag() {
    task_->isFlagged = !task_->isFlagged;
    flag_->setChecked(task_->isFlagged);
    LabelEvent event = blank();
    event.kind = task_->isFlagged ? LabelKind::Flag : LabelKind::Unflag;
    Q_EMIT remarked(event);
}

void LabelCanvas::keepNote() {
    if (!task_) return;
    LabelEvent event = blank();
    event.kind = LabelKind::Note;
    event.note = note_->text().trimmed().toStdString();
    task_->note = event.note;
    note_->setVisible(!event.note.empty());
    setFocus();
    Q_EMIT remarked(event);
}

}  // namespace lathe::panels
