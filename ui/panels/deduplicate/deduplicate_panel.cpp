// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/deduplicate/deduplicate_panel.h"

#include <algorithm>
#include <exception>

#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "panels/deduplicate/pair_view.h"
#include "panels/deduplicate/threshold_card.h"
#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/empty_state.h"
#include "widgets/format.h"
#include "widgets/toast.h"

namespace lathe::panels {

namespace w = widgets;

DeduplicatePanel::DeduplicatePanel(bridge::Services& services, QWidget* parent) : PanelPage(parent), services_(services) {
    setObjectName(QStringLiteral("deduplicate"));
    report_ = w::button(QStringLiteral("deduplicate.report"), tr("Save report"), w::ButtonKind::Normal, QStringLiteral("file-export"), this);
    apply_ = w::button(QStringLiteral("deduplicate.apply"), tr("Apply"), w::ButtonKind::Primary, QStringLiteral("check"), this);
    apply_->setToolTip(tr("Makes a new version of the dataset without the removed rows; it can be undone"));
    connect(report_, &QPushButton::clicked, this, &DeduplicatePanel::saveReport);
    connect(apply_, &QPushButton::clicked, this, &DeduplicatePanel::apply);
    stack_ = new QStackedWidget(this);
    auto* empty = new w::EmptyState(QStringLiteral("deduplicate.empty"), QStringLiteral("copy"), tr("No dataset yet"),
                                    tr("Texts that say the same teach a model nothing new and leak between training and validation."), stack_);
    empty->setAction(tr("Import a file"), QStringLiteral("file-import"));
    empty->setSampleAction(tr("Load the sample catalogue"), QStringLiteral("sparkles"));
    connect(empty, &w::EmptyState::actionTriggered, this, [this] { Q_EMIT openRequested(QStringLiteral("data"), {{QStringLiteral("import"), true}}); });
    connect(empty, &w::EmptyState::sampleTriggered, this, [this] {
        services_.ensureSample(this, QStringLiteral("anime_catalogue.csv"), [this](const QString& dataset) { wantedSample_ = dataset; useRecipe(); },
                               [this](const QString& sentence) { say(sentence, true); });
    });
    stack_->addWidget(empty);
    auto* splitter = new QSplitter(Qt::Horizontal, stack_);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(buildQuestion());
    splitter->addWidget(buildAnswer());
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({300, 780});
    stack_->addWidget(splitter);
    w::column(this)->addWidget(stack_);
    connect(&services_.datasets(), &bridge::Datasets::changed, this, &DeduplicatePanel::listChoices);
    connect(&services_.models(), &bridge::Models::changed, this, &DeduplicatePanel::listChoices);
    listChoices();
}

QWidget* DeduplicatePanel::buildQuestion() {
    auto* card = new w::Card(tr("What is compared"), this);
    card->setMinimumWidth(260);
    const auto add = [&](const QString& label, QWidget* field, const char* name, const QString& help) {
        field->setObjectName(QStringLiteral("deduplicate.") + QLatin1String(name));
        field->setAccessibleName(label);
        card->body()->addWidget(w::label(label, w::TextRole::Body, card));
        card->body()->addWidget(field);
        if (!help.isEmpty()) card->body()->addWidget(w::helpLine(help, card));
    };
    dataset_ = new QComboBox(card);
    add(tr("Dataset"), dataset_, "dataset", {});
    text_ = new QPlainTextEdit(card);
    text_->setMaximumHeight(84);
    text_->setTabChangesFocus(true);
    add(tr("Text"), text_, "text", tr("With {column} where a cell belongs."));
    model_ = new QComboBox(card);
    add(tr("Encoder"), model_, "model", tr("Turns texts into vectors; the cosine of two says how alike they are."));
    labels_ = new QComboBox(card);
    add(tr("Labels"), labels_, "labelColumn", tr("Pairs with other labels are marked."));
    separator_ = new QLineEdit(QStringLiteral(", "), card);
    add(tr("Label separator"), separator_, "labelSeparator", tr("What stands between two labels of a cell."));
    card->body()->addStretch();
    note_ = w::label({}, w::TextRole::Secondary, card);
    note_->setObjectName(QStringLiteral("deduplicate.note"));
    note_->setWordWrap(true);
    card->body()->addWidget(note_);
    progress_ = new QProgressBar(card);
    progress_->setTextVisible(false);
    progress_->setFixedHeight(4);
    progress_->setVisible(false);
    card->body()->addWidget(progress_);
    find_ = w::button(QStringLiteral("deduplicate.find"), tr("Find similar rows"), w::ButtonKind::Primary, QStringLiteral("search"), card);
    card->body()->addWidget(find_);
    connect(dataset_, &QComboBox::currentIndexChanged, this, &DeduplicatePanel::datasetChosen);
    const auto enableSeparator = [this] { separator_->setEnabled(!labels_->currentData().toString().isEmpty()); };
    connect(labels_, &QComboBox::currentIndexChanged, this, enableSeparator);
    enableSeparator();
    connect(find_, &QPushButton::clicked, this, &DeduplicatePanel::find);
    return card;
}

QWidget* DeduplicatePanel::buildAnswer() {
    result_ = new QStackedWidget(this);
    auto* waiting = new w::EmptyState(QStringLiteral("deduplicate.waiting"), QStringLiteral("adjustments-horizontal"), tr("Nothing compared yet"),
                                      tr("All pairs are found once; then every position of the slider is answered at once."), result_);
    waiting->setAction({});
    result_->addWidget(waiting);
    auto* side = new QWidget(result_);
    auto* layout = w::column(side, 12);
    threshold_ = new ThresholdCard(side);
    layout->addWidget(threshold_);
    pairs_ = new PairView(side);
    layout->addWidget(pairs_, 1);
    result_->addWidget(side);
    connect(threshold_, &ThresholdCard::answered, this, [this] { pairs_->showNear(threshold_->rules().threshold); });
    connect(pairs_, &PairView::overrulesChanged, this, [this] { threshold_->setOverrules(pairs_->overrules()); });
    return result_;
}

QList<QWidget*> DeduplicatePanel::headerWidgets() {
    report_->setEnabled(rows_ != nullptr);
    apply_->setEnabled(rows_ != nullptr);
    return {report_, apply_};
}

void DeduplicatePanel::openWith(const QVariantMap& arguments) {
    const int index = dataset_->findText(arguments.value(QStringLiteral("dataset")).toString());
    if (index >= 0) dataset_->setCurrentIndex(index);
}

void DeduplicatePanel::listChoices() {
    const QString datasetBefore = dataset_->currentText();
    const QString modelBefore = model_->currentText();
    {
        const QSignalBlocker blocked(dataset_);
        dataset_->clear();
        for (const DatasetInfo& info : services_.datasets().list()) dataset_->addItem(bridge::text(info.name));
        dataset_->setCurrentIndex(std::max(dataset_->findText(datasetBefore), dataset_->count() > 0 ? 0 : -1));
    }
    model_->clear();
    for (const ModelInfo& info : services_.models().list())
        if (info.isPresent && info.head == "encoder") model_->addItem(bridge::text(info.name));
    model_->setCurrentIndex(std::max(model_->findText(modelBefore), model_->count() > 0 ? 0 : -1));
    stack_->setCurrentIndex(dataset_->count() > 0 ? 1 : 0);
    datasetChosen();
    useRecipe();
}

/// The settings that come with the sample, once the list has it.
void DeduplicatePanel::useRecipe() {
    if (wantedSample_.isEmpty() || dataset_->findText(wantedSample_) < 0) return;
    dataset_->setCurrentIndex(dataset_->findText(wantedSample_));
    wantedSample_.clear();
    QFile file(bridge::Services::resourcesFolder() + QStringLiteral("/recipes/dedup-catalogue.json"));
    if (!file.open(QIODevice::ReadOnly)) return;
    const QJsonObject recipe = QJsonDocument::fromJson(file.readAll()).object();
    text_->setPlainText(recipe[QStringLiteral("text")].toString(text_->toPlainText()));
    labels_->setCurrentIndex(std::max(0, labels_->findData(recipe[QStringLiteral("labels")].toString())));
    separator_->setText(recipe[QStringLiteral("label_separator")].toString(separator_->text()));
    firstThreshold_ = recipe[QStringLiteral("threshold")].toDouble(firstThreshold_);
}

void DeduplicatePanel::datasetChosen() {
    const DatasetInfo* info = services_.datasets().find(dataset_->currentText());
    find_->setEnabled(info != nullptr && model_->count() > 0 && !work_);
    if (info == nullptr) return;
    const QString before = labels_->currentData().toString();
    labels_->clear();
    labels_->addItem(tr("no column"), QString());
    for (const std::string& column : info->columns) labels_->addItem(bridge::text(column), bridge::text(column));
    labels_->setCurrentIndex(std::max(0, std::max(labels_->findData(before), labels_->findData(QStringLiteral("genres")))));
    if (templateOf_ != dataset_->currentText()) {
        templateOf_ = dataset_->currentText();
        text_->setPlainText(QStringLiteral("{%1}").arg(bridge::likelyTextColumn(info->columns)));
    }
}

void DeduplicatePanel::find() {
    if (work_) {
        work_->cancel();
        work_.reset();
        progress_->setVisible(false);
        find_->setText(tr("Find similar rows"));
        return say(tr("Stopped."), false);
    }
    SimilarQuery query;
    query.table = bridge::utf8(dataset_->currentText());
    query.text.text = bridge::utf8(text_->toPlainText());
    query.text.blankRule = BlankRule::SkipSentence;
    query.model = bridge::utf8(model_->currentText());
    query.labels = bridge::utf8(labels_->currentData().toString());
    query.labelSeparator = bridge::utf8(separator_->text());
    found_ = dataset_->currentText();
    find_->setText(tr("Stop"));
    progress_->setRange(0, 0);
    progress_->setVisible(true);
    const auto ended = [this] {
        work_.reset();
        progress_->setVisible(false);
        find_->setText(tr("Find similar rows"));
    };
    work_ = services_.similarity().find(
        this, query, [this, ended](std::shared_ptr<const SimilarRows> rows) { ended(); show(std::move(rows)); },
        [this, ended](const QString& sentence) { ended(); say(sentence, true); },
        [this](const Progress& now) {
            progress_->setRange(0, now.total > 0 ? 1000 : 0);
            if (now.total > 0) progress_->setValue(int(now.done * 1000 / now.total));
            say(bridge::text(now.stage), false);
        });
}

void DeduplicatePanel::show(std::shared_ptr<const SimilarRows> rows) {
    rows_ = std::move(rows);
    say(tr("%1 pairs above %2 in %3.").arg(w::formatCount(rows_->index->pairCount()), QString::number(double(rows_->index->floor()), 'f', 2), w::formatDuration(rows_->seconds)), false);
    pairs_->setRows(rows_);
    threshold_->setRows(rows_, firstThreshold_);
    result_->setCurrentIndex(1);
    report_->setEnabled(true);
    apply_->setEnabled(true);
}

void DeduplicatePanel::apply() {
    if (!rows_) return;
    const QString dataset = found_;
    services_.similarity().keepRows(
        this, dataset, threshold_->answer().kept, QStringLiteral("dedup %1").arg(threshold_->rules().threshold, 0, 'f', 3),
        [this, dataset](const DatasetInfo& info) {
            services_.datasets().refresh();
            // Row numbers of the pairs are those of the old version.
            rows_.reset();
            result_->setCurrentIndex(0);
            report_->setEnabled(false);
            apply_->setEnabled(false);
            w::Toast::showUndo(this, tr("%1 has %2 rows now.").arg(dataset, w::formatCount(info.rows)), [this, dataset] { services_.datasets().undoVersion(dataset); });
        },
        [this](const QString& sentence) { say(sentence, true); });
}

void DeduplicatePanel::saveReport() {
    auto* dialog = new QFileDialog(this, tr("Save the report"));
    dialog->setObjectName(QStringLiteral("deduplicate.reportDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("JSON (*.json)"), tr("CSV (*.csv)")});
    dialog->setDefaultSuffix(QStringLiteral("json"));
    dialog->selectFile(found_ + QStringLiteral("-duplicates"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) { dialog->setDefaultSuffix(filter.section(QStringLiteral("*."), 1).chopped(1)); });
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        try {
            if (file.endsWith(QStringLiteral(".csv"))) writeDedupReportCsv(threshold_->answer(), bridge::utf8(file));
            else writeDedupReportJson(*rows_->index, threshold_->answer(), rows_->seconds, bridge::utf8(file));
            w::Toast::show(this, tr("Written to %1.").arg(file));
        } catch (...) {
            say(bridge::sentenceOf(std::current_exception()), true);
        }
    });
    dialog->open();
}

void DeduplicatePanel::say(const QString& sentence, bool isBad) {
    note_->setText(sentence);
    w::setTextRole(note_, isBad ? w::TextRole::Bad : w::TextRole::Secondary);
}

}  // namespace lathe::panels
