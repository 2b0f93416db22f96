// SPDX-License-Identifier: GPL-3.0-or-later
// Buttons that show a claim on the person's own rows: accumulation equals the large batch; what bf16 changes.
#pragma once
#include <functional>
#include <optional>

#include <QWidget>

#include "bridge/services.h"

class QLabel;
class QPushButton;

namespace lathe::panels {

/// A button and the line with what came out. One piece of work at a time; it is cancelled with the widget.
class BatchProof : public QWidget {
    Q_OBJECT
public:
    /// spec: what the form says now, or nothing while it is not valid.
    using SpecSource = std::function<std::optional<RunSpec>()>;
    enum class Kind { Accumulation, Precision };
    BatchProof(Kind kind, bridge::Services& services, SpecSource spec, QWidget* parent = nullptr);
    ~BatchProof() override;

    /// A line above the button, such as the effective batch; hidden while empty.
    void setLine(const QString& line);
    /// What was shown is about other settings now.
    void clearResult();

private:
    void run();
    void show(const QString& text, bool isGood);
    void fail(const QString& sentence);

    Kind kind_;
    bridge::Services& services_;
    SpecSource spec_;
    bridge::WorkPtr work_;
    QLabel* line_;
    QPushButton* button_;
    QLabel* result_;
};

}  // namespace lathe::panels
