// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/data/filter_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <lathe/error.h>

#include "bridge/sentences.h"
#include "widgets/controls.h"
#include "widgets/format.h"

namespace lathe::panels {

namespace w = widgets;

FilterDialog::FilterDialog(TablePtr table, QWidget* parent) : QDialog(parent), table_(std::move(table)) {
    setObjectName(QStringLiteral("data.filterDialog"));
    setWindowTitle(tr("Keep rows where …"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(620, 260);
    auto* layout = w::column(this, 12, 16);
    lines_ = w::column(nullptr, 8);
    layout->addLayout(lines_);
    auto* more = w::button(QStringLiteral("data.filterMore"), tr("And …"), w::ButtonKind::Quiet, QStringLiteral("plus"), this);
    connect(more, &QPushButton::clicked, this, &FilterDialog::addLine);
    case_ = new QCheckBox(tr("Capital letters count"), this);
    case_->setObjectName(QStringLiteral("data.filterCase"));
    connect(case_, &QCheckBox::toggled, this, &FilterDialog::count);
    auto* options = w::row(nullptr, 8);
    options->addWidget(more);
    options->addWidget(case_);
    options->addStretch();
    layout->addLayout(options);
    layout->addStretch();
    auto* buttons = w::row(nullptr, 8);
    note_ = w::label({}, w::TextRole::Secondary, this);
    note_->setObjectName(QStringLiteral("data.filterNote"));
    note_->setWordWrap(true);
    auto* cancel = w::button(QStringLiteral("data.filterCancel"), tr("Cancel"), w::ButtonKind::Normal, {}, this);
    apply_ = w::button(QStringLiteral("data.filterApply"), tr("Keep these rows"), w::ButtonKind::Primary, QStringLiteral("filter"), this);
    buttons->addWidget(note_, 1);
    buttons->addWidget(cancel);
    buttons->addWidget(apply_);
    layout->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(apply_, &QPushButton::clicked, this, &QDialog::accept);
    addLine();
}

void FilterDialog::addLine() {
    auto* line = w::row(nullptr, 8);
    const QString number = QString::number(list_.size() + 1);
    Line made{new QComboBox(this), new QComboBox(this), new QLineEdit(this)};
    made.column->setObjectName(QStringLiteral("data.filterColumn") + number);
    made.column->setAccessibleName(tr("Column"));
    for (const std::string& column : table_->columnNames()) made.column->addItem(bridge::text(column));
    made.test->setObjectName(QStringLiteral("data.filterTest") + number);
    made.test->setAccessibleName(tr("Condition"));
    const std::pair<FilterTest, QString> tests[] = {
        {FilterTest::Contains, tr("contains")},      {FilterTest::NotContains, tr("does not contain")}, {FilterTest::Equals, tr("is")},
        {FilterTest::NotEquals, tr("is not")},       {FilterTest::StartsWith, tr("begins with")},       {FilterTest::IsBlank, tr("is blank")},
        {FilterTest::IsNotBlank, tr("is not blank")}, {FilterTest::Less, tr("is less than")},           {FilterTest::Greater, tr("is greater than")},
        {FilterTest::LongerThan, tr("is longer than (characters)")}, {FilterTest::ShorterThan, tr("is shorter than (characters)")},
        {FilterTest::Matches, tr("matches the pattern")}};
    for (const auto& [test, text] : tests) made.test->addItem(text, int(test));
    made.value->setObjectName(QStringLiteral("data.filterValue") + number);
    made.value->setAccessibleName(tr("Value"));
    line->addWidget(made.column);
    line->addWidget(made.test);
    line->addWidget(made.value, 1);
    lines_->addLayout(line);
    list_.push_back(made);
    connect(made.column, &QComboBox::currentIndexChanged, this, &FilterDialog::count);
    connect(made.test, &QComboBox::currentIndexChanged, this, [this, made] {
        const auto test = FilterTest(made.test->currentData().toInt());
        made.value->setVisible(test != FilterTest::IsBlank && test != FilterTest::IsNotBlank);
        count();
    });
    connect(made.value, &QLineEdit::textChanged, this, &FilterDialog::count);
    count();
}

std::vector<FilterCondition> FilterDialog::conditions() const {
    std::vector<FilterCondition> conditions;
    for (const Line& line : list_)
        conditions.push_back({bridge::utf8(line.column->currentText()), FilterTest(line.test->currentData().toInt()), bridge::utf8(line.value->text()), case_->isChecked()});
    return conditions;
}

void FilterDialog::count() {
    // A big table would hold up the window; it is counted when the filter is applied.
    constexpr std::int64_t kCountedRows = 50'000;
    try {
        if (table_->rowCount() > kCountedRows) {
            note_->setText(tr("%1 rows in all").arg(w::formatCount(table_->rowCount())));
            return apply_->setEnabled(true);
        }
        const auto kept = qint64(filterRows(*table_, conditions()).size());
        note_->setText(tr("Keeps %1 of %2 rows.").arg(w::formatCount(kept), w::formatCount(table_->rowCount())));
        apply_->setEnabled(kept > 0);
    } catch (const Error& error) {
        note_->setText(bridge::text(error.what()));
        apply_->setEnabled(false);
    }
}

}  // namespace lathe::panels
