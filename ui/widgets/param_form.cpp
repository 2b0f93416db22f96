// SPDX-License-Identifier: GPL-3.0-or-later
#include "param_form.h"

#include "controls.h"
#include "param_field.h"
#include "theme.h"

#include <QBoxLayout>
#include <QScrollArea>
#include <QSet>
#include <QToolButton>

#include <algorithm>
#include <vector>

using namespace Qt::StringLiterals;

namespace lathe::widgets {
namespace {

// Longest chain of fields that depend on each other; a longer one is a circle.
constexpr int kDeepestChain = 16;

} // namespace

struct ParamForm::Private {
    /// A collapsible part of the form. The first one may have no heading.
    struct Section {
        QString group;
        QToolButton* header = nullptr;
        QToolButton* more = nullptr;
        QWidget* body = nullptr;
        QVBoxLayout* layout = nullptr;
        QList<ParamField*> fields;
        bool isExpanded = true;
    };

    ParamForm* form = nullptr;
    QString prefix;
    QVBoxLayout* outer = nullptr;
    std::vector<Section> sections;
    QHash<QString, ParamField*> fields;
    QSet<QString> shown;  // fields that their conditions and "More options" let through
    bool wasValid = true;

    void build(const QList<FieldSpec>& specs);
    Section& addSection(const QString& group);
    void addMoreButton(Section& section);
    void update();
    bool isWanted(const ParamField* field, int depth = 0) const;
    void checkValidity();
};

ParamForm::ParamForm(const QString& prefix, QWidget* parent) : QWidget(parent), d_(std::make_unique<Private>()) {
    d_->form = this;
    d_->prefix = prefix;
    d_->outer = column(this, metrics::kSpace16);
    setProperty("role", u"page"_qs);
}

ParamForm::~ParamForm() = default;

void ParamForm::setFields(const QList<FieldSpec>& fields) {
    const QVariantMap kept = values();
    for (Private::Section& section : d_->sections) {
        delete section.header;
        delete section.body;
    }
    d_->sections.clear();
    d_->fields.clear();
    d_->shown.clear();
    while (QLayoutItem* left = d_->outer->takeAt(0)) {
        delete left;
    }
    d_->build(fields);
    setValues(kept);
}

ParamForm::Private::Section& ParamForm::Private::addSection(const QString& group) {
    Section section;
    section.group = group;
    section.body = new QWidget(form);
    section.layout = column(section.body, metrics::kSpace12);
    if (!group.isEmpty()) {
        section.header = new QToolButton(form);
        section.header->setObjectName(prefix + u".section."_qs + group);
        section.header->setProperty("role", u"section"_qs);
        section.header->setText(group);
        section.header->setCheckable(false);
        section.header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        section.header->setIcon(icon(u"chevron-down"_qs, IconTone::Secondary));
        section.header->setIconSize(QSize(metrics::kIconSize, metrics::kIconSize));
        section.header->setFocusPolicy(Qt::StrongFocus);
        section.header->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        section.header->setAccessibleDescription(tr("Section, opened"));
        QObject::connect(section.header, &QToolButton::clicked, form, [this, group] {
            for (const Section& one : sections) {
                if (one.group == group) {
                    form->setGroupExpanded(group, !one.isExpanded);
                    return;
                }
            }
        });
        outer->addWidget(section.header);
    }
    outer->addWidget(section.body);
    sections.push_back(section);
    return sections.back();
}

void ParamForm::Private::addMoreButton(Section& section) {
    section.more = new QToolButton(section.body);
    section.more->setObjectName(prefix + u".more."_qs + section.group);
    section.more->setProperty("role", u"more"_qs);
    section.more->setCheckable(true);
    section.more->setFocusPolicy(Qt::StrongFocus);
    section.more->setText(tr("More options"));
    QObject::connect(section.more, &QToolButton::toggled, form, [this, more = section.more](bool isOpen) {
        more->setText(isOpen ? tr("Fewer options") : tr("More options"));
        update();
    });
}

void ParamForm::Private::build(const QList<FieldSpec>& specs) {
    for (const FieldSpec& spec : specs) {
        if (sections.empty() || sections.back().group != spec.group) {
            addSection(spec.group);
        }
        Section& section = sections.back();
        auto* field = new ParamField(prefix, spec, section.body);
        section.fields.append(field);
        fields.insert(spec.id, field);
        QObject::connect(field, &ParamField::edited, form, [this, field] {
            update();
            Q_EMIT form->valueChanged(field->spec().id, field->value());
        });
        QObject::connect(field, &ParamField::errorChanged, form, [this] { checkValidity(); });
    }
    for (Section& section : sections) {
        // Advanced fields come after the others, behind the button.
        for (const bool isAdvanced : {false, true}) {
            for (ParamField* field : section.fields) {
                if (field->spec().isAdvanced == isAdvanced) {
                    if (isAdvanced && section.more == nullptr) {
                        addMoreButton(section);
                        section.layout->addWidget(section.more, 0, Qt::AlignLeft);
                    }
                    section.layout->addWidget(field);
                }
            }
        }
    }
    outer->addStretch(1);
    update();
}

bool ParamForm::Private::isWanted(const ParamField* field, int depth) const {
    if (depth > kDeepestChain) {
        return true;
    }
    for (const FieldCondition& condition : field->spec().shownWhen) {
        const ParamField* other = fields.value(condition.id);
        if (other == nullptr) {
            continue;
        }
        const QVariant now = other->value();
        const bool isListed = std::any_of(condition.values.begin(), condition.values.end(), [&](const QVariant& value) { return sameValue(value, now); });
        if (isListed == condition.isNegated || !isWanted(other, depth + 1)) {
            return false;
        }
    }
    return true;
}

void ParamForm::Private::update() {
    shown.clear();
    for (Section& section : sections) {
        bool hasAny = false;
        bool hasAdvanced = false;
        for (ParamField* field : section.fields) {
            const bool isPossible = isWanted(field);
            const bool isAdvanced = field->spec().isAdvanced;
            hasAny = hasAny || isPossible;
            hasAdvanced = hasAdvanced || (isPossible && isAdvanced);
            const bool isShown = isPossible && (!isAdvanced || section.more->isChecked());
            field->setVisible(isShown);
            if (isShown) {
                shown.insert(field->spec().id);
            }
        }
        if (section.more != nullptr) {
            section.more->setVisible(hasAdvanced);
        }
        if (section.header != nullptr) {
            section.header->setVisible(hasAny);
        }
    }
    checkValidity();
}

void ParamForm::Private::checkValidity() {
    const bool isValid = form->isValid();
    if (isValid != wasValid) {
        wasValid = isValid;
        Q_EMIT form->validityChanged(isValid);
    }
}

void ParamForm::setValues(const QVariantMap& values) {
    for (auto value = values.begin(); value != values.end(); ++value) {
        if (ParamField* field = d_->fields.value(value.key())) {
            field->setValue(value.value());
        }
    }
    d_->update();
}

QVariantMap ParamForm::values() const {
    QVariantMap result;
    for (const ParamField* field : d_->fields) {
        if (field->spec().type != FieldType::Note) {
            result.insert(field->spec().id, field->value());
        }
    }
    return result;
}

QVariant ParamForm::value(const QString& id) const {
    const ParamField* field = d_->fields.value(id);
    return field != nullptr ? field->value() : QVariant();
}

void ParamForm::setValue(const QString& id, const QVariant& value) {
    ParamField* field = d_->fields.value(id);
    if (field == nullptr) {
        return;
    }
    const QVariant before = field->value();
    field->setValue(value);
    d_->update();
    if (!sameValue(before, field->value())) {
        Q_EMIT valueChanged(id, field->value());
    }
}

void ParamForm::setChoices(const QString& id, const QList<FieldChoice>& choices) {
    if (ParamField* field = d_->fields.value(id)) {
        field->setChoices(choices);
        d_->update();
    }
}

void ParamForm::setHelp(const QString& id, const QString& help) {
    if (ParamField* field = d_->fields.value(id)) {
        field->setHelp(help);
    }
}

void ParamForm::setError(const QString& id, const QString& sentence) {
    if (ParamField* field = d_->fields.value(id)) {
        field->setOuterError(sentence);
    }
}

QHash<QString, QString> ParamForm::errors() const {
    QHash<QString, QString> result;
    for (const ParamField* field : d_->fields) {
        if (!field->error().isEmpty() && d_->isWanted(field)) {
            result.insert(field->spec().id, field->error());
        }
    }
    return result;
}

bool ParamForm::isFieldShown(const QString& id) const {
    const bool isInOpenSection = std::any_of(d_->sections.begin(), d_->sections.end(), [&](const Private::Section& section) {
        return section.isExpanded && section.fields.contains(d_->fields.value(id));
    });
    return isInOpenSection && d_->shown.contains(id);
}

void ParamForm::setGroupExpanded(const QString& group, bool isExpanded) {
    for (Private::Section& section : d_->sections) {
        if (section.group == group && section.header != nullptr) {
            section.isExpanded = isExpanded;
            section.body->setVisible(isExpanded);
            section.header->setIcon(icon(isExpanded ? u"chevron-down"_qs : u"chevron-right"_qs, IconTone::Secondary));
            section.header->setAccessibleDescription(isExpanded ? tr("Section, opened") : tr("Section, closed"));
        }
    }
}

void ParamForm::placeBelow(const QString& id, QWidget* extra) {
    if (ParamField* field = d_->fields.value(id)) {
        field->placeBelow(extra);
    } else {
        extra->setParent(this);
        d_->outer->insertWidget(std::max(0, d_->outer->count() - 1), extra);
    }
}

void ParamForm::focusField(const QString& id) {
    ParamField* field = d_->fields.value(id);
    if (field == nullptr || field->editor() == nullptr) {
        return;
    }
    for (const Private::Section& section : d_->sections) {
        if (section.fields.contains(field)) {
            setGroupExpanded(section.group, true);
            if (field->spec().isAdvanced) {
                section.more->setChecked(true);
            }
        }
    }
    for (QWidget* parent = parentWidget(); parent != nullptr; parent = parent->parentWidget()) {
        if (auto* area = qobject_cast<QScrollArea*>(parent)) {
            area->ensureWidgetVisible(field);
            break;
        }
    }
    field->editor()->setFocus(Qt::OtherFocusReason);
}

} // namespace lathe::widgets
