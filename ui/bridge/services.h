// SPDX-License-Identifier: GPL-3.0-or-later
/// All that a panel may ask for, in one value that the application makes once.
#pragma once
#include <memory>

#include <QString>

#include <lathe/session.h>

#include "bridge/background.h"
#include "bridge/datasets.h"
#include "bridge/generators.h"
#include "bridge/models.h"
#include "bridge/preferences.h"
#include "bridge/runs.h"
#include "bridge/similarity.h"

namespace lathe::bridge {

/// Owns the session and the stores; lives as long as the window. Panels get it by reference.
class Services : public QObject {
    Q_OBJECT
public:
    /// Throws lathe::Error if the workspace cannot be opened.
    explicit Services(const QString& workspaceFolder, QObject* parent = nullptr);
    ~Services() override;

    Session& session() { return *session_; }
    Background& background() { return *background_; }
    Models& models() { return *models_; }
    Datasets& datasets() { return *datasets_; }
    Similarity& similarity() { return *similarity_; }
    Runs& runs() { return *runs_; }
    Preferences& preferences() { return *preferences_; }
    Generators& generators() { return *generators_; }

    QString workspaceFolder() const { return workspaceFolder_; }
    QString workspaceNotice() const;  ///< for a banner, such as that the workspace is read-only; or empty
    QString deviceText() const;
    quint64 residentBytes() const;
    QString setting(const QString& key) const;
    void setSetting(const QString& key, const QString& value);

    /// Folder of the samples and recipes that come with Lathe.
    static QString resourcesFolder();
    /// Imports the sample table if the workspace has no dataset of that name; `done(name)` follows either way.
    void ensureSample(QObject* context, const QString& fileName, std::function<void(const QString& dataset)> done, Background::Failed failed);

Q_SIGNALS:
    /// One panel asks the window for another: id as in the sidebar ("train"), and what it should show there.
    void panelRequested(const QString& panelId, const QString& subject);

private:
    QString workspaceFolder_;
    std::unique_ptr<Session> session_;
    // In this order: the background work ends before what it uses goes.
    std::unique_ptr<Background> background_;
    std::unique_ptr<Models> models_;
    std::unique_ptr<Datasets> datasets_;
    std::unique_ptr<Similarity> similarity_;
    std::unique_ptr<Runs> runs_;
    std::unique_ptr<Preferences> preferences_;
    std::unique_ptr<Generators> generators_;
};

}  // namespace lathe::bridge
