// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/train/sequence_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "widgets/controls.h"

namespace lathe::panels {

namespace w = widgets;

SequenceBar::SequenceBar(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("train.sequence"));
    row_ = w::row(this, 8);
    setVisible(false);
}

void SequenceBar::show(const bridge::Sequence& sequence, int chosen, const std::vector<RunInfo>& runs) {
    while (QLayoutItem* item = row_->takeAt(0)) {
        if (item->widget() != nullptr) item->widget()->deleteLater();
        delete item;
    }
    row_->addWidget(w::label(sequence.title, w::TextRole::Section, this));
    for (int i = 0; i < sequence.steps.size(); ++i) {
        const bool isDone = bridge::finishedRun(runs, sequence.steps[i]) != nullptr;
        const bool isReady = bridge::specOfStep(sequence, i, runs).has_value();
        const QString text = QStringLiteral("%1  %2").arg(i + 1).arg(sequence.steps[i].title);
        auto* step = w::button(QStringLiteral("train.sequence.%1").arg(i + 1), text, w::ButtonKind::Normal, isDone ? QStringLiteral("check") : QString(), this);
        step->setCheckable(true);
        step->setChecked(i == chosen);
        step->setEnabled(isReady);
        step->setToolTip(isDone ? tr("Done. Its result goes into the steps after it.") : isReady ? tr("Ready to start") : tr("Waits for an earlier step"));
        connect(step, &QPushButton::clicked, this, [this, i] { Q_EMIT stepChosen(i); });
        row_->addWidget(step);
    }
    row_->addStretch();
    auto* close = w::iconButton(QStringLiteral("train.sequence.close"), QStringLiteral("x"), tr("Leave the sequence"), this);
    connect(close, &QToolButton::clicked, this, &SequenceBar::closed);
    row_->addWidget(close);
    setVisible(true);
}

}  // namespace lathe::panels
