// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/similarity.h"

namespace lathe::bridge {

Similarity::Similarity(Session& session, Background& background, QObject* parent) : QObject(parent), session_(session), background_(background) {}

WorkPtr Similarity::find(QObject* context, const SimilarQuery& query, std::function<void(std::shared_ptr<const SimilarRows>)> done,
                         Background::Failed failed, Background::Progressed progressed) {
    return background_.run(
        context, [this, query](std::stop_token stop, const ProgressSink& progress) { return session_.findSimilar(query, progress, std::move(stop)); },
        std::move(done), std::move(failed), std::move(progressed));
}

WorkPtr Similarity::keepRows(QObject* context, const QString& dataset, const std::vector<std::int64_t>& rows, const QString& howMade,
                             std::function<void(const DatasetInfo&)> done, Background::Failed failed) {
    return background_.run(
        context,
        [this, dataset, rows, howMade](std::stop_token stop, const ProgressSink& progress) {
            return session_.keepRows(utf8(dataset), rows, utf8(howMade), progress, std::move(stop));
        },
        std::move(done), std::move(failed));
}

}  // namespace lathe::bridge
