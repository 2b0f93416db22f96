// SPDX-License-Identifier: GPL-3.0-or-later
// What the panel's buttons lead to: files, background writing, training.
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>

#include "panels/preferences/label_canvas.h"
#include "panels/preferences/pair_maker.h"
#include "panels/preferences/pairs_dialog.h"
#include "panels/preferences/preferences_panel.h"
#include "panels/preferences/training_specs.h"
#include "widgets/controls.h"

namespace lathe::panels {

void PreferencesPanel::chooseFile() {
    auto* dialog = new QFileDialog(this, tr("Import pairs"), {}, tr("Pairs (*.jsonl *.json *.csv *.tsv *.parquet)"));
    dialog->setObjectName(QStringLiteral("preferences.importDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) { importFrom(file, QFileInfo(file).completeBaseName()); });
    dialog->open();
}

void PreferencesPanel::importFrom(const QString& nameOrFile, const QString& set) {
    wanted_ = set;
    say(tr("Reading %1 …").arg(QFileInfo(nameOrFile).fileName()), false);
    work_ = services_.preferences().import(
        this, nameOrFile, set,
        [this](const PreferenceImportReport& report) {
            QString sentence = tr("%1 pairs with %2 labels (%3).").arg(report.items).arg(report.labels).arg(bridge::text(report.form));
            if (report.leftOut > 0) sentence += u' ' + tr("%1 rows were left out; the first: %2").arg(report.leftOut).arg(bridge::text(report.problems.front()));
            say(sentence, false);
        },
        [this](const QString& sentence) { say(sentence, true); });
}

void PreferencesPanel::loadSample() { importFrom(bridge::Services::resourcesFolder() + QStringLiteral("/samples/preferences.jsonl"), QStringLiteral("sample")); }

void PreferencesPanel::addPair(const QVariantMap& arguments) {
    const auto value = [&](const char* key) { return bridge::utf8(arguments.value(QLatin1String(key)).toString()); };
    PreferenceItem item;
    item.prompt = value("prompt");
    item.answerA = value("answerA");
    item.answerB = value("answerB");
    item.originA = value("originA");
    item.originB = value("originB");
    wanted_ = QStringLiteral("playground");
    services_.preferences().addItem(this, wanted_, item, [] {}, [this](const QString& sentence) { say(sentence, true); });
}

void PreferencesPanel::makePairs() {
    if (maker_->isWorking()) return maker_->stop();
    auto* dialog = new PairsDialog(services_, chosen_.isEmpty() ? QStringLiteral("pairs") : chosen_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &PairsDialog::chosen, maker_, &PairMaker::start);
    connect(dialog, &QDialog::finished, this, [this] { canvas_->setFocus(); });
    dialog->open();
}

void PreferencesPanel::showMaking() {
    const bool isWorking = maker_->isWorking();
    make_->setText(isWorking ? tr("Stop writing") : tr("Make pairs"));
    making_->setVisible(maker_->total() > 0);
    making_->setText(isWorking ? tr("Writing answers: %1 pairs of %2 prompts so far").arg(maker_->done()).arg(maker_->total()) : tr("%1 pairs were written.").arg(maker_->done()));
}

void PreferencesPanel::exportPairs() {
    auto* dialog = new QFileDialog(this, tr("Export"), chosen_ + QStringLiteral(".jsonl"));
    dialog->setObjectName(QStringLiteral("preferences.exportDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    const QString paired = tr("Pairs for training: prompt, chosen, rejected (*.jsonl)");
    const QString messages = tr("Pairs as messages (*.messages.jsonl)");
    const QString unpaired = tr("Good and bad answers: prompt, completion, label (*.unpaired.jsonl)");
    const QString all = tr("Every label (*.csv)");
    dialog->setNameFilters({paired, messages, unpaired, all});
    connect(dialog, &QFileDialog::fileSelected, this, [=, this](const QString& file) {
        const QString filter = dialog->selectedNameFilter();
        PreferenceExportOptions options;
        if (filter == messages) options.form = PreferenceForm::Messages;
        if (filter == unpaired) options.format = PreferenceFormat::TrlUnpaired;
        if (filter == all || file.endsWith(QStringLiteral(".csv"))) options.format = PreferenceFormat::Csv;
        services_.preferences().exportTo(
            this, chosen_, options, file,
            [this, file](const PreferenceExport& made) { say(tr("%1 lines in %2.").arg(made.lines).arg(QFileInfo(file).fileName()) + u' ' + bridge::text(made.sentence), false); },
            [this](const QString& sentence) { say(sentence, true); });
    });
    dialog->open();
}

QString PreferencesPanel::newestRewardRun() const {
    // The list is newest first; a reward model of these very pairs is taken before others.
    QString newest;
    for (const RunInfo& run : services_.runs().list()) {
        if (run.task != "reward" || run.state != RunState::Finished) continue;
        const QString id = bridge::text(run.id);
        if (id.startsWith(chosen_ + QStringLiteral("-reward"))) return id;
        if (newest.isEmpty()) newest = id;
    }
    return newest;
}

void PreferencesPanel::train(const QString& task) {
    const QString dataset = chosen_ + QStringLiteral("-pairs");
    PairOptions options;
    options.marginScale = 0.25;  // ratings nine apart give a margin of about two
    services_.preferences().toDataset(
        this, chosen_, dataset, options,
        [this, task, dataset](const DatasetInfo&) {
            services_.datasets().refresh();
            const LabelSet* set = services_.preferences().find(chosen_);
            const bool hasMargins = set != nullptr && set->mode == LabelMode::Ratings;
            const RunSpec spec = specFor({task, dataset, chosen_, QStringLiteral("smollm2-135m-instruct"), true, hasMargins, newestRewardRun()});
            Q_EMIT openRequested(QStringLiteral("train"), {{QStringLiteral("spec"), bridge::text(toJson(spec))}});
        },
        [this](const QString& sentence) { say(sentence, true); });
}

void PreferencesPanel::changeSet(LabelMode mode, LabelOrder order) {
    const LabelSet* known = services_.preferences().find(chosen_);
    if (known == nullptr) return;
    LabelSet set = *known;
    set.mode = mode;
    set.queue.order = order;
    services_.preferences().save(
        this, set, [this](const LabelSet&) { canvas_->showNothing({}); canvas_->setFocus(); }, [this](const QString& sentence) { say(sentence, true); });
}

void PreferencesPanel::scoreByModel() {
    const LabelSet* set = services_.preferences().find(chosen_);
    const QString model = rewardModel_->currentData().toString();
    if (set == nullptr) return;
    const LabelMode mode = set->mode;
    if (model.isEmpty()) return changeSet(mode, LabelOrder::Random);
    work_ = services_.preferences().score(
        this, chosen_, model,
        [this, mode](std::int64_t scored) {
            say(tr("%1 pairs were scored. Those where the reward model is least sure come first.").arg(scored), false);
            changeSet(mode, LabelOrder::Uncertain);
        },
        [this](const QString& sentence) { say(sentence, true); },
        [this](const Progress& now) { say(tr("Scoring pairs: %1 of %2").arg(now.done).arg(now.total), false); });
}

}  // namespace lathe::panels
