// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <functional>
#include <vector>

#include <QObject>
#include <QString>

#include <lathe/session.h>

#include "bridge/background.h"

namespace lathe::bridge {

/// The column that most likely holds the text: a usual name, else the first.
QString likelyTextColumn(const std::vector<std::string>& columns);

/// The workspace's datasets. Lives on the window's thread; whatever may take long comes back through `done`.
class Datasets : public QObject {
    Q_OBJECT
public:
    Datasets(Session& session, Background& background, QObject* parent = nullptr);

    const std::vector<DatasetInfo>& list() const { return list_; }
    const DatasetInfo* find(const QString& name) const;

    void refresh();
    WorkPtr preview(QObject* context, const QString& file, const ImportOptions& options, std::function<void(const ImportPreview&)> done,
                    Background::Failed failed);
    WorkPtr import(QObject* context, const QString& file, const QString& name, const ImportOptions& options,
                   std::function<void(const ImportReport&)> done, Background::Failed failed, Background::Progressed progressed);
    /// Newest version by name, or a file by path.
    WorkPtr open(QObject* context, const QString& nameOrFile, std::function<void(TablePtr)> done, Background::Failed failed);
    WorkPtr versions(QObject* context, const QString& name, std::function<void(const std::vector<DatasetInfo>&)> done, Background::Failed failed);
    WorkPtr profile(QObject* context, TablePtr table, int column, const QString& labelSeparator, std::function<void(const ColumnProfile&)> done,
                    Background::Failed failed);
    /// Rows that repeat an earlier one in every cell.
    WorkPtr duplicateRows(QObject* context, TablePtr table, std::function<void(std::int64_t)> done);
    WorkPtr addTemplateColumn(QObject* context, const QString& dataset, const QString& column, const TextTemplate& source,
                              std::function<void(const DatasetInfo&)> done, Background::Failed failed, Background::Progressed progressed);
    WorkPtr filter(QObject* context, const QString& dataset, const std::vector<FilterCondition>& conditions,
                   std::function<void(const DatasetInfo&)> done, Background::Failed failed, Background::Progressed progressed);
    /// Into datasets of their own, or as a column of a new version; `moves` go to one side before.
    enum class SplitInto { Datasets, Column };
    WorkPtr split(QObject* context, const QString& dataset, std::shared_ptr<const Split> split, std::vector<StraddlingCluster> moves, SplitInto into,
                  const QString& howMade, std::function<void(const std::vector<DatasetInfo>&)> done, Background::Failed failed);
    WorkPtr exportTo(QObject* context, const QString& dataset, const QString& file, const ExportOptions& options, std::function<void()> done,
                     Background::Failed failed, Background::Progressed progressed);
    /// Adds a row to a dataset as a new version, such as a corrected pair of the LaTeX panel.
    WorkPtr appendRow(QObject* context, const QString& dataset, const std::vector<std::pair<QString, QString>>& cells, const QString& howMade,
                      std::function<void(const DatasetInfo&)> done, Background::Failed failed);
    void undoVersion(const QString& name);
    void remove(const QString& name);  ///< `removed` follows; undo with restore
    void restore(const QString& name);

Q_SIGNALS:
    void changed();
    void removed(const QString& name);
    void failed(const QString& sentence);

private:
    Session& session_;
    Background& background_;
    std::vector<DatasetInfo> list_;
};

}  // namespace lathe::bridge
