// SPDX-License-Identifier: GPL-3.0-or-later
#include "param_field.h"

#include "controls.h"
#include "theme.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include <cmath>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

constexpr int kNumberWidth = 112;
constexpr int kSliderSteps = 200;

bool isNumeric(FieldType type) {
    return type == FieldType::Integer || type == FieldType::Number;
}

bool hasSlider(const FieldSpec& spec) {
    if (!isNumeric(spec.type) || !spec.minimum || !spec.maximum || spec.isOptional) {
        return false;
    }
    const double span = *spec.maximum - *spec.minimum;
    return spec.isSlider || (spec.type == FieldType::Integer ? span <= 64 : *spec.minimum == 0 && *spec.maximum == 1);
}

QStringList splitList(const QString& text) {
    QStringList parts;
    for (const QString& part : text.split(u',')) {
        if (!part.trimmed().isEmpty()) {
            parts.append(part.trimmed());
        }
    }
    return parts;
}

} // namespace

bool sameValue(const QVariant& a, const QVariant& b) {
    if (a.isValid() != b.isValid()) {
        return false;
    }
    return a == b || (a.typeId() != QMetaType::QStringList && b.typeId() != QMetaType::QStringList && a.toString() == b.toString());
}

ParamField::ParamField(const QString& prefix, const FieldSpec& spec, QWidget* parent) : QWidget(parent), spec_(spec) {
    build(prefix);
    setValue(spec.defaultValue);
}

void ParamField::build(const QString& prefix) {
    outer_ = column(this, metrics::kSpace4);
    if (spec_.type == FieldType::Note) {
        outer_->addWidget(helpLine(spec_.label));
        return;
    }
    const QString name = prefix + u'.' + spec_.id;
    reset_ = iconButton(name + u".reset"_qs, u"arrow-back-up"_qs, {});
    reset_->setIconSize(QSize(14, 14));
    reset_->setFixedSize(20, 20);
    reset_->setFocusPolicy(Qt::NoFocus);
    QSizePolicy policy = reset_->sizePolicy();
    policy.setRetainSizeWhenHidden(true);
    reset_->setSizePolicy(policy);
    connect(reset_, &QToolButton::clicked, this, [this] {
        write(spec_.defaultValue);
        onEdited();
    });
    if (spec_.type == FieldType::Switch) {
        makeSwitch(outer_);
    } else {
        auto* top = row(nullptr, metrics::kSpace8);
        QLabel* caption = label(spec_.label);
        caption->setObjectName(name + u".label"_qs);
        top->addWidget(caption, 1);
        top->addWidget(reset_);
        outer_->addLayout(top);
        QWidget* line = makeEditor();
        caption->setBuddy(editor_);
        outer_->addWidget(line);
    }
    editor_->setObjectName(name);
    editor_->setAccessibleName(spec_.unit.isEmpty() ? spec_.label : spec_.label + u", "_qs + spec_.unit);
    help_ = helpLine({});
    error_ = label({}, TextRole::Bad);
    error_->setWordWrap(true);
    error_->setObjectName(name + u".error"_qs);
    error_->hide();
    outer_->addWidget(error_);
    outer_->addWidget(help_);
    setHelp(spec_.help);
}

QWidget* ParamField::makeEditor() {
    switch (spec_.type) {
    case FieldType::Integer:
    case FieldType::Number:
        return makeNumber();
    case FieldType::Choice: {
        auto* box = new QComboBox;
        box->setEditable(spec_.isEditable);
        box->setInsertPolicy(QComboBox::NoInsert);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
        editor_ = box;
        fillChoices();
        connect(box, &QComboBox::currentIndexChanged, this, &ParamField::onEdited);
        if (spec_.isEditable) {
            connect(box, &QComboBox::editTextChanged, this, &ParamField::onEdited);
        }
        return box;
    }
    case FieldType::LongText: {
        auto* edit = new QPlainTextEdit;
        edit->setFont(fontOf(FontRole::Mono));
        edit->setTabChangesFocus(true);
        edit->setPlaceholderText(spec_.placeholder);
        edit->setFixedHeight(QFontMetrics(edit->font()).lineSpacing() * 4 + 20);
        editor_ = edit;
        connect(edit, &QPlainTextEdit::textChanged, this, &ParamField::onEdited);
        return edit;
    }
    case FieldType::File:
    case FieldType::Folder:
        return makePath();
    default: {
        auto* edit = new QLineEdit;
        edit->setPlaceholderText(spec_.placeholder);
        editor_ = edit;
        connect(edit, &QLineEdit::textChanged, this, &ParamField::onEdited);
        return edit;
    }
    }
}

QWidget* ParamField::makeNumber() {
    NumberRange range;
    range.minimum = spec_.minimum;
    range.maximum = spec_.maximum;
    range.isMinimumExclusive = spec_.isMinimumExclusive;
    range.isMaximumExclusive = spec_.isMaximumExclusive;
    range.isInteger = spec_.type == FieldType::Integer;
    range.isOptional = spec_.isOptional;
    auto* edit = new NumberEdit(range);
    edit->setPlaceholderText(spec_.placeholder);
    edit->setFixedWidth(kNumberWidth);
    editor_ = edit;
    connect(edit, &QLineEdit::textChanged, this, &ParamField::onEdited);

    auto* line = new QWidget;
    auto* layout = row(line, metrics::kSpace8);
    layout->addWidget(edit);
    if (!spec_.unit.isEmpty()) {
        layout->addWidget(label(spec_.unit, TextRole::Secondary));
    }
    if (hasSlider(spec_)) {
        slider_ = new QSlider(Qt::Horizontal);
        slider_->setObjectName(u"slider"_qs);
        slider_->setAccessibleName(spec_.label);
        slider_->setFocusPolicy(Qt::NoFocus);
        slider_->setRange(0, range.isInteger ? int(*spec_.maximum - *spec_.minimum) : kSliderSteps);
        connect(slider_, &QSlider::valueChanged, this, [this, edit](int position) {
            const double share = double(position) / slider_->maximum();
            const double value = *spec_.minimum + share * (*spec_.maximum - *spec_.minimum);
            edit->setValue(spec_.type == FieldType::Integer ? std::round(value) : QString::number(value, 'g', 6).toDouble());
        });
        layout->addSpacing(metrics::kSpace4);
        layout->addWidget(slider_, 1);
    } else {
        layout->addStretch(1);
    }
    return line;
}

QWidget* ParamField::makePath() {
    auto* edit = new QLineEdit;
    edit->setPlaceholderText(spec_.placeholder);
    editor_ = edit;
    connect(edit, &QLineEdit::textChanged, this, &ParamField::onEdited);
    auto* line = new QWidget;
    auto* layout = row(line, metrics::kSpace8);
    layout->addWidget(edit, 1);
    QPushButton* browseButton = button(u"browse"_qs, tr("Browse…"));
    browseButton->setAccessibleName(tr("Browse for %1").arg(spec_.label));
    connect(browseButton, &QPushButton::clicked, this, &ParamField::browse);
    layout->addWidget(browseButton);
    return line;
}

void ParamField::makeSwitch(QBoxLayout* outer) {
    auto* box = new QCheckBox(spec_.label);
    editor_ = box;
    connect(box, &QCheckBox::toggled, this, &ParamField::onEdited);
    auto* line = row(nullptr, metrics::kSpace8);
    line->addWidget(box, 1);
    line->addWidget(reset_);
    outer->addLayout(line);
}

void ParamField::browse() {
    auto* dialog = new QFileDialog(this, spec_.label, qobject_cast<QLineEdit*>(editor_)->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(spec_.type == FieldType::Folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { qobject_cast<QLineEdit*>(editor_)->setText(path); });
    dialog->open();
}

void ParamField::fillChoices() {
    auto* box = qobject_cast<QComboBox*>(editor_);
    const QSignalBlocker blocker(box);
    box->clear();
    for (const FieldChoice& choice : spec_.choices) {
        box->addItem(choice.label.isEmpty() ? choice.value.toString() : choice.label, choice.value);
        box->setItemData(box->count() - 1, choice.help, Qt::ToolTipRole);
    }
}

void ParamField::setChoices(const QList<FieldChoice>& choices) {
    spec_.choices = choices;
    if (spec_.type != FieldType::Choice) {
        return;
    }
    const QVariant kept = value_;
    isWriting_ = true;
    fillChoices();
    isWriting_ = false;
    setValue(kept);
}

void ParamField::setHelp(const QString& help) {
    spec_.help = help;
    sync();
}

void ParamField::setOuterError(const QString& sentence) {
    if (outerError_ != sentence) {
        outerError_ = sentence;
        sync();
        Q_EMIT errorChanged();
    }
}

void ParamField::placeBelow(QWidget* extra) {
    outer_->addWidget(extra);
}

void ParamField::setValue(const QVariant& value) {
    if (spec_.type == FieldType::Note) {
        return;
    }
    write(value);
    QString error;
    const QVariant now = read(&error);
    // A default of null is right for an optional field; elsewhere the first valid value counts.
    if (error.isEmpty()) {
        value_ = now;
    }
    const bool isErrorNew = error != ownError_;
    ownError_ = error;
    syncSlider();
    sync();
    if (isErrorNew) {
        Q_EMIT errorChanged();
    }
}

QVariant ParamField::read(QString* error) const {
    switch (spec_.type) {
    case FieldType::Integer:
    case FieldType::Number: {
        const auto* edit = qobject_cast<NumberEdit*>(editor_);
        const auto number = readNumber(edit->text(), edit->range(), error);
        if (!number) {
            return {};
        }
        return spec_.type == FieldType::Integer ? QVariant(qlonglong(*number)) : QVariant(*number);
    }
    case FieldType::Switch:
        return qobject_cast<QCheckBox*>(editor_)->isChecked();
    case FieldType::Choice: {
        const auto* box = qobject_cast<QComboBox*>(editor_);
        if (spec_.isEditable) {
            const int index = box->findText(box->currentText());
            if (index >= 0) {
                return box->itemData(index);
            }
            const QString text = box->currentText().trimmed();
            if (!text.isEmpty()) {
                return text;
            }
        } else if (box->currentIndex() >= 0) {
            return box->currentData();
        }
        if (!spec_.isOptional) {
            *error = spec_.choices.isEmpty() ? tr("There is nothing to choose yet.") : tr("Choose one.");
        }
        return {};
    }
    case FieldType::TextList:
        return splitList(qobject_cast<QLineEdit*>(editor_)->text());
    case FieldType::LongText:
        return qobject_cast<QPlainTextEdit*>(editor_)->toPlainText();
    default: {
        const QString text = qobject_cast<QLineEdit*>(editor_)->text();
        return spec_.isOptional && text.isEmpty() ? QVariant() : QVariant(text);
    }
    }
}

void ParamField::write(const QVariant& value) {
    isWriting_ = true;
    if (auto* number = qobject_cast<NumberEdit*>(editor_)) {
        bool isNumber = false;
        const double read = value.toDouble(&isNumber);
        if (isNumber) {
            number->setValue(read);
        } else {
            number->setText(value.toString());
        }
    } else if (auto* box = qobject_cast<QCheckBox*>(editor_)) {
        box->setChecked(value.toBool());
    } else if (auto* choice = qobject_cast<QComboBox*>(editor_)) {
        int index = -1;
        for (int i = 0; i < choice->count() && index < 0; ++i) {
            index = sameValue(choice->itemData(i), value) ? i : -1;
        }
        choice->setCurrentIndex(index);
        if (index < 0 && spec_.isEditable) {
            choice->setEditText(value.toString());
        }
    } else if (auto* longText = qobject_cast<QPlainTextEdit*>(editor_)) {
        longText->setPlainText(value.toString());
    } else if (auto* edit = qobject_cast<QLineEdit*>(editor_)) {
        edit->setText(spec_.type == FieldType::TextList ? value.toStringList().join(u", "_qs) : value.toString());
    }
    isWriting_ = false;
}

void ParamField::onEdited() {
    if (isWriting_) {
        return;
    }
    QString error;
    const QVariant now = read(&error);
    const bool isErrorNew = error != ownError_;
    ownError_ = error;
    const bool isValueNew = error.isEmpty() && !sameValue(now, value_);
    if (isValueNew) {
        value_ = now;
        // What was wrong with the old value need not be wrong with this one; who checks will say so again.
        outerError_.clear();
        syncSlider();
    }
    sync();
    if (isErrorNew || isValueNew) {
        Q_EMIT errorChanged();
    }
    if (isValueNew) {
        Q_EMIT edited();
    }
}

void ParamField::syncSlider() {
    if (slider_ != nullptr && value_.isValid()) {
        const QSignalBlocker blocker(slider_);
        const double share = (value_.toDouble() - *spec_.minimum) / (*spec_.maximum - *spec_.minimum);
        slider_->setValue(int(std::lround(share * slider_->maximum())));
    }
}

QString ParamField::shownDefault() const {
    if (isNumeric(spec_.type) && spec_.defaultValue.isValid()) {
        return writeNumber(spec_.defaultValue.toDouble());
    }
    for (const FieldChoice& choice : spec_.choices) {
        if (sameValue(choice.value, spec_.defaultValue)) {
            return choice.label.isEmpty() ? choice.value.toString() : choice.label;
        }
    }
    if (spec_.type == FieldType::Switch) {
        return spec_.defaultValue.toBool() ? tr("on") : tr("off");
    }
    return spec_.type == FieldType::TextList ? spec_.defaultValue.toStringList().join(u", "_qs) : spec_.defaultValue.toString().left(40);
}

void ParamField::sync() {
    if (help_ == nullptr) {
        return;
    }
    QString help = spec_.help;
    for (const FieldChoice& choice : spec_.choices) {
        if (!choice.help.isEmpty() && sameValue(choice.value, value_)) {
            help = choice.help;
        }
    }
    help_->setText(help);
    help_->setVisible(!help.isEmpty());
    const QString wrong = error();
    error_->setText(wrong);
    error_->setVisible(!wrong.isEmpty());
    editor_->setAccessibleDescription(wrong.isEmpty() ? help : wrong);
    if (editor_->property("invalid").toBool() != !wrong.isEmpty()) {
        editor_->setProperty("invalid", !wrong.isEmpty());
        restyle(editor_);
    }
    const bool isChanged = spec_.defaultValue.isValid() && !sameValue(value_, spec_.defaultValue);
    reset_->setVisible(isChanged || (!ownError_.isEmpty() && spec_.defaultValue.isValid()));
    const QString tip = tr("Back to the default: %1").arg(shownDefault());
    reset_->setToolTip(tip);
    reset_->setAccessibleName(tip);
}

} // namespace lathe::widgets
