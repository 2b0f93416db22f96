// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/runs/run_details.h"

#include <algorithm>
#include <cmath>
#include <exception>

#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>
#include <QVBoxLayout>

#include "bridge/sentences.h"
#include "widgets/controls.h"
#include "widgets/format.h"
#include "widgets/text_table.h"

namespace lathe::panels {
namespace {

namespace w = widgets;

QString valueText(const ParamValue& value) {
    struct Write {
        QString operator()(std::monostate) const { return QStringLiteral("–"); }
        QString operator()(bool on) const { return on ? QStringLiteral("true") : QStringLiteral("false"); }
        QString operator()(std::int64_t number) const { return QString::number(number); }
        QString operator()(double number) const { return w::formatNumber(number, 6); }
        QString operator()(const std::string& text) const { return bridge::text(text); }
        QString operator()(const std::vector<std::string>& list) const {
            QStringList texts;
            for (const std::string& entry : list) texts << bridge::text(entry);
            return texts.join(QStringLiteral(", "));
        }
    };
    return std::visit(Write{}, value);
}

w::TextTable* addTable(QWidget* page, const QString& name, const std::shared_ptr<w::RowsProvider>& provider) {
    auto* table = new w::TextTable(page);
    table->setObjectName(name);
    table->setProvider(provider);
    page->layout()->addWidget(table);
    return table;
}

}  // namespace

SamplesPage::SamplesPage(QWidget* parent) : QWidget(parent), provider_(std::make_shared<w::RowsProvider>()) {
    auto* layout = w::column(this);
    view_ = new QComboBox(this);
    view_->setObjectName(QStringLiteral("runs.sampleView"));
    view_->setAccessibleName(tr("Which samples"));
    view_->addItems({tr("The same prompts over time"), tr("Highest rewards of each update")});
    layout->addWidget(view_, 0, Qt::AlignLeft);
    table_ = addTable(this, QStringLiteral("runs.samples"), provider_);
    connect(view_, &QComboBox::currentIndexChanged, this, &SamplesPage::fill);
    fill();
}

void SamplesPage::setSamples(const std::vector<SampleOutput>& samples) {
    samples_ = samples;
    fill();
}

void SamplesPage::add(const std::vector<SampleOutput>& samples) {
    samples_.insert(samples_.end(), samples.begin(), samples.end());
    fill();
}

void SamplesPage::fill() {
    const bool hasRewards = std::any_of(samples_.begin(), samples_.end(), [](const SampleOutput& sample) { return sample.reward.has_value(); });
    view_->setVisible(hasRewards);
    if (hasRewards && view_->currentIndex() == 1) fillRewards();
    else fillPrompts();
    table_->setProvider(provider_);
    table_->fitColumns(260);
}

void SamplesPage::fillRewards() {
    provider_->headers = {tr("Step"), tr("Reward"), tr("Prompt"), tr("Answer"), tr("Expected")};
    provider_->numberColumns = {0, 1};
    provider_->rows.clear();
    std::vector<const SampleOutput*> order;
    for (const SampleOutput& sample : samples_)
        if (sample.reward) order.push_back(&sample);
    std::stable_sort(order.begin(), order.end(), [](const SampleOutput* a, const SampleOutput* b) { return a->step != b->step ? a->step > b->step : *a->reward > *b->reward; });
    for (const SampleOutput* sample : order)
        provider_->rows << QStringList{w::formatCount(sample->step), w::formatNumber(*sample->reward, 3), bridge::text(sample->prompt).simplified(),
                                       bridge::text(sample->text).simplified(), bridge::text(sample->expected).trimmed()};
}

void SamplesPage::fillPrompts() {
    std::vector<std::int64_t> steps;
    QStringList prompts;
    provider_->numberColumns.clear();
    for (const SampleOutput& sample : samples_) {
        if (sample.reward) continue;
        if (std::find(steps.begin(), steps.end(), sample.step) == steps.end()) steps.push_back(sample.step);
        if (!prompts.contains(bridge::text(sample.prompt))) prompts << bridge::text(sample.prompt);
    }
    std::sort(steps.begin(), steps.end());
    provider_->headers = {tr("Prompt"), tr("Expected")};
    provider_->rows.clear();
    for (const QString& prompt : prompts) provider_->rows << QStringList{prompt.simplified(), QString()};
    for (const std::int64_t step : steps) {
        QString header = step == 0 ? tr("Before") : QString();
        for (QStringList& row : provider_->rows) row << QString();
        for (const SampleOutput& sample : samples_) {
            if (sample.step != step || sample.reward) continue;
            // Between epochs, such as in a ppo run, the step says more.
            if (header.isEmpty()) header = sample.epoch == std::floor(sample.epoch) ? tr("Epoch %1").arg(w::formatNumber(sample.epoch, 3)) : tr("Step %1").arg(step);
            QStringList& row = provider_->rows[prompts.indexOf(bridge::text(sample.prompt))];
            row[1] = bridge::text(sample.expected).trimmed();
            row.last() = bridge::text(sample.text).simplified();
        }
        provider_->headers << header;
    }
}

CheckpointsPage::CheckpointsPage(QWidget* parent) : QWidget(parent), provider_(std::make_shared<w::RowsProvider>()) {
    auto* layout = w::column(this);
    provider_->headers = {tr("Step"), tr("Epoch"), tr("Metric"), tr("Size"), tr("Folder"), QString()};
    provider_->numberColumns = {0, 1, 2, 3};
    table_ = addTable(this, QStringLiteral("runs.checkpoints"), provider_);
    auto* use = w::button(QStringLiteral("runs.useCheckpoint"), tr("Try in the playground"), w::ButtonKind::Normal, QStringLiteral("message"), this);
    use->setEnabled(false);
    layout->addWidget(use, 0, Qt::AlignLeft);
    connect(table_, &w::TextTable::currentRowChanged, use, [use](int row) { use->setEnabled(row >= 0); });
    connect(use, &QPushButton::clicked, this, [this] {
        const QList<int> rows = table_->selectedRows();
        if (!rows.isEmpty()) Q_EMIT useRequested(QString::fromStdString(checkpoints_[std::size_t(rows.first())].path.string()));
    });
}

void CheckpointsPage::setCheckpoints(const std::vector<CheckpointInfo>& checkpoints) {
    checkpoints_ = checkpoints;
    provider_->rows.clear();
    for (const CheckpointInfo& checkpoint : checkpoints_) {
        provider_->rows << QStringList{w::formatCount(checkpoint.step), w::formatNumber(checkpoint.epoch, 3), checkpoint.metric ? w::formatNumber(*checkpoint.metric) : QString(),
                                       w::formatBytes(qint64(checkpoint.sizeBytes)), QString::fromStdString(checkpoint.path.string()), checkpoint.isBest ? tr("best") : QString()};
    }
    table_->textModel()->rowsChanged();
    table_->fitColumns(420);
}

SettingsPage::SettingsPage(QWidget* parent) : QWidget(parent), provider_(std::make_shared<w::RowsProvider>()) {
    auto* layout = w::column(this);
    differences_ = new QCheckBox(tr("Show differences only"), this);
    differences_->setObjectName(QStringLiteral("runs.differencesOnly"));
    differences_->setChecked(true);
    layout->addWidget(differences_);
    table_ = addTable(this, QStringLiteral("runs.settings"), provider_);
    connect(differences_, &QCheckBox::toggled, this, &SettingsPage::fill);
}

void SettingsPage::setRuns(const std::vector<RunInfo>& runs) {
    runs_ = runs;
    differences_->setVisible(runs_.size() > 1);
    fill();
}

void SettingsPage::fill() {
    provider_->headers = {tr("Setting")};
    provider_->rows.clear();
    std::vector<RunSpec> specs;
    for (const RunInfo& run : runs_) {
        try {
            specs.push_back(parseRunSpec(run.specJson, run.id));
            provider_->headers << bridge::text(run.id);
        } catch (const std::exception&) {
            // Written by another version; its run.json says what it was.
        }
    }
    QStringList known;
    for (const RunSpec& spec : specs)
        for (const ParamSpec& param : paramSpecs(spec.task))
            if (!known.contains(bridge::text(param.id))) known << bridge::text(param.id);
    for (const QString& id : known) {
        QStringList row{id};
        for (const RunSpec& spec : specs) row << valueText(getParam(spec, bridge::utf8(id)));
        const bool isSame = std::all_of(row.begin() + 1, row.end(), [&](const QString& value) { return value == row[1]; });
        if (specs.size() < 2 || !differences_->isChecked() || !isSame) provider_->rows << row;
    }
    table_->setProvider(provider_);
    table_->fitColumns(420);
}

}  // namespace lathe::panels
