// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/data/split_dialog.h"

#include <algorithm>
#include <array>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "panels/data/leak_check.h"
#include "widgets/controls.h"
#include "widgets/format.h"

namespace lathe::panels {

namespace w = widgets;

SplitDialog::SplitDialog(bridge::Services& services, const QString& dataset, TablePtr table, QWidget* parent)
    : QDialog(parent), services_(services), table_(std::move(table)) {
    setObjectName(QStringLiteral("data.splitDialog"));
    setWindowTitle(tr("Split"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(960, 560);
    auto* layout = w::column(this, 12, 16);
    auto* sides = w::row(nullptr, 16);
    auto* left = w::column(nullptr, 8);
    left->addLayout(buildForm());
    left->addStretch();
    leaks_ = new LeakCheck(services_, dataset, table_->columnNames(), this);
    leaks_->setMinimumWidth(420);
    sides->addLayout(left);
    sides->addWidget(leaks_, 1);
    layout->addLayout(sides, 1);
    auto* buttons = w::row(nullptr, 8);
    note_ = w::label({}, w::TextRole::Secondary, this);
    note_->setObjectName(QStringLiteral("data.splitNote"));
    note_->setWordWrap(true);
    auto* cancel = w::button(QStringLiteral("data.splitCancel"), tr("Cancel"), w::ButtonKind::Normal, {}, this);
    split_ = w::button(QStringLiteral("data.splitApply"), tr("Split"), w::ButtonKind::Primary, QStringLiteral("arrows-split-2"), this);
    split_->setDefault(true);
    buttons->addWidget(note_, 1);
    buttons->addWidget(cancel);
    buttons->addWidget(split_);
    layout->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(split_, &QPushButton::clicked, this, &QDialog::accept);
    connect(leaks_, &LeakCheck::movesChanged, this, &SplitDialog::showCounts);
    compute();
}

SplitDialog::~SplitDialog() {
    if (work_) work_->cancel();
}

QLayout* SplitDialog::buildForm() {
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
        connect(box, &QDoubleSpinBox::valueChanged, this, &SplitDialog::compute);
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
    for (QComboBox* each : {group_, stratify_}) {
        each->addItem(tr("no column"), QString());
        for (const std::string& column : table_->columnNames()) each->addItem(bridge::text(column), bridge::text(column));
        connect(each, &QComboBox::currentIndexChanged, this, &SplitDialog::compute);
    }
    separator_ = new QLineEdit(QStringLiteral(", "), this);
    separator_->setObjectName(QStringLiteral("data.splitSeparator"));
    into_ = new QComboBox(this);
    into_->setObjectName(QStringLiteral("data.splitInto"));
    into_->addItem(tr("a column \"%1\" of this dataset").arg(QLatin1String(kSplitColumn)), true);
    into_->addItem(tr("datasets of their own"), false);
    form->addRow(tr("Validation"), validation_);
    form->addRow(tr("Test"), test_);
    form->addRow(tr("Seed"), seed_);
    form->addRow(tr("Keep together by"), group_);
    form->addRow(tr("Spread labels of"), stratify_);
    form->addRow(tr("Label separator"), separator_);
    form->addRow(tr("Written as"), into_);
    form->addRow(QString(), w::helpLine(tr("Training takes such a column up by itself."), this));
    connect(seed_, &QSpinBox::valueChanged, this, &SplitDialog::compute);
    connect(separator_, &QLineEdit::textChanged, this, &SplitDialog::compute);
    connect(into_, &QComboBox::currentIndexChanged, this, &SplitDialog::showCounts);
    return form;
}

bool SplitDialog::isColumn() const { return into_->currentData().toBool(); }
std::vector<StraddlingCluster> SplitDialog::moves() const { return leaks_->moves(); }

QString SplitDialog::howMade() const {
    const std::size_t moved = leaks_->moves().size();
    const QString split = QStringLiteral("split, seed %1").arg(seed_->value());
    return moved == 0 ? split : split + QStringLiteral(", %1 groups kept together").arg(moved);
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

void SplitDialog::compute() {
    if (work_) work_->cancel();
    computed_.reset();
    split_->setEnabled(false);
    work_ = services_.background().run(
        this, [table = table_, options = options()](std::stop_token, const ProgressSink&) { return splitRows(*table, options); },
        [this](Split split) {
            computed_ = std::make_shared<const Split>(std::move(split));
            split_->setEnabled(true);
            leaks_->setSplit(computed_);
            showCounts();
        },
        [this](const QString& sentence) {
            note_->setText(sentence);
            w::setTextRole(note_, w::TextRole::Bad);
        });
}

void SplitDialog::showCounts() {
    if (!computed_) return;
    std::array<std::int64_t, 3> counts{std::int64_t(computed_->train.size()), std::int64_t(computed_->validation.size()), std::int64_t(computed_->test.size())};
    for (const StraddlingCluster& cluster : leaks_->moves()) {
        const auto most = std::size_t(std::max_element(cluster.inPart.begin(), cluster.inPart.end()) - cluster.inPart.begin());
        for (std::size_t part = 0; part < 3; ++part) counts[part] += part == most ? std::int64_t(cluster.rows.size()) - cluster.inPart[part] : -cluster.inPart[part];
    }
    QString note = tr("%1 to train, %2 to validate, %3 to test").arg(w::formatCount(counts[0]), w::formatCount(counts[1]), w::formatCount(counts[2]));
    if (isColumn() && table_->columnIndex(kSplitColumn)) note += tr("; the column that is there is replaced");
    note_->setText(note);
    w::setTextRole(note_, w::TextRole::Secondary);
}

}  // namespace lathe::panels
