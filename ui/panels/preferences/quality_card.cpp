// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/preferences/quality_card.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "widgets/controls.h"
#include "widgets/format.h"

namespace lathe::panels {

namespace w = widgets;

namespace {

// Below this many shared pairs an agreement says more about luck than about raters.
constexpr std::int64_t kFewShared = 20;
constexpr std::int64_t kFewRepeats = 5;

enum Row : std::size_t { kRepeats, kLeft, kLonger, kKappa, kAlpha, kTriples, kSeconds };

QString tr(const char* text) { return QCoreApplication::translate("lathe::panels", text); }

QString shareText(const Proportion& share) {
    if (share.count == 0) return tr("not yet");
    return QStringLiteral("%1 (%2 – %3)").arg(w::formatShare(share.value, 0), w::formatShare(share.low, 0), w::formatShare(share.high, 0));
}

bool isAwayFromHalf(const Proportion& share) { return share.count > 0 && (share.low > 0.5 || share.high < 0.5); }

QString kappaText(const LabelQuality& quality) {
    if (quality.raters.empty()) return tr("one rater");
    const RaterAgreement* most = &quality.raters.front();
    for (const RaterAgreement& pair : quality.raters)
        if (pair.shared > most->shared) most = &pair;
    if (most->shared < kFewShared || !most->kappa) return tr("%1 of 20 shared pairs").arg(most->shared);
    return QStringLiteral("%1 (%2)").arg(w::formatNumber(*most->kappa, 2), w::formatShare(most->agreement, 0));
}

QString alphaText(const LabelQuality& quality) {
    if (quality.raters.empty()) return tr("one rater");
    const auto& alpha = quality.alphaOrdinal ? quality.alphaOrdinal : quality.alphaNominal;
    if (quality.alphaUnits < kFewShared || !alpha) return tr("%1 of 20 shared pairs").arg(quality.alphaUnits);
    return w::formatNumber(*alpha, 2);
}

}  // namespace

QStringList adviceOn(const LabelQuality& quality) {
    QStringList advice;
    if (isAwayFromHalf(quality.leftPicks)) advice << tr("The place seems to decide: one side wins more often than chance.");
    if (quality.repeatAgreement.count >= kFewRepeats && quality.repeatAgreement.value < 0.7) advice << tr("You judge the same pair differently the second time. Take more time, or write guidelines down.");
    if (quality.longerPicks.count >= kFewShared && quality.longerPicks.low > 0.6) advice << tr("The longer answer mostly wins. A reward model may learn length instead of quality.");
    if (quality.tooFast > 0) advice << tr("%1 long pairs were judged in less than a second.").arg(quality.tooFast);
    if (quality.intransitiveTriples > 0) advice << tr("Some judgements contradict each other: A over B, B over C, C over A.");
    return advice;
}

QualityCard::QualityCard(QWidget* parent) : Card(tr("Quality of the labels"), parent) {
    setObjectName(QStringLiteral("preferences.quality"));
    grid_ = new QGridLayout;
    grid_->setColumnStretch(0, 1);
    grid_->setVerticalSpacing(4);
    body()->addLayout(grid_);
    add("repeats", tr("Repeats agree"));
    add("left", tr("Left one wins"));
    add("longer", tr("Longer one wins"));
    add("kappa", tr("Cohen's κ"));
    add("alpha", tr("Krippendorff's α"));
    add("triples", tr("Contradictions"));
    add("seconds", tr("Time a label"));
    advice_ = w::label({}, w::TextRole::Warning, this);
    advice_->setObjectName(QStringLiteral("preferences.advice"));
    advice_->setWordWrap(true);
    body()->addWidget(advice_);
    pairs_ = w::label({}, w::TextRole::Secondary, this);
    pairs_->setObjectName(QStringLiteral("preferences.pairs"));
    pairs_->setWordWrap(true);
    body()->addWidget(pairs_);
    clear();
}

void QualityCard::add(const char* name, const QString& what) {
    auto* value = w::label({}, w::TextRole::Body, this);
    value->setObjectName(QStringLiteral("preferences.quality.") + QLatin1String(name));
    value->setAlignment(Qt::AlignRight);
    const int row = int(values_.size());
    auto* heading = w::label(what, w::TextRole::Secondary, this);
    heading->setBuddy(value);
    grid_->addWidget(heading, row, 0);
    grid_->addWidget(value, row, 1);
    values_.push_back(value);
}

void QualityCard::set(std::size_t index, const QString& text, bool isBad) {
    values_[index]->setText(text);
    w::setTextRole(values_[index], isBad ? w::TextRole::Warning : w::TextRole::Body);
}

void QualityCard::clear() { show({}, {}); }

void QualityCard::show(const LabelQuality& quality, const PairReport& pairs) {
    set(kRepeats, shareText(quality.repeatAgreement), quality.repeatAgreement.count >= kFewRepeats && quality.repeatAgreement.value < 0.7);
    set(kLeft, shareText(quality.leftPicks), isAwayFromHalf(quality.leftPicks));
    set(kLonger, shareText(quality.longerPicks), quality.longerPicks.count >= kFewShared && quality.longerPicks.low > 0.6);
    set(kKappa, kappaText(quality));
    set(kAlpha, alphaText(quality));
    set(kTriples, quality.triples == 0 ? tr("no triples") : tr("%1 of %2").arg(quality.intransitiveTriples).arg(quality.triples), quality.intransitiveTriples > 0);
    set(kSeconds, quality.medianSeconds > 0 ? w::formatDuration(quality.medianSeconds) : tr("not yet"));
    const QStringList advice = adviceOn(quality);
    advice_->setText(advice.join(u' '));
    advice_->setVisible(!advice.isEmpty());
    pairs_->setText(QString::fromStdString(pairs.sentence()));
}

}  // namespace lathe::panels
