// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/train/grid_dialog.h"

#include <algorithm>

#include <QComboBox>
#include <QCoreApplication>
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
namespace {

namespace w = widgets;

const QString kRate = QStringLiteral("training.learning_rate");
const QString kLayers = QStringLiteral("trainable.last_layers");
const QString kDedup = QStringLiteral("dataset.dedup_threshold");

/// Numbers, switches and choices can be varied; texts such as a template can not be written with commas between.
bool canVary(const ParamSpec& param) {
    if (param.id == "task" || param.type == ParamType::TextList) return false;
    return param.type != ParamType::Text || param.id == "model";
}

QString labelOf(const ParamSpec& param) { return QCoreApplication::translate("RunSpec", param.label.c_str()); }

/// "none" is how the form's empty field is written here.
std::string asJson(const std::string& value) { return value == "none" ? "null" : value; }

}  // namespace

GridDialog::GridDialog(RunSpec base, int layers, QWidget* parent) : QDialog(parent), base_(std::move(base)), layers_(layers) {
    setObjectName(QStringLiteral("train.gridDialog"));
    setWindowTitle(tr("Train a grid"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(640, 330);
    auto* layout = w::column(this, 12, 16);
    auto* lead = w::label(tr("One run for each combination of these values; everything else as in the form. Values stand with commas between; none switches a setting off."), w::TextRole::Secondary, this);
    lead->setWordWrap(true);
    layout->addWidget(lead);
    lines_ = w::column(nullptr, 8);
    layout->addLayout(lines_);
    auto* more = w::button(QStringLiteral("train.gridMore"), tr("Another setting"), w::ButtonKind::Quiet, QStringLiteral("plus"), this);
    connect(more, &QPushButton::clicked, this, [this] { addLine({}, {}); });
    layout->addWidget(more, 0, Qt::AlignLeft);
    layout->addStretch();
    auto* buttons = w::row(nullptr, 8);
    note_ = w::label({}, w::TextRole::Secondary, this);
    note_->setObjectName(QStringLiteral("train.gridNote"));
    note_->setWordWrap(true);
    auto* cancel = w::button(QStringLiteral("train.gridCancel"), tr("Cancel"), w::ButtonKind::Normal, {}, this);
    queue_ = w::button(QStringLiteral("train.gridQueue"), {}, w::ButtonKind::Primary, QStringLiteral("player-play"), this);
    buttons->addWidget(note_, 1);
    buttons->addWidget(cancel);
    buttons->addWidget(queue_);
    layout->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(queue_, &QPushButton::clicked, this, &QDialog::accept);
    const double rate = base_.training.learningRate;
    addLine(kRate, QStringLiteral("%1, %2").arg(QString::number(rate, 'g', 3), QString::number(rate * 3, 'g', 3)));
    addLine(kLayers, {});
    const std::vector<ParamSpec> params = paramSpecs(base_.task);
    if (std::any_of(params.begin(), params.end(), [](const ParamSpec& param) { return param.id == "dataset.dedup_threshold"; })) addLine(kDedup, {});
    list_.front().values->setFocus();
}

QString GridDialog::suggestion(const std::string& id) const {
    if (id == "trainable.last_layers" && layers_ > 2) return tr("such as %1").arg(QStringLiteral("1, %1, %2").arg(layers_ / 2).arg(layers_));
    if (id == "dataset.dedup_threshold") return tr("such as %1").arg(QStringLiteral("none, 0.9, 0.8"));
    for (const ParamSpec& param : paramSpecs(base_.task)) {
        if (param.id != id) continue;
        QStringList choices;
        for (const std::string& choice : param.choices) choices << bridge::text(choice);
        if (!choices.isEmpty()) return choices.join(QStringLiteral(", "));
        if (param.type == ParamType::Bool) return QStringLiteral("true, false");
    }
    return tr("values with commas between");
}

void GridDialog::addLine(const QString& setting, const QString& values) {
    auto* line = w::row(nullptr, 8);
    const QString number = QString::number(list_.size() + 1);
    Line made{new QComboBox(this), new QLineEdit(values, this)};
    made.setting->setObjectName(QStringLiteral("train.gridSetting") + number);
    made.setting->setAccessibleName(tr("Setting"));
    made.setting->setMinimumWidth(220);
    for (const ParamSpec& param : paramSpecs(base_.task))
        if (canVary(param)) made.setting->addItem(labelOf(param), bridge::text(param.id));
    made.setting->setCurrentIndex(std::max(0, made.setting->findData(setting)));
    made.values->setObjectName(QStringLiteral("train.gridValues") + number);
    made.values->setAccessibleName(tr("Values"));
    line->addWidget(made.setting);
    line->addWidget(made.values, 1);
    lines_->addLayout(line);
    list_.push_back(made);
    const auto settingChanged = [this, made] {
        made.values->setPlaceholderText(suggestion(bridge::utf8(made.setting->currentData().toString())));
        made.setting->setToolTip(made.setting->currentData().toString());
        count();
    };
    connect(made.setting, &QComboBox::currentIndexChanged, this, settingChanged);
    connect(made.values, &QLineEdit::textChanged, this, &GridDialog::count);
    settingChanged();
}

void GridDialog::count() {
    axes_.clear();
    std::size_t runs = 0;
    QString wrong;
    try {
        for (const Line& line : list_) {
            if (line.values->text().trimmed().isEmpty()) continue;
            GridAxis axis = parseGridAxis(bridge::utf8(line.setting->currentData().toString()), bridge::utf8(line.values->text()));
            for (std::string& value : axis.values) value = asJson(value);
            axes_.push_back(std::move(axis));
        }
        if (!axes_.empty()) runs = gridSpecs(base_, base_.name, axes_).size();
    } catch (const Error& error) {
        wrong = bridge::text(error.what());
    }
    note_->setText(wrong.isEmpty() && runs == 0 ? tr("Write values for at least one setting.") : wrong);
    w::setTextRole(note_, wrong.isEmpty() ? w::TextRole::Secondary : w::TextRole::Bad);
    queue_->setText(tr("Train %n runs", "", int(runs)));
    queue_->setEnabled(wrong.isEmpty() && runs > 0);
}

}  // namespace lathe::panels
