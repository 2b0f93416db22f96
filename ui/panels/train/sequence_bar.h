// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QList>
#include <QWidget>

#include "bridge/sequences.h"

class QHBoxLayout;
class QLabel;

namespace lathe::panels {

/// The steps of a guided sequence in a row: done, next, or waiting for an earlier one. A click opens a step.
class SequenceBar : public QWidget {
    Q_OBJECT
public:
    explicit SequenceBar(QWidget* parent = nullptr);

    /// Shows a sequence; `chosen` is the step whose settings are in the form.
    void show(const bridge::Sequence& sequence, int chosen, const std::vector<RunInfo>& runs);

Q_SIGNALS:
    void stepChosen(int step);
    void closed();

private:
    QHBoxLayout* row_;
};

}  // namespace lathe::panels
