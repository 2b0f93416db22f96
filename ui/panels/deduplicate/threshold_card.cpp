// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/deduplicate/threshold_card.h"

#include <algorithm>
#include <cmath>

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include "bridge/sentences.h"
#include "widgets/controls.h"
#include "widgets/format.h"
#include "widgets/histogram_view.h"
#include "widgets/theme.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
constexpr int kSliderSteps = 1000;  // of 0.001
constexpr int kRareCount = 30;

}  // namespace

ThresholdCard::ThresholdCard(QWidget* parent) : Card(tr("Threshold"), parent) {
    histogram_ = new w::HistogramView(this);
    histogram_->setObjectName(QStringLiteral("deduplicate.histogram"));
    histogram_->setAxis(tr("similarity (cosine)"), tr("pairs"));
    histogram_->setDecimals(2);
    histogram_->setLogCounts(true);
    histogram_->setMarkerMovable(true, 0.01);
    histogram_->setFixedHeight(150);
    body()->addWidget(histogram_);
    auto* line = w::row(nullptr, 12);
    slider_ = new QSlider(Qt::Horizontal, this);
    slider_->setObjectName(QStringLiteral("deduplicate.threshold"));
    slider_->setAccessibleName(tr("Threshold, cosine"));
    slider_->setRange(kSliderSteps / 2, kSliderSteps);
    slider_->setPageStep(10);
    value_ = w::label({}, w::TextRole::Section, this);
    value_->setObjectName(QStringLiteral("deduplicate.value"));
    value_->setFont(w::fontOf(w::FontRole::Figures));
    value_->setMinimumWidth(52);
    line->addWidget(slider_, 1);
    line->addWidget(value_);
    body()->addLayout(line);
    sentence_ = w::label({}, w::TextRole::Section, this);
    sentence_->setObjectName(QStringLiteral("deduplicate.sentence"));
    sentence_->setWordWrap(true);
    body()->addWidget(sentence_);
    warning_ = w::label({}, w::TextRole::Warning, this);
    warning_->setObjectName(QStringLiteral("deduplicate.warning"));
    warning_->setWordWrap(true);
    body()->addWidget(warning_);
    auto* options = w::row(nullptr, 8);
    guard_ = new QCheckBox(tr("Keep pairs whose labels differ"), this);
    guard_->setObjectName(QStringLiteral("deduplicate.guard"));
    guard_->setToolTip(tr("Similar is not the same: a pair with other labels may be two different things"));
    distance_ = new QDoubleSpinBox(this);
    distance_->setObjectName(QStringLiteral("deduplicate.labelDistance"));
    distance_->setAccessibleName(tr("Jaccard distance of two label sets"));
    distance_->setToolTip(tr("Jaccard distance above which labels differ: 0 = any other label counts, 0.5 = half of all their labels are not shared"));
    distance_->setRange(0, 0.99);
    distance_->setSingleStep(0.05);
    distance_->setPrefix(tr("by more than "));
    distance_->setEnabled(false);
    keep_ = new QSpinBox(this);
    keep_->setObjectName(QStringLiteral("deduplicate.keepRows"));
    keep_->setAccessibleName(tr("Rows to keep"));
    keep_->setRange(1, 1);
    solve_ = w::button(QStringLiteral("deduplicate.solve"), tr("Keep so many rows"), w::ButtonKind::Normal, {}, this);
    options->addWidget(guard_);
    options->addWidget(distance_);
    options->addStretch();
    options->addWidget(keep_);
    options->addWidget(solve_);
    body()->addLayout(options);
    connect(slider_, &QSlider::valueChanged, this, [this](int value) { setThreshold(value / double(kSliderSteps)); });
    connect(histogram_, &w::HistogramView::markerMoved, this, [this](double value) { slider_->setValue(int(std::lround(value * kSliderSteps))); });
    connect(solve_, &QPushButton::clicked, this, &ThresholdCard::solve);
    connect(guard_, &QCheckBox::toggled, this, [this](bool isOn) {
        rules_.keepsDifferentLabels = isOn;
        distance_->setEnabled(isOn);
        ask();
    });
    connect(distance_, &QDoubleSpinBox::valueChanged, this, [this](double distance) {
        rules_.maxLabelDistance = distance;
        ask();
    });
}

void ThresholdCard::setRows(std::shared_ptr<const SimilarRows> rows, double threshold) {
    rows_ = std::move(rows);
    rules_.overrules.clear();
    const SimilarityIndex& index = *rows_->index;
    QList<double> bins;
    for (const std::int64_t count : index.histogram(50)) bins << double(count);
    histogram_->setBins(bins, index.floor(), 1.0);
    guard_->setVisible(!rows_->labels.empty());
    distance_->setVisible(!rows_->labels.empty());
    keep_->setRange(1, int(std::clamp<std::int64_t>(index.rowCount(), 1, 1'000'000'000)));
    const int lowest = int(std::ceil(double(index.floor()) * kSliderSteps - 1e-6));
    const QSignalBlocker blocked(slider_);
    slider_->setRange(lowest, kSliderSteps);
    slider_->setValue(int(std::lround(threshold * kSliderSteps)));
    setThreshold(slider_->value() / double(kSliderSteps));
    keep_->setValue(int(answer_.kept.size()));
}

void ThresholdCard::setOverrules(const std::vector<PairOverrule>& overrules) {
    rules_.overrules = overrules;
    ask();
}

void ThresholdCard::setThreshold(double threshold) {
    rules_.threshold = threshold;
    value_->setText(QString::number(threshold, 'f', 3));
    histogram_->setMarker(threshold, QString::number(threshold, 'f', 2));
    ask();
}

void ThresholdCard::solve() {
    if (!rows_) return;
    const double threshold = rows_->index->thresholdFor(keep_->value(), rules_);
    const QSignalBlocker blocked(slider_);
    slider_->setValue(int(std::lround(threshold * kSliderSteps)));
    setThreshold(threshold);  // the exact one, which may lie between two steps of the slider
}

void ThresholdCard::ask() {
    if (!rows_) return;
    answer_ = rows_->index->answer(rules_);
    const auto count = [](auto number) { return w::formatCount(qint64(number)); };
    sentence_->setText(tr("Keeps %1 of %2; removes %3 in %4 groups").arg(count(answer_.kept.size()), count(rows_->index->rowCount()), count(answer_.removed.size()), count(answer_.groupCount)));
    QStringList lost;
    for (const LabelLoss& loss : rows_->index->labelLosses(answer_, kRareCount))
        if (loss.after < kRareCount && lost.size() < 4) lost << tr("%1 (%2 → %3)").arg(bridge::text(loss.label), count(loss.before), count(loss.after));
    QStringList notes;
    if (answer_.exactCount > 0) notes << tr("%1 are exact copies and go at any threshold.").arg(count(answer_.exactCount));
    if (answer_.savedByLabels > 0) notes << tr("%1 rows stay because their labels differ.").arg(count(answer_.savedByLabels));
    if (const SearchRecall recall = rows_->index->recallAt(rules_.threshold); !recall.isExact)
        notes << tr("Not every pair was looked at: %1 % of those above the threshold were found, measured on %2 rows.").arg(QString::number(100 * recall.share(), 'f', 1), count(recall.sampledRows));
    if (!lost.isEmpty()) notes << tr("Labels that become rare: %1.").arg(lost.join(QStringLiteral(", ")));
    warning_->setText(notes.join(QLatin1Char(' ')));
    warning_->setVisible(!notes.isEmpty());
    w::setTextRole(warning_, lost.isEmpty() ? w::TextRole::Secondary : w::TextRole::Warning);
    Q_EMIT answered();
}

}  // namespace lathe::panels
