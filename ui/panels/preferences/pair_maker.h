// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QStringList>

#include "bridge/services.h"

namespace lathe::panels {

/// One of the two writers of a pair.
struct PairWriter {
    QString model;
    double temperature = 0.7;
    QString text() const;  ///< "MODEL, temperature 0.7"
};

struct PairOrder {
    QString set;
    QStringList prompts;
    PairWriter first;
    PairWriter second;
    int maxNewTokens = 128;
    bool isChat = true;
    quint64 seed = 42;
};

/// Writes two answers a prompt in the background and puts each pair into a set, while a person labels those that are there.
class PairMaker : public QObject {
    Q_OBJECT
public:
    PairMaker(bridge::Services& services, QObject* parent = nullptr);

    void start(const PairOrder& order);
    void stop();
    bool isWorking() const { return next_ < order_.prompts.size(); }
    int done() const { return made_; }
    int total() const { return int(order_.prompts.size()); }

Q_SIGNALS:
    void progressed();
    void failed(const QString& sentence);

private:
    void writeNext();
    void write(const PairWriter& writer, quint64 seed, int round, std::function<void(const QString&)> done);
    void keep(const QString& prompt, const QString& a, const QString& b, int round);
    void fail(const QString& sentence, int round);

    bridge::Services& services_;
    PairOrder order_;
    bridge::WorkPtr work_;
    qsizetype next_ = 0;
    int made_ = 0;
    int round_ = 0;  ///< counts starts and stops, so that a late answer of an earlier order is not kept
};

}  // namespace lathe::panels
