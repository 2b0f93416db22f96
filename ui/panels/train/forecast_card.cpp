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
    padding_ = w::label({}, w::TextRole::Secondary, this);
    padding_->setObjectName(QStringLiteral("train.forecast.padding"));
    padding_->setWordWrap(true);
    body()->addWidget(padding_);
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
    cell->addWidget(text);
    grid_->addLayout(cell, row, column);
    return text;
}

void ForecastCard::show(const Forecast& forecast) {
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
    secondsPerEpoch_ = forecast.secondsPerEpoch;
    time_->setText(secondsPerEpoch_ < 0 ? tr("not timed yet") : tr("about %1").arg(w::formatDuration(secondsPerEpoch_)));
    precision_->setText(tr("%1 on %2").arg(QString::fromStdString(forecast.precision), QString::fromStdString(forecast.device)));
    QStringList layouts;
    for (const PaddingForecast& padding : forecast.paddings) {
        const QString time = padding.secondsPerEpoch >= 0 ? tr(", %1").arg(w::formatDuration(padding.secondsPerEpoch)) : QString();
        layouts << tr("%1 %2%3").arg(QString::fromStdString(padding.padding), w::formatShare(padding.wasteShare), time);
    }
    padding_->setText(layouts.isEmpty() ? QString() : tr("Computed for nothing by padding: %1").arg(layouts.join(QStringLiteral("  ·  "))));
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
