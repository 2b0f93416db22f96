// SPDX-License-Identifier: GPL-3.0-or-later
#include "settings_dialog.h"

#include "language.h"
#include "widgets/controls.h"
#include "widgets/param_form.h"
#include "widgets/theme.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QSettings>
#include <QVBoxLayout>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace lathe::shell {
namespace {

const QString kThemeId = u"theme"_qs;
const QString kScaleId = u"textScale"_qs;
const QString kLanguageId = u"language"_qs;

QList<FieldSpec> fields() {
    FieldSpec theme;
    theme.id = kThemeId;
    theme.type = FieldType::Choice;
    theme.label = SettingsDialog::tr("Theme");
    theme.defaultValue = u"system"_qs;
    theme.choices = {{u"system"_qs, SettingsDialog::tr("As the desktop"), {}},
                     {u"light"_qs, SettingsDialog::tr("Light"), {}},
                     {u"dark"_qs, SettingsDialog::tr("Dark"), {}}};
    FieldSpec scale;
    scale.id = kScaleId;
    scale.type = FieldType::Choice;
    scale.label = SettingsDialog::tr("Text size");
    scale.defaultValue = 1.0;
    scale.choices = {{0.9, SettingsDialog::tr("Small"), {}},
                     {1.0, SettingsDialog::tr("Normal"), {}},
                     {1.2, SettingsDialog::tr("Large"), {}},
                     {1.45, SettingsDialog::tr("Largest"), {}}};
    FieldSpec language;
    language.id = kLanguageId;
    language.type = FieldType::Choice;
    language.label = SettingsDialog::tr("Language");
    language.help = SettingsDialog::tr("A new language is used from the next start.");
    language.defaultValue = QString();
    for (const Language& one : languages()) {
        language.choices.append({one.id, one.name, {}});
    }
    return {theme, scale, language};
}

} // namespace

SettingsDialog::SettingsDialog(Theme& theme, QSettings& settings, QWidget* parent) : QDialog(parent) {
    setObjectName(u"shell.settings"_qs);
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Settings"));
    auto* form = new ParamForm(u"settings"_qs);
    form->setFields(fields());
    form->setValues({{kThemeId, themeModeId(theme.mode())},
                     {kScaleId, settings.value(QLatin1StringView(settings_keys::kTextScale), theme.textScale()).toDouble()},
                     {kLanguageId, settings.value(QLatin1StringView(settings_keys::kLanguage)).toString()}});
    connect(form, &ParamForm::valueChanged, this, [&theme, &settings](const QString& id, const QVariant& value) {
        if (id == kThemeId) {
            theme.setMode(themeModeFromId(value.toString()));
            settings.setValue(QLatin1StringView(settings_keys::kTheme), value);
        } else if (id == kScaleId) {
            theme.setTextScale(value.toDouble());
            settings.setValue(QLatin1StringView(settings_keys::kTextScale), value);
        } else {
            settings.setValue(QLatin1StringView(settings_keys::kLanguage), value);
        }
    });
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* outer = column(this, metrics::kSpace16, metrics::kSpace24);
    outer->addWidget(form);
    outer->addWidget(buttons);
    setMinimumWidth(360);
}

} // namespace lathe::shell
