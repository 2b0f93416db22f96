// SPDX-License-Identifier: GPL-3.0-or-later
// TeX formulas to vector pictures, by MathJax in a JavaScript engine on a worker thread.
#pragma once

#include "formula_picture.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>

namespace lathe::widgets {

/// Display formulas have limits above and below their operators; inline ones beside.
enum class LatexMode { Display, Inline };

/// What became of one request.
struct LatexResult {
    QString tex;             ///< the source that was asked for
    FormulaPicture picture;  ///< null when it failed
    QString error;           ///< what is wrong, a plain sentence; empty on success
    bool isOk() const { return error.isEmpty(); }
};

/// Renders TeX in the background. All renderers of a process share one worker, engine and cache; the first starts them and
/// the last one destroyed ends them. Construct and use it on the GUI thread. A formula is at most 4096 characters and may take 400 ms.
class LatexRenderer : public QObject {
    Q_OBJECT
public:
    explicit LatexRenderer(QObject* parent = nullptr);
    ~LatexRenderer() override;

    /// Asks for a picture. Returns a ticket; finished() with the same ticket always comes later, never from inside this call.
    quint64 request(const QString& tex, LatexMode mode = LatexMode::Display);
    /// A result that is already in the cache, without asking the worker.
    std::optional<LatexResult> cached(const QString& tex, LatexMode mode = LatexMode::Display) const;
    /// Starts the engine ahead of the first formula (about 250 ms on the worker).
    void prewarm();
    /// Drops this renderer's requests that have not started; their finished() never comes.
    void cancelPending();

    /// Waits for one formula. Blocks up to the engine's start and the formula's limit: for tests and tools, not for the GUI thread.
    static LatexResult renderNow(const QString& tex, LatexMode mode = LatexMode::Display);

Q_SIGNALS:
    void finished(quint64 ticket, const lathe::widgets::LatexResult& result);

private:
    class Worker;
    struct Mailbox;
    static std::shared_ptr<Worker> sharedWorker();
    std::shared_ptr<Worker> worker_;
    std::shared_ptr<Mailbox> mailbox_;
    quint64 nextTicket_ = 1;
};

} // namespace lathe::widgets
