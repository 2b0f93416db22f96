// SPDX-License-Identifier: GPL-3.0-or-later
// One field of a ParamForm: label, editor, help line, error line.
#pragma once

#include "number_edit.h"
#include "param_form.h"

#include <QWidget>

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QLabel;
class QPlainTextEdit;
class QSlider;
class QToolButton;
class QVBoxLayout;

namespace lathe::widgets {

class ParamField : public QWidget {
    Q_OBJECT
public:
    ParamField(const QString& prefix, const FieldSpec& spec, QWidget* parent);

    const FieldSpec& spec() const { return spec_; }
    /// The last valid value.
    QVariant value() const { return value_; }
    /// Shows a value without a signal. One that the field cannot hold is shown with its error.
    void setValue(const QVariant& value);
    void setChoices(const QList<FieldChoice>& choices);
    void setHelp(const QString& help);
    /// A sentence from outside; the field's own mistakes come first.
    void setOuterError(const QString& sentence);
    /// What is wrong now: of the field itself, else from outside.
    QString error() const { return ownError_.isEmpty() ? outerError_ : ownError_; }
    void placeBelow(QWidget* extra);
    /// The widget that takes the keys.
    QWidget* editor() const { return editor_; }

Q_SIGNALS:
    /// The person changed it to a valid value that differs from the one before.
    void edited();
    void errorChanged();

private:
    void build(const QString& prefix);
    QWidget* makeEditor();
    QWidget* makeNumber();
    QWidget* makePath();
    void makeSwitch(QBoxLayout* outer);
    void fillChoices();
    /// Reads the editor; sets `error` when it holds nothing valid.
    QVariant read(QString* error) const;
    void write(const QVariant& value);
    void onEdited();
    void syncSlider();
    void sync();
    void browse();
    QString shownDefault() const;

    FieldSpec spec_;
    QVariant value_;
    QString ownError_;
    QString outerError_;
    QWidget* editor_ = nullptr;
    QSlider* slider_ = nullptr;
    QLabel* help_ = nullptr;
    QLabel* error_ = nullptr;
    QToolButton* reset_ = nullptr;
    QVBoxLayout* outer_ = nullptr;
    bool isWriting_ = false;
};

/// Equal in meaning: 1 and 1.0, "a" and "a"; two invalid ones are equal.
bool sameValue(const QVariant& a, const QVariant& b);

} // namespace lathe::widgets
