// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/data/column_dialog.h"

#include <algorithm>
#include <limits>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <lathe/error.h>

#include "bridge/sentences.h"
#include "widgets/controls.h"

namespace lathe::panels {

namespace w = widgets;

ColumnDialog::ColumnDialog(TablePtr table, QWidget* parent) : QDialog(parent), table_(std::move(table)) {
    setObjectName(QStringLiteral("data.columnDialog"));
    setWindowTitle(tr("Add a column"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(680, 520);
    auto* layout = w::column(this, 8, 16);
    layout->addWidget(w::label(tr("Name"), w::TextRole::Secondary, this));
    name_ = new QLineEdit(QStringLiteral("generated_description"), this);
    name_->setObjectName(QStringLiteral("data.columnName"));
    layout->addWidget(name_);
    layout->addWidget(w::label(tr("Template"), w::TextRole::Secondary, this));
    template_ = new QPlainTextEdit(this);
    template_->setObjectName(QStringLiteral("data.columnTemplate"));
    template_->setPlaceholderText(QStringLiteral("{title}. A {type} of {year} by {studio}. {synopsis}"));
    template_->setTabChangesFocus(true);
    template_->setMaximumHeight(96);
    layout->addWidget(template_);
    auto* fields = w::row(nullptr, 4);
    fields->addWidget(w::label(tr("Insert"), w::TextRole::Secondary, this));
    for (const std::string& column : table_->columnNames()) {
        const QString field = QStringLiteral("{%1}").arg(bridge::text(column));
        auto* insert = new QToolButton(this);
        insert->setObjectName(QStringLiteral("data.columnInsert.") + bridge::text(column));
        insert->setText(bridge::text(column));
        connect(insert, &QToolButton::clicked, this, [this, field] { template_->insertPlainText(field); template_->setFocus(); });
        fields->addWidget(insert);
    }
    fields->addStretch();
    layout->addLayout(fields);
    auto* rules = w::row(nullptr, 8);
    rules->addWidget(w::label(tr("Where a cell is blank"), w::TextRole::Secondary, this));
    blanks_ = new QComboBox(this);
    blanks_->setObjectName(QStringLiteral("data.columnBlanks"));
    blanks_->setAccessibleName(tr("Where a cell is blank"));
    blanks_->addItem(tr("leave the sentence out"), int(BlankRule::SkipSentence));
    blanks_->addItem(tr("write a placeholder"), int(BlankRule::Placeholder));
    blanks_->addItem(tr("leave it empty"), int(BlankRule::LeaveEmpty));
    placeholder_ = new QLineEdit(tr("unknown"), this);
    placeholder_->setObjectName(QStringLiteral("data.columnPlaceholder"));
    placeholder_->setAccessibleName(tr("Placeholder"));
    placeholder_->setVisible(false);
    rules->addWidget(blanks_);
    rules->addWidget(placeholder_);
    rules->addStretch();
    row_ = new QSpinBox(this);
    row_->setObjectName(QStringLiteral("data.columnRow"));
    row_->setAccessibleName(tr("Row shown"));
    row_->setPrefix(tr("Row "));
    row_->setRange(1, int(std::clamp<std::int64_t>(table_->rowCount(), 1, std::numeric_limits<int>::max())));
    rules->addWidget(row_);
    layout->addLayout(rules);
    preview_ = new QPlainTextEdit(this);
    preview_->setObjectName(QStringLiteral("data.columnPreview"));
    preview_->setAccessibleName(tr("Preview"));
    preview_->setReadOnly(true);
    layout->addWidget(preview_, 1);
    auto* buttons = w::row(nullptr, 8);
    note_ = w::label({}, w::TextRole::Bad, this);
    note_->setObjectName(QStringLiteral("data.columnNote"));
    note_->setWordWrap(true);
    auto* cancel = w::button(QStringLiteral("data.columnCancel"), tr("Cancel"), w::ButtonKind::Normal, {}, this);
    add_ = w::button(QStringLiteral("data.columnAdd"), tr("Add column"), w::ButtonKind::Primary, QStringLiteral("column-insert-right"), this);
    buttons->addWidget(note_, 1);
    buttons->addWidget(cancel);
    buttons->addWidget(add_);
    layout->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(add_, &QPushButton::clicked, this, &QDialog::accept);
    connect(name_, &QLineEdit::textChanged, this, &ColumnDialog::preview);
    connect(template_, &QPlainTextEdit::textChanged, this, &ColumnDialog::preview);
    connect(placeholder_, &QLineEdit::textChanged, this, &ColumnDialog::preview);
    connect(row_, &QSpinBox::valueChanged, this, &ColumnDialog::preview);
    connect(blanks_, &QComboBox::currentIndexChanged, this, [this] {
        placeholder_->setVisible(BlankRule(blanks_->currentData().toInt()) == BlankRule::Placeholder);
        preview();
    });
    preview();
}

QString ColumnDialog::name() const { return name_->text().trimmed(); }

TextTemplate ColumnDialog::source() const {
    return {bridge::utf8(template_->toPlainText()), BlankRule(blanks_->currentData().toInt()), bridge::utf8(placeholder_->text())};
}

void ColumnDialog::preview() {
    QString wrong;
    if (name().isEmpty()) wrong = tr("Give the column a name.");
    else if (table_->columnIndex(bridge::utf8(name()))) wrong = tr("There is a column %1 already.").arg(name());
    try {
        const bool isEmpty = template_->toPlainText().trimmed().isEmpty();
        preview_->setPlainText(isEmpty || table_->rowCount() == 0 ? QString() : bridge::text(FilledTemplate(table_, source()).row(row_->value() - 1)));
        if (isEmpty) wrong = tr("Write the text with {column} where a cell belongs.");
    } catch (const Error& error) {
        preview_->clear();
        wrong = bridge::text(error.what());
    }
    note_->setText(wrong);
    add_->setEnabled(wrong.isEmpty());
}

}  // namespace lathe::panels
