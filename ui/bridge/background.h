// SPDX-License-Identifier: GPL-3.0-or-later
/// Long core calls off the window's thread, with their results back on it.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <QObject>
#include <QPointer>
#include <QString>
#include <QThreadPool>

#include <lathe/progress.h>

#include "bridge/sentences.h"

namespace lathe::bridge {

/// A piece of background work. Cancelling it is a request; the work then ends in `failed`, or not at all if it was done.
class Work {
public:
    void cancel() { stop_.request_stop(); }
    bool isCancelled() const { return stop_.stop_requested(); }
    std::stop_token token() const { return stop_.get_token(); }

private:
    std::stop_source stop_;
};

using WorkPtr = std::shared_ptr<Work>;

/// Runs work on a small pool. Results come back on the thread that owns this object (the window's), and only while
/// `context` still lives. Destruction cancels and waits for what runs.
class Background : public QObject {
    Q_OBJECT
public:
    explicit Background(QObject* parent = nullptr);
    ~Background() override;

    using Failed = std::function<void(const QString& sentence)>;
    using Progressed = std::function<void(const Progress&)>;

    /// `work(stop_token, ProgressSink)` runs in the background; then `done(result)` or `failed(sentence)` here.
    /// A cancelled work calls neither.
    template <class Call, class Done>
    WorkPtr run(QObject* context, Call call, Done done, Failed failed, Progressed progressed = {});

private:
    /// Calls `function` on this object's thread if `context` still lives then.
    void post(const QPointer<QObject>& context, std::function<void()> function);
    void track(const WorkPtr& work);

    QThreadPool pool_;
    std::vector<std::weak_ptr<Work>> running_;
};

template <class Call, class Done>
WorkPtr Background::run(QObject* context, Call call, Done done, Failed failed, Progressed progressed) {
    using Result = std::invoke_result_t<Call, std::stop_token, ProgressSink>;
    auto work = std::make_shared<Work>();
    track(work);
    const QPointer<QObject> guard(context);
    pool_.start([this, work, guard, call = std::move(call), done = std::move(done), failed = std::move(failed), progressed = std::move(progressed)]() mutable {
        ProgressSink sink;
        if (progressed) {
            // Only the newest progress matters: at most one event waits in the window's queue.
            auto isWaiting = std::make_shared<std::atomic<bool>>(false);
            sink = [this, guard, progressed, isWaiting](const Progress& now) {
                if (isWaiting->exchange(true)) return;
                post(guard, [progressed, now, isWaiting] { isWaiting->store(false); progressed(now); });
            };
        }
        try {
            if constexpr (std::is_void_v<Result>) {
                call(work->token(), sink);
                post(guard, [work, done] { if (!work->isCancelled()) done(); });
            } else {
                auto result = std::make_shared<Result>(call(work->token(), sink));
                post(guard, [work, done, result] { if (!work->isCancelled()) done(std::move(*result)); });
            }
        } catch (...) {
            const QString sentence = sentenceOf(std::current_exception());
            post(guard, [work, failed, sentence] { if (!work->isCancelled() && failed) failed(sentence); });
        }
    });
    return work;
}

}  // namespace lathe::bridge
