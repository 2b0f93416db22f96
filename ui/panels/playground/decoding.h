// SPDX-License-Identifier: GPL-3.0-or-later
// The settings of generation as form fields, with presets.
#pragma once
#include <QList>
#include <QString>
#include <QVariantMap>

#include <lathe/generation.h>

#include "widgets/param_form.h"

namespace lathe::panels {

struct DecodingPreset {
    QString name;
    QVariantMap values;
};

QList<widgets::FieldSpec> decodingFields();
/// First is the default.
QList<DecodingPreset> decodingPresets();
GenerationOptions optionsFrom(const QVariantMap& values);

}  // namespace lathe::panels
