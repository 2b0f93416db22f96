// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <QObject>
#include <QString>

#include <lathe/session.h>

#include "bridge/background.h"

namespace lathe::bridge {

/// Text from models, streamed to a panel. Keeps the last few loaded models, so that a second prompt starts at once.
/// Lives on the window's thread.
class Generators : public QObject {
    Q_OBJECT
public:
    Generators(Session& session, Background& background, QObject* parent = nullptr);

    struct Request {
        QString model;      ///< name, path or run folder
        QString weights = QStringLiteral("auto");
        QString prompt;
        std::vector<ChatMessage> chat;  ///< if not empty, rendered with the model's chat template instead of `prompt`
        GenerationOptions options;
    };
    /// `token` is called for each new token as it comes; then `done` or `failed`. Cancel the returned work to stop within a
    /// token; `done` then still comes, with what was written so far and wasStopped.
    WorkPtr generate(QObject* context, const Request& request, std::function<void(const GeneratedToken&)> token,
                     std::function<void(const GenerationResult&)> done, Background::Failed failed);
    WorkPtr score(QObject* context, const QString& model, const QString& prompt, const QString& completion,
                  std::function<void(const ScoreResult&)> done, Background::Failed failed);
    /// What a classifier says of one text, with the thresholds that are kept with it.
    WorkPtr classify(QObject* context, const QString& model, const QString& text, std::function<void(const Predictions&)> done, Background::Failed failed);
    /// Loads a model ahead of the first prompt.
    void prepare(const QString& model, const QString& weights);
    /// Forgets loaded models, such as before training, to free their memory.
    void clear();

private:
    std::shared_ptr<TextGenerator> open(const std::string& model, const std::string& weights, std::stop_token stop);

    Session& session_;
    Background& background_;
    std::mutex mutex_;
    std::vector<std::pair<std::string, std::shared_ptr<TextGenerator>>> loaded_;  ///< newest last; guarded by mutex_
};

}  // namespace lathe::bridge
