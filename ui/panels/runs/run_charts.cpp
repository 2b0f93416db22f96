// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/runs/run_charts.h"

#include <algorithm>
#include <array>

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSlider>
#include <QVBoxLayout>

#include "widgets/controls.h"
#include "widgets/metric_plot.h"

namespace lathe::panels {
namespace {

namespace w = widgets;

struct KnownMetric {
    const char* name;
    const char* title;
    const char* unit;
};

// In the order of the grid; a metric that is not here comes after these under its own name.
constexpr std::array kKnown{
    KnownMetric{"reward", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Reward"), ""},
    KnownMetric{"kl", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "KL to the reference"), QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "nats")},
    KnownMetric{"entropy", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Entropy"), QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "nats")},
    KnownMetric{"policy/clipfrac_avg", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Clip fraction"), ""},
    KnownMetric{"loss/value_avg", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Value loss"), ""},
    KnownMetric{"length", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Answer length"), QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "tokens")},
    KnownMetric{"eos_share", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Answers that end"), ""},
    KnownMetric{"kl_coef", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "KL coefficient"), ""},
    KnownMetric{"loss", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Loss"), QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "nats")},
    KnownMetric{"f1_micro", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "F1, micro"), ""},
    KnownMetric{"jaccard_samples", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Jaccard"), ""},
    KnownMetric{"roc_auc_micro", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "ROC-AUC, micro"), ""},
    KnownMetric{"accuracy", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Accuracy"), ""},
    KnownMetric{"learning_rate", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Learning rate"), ""},
    KnownMetric{"grad_norm", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Gradient norm"), ""},
    KnownMetric{"tokens_per_second", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Speed"), QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "tokens/s")},
    KnownMetric{"memory_mib", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Memory"), QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "GiB")},
    KnownMetric{"f1_macro", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "F1, macro"), ""},
    KnownMetric{"f1_samples", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "F1, samples"), ""},
    KnownMetric{"f1_micro_best", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "F1, micro, at the best threshold"), ""},
    KnownMetric{"best_threshold", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Best threshold"), ""},
    KnownMetric{"precision_micro", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Precision, micro"), ""},
    KnownMetric{"precision_macro", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Precision, macro"), ""},
    KnownMetric{"recall_micro", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Recall, micro"), ""},
    KnownMetric{"recall_macro", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Recall, macro"), ""},
    KnownMetric{"roc_auc_macro_defined_labels", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "ROC-AUC, macro"), ""},
    KnownMetric{"roc_auc_defined_labels", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Labels with a ROC-AUC"), ""},
    KnownMetric{"average_precision_micro", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Average precision, micro"), ""},
    KnownMetric{"average_precision_macro", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Average precision, macro"), ""},
    KnownMetric{"subset_accuracy", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Subset accuracy"), ""},
    KnownMetric{"hamming_loss", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Hamming loss"), ""},
    KnownMetric{"longer_wins_accuracy", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Accuracy if the longer one wins"), ""},
    KnownMetric{"margin", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Margin"), ""},
    KnownMetric{"mean_reward", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Mean reward"), ""},
    KnownMetric{"min_reward", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Lowest reward"), ""},
    KnownMetric{"max_reward", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Highest reward"), ""},
    KnownMetric{"loss/policy_avg", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Policy loss"), ""},
    KnownMetric{"policy/approxkl_avg", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "KL of an update"), ""},
    KnownMetric{"val/ratio", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Ratio"), ""},
    KnownMetric{"val/ratio_var", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Spread of the ratios"), ""},
    KnownMetric{"val/clipfrac_avg", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Value clip fraction"), ""},
    KnownMetric{"objective/non_score_reward", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Price of the KL"), ""},
    KnownMetric{"objective/rlhf_reward", QT_TRANSLATE_NOOP("lathe::panels::RunCharts", "Reward less the price of the KL"), ""},
};

// TRL's names for what has a chart under another name, or that only counts.
constexpr std::array kUncharted{"objective/kl", "objective/scores", "objective/entropy", "val/num_eos_tokens", "policy/entropy_avg", "lr", "episode", "eps"};

bool isCharted(const std::string& metric) { return std::find(kUncharted.begin(), kUncharted.end(), metric) == kUncharted.end(); }

std::size_t placeOf(const std::string& metric) {
    const auto found = std::find_if(kKnown.begin(), kKnown.end(), [&](const KnownMetric& known) { return metric == known.name; });
    return std::size_t(found - kKnown.begin());
}

double scaleOf(const std::string& metric) { return metric == "memory_mib" ? 1.0 / 1024 : 1.0; }

QString seriesId(const QString& run, const std::string& split) { return run + QLatin1Char('\n') + QString::fromStdString(split); }

w::PlotMarkKind markKind(const std::string& kind) {
    if (kind == "checkpoint") return w::PlotMarkKind::Checkpoint;
    if (kind == "best") return w::PlotMarkKind::Best;
    if (kind == "resume") return w::PlotMarkKind::Resume;
    if (kind == "early_stop") return w::PlotMarkKind::EarlyStop;
    if (kind == "nonfinite") return w::PlotMarkKind::NonFinite;
    return w::PlotMarkKind::Other;
}

}  // namespace

RunCharts::RunCharts(QWidget* parent) : QWidget(parent), link_(new w::PlotLink(this)) {
    auto* layout = w::column(this, 8);
    layout->addWidget(buildTools());
    scroll_ = new QScrollArea(this);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    auto* inside = new QWidget(scroll_);
    grid_ = new QGridLayout(inside);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(12);
    scroll_->setWidget(inside);
    layout->addWidget(scroll_, 1);
}

QString RunCharts::metricTitle(const std::string& metric) {
    const std::size_t place = placeOf(metric);
    return place < kKnown.size() ? tr(kKnown[place].title) : QString::fromStdString(metric);
}

QWidget* RunCharts::buildTools() {
    auto* bar = new QWidget(this);
    auto* layout = w::row(bar, 12);
    smoothing_ = new QSlider(Qt::Horizontal, bar);
    smoothing_->setObjectName(QStringLiteral("runs.smoothing"));
    smoothing_->setAccessibleName(tr("Smoothing"));
    smoothing_->setRange(0, 99);
    smoothing_->setValue(60);
    smoothing_->setFixedWidth(140);
    axis_ = new QComboBox(bar);
    axis_->setObjectName(QStringLiteral("runs.axis"));
    axis_->setAccessibleName(tr("Horizontal axis"));
    axis_->addItem(tr("By step"), int(w::PlotX::Step));
    axis_->addItem(tr("By time"), int(w::PlotX::Time));
    axis_->addItem(tr("By tokens"), int(w::PlotX::Tokens));
    axis_->addItem(tr("By epoch"), int(w::PlotX::Epoch));
    log_ = new QCheckBox(tr("Log axis"), bar);
    log_->setObjectName(QStringLiteral("runs.logAxis"));
    outliers_ = new QCheckBox(tr("Ignore outliers"), bar);
    outliers_->setObjectName(QStringLiteral("runs.outliers"));
    layout->addWidget(w::label(tr("Smoothing"), w::TextRole::Secondary, bar));
    layout->addWidget(smoothing_);
    layout->addWidget(axis_);
    layout->addWidget(log_);
    layout->addWidget(outliers_);
    layout->addStretch();
    connect(smoothing_, &QSlider::valueChanged, this, [this](int value) { for (auto& [name, plot] : charts_) plot->setSmoothing(value / 100.0); });
    connect(axis_, &QComboBox::activated, this, [this] { for (auto& [name, plot] : charts_) plot->setXAxis(w::PlotX(axis_->currentData().toInt())); });
    connect(log_, &QCheckBox::toggled, this, [this](bool isOn) { for (auto& [name, plot] : charts_) plot->setLogY(isOn); });
    connect(outliers_, &QCheckBox::toggled, this, [this](bool isOn) { for (auto& [name, plot] : charts_) plot->setOutliersIgnored(isOn); });
    return bar;
}

void RunCharts::clear() {
    for (auto& [name, plot] : charts_) delete plot;
    charts_.clear();
    order_.clear();
    events_.clear();
}

w::MetricPlot* RunCharts::chartOf(const std::string& metric) {
    const auto found = charts_.find(metric);
    if (found != charts_.end()) return found->second;
    auto* plot = new w::MetricPlot(scroll_->widget());
    charts_[metric] = plot;
    plot->setObjectName(QStringLiteral("runs.chart.") + QString::fromStdString(metric));
    const std::size_t place = placeOf(metric);
    plot->setTitle(metricTitle(metric));
    if (place < kKnown.size() && *kKnown[place].unit != '\0') plot->setUnit(tr(kKnown[place].unit));
    plot->setMinimumHeight(220);
    plot->setLink(link_);
    plot->setSmoothing(smoothing_->value() / 100.0);
    plot->setXAxis(w::PlotX(axis_->currentData().toInt()));
    plot->setLogY(log_->isChecked());
    arrange();
    return plot;
}

void RunCharts::arrange() {
    std::vector<std::pair<std::size_t, std::string>> sorted;
    for (const auto& [name, plot] : charts_) sorted.emplace_back(placeOf(name), name);
    std::sort(sorted.begin(), sorted.end());
    const int columns = std::clamp(width() / 420, 1, 3);
    for (std::size_t i = 0; i < sorted.size(); ++i) grid_->addWidget(charts_[sorted[i].second], int(i) / columns, int(i) % columns);
    for (int column = 0; column < 3; ++column) grid_->setColumnStretch(column, column < columns ? 1 : 0);
}

void RunCharts::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void RunCharts::setRun(const QString& id, const std::vector<MetricPoint>& points, const std::vector<RunEvent>& events) {
    if (std::find(order_.begin(), order_.end(), id) == order_.end()) order_.push_back(id);
    for (auto& [name, plot] : charts_)
        for (const QString& series : plot->seriesIds())
            if (series.startsWith(id + QLatin1Char('\n'))) plot->setPoints(series, {});
    add(id, points);
    events_[id].clear();
    addEvents(id, events);
}

void RunCharts::append(const QString& id, const std::vector<MetricPoint>& points) {
    if (std::find(order_.begin(), order_.end(), id) != order_.end()) add(id, points);
}

void RunCharts::add(const QString& id, const std::vector<MetricPoint>& points) {
    std::map<std::pair<std::string, std::string>, QList<w::PlotPoint>> added;  // metric, split
    for (const MetricPoint& point : points)
        for (const auto& [metric, value] : point.values)
            if (isCharted(metric)) added[{metric, point.split}] << w::PlotPoint{double(point.step), point.seconds, double(point.tokens), point.epoch, value * scaleOf(metric)};
    const int position = int(std::find(order_.begin(), order_.end(), id) - order_.begin());
    for (const auto& [key, list] : added) {
        w::MetricPlot* plot = chartOf(key.first);
        const QString series = seriesId(id, key.second);
        if (!plot->seriesIds().contains(series)) {
            const QString split = key.second == "train" ? tr("train") : tr("validation");
            const QString label = order_.size() > 1 ? QStringLiteral("%1, %2").arg(id, split) : split;
            plot->setSeries({series, label, position * 2 + (key.second == "train" ? 0 : 1), key.second != "train"});
        }
        plot->append(series, list);
    }
}

void RunCharts::addEvents(const QString& id, const std::vector<RunEvent>& events) {
    auto& all = events_[id];
    all.insert(all.end(), events.begin(), events.end());
    QList<w::PlotMark> marks;
    for (const auto& [run, list] : events_) {
        for (const RunEvent& event : list) {
            const QString label = event.kind == "setting" ? tr("setting") : event.kind == "pause" ? tr("pause") : QString();
            marks << w::PlotMark{markKind(event.kind), double(event.step), label, seriesId(run, "train")};
        }
    }
    for (const char* name : {"loss", "reward", "kl"})
        if (const auto chart = charts_.find(name); chart != charts_.end()) chart->second->setMarks(marks);
}

}  // namespace lathe::panels
