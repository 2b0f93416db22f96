// SPDX-License-Identifier: GPL-3.0-or-later
// The core's parameter table as form fields, and RunSpecs as form values.
#pragma once
#include <QList>
#include <QString>
#include <QVariantMap>

#include <lathe/run_spec.h>

#include "widgets/param_form.h"

namespace lathe::panels {

/// Fields of a task in the form's order: sections as the work goes. Leaves out what the form has elsewhere (output, file).
QList<widgets::FieldSpec> specFields(const QString& task);

QVariantMap valuesOf(const RunSpec& spec);

/// The spec that the form's values stand for. Throws lathe::Error for a value out of range.
RunSpec specFrom(const QString& task, const QVariantMap& values);

}  // namespace lathe::panels
