// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/data/split_dialog.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <lathe/error.h>

#include "bridge/sentences.h"
#include "widgets/controls.h"
#include "widgets/format.h"

namespace lathe::panels {

namespace w = widgets;

SplitDialog::SplitDialog(TablePtr table, QWidget* parent) : QDialog(parent), table_(std::move(table)) {
    setObjectName(QStringLiteral("data.splitDialog"));
    setWindowTitle(tr("Split"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(460, 320);
    auto* layout = w::column(this, 12, 16);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    const auto share = [&](const QString& name, double value) {
        auto* box = new QDoubleSpinBox(this);
        box->setObjectName(name);
        box->setRange(0, 90);
        box->setDecimals(1);
        box->setSuffix(QStringLiteral(" %"));
        box->setValue(value);
        connect(box, &QDoubleSpinBox::valueChanged, this, &SplitDialog::count);
        return box;
    };
    validation_ = share(QStringLiteral("data.splitValidation"), 20);
    test_ = share(QStringLiteral("data.splitTest"), 0);
    seed_ = new QSpinBox(this);
    seed_->setObjectName(QStringLiteral("data.splitSeed"));
    seed_->setRange(0, 1'000'000'000);
    seed_->setValue(42);
    group_ = new QComboBox(this);
    group_->setObjectName(QStringLiteral("data.splitGroup"));
    stratify_ = new QComboBox(this);
    stratify_->setObjectName(QStringLiteral("data.splitStratify"));
    group_->addItem(tr("no column"), QString());
    stratify_->addItem(tr("no column"), QString());
    for (const std::string& column : table_->columnNames()) {
        group_->addItem(bridge::text(column), bridge::text(column));
        stratify_->addItem(bridge::text(column), bridge::text(column));
    }
    separator_ = new QLineEdit(QStringLiteral(", "), this);
    separator_->setObjectName(QStringLiteral("data.splitSeparator"));
    form->addRow(tr("Validation"), validation_);
    form->addRow(tr("Test"), test_);
    form->addRow(tr("Seed"), seed_);
    form->addRow(tr("Keep together by"), group_);
    form->addRow(tr("Spread labels of"), stratify_);
    form->addRow(tr("Label separator"), separator_);
    layout->addLayout(form);
    layout->addStretch();
    auto* buttons = w::row(nullptr, 8);
    note_ = w::label({}, w::TextRole::Secondary, this);
    note_->setObjectName(QStringLiteral("data.splitNote"));
    note_->setWordWrap(true);
    auto* cancel = w::button(QStringLiteral("data.splitCancel"), tr("Cancel"), w::ButtonKind::Normal, {}, this);
    split_ = w::button(QStringLiteral("data.splitApply"), tr("Split"), w::ButtonKind::Primary, QStringLiteral("arrows-split-2"), this);
    buttons->addWidget(note_, 1);
    buttons->addWidget(cancel);
    buttons->addWidget(split_);
    layout->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(split_, &QPushButton::clicked, this, &QDialog::accept);
    connect(seed_, &QSpinBox::valueChanged, this, &SplitDialog::count);
    connect(group_, &QComboBox::activated, this, &SplitDialog::count);
    connect(stratify_, &QComboBox::activated, this, &SplitDialog::count);
    connect(separator_, &QLineEdit::textChanged, this, &SplitDialog::count);
    count();
}

SplitOptions SplitDialog::options() const {
    SplitOptions options;
    options.validation = validation_->value() / 100;
    options.test = test_->value() / 100;
    options.seed = std::uint64_t(seed_->value());
    options.groupBy = bridge::utf8(group_->currentData().toString());
    options.stratifyBy = bridge::utf8(stratify_->currentData().toString());
    if (!options.stratifyBy.empty()) options.labelSeparator = bridge::utf8(separator_->text());
    return options;
}

void SplitDialog::count() {
    constexpr std::int64_t kCountedRows = 50'000;
    split_->setEnabled(true);
    if (table_->rowCount() > kCountedRows) return note_->setText(tr("%1 rows in all").arg(w::formatCount(table_->rowCount())));
    try {
        const Split split = splitRows(*table_, options());
        note_->setText(tr("%1 to train, %2 to validate, %3 to test").arg(w::formatCount(qint64(split.train.size())), w::formatCount(qint64(split.validation.size())), w::formatCount(qint64(split.test.size()))));
    } catch (const Error& error) {
        note_->setText(bridge::text(error.what()));
        split_->setEnabled(false);
    }
}

}  // namespace lathe::panels
