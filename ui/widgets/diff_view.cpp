// SPDX-License-Identifier: GPL-3.0-or-later
#include "diff_view.h"

#include "controls.h"
#include "elided_label.h"
#include "theme.h"

#include <QBoxLayout>
#include <QEvent>
#include <QScrollBar>
#include <QTextBrowser>
#include <QTextCursor>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

QTextBrowser* makeSide(const QString& name) {
    auto* view = new QTextBrowser;
    view->setObjectName(name);
    view->setOpenLinks(false);
    view->setUndoRedoEnabled(false);
    view->setMinimumHeight(48);
    return view;
}

} // namespace

DiffView::DiffView(QWidget* parent)
    : QWidget(parent), leftView_(makeSide(u"diff.left"_qs)), rightView_(makeSide(u"diff.right"_qs)), captions_(new QWidget(this)) {
    auto* captionRow = row(captions_, metrics::kSpace12);
    for (const QString& name : {u"diff.leftCaption"_qs, u"diff.rightCaption"_qs}) {
        auto* caption = new ElidedLabel;
        caption->setObjectName(name);
        caption->setSecondary(true);
        captionRow->addWidget(caption, 1);
    }
    captions_->hide();
    auto* sides = row(nullptr, metrics::kSpace12);
    sides->addWidget(leftView_, 1);
    sides->addWidget(rightView_, 1);
    auto* outer = column(this, metrics::kSpace4);
    outer->addWidget(captions_);
    outer->addLayout(sides, 1);
    const auto follow = [this](QTextBrowser* from, QTextBrowser* to) {
        connect(from->verticalScrollBar(), &QScrollBar::valueChanged, to->verticalScrollBar(), &QScrollBar::setValue);
    };
    follow(leftView_, rightView_);
    follow(rightView_, leftView_);
}

void DiffView::setTexts(const QString& left, const QString& right) {
    left_ = left;
    right_ = right;
    fill();
}

void DiffView::setCaptions(const QString& left, const QString& right) {
    captions_->findChild<ElidedLabel*>(u"diff.leftCaption"_qs)->setText(left);
    captions_->findChild<ElidedLabel*>(u"diff.rightCaption"_qs)->setText(right);
    captions_->setVisible(!left.isEmpty() || !right.isEmpty());
    leftView_->setAccessibleName(left);
    rightView_->setAccessibleName(right);
}

void DiffView::setDifferencesShown(bool isShown) {
    isDifferencesShown_ = isShown;
    fill();
}

void DiffView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        fill();
    }
    QWidget::changeEvent(event);
}

void DiffView::fill() {
    const Tokens& t = tokens(palette());
    QTextCharFormat same, removed, added;
    same.setForeground(t.text);
    removed.setForeground(t.text);
    removed.setBackground(mixed(t.bad, t.surface, t.isDark ? 0.35 : 0.2));
    removed.setFontStrikeOut(true);
    added.setForeground(t.text);
    added.setBackground(mixed(t.good, t.surface, t.isDark ? 0.35 : 0.2));
    added.setFontUnderline(true);
    leftView_->clear();
    rightView_->clear();
    QTextCursor left(leftView_->document());
    QTextCursor right(rightView_->document());
    if (!isDifferencesShown_) {
        left.insertText(left_, same);
        right.insertText(right_, same);
    } else {
        for (const DiffPiece& piece : wordDiff(left_, right_)) {
            if (piece.kind != DiffKind::Added) {
                left.insertText(piece.text, piece.kind == DiffKind::Removed ? removed : same);
            }
            if (piece.kind != DiffKind::Removed) {
                right.insertText(piece.text, piece.kind == DiffKind::Added ? added : same);
            }
        }
    }
    for (QTextBrowser* view : {leftView_, rightView_}) {
        view->verticalScrollBar()->setValue(0);
    }
}

} // namespace lathe::widgets
