// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <functional>
#include <vector>

#include <QObject>
#include <QString>

#include <lathe/session.h>

#include "bridge/background.h"

namespace lathe::bridge {

/// Sets of pairs and the labels on them. Lives on the window's thread; whatever touches the disk comes back through `done`.
class Preferences : public QObject {
    Q_OBJECT
public:
    Preferences(Session& session, Background& background, QObject* parent = nullptr);

    const std::vector<LabelSet>& list() const { return list_; }
    const LabelSet* find(const QString& name) const;
    void refresh();

    using Shown = std::function<void(const LabelState&)>;
    WorkPtr state(QObject* context, const QString& set, const QString& rater, Shown done, Background::Failed failed);
    /// `done` comes after the label is on disk.
    WorkPtr judge(QObject* context, const QString& set, const LabelEvent& event, Shown done, Background::Failed failed);
    WorkPtr undo(QObject* context, const QString& set, const QString& rater, Shown done, Background::Failed failed);

    /// From a file or a dataset.
    WorkPtr import(QObject* context, const QString& nameOrFile, const QString& set, std::function<void(const PreferenceImportReport&)> done, Background::Failed failed);
    /// Makes the set if there is none of that name.
    WorkPtr addItem(QObject* context, const QString& set, const PreferenceItem& item, std::function<void()> done, Background::Failed failed);
    WorkPtr save(QObject* context, const LabelSet& set, std::function<void(const LabelSet&)> done, Background::Failed failed);
    /// Quality of all raters together, and what training would get.
    WorkPtr quality(QObject* context, const QString& set, std::function<void(const LabelQuality&, const PairReport&)> done, Background::Failed failed);
    WorkPtr exportTo(QObject* context, const QString& set, const PreferenceExportOptions& options, const QString& file, std::function<void(const PreferenceExport&)> done,
                     Background::Failed failed);
    WorkPtr toDataset(QObject* context, const QString& set, const QString& dataset, const PairOptions& options, std::function<void(const DatasetInfo&)> done, Background::Failed failed);
    WorkPtr score(QObject* context, const QString& set, const QString& rewardModel, std::function<void(std::int64_t)> done, Background::Failed failed, Background::Progressed progressed);
    /// Pairs of a model's own answers, told apart by the rewards of a ppo spec; in the set of that name.
    WorkPtr fromRewards(QObject* context, const RunSpec& spec, const QString& set, std::function<void(const RewardPairReport&)> done, Background::Failed failed,
                        Background::Progressed progressed);
    void remove(const QString& set);  ///< `removed` follows; undo with restore
    void restore(const QString& set);

Q_SIGNALS:
    void changed();
    void removed(const QString& set);
    void failed(const QString& sentence);

private:
    Session& session_;
    Background& background_;
    std::vector<LabelSet> list_;
};

}  // namespace lathe::bridge
