// SPDX-License-Identifier: GPL-3.0-or-later
// The specs that come with Lathe.
#pragma once
#include <QList>
#include <QString>

#include <lathe/run_spec.h>

namespace lathe::panels {

struct Recipe {
    QString title;       ///< the spec's name in words
    QString sampleFile;  ///< file name under resources/samples; empty if it brings none
    RunSpec spec;        ///< dataset.name is set to what the sample is imported as
};

/// Every single-run recipe in resources/recipes, the converter first. A file that cannot be read is left out.
QList<Recipe> readRecipes(const QString& resourcesFolder);

}  // namespace lathe::panels
