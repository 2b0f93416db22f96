// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/train/spec_fields.h"

#include <algorithm>

#include <QCoreApplication>

namespace lathe::panels {
namespace {

using widgets::FieldSpec;
using widgets::FieldType;

QString text(const std::string& utf8) { return QString::fromStdString(utf8); }
QString tr(const std::string& source) { return QCoreApplication::translate("RunSpec", source.c_str()); }

/// The run's folder is chosen by the workspace, and files come in through Data.
bool isElsewhere(const std::string& id) { return id == "output" || id == "dataset.file" || id == "grid"; }

QVariant variantOf(const ParamValue& value) {
    struct Convert {
        QVariant operator()(std::monostate) const { return {}; }
        QVariant operator()(bool on) const { return on; }
        QVariant operator()(std::int64_t number) const { return qlonglong(number); }
        QVariant operator()(double number) const { return number; }
        QVariant operator()(const std::string& utf8) const { return text(utf8); }
        QVariant operator()(const std::vector<std::string>& list) const {
            QStringList texts;
            for (const std::string& entry : list) texts << text(entry);
            return texts;
        }
    };
    return std::visit(Convert{}, value);
}

ParamValue valueOf(const ParamSpec& spec, const QVariant& value) {
    if (!value.isValid() || (spec.isNullable && value.typeId() == QMetaType::QString && value.toString().isEmpty())) return {};
    switch (spec.type) {
        case ParamType::Bool: return value.toBool();
        case ParamType::Integer: return std::int64_t{value.toLongLong()};
        case ParamType::Number: return value.toDouble();
        case ParamType::TextList: {
            std::vector<std::string> list;
            for (const QString& entry : value.toStringList()) list.push_back(entry.toStdString());
            return list;
        }
        case ParamType::Text:
        case ParamType::Choice: break;
    }
    return value.toString().toStdString();
}

FieldType fieldType(const ParamSpec& spec) {
    if (spec.id == "dataset.template" || spec.id == "dataset.text" || spec.id == "dataset.prompt") return FieldType::LongText;
    if (spec.id == "model" || spec.id == "dataset.name") return FieldType::Choice;
    switch (spec.type) {
        case ParamType::Bool: return spec.isNullable ? FieldType::Choice : FieldType::Switch;  // a switch has no third state for "unset"
        case ParamType::Integer: return FieldType::Integer;
        case ParamType::Number: return FieldType::Number;
        case ParamType::TextList: return FieldType::TextList;
        case ParamType::Choice: return FieldType::Choice;
        case ParamType::Text: break;
    }
    return FieldType::Text;
}

FieldSpec fieldOf(const ParamSpec& spec) {
    FieldSpec field;
    field.id = text(spec.id);
    field.type = fieldType(spec);
    field.label = tr(spec.label);
    field.help = tr(spec.help);
    field.unit = tr(spec.unit);
    field.group = tr(spec.group);
    field.defaultValue = variantOf(spec.defaultValue);
    field.minimum = spec.minimum;
    field.maximum = spec.maximum;
    field.isAdvanced = spec.isAdvanced;
    field.isOptional = spec.isNullable;
    field.isEditable = spec.id == "model";
    if (spec.type == ParamType::Bool && spec.isNullable)
        field.choices = {{QVariant(), QCoreApplication::translate("RunSpec", "Automatic"), {}},
                         {true, QCoreApplication::translate("RunSpec", "Yes"), {}},
                         {false, QCoreApplication::translate("RunSpec", "No"), {}}};
    for (const std::string& choice : spec.choices) field.choices << widgets::FieldChoice{text(choice), tr(choice), {}};
    if (const auto equals = spec.shownWhen.find('='); equals != std::string::npos)
        field.shownWhen = {{text(spec.shownWhen.substr(0, equals)), {text(spec.shownWhen.substr(equals + 1))}, false}};
    return field;
}

}  // namespace

QList<FieldSpec> specFields(const QString& task) {
    QStringList groups;
    QList<FieldSpec> fields;
    for (const ParamSpec& spec : paramSpecs(task.toStdString())) {
        if (isElsewhere(spec.id)) continue;
        fields << fieldOf(spec);
        if (!groups.contains(fields.last().group)) groups << fields.last().group;
    }
    // A task's own section stands right after what is trained; "More" is always last.
    const auto order = [&](const FieldSpec& field) {
        const auto position = groups.indexOf(field.group);
        if (position < 2) return position;
        const bool isTasksOwn = position > groups.indexOf(tr("More"));
        if (isTasksOwn) return qsizetype{2};
        return position + 10;
    };
    std::stable_sort(fields.begin(), fields.end(), [&](const FieldSpec& a, const FieldSpec& b) { return order(a) < order(b); });
    return fields;
}

QVariantMap valuesOf(const RunSpec& spec) {
    QVariantMap values;
    for (const ParamSpec& each : paramSpecs(spec.task)) values.insert(text(each.id), variantOf(getParam(spec, each.id)));
    return values;
}

RunSpec specFrom(const QString& task, const QVariantMap& values) {
    RunSpec spec = defaultRunSpec(task.toStdString());
    for (const ParamSpec& each : paramSpecs(task.toStdString())) {
        const auto value = values.find(text(each.id));
        if (value == values.end() || isElsewhere(each.id) || each.id == "task") continue;
        const ParamValue typed = valueOf(each, *value);
        if (std::holds_alternative<std::monostate>(typed) && !each.isNullable) continue;
        setParamValue(spec, each.id, typed);
    }
    return spec;
}

}  // namespace lathe::panels
