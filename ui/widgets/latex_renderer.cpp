// SPDX-License-Identifier: GPL-3.0-or-later
#include "latex_renderer.h"

#include "latex_engine.h"

#include <QCache>
#include <QMetaObject>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace lathe::widgets {
namespace {

constexpr int kCachedFormulas = 512;

QString keyOf(const QString& tex, LatexMode mode) {
    return (mode == LatexMode::Display ? QChar(u'D') : QChar(u'I')) + tex;
}

} // namespace

/// How answers find the way home: the worker may outlive the renderer that asked.
struct LatexRenderer::Mailbox {
    std::mutex mutex;
    LatexRenderer* owner = nullptr;  // null once it is gone
    std::atomic<quint64> cancelledUpTo = 0;
};

class LatexRenderer::Worker {
public:
    struct Request {
        QString tex;
        LatexMode mode = LatexMode::Display;
        std::function<bool()> isWanted;
        std::function<void(const LatexResult&)> deliver;
    };

    Worker() : cache_(kCachedFormulas), thread_([this](const std::stop_token& stop) { run(stop); }) {}

    ~Worker() {
        thread_.request_stop();
        const std::lock_guard lock(mutex_);
        if (engine_ != nullptr) {
            engine_->interrupt();
        }
    }

    void add(Request request) {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(request));
        changed_.notify_one();
    }

    std::optional<LatexResult> cached(const QString& tex, LatexMode mode) {
        const std::lock_guard lock(mutex_);
        const LatexResult* found = cache_.object(keyOf(tex, mode));
        return found != nullptr ? std::optional(*found) : std::nullopt;
    }

private:
    void run(const std::stop_token& stop) {
        LatexEngine engine;
        std::unique_lock lock(mutex_);
        engine_ = &engine;
        while (changed_.wait(lock, stop, [this] { return !queue_.empty(); }) && !stop.stop_requested()) {
            const Request request = std::move(queue_.front());
            queue_.pop_front();
            if (request.isWanted && !request.isWanted()) {
                continue;
            }
            const LatexResult* found = cache_.object(keyOf(request.tex, request.mode));
            std::optional<LatexResult> result = found != nullptr ? std::optional(*found) : std::nullopt;
            lock.unlock();
            if (!result) {
                result = render(engine, request);
            }
            if (request.deliver) {
                request.deliver(*result);
            }
            lock.lock();
            cache_.insert(keyOf(request.tex, request.mode), new LatexResult(*result));
        }
        engine_ = nullptr;
    }

    static LatexResult render(LatexEngine& engine, const Request& request) {
        LatexResult result;
        result.tex = request.tex;
        const LatexEngine::Answer answer = engine.convert(request.tex, request.mode == LatexMode::Display);
        result.error = answer.error;
        if (result.error.isEmpty()) {
            result.picture = FormulaPicture::fromSvg(answer.svg, &result.error);
        }
        return result;
    }

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Request> queue_;
    QCache<QString, LatexResult> cache_;
    LatexEngine* engine_ = nullptr;
    std::jthread thread_;
};

std::shared_ptr<LatexRenderer::Worker> LatexRenderer::sharedWorker() {
    // The engine costs 250 ms and 70 MiB, so renderers share one for as long as any of them lives.
    static std::mutex mutex;
    static std::weak_ptr<Worker> shared;
    const std::lock_guard lock(mutex);
    std::shared_ptr<Worker> worker = shared.lock();
    if (!worker) {
        worker = std::make_shared<Worker>();
        shared = worker;
    }
    return worker;
}

LatexRenderer::LatexRenderer(QObject* parent) : QObject(parent), mailbox_(std::make_shared<Mailbox>()) {
    mailbox_->owner = this;
}

LatexRenderer::~LatexRenderer() {
    const std::lock_guard lock(mailbox_->mutex);
    mailbox_->owner = nullptr;
}

quint64 LatexRenderer::request(const QString& tex, LatexMode mode) {
    prewarm();
    const quint64 ticket = nextTicket_++;
    const auto mailbox = mailbox_;
    const auto deliver = [mailbox, ticket](const LatexResult& result) {
        const std::lock_guard lock(mailbox->mutex);
        LatexRenderer* owner = mailbox->owner;
        if (owner == nullptr) {
            return;
        }
        QMetaObject::invokeMethod(
            owner,
            [owner, ticket, result] {
                if (ticket > owner->mailbox_->cancelledUpTo) {
                    Q_EMIT owner->finished(ticket, result);
                }
            },
            Qt::QueuedConnection);
    };
    if (const auto known = cached(tex, mode)) {
        deliver(*known);
        return ticket;
    }
    worker_->add({tex, mode, [mailbox, ticket] { return ticket > mailbox->cancelledUpTo; }, deliver});
    return ticket;
}

std::optional<LatexResult> LatexRenderer::cached(const QString& tex, LatexMode mode) const {
    return worker_ ? worker_->cached(tex, mode) : std::nullopt;
}

void LatexRenderer::prewarm() {
    if (!worker_) {
        worker_ = sharedWorker();
    }
}

void LatexRenderer::cancelPending() {
    mailbox_->cancelledUpTo = nextTicket_ - 1;
}

LatexResult LatexRenderer::renderNow(const QString& tex, LatexMode mode) {
    const std::shared_ptr<Worker> worker = sharedWorker();
    std::promise<LatexResult> promise;
    std::future<LatexResult> future = promise.get_future();
    worker->add({tex, mode, {}, [&promise](const LatexResult& result) { promise.set_value(result); }});
    return future.get();
}

} // namespace lathe::widgets
