// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/generators.h"

#include <algorithm>

#include <QPointer>

namespace lathe::bridge {
namespace {

// Four panes side by side may each have a model of their own.
constexpr std::size_t kLoadedModels = 4;

}  // namespace

Generators::Generators(Session& session, Background& background, QObject* parent)
    : QObject(parent), session_(session), background_(background) {}

std::shared_ptr<TextGenerator> Generators::open(const std::string& model, const std::string& weights, std::stop_token stop) {
    const std::string key = model + '\n' + weights;
    // Held while loading, so that two panes which ask for one model load it once.
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(loaded_.begin(), loaded_.end(), [&](const auto& entry) { return entry.first == key; });
    if (found != loaded_.end()) {
        std::rotate(found, found + 1, loaded_.end());
        return loaded_.back().second;
    }
    auto generator = session_.openGenerator(model, weights, std::move(stop));
    if (loaded_.size() == kLoadedModels) loaded_.erase(loaded_.begin());
    loaded_.emplace_back(key, generator);
    return generator;
}

WorkPtr Generators::generate(QObject* context, const Request& request, std::function<void(const GeneratedToken&)> token,
                             std::function<void(const GenerationResult&)> done, Background::Failed failed) {
    // The stop of the text itself: the background work must not count as cancelled, since its partial result is wanted.
    auto stopText = std::make_shared<Work>();
    const QPointer<QObject> guard(context);
    background_.run(
        context,
        [this, request, token = std::move(token), guard, stopText](std::stop_token ended, const ProgressSink&) {
            const std::stop_callback onEnd(ended, [stopText] { stopText->cancel(); });
            const auto generator = open(utf8(request.model), utf8(request.weights), stopText->token());
            const std::string prompt = request.chat.empty() ? utf8(request.prompt) : generator->renderChat(request.chat);
            TokenSink sink;
            if (token) {
                sink = [this, token, guard](const GeneratedToken& next) {
                    QMetaObject::invokeMethod(this, [token, guard, next] { if (guard) token(next); }, Qt::QueuedConnection);
                };
            }
            return generator->generate(prompt, request.options, sink, stopText->token());
        },
        std::move(done), std::move(failed));
    return stopText;
}

WorkPtr Generators::score(QObject* context, const QString& model, const QString& prompt, const QString& completion,
                          std::function<void(const ScoreResult&)> done, Background::Failed failed) {
    return background_.run(
        context,
        [this, model, prompt, completion](std::stop_token stop, const ProgressSink&) {
            return open(utf8(model), "auto", std::move(stop))->score(utf8(prompt), utf8(completion));
        },
        std::move(done), std::move(failed));
}

WorkPtr Generators::classify(QObject* context, const QString& model, const QString& text, std::function<void(const Predictions&)> done, Background::Failed failed) {
    return background_.run(
        context,
        [this, model, text](std::stop_token stop, const ProgressSink& progress) {
            PredictQuery query;
            query.model = utf8(model);
            query.texts = {utf8(text)};
            return session_.predict(query, progress, std::move(stop));
        },
        std::move(done), std::move(failed));
}

void Generators::prepare(const QString& model, const QString& weights) {
    background_.run(
        this, [this, model, weights](std::stop_token stop, const ProgressSink&) { open(utf8(model), utf8(weights), std::move(stop)); }, [] {},
        [](const QString&) {});  // the first prompt will say what is wrong
}

void Generators::clear() {
    background_.run(
        this, [this](std::stop_token, const ProgressSink&) { const std::lock_guard lock(mutex_); loaded_.clear(); }, [] {}, [](const QString&) {});
}

}  // namespace lathe::bridge
