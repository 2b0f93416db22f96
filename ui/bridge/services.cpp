// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/services.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace lathe::bridge {

Services::Services(const QString& workspaceFolder, QObject* parent)
    : QObject(parent), workspaceFolder_(workspaceFolder), session_(Session::open({.workspace = utf8(workspaceFolder)})),
      background_(std::make_unique<Background>()), models_(std::make_unique<Models>(*session_, *background_)),
      datasets_(std::make_unique<Datasets>(*session_, *background_)), similarity_(std::make_unique<Similarity>(*session_, *background_)), runs_(std::make_unique<Runs>(*session_, *background_)),
      preferences_(std::make_unique<Preferences>(*session_, *background_)),
      generators_(std::make_unique<Generators>(*session_, *background_)) {
    // A run's models are offered wherever models are chosen as soon as it has some.
    connect(runs_.get(), &Runs::changed, models_.get(), &Models::refresh);
    models_->refresh();
    datasets_->refresh();
    runs_->refresh();
    preferences_->refresh();
}

Services::~Services() {
    runs_->stopAndWait();
    background_.reset();  // waits for what still runs, while the stores it reports to are there
}

QString Services::workspaceNotice() const { return text(session_->workspaceNotice()); }
QString Services::deviceText() const { return text(session_->device().sentence); }
quint64 Services::residentBytes() const { return session_->residentBytes(); }
QString Services::setting(const QString& key) const { return text(session_->setting(utf8(key))); }
void Services::setSetting(const QString& key, const QString& value) { session_->setSetting(utf8(key), utf8(value)); }

QString Services::resourcesFolder() {
    const QDir program(QCoreApplication::applicationDirPath());
    for (const QString& place : {qEnvironmentVariable("LATHE_RESOURCES"), program.absoluteFilePath(QStringLiteral("../share/lathe")),
                                 QStringLiteral(LATHE_RESOURCES_DIR)})
        if (!place.isEmpty() && QFileInfo(place + QStringLiteral("/samples")).isDir()) return QDir(place).canonicalPath();
    return QStringLiteral(LATHE_RESOURCES_DIR);
}

void Services::ensureSample(QObject* context, const QString& fileName, std::function<void(const QString&)> done, Background::Failed failed) {
    const QString name = QFileInfo(fileName).completeBaseName();
    const QString file = resourcesFolder() + QStringLiteral("/samples/") + fileName;
    background_->run(
        context,
        [this, name, file](std::stop_token stop, const ProgressSink& progress) {
            for (const DatasetInfo& dataset : session_->datasets())
                if (dataset.name == utf8(name)) return;
            session_->importDataset(utf8(file), utf8(name), {}, progress, std::move(stop));
        },
        [this, name, done = std::move(done)] { datasets_->refresh(); done(name); }, std::move(failed));
}

}  // namespace lathe::bridge
