// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include <QWidget>

#include "bridge/runs.h"

class QCheckBox;
class QComboBox;
class QPlainTextEdit;

namespace lathe::widgets {
class RowsProvider;
class TextTable;
}

namespace lathe::panels {

/// What the model wrote while it learnt: a row an example, a column an epoch. Of a ppo run also the answers with the highest rewards of each
/// update, newest first: what is rewarded, and whether it deserves to be.
class SamplesPage : public QWidget {
    Q_OBJECT
public:
    explicit SamplesPage(QWidget* parent = nullptr);
    void setSamples(const std::vector<SampleOutput>& samples);
    void add(const std::vector<SampleOutput>& samples);

private:
    void fill();
    void fillPrompts();
    void fillRewards();
    std::vector<SampleOutput> samples_;
    QComboBox* view_;
    std::shared_ptr<widgets::RowsProvider> provider_;
    widgets::TextTable* table_;
};

/// Checkpoints that can be continued or used.
class CheckpointsPage : public QWidget {
    Q_OBJECT
public:
    explicit CheckpointsPage(QWidget* parent = nullptr);
    void setCheckpoints(const std::vector<CheckpointInfo>& checkpoints);

Q_SIGNALS:
    void useRequested(const QString& folder);

private:
    std::vector<CheckpointInfo> checkpoints_;
    std::shared_ptr<widgets::RowsProvider> provider_;
    widgets::TextTable* table_;
};

/// Settings of the chosen runs, a column each; with several, only the differences unless told otherwise.
class SettingsPage : public QWidget {
    Q_OBJECT
public:
    explicit SettingsPage(QWidget* parent = nullptr);
    void setRuns(const std::vector<RunInfo>& runs);

private:
    void fill();
    std::vector<RunInfo> runs_;
    QCheckBox* differences_;
    std::shared_ptr<widgets::RowsProvider> provider_;
    widgets::TextTable* table_;
};

}  // namespace lathe::panels
