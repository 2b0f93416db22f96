// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/runs/labels_page.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTimer>
#include <QVBoxLayout>

#include "bridge/sentences.h"
#include "panels/runs/label_curves.h"
#include "panels/runs/label_overlap.h"
#include "panels/runs/label_table.h"
#include "widgets/controls.h"
#include "widgets/format.h"
#include "widgets/text_table.h"
#include "widgets/toast.h"

namespace lathe::panels {
namespace {

using namespace std::chrono_literals;
namespace w = widgets;

constexpr int kSliderSteps = 1000;
constexpr std::size_t kMostWrong = 100;
constexpr std::size_t kMostOverlap = 30;  // more would not be read

QString three(double value) { return QLocale().toString(value, 'f', 3); }

QString joined(const std::vector<std::string>& labels) {
    QStringList texts;
    for (const std::string& label : labels) texts << bridge::text(label);
    return texts.join(QStringLiteral(", "));
}

}  // namespace

LabelsPage::LabelsPage(QWidget* parent) : QWidget(parent), table_(std::make_shared<LabelTable>()), wrong_(std::make_shared<w::RowsProvider>()), stack_(new QStackedWidget(this)) {
    setObjectName(QStringLiteral("runs.labels"));
    auto* empty = new QWidget(stack_);
    sentence_ = w::label({}, w::TextRole::Secondary, empty);
    sentence_->setObjectName(QStringLiteral("runs.labels.sentence"));
    sentence_->setWordWrap(true);
    auto* emptyLayout = w::column(empty, 8, 8);
    emptyLayout->addWidget(sentence_);
    emptyLayout->addStretch();
    stack_->addWidget(empty);

    auto* main = new QWidget(stack_);
    auto* layout = w::column(main, 8);
    layout->addWidget(buildBar());
    values_ = w::label({}, w::TextRole::Body, main);
    values_->setObjectName(QStringLiteral("runs.bench.values"));
    values_->setWordWrap(true);
    values_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(values_);
    auto* splitter = new QSplitter(Qt::Horizontal, main);
    splitter->setChildrenCollapsible(false);
    view_ = new w::TextTable(splitter);
    view_->setObjectName(QStringLiteral("runs.labels.table"));
    view_->setAccessibleName(tr("Labels"));
    view_->setProvider(table_);
    view_->setSortable(true);
    view_->setSelectionMode(QAbstractItemView::SingleSelection);
    view_->setMinimumWidth(320);
    connect(view_, &w::TextTable::currentRowChanged, this, &LabelsPage::rowChosen);
    splitter->addWidget(view_);
    splitter->addWidget(buildSides());
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({480, 520});  // shares: room for the columns of the table before that of the curves
    layout->addWidget(splitter, 1);
    stack_->addWidget(main);
    w::column(this)->addWidget(stack_);

    wrongTimer_ = new QTimer(this);
    wrongTimer_->setSingleShot(true);
    wrongTimer_->setInterval(200ms);
    connect(wrongTimer_, &QTimer::timeout, this, &LabelsPage::fillWrong);
}

QWidget* LabelsPage::buildBar() {
    auto* bar = new QWidget(this);
    auto* layout = w::row(bar, 8);
    scope_ = new QComboBox(bar);
    scope_->setObjectName(QStringLiteral("runs.bench.scope"));
    scope_->setAccessibleName(tr("What the slider moves"));
    scope_->addItem(tr("One threshold for all"));
    scope_->addItem(tr("One a label"));
    which_ = w::label({}, w::TextRole::Secondary, bar);
    which_->setObjectName(QStringLiteral("runs.bench.label"));
    slider_ = new QSlider(Qt::Horizontal, bar);
    slider_->setObjectName(QStringLiteral("runs.bench.slider"));
    slider_->setAccessibleName(tr("Threshold"));
    slider_->setRange(0, kSliderSteps);
    slider_->setSingleStep(5);
    slider_->setPageStep(50);
    slider_->setMinimumWidth(160);
    threshold_ = w::label({}, w::TextRole::Mono, bar);
    threshold_->setObjectName(QStringLiteral("runs.bench.threshold"));
    threshold_->setMinimumWidth(44);
    best_ = w::button(QStringLiteral("runs.bench.best"), tr("Best F1"), w::ButtonKind::Normal, QStringLiteral("sparkles"), bar);
    undo_ = w::button(QStringLiteral("runs.bench.undo"), tr("Undo"), w::ButtonKind::Quiet, {}, bar);
    undo_->setToolTip(tr("Back to what is kept with the model"));
    keep_ = w::button(QStringLiteral("runs.bench.keep"), tr("Keep"), w::ButtonKind::Normal, QStringLiteral("check"), bar);
    note_ = w::label({}, w::TextRole::Secondary, bar);
    note_->setObjectName(QStringLiteral("runs.bench.note"));
    layout->addWidget(scope_);
    layout->addWidget(which_);
    layout->addWidget(slider_, 1);
    layout->addWidget(threshold_);
    layout->addWidget(best_);
    layout->addWidget(undo_);
    layout->addWidget(keep_);
    layout->addWidget(note_);
    connect(scope_, &QComboBox::currentIndexChanged, this, [this] {
        if (bench_ && !isOneForAll() && view_->selectedRows().isEmpty() && !table_->rows.empty()) view_->selectProviderRow(0);
        showSlider();
        showCurvePoints();
    });
    connect(slider_, &QSlider::valueChanged, this, &LabelsPage::sliderMoved);
    connect(best_, &QPushButton::clicked, this, &LabelsPage::best);
    connect(undo_, &QPushButton::clicked, this, &LabelsPage::undo);
    connect(keep_, &QPushButton::clicked, this, &LabelsPage::keep);
    return bar;
}

QWidget* LabelsPage::buildSides() {
    sides_ = new QTabWidget(this);
    sides_->setObjectName(QStringLiteral("runs.labels.sides"));
    sides_->setDocumentMode(true);
    sides_->setMinimumWidth(320);
    auto* curves = new QWidget(sides_);
    auto* row = w::row(curves, 8, 4);
    roc_ = new LabelCurve(QStringLiteral("runs.labels.roc"), tr("False positive rate"), tr("True positive rate"), curves);
    roc_->setDiagonal(true);
    pr_ = new LabelCurve(QStringLiteral("runs.labels.pr"), tr("Recall"), tr("Precision"), curves);
    row->addWidget(roc_);
    row->addWidget(pr_);
    auto* scroll = new QScrollArea(sides_);
    scroll->setFrameShape(QFrame::NoFrame);
    overlap_ = new LabelOverlapView(scroll);
    scroll->setWidget(overlap_);
    wrongView_ = new w::TextTable(sides_);
    wrongView_->setObjectName(QStringLiteral("runs.labels.wrong"));
    wrongView_->setAccessibleName(tr("Most wrong"));
    wrong_->headers = {tr("Loss"), tr("Missed"), tr("Wrongly given"), tr("Right"), tr("Text"), tr("Row")};
    wrong_->numberColumns = {0, 5};
    wrongView_->setProvider(wrong_);
    sides_->addTab(curves, tr("Curves"));
    sides_->addTab(scroll, tr("Together"));
    sides_->addTab(wrongView_, tr("Most wrong"));
    connect(sides_, &QTabWidget::currentChanged, this, &LabelsPage::fillWrong);
    return sides_;
}

void LabelsPage::setBench(std::shared_ptr<LabelBench> bench) {
    bench_ = std::move(bench);
    table_->rows = bench_->table();
    view_->textModel()->rowsChanged();
    view_->fitColumns(180);
    const bool isSingle = bench_->isSingle();
    for (QWidget* each : {static_cast<QWidget*>(scope_), static_cast<QWidget*>(which_), static_cast<QWidget*>(slider_), static_cast<QWidget*>(threshold_),
                          static_cast<QWidget*>(best_), static_cast<QWidget*>(undo_), static_cast<QWidget*>(keep_)})
        each->setVisible(!isSingle);
    view_->setColumnHidden(LabelTable::kThreshold, isSingle);
    {
        const QSignalBlocker quiet(scope_);
        const auto& thresholds = bench_->thresholds();
        const bool isSame = std::all_of(thresholds.begin(), thresholds.end(), [&](float each) { return each == thresholds.front(); });
        scope_->setCurrentIndex(isSame ? 0 : 1);
    }
    roc_->setAll(bench_->rocCurve(LabelBench::kAll));
    pr_->setAll(bench_->precisionRecallCurve(LabelBench::kAll));
    overlap_->setOverlap(bench_->overlap(kMostOverlap));
    if (!isOneForAll() && !table_->rows.empty()) view_->selectProviderRow(0);
    stack_->setCurrentIndex(1);
    rowChosen();
    refresh();
}

void LabelsPage::showSentence(const QString& sentence) {
    bench_.reset();
    sentence_->setText(sentence);
    stack_->setCurrentIndex(0);
}

void LabelsPage::setRunning(bool isRunning) {
    isRunning_ = isRunning;
    if (bench_) showValues();
}

bool LabelsPage::isOneForAll() const { return scope_->currentIndex() == 0; }

std::size_t LabelsPage::chosenLabel() const {
    const QList<int> rows = view_->selectedRows();
    return rows.isEmpty() || rows.first() >= int(table_->rows.size()) ? LabelBench::kAll : std::size_t(rows.first());
}

void LabelsPage::sliderMoved() {
    if (!bench_) return;
    const std::size_t label = isOneForAll() ? LabelBench::kAll : chosenLabel();
    if (!isOneForAll() && label == LabelBench::kAll) return;
    bench_->setThreshold(label, float(slider_->value()) / kSliderSteps);
    refresh();
}

void LabelsPage::best() {
    if (!bench_) return;
    bench_->setBest(isOneForAll() ? LabelBench::Scope::OneForAll : LabelBench::Scope::OneALabel);
    refresh();
}

void LabelsPage::undo() {
    if (!bench_) return;
    bench_->setKept();
    refresh();
}

void LabelsPage::keep() {
    if (!bench_) return;
    try {
        bench_->keep();
        w::Toast::show(this, tr("The thresholds are kept with the model. Predictions use them from now on."));
    } catch (const std::exception& error) {
        w::Toast::show(this, bridge::text(error.what()));
    }
    showValues();
}

void LabelsPage::rowChosen() {
    if (!bench_) return;
    const std::size_t label = chosenLabel();
    const bool isOne = label != LabelBench::kAll;
    const QString name = isOne ? bridge::text(table_->rows[label].label) : QString();
    roc_->setOne(name, isOne ? bench_->rocCurve(label) : std::vector<CurvePoint>());
    pr_->setOne(name, isOne ? bench_->precisionRecallCurve(label) : std::vector<CurvePoint>());
    const auto title = [&](const QString& kind, double value) { return isOne ? tr("%1 of %2: %3").arg(kind, name, std::isfinite(value) ? three(value) : QStringLiteral("–")) : kind; };
    roc_->setTitle(title(tr("ROC"), isOne ? table_->rows[label].rocAuc : 0));
    pr_->setTitle(title(tr("Precision and recall"), isOne ? table_->rows[label].averagePrecision : 0));
    showSlider();
    showCurvePoints();
}

void LabelsPage::refresh() {
    table_->rows = bench_->table();
    view_->textModel()->refresh();
    showValues();
    showSlider();
    showCurvePoints();
    wrongTimer_->start();
}

void LabelsPage::showValues() {
    const std::map<std::string, double> v = bench_->values();
    values_->setText(tr("Jaccard %1   ·   F1 micro %2, macro %3, samples %4   ·   Precision %5   ·   Recall %6   ·   Exact rows %7   ·   %8 labels a row")
                         .arg(three(v.at("jaccard_samples")), three(v.at("f1_micro")), three(v.at("f1_macro")), three(v.at("f1_samples")), three(v.at("precision_micro")),
                              three(v.at("recall_micro")), w::formatShare(v.at("subset_accuracy")), QLocale().toString(v.at("labels_per_row"), 'f', 2)));
    const bool isKept = bench_->isKept();
    const bool canKeep = bench_->canKeep() && !isRunning_;
    undo_->setEnabled(!isKept);
    keep_->setEnabled(canKeep && !isKept);
    keep_->setToolTip(isRunning_ ? tr("The run changes its model still") : canKeep ? tr("Writes them beside the model, where prediction reads them") : tr("The run has no finished model"));
    note_->setText(bench_->isSingle() ? tr("One label a row: the likeliest counts.") : isKept ? tr("kept") : QString());
}

void LabelsPage::showSlider() {
    if (!bench_) return;
    const std::size_t label = isOneForAll() ? std::size_t(0) : chosenLabel();
    const auto& thresholds = bench_->thresholds();
    const bool isThere = label < thresholds.size();
    slider_->setEnabled(isThere);
    which_->setText(isOneForAll() ? QString() : isThere ? bridge::text(table_->rows[label].label) : tr("Choose a label"));
    const bool isMixed = isOneForAll() && std::any_of(thresholds.begin(), thresholds.end(), [&](float each) { return each != thresholds.front(); });
    threshold_->setText(!isThere || isMixed ? QStringLiteral("–") : three(double(thresholds[label])));
    const QSignalBlocker quiet(slider_);
    if (isThere && !isMixed) slider_->setValue(int(std::lround(double(thresholds[label]) * kSliderSteps)));
}

void LabelsPage::showCurvePoints() {
    if (!bench_ || bench_->isSingle()) return;
    const auto& thresholds = bench_->thresholds();
    const std::size_t label = chosenLabel();
    const bool isSame = !thresholds.empty() && std::all_of(thresholds.begin(), thresholds.end(), [&](float each) { return each == thresholds.front(); });
    const std::optional<double> all = isSame ? std::optional<double>(thresholds.front()) : std::nullopt;
    const std::optional<double> one = label < thresholds.size() ? std::optional<double>(thresholds[label]) : std::nullopt;
    roc_->setThresholds(all, one);
    pr_->setThresholds(all, one);
}

void LabelsPage::fillWrong() {
    if (!bench_ || sides_->currentWidget() != wrongView_) return;
    wrong_->rows.clear();
    for (const WrongExample& example : bench_->mostWrong(kMostWrong))
        wrong_->rows << QStringList{w::formatNumber(example.loss, 3), joined(example.missed), joined(example.extra), joined(example.right),
                                    example.text.empty() ? tr("The data of this run is not there any more.") : bridge::text(example.text).simplified(), w::formatCount(example.row + 1)};
    wrongView_->textModel()->rowsChanged();
    wrongView_->fitColumns(200);
}

}  // namespace lathe::panels
