// SPDX-License-Identifier: GPL-3.0-or-later
// A form built from a list of field descriptions: label above, help below, errors inline, fields that come and go.
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>
#include <QVariant>
#include <QWidget>

#include <memory>
#include <optional>

namespace lathe::widgets {

/// Kinds of field and the QVariant each holds.
enum class FieldType {
    Text,       ///< QString, one line
    LongText,   ///< QString, several lines, monospace
    Integer,    ///< qlonglong
    Number,     ///< double; scientific notation is accepted and shown (5e-5)
    Switch,     ///< bool
    Choice,     ///< the chosen FieldChoice::value; any text too when `isEditable`
    TextList,   ///< QStringList, typed with commas
    File,       ///< QString path with a Browse button
    Folder,     ///< QString path with a Browse button
    Note        ///< no value: a line of secondary text, `label`
};

struct FieldChoice {
    QVariant value;
    QString label;
    QString help;  ///< replaces the field's help while it is chosen, when not empty
};

/// Shown only while field `id` has one of `values` (or none of them with isNegated).
struct FieldCondition {
    QString id;
    QVariantList values;
    bool isNegated = false;
};

/// One field. `group` starts a collapsible section whenever it differs from the field before.
struct FieldSpec {
    QString id;
    FieldType type = FieldType::Text;
    QString label;
    QString help;
    QString unit;
    QString group;
    QVariant defaultValue;
    std::optional<double> minimum;
    std::optional<double> maximum;
    bool isMinimumExclusive = false;
    bool isMaximumExclusive = false;
    QList<FieldChoice> choices;
    QList<FieldCondition> shownWhen;  ///< all must hold
    bool isAdvanced = false;          ///< hidden until "More" of its section is opened
    bool isOptional = false;          ///< may be blank; then its value is an invalid QVariant
    bool isEditable = false;          ///< Choice: other text is allowed too
    bool isSlider = false;            ///< Integer or Number with a slider beside the edit; automatic for ranges of at most 64 integers or [0, 1]
    QString placeholder;
};

/// The form. Widgets are named `<prefix>.<id>`; error labels `<prefix>.<id>.error`.
class ParamForm : public QWidget {
    Q_OBJECT
public:
    /// `prefix` is the panel's name, e.g. "train".
    explicit ParamForm(const QString& prefix, QWidget* parent = nullptr);
    ~ParamForm() override;

    /// Replaces all fields; values are kept for ids that stay.
    void setFields(const QList<FieldSpec>& fields);
    /// Sets the given values; ids that are not in the form are ignored. Emits valueChanged() for none of them.
    void setValues(const QVariantMap& values);
    /// Values of all fields, hidden ones too; a field whose text is not valid gives its last valid value.
    QVariantMap values() const;
    QVariant value(const QString& id) const;
    /// Sets one value as if the person had typed it (emits valueChanged()).
    void setValue(const QString& id, const QVariant& value);
    /// Replaces the choices of a Choice field and keeps the chosen value when it is still there.
    void setChoices(const QString& id, const QList<FieldChoice>& choices);
    /// Replaces the help line below a field.
    void setHelp(const QString& id, const QString& help);
    /// Shows a sentence in bad under a field (from a check outside the form); empty removes it.
    void setError(const QString& id, const QString& sentence);
    /// All sentences now shown, by id, of visible fields: the form's own and those of setError().
    QHash<QString, QString> errors() const;
    bool isValid() const { return errors().isEmpty(); }
    bool isFieldShown(const QString& id) const;
    /// Opens or closes a section.
    void setGroupExpanded(const QString& group, bool isExpanded);
    /// A widget placed under a field (a chart of the schedule, a layer tree); the form owns it.
    void placeBelow(const QString& id, QWidget* extra);
    /// Opens the section of a field, scrolls to it when in a scroll area, and focuses it.
    void focusField(const QString& id);

Q_SIGNALS:
    /// The person (or setValue) changed a field to a valid value.
    void valueChanged(const QString& id, const QVariant& value);
    /// The set of errors changed.
    void validityChanged(bool isValid);

private:
    struct Private;
    std::unique_ptr<Private> d_;
};

} // namespace lathe::widgets
