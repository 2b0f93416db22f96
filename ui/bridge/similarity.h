// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <functional>

#include <QObject>

#include <lathe/session.h>

#include "bridge/background.h"

namespace lathe::bridge {

/// Similar rows of datasets. The index it gives answers thresholds on the window's thread, which takes milliseconds.
class Similarity : public QObject {
    Q_OBJECT
public:
    Similarity(Session& session, Background& background, QObject* parent = nullptr);

    WorkPtr find(QObject* context, const SimilarQuery& query, std::function<void(std::shared_ptr<const SimilarRows>)> done, Background::Failed failed,
                 Background::Progressed progressed);
    /// A new version of the dataset with these rows only.
    WorkPtr keepRows(QObject* context, const QString& dataset, const std::vector<std::int64_t>& rows, const QString& howMade,
                     std::function<void(const DatasetInfo&)> done, Background::Failed failed);

private:
    Session& session_;
    Background& background_;
};

}  // namespace lathe::bridge
