// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include <QObject>
#include <QString>

#include <lathe/session.h>

#include "bridge/background.h"

namespace lathe::bridge {

/// The models that are known, for lists and pickers. Lives on the window's thread.
class Models : public QObject {
    Q_OBJECT
public:
    Models(Session& session, Background& background, QObject* parent = nullptr);

    /// The newest list; empty until the first refresh has come back.
    const std::vector<ModelInfo>& list() const { return list_; }
    /// From the list, or nullptr.
    const ModelInfo* find(const QString& name) const;

    /// Reads the list again in the background; `changed` follows.
    void refresh();
    void add(const QString& path, const QString& name);
    void remove(const QString& name);   ///< `removed` follows; undo with restore
    void restore(const QString& name);
    WorkPtr verify(QObject* context, const QString& name, std::function<void(const VerifyResult&)> done, Background::Failed failed,
                   Background::Progressed progressed);
    WorkPtr exportTo(QObject* context, const QString& name, const ModelExportOptions& options, std::function<void()> done,
                     Background::Failed failed, Background::Progressed progressed);
    WorkPtr layers(QObject* context, const QString& name, std::function<void(const std::vector<LayerInfo>&)> done, Background::Failed failed);
    WorkPtr tokenize(QObject* context, const QString& name, const std::vector<std::string>& texts,
                     std::function<void(const std::vector<TokenizeResult>&)> done, Background::Failed failed);

Q_SIGNALS:
    void changed();
    void added(const QString& name);
    void removed(const QString& name);
    void failed(const QString& sentence);

private:
    Session& session_;
    Background& background_;
    std::vector<ModelInfo> list_;
};

}  // namespace lathe::bridge
