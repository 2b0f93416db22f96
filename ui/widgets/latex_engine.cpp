// SPDX-License-Identifier: GPL-3.0-or-later
#include "latex_engine.h"

#include <QCoreApplication>
#include <QFile>
#include <QHash>
#include <QJSEngine>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLoggingCategory>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <pthread.h>
#include <time.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

static void initMathJaxResource() {
    Q_INIT_RESOURCE(lathe_mathjax);
}

namespace lathe::widgets {
namespace {

QString said(const char* text) {
    return QCoreApplication::translate("lathe::widgets::latex", text);
}

/// MathJax's commonest mistakes in plain sentences, by the id of its TexError. %1 is what its message names in quotes or after a backslash.
QString sentenceOf(const QString& id, const QString& message) {
    static const QHash<QString, const char*> kSentences = {
        {u"UndefinedControlSequence"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "There is no command %1.")},
        {u"MissingArgFor"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "%1 needs an argument after it.")},
        {u"ExtraOpenMissingClose"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "A { has no } that closes it.")},
        {u"MissingCloseBrace"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "A { has no } that closes it.")},
        {u"ExtraCloseMissingOpen"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "A } has no { before it.")},
        {u"ExtraLeftMissingRight"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "A \\left has no \\right.")},
        {u"MissingLeftExtraRight"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "A \\right has no \\left before it.")},
        {u"DoubleExponent"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "Two superscripts follow each other; braces say which belongs to what.")},
        {u"DoubleSubscripts"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "Two subscripts follow each other; braces say which belongs to what.")},
        {u"UnknownEnv"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "There is no environment %1.")},
        {u"MaxMacroSub1"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "A macro calls itself without end.")},
        {u"MaxMacroSub2"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "A macro calls itself without end.")},
        {u"MaxBufferSize"_qs, QT_TRANSLATE_NOOP("lathe::widgets::latex", "Macros make the formula too long.")},
    };
    const auto found = kSentences.find(id);
    if (found == kSentences.end()) {
        return message.endsWith(u'.') ? message : message + u'.';
    }
    const QString sentence = said(*found);
    if (!sentence.contains(u"%1"_qs)) {
        return sentence;
    }
    const qsizetype slash = message.indexOf(u'\\');
    const QString named = slash >= 0 ? message.mid(slash) : message.section(u'\'', 1, 1);
    return sentence.arg(named.isEmpty() ? message : named);
}

/// Stops the engine when one formula used up its processor time. Wall time alone would fail formulas on a busy machine.
class Watcher {
public:
    explicit Watcher(QJSEngine& engine) : engine_(engine), thread_([this](const std::stop_token& stop) { run(stop); }) {
        pthread_getcpuclockid(pthread_self(), &clock_);
    }

    void start() {
        const std::lock_guard lock(mutex_);
        begin_ = processorTime();
        isArmed_ = true;
        changed_.notify_one();
    }

    /// True when the engine had been stopped.
    bool finish() {
        const std::lock_guard lock(mutex_);
        isArmed_ = false;
        changed_.notify_one();
        const bool wasStopped = engine_.isInterrupted();
        engine_.setInterrupted(false);
        return wasStopped;
    }

    void interrupt() {
        const std::lock_guard lock(mutex_);
        if (isArmed_) {
            engine_.setInterrupted(true);
        }
    }

private:
    std::chrono::nanoseconds processorTime() const {
        timespec now{};
        clock_gettime(clock_, &now);
        return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    }

    void run(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, stop, [this] { return isArmed_; })) {
            // Wakes every 50 ms while a formula runs and never otherwise.
            while (isArmed_ && !stop.stop_requested()) {
                if (processorTime() - begin_ > std::chrono::milliseconds(kFormulaLimitMilliseconds)) {
                    engine_.setInterrupted(true);
                }
                changed_.wait_for(lock, stop, 50ms, [this] { return !isArmed_; });
            }
        }
    }

    QJSEngine& engine_;
    clockid_t clock_{};
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool isArmed_ = false;
    std::chrono::nanoseconds begin_{};
    std::jthread thread_;
};

QString evaluateFile(QJSEngine& engine, const QString& name) {
    QFile file(u":/lathe/mathjax/"_qs + name);
    if (!file.open(QIODevice::ReadOnly)) {
        return said(QT_TRANSLATE_NOOP("lathe::widgets::latex", "This build of the program has no MathJax, so formulas are shown as text."));
    }
    const QJSValue result = engine.evaluate(QString::fromUtf8(file.readAll()), name);
    return result.isError() ? name + u": "_qs + result.toString() : QString();
}

} // namespace

struct LatexEngine::Private {
    QJSEngine engine;
    QJSValue convert;
    QString startError;
    std::unique_ptr<Watcher> watcher;
};

LatexEngine::LatexEngine() : d_(std::make_unique<Private>()) {
    initMathJaxResource();
    // Minified code makes Qt's compiler warn about every second line.
    QLoggingCategory::setFilterRules(u"qt.qml.compiler=false"_qs);
    d_->engine.evaluate(u"var MathJax = {};"_qs);
    for (const QString& name : {u"loader.js"_qs, u"core.js"_qs, u"adaptors/liteDOM.js"_qs, u"input/tex-full.js"_qs, u"output/svg.js"_qs,
                                u"output/svg/fonts/tex.js"_qs, u"latex_driver.js"_qs}) {
        d_->startError = evaluateFile(d_->engine, name);
        if (!d_->startError.isEmpty()) {
            qWarning("MathJax did not start: %s", qPrintable(d_->startError));
            return;
        }
    }
    d_->convert = d_->engine.globalObject().property(u"latheConvert"_qs);
    // The first conversion builds tables; without a time limit here it cannot fail an innocent formula later.
    d_->convert.call({u"x^2"_qs, true});
    d_->watcher = std::make_unique<Watcher>(d_->engine);
}

LatexEngine::~LatexEngine() = default;

LatexEngine::Answer LatexEngine::convert(const QString& tex, bool isDisplay) {
    if (!d_->startError.isEmpty()) {
        return {{}, d_->startError};
    }
    if (tex.size() > kLongestFormula) {
        return {{}, said(QT_TRANSLATE_NOOP("lathe::widgets::latex", "The formula is longer than %1 characters.")).arg(kLongestFormula)};
    }
    d_->watcher->start();
    const QJSValue result = d_->convert.call({tex, isDisplay});
    if (d_->watcher->finish()) {
        return {{}, said(QT_TRANSLATE_NOOP("lathe::widgets::latex", "The formula takes too long to draw."))};
    }
    if (result.isError() && result.errorType() != QJSValue::RangeError) {
        return {{}, said(QT_TRANSLATE_NOOP("lathe::widgets::latex", "The formula cannot be drawn: %1.")).arg(result.toString())};
    }
    if (result.isError()) {
        return {{}, said(QT_TRANSLATE_NOOP("lathe::widgets::latex", "The formula is nested too deeply to draw."))};
    }
    const QJsonObject answer = QJsonDocument::fromJson(result.toString().toUtf8()).object();
    const QString error = answer.value("error"_L1).toString();
    if (!error.isEmpty()) {
        return {{}, sentenceOf(answer.value("id"_L1).toString(), error)};
    }
    return {answer.value("svg"_L1).toString().toUtf8(), {}};
}

void LatexEngine::interrupt() {
    if (d_->watcher) {
        d_->watcher->interrupt();
    }
}

} // namespace lathe::widgets
