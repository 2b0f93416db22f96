// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/models.h"

#include <algorithm>

namespace lathe::bridge {

Models::Models(Session& session, Background& background, QObject* parent) : QObject(parent), session_(session), background_(background) {}

const ModelInfo* Models::find(const QString& name) const {
    const auto found = std::find_if(list_.begin(), list_.end(), [&](const ModelInfo& model) { return text(model.name) == name; });
    return found == list_.end() ? nullptr : &*found;
}

void Models::refresh() {
    background_.run(
        this, [this](std::stop_token, const ProgressSink&) { return session_.models(); },
        [this](std::vector<ModelInfo> list) { list_ = std::move(list); Q_EMIT changed(); }, [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void Models::add(const QString& path, const QString& name) {
    background_.run(
        this, [this, path, name](std::stop_token, const ProgressSink&) { return session_.addModel(utf8(path), utf8(name)); },
        [this](const ModelInfo& model) { Q_EMIT added(text(model.name)); refresh(); }, [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void Models::remove(const QString& name) {
    background_.run(
        this, [this, name](std::stop_token, const ProgressSink&) { session_.removeModel(utf8(name)); },
        [this, name] { Q_EMIT removed(name); refresh(); }, [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void Models::restore(const QString& name) {
    background_.run(
        this, [this, name](std::stop_token, const ProgressSink&) { session_.restoreModel(utf8(name)); }, [this] { refresh(); },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

WorkPtr Models::verify(QObject* context, const QString& name, std::function<void(const VerifyResult&)> done, Background::Failed failed,
                       Background::Progressed progressed) {
    return background_.run(
        context, [this, name](std::stop_token stop, const ProgressSink& progress) { return session_.verifyModel(utf8(name), progress, std::move(stop)); },
        std::move(done), std::move(failed), std::move(progressed));
}

WorkPtr Models::exportTo(QObject* context, const QString& name, const ModelExportOptions& options, std::function<void()> done,
                         Background::Failed failed, Background::Progressed progressed) {
    return background_.run(
        context,
        [this, name, options](std::stop_token stop, const ProgressSink& progress) { session_.exportModel(utf8(name), options, progress, std::move(stop)); },
        std::move(done), std::move(failed), std::move(progressed));
}

WorkPtr Models::layers(QObject* context, const QString& name, std::function<void(const std::vector<LayerInfo>&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, name](std::stop_token, const ProgressSink&) { return session_.layers(utf8(name)); }, std::move(done), std::move(failed));
}

WorkPtr Models::tokenize(QObject* context, const QString& name, const std::vector<std::string>& texts,
                         std::function<void(const std::vector<TokenizeResult>&)> done, Background::Failed failed) {
    return background_.run(
        context, [this, name, texts](std::stop_token, const ProgressSink&) { return session_.tokenize(utf8(name), texts); }, std::move(done),
        std::move(failed));
}

}  // namespace lathe::bridge
