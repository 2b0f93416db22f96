// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/playground/label_bars.h"

#include <algorithm>

#include <QPainter>
#include <QPaintEvent>

#include "bridge/sentences.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
constexpr int kMostNameWidth = 180;
constexpr int kShareWidth = 60;
constexpr int kGap = 8;

}  // namespace

class LabelBars::Canvas : public QWidget {
public:
    explicit Canvas(LabelBars& owner) : QWidget(&owner), owner_(owner) {}

    void fit() {
        setMinimumHeight(int(owner_.bars_.size()) * w::metrics::kRowHeight);
        const QFontMetrics text(w::fontOf(w::FontRole::Body));
        nameWidth_ = 0;
        QStringList spoken;
        for (const Bar& bar : owner_.bars_) {
            nameWidth_ = std::max(nameWidth_, text.horizontalAdvance(bar.label));
            if (spoken.size() < 10) spoken << bar.label + QLatin1Char(' ') + w::formatShare(bar.probability);
        }
        nameWidth_ = std::min(nameWidth_, kMostNameWidth);
        setAccessibleDescription(spoken.join(QStringLiteral(", ")));
        update();
    }

protected:
    void paintEvent(QPaintEvent* event) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const w::Tokens& t = w::tokens(palette());
        painter.setFont(w::fontOf(w::FontRole::Figures));
        const double barLeft = nameWidth_ + kGap;
        const double barWidth = std::max(20.0, double(width()) - barLeft - kShareWidth - kGap);
        const int first = std::max(0, event->rect().top() / w::metrics::kRowHeight);
        const int last = std::min(int(owner_.bars_.size()), event->rect().bottom() / w::metrics::kRowHeight + 1);
        for (int i = first; i < last; ++i) {
            const Bar& bar = owner_.bars_[std::size_t(i)];
            const QRectF row(0, i * w::metrics::kRowHeight, width(), w::metrics::kRowHeight);
            painter.setPen(bar.isPredicted ? t.text : t.secondary);
            painter.drawText(QRectF(0, row.top(), nameWidth_, row.height()), Qt::AlignLeft | Qt::AlignVCenter, painter.fontMetrics().elidedText(bar.label, Qt::ElideRight, nameWidth_));
            const QRectF track(barLeft, row.top() + 8, barWidth, row.height() - 16);
            painter.setPen(Qt::NoPen);
            painter.setBrush(t.hover);
            painter.drawRoundedRect(track, 3, 3);
            painter.setBrush(bar.isPredicted ? t.accent : w::mixed(t.secondary, t.surface, 0.55));
            painter.drawRoundedRect(QRectF(track.left(), track.top(), std::max(2.0, track.width() * bar.probability), track.height()), 3, 3);
            if (owner_.hasThresholds_) {
                const double x = track.left() + track.width() * bar.threshold;
                painter.setPen(QPen(t.text, 1.5));
                painter.drawLine(QPointF(x, track.top() - 3), QPointF(x, track.bottom() + 3));
            }
            painter.setPen(bar.isPredicted ? t.text : t.secondary);
            painter.drawText(QRectF(width() - kShareWidth, row.top(), kShareWidth, row.height()), Qt::AlignRight | Qt::AlignVCenter, w::formatShare(bar.probability));
        }
    }

private:
    LabelBars& owner_;
    int nameWidth_ = 0;
};

LabelBars::LabelBars(QWidget* parent) : QScrollArea(parent), canvas_(new Canvas(*this)) {
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    canvas_->setAccessibleName(tr("Probabilities of labels"));
    setWidget(canvas_);
}

void LabelBars::setPredictions(const Predictions& predictions) {
    bars_.clear();
    hasThresholds_ = !predictions.isSingle;
    if (!predictions.probabilities.empty()) {
        const std::vector<float>& values = predictions.probabilities.front();
        const auto likeliest = std::size_t(std::max_element(values.begin(), values.end()) - values.begin());
        for (std::size_t i = 0; i < values.size(); ++i)
            bars_.push_back({bridge::text(predictions.labels[i]), double(values[i]), double(predictions.thresholds[i]), predictions.isSingle ? i == likeliest : values[i] >= predictions.thresholds[i]});
    }
    std::stable_sort(bars_.begin(), bars_.end(), [](const Bar& a, const Bar& b) { return a.probability > b.probability; });
    canvas_->fit();
}

void LabelBars::clear() {
    bars_.clear();
    canvas_->fit();
}

QStringList LabelBars::predicted() const {
    QStringList labels;
    for (const Bar& bar : bars_)
        if (bar.isPredicted) labels << bar.label;
    return labels;
}

}  // namespace lathe::panels
