// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/preferences/pairs_dialog.h"

#include <algorithm>

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "widgets/controls.h"

namespace lathe::panels {

namespace w = widgets;

PairsDialog::PairsDialog(bridge::Services& services, const QString& set, QWidget* parent) : QDialog(parent), services_(services), set_(set) {
    setObjectName(QStringLiteral("preferences.pairsDialog"));
    setWindowTitle(tr("Make pairs"));
    resize(620, 560);
    auto* layout = w::column(this, 12, 16);
    auto* form = new QFormLayout;
    dataset_ = new QComboBox(this);
    dataset_->setObjectName(QStringLiteral("preferences.pairsDataset"));
    dataset_->addItem(tr("Typed below"));
    for (const DatasetInfo& info : services_.datasets().list()) dataset_->addItem(bridge::text(info.name), bridge::text(info.name));
    form->addRow(tr("Prompts from"), dataset_);
    column_ = new QComboBox(this);
    column_->setObjectName(QStringLiteral("preferences.pairsColumn"));
    form->addRow(tr("Column"), column_);
    count_ = new QSpinBox(this);
    count_->setObjectName(QStringLiteral("preferences.pairsCount"));
    count_->setRange(1, 10'000);
    count_->setValue(50);
    form->addRow(tr("At most"), count_);
    layout->addLayout(form);
    prompts_ = new QPlainTextEdit(this);
    prompts_->setObjectName(QStringLiteral("preferences.pairsPrompts"));
    prompts_->setAccessibleName(tr("Prompts, one a line"));
    prompts_->setPlaceholderText(tr("One prompt a line"));
    prompts_->setTabChangesFocus(true);
    layout->addWidget(prompts_, 1);
    addWriter(0, tr("First answer by"), 0.7);
    addWriter(1, tr("Second answer by"), 1.0);
    auto* more = w::row(nullptr, 8);
    length_ = new QSpinBox(this);
    length_->setObjectName(QStringLiteral("preferences.pairsLength"));
    length_->setRange(1, 4096);
    length_->setValue(96);
    length_->setSuffix(tr(" tokens at most"));
    chat_ = new QCheckBox(tr("As a chat"), this);
    chat_->setObjectName(QStringLiteral("preferences.pairsChat"));
    chat_->setChecked(true);
    chat_->setToolTip(tr("Puts the prompt into the model's own chat form"));
    more->addWidget(length_);
    more->addWidget(chat_);
    more->addStretch();
    layout->addLayout(more);
    note_ = w::label({}, w::TextRole::Bad, this);
    note_->setObjectName(QStringLiteral("preferences.pairsNote"));
    note_->setWordWrap(true);
    layout->addWidget(note_);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    start_ = w::button(QStringLiteral("preferences.pairsStart"), tr("Write the answers"), w::ButtonKind::Primary, QStringLiteral("player-play"), this);
    buttons->addButton(start_, QDialogButtonBox::AcceptRole);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &PairsDialog::finish);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(dataset_, &QComboBox::currentIndexChanged, this, &PairsDialog::listColumns);
    connect(column_, &QComboBox::activated, this, &PairsDialog::takeColumn);
    connect(count_, &QSpinBox::editingFinished, this, &PairsDialog::takeColumn);
    connect(prompts_, &QPlainTextEdit::textChanged, this, &PairsDialog::update);
    listColumns();
    update();
}

void PairsDialog::addWriter(std::size_t index, const QString& heading, double temperature) {
    auto* line = w::row(nullptr, 8);
    auto* caption = w::label(heading, w::TextRole::Body, this);
    caption->setMinimumWidth(120);
    models_[index] = new QComboBox(this);
    models_[index]->setObjectName(QStringLiteral("preferences.pairsModel%1").arg(index + 1));
    models_[index]->setAccessibleName(heading);
    for (const ModelInfo& info : services_.models().list())
        if (info.isPresent && info.head == "language-model") models_[index]->addItem(bridge::text(info.name));
    for (const RunInfo& run : services_.runs().list())
        if (run.state == RunState::Finished && run.task != "reward" && run.task != "multi-label") models_[index]->addItem(bridge::text(run.id));
    temperatures_[index] = new QDoubleSpinBox(this);
    temperatures_[index]->setObjectName(QStringLiteral("preferences.pairsTemperature%1").arg(index + 1));
    temperatures_[index]->setAccessibleName(tr("Temperature"));
    temperatures_[index]->setRange(0, 2);
    temperatures_[index]->setSingleStep(0.1);
    temperatures_[index]->setValue(temperature);
    temperatures_[index]->setPrefix(tr("temperature "));
    line->addWidget(caption);
    line->addWidget(models_[index], 1);
    line->addWidget(temperatures_[index]);
    static_cast<QVBoxLayout*>(layout())->addLayout(line);
}

void PairsDialog::listColumns() {
    const DatasetInfo* info = services_.datasets().find(dataset_->currentData().toString());
    column_->clear();
    column_->setEnabled(info != nullptr);
    count_->setEnabled(info != nullptr);
    if (info == nullptr) return;
    for (const std::string& name : info->columns) column_->addItem(bridge::text(name));
    const int prompt = column_->findText(QStringLiteral("prompt"));
    if (prompt >= 0) column_->setCurrentIndex(prompt);
    takeColumn();
}

void PairsDialog::takeColumn() {
    const QString dataset = dataset_->currentData().toString();
    if (dataset.isEmpty()) return;
    const std::string column = bridge::utf8(column_->currentText());
    work_ = services_.datasets().open(
        this, dataset,
        [this, column](const TablePtr& table) {
            const auto index = table->columnIndex(column);
            if (!index) return;
            QStringList lines;
            for (std::int64_t row = 0; row < table->rowCount() && lines.size() < count_->value(); ++row) {
                const std::string_view cell = table->cell(row, *index);
                // One prompt a line here: a line break inside one becomes a space.
                const QString line = QString::fromUtf8(cell.data(), qsizetype(cell.size())).simplified();
                if (!line.isEmpty() && !lines.contains(line)) lines << line;
            }
            prompts_->setPlainText(lines.join(u'\n'));
        },
        [this](const QString& sentence) { note_->setText(sentence); });
}

void PairsDialog::update() {
    const bool hasPrompt = !prompts_->toPlainText().trimmed().isEmpty();
    const bool hasModel = models_[0]->count() > 0;
    start_->setEnabled(hasPrompt && hasModel);
    note_->setText(hasModel ? QString() : tr("There is no language model here yet. Add one in Models."));
}

void PairsDialog::finish() {
    PairOrder order;
    order.set = set_;
    for (const QString& line : prompts_->toPlainText().split(u'\n'))
        if (const QString prompt = line.trimmed(); !prompt.isEmpty()) order.prompts << prompt;
    order.first = {models_[0]->currentText(), temperatures_[0]->value()};
    order.second = {models_[1]->currentText(), temperatures_[1]->value()};
    order.maxNewTokens = length_->value();
    order.isChat = chat_->isChecked();
    Q_EMIT chosen(order);
    accept();
}

}  // namespace lathe::panels
