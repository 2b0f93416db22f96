// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/preferences/pair_maker.h"

namespace lathe::panels {

QString PairWriter::text() const { return QStringLiteral("%1, temperature %2").arg(model).arg(temperature); }

PairMaker::PairMaker(bridge::Services& services, QObject* parent) : QObject(parent), services_(services) {}

void PairMaker::start(const PairOrder& order) {
    stop();
    order_ = order;
    next_ = 0;
    made_ = 0;
    Q_EMIT progressed();
    writeNext();
}

void PairMaker::stop() {
    ++round_;
    if (work_) work_->cancel();
    work_.reset();
    next_ = order_.prompts.size();
    Q_EMIT progressed();
}

void PairMaker::writeNext() {
    if (!isWorking()) return;
    const QString prompt = order_.prompts[next_];
    const int round = round_;
    const quint64 seed = order_.seed + quint64(next_) * 2;
    write(order_.first, seed, round, [this, prompt, seed, round](const QString& a) {
        write(order_.second, seed + 1, round, [this, prompt, a, round](const QString& b) { keep(prompt, a, b, round); });
    });
}

void PairMaker::write(const PairWriter& writer, quint64 seed, int round, std::function<void(const QString&)> done) {
    bridge::Generators::Request request;
    request.model = writer.model;
    const std::string prompt = bridge::utf8(order_.prompts[next_]);
    if (order_.isChat) request.chat = {{"user", prompt}};
    else request.prompt = order_.prompts[next_];
    request.options.maxNewTokens = order_.maxNewTokens;
    request.options.doSample = writer.temperature > 0;
    if (writer.temperature > 0) request.options.temperature = writer.temperature;
    request.options.seed = seed;
    work_ = services_.generators().generate(
        this, request, {},
        [this, round, done = std::move(done)](const GenerationResult& result) {
            if (round != round_ || result.wasStopped) return;
            done(result.sequences.empty() ? QString() : bridge::text(result.sequences.front().text).trimmed());
        },
        [this, round](const QString& sentence) { fail(sentence, round); });
}

void PairMaker::keep(const QString& prompt, const QString& a, const QString& b, int round) {
    const auto goOn = [this, round] {
        if (round != round_) return;
        ++next_;
        Q_EMIT progressed();
        writeNext();
    };
    // Twice the same text gives nothing to judge.
    if (a == b) return goOn();
    PreferenceItem item;
    item.prompt = bridge::utf8(prompt);
    item.answerA = bridge::utf8(a);
    item.answerB = bridge::utf8(b);
    item.originA = bridge::utf8(order_.first.text());
    item.originB = bridge::utf8(order_.second.text());
    services_.preferences().addItem(
        this, order_.set, item,
        [this, round, goOn] {
            if (round == round_) ++made_;
            goOn();
        },
        [this, round](const QString& sentence) { fail(sentence, round); });
}

void PairMaker::fail(const QString& sentence, int round) {
    if (round != round_) return;
    stop();
    Q_EMIT failed(sentence);
}

}  // namespace lathe::panels
