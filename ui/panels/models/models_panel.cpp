// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/models/models_panel.h"

#include <algorithm>

#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include "panels/models/export_card.h"
#include "widgets/card.h"
#include "widgets/controls.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"
#include "widgets/text_table.h"
#include "widgets/toast.h"

namespace lathe::panels {
namespace {

namespace w = widgets;

QString headText(const std::string& head) {
    if (head == "language-model") return ModelsPanel::tr("language model");
    if (head == "classification") return ModelsPanel::tr("classifier");
    if (head == "reward") return ModelsPanel::tr("reward model");
    return ModelsPanel::tr("encoder");
}

QString originText(const std::string& origin) {
    if (origin == "starter") return ModelsPanel::tr("came with Lathe");
    if (origin == "run") return ModelsPanel::tr("trained here");
    return ModelsPanel::tr("added");
}

}  // namespace

ModelsPanel::ModelsPanel(bridge::Services& services, QWidget* parent)
    : PanelPage(parent), services_(services), provider_(std::make_shared<w::RowsProvider>()) {
    setObjectName(QStringLiteral("models"));
    addFolder_ = w::button(QStringLiteral("models.addFolder"), tr("Add folder"), w::ButtonKind::Normal, QStringLiteral("folder-plus"), this);
    addFile_ = w::button(QStringLiteral("models.addFile"), tr("Add GGUF file"), w::ButtonKind::Normal, QStringLiteral("file-plus"), this);
    connect(addFolder_, &QPushButton::clicked, this, &ModelsPanel::addFolder);
    connect(addFile_, &QPushButton::clicked, this, &ModelsPanel::addFile);

    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    provider_->headers = {tr("Model"), tr("Family"), tr("Kind"), tr("Parameters"), tr("Stored as"), tr("Size"), tr("Origin")};
    provider_->numberColumns = {3, 5};
    table_ = new w::TextTable(splitter);
    table_->setObjectName(QStringLiteral("models.table"));
    table_->setAccessibleName(tr("Models"));
    table_->setProvider(provider_);
    splitter->addWidget(table_);
    splitter->addWidget(buildFacts());
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setSizes({640, 420});
    w::column(this)->addWidget(splitter);

    connect(table_, &w::TextTable::currentRowChanged, this, &ModelsPanel::showModel);
    bridge::Models& models = services_.models();
    connect(&models, &bridge::Models::changed, this, &ModelsPanel::listModels);
    connect(&models, &bridge::Models::added, this, [this](const QString& name) { chosen_ = name; say(tr("%1 was added.").arg(name), false); });
    connect(&models, &bridge::Models::failed, this, [this](const QString& sentence) { say(sentence, true); });
    connect(&models, &bridge::Models::removed, this, [this](const QString& name) {
        w::Toast::showUndo(this, tr("%1 was removed from the list; its files stay.").arg(name), [this, name] { services_.models().restore(name); });
    });
    listModels();
}

QWidget* ModelsPanel::buildFacts() {
    auto* side = new QScrollArea(this);
    side->setWidgetResizable(true);
    side->setFrameShape(QFrame::NoFrame);
    side->setMinimumWidth(340);
    auto* inside = new QWidget(side);
    auto* layout = w::column(inside, 12);
    facts_ = new w::Card(inside);
    lines_ = new QFormLayout;
    lines_->setHorizontalSpacing(16);
    lines_->setVerticalSpacing(8);
    lines_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    facts_->body()->addLayout(lines_);
    auto* buttons = w::row(nullptr, 8);
    remove_ = w::button(QStringLiteral("models.remove"), tr("Remove"), w::ButtonKind::Quiet, QStringLiteral("trash"), facts_);
    verify_ = w::button(QStringLiteral("models.verify"), tr("Verify"), w::ButtonKind::Normal, QStringLiteral("shield-check"), facts_);
    train_ = w::button(QStringLiteral("models.train"), tr("Train on"), w::ButtonKind::Normal, QStringLiteral("player-play"), facts_);
    try_ = w::button(QStringLiteral("models.try"), tr("Try it"), w::ButtonKind::Primary, QStringLiteral("sparkles"), facts_);
    buttons->addWidget(remove_);
    buttons->addStretch();
    for (QPushButton* each : {verify_, train_, try_}) buttons->addWidget(each);
    facts_->body()->addLayout(buttons);
    note_ = w::label({}, w::TextRole::Secondary, facts_);
    note_->setObjectName(QStringLiteral("models.note"));
    note_->setWordWrap(true);
    note_->hide();
    facts_->body()->addWidget(note_);
    layout->addWidget(facts_);
    export_ = new ExportCard(inside);
    layout->addWidget(export_);
    for (QWidget* card : {static_cast<QWidget*>(facts_), static_cast<QWidget*>(export_)}) card->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    layout->addStretch();
    side->setWidget(inside);

    connect(verify_, &QPushButton::clicked, this, &ModelsPanel::verify);
    connect(remove_, &QPushButton::clicked, this, [this] { services_.models().remove(chosen_); });
    connect(train_, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(QStringLiteral("train"), {{QStringLiteral("model"), chosen_}}); });
    connect(try_, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(QStringLiteral("playground"), {{QStringLiteral("model"), chosen_}}); });
    connect(export_, &ExportCard::exportRequested, this, [this](const ModelExportOptions& options) {
        export_->setProgress(tr("Writing …"));
        services_.models().exportTo(
            this, chosen_, options,
            [this, options] {
                export_->setProgress({});
                export_->setResult(tr("Written to %1.").arg(QString::fromStdString(options.output.string())), false);
            },
            [this](const QString& sentence) { export_->setProgress({}); export_->setResult(sentence, true); },
            [this](const Progress& progress) { export_->setProgress(tr("%1 …").arg(bridge::text(progress.stage))); });
    });
    return side;
}

QList<QWidget*> ModelsPanel::headerWidgets() { return {addFolder_, addFile_}; }

void ModelsPanel::openWith(const QVariantMap& arguments) {
    const QString wanted = arguments.value(QStringLiteral("model")).toString();
    if (!wanted.isEmpty()) chosen_ = wanted;
    listModels();
}

void ModelsPanel::listModels() {
    provider_->rows.clear();
    int chosen = 0;
    for (const ModelInfo& info : services_.models().list()) {
        if (bridge::text(info.name) == chosen_) chosen = int(provider_->rows.size());
        if (info.isPresent)
            provider_->rows << QStringList{bridge::text(info.name), bridge::text(info.family), headText(info.head), w::formatShortCount(double(info.parameters)),
                                           bridge::text(info.dtype), w::formatBytes(qint64(info.sizeBytes)), originText(info.origin)};
        else provider_->rows << QStringList{bridge::text(info.name), tr("not on this machine"), {}, {}, {}, {}, originText(info.origin)};
    }
    table_->textModel()->rowsChanged();
    table_->fitColumns(260);
    if (!provider_->rows.isEmpty()) {
        table_->selectProviderRow(chosen);
        showModel(chosen);
    }
}

void ModelsPanel::addFact(const QString& label, const QString& value) {
    if (value.isEmpty()) return;
    auto* text = new w::ElidedLabel(value, facts_);
    text->setElideMode(Qt::ElideMiddle);
    lines_->addRow(w::label(label, w::TextRole::Secondary, facts_), text);
}

void ModelsPanel::showModel(int row) {
    const auto& list = services_.models().list();
    if (row < 0 || row >= int(list.size())) return;
    const ModelInfo& info = list[std::size_t(row)];
    if (chosen_ != bridge::text(info.name)) say({}, false);
    chosen_ = bridge::text(info.name);
    while (lines_->rowCount() > 0) lines_->removeRow(0);
    facts_->setHeading(chosen_);
    if (info.isPresent) {
        addFact(tr("Family"), tr("%1, %2").arg(bridge::text(info.family), headText(info.head)));
        addFact(tr("Parameters"), w::formatShortCount(double(info.parameters)));
        addFact(tr("Shape"), tr("%1 layers of width %2").arg(info.layers).arg(info.width));
        addFact(tr("Context"), tr("%1 tokens").arg(w::formatCount(info.contextLength)));
        addFact(tr("Tokenizer"), tr("%1, %2 tokens").arg(bridge::text(info.tokenizer), w::formatCount(info.vocabulary)));
        addFact(tr("Stored as"), tr("%1 %2, %3").arg(bridge::text(info.format), bridge::text(info.dtype), w::formatBytes(qint64(info.sizeBytes))));
        QStringList labels;
        for (const std::string& label : info.labels) labels << bridge::text(label);
        addFact(tr("Labels"), labels.join(QStringLiteral(", ")));
    }
    addFact(tr("Licence"), bridge::text(info.licence));
    addFact(tr("Made from"), bridge::text(info.madeFrom));
    addFact(tr("Place"), w::formatPath(bridge::text(info.path.string())));
    if (!info.isPresent) say(tr("Its files are not on this machine. Run packaging/setup to bring them."), true);
    const bool isText = info.head == "language-model";
    try_->setVisible(info.isPresent && isText);
    train_->setVisible(info.isPresent);
    verify_->setVisible(info.isPresent);
    remove_->setVisible(info.origin == "added");
    export_->setModel(&info);
}

void ModelsPanel::addFolder() {
    auto* dialog = new QFileDialog(this, tr("Add a model folder"));
    dialog->setObjectName(QStringLiteral("models.folderDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { services_.models().add(path, {}); });
    dialog->open();
}

void ModelsPanel::addFile() {
    auto* dialog = new QFileDialog(this, tr("Add a GGUF file"), {}, tr("GGUF models (*.gguf)"));
    dialog->setObjectName(QStringLiteral("models.fileDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { services_.models().add(path, {}); });
    dialog->open();
}

void ModelsPanel::verify() {
    verify_->setEnabled(false);
    services_.models().verify(
        this, chosen_,
        [this](const VerifyResult& result) { verify_->setEnabled(true); say(bridge::text(result.sentence), !result.isValid); },
        [this](const QString& sentence) { verify_->setEnabled(true); say(sentence, true); },
        [this](const Progress& progress) { say(tr("Reading weights, %1").arg(w::formatShare(progress.total > 0 ? progress.done / progress.total : 0, 0)), false); });
}

void ModelsPanel::say(const QString& sentence, bool isBad) {
    note_->setText(sentence);
    note_->setVisible(!sentence.isEmpty());
    w::setTextRole(note_, isBad ? w::TextRole::Bad : w::TextRole::Secondary);
}

}  // namespace lathe::panels
