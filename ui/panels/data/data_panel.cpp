// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/data/data_panel.h"

#include <algorithm>

#include <QComboBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "panels/data/column_dialog.h"
#include "panels/data/filter_dialog.h"
#include "panels/data/import_dialog.h"
#include "panels/data/profile_card.h"
#include "panels/data/split_dialog.h"
#include "panels/data/table_rows.h"
#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/empty_state.h"
#include "widgets/format.h"
#include "widgets/text_table.h"
#include "widgets/toast.h"

namespace lathe::panels {
namespace {

namespace w = widgets;
constexpr int kNameRole = Qt::UserRole;
// Enough for a stable histogram; a million rows would take minutes to tokenise.
constexpr std::int64_t kTokenisedRows = 5'000;

}  // namespace

DataPanel::DataPanel(bridge::Services& services, QWidget* parent) : PanelPage(parent), services_(services) {
    setObjectName(QStringLiteral("data"));
    setAcceptDrops(true);
    buildActions();
    stack_ = new QStackedWidget(this);
    auto* empty = new w::EmptyState(QStringLiteral("data.empty"), QStringLiteral("database"), tr("No dataset yet"),
                                    tr("Import a CSV, TSV, JSONL or Parquet file, or drop one here. Nothing leaves this machine."), stack_);
    empty->setAction(tr("Import a file"), QStringLiteral("file-import"));
    empty->setSampleAction(tr("Load the samples"), QStringLiteral("sparkles"));
    connect(empty, &w::EmptyState::actionTriggered, this, &DataPanel::chooseFile);
    connect(empty, &w::EmptyState::sampleTriggered, this, &DataPanel::loadSample);
    stack_->addWidget(empty);
    auto* splitter = new QSplitter(Qt::Horizontal, stack_);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(buildList());
    splitter->addWidget(buildTable());
    splitter->addWidget(buildProfile());
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({200, 560, 300});
    stack_->addWidget(splitter);
    w::column(this)->addWidget(stack_);
    bridge::Datasets& datasets = services_.datasets();
    connect(&datasets, &bridge::Datasets::changed, this, &DataPanel::listDatasets);
    connect(&datasets, &bridge::Datasets::failed, this, [this](const QString& sentence) { say(sentence, true); });
    connect(&datasets, &bridge::Datasets::removed, this, [this](const QString& name) {
        w::Toast::showUndo(this, tr("%1 was removed.").arg(name), [this, name] { services_.datasets().restore(name); });
    });
    connect(&services_.models(), &bridge::Models::changed, this, [this] {
        const QString before = tokenModel_->currentText();
        tokenModel_->clear();
        tokenModel_->addItem(tr("Characters"));
        for (const ModelInfo& info : services_.models().list())
            if (info.isPresent) tokenModel_->addItem(bridge::text(info.name));
        tokenModel_->setCurrentIndex(std::max(0, tokenModel_->findText(before)));
    });
    listDatasets();
}

void DataPanel::buildActions() {
    actions_ = new QWidget(this);
    auto* bar = w::row(actions_, 8);
    import_ = w::button(QStringLiteral("data.import"), tr("Import"), w::ButtonKind::Normal, QStringLiteral("file-import"), actions_);
    import_->setToolTip(tr("Ctrl+O"));
    import_->setShortcut(QKeySequence::Open);
    connect(import_, &QPushButton::clicked, this, &DataPanel::chooseFile);
    change_ = new QToolButton(actions_);
    change_->setObjectName(QStringLiteral("data.change"));
    change_->setText(tr("Change"));
    change_->setIcon(w::icon(QStringLiteral("pencil")));
    change_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    change_->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(change_);
    const auto add = [&](const char* name, const QString& text, const char* icon, auto slot) {
        QAction* action = menu->addAction(w::icon(QLatin1String(icon)), text, this, slot);
        action->setObjectName(QStringLiteral("data.") + QLatin1String(name));
        return action;
    };
    add("addColumn", tr("&Add a column …"), "column-insert-right", &DataPanel::addColumn);
    add("filter", tr("&Filter rows …"), "filter", &DataPanel::filter);
    add("split", tr("&Split …"), "arrows-split-2", &DataPanel::split);
    menu->addSeparator();
    add("undo", tr("&Undo the last change"), "arrow-back-up", &DataPanel::undo)->setShortcut(QKeySequence::Undo);
    add("remove", tr("&Remove the dataset"), "trash", &DataPanel::remove);
    change_->setMenu(menu);
    export_ = w::button(QStringLiteral("data.export"), tr("Export"), w::ButtonKind::Normal, QStringLiteral("file-export"), actions_);
    connect(export_, &QPushButton::clicked, this, &DataPanel::exportTable);
    train_ = w::button(QStringLiteral("data.train"), tr("Train on it"), w::ButtonKind::Primary, QStringLiteral("player-play"), actions_);
    for (QWidget* each : std::initializer_list<QWidget*>{import_, change_, export_, train_}) bar->addWidget(each);
    connect(train_, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(QStringLiteral("train"), {{QStringLiteral("dataset"), chosen_}}); });
}

QWidget* DataPanel::buildList() {
    auto* side = new QWidget(this);
    side->setMinimumWidth(170);
    auto* layout = w::column(side, 8);
    list_ = new QListWidget(side);
    list_->setObjectName(QStringLiteral("data.datasets"));
    list_->setAccessibleName(tr("Datasets"));
    layout->addWidget(list_, 1);
    auto* card = new w::Card(tr("History"), side);
    history_ = w::label({}, w::TextRole::Secondary, card);
    history_->setObjectName(QStringLiteral("data.history"));
    history_->setWordWrap(true);
    card->body()->addWidget(history_);
    layout->addWidget(card);
    connect(list_, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) { if (item != nullptr) openDataset(item->data(kNameRole).toString()); });
    return side;
}

QWidget* DataPanel::buildTable() {
    auto* side = new QWidget(this);
    auto* layout = w::column(side, 8);
    summary_ = w::label({}, w::TextRole::Secondary, side);
    summary_->setObjectName(QStringLiteral("data.summary"));
    summary_->setWordWrap(true);
    layout->addWidget(summary_);
    auto* splitter = new QSplitter(Qt::Vertical, side);
    splitter->setChildrenCollapsible(false);
    table_ = new w::TextTable(splitter);
    table_->setObjectName(QStringLiteral("data.table"));
    table_->setAccessibleName(tr("Rows"));
    row_ = new QPlainTextEdit(splitter);
    row_->setObjectName(QStringLiteral("data.row"));
    row_->setAccessibleName(tr("The whole row"));
    row_->setReadOnly(true);
    row_->setPlaceholderText(tr("The chosen row in full"));
    splitter->addWidget(table_);
    splitter->addWidget(row_);
    splitter->setStretchFactor(0, 4);
    splitter->setSizes({460, 140});
    layout->addWidget(splitter, 1);
    connect(table_, &w::TextTable::currentRowChanged, this, &DataPanel::showRow);
    connect(table_->horizontalHeader(), &QHeaderView::sectionClicked, this, &DataPanel::profile);
    return side;
}

QWidget* DataPanel::buildProfile() {
    profile_ = new ProfileCard(this);
    profile_->setMinimumWidth(260);
    tokenModel_ = new QComboBox(profile_);
    tokenModel_->setObjectName(QStringLiteral("data.tokenModel"));
    tokenModel_->setAccessibleName(tr("Lengths counted in"));
    tokenModel_->addItem(tr("Characters"));
    tokenModel_->setMaximumWidth(150);
    maxLength_ = new QSpinBox(profile_);
    maxLength_->setObjectName(QStringLiteral("data.maxLength"));
    maxLength_->setAccessibleName(tr("Maximum length in tokens"));
    maxLength_->setRange(1, 100'000);
    maxLength_->setValue(128);
    profile_->addHeaderWidget(tokenModel_);
    profile_->addHeaderWidget(maxLength_);
    maxLength_->setVisible(false);
    connect(tokenModel_, &QComboBox::activated, this, [this](int index) { maxLength_->setVisible(index > 0); profile(column_); });
    connect(maxLength_, &QSpinBox::editingFinished, this, &DataPanel::countTokens);
    connect(profile_, &ProfileCard::separatorChosen, this, [this] { profile(column_); });
    return profile_;
}

QList<QWidget*> DataPanel::headerWidgets() { return {actions_}; }

QList<w::KeyBinding> DataPanel::keyBindings() const {
    return {{QStringLiteral("Ctrl+O"), tr("Import a file")}, {QStringLiteral("Ctrl+Z"), tr("Undo the last change of the dataset")}};
}

void DataPanel::openWith(const QVariantMap& arguments) {
    const QString file = arguments.value(QStringLiteral("file")).toString();
    if (!file.isEmpty()) importFile(file);
    else if (arguments.value(QStringLiteral("import")).toBool()) chooseFile();
    const QString dataset = arguments.value(QStringLiteral("dataset")).toString();
    if (!dataset.isEmpty()) {
        chosen_ = dataset;
        listDatasets();
    }
}

void DataPanel::listDatasets() {
    const auto& datasets = services_.datasets().list();
    stack_->setCurrentIndex(datasets.empty() ? 0 : 1);
    for (QWidget* each : std::initializer_list<QWidget*>{change_, export_, train_}) each->setVisible(!datasets.empty());
    const QString before = chosen_;
    {
        const QSignalBlocker blocked(list_);
        list_->clear();
        for (const DatasetInfo& info : datasets) {
            auto* item = new QListWidgetItem(bridge::text(info.name), list_);
            item->setData(kNameRole, bridge::text(info.name));
            item->setToolTip(tr("%1 rows, %2 columns, from %3").arg(w::formatCount(info.rows), w::formatCount(qint64(info.columns.size())), bridge::text(info.source)));
            if (bridge::text(info.name) == before) list_->setCurrentItem(item);
        }
        if (list_->currentRow() < 0 && list_->count() > 0) list_->setCurrentRow(0);
    }
    if (list_->currentItem() != nullptr) openDataset(list_->currentItem()->data(kNameRole).toString());
}

void DataPanel::openDataset(const QString& name) {
    const DatasetInfo* info = services_.datasets().find(name);
    if (info == nullptr || (name == chosen_ && info->fingerprint == fingerprint_ && shown_)) return;
    chosen_ = name;
    fingerprint_ = info->fingerprint;
    const int mine = ++round_;
    ++loading_;
    services_.datasets().open(
        this, name, [this, mine](const TablePtr& table) { --loading_; if (mine == round_) show(table); },
        [this](const QString& sentence) { --loading_; say(sentence, true); });
    services_.datasets().versions(this, name, [this, mine](const std::vector<DatasetInfo>& versions) {
        if (mine != round_) return;
        QStringList lines;
        for (const DatasetInfo& version : versions)
            lines << tr("%1  %2, %3 rows").arg(version.version).arg(bridge::text(version.howMade), w::formatCount(version.rows));
        history_->setText(lines.join(QLatin1Char('\n')));
    }, [](const QString&) {});
}

void DataPanel::show(const TablePtr& table) {
    shown_ = table;
    table_->setProvider(std::make_shared<TableRows>(table));
    table_->fitColumns(260);
    say(tr("%1 rows, %2 columns. Click a column's name for what is in it.").arg(w::formatCount(table->rowCount()), w::formatCount(table->columnCount())), false);
    services_.datasets().duplicateRows(this, table, [this, table](std::int64_t count) {
        if (table == shown_ && count > 0) say(summary_->text() + QLatin1Char(' ') + tr("%1 rows repeat an earlier one in every cell.").arg(w::formatCount(count)), false);
    });
    row_->clear();
    column_ = std::clamp(column_, 0, std::max(0, table->columnCount() - 1));
    if (table->rowCount() > 0) table_->selectProviderRow(0);
    if (table->columnCount() > 0) profile(column_);
}

void DataPanel::showRow(int row) {
    if (!shown_ || row < 0 || row >= shown_->rowCount()) return row_->clear();
    QStringList lines;
    for (int column = 0; column < shown_->columnCount(); ++column)
        lines << QStringLiteral("%1: %2").arg(bridge::text(shown_->columnNames()[std::size_t(column)]), cellText(*shown_, row, column));
    row_->setPlainText(lines.join(QStringLiteral("\n\n")));
}

void DataPanel::profile(int column) {
    if (!shown_ || column < 0 || column >= shown_->columnCount()) return;
    column_ = column;
    if (profileWork_) profileWork_->cancel();
    profile_->showWorking(bridge::text(shown_->columnNames()[std::size_t(column)]));
    profileWork_ = services_.datasets().profile(
        this, shown_, column, bridge::text(profile_->separator()), [this](const ColumnProfile& found) { profile_->show(found); countTokens(); },
        [this](const QString& sentence) { profile_->showError(sentence); });
}

void DataPanel::countTokens() {
    if (tokenModel_->currentIndex() <= 0 || !shown_) return;
    std::vector<std::string> texts;
    const std::int64_t rows = std::min(shown_->rowCount(), kTokenisedRows);
    for (std::int64_t row = 0; row < rows; ++row) texts.emplace_back(shown_->cell(row * shown_->rowCount() / rows, column_));
    const QString model = tokenModel_->currentText();
    const std::int64_t limit = maxLength_->value();
    services_.models().tokenize(this, model, texts, [this, model, limit](const std::vector<TokenizeResult>& results) {
        std::vector<std::int64_t> lengths;
        std::int64_t cut = 0;
        for (const TokenizeResult& result : results) {
            lengths.push_back(std::int64_t(result.ids.size()));
            cut += lengths.back() > limit;
        }
        const double share = results.empty() ? 0 : double(cut) / double(results.size());
        profile_->showTokens(lengthHistogram(std::move(lengths)), model, limit, share);
    }, [this](const QString& sentence) { profile_->showError(sentence); });
}

void DataPanel::chooseFile() {
    auto* dialog = new QFileDialog(this, tr("Import a file"), services_.setting(QStringLiteral("data.folder")), tr("Tables (*.csv *.tsv *.txt *.jsonl *.ndjson *.parquet);;All files (*)"));
    dialog->setObjectName(QStringLiteral("data.fileDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &DataPanel::importFile);
    dialog->open();
}

void DataPanel::importFile(const QString& file) {
    auto* dialog = new ImportDialog(services_, file, this);
    connect(dialog, &ImportDialog::imported, this, [this](const QString& name) { chosen_ = name; fingerprint_.clear(); });
    dialog->show();
}

void DataPanel::loadSample() {
    for (const char* name : {"anime_catalogue.csv", "english_to_latex.csv"})
        services_.ensureSample(this, QLatin1String(name), [](const QString&) {}, [this](const QString& sentence) { say(sentence, true); });
}

void DataPanel::addColumn() {
    if (!shown_) return;
    auto* dialog = new ColumnDialog(shown_, this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        services_.datasets().addTemplateColumn(
            this, chosen_, dialog->name(), dialog->source(),
            [this](const DatasetInfo& info) {
                column_ = int(info.columns.size()) - 1;
                w::Toast::showUndo(this, tr("The column was added."), [this] { services_.datasets().undoVersion(chosen_); });
            },
            [this](const QString& sentence) { say(sentence, true); }, {});
    });
    dialog->open();
}

void DataPanel::filter() {
    if (!shown_) return;
    auto* dialog = new FilterDialog(shown_, this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        services_.datasets().filter(
            this, chosen_, dialog->conditions(),
            [this](const DatasetInfo& info) {
                w::Toast::showUndo(this, tr("%1 rows were kept.").arg(w::formatCount(info.rows)), [this] { services_.datasets().undoVersion(chosen_); });
            },
            [this](const QString& sentence) { say(sentence, true); }, {});
    });
    dialog->open();
}

void DataPanel::split() {
    if (!shown_) return;
    auto* dialog = new SplitDialog(services_, chosen_, shown_, this);
    connect(dialog, &QDialog::accepted, this, [this, dialog, dataset = chosen_] {
        const bool isColumn = dialog->isColumn();
        services_.datasets().split(
            this, dataset, dialog->split(), dialog->moves(), isColumn ? bridge::Datasets::SplitInto::Column : bridge::Datasets::SplitInto::Datasets, dialog->howMade(),
            [this, dataset, isColumn](const std::vector<DatasetInfo>& parts) {
                QStringList names;
                for (const DatasetInfo& part : parts) names << bridge::text(part.name);
                if (!isColumn) w::Toast::show(this, tr("Made %1.").arg(names.join(QStringLiteral(", "))));
                else w::Toast::showUndo(this, tr("The split is in the column %1.").arg(QLatin1String(kSplitColumn)), [this, dataset] { services_.datasets().undoVersion(dataset); });
            },
            [this](const QString& sentence) { say(sentence, true); });
    });
    dialog->open();
}

void DataPanel::exportTable() {
    auto* dialog = new QFileDialog(this, tr("Export %1").arg(chosen_));
    dialog->setObjectName(QStringLiteral("data.exportDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("CSV, exact (*.csv)"), tr("CSV, safe for spreadsheets (*.csv)"), tr("JSON lines (*.jsonl)"), tr("Parquet (*.parquet)")});
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(chosen_);
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.section(QStringLiteral("*."), 1).chopped(1));
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this, dialog](const QString& file) {
        ExportOptions options;
        if (dialog->selectedNameFilter() == tr("CSV, safe for spreadsheets (*.csv)")) options.csvMode = CsvMode::SpreadsheetSafe;
        services_.datasets().exportTo(this, chosen_, file, options, [this, file] { w::Toast::show(this, tr("Written to %1.").arg(file)); },
                                      [this](const QString& sentence) { say(sentence, true); }, {});
    });
    dialog->open();
}

void DataPanel::undo() {
    if (!chosen_.isEmpty()) services_.datasets().undoVersion(chosen_);
}

void DataPanel::remove() {
    if (!chosen_.isEmpty()) services_.datasets().remove(chosen_);
}

void DataPanel::say(const QString& sentence, bool isBad) {
    summary_->setText(sentence);
    w::setTextRole(summary_, isBad ? w::TextRole::Bad : w::TextRole::Secondary);
}

void DataPanel::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls() && event->mimeData()->urls().first().isLocalFile()) event->acceptProposedAction();
}

void DataPanel::dropEvent(QDropEvent* event) {
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) importFile(url.toLocalFile());
}

}  // namespace lathe::panels
