// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/train/forecast_card.h"

#include <algorithm>

#include <QCoreApplication>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/controls.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace lathe::panels {

namespace w = widgets;

/// A line without axes; the highest rate is written beside it.
class RateCurve : public QWidget {
public:
    explicit RateCurve(QWidget* parent) : QWidget(parent) { setFixedHeight(44); }

    void setRates(const std::vector<double>& rates) {
        rates_ = rates;
        setAccessibleName(QCoreApplication::translate("RateCurve", "Learning rate over the run"));
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override {
        if (rates_.size() < 2) return;
        const double most = std::max(*std::max_element(rates_.begin(), rates_.end()), 1e-30);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const w::Tokens& colours = w::tokens(palette());
        painter.setFont(w::fontOf(w::FontRole::Secondary));
        const QString label = w::formatNumber(most, 3);
        const int labelWidth = painter.fontMetrics().horizontalAdvance(label) + 8;
        const QRectF area = QRectF(rect()).adjusted(1, 4, -labelWidth, -4);
        QPainterPath path;
        for (std::size_t i = 0; i < rates_.size(); ++i) {
            const QPointF point(area.left() + area.width() * double(i) / double(rates_.size() - 1), area.bottom() - area.height() * rates_[i] / most);
            if (i == 0) path.moveTo(point);
            else path.lineTo(point);
        }
        painter.setPen(QPen(colours.border, 1));
        painter.drawLine(area.bottomLeft(), area.bottomRight());
        painter.setPen(QPen(colours.accent, 1.6));
        painter.drawPath(path);
        painter.setPen(colours.secondary);
        painter.drawText(QRectF(area.right() + 8, area.top() - 6, labelWidth, 16), Qt::AlignLeft | Qt::AlignVCenter, label);
    }

private:
    std::vector<double> rates_;
};

ForecastCard::ForecastCard(QWidget* parent) : Card(tr("Forecast"), parent) {
    setObjectName(QStringLiteral("train.forecast"));
    probe_ = w::button(QStringLiteral("train.probe"), tr("Time one batch"), w::ButtonKind::Quiet, QStringLiteral("clock"), this);
    probe_->setToolTip(tr("Loads the model and trains one batch without keeping it, to say how long an epoch takes"));
    addHeaderWidget(probe_);
    connect(probe_, &QPushButton::clicked, this, &ForecastCard::probeRequested);
    grid_ = new QGridLayout;
    grid_->setHorizontalSpacing(16);
    grid_->setVerticalSpacing(8);
    grid_->setColumnStretch(0, 1);
    grid_->setColumnStretch(1, 1);
    grid_->setColumnStretch(2, 1);
    rows_ = value(QStringLiteral("train.forecast.rows"), tr("Rows to train / validate"), 0, 0);
    parameters_ = value(QStringLiteral("train.forecast.parameters"), tr("Trainable parameters"), 0, 1);
    steps_ = value(QStringLiteral("train.forecast.steps"), tr("Steps"), 0, 2);
    memory_ = value(QStringLiteral("train.forecast.memory"), tr("Memory"), 1, 0);
    time_ = value(QStringLiteral("train.forecast.time"), tr("Time per epoch"), 1, 1);
    precision_ = value(QStringLiteral("train.forecast.precision"), tr("Computed in"), 1, 2);
    body()->addLayout(grid_);
    auto* paddings = new QGridLayout;
    paddings->setHorizontalSpacing(16);
    paddings->setVerticalSpacing(2);
    const std::pair<const char*, QString> known[] = {{"max_length", tr("max_length")}, {"dynamic", tr("dynamic")}, {"group_by_length", tr("grouped by length")}, {"packed", tr("packed")}};
    paddings->addWidget(w::label(tr("Layout"), w::TextRole::Secondary, this), 0, 0);
    paddings->addWidget(w::label(tr("Padding"), w::TextRole::Secondary, this), 1, 0);
    paddings->addWidget(w::label(tr("Epoch"), w::TextRole::Secondary, this), 2, 0);
    int column = 1;
    for (const auto& [id, name] : known) {
        const QString prefix = QStringLiteral("train.forecast.") + QLatin1String(id);
        Layout layout{id, w::label(QStringLiteral("–"), w::TextRole::Body, this), w::label(QStringLiteral("–"), w::TextRole::Body, this)};
        layout.waste->setObjectName(prefix + QStringLiteral(".padding"));
        layout.time->setObjectName(prefix + QStringLiteral(".time"));
        paddings->addWidget(w::label(name, w::TextRole::Secondary, this), 0, column);
        paddings->addWidget(layout.waste, 1, column);
        paddings->addWidget(layout.time, 2, column);
        paddings->setColumnStretch(column++, 1);
        layouts_.push_back(layout);
    }
    body()->addLayout(paddings);
    basis_ = w::label({}, w::TextRole::Secondary, this);
    basis_->setObjectName(QStringLiteral("train.forecast.basis"));
    basis_->setWordWrap(true);
    body()->addWidget(basis_);
    curve_ = new RateCurve(this);
    curve_->setToolTip(tr("Learning rate over the run"));
    body()->addWidget(curve_);
    note_ = w::label({}, w::TextRole::Secondary, this);
    note_->setWordWrap(true);
    note_->setVisible(false);
    body()->addWidget(note_);
}

QLabel* ForecastCard::value(const QString& name, const QString& label, int row, int column) {
    auto* cell = w::column(nullptr, 0);
    cell->addWidget(w::label(label, w::TextRole::Secondary, this));
    auto* text = w::label(QStringLiteral("–"), w::TextRole::Body, this);
    text->setObjectName(name);
    text->setMinimumHeight(text->fontMetrics().height());
    cell->addWidget(text);
    grid_->addLayout(cell, row, column);
    return text;
}

double ForecastCard::secondsOf(double work) const { return secondsPerWork_ < 0 ? -1 : secondsPerWork_ * work; }

void ForecastCard::showPaddings(const Forecast& forecast) {
    for (const Layout& layout : layouts_) {
        const auto found = std::find_if(forecast.paddings.begin(), forecast.paddings.end(), [&](const PaddingForecast& padding) { return padding.padding == layout.padding; });
        if (found == forecast.paddings.end()) continue;
        layout.waste->setText(w::formatShare(found->wasteShare));
        const double seconds = secondsOf(found->work);
        layout.time->setText(seconds < 0 ? QStringLiteral("–") : w::formatDuration(seconds));
    }
}

void ForecastCard::show(const Forecast& forecast, const QString& basis) {
    note_->setVisible(false);
    rows_->setText(tr("%1 / %2").arg(w::formatCount(forecast.trainRows), w::formatCount(forecast.validationRows)));
    const double share = forecast.totalParameters > 0 ? double(forecast.trainableParameters) / double(forecast.totalParameters) : 0;
    parameters_->setText(tr("%1 (%2)").arg(w::formatShortCount(double(forecast.trainableParameters)), w::formatShare(share)));
    steps_->setText(tr("%1 (%2 an epoch)").arg(w::formatCount(forecast.totalSteps), w::formatCount(forecast.stepsPerEpoch)));
    const auto total = forecast.weightBytes + forecast.gradientBytes + forecast.optimizerBytes + forecast.activationBytes;
    memory_->setText(w::formatBytes(qint64(total)));
    memory_->setToolTip(tr("Weights %1, gradients %2, optimiser %3, activations %4. A checkpoint takes %5 on disk.")
                            .arg(w::formatBytes(qint64(forecast.weightBytes)), w::formatBytes(qint64(forecast.gradientBytes)), w::formatBytes(qint64(forecast.optimizerBytes)),
                                 w::formatBytes(qint64(forecast.activationBytes)), w::formatBytes(qint64(forecast.checkpointBytes))));
    const QString now = QStringList{basis, QString::fromStdString(forecast.precision), QString::fromStdString(forecast.device)}.join(QLatin1Char('\n'));
    const bool isTimed = forecast.secondsPerEpoch >= 0 && forecast.work > 0;
    if (isTimed) secondsPerWork_ = forecast.secondsPerEpoch / forecast.work;
    else if (now != timedFor_) secondsPerWork_ = -1;
    timedFor_ = now;
    const double first = secondsOf(forecast.work);
    const double later = secondsOf(forecast.laterWork);
    if (first < 0) time_->setText(tr("not timed yet"));
    else if (forecast.laterWork < 0.95 * forecast.work) time_->setText(tr("about %1, then %2").arg(w::formatDuration(first), w::formatDuration(later)));
    else time_->setText(tr("about %1").arg(w::formatDuration(first)));
    time_->setToolTip(forecast.laterWork < forecast.work ? tr("From the second epoch on the frozen layers' output comes from the cache.") : QString());
    basis_->setText(first < 0 ? tr("Padding is computed for nothing. “Time one batch” adds the seconds.")
                    : isTimed ? tr("Timed with these settings on one batch.")
                              : tr("Scaled by the work of these settings from the batch timed before."));
    precision_->setText(tr("%1 on %2").arg(QString::fromStdString(forecast.precision), QString::fromStdString(forecast.device)));
    showPaddings(forecast);
    curve_->setRates(forecast.learningRates);
}

void ForecastCard::showError(const QString& sentence) {
    note_->setText(sentence);
    w::setTextRole(note_, w::TextRole::Bad);
    note_->setVisible(true);
}

void ForecastCard::setProbing(bool isProbing) {
    probe_->setEnabled(!isProbing);
    probe_->setText(isProbing ? tr("Timing …") : tr("Time one batch"));
}

}  // namespace lathe::panels
