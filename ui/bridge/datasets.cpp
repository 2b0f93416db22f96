// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/datasets.h"

#include <algorithm>

namespace lathe::bridge {

QString likelyTextColumn(const std::vector<std::string>& columns) {
    for (const char* name : {"generated_description", "synopsis", "plot", "description", "text", "English"})
        for (const std::string& column : columns)
            if (column == name) return text(column);
    return columns.empty() ? QString() : text(columns.front());
}

Datasets::Datasets(Session& session, Background& background, QObject* parent)
    : QObject(parent), session_(session), background_(background) {}

const DatasetInfo* Datasets::find(const QString& name) const {
    const auto found = std::find_if(list_.begin(), list_.end(), [&](const DatasetInfo& dataset) { return text(dataset.name) == name; });
    return found == list_.end() ? nullptr : &*found;
}

void Datasets::refresh() {
    background_.run(
        this, [this](std::stop_token, const ProgressSink&) { return session_.datasets(); },
        [this](std::vector<DatasetInfo> list) { list_ = std::move(list); Q_EMIT changed(); }, [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

WorkPtr Datasets::preview(QObject* context, const QString& file, const ImportOptions& options, std::function<void(const ImportPreview&)> done,
                          Background::Failed failed) {
    return background_.run(
        context, [file, options](std::stop_token, const ProgressSink&) { return previewImport(utf8(file), options); }, std::move(done), std::move(failed));
}

WorkPtr Datasets::import(QObject* context, const QString& file, const QString& name, const ImportOptions& options,
                         std::function<void(const ImportReport&)> done, Background::Failed failed, Background::Progressed progressed) {
    return background_.run(
        context,
        [this, file, name, options](std::stop_token stop, const ProgressSink& progress) {
            return session_.importDataset(utf8(file), utf8(name), options, progress, std::move(stop));
        },
        [this, done = std::move(done)](const ImportReport& report) { refresh(); done(report); }, std::move(failed), std::move(progressed));
}

WorkPtr Datasets::open(QObject* context, const QString& nameOrFile, std::function<void(TablePtr)> done, Background::Failed failed) {
    return background_.run(
        context, [this, nameOrFile](std::stop_token stop, const ProgressSink&) { return session_.openTable(utf8(nameOrFile), std::move(stop)); },
        std::move(done), std::move(failed));
}

WorkPtr Datasets::versions(QObject* context, const QString& name, std::function<void(const std::vector<DatasetInfo>&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, name](std::stop_token, const ProgressSink&) { return session_.datasetVersions(utf8(name)); }, std::move(done), std::move(failed));
}

WorkPtr Datasets::profile(QObject* context, TablePtr table, int column, const QString& labelSeparator, std::function<void(const ColumnProfile&)> done,
                          Background::Failed failed) {
    return background_.run(
        context,
        [table = std::move(table), column, labelSeparator](std::stop_token stop, const ProgressSink& progress) {
            return profileColumn(*table, column, utf8(labelSeparator), progress, std::move(stop));
        },
        std::move(done), std::move(failed));
}

WorkPtr Datasets::duplicateRows(QObject* context, TablePtr table, std::function<void(std::int64_t)> done) {
    return background_.run(
        context, [table = std::move(table)](std::stop_token stop, const ProgressSink&) { return duplicateRowCount(*table, std::move(stop)); }, std::move(done), {});
}

WorkPtr Datasets::addTemplateColumn(QObject* context, const QString& dataset, const QString& column, const TextTemplate& source,
                                    std::function<void(const DatasetInfo&)> done, Background::Failed failed, Background::Progressed progressed) {
    return background_.run(
        context,
        [this, dataset, column, source](std::stop_token stop, const ProgressSink& progress) {
            return session_.addTemplateColumn(utf8(dataset), utf8(column), source, progress, std::move(stop));
        },
        [this, done = std::move(done)](const DatasetInfo& info) { refresh(); done(info); }, std::move(failed), std::move(progressed));
}

WorkPtr Datasets::filter(QObject* context, const QString& dataset, const std::vector<FilterCondition>& conditions,
                         std::function<void(const DatasetInfo&)> done, Background::Failed failed, Background::Progressed progressed) {
    return background_.run(
        context,
        [this, dataset, conditions](std::stop_token stop, const ProgressSink& progress) {
            return session_.filterDataset(utf8(dataset), conditions, progress, std::move(stop));
        },
        [this, done = std::move(done)](const DatasetInfo& info) { refresh(); done(info); }, std::move(failed), std::move(progressed));
}

WorkPtr Datasets::split(QObject* context, const QString& dataset, std::shared_ptr<const Split> split, std::vector<StraddlingCluster> moves, SplitInto into,
                        const QString& howMade, std::function<void(const std::vector<DatasetInfo>&)> done, Background::Failed failed) {
    return background_.run(
        context,
        [this, dataset, split = std::move(split), moves = std::move(moves), into, howMade](std::stop_token stop, const ProgressSink& progress) {
            const Split moved = moves.empty() ? *split : moveToOneSide(*split, moves);
            if (into == SplitInto::Column) return std::vector<DatasetInfo>{session_.markSplit(utf8(dataset), moved, utf8(howMade), progress, std::move(stop))};
            return session_.splitDataset(utf8(dataset), moved, utf8(howMade), progress, std::move(stop));
        },
        [this, done = std::move(done)](const std::vector<DatasetInfo>& parts) { refresh(); done(parts); }, std::move(failed));
}

WorkPtr Datasets::exportTo(QObject* context, const QString& dataset, const QString& file, const ExportOptions& options, std::function<void()> done,
                           Background::Failed failed, Background::Progressed progressed) {
    return background_.run(
        context,
        [this, dataset, file, options](std::stop_token stop, const ProgressSink& progress) {
            exportTable(*session_.openTable(utf8(dataset), stop), utf8(file), options, progress, stop);
        },
        std::move(done), std::move(failed), std::move(progressed));
}

WorkPtr Datasets::appendRow(QObject* context, const QString& dataset, const std::vector<std::pair<QString, QString>>& cells, const QString& howMade,
                            std::function<void(const DatasetInfo&)> done, Background::Failed failed) {
    std::vector<std::pair<std::string, std::string>> row;
    for (const auto& [column, value] : cells) row.emplace_back(utf8(column), utf8(value));
    return background_.run(
        context, [this, dataset, row, howMade](std::stop_token, const ProgressSink&) { return session_.appendRow(utf8(dataset), row, utf8(howMade)); },
        [this, done = std::move(done)](const DatasetInfo& info) { refresh(); done(info); }, std::move(failed));
}

void Datasets::undoVersion(const QString& name) {
    background_.run(
        this, [this, name](std::stop_token, const ProgressSink&) { session_.undoDatasetVersion(utf8(name)); }, [this] { refresh(); },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void Datasets::remove(const QString& name) {
    background_.run(
        this, [this, name](std::stop_token, const ProgressSink&) { session_.removeDataset(utf8(name)); },
        [this, name] { Q_EMIT removed(name); refresh(); }, [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void Datasets::restore(const QString& name) {
    background_.run(
        this, [this, name](std::stop_token, const ProgressSink&) { session_.restoreDataset(utf8(name)); }, [this] { refresh(); },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

}  // namespace lathe::bridge
