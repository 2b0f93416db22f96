// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/runs/health_card.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/format.h"

namespace lathe::panels {
namespace {

namespace w = widgets;

QString number(double value) { return w::formatNumber(value, 3); }
QString percent(double share) { return QStringLiteral("%1 %").arg(qRound(share * 100)); }

QString sentenceOf(const HealthSign& sign) {
    const QString now = number(sign.now), before = number(sign.before), limit = number(sign.limit);
    switch (sign.finding) {
    case HealthFinding::RewardRises: return HealthCard::tr("The reward rose from %1 to %2.").arg(before, now);
    case HealthFinding::RewardSteady: return HealthCard::tr("The reward stays near %1.").arg(now);
    case HealthFinding::RewardFalls: return HealthCard::tr("The reward fell from %1 to %2: lower the learning rate.").arg(before, now);
    case HealthFinding::KlLow: return HealthCard::tr("KL is %1, within its target of %2.").arg(now, limit);
    case HealthFinding::KlHigh: return HealthCard::tr("KL is %1, above its target of %2: raise the coefficient.").arg(now, limit);
    case HealthFinding::KlRunsAway: return HealthCard::tr("KL runs away: %1, past %2. Pause and raise the coefficient.").arg(now, limit);
    case HealthFinding::KlNegative: return HealthCard::tr("KL is negative (%1): look for a sampling filter or another temperature.").arg(now);
    case HealthFinding::EntropySteady: return HealthCard::tr("Entropy is %1 nats a token; the answers still vary.").arg(now);
    case HealthFinding::EntropyFalls: return HealthCard::tr("Entropy fell from %1 to %2: the answers become alike.").arg(before, now);
    case HealthFinding::EntropyCollapsed: return HealthCard::tr("Entropy collapsed from %1 to %2: nothing new is tried any more.").arg(before, now);
    case HealthFinding::EntropyGrows: return HealthCard::tr("Entropy grew from %1 to %2: the answers become noise.").arg(before, now);
    case HealthFinding::ClipLow: return HealthCard::tr("%1 of the tokens reach the clip.").arg(percent(sign.now));
    case HealthFinding::ClipHigh: return HealthCard::tr("%1 of the tokens reach the clip: the steps are large.").arg(percent(sign.now));
    case HealthFinding::ClipExtreme: return HealthCard::tr("%1 of the tokens reach the clip: lower the learning rate or the PPO epochs.").arg(percent(sign.now));
    case HealthFinding::ValueLearns: return HealthCard::tr("The value loss is %1 (%2 at first).").arg(now, before);
    case HealthFinding::ValueDiverges: return HealthCard::tr("The value loss grew from %1 to %2: advantages become unreliable.").arg(before, now);
    case HealthFinding::LengthSteady: return HealthCard::tr("Answers have %1 tokens, as at first.").arg(now);
    case HealthFinding::LengthDrifts: return HealthCard::tr("Answers went from %1 to %2 tokens: read some samples.").arg(before, now);
    case HealthFinding::LengthPaysUp: return HealthCard::tr("Reward comes with length (%1 to %2 tokens): read some samples.").arg(before, now);
    case HealthFinding::LengthPaysDown: return HealthCard::tr("Reward comes with brevity (%1 to %2 tokens): read some samples.").arg(before, now);
    case HealthFinding::EndsCome: return HealthCard::tr("%1 of the answers end by themselves.").arg(percent(sign.now));
    case HealthFinding::EndsRare: return HealthCard::tr("Only %1 of the answers end by themselves: allow more tokens, or set the penalty.").arg(percent(sign.now));
    case HealthFinding::EndsLost: return HealthCard::tr("Answers that end fell from %1 to %2: set the missing end penalty.").arg(percent(sign.before), percent(sign.now));
    }
    return {};
}

w::TextRole roleOf(HealthLevel level) { return level == HealthLevel::Good ? w::TextRole::Good : level == HealthLevel::Warning ? w::TextRole::Warning : w::TextRole::Bad; }

/// Shapes as well as colours.
QString markOf(HealthLevel level) { return level == HealthLevel::Good ? QStringLiteral("●") : level == HealthLevel::Warning ? QStringLiteral("▲") : QStringLiteral("■"); }

QString wordOf(HealthLevel level) {
    return level == HealthLevel::Good ? HealthCard::tr("good") : level == HealthLevel::Warning ? HealthCard::tr("take care") : HealthCard::tr("bad");
}

}  // namespace

HealthCard::HealthCard(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("runs.health"));
    auto* card = new w::Card(tr("How it goes"), this);
    w::column(this)->addWidget(card);
    waiting_ = w::label({}, w::TextRole::Secondary, card);
    waiting_->setText(tr("The first lights come after %1 updates.").arg(kHealthMinimumUpdates));
    card->body()->addWidget(waiting_);
    auto* signs = new QWidget(card);
    grid_ = new QGridLayout(signs);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(8);
    grid_->setVerticalSpacing(4);
    grid_->setColumnStretch(1, 1);
    grid_->setColumnStretch(3, 1);
    card->body()->addWidget(signs);
    coefficient_ = w::button(QStringLiteral("runs.klCoefficient"), tr("Change the KL coefficient"), w::ButtonKind::Normal, QStringLiteral("adjustments"), card);
    coefficient_->setVisible(false);
    card->addHeaderWidget(coefficient_);
    connect(coefficient_, &QPushButton::clicked, this, [this] {
        double present = spec_.klCoef;
        for (const MetricPoint& point : points_)
            if (const auto found = point.values.find("kl_coef"); found != point.values.end()) present = found->second;
        Q_EMIT coefficientAsked(present);
    });
    setVisible(false);
}

void HealthCard::clear() {
    points_.clear();
    setVisible(false);
}

void HealthCard::setRun(const RunSpec& spec, const std::vector<MetricPoint>& points) {
    if (spec.task != "ppo") return clear();
    spec_ = spec.ppo;
    points_ = points;
    setVisible(true);
    fill();
}

void HealthCard::append(const std::vector<MetricPoint>& points) {
    if (isHidden()) return;
    points_.insert(points_.end(), points.begin(), points.end());
    fill();
}

void HealthCard::setActive(bool isActive) { coefficient_->setVisible(isActive); }

void HealthCard::fill() {
    const auto signs = ppoHealth(points_, spec_);
    waiting_->setVisible(signs.empty());
    while (QLayoutItem* item = grid_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (std::size_t i = 0; i < signs.size(); ++i) {
        const HealthSign& sign = signs[i];
        auto* mark = w::label(markOf(sign.level), roleOf(sign.level), grid_->parentWidget());
        mark->setAccessibleName(wordOf(sign.level));
        mark->setToolTip(wordOf(sign.level));
        auto* text = w::label(sentenceOf(sign), sign.level == HealthLevel::Good ? w::TextRole::Body : roleOf(sign.level), grid_->parentWidget());
        text->setObjectName(QStringLiteral("runs.health.") + QString::fromUtf8(sign.metric.data(), qsizetype(sign.metric.size())));
        text->setWordWrap(true);
        const int row = int(i) / 2, column = int(i) % 2 * 2;
        grid_->addWidget(mark, row, column, Qt::AlignTop);
        grid_->addWidget(text, row, column + 1);
    }
}

}  // namespace lathe::panels
