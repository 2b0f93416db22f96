// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/models/export_card.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/controls.h"

namespace lathe::panels {

namespace w = widgets;

ExportCard::ExportCard(QWidget* parent) : Card(tr("Export"), parent) {
    setObjectName(QStringLiteral("models.export"));
    auto* line = w::row(nullptr, 8);
    format_ = new QComboBox(this);
    format_->setObjectName(QStringLiteral("models.exportFormat"));
    format_->setAccessibleName(tr("Format"));
    dtype_ = new QComboBox(this);
    dtype_->setObjectName(QStringLiteral("models.exportType"));
    dtype_->setAccessibleName(tr("Number type"));
    export_ = w::button(QStringLiteral("models.exportStart"), tr("Export …"), w::ButtonKind::Normal, QStringLiteral("file-export"), this);
    line->addWidget(dtype_, 1);
    line->addWidget(export_);
    body()->addWidget(format_);
    body()->addLayout(line);
    note_ = w::label({}, w::TextRole::Secondary, this);
    note_->setObjectName(QStringLiteral("models.exportNote"));
    note_->setWordWrap(true);
    note_->hide();
    body()->addWidget(note_);
    connect(format_, &QComboBox::currentIndexChanged, this, &ExportCard::listTypes);
    connect(export_, &QPushButton::clicked, this, &ExportCard::choose);
}

void ExportCard::setModel(const ModelInfo* model) {
    setVisible(model != nullptr && model->isPresent);
    setResult({}, false);
    if (model == nullptr) return;
    name_ = QString::fromStdString(model->name);
    format_->clear();
    const bool isAdapter = model->format == "adapter";
    if (!isAdapter) format_->addItem(tr("Hugging Face folder"), int(ModelExportFormat::HuggingFace));
    if (isAdapter) {
        format_->addItem(tr("PEFT adapter"), int(ModelExportFormat::Adapter));
        format_->addItem(tr("Merged Hugging Face folder"), int(ModelExportFormat::Merged));
    }
    if (model->head == "language-model") format_->addItem(tr("GGUF file"), int(ModelExportFormat::Gguf));
    listTypes();
}

void ExportCard::listTypes() {
    const auto format = ModelExportFormat(format_->currentData().toInt());
    dtype_->clear();
    dtype_->addItems({QStringLiteral("f32"), QStringLiteral("bf16"), QStringLiteral("f16")});
    if (format == ModelExportFormat::Gguf) dtype_->addItem(QStringLiteral("q8_0"));
    dtype_->setEnabled(format != ModelExportFormat::Adapter);
}

void ExportCard::choose() {
    ModelExportOptions options;
    options.format = ModelExportFormat(format_->currentData().toInt());
    options.dtype = dtype_->currentText().toStdString();
    const bool isFile = options.format == ModelExportFormat::Gguf;
    auto* dialog = new QFileDialog(this, tr("Export %1").arg(name_));
    dialog->setObjectName(QStringLiteral("models.exportDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->selectFile(isFile ? name_ + QStringLiteral(".gguf") : name_);
    connect(dialog, &QFileDialog::fileSelected, this, [this, options](const QString& place) mutable {
        options.output = place.toStdString();
        Q_EMIT exportRequested(options);
    });
    dialog->open();
}

void ExportCard::setProgress(const QString& text) {
    export_->setEnabled(text.isEmpty());
    if (!text.isEmpty()) setResult(text, false);
}

void ExportCard::setResult(const QString& sentence, bool isBad) {
    note_->setText(sentence);
    note_->setVisible(!sentence.isEmpty());
    w::setTextRole(note_, isBad ? w::TextRole::Bad : w::TextRole::Secondary);
}

}  // namespace lathe::panels
